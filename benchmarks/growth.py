"""What grows with the store: a poll's new item, searches, `releases`, the digest, pruning, memory and size.

    python -m benchmarks.growth FOLDER [--sizes 10000,100000,1000000] [--rounds 7] [--dry]

FOLDER keeps the stores (`benchmarks.filling` makes those that are missing, which takes half an hour for a million). Each is
copied, and the copies are measured in turns, so that all sizes see the same machine. What is found goes into
docs/performance.md with a picture; `--dry` only prints it. The store is in the machine's page cache when it is measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from aggregator.model import ItemQuery, ReleaseQuery
from aggregator.storage import Store
from aggregator.understanding import Understanding
from benchmarks import filling, measure, ours, plots, report, results, world
from benchmarks.corpus import A_DAY, START, Text

SEARCHES = {
    "search 开源": "开源",
    "search weights": "weights",
    'search "open weights"': '"open weights"',
    "search ba (most items)": "ba",
}
POLLED, MEMORY, SIZE, RELEASES, DIGEST, PRUNING = (
    "poll, a new item", "memory of a poll", "size of an item", "releases", "digest, whole process", "pruning an item"
)  # fmt: skip
PROBE = 500
"""New items that each round adds, as polls of 25 entries, a transaction each."""
QUERIES = 12
"""Times that each query is asked in a round."""
T = TypeVar("T")
FEEDS = 20
"""Feeds of the poll whose memory is looked at."""


@dataclass(slots=True)
class Grown:
    """One size's copy, open, and what was measured of it: milliseconds (memory: MiB, size: KiB) by figure."""

    size: int
    folder: Path
    store: Store
    rules: Understanding
    fresh: Iterator[Text]
    hits: dict[str, int] = field(default_factory=dict)
    found: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, *values: float) -> None:
        """Keep what was measured."""
        self.found.setdefault(name, []).extend(values)

    @property
    def path(self) -> Path:
        """The copy."""
        return self.folder / "aggregator.db"


def grown(kept: Path, size: int, scratch: Path) -> Grown:
    """A copy of the kept store of a size, in a folder of its own, configured."""
    folder = scratch / str(size)
    folder.mkdir()
    filling.copy(filling.path_of(kept, size), folder / "aggregator.db")
    store, rules = filling.opened(folder / "aggregator.db", filling.configure(folder))
    return Grown(size, folder, store, rules, filling.corpus(size, size))


def once(one: Grown) -> None:
    """One round of what is quick."""
    _, wall = filling.add(one.store, one.rules, islice(one.fresh, PROBE), 1)
    one.note(POLLED, wall / PROBE * 1000)
    for name, words in SEARCHES.items():
        for _ in range(QUERIES):
            took, (_, one.hits[name]) = _timed(partial(one.store.items, ItemQuery(words=words, limit=20)))
            one.note(name, took)
    for _ in range(QUERIES):
        one.note(RELEASES, _timed(partial(one.store.releases, ReleaseQuery(limit=50)))[0])
    day = START + timedelta(days=max(0, one.size // A_DAY - 1))
    run = measure.run(ours.command(one.folder, "digest", "--date", f"{day:%Y-%m-%d}"))
    if run.status or len(run.output) < 500:
        raise RuntimeError(f"the digest of {day:%Y-%m-%d}: {run.errors or run.output}"[:300])
    one.note(DIGEST, run.wall * 1000)


def heavy(one: Grown, served: world.World) -> None:
    """What is measured once: pruning the three oldest days, and the memory of a poll by a process of its own."""
    for day in range(1, 4):
        before = START + timedelta(days=day)
        took, removed = _timed(partial(one.store.prune, before, before + timedelta(days=400)))
        one.note(PRUNING, took / max(1, removed))
    one.note(SIZE, one.path.stat().st_size / one.size / 1024)
    one.store.close()
    ours.configure(one.folder, served)
    run = measure.run(ours.command(one.folder, "poll"), sampled=True)
    if run.status:
        raise RuntimeError(run.errors[-300:])
    one.note(MEMORY, run.together)


def measured(kept: Path, sizes: list[int], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """{figure: {size: {p50, p95, and hits of a search}}}; the sizes in turns within a round, one round to warm up."""
    with tempfile.TemporaryDirectory(dir=kept) as scratch, world.opened(FEEDS) as served:
        every = [grown(kept, size, Path(scratch)) for size in sizes]
        for number in range(rounds + 1):
            for one in every:
                once(one)
                if number == 0:
                    one.found.clear()
            print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
        for one in every:
            heavy(one, served)
    return {
        name: {
            str(one.size): {
                "p50": statistics.median(one.found[name]),
                "p95": results.percentile(one.found[name], 0.95),
                **({"hits": float(one.hits[name])} if name in one.hits else {}),
            }
            for one in every
        }
        for name in every[0].found
    }


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return (time.perf_counter() - started) * 1000, result


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", type=Path)
    words.add_argument("--sizes", default="10000,100000,1000000")
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--dry", action="store_true")
    asked = words.parse_args()
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    filling.fill(asked.folder, sizes)
    found = results.load()
    found.figures["growth"] = {
        **results.about(rounds=asked.rounds),
        "figures": measured(asked.folder, sizes, asked.rounds),
    }
    print(report.sections(found)["growth"])
    if not asked.dry:
        found.save()
        picture = plots.growth({name: _medians(values) for name, values in found.figures["growth"]["figures"].items()})
        (results.FOLDER / "growth.svg").write_text(picture, "utf-8")
        report.write(found)


def _medians(values: dict[str, dict[str, float]]) -> dict[int, float]:
    return {int(size): figures["p50"] for size, figures in values.items()}


if __name__ == "__main__":
    main()
