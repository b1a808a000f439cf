"""Readers for workers of the tests: each document's bytes say what the reader does. Runs in the worker process."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from aggregator.errors import ParseError
from aggregator.model import Ask, Entry, Reading

HELD: list[bytes] = []


def spin() -> None:
    while True:
        pass


def spin_in_c() -> None:
    """No bytecode is run: neither Python's signal handlers nor a thread could end this."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def eat() -> None:
    while True:
        HELD.append(b"x" * 2**24)


def nest() -> None:
    nest()


def fail() -> None:
    raise ZeroDivisionError("a defect")


def refuse() -> None:
    raise ParseError("nothing there", code="selector_empty")


def connect() -> None:
    socket.create_connection(("127.0.0.1", 9))


def write() -> None:
    with open("/tmp/aggregator-must-not-be-there", "w") as file:  # noqa: S108
        file.write("x")


ACTS: dict[str, Callable[[], Any]] = {
    "spin": spin,
    "spin_in_c": spin_in_c,
    "eat": eat,
    "nest": nest,
    "fail": fail,
    "refuse": refuse,
    "connect": connect,
    "write": write,
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "sleep": lambda: time.sleep(600),
    "nap": lambda: time.sleep(0.3),
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "oom": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "print": lambda: print("in the way", flush=True),
}


def read(ask: Any, answer: Any, *_: Any) -> Reading:
    """Do what the first word of the body says; then the entries are what this process is and knows."""
    word, _, count = answer.body.decode().partition(" ")
    if word in ACTS:
        ACTS[word]()
    if word == "many":
        return Reading(tuple(Entry(str(i), None, "x" * 1000, content="好" * 1000) for i in range(int(count))))
    if word == "wrong":
        return Reading((Entry(7, None, "a number for a guid"),))  # type: ignore[arg-type]
    return Reading(
        (Entry(f"pid:{os.getpid()}", None, word, extra={"environment": dict(os.environ)}),),
        follow=(Ask("https://example.org/", body=b"\xff\x00", context={"~": [1, (2,)]}),),
        cursor={"text": "\ud800 好", "list": [1, None, True, 1.5]},
        notes=("a note",),
    )
