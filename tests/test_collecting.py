"""The collector is put off while somebody works, and is as before when the last one has left."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys

import pytest

from aggregator import collecting


def test_full_collections_are_put_off_until_the_last_one_has_left() -> None:
    before = gc.get_threshold()
    first, second = collecting.put_off(), collecting.put_off()
    with first:
        assert gc.get_threshold()[:2] == before[:2] and gc.get_threshold()[2] > 100_000
        with second:
            pass
        assert gc.get_threshold()[2] > 100_000
    assert gc.get_threshold() == before


ARENAS = """
import re, threading
from aggregator import collecting
if {first}:
    collecting.one_arena()
held, wait = [], threading.Barrier(7)
def work():
    held.append([bytes(5000 + n) for n in range(50)])
    wait.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
[thread.start() for thread in threads]
wait.wait()
starts = re.findall(r"(?m)^([0-9a-f]+)-[0-9a-f]+ rw-p 00000000 00:00 0\\s*$", open("/proc/self/maps").read())
print(sum(int(start, 16) % 2**26 == 0 for start in starts))
"""
"""Counts glibc's arenas of threads, which begin at multiples of 64 MiB (malloc/arena.c, HEAP_MAX_SIZE)."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
@pytest.mark.parametrize("first", [True, False])
def test_threads_take_their_memory_from_one_arena(first: bool) -> None:
    code = ARENAS.replace("{first}", str(first))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (int(done.stdout) == 0) == first
