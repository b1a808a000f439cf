"""Memory: Python's collector of cycles, kept from looking at everything while much is in memory, and glibc's arenas.

A full collection visits every object of the process and stops every thread for that long: 0.3 s beside 5,000 entries in
work. Young objects are collected as always, and what is freed by counting references needs no collector. Nothing here
collects by itself.
"""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SELDOM = (20_000, 20, 20)
"""Thresholds (`gc.set_threshold`) while many values are made that live until they are sent or stored: with Python's own,
looking for circles among them was a fifth of a large poll's time."""
_NEVER = 1_000_000
_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""
_lock = threading.Lock()
_inside = 0
_usual = gc.get_threshold()


@contextmanager
def put_off() -> Iterator[None]:
    """No full collection begins until the last of those who are inside has left. Safe from any thread."""
    global _inside, _usual
    with _lock:
        _inside += 1
        if _inside == 1:
            _usual = gc.get_threshold()
            gc.set_threshold(_usual[0], _usual[1], _NEVER)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_usual)


@contextmanager
def seldom() -> Iterator[None]:
    """Collections begin by SELDOM here, and as before afterwards. For one thread at a time."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def settle() -> None:
    """What is in memory now will stay, so that no later collection looks at it: for a service that has just started."""
    one_arena()
    gc.collect()
    gc.freeze()


def one_arena() -> None:
    """Have glibc take all memory from one arena: with one for each thread, texts that go from the threads that read to the
    one that stores leave holes in all of them (a quarter of a large poll's memory). For the start of a program's work."""
    with suppress(OSError, AttributeError):  # another C library has no such call
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
