"""The kill loop: one to three processes at once on one database, killed at random moments, with full disks and clock steps.

A round has new articles and a crowd: workers, people who poll and send by hand, people who prune, back up and check. After
each round the database is looked at from outside: sound, nothing twice, and whatever the validators say was read is
there. Now and then, and at the end, a life goes on undisturbed; then everything must have been told once.
"""

from __future__ import annotations

import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from delivery_kills import Figures, Loop, tell, unsound

BESIDE = ("live", "by_hand", "by_hand", "by_hand", "keep_house")
"""What others than the first of a crowd do."""
STEP = timedelta(minutes=40)
CALM_EVERY = 10
"""Rounds between two lives that nobody disturbs."""


@dataclass
class Crowds:
    """The loop's story on one world; `kills` is how many it shall see."""

    kills: int
    processes: int = 3
    say: Callable[[str], None] = lambda told: None
    rounds: int = 0
    full_disks: int = 0
    clock_steps: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    pace: float = 0.5
    """Seconds that a life takes when nobody disturbs it."""

    def __call__(self, loop: Loop) -> None:
        self._calm(loop)
        began = time.monotonic()
        while loop.figures.killed < self.kills:
            self.rounds += 1
            loop.now += STEP
            loop._print()
            self._round(loop)
            self._look(loop)
            if self.rounds % CALM_EVERY == 0:
                self._calm(loop)
            if self.rounds % 25 == 0:
                self.say(f"{time.monotonic() - began:.0f} s: {self}; {loop.figures}")
        for _ in range(3):
            self._calm(loop)

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, {self.full_disks} full disks, {self.clock_steps} clock steps, "
            f"statuses {dict(sorted(self.statuses.items()))}"
        )

    def _calm(self, loop: Loop) -> None:
        loop.now += STEP
        began = time.monotonic()
        status = loop.live()["status"]
        self.pace = 0.7 * self.pace + 0.3 * (time.monotonic() - began)
        if status:
            loop.figures.wrong.append(f"round {self.rounds}: the undisturbed life ended with {status}")
        self._look(loop)

    def _round(self, loop: Loop) -> None:
        rng = loop.rng
        number = rng.randint(1, self.processes)
        loop.paper.now = loop.now
        lives: list[dict[str, Any]] = []
        for place in range(number):
            moment, room = loop.now, None
            if rng.random() < 0.05:
                moment += rng.choice((timedelta(hours=-3), timedelta(hours=2), timedelta(days=-1)))
                self.clock_steps += 1
            if rng.random() < 0.08:
                room = rng.choice((4096, 65536, 262144))
                self.full_disks += 1
            lives.append({
                "config": str(loop.folder / "sources.toml"), "database": f"sqlite:///{loop.file}",
                "now": moment.isoformat(), "fault": "", "room": room, "scene": rng.choice(BESIDE) if place else "live",
                "in_place": rng.random() < 0.95,
                "after": rng.uniform(0, 0.6 * number * self.pace) if rng.random() < 0.97 else None,
            })  # fmt: skip
        statuses = loop.driver.ask(crowd=lives)["statuses"]
        loop.figures.lives += number
        loop.figures.killed += statuses.count(-signal.SIGKILL)
        self.statuses.update(statuses)
        if 5 in statuses:
            loop.figures.wrong.append(f"round {self.rounds}: `db check` or a backup found something wrong")

    def _look(self, loop: Loop) -> None:
        """From outside: sound, nothing twice, and what the validators say was read is there."""
        wrong = unsound(loop.file)
        connection = sqlite3.connect(f"file:{loop.file}?mode=ro", uri=True, timeout=10)
        stored = {guid for (guid,) in connection.execute("SELECT guid FROM item")}
        pruned = connection.execute("SELECT count(*) FROM tombstone").fetchone()[0]
        named = [tag for (tag,) in connection.execute("SELECT etag FROM validator")]
        connection.close()
        lines = {f"{one.source}-{one.number}" for one in loop.paper.articles if one.status}
        for tag in named:
            missing = loop.paper.served.get(tag, set()) - stored
            wrong += [f"read, but not stored: {guid}" for guid in missing & lines]
            if len(missing - lines) > pruned:
                wrong.append(f"read, but neither stored nor pruned: {sorted(missing - lines)}")
        loop.figures.wrong += [f"round {self.rounds}: {one}" for one in wrong]


def run(
    folder: Path, kills: int, *, processes: int = 3, seed: int = 1, say: Callable[[str], None] = lambda told: None
) -> tuple[Figures, Crowds]:
    """The loop, its account and what it went through; SIGKILL as often as asked."""
    crowds = Crowds(kills, processes, say)
    return tell(folder, crowds, seed=seed), crowds
