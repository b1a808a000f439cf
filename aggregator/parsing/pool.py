"""Which document is read when: a few workers, quick documents first, slow ones in places of their own.

A document begins in a quick place. When it has taken `patience` it moves to a slow place, with a lower priority, and
another worker takes its quick place; if no slow place is free it is stopped and begins again when one is. So hostile
documents cost processor time, but no other document waits for more than a few seconds for them.

Each worker belongs to one thread here; threads and workers end when they were idle for a while. Worker processes die
with this process.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from aggregator.errors import ParseError, SourceError
from aggregator.model import Reading
from aggregator.parsing import wire
from aggregator.parsing.forge import Forge
from aggregator.parsing.limits import Limits
from aggregator.parsing.process import READER, Lost, Worker

_NICE = 10
_STARTS = 2


class Down(ParseError):
    """A document took its worker down (time, memory or a crash): the same bytes will do it again."""


@dataclass(slots=True, eq=False)
class Job:
    """One document that is to be read; `result` is the reading or the error."""

    packed: bytes
    body: bytes
    url: str
    rules: bytes = b""
    result: Future[Reading] = field(default_factory=Future)
    worker: Worker | None = None
    is_cancelled: bool = False

    def settle(self, made: Reading | SourceError) -> None:
        """Tell whoever waits what came of it."""
        if self.is_cancelled or self.result.done():
            return
        if isinstance(made, Reading):
            self.result.set_result(made)
        else:
            self.result.set_exception(made)


class Pool:
    """Reads documents in worker processes. Safe from any thread; nothing is started before the first document."""

    def __init__(self, limits: Limits | None = None, reader: str = READER) -> None:
        self.limits = limits or Limits()
        self._reader = reader
        self._reset()

    def _reset(self) -> None:
        self._forge = Forge(self.limits, self._reader)
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._slow_waiting: deque[Job] = deque()
        self._workers: set[Worker] = set()
        self._quick = self._slow = self._idle = 0
        self._is_closed = False

    def submit(self, job: Job) -> None:
        """Queue a document. Its `result` is set from another thread."""
        with self._changed:
            self._waiting.append(job)
            self._staff()

    def warm(self) -> None:
        """Start one worker, so that it is ready when the first document comes."""
        with self._changed:
            if not self._quick:
                self._hire()

    def cancel(self, job: Job) -> None:
        """Nobody waits for this document any more: forget it, or kill the worker that reads it."""
        with self._changed:
            job.is_cancelled = True
            for waiting in (self._waiting, self._slow_waiting):
                with suppress(ValueError):
                    waiting.remove(job)
            if job.worker is not None:
                job.worker.kill()

    def close(self) -> None:
        """End all workers now; what is being read is lost. The pool can be used again."""
        with self._changed:
            self._is_closed = True
            workers = list(self._workers)
            dropped = [*self._waiting, *self._slow_waiting]
            self._waiting.clear()
            self._slow_waiting.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.kill()  # the thread that owns it tidies up
        self._forge.leave()
        for job in dropped:
            job.result.cancel()
        with self._changed:
            self._changed.wait_for(lambda: not (self._quick or self._slow), timeout=5)
            self._forge.close()
            self._is_closed = False

    def pids(self) -> list[int]:
        """The process ids of the workers."""
        with self._changed:
            return [worker.pid for worker in self._workers]

    # ----------------------------------------------------------------- threads (all with the lock held)

    def _staff(self) -> None:
        """See that somebody takes what waits."""
        if self._idle:
            self._changed.notify()
        if len(self._waiting) > self._idle and self._quick < self.limits.quick:
            self._hire()

    def _hire(self) -> None:
        self._quick += 1
        threading.Thread(target=self._serve, name="parse", daemon=True).start()

    def _next(self, was_slow: bool, told: Callable[[], None] | None = None) -> tuple[Job | None, bool]:
        """What the calling thread is to read next, and whether in a slow place; None: nothing, it ends.

        `told` tells the result of its last document: under the lock, so that whoever asks for the next one at once
        finds this thread idle and starts no other.
        """
        with self._changed:
            if told is not None:
                told()
            if was_slow:
                if self._slow_waiting and not self._is_closed:
                    return self._slow_waiting.popleft(), True
                self._slow -= 1
                if self._quick >= self.limits.quick or self._is_closed:
                    self._changed.notify_all()
                    return None, False
                self._quick += 1
            end = time.monotonic() + self.limits.idle
            while not self._waiting:
                left = end - time.monotonic()
                if left <= 0 or self._is_closed:
                    self._quick -= 1
                    self._changed.notify_all()
                    return None, False
                self._idle += 1
                self._changed.wait(left)
                self._idle -= 1
            return self._waiting.popleft(), False

    def _slower(self, job: Job) -> bool:
        """A document leaves its quick place for a slow one; False: there is none, it has to begin again later."""
        with self._changed:
            if self._slow >= self.limits.slow:
                self._slow_waiting.append(job)
                return False
            self._quick -= 1
            self._slow += 1
            if job.worker is not None:
                _lower(job.worker)
            if self._waiting and self._quick < self.limits.quick:
                self._hire()
        return True

    def _serve(self) -> None:
        """A thread with its worker: read until nothing comes any more."""
        worker = None if self._waiting else self._new_worker()
        job, is_slow = self._next(False)
        while job is not None:
            try:
                worker, is_slow, made = self._read(job, worker, is_slow)
            except Exception as error:  # a defect of ours costs this document, not the pool
                worker, made = None, ParseError(f"{job.url}: {type(error).__name__}: {error}", code="parse_crashed")
            if made is None:  # it begins again later, or nobody waits for it
                job, is_slow = self._next(is_slow)
            else:
                job, is_slow = self._next(is_slow, partial(job.settle, made))
        if worker is not None:
            self._end(worker)
        with self._changed:
            if not (self._workers or self._quick or self._slow):
                self._forge.close()

    def _read(
        self, job: Job, worker: Worker | None, is_slow: bool
    ) -> tuple[Worker | None, bool, Reading | SourceError | None]:
        """Read one document with a worker (a new one if there is none).

        Returns the worker if it can be used again, whether the document became a slow one, and what came of it.
        """
        state = {"slow": is_slow, "again": False}

        def slower() -> bool:
            if not state["slow"]:
                state["slow"] = self._slower(job)
                state["again"] = not state["slow"]
            return state["slow"]

        for last in range(_STARTS):
            worker = worker or self._new_worker()
            if worker is None:
                return None, state["slow"], ParseError(f"{job.url}: no worker could be started", code="parse_crashed")
            with self._changed:
                if job.is_cancelled:
                    return worker, state["slow"], None
                job.worker = worker
                if is_slow:
                    _lower(worker)
            try:
                frames, down, retires = worker.ask(job.packed, job.body, job.rules, slower)
            except Lost as lost:
                self._end(worker)
                worker, job.worker = None, None
                if state["again"]:
                    return None, False, None
                if lost.begun or lost.timed_out or job.is_cancelled or last == _STARTS - 1:
                    code = "parse_timeout" if lost.timed_out else "parse_crashed"
                    return None, state["slow"], Down(f"{job.url}: reading it was ended: {lost.why}", code=code)
                continue  # the worker was dead before it had the document
            job.worker = None
            if retires or state["slow"]:
                self._end(worker)
                worker = None
            return worker, state["slow"], _made_of(frames, down, job.url)
        return None, state["slow"], None

    def _new_worker(self) -> Worker | None:
        try:
            worker = Worker(self._forge, self.limits)
        except OSError:
            return None
        with self._changed:
            if not self._is_closed:
                self._workers.add(worker)
                return worker
        worker.close()
        return None

    def _end(self, worker: Worker) -> None:
        worker.close()
        with self._changed:
            self._workers.discard(worker)


def _lower(worker: Worker) -> None:
    """A slow document takes the processor only when nobody else wants it."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)


def _made_of(frames: list[bytes], down: bool, url: str) -> Reading | SourceError:
    """What a worker's answer says."""
    try:
        return wire.reading_of(frames)
    except SourceError as error:
        if down:
            return Down(f"{url}: it needs more memory than it may have", code="parse_limits")
        return error
    except ValueError as error:
        return Down(f"{url}: {error}", code="parse_crashed")


_shared: Pool | None = None
_making = threading.Lock()


def shared() -> Pool:
    """The pool of this process; its workers end with it."""
    global _shared
    with _making:
        if _shared is None:
            _shared = Pool()
            atexit.register(_shared.close)
        return _shared


def _after_fork() -> None:
    """The workers are the parent's: a forked process makes its own."""
    if _shared is not None:
        _shared._reset()


os.register_at_fork(after_in_child=_after_fork)
