"""The other side of the pipes: the forge, which loads the readers and forks, and its workers, which read.

A worker takes one document after the other, bytes in, entries out, under limits that it sets for itself. It ends by
its kernel's hand when a document takes more seconds or memory than it may, and with its parent. It has none of the
parent's environment (no token, no password), cannot write files, and refuses to connect or to start programs. What
libraries print goes nowhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import math
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from aggregator import collecting
from aggregator.errors import AggregatorError
from aggregator.model import Reading
from aggregator.parsing import preparing, wire
from aggregator.parsing.forge import MESSAGE

RETIRE_AT = 320 * 1024
"""KiB of memory at whose peak a worker ends after its answer: what one document left behind is no burden for the next."""
_PARENT_DEATH = 1
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "shutil.",
)


def main() -> None:
    """The forge: load the readers, then fork workers for the parent until it is gone."""
    told = json.loads(sys.argv[1])
    _die_with(told["parent"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    read = _reader(told["reader"])
    gc.freeze()  # what the workers share with us stays shared
    gc.set_threshold(*collecting.SELDOM)
    while True:
        message, fds, _, _ = socket.recv_fds(control, MESSAGE.size, 2)
        if len(message) < MESSAGE.size:
            os._exit(0)
        word, number = MESSAGE.unpack(message)
        control.sendall(MESSAGE.pack(word, _reap(number) if word == b"reap" else _fork(told, control, fds, read)))


def _fork(told: dict[str, Any], control: socket.socket, fds: list[int], read: Callable[..., Reading]) -> int:
    """A new worker's process id; -1 if the system gives none."""
    forge = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid == 0:
        try:
            _die_with(forge)
            control.close()
            serve(told, fds[0], fds[1], read)
        finally:
            os._exit(70)
    for number in fds:
        os.close(number)
    return pid


def _reap(pid: int) -> int:
    """The status of a worker that has closed its pipes or was killed."""
    for _ in range(200):
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return 0
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _die_with(parent: int) -> None:
    """End with the process that started this one."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def serve(told: dict[str, Any], pipe_in: int, pipe_out: int, read: Callable[..., Reading]) -> None:
    """A worker: read documents until the pipe is closed."""
    _limit(told)
    _send(pipe_out, b"ready")
    rules = b""
    while True:
        job, body, told_rules = _receive(pipe_in), _receive(pipe_in), _receive(pipe_in)
        if job is None or body is None or told_rules is None:
            os._exit(0)
        rules = rules if told_rules == wire.SAME else told_rules
        _send(pipe_out, b"begun")
        _begin(told)
        frames, down = _answer(read, job, body, rules)
        _end()
        for payload in frames:
            _send(pipe_out, payload)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        retires = down or peak > RETIRE_AT
        _send(pipe_out, wire.pack({"end": True, "down": down, "retires": retires}))
        if retires:
            os._exit(0)


def _reader(name: str) -> Callable[..., Reading]:
    """The function that reads; the kinds are imported before the limits hold."""
    module, _, function = name.partition(":")
    found: Callable[..., Reading] = getattr(import_module(module), function)
    for kind in ("feed", "page", "json_list", "github", "huggingface", "modelscope"):
        import_module(f"aggregator.sources.{kind}")
    import_module("aggregator.understanding")
    return found


def _limit(told: dict[str, Any]) -> None:
    """What holds for the whole life of the process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit; the clock's limits hold there
        resource.setrlimit(resource.RLIMIT_AS, (told["memory"], told["memory"]))
    sys.dont_write_bytecode = True
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Reading connects to nothing, starts nothing, writes nothing."""
    if event.startswith(_REFUSED):
        raise RuntimeError(f"a reader wanted {event}")
    if event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        raise RuntimeError("a reader wanted to write a file")


def _begin(told: dict[str, Any]) -> None:
    """From here the kernel ends us when the document takes too long, whatever code it runs in."""
    signal.setitimer(signal.ITIMER_PROF, told["cpu"])
    signal.setitimer(signal.ITIMER_REAL, told["wall"])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + told["cpu"]) + 1, hard))


def _end() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(read: Callable[..., Reading], job: bytes, body: bytes, rules: bytes) -> tuple[list[bytes], bool]:
    """The frames of an answer, and whether the document used up our memory."""
    try:
        ask, answer, source, cursor, endpoints, now, known = wire.unpack(job)
        reading = read(ask, replace(answer, body=body), source, cursor, endpoints, now)
        reading = preparing.prepare(reading, source, rules, len(body), now, known)
        return list(wire.answer_frames(reading)), False
    except AggregatorError as error:
        return [wire.error_frame(error)], isinstance(error.__cause__, MemoryError)
    except MemoryError:
        return [_failure("parse_limits", "too large to be read")], True
    except RecursionError:
        return [_failure("parse_limits", "too deep to be read")], False
    except Exception as error:
        return [_failure("parse_crashed", f"the reader failed ({type(error).__name__}: {error})")], False


def _failure(code: str, detail: str) -> bytes:
    return wire.pack({"error": "ParseError", "detail": detail[:300], "code": code, "stage": "parse", "retry_at": None})


def _send(pipe: int, payload: bytes) -> None:
    left = memoryview(wire.frame(payload))
    while left:
        left = left[os.write(pipe, left) :]


def _receive(pipe: int) -> bytes | None:
    """One frame; None when the parent has closed the pipe."""
    header = _exactly(pipe, wire.HEADER)
    return None if header is None else _exactly(pipe, wire.length_of(header))


def _exactly(pipe: int, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(pipe, min(size, 2**20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
