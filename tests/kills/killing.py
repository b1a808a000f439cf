"""Polls of the demo world that are killed (SIGKILL) at random moments, and what must hold after each kill.

Nothing that a poll acknowledged is lost, nothing is stored twice, the database is sound, and once a poll is left to
end, the content is that of a database whose polls were never disturbed.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from demo_world import QUIET, World, make_world

from aggregator.demo.server import DemoServer

DRIVER = """
import json, random, sys
from aggregator import app, fetch, parsing, poll
config, database, seed = sys.argv[1:]
with app.open(config=config, database=database) as opened:
    sources, rules, store = opened.sources(()), opened.understanding, opened.store
    random.Random(int(seed)).shuffle(sources)
    print(json.dumps(["ready"]), flush=True)
    opened.poll(sources, lambda outcome, left: print(json.dumps([outcome.id, outcome.outcome, outcome.new]), flush=True))
    print(json.dumps(["done"]), flush=True)
"""
"""A poll that says on standard output, in the moment it knows, which source was polled with which outcome."""


@dataclass
class Figures:
    """What the loop saw."""

    kills: int = 0
    before_ready: int = 0
    during: int = 0
    too_late: int = 0
    databases: int = 0
    acknowledged: int = 0
    items: int = 0
    worst: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.before_ready} while starting, {self.during} during a poll, "
            f"{self.too_late} after it) on {self.databases} databases; {self.acknowledged} acknowledged polls, "
            f"{self.items} items at the end; slowest recovery {self.worst:.1f} s; {len(self.wrong)} violations"
        )


@dataclass
class Loop:
    """The loop over one server; `folder` takes the databases."""

    folder: Path
    server: DemoServer
    rng: random.Random
    figures: Figures = field(default_factory=Figures)
    tell: Callable[[str], None] = lambda message: None

    def run(self, kills: int, per_database: int = 4) -> Figures:
        """Kill that many polls, several on each database, then let a poll end and compare."""
        self.server.latency = 0.0
        reference = make_world(self._folder("reference"), self.server)
        reference.poll()
        expected, known = sorted(reference.dump().splitlines()), stored(reference)
        while self.figures.kills < kills:
            world = make_world(self._folder(f"killed-{self.figures.databases}"), self.server)
            self.figures.databases += 1
            held: set[tuple[str, str]] = set()
            for _ in range(min(per_database, kills - self.figures.kills)):
                held |= self._kill_one(world, known)
                self._expect_sound(world, held)
            self._end_undisturbed(world, expected)
        return self.figures

    def _folder(self, name: str) -> Path:
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def _kill_one(self, world: World, known: dict[str, set[str]]) -> set[tuple[str, str]]:
        """Start a poll, kill it at a random moment; what it had acknowledged as (source, guid)."""
        self.server.latency = self.rng.choice((0.02, 0.06, 0.12))
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(world.config), world.database, str(self.rng.getrandbits(30))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={"PATH": os.environ.get("PATH", ""), **QUIET, **world.environ},
        )
        assert process.stdout is not None
        first = ""
        if self.rng.random() < 0.15:
            time.sleep(self.rng.random() * 0.8)  # while it starts, makes the database, upgrades the schema
        else:
            first = process.stdout.readline()
            time.sleep(self.rng.random() * (0.4 + 10 * self.server.latency))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        lines = [json.loads(line) for line in (first + out).splitlines() if line.endswith("]")]
        told = [line for line in lines if len(line) == 3]
        self.figures.kills += 1
        self.figures.acknowledged += len(told)
        self.figures.too_late += ["done"] in lines
        self.figures.during += ["ready"] in lines and ["done"] not in lines
        self.figures.before_ready += ["ready"] not in lines
        whole = [source for source, outcome, _ in told if outcome in ("new", "updated", "unchanged")]
        return {(source, guid) for source in whole for guid in known.get(source, ())}

    def _expect_sound(self, world: World, held: set[tuple[str, str]]) -> None:
        if not world.file.exists():
            return
        there = {(source, guid) for source, guids in stored(world).items() for guid in guids}
        self.figures.wrong += [f"lost: {one}" for one in sorted(held - there)]
        self.figures.wrong += [f"doubled: {one}" for one in doubled(world)]
        self.figures.wrong += [f"db check: {one}" for one in world.check()]

    def _end_undisturbed(self, world: World, expected: list[str]) -> None:
        self.server.latency = 0.0
        began = time.monotonic()
        outcomes = world.poll()
        self.figures.worst = max(self.figures.worst, time.monotonic() - began)
        self.figures.wrong += [f"deferred: {o.id}: {o.error}" for o in outcomes if o.outcome == "deferred"]
        self._expect_sound(world, set())
        found = sorted(world.dump().splitlines())
        gone, come = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
        self.figures.wrong += [f"content: - {line[:300]}" for line in gone]
        self.figures.wrong += [f"content: + {line[:300]}" for line in come]
        self.figures.items += sum(len(guids) for guids in stored(world).values())
        self.tell(str(self.figures))


def stored(world: World) -> dict[str, set[str]]:
    """The guids in the database by source; empty before the schema is there."""
    found: dict[str, set[str]] = {}
    for source, guid in rows(world, "SELECT source, guid FROM item"):
        found.setdefault(source, set()).add(guid)
    return found


def doubled(world: World) -> list[str]:
    return [f"{s} {g}" for s, g in rows(world, "SELECT source, guid FROM item GROUP BY 1, 2 HAVING count(*) > 1")]


def rows(world: World, statement: str) -> list[tuple[str, str]]:
    connection = sqlite3.connect(world.file, timeout=10)
    try:
        return list(connection.execute(statement))
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise
    finally:
        connection.close()


def loop(folder: Path, kills: int, seed: int, tell: Callable[[str], None] = lambda message: None) -> Figures:
    """Run the loop on a server of its own."""
    assert threading.current_thread() is threading.main_thread()
    with DemoServer() as server:
        return Loop(folder, server, random.Random(seed), tell=tell).run(kills)
