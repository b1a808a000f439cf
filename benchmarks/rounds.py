"""The rounds: ours, the floor and the peers in turn on one world, each from an empty store, each count checked.

A contestant polls cold (nothing is stored), warm (every feed answers 304) and delta (every feed has one new entry). Ours
polls cold at 50 ms latency too, and once with its memory looked at. Rounds go on until there are enough of them or the
time is used up; a slow peer may then have fewer.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import measure, ours
from benchmarks.contestants import Contestant, Missing
from benchmarks.measure import Run
from benchmarks.results import Results, Sample
from benchmarks.world import World

FLOOR, HTTPX, OURS = "floor", "bare httpx", "aggregator"
LATENCY = 0.05


class Rounds:
    """Measures into `results` until the time is used up."""

    def __init__(self, served: World, results: Results, *, seconds: float, heavy: Sequence[Contestant]) -> None:
        self._served, self._results = served, results
        self._ends = time.monotonic() + seconds
        self._peers = [peer for peer in heavy if self._is_there(peer)]
        self._took: dict[str, float] = {}
        self._round = 0

    def run(self, rounds: int) -> None:
        """Up to `rounds` rounds, every other one the other way round; the first is always whole."""
        own, plain = ours.Ours(), ours.Plain()
        self._is_there(own)
        self._is_there(plain)
        steps: list[tuple[str, Callable[[], None]]] = [
            (FLOOR, self._floor),
            (OURS, lambda: self._contestant(own)),
            (plain.name, lambda: self._plain(plain)),
            ("memory", lambda: self._memory(own)),
            *((peer.name, lambda peer=peer: self._contestant(peer)) for peer in self._peers),
        ]
        for self._round in range(rounds):
            for name, step in steps if self._round % 2 == 0 else reversed(steps):
                started = time.monotonic()
                if self._round and started + self._took[name] > self._ends:
                    continue
                step()
                self._took[name] = time.monotonic() - started

    def _is_there(self, contestant: Contestant) -> bool:
        try:
            version = contestant.find()
        except Missing as reason:
            self._results.missing[contestant.name] = str(reason)
            print(f"{contestant.name} is left out: {reason}", file=sys.stderr, flush=True)
            return False
        self._results.contestants[contestant.name] = f"{version}; {contestant.settings}"
        return True

    def _contestant(self, one: Contestant) -> None:
        """Cold, warm and delta; ours also cold at a latency."""
        feeds, entries = self._served.feeds, self._served.entries
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self._served.change(after=False, latency=0)
            one.configure(folder, self._served)
            self._poll(one, folder, "cold", stored=entries, full=feeds)
            for _ in range(one.settles - 1):
                one.poll(folder)
            self._poll(one, folder, "warm", stored=entries, full=0)
            self._served.change(after=True)
            self._poll(one, folder, "delta", stored=entries + feeds, full=feeds)
        if one.name == OURS:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                self._served.change(after=False, latency=LATENCY)
                one.configure(folder, self._served)
                self._poll(one, folder, "cold at 50 ms", stored=entries, full=feeds)
                self._poll(one, folder, "warm at 50 ms", stored=entries, full=0)
                self._served.change(latency=0)

    def _plain(self, plain: ours.Plain) -> None:
        """Cold only."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self._served.change(after=False, latency=0)
            plain.configure(folder, self._served)
            self._poll(plain, folder, "cold", stored=self._served.entries, full=self._served.feeds)

    def _memory(self, own: ours.Ours) -> None:
        """The memory of ours, and of all its processes together, in a cold poll of its own: looking takes time."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self._served.change(after=False, latency=0)
            own.configure(folder, self._served)
            self._note(OURS, "memory", measure.run(ours.command(folder, "poll", "--json"), sampled=True))

    def _floor(self) -> None:
        """Raw GET, lxml and SQLite in one process; then the conditional requests alone, raw and by httpx."""
        self._served.change(after=False, latency=0)
        with tempfile.TemporaryDirectory() as name:
            urls = Path(name) / "urls"
            urls.write_text("\n".join(self._served.urls()))
            for who, mode, what in (
                (FLOOR, "cold", "cold"), (FLOOR, "warm", "warm"), (HTTPX, "httpx", "warm")
            ):  # fmt: skip
                run = measure.run([sys.executable, "-m", "benchmarks.bare", mode, str(urls), f"{name}/floor.db"])
                self._note(who, what, run)
                if mode == "cold" and run.status == 0:
                    for part, seconds in json.loads(run.output).items():
                        self._results.samples.append(Sample(self._round, FLOOR, part, seconds, seconds))

    def _poll(self, one: Contestant, folder: Path, what: str, *, stored: int, full: int) -> None:
        """One poll, noted and checked: what it stored, and how it asked."""
        self._served.count()
        self._note(one.name, what, one.poll(folder))
        counts, found = self._served.count(), one.stored(folder)
        if found != stored:
            self._complain(f"{one.name}, {what}: {found:,} entries are stored, {stored:,} were expected")
        if counts.full != full:
            self._complain(f"{one.name}, {what}: {counts.full:,} full answers were given, {full:,} were expected")

    def _note(self, who: str, what: str, run: Run) -> None:
        self._results.samples.append(Sample(self._round, who, what, run.wall, run.cpu, run.largest, run.together))
        print(f"round {self._round + 1}  {who:22} {what:14} {run.told()}", file=sys.stderr, flush=True)
        if run.status:
            self._complain(f"{who}, {what}: exit status {run.status}: {run.errors.strip()[-200:]}")

    def _complain(self, wrong: str) -> None:
        print(f"WRONG  {wrong}", file=sys.stderr, flush=True)
        self._results.wrong.append(wrong)
