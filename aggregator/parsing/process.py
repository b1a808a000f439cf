"""One worker process as its parent sees it: started, asked, watched, ended.

Blocking calls for a thread that owns the worker. Every wait has an end: a worker that is stopped, hangs or floods is
killed. Nothing here decides what is read when (pool.py does).
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from aggregator.parsing import wire
from aggregator.parsing.forge import Forge, status_name
from aggregator.parsing.limits import Limits

_OUT_OF_TIME = frozenset(-number for number in (signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU))
READER = "aggregator.parsing.reading:read_safely"


class Lost(Exception):
    """The worker is gone. `begun`: it had the document; `timed_out`: it took too long; `why` in words."""

    def __init__(self, why: str, *, begun: bool, timed_out: bool = False) -> None:
        super().__init__(why)
        self.why, self.begun, self.timed_out = why, begun, timed_out


class Worker:
    """A process that reads documents, one at a time. `pid` is its process id."""

    def __init__(self, forge: Forge, limits: Limits) -> None:
        """Start it; raises OSError if the system gives no process."""
        self._forge, self._limits = forge, limits
        self.pid, self._to, self._from = forge.fork()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._buffer = bytearray()
        self._received = 0
        self._rules = b""
        self._begun = self._is_ready = self._is_over = False

    def ask(self, job: bytes, body: bytes, rules: bytes, is_slow: Callable[[], bool]) -> tuple[list[bytes], bool, bool]:
        """Have a document read, and its entries made ready by `rules`.

        Returns the frames of the answer, whether it took the worker down, and whether the worker ends now. `is_slow` is
        called once when the document has taken `patience`; if it returns False the worker is killed.
        Raises Lost.
        """
        self._begun, self._received = False, 0
        if not self._is_ready:
            try:
                self._frame(time.monotonic() + self._limits.start)
            except TimeoutError:
                self.kill()
                raise Lost("it did not start", begun=False) from None
            self._is_ready = True
        started = time.monotonic()
        patient, end = started + self._limits.patience, started + self._limits.wall
        news = wire.SAME if rules == self._rules else rules  # a worker keeps what it was told last
        self._write(wire.frame(job) + wire.frame(body) + wire.frame(news), end)
        self._rules = rules
        frames: list[bytes] = []
        while True:
            try:
                payload = self._frame(min(patient, end))
            except TimeoutError:
                if time.monotonic() >= end:
                    raise self._overdue() from None
                patient = end
                if not is_slow():
                    self.kill()
                    raise Lost("it is slow, and all places for slow ones are taken", begun=False) from None
                continue
            if payload == b"begun":
                self._begun = True
            elif payload.startswith(b'{"end":'):
                said = wire.unpack(payload)
                return frames, bool(said["down"]), bool(said["retires"])
            else:
                frames.append(payload)

    def kill(self) -> None:
        """End it at once. Safe from any thread and more than once."""
        if not self._is_over:
            with suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> int | None:
        """End it and leave nothing of it behind; its status, if it is known. Only for the thread that owns it."""
        if self._is_over:
            return None
        self.kill()
        self._is_over = True
        for pipe in (self._to, self._from):
            with suppress(OSError):
                os.close(pipe)
        return self._forge.reap(self.pid)

    # ----------------------------------------------------------------- the pipes

    def _overdue(self) -> Lost:
        self.kill()
        return Lost(f"it took longer than {self._limits.wall:g} s", begun=self._begun, timed_out=True)

    def _write(self, data: bytes, end: float) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._to, left[: 2**20]) :]
            except BlockingIOError:
                if not select.select([], [self._to], [], max(0.0, end - time.monotonic()))[1]:
                    raise self._overdue() from None
            except OSError as error:
                raise self._gone() from error

    def _frame(self, until: float) -> bytes:
        """One frame; raises TimeoutError when it is not there in time."""
        self._fill(wire.HEADER, until)
        length = wire.length_of(bytes(self._buffer[: wire.HEADER]))
        self._received += length
        if self._received > self._limits.reply:
            self.kill()
            raise Lost("its answer is too large", begun=self._begun)
        try:
            self._fill(wire.HEADER + length, until)
        except TimeoutError:
            self._received -= length
            raise
        payload = bytes(self._buffer[wire.HEADER : wire.HEADER + length])
        del self._buffer[: wire.HEADER + length]
        return payload

    def _fill(self, size: int, until: float) -> None:
        while len(self._buffer) < size:
            if not select.select([self._from], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(self._from, 2**20)
            if not part:
                raise self._gone()
            self._buffer += part

    def _gone(self) -> Lost:
        """Why the process ended. It has closed its pipes, so that killing it changes no status any more."""
        status = self.close()
        if status is None:
            return Lost("its process ended", begun=self._begun)
        if status in _OUT_OF_TIME:
            seconds = self._limits.wall if status == -signal.SIGALRM else self._limits.cpu
            what = "" if status == -signal.SIGALRM else " of processor time"
            return Lost(f"it took longer than {seconds:g} s{what}", begun=self._begun, timed_out=True)
        return Lost(f"its process ended with {status_name(status)}", begun=self._begun)
