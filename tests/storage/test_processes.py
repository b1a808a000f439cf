"""Two processes at once, and processes killed at any moment: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from storage_world import NOW, poll, prepared
from test_ties import halves, world

from aggregator.storage import Store

HERE = Path(__file__).parent
WORK = """
import random, sys
from test_ties import halves, world
from storage_world import NOW
from aggregator.storage import Store
seed, url, rounds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rng = random.Random(seed)
with Store.open(url, regions={"qwen": "cn"}) as store:
    print("ready", flush=True)
    for _ in range(rounds):
        parts = halves(world())
        rng.shuffle(parts)
        for part in parts:
            counts = store.commit_polls([part], NOW)
            print(part.source.id, *(p.key for p in part.prepared), flush=True)
"""

NEW = """
import itertools, sys
from storage_world import FEED, NOW, OTHER, QWEN, poll, prepared
from aggregator.storage import Store
seed, url = sys.argv[1:3]
with Store.open(url, regions={"qwen": "cn"}) as store:
    print("ready", flush=True)
    for n in itertools.count():
        parts = [
            poll([prepared(f"{seed}-{n}-{i}", f"Words {n} of {i}", source=s, line=i and QWEN or None) for i in range(4)], s)
            for s in (FEED, OTHER)
        ]
        store.commit_polls(parts, NOW)
        for part in parts:
            print(part.source.id, *(p.key for p in part.prepared), flush=True)
"""


def start(seed: int, url: str, rounds: int, work: str = WORK) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    return subprocess.Popen([sys.executable, "-c", work, str(seed), url, str(rounds)], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "PYTHONPATH": path})  # fmt: skip


def test_two_processes_that_store_at_once_make_the_content_of_one(tmp_path: Path, url: str) -> None:
    running = [start(seed, url, 3) for seed in (1, 2)]
    assert [process.wait(60) for process in running] == [0, 0]
    with Store.open(f"sqlite:///{tmp_path}/alone.db", regions={"qwen": "cn"}) as alone, Store.open(url) as store:
        alone.commit_polls(halves(world()), NOW)
        assert (alone.logical_dump(), []) == (store.logical_dump(), store.check())
    for process in running:
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.slow
def test_a_killed_process_loses_nothing_that_it_had_stored(tmp_path: Path, url: str) -> None:
    rng = random.Random(7)
    told: set[tuple[str, str]] = set()
    for kill in range(8):
        process = start(kill, url, 0, NEW)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        for line in out.splitlines()[:-1]:
            source, *keys = line.split()
            told |= {(source, key) for key in keys}
    with Store.open(url) as store:
        assert store.check() == []
        with store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT source, key FROM item").all()
        assert told <= {(row[0], row[1]) for row in rows}
        assert len(rows) == len(set(rows))


def test_a_reader_sees_whole_polls_while_another_process_writes(store: Store, url: str) -> None:
    process = start(3, url, 2)
    seen = set()
    while process.poll() is None:
        with Store.open(url) as reader:
            seen.add(reader.counts()["items"])
    assert process.stdout is not None
    process.stdout.close()
    assert process.returncode == 0
    sizes = [len(part.prepared) for part in halves(world())]
    sums = {0}
    for size in sizes:
        sums |= {total + size for total in sums}
    assert seen <= sums
    assert store.commit_polls([poll([prepared("after")])], NOW)[0].new == 1
