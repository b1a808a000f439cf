"""Process 1 of a container: it passes signals on to the worker, buries orphans, and leaves with the worker's status."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.executors.first_process import under_first_process

WORK = """
import ctypes, os, signal, sys
from aggregator.executors.first_process import under_first_process
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # orphans come to us, as to process 1

def work():
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os._exit(0)  # an orphan that is dead
        os._exit(0)
    os.waitpid(child, 0)
    wanted = {signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)  # a signal that comes between two looks waits for the next
    print("ready", os.getpid(), flush=True)
    number = 0
    while number != signal.SIGTERM:
        number = signal.sigwait(wanted)
        print(int(number), flush=True)
    return 3

sys.exit(under_first_process(work, first=True))
"""
Started = Callable[[subprocess.Popen[str]], subprocess.Popen[str]]


def test_another_process_does_the_work_itself() -> None:
    assert under_first_process(lambda: 3) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are counted in /proc")
def test_signals_reach_the_worker_orphans_are_buried_and_its_status_is_ours(started: Started) -> None:
    process = started(subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, text=True))
    assert process.stdout is not None
    _, worker = process.stdout.readline().split()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 20
    while children.read_text().split() != [worker]:
        assert time.monotonic() < deadline, children.read_text()
        time.sleep(0.01)
    process.send_signal(signal.SIGHUP)
    assert process.stdout.readline().split() == [str(int(signal.SIGHUP))]
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline().split() == [str(int(signal.SIGTERM))]
    assert process.wait(20) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are counted in /proc")
def test_a_worker_that_was_killed_is_status_1(started: Started) -> None:
    process = started(subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, text=True))
    assert process.stdout is not None
    _, worker = process.stdout.readline().split()
    subprocess.run(["kill", "-9", worker], check=True)
    assert process.wait(20) == 1
