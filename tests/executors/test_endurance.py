"""C9: after ten thousand polls the worker holds as many files, threads and bytes as after two thousand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from demo_world import QUIET
from fleet import Feeds, Fleet

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]
SOURCES, ROUNDS, WARM = 200, 50, 10
WORKER = """
import gc, json, os, sys, threading
from datetime import UTC, datetime, timedelta
from aggregator import app
from aggregator.executors.inprocess import Worker

now = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
config, database, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
with app.open(config=config, database=database, environ={}, now=lambda: now) as opened:
    worker = Worker(opened)
    worker.start()
    for number in range(1, rounds + 1):
        now += timedelta(hours=27)
        for tick in (worker.care, worker.poll, worker.tell):
            tick()
        gc.collect()
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
        children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
        print(json.dumps([pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd")),
                          threading.active_count(), len(children)]), flush=True)
        sys.stdin.readline()
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_c9_ten_thousand_polls_leave_files_threads_and_memory_flat(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with Feeds() as feeds:
        fleet = Fleet(tmp_path, "", feeds, SOURCES)
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(fleet.config), f"sqlite:///{tmp_path}/long.db", str(ROUNDS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path,
            env={"PATH": os.environ.get("PATH", ""), **QUIET},
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        seen: list[list[int]] = []
        for number in range(ROUNDS):
            seen.append(json.loads(process.stdout.readline()))
            feeds.part += (
                number < WARM - 1 or number % 10 == 4
            )  # fills the caches first; then something new now and then
            process.stdin.write("\n")
            process.stdin.flush()
        process.stdin.close()
        assert process.wait(60) == 0
    assert sum(feeds.asked.values()) == SOURCES * ROUNDS
    told = {"bytes": [], "files": [], "threads": [], "children": []}  # type: dict[str, list[int]]
    for values in seen[WARM - 1 :]:
        for name, value in zip(told, values, strict=True):
            told[name].append(value)
    print(told["bytes"])
    print({name: (values[0], values[-1], max(values)) for name, values in told.items()})
    record_property("endurance", {name: (values[0], values[-1], max(values)) for name, values in told.items()})
    for name in ("files", "threads", "children"):
        assert max(told[name]) <= 1.1 * told[name][0] + 1, (name, told[name])
    last = sorted(told["bytes"][-5:])[2]
    assert last <= 1.1 * sorted(told["bytes"][:5])[2], told["bytes"]
