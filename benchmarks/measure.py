"""Runs a command in a process of its own and says what it took: wall and CPU seconds, memory, how it ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLED_EVERY = 0.03
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one command ran. Memory in MiB."""

    wall: float
    cpu: float
    """Seconds of the process and of all below it, whether it waited for them or not."""
    largest: float
    """Peak resident memory of the largest of these processes."""
    status: int
    output: str
    errors: str
    together: float = 0.0
    """The peak of the proportional set sizes (PSS) of all its processes together; 0 if it was not sampled."""

    def told(self) -> str:
        """One line for people."""
        memory = f", {self.together:.0f} MiB together" if self.together else ""
        return f"{self.wall:.2f} s wall, {self.cpu:.2f} s CPU, {self.largest:.0f} MiB{memory}, status {self.status}"


def run(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    sampled: bool = False,
    timeout: float = 900,
) -> Run:
    """Run `command` to its end. `sampled` looks at its memory while it runs, which costs it a little time.

    `environ` is added to this process's environment. Raises TimeoutError after `timeout` seconds; the command is ended.
    """
    _adopt()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=errors, cwd=folder,
            env={**os.environ, **(environ or {})}, start_new_session=True,
        )  # fmt: skip
        watch = _Watch(process.pid) if sampled else None
        ended = threading.Event()
        alarm = threading.Timer(timeout, _end, (process.pid, ended))
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        alarm.cancel()
        left = _bury(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        together = watch.close() if watch else 0.0
        if ended.is_set():
            raise TimeoutError(f"{command[0]}: not done after {timeout:.0f} s")
        output.seek(0)
        errors.seek(0)
        return Run(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime + left,
            largest=usage.ru_maxrss / 1024,
            status=process.returncode,
            output=output.read().decode("utf-8", "replace"),
            errors=errors.read().decode("utf-8", "replace"),
            together=together,
        )


def _bury(group: int) -> float:
    """The CPU seconds of what a command left behind: its orphans come to us (we are their subreaper) and are ended."""
    seconds = 0.0
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, 9)
    with contextlib.suppress(ChildProcessError):
        while True:
            _, _, usage = os.wait4(-group, 0)
            seconds += usage.ru_utime + usage.ru_stime
    return seconds


def _adopt() -> None:
    """Become the parent of orphans of the commands that are run, so that their time can be told."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def _end(pid: int, ended: threading.Event) -> None:
    ended.set()
    os.killpg(pid, 9)


class _Watch:
    """Looks again and again at the memory of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak = pid, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def close(self) -> float:
        """The peak in MiB."""
        self._stop.set()
        self._thread.join()
        return self._peak / 1024

    def _look(self) -> None:
        while not self._stop.wait(SAMPLED_EVERY):
            self._peak = max(self._peak, sum(map(memory_of, descendants(self._pid))))


def descendants(pid: int) -> Iterator[int]:
    """`pid` and every process below it that is alive."""
    yield pid
    try:
        children = [n for task in Path(f"/proc/{pid}/task").iterdir() for n in (task / "children").read_text().split()]
    except OSError:  # it, or one of its threads, has just ended
        return
    for child in children:
        yield from descendants(int(child))


def memory_of(pid: int) -> int:
    """The proportional set size of a process in KiB: its own pages, and its share of those that it shares."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
