"""Where worker processes come from: one process that has loaded the readers, and forks a worker in milliseconds.

The forge itself reads nothing foreign. It dies with this process, and its workers die with it. It also keeps the dead:
a worker's process id is free again only after `reap`, so that nobody else is ever killed in its stead.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aggregator.parsing.limits import Limits

_BOOT = "import sys, json; sys.path[:] = json.loads(sys.argv[1])['path']; from aggregator.parsing.worker import main; main()"
MESSAGE = struct.Struct(">4sq")
"""What is said to the forge (`fork`, `reap` with a process id) and by it (a process id or a status)."""


class Forge:
    """Forks workers that obey `limits` and read with the function `reader` ("module:function"). Safe from any thread."""

    def __init__(self, limits: Limits, reader: str) -> None:
        self._limits, self._reader = limits, reader
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._is_leaving = False

    def fork(self) -> tuple[int, int, int]:
        """A new worker: its process id and the ends of the pipes to and from it. Raises OSError."""
        with self._lock:
            for is_last in (False, True):
                theirs_in, ours_out = os.pipe()
                ours_in, theirs_out = os.pipe()
                try:
                    pid = self._say(b"fork", fds=(theirs_in, theirs_out))
                    if pid > 0:
                        return pid, ours_out, ours_in
                    raise OSError("the system gives no process")
                except OSError:
                    os.close(ours_out)
                    os.close(ours_in)
                    self._end()
                    if is_last or self._is_leaving:
                        raise
                finally:
                    os.close(theirs_in)
                    os.close(theirs_out)
        raise AssertionError

    def reap(self, pid: int) -> int | None:
        """Bury a worker that has ended or was killed: its status as `subprocess` gives it; None if it is not known."""
        with self._lock:
            if self._socket is None:
                return None
            try:
                return self._say(b"reap", pid)
            except OSError:
                self._end()
                return None

    def leave(self) -> None:
        """Let nobody wait for a process that is still starting: `fork` raises at once, until `close`. Never waits."""
        self._is_leaving = True
        control = self._socket
        if control is not None:
            with contextlib.suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the forge, and with it whatever is left of its workers."""
        with self._lock:
            self._end()
            self._is_leaving = False

    # ----------------------------------------------------------------- with the lock held

    def _say(self, word: bytes, number: int = 0, fds: tuple[int, ...] = ()) -> int:
        if self._socket is None:
            self._begin()
        if self._is_leaving:
            raise OSError("the parsers are being ended")
        assert self._socket is not None
        message = MESSAGE.pack(word, number)
        if fds:
            socket.send_fds(self._socket, [message], list(fds))
        else:
            self._socket.sendall(message)
        answer = self._socket.recv(MESSAGE.size, socket.MSG_WAITALL)
        if len(answer) < MESSAGE.size:
            raise OSError("the process that starts parsers has ended")
        value: int = MESSAGE.unpack(answer)[1]
        return value

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(self._limits.start)
        try:
            self._process = _in_starter(lambda: _start(theirs, self._limits, self._reader))
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._socket = ours

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
        self._socket = self._process = None


def _start(control: socket.socket, limits: Limits, reader: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    path = [root, *(p for p in dict.fromkeys(sys.path) if p and p != root)]
    told = {"path": path, "parent": os.getpid(), "reader": reader, **limits.told()}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, json.dumps(told)],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )


# ------------------------------------------------------------------------------------------------ the starter

_starter_lock = threading.Lock()
_wanted: queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[Any]]] | None = None


def _in_starter(make: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a process from the one thread that lasts: Linux ends a child with the *thread* that started it."""
    global _wanted
    with _starter_lock:
        if _wanted is None:
            _wanted = queue.SimpleQueue()
            threading.Thread(target=_starter, args=(_wanted,), name="parse-starter", daemon=True).start()
        wanted = _wanted
    answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
    wanted.put((make, answer))
    made = answer.get()
    if isinstance(made, BaseException):
        raise OSError(f"no process could be started ({made})") from made
    process: subprocess.Popen[bytes] = made
    return process


def _starter(wanted: queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[Any]]]) -> None:
    while True:
        make, answer = wanted.get()
        try:
            answer.put(make())
        except Exception as error:
            answer.put(error)


def _after_fork() -> None:
    """The thread is the parent's."""
    global _starter_lock, _wanted
    _starter_lock, _wanted = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)


def status_name(status: int) -> str:
    """A status in words: SIGSEGV, status 3."""
    return signal.Signals(-status).name if -status in set(signal.Signals) else f"status {status}"
