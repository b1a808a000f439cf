"""Notices when something became slow: CPU time of ours in units of the floor's, against ratios that are kept.

    python -m benchmarks.guard [--rounds 3] [--keep]

Each measure does the same work twice, by ours and by the floor on the same data in the same round; medians of the ratios
over rounds are compared with `guard.json`. Seconds of CPU time and ratios, never wall time: a busy or slower machine
changes both sides. A ratio that is more than half above the kept one fails (exit status 1); `--keep` keeps what was
found as the new measure, which is a change that a reviewer sees. It ends within a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator import config
from aggregator.fetch import Fetcher
from aggregator.model import Answer, Ask, Poll, Source
from aggregator.sources import KINDS, Endpoints
from aggregator.storage import Store
from aggregator.understanding import Understanding
from benchmarks import filling, measure, ours, raw, understanding, world
from benchmarks.corpus import texts
from benchmarks.documents import CONTENT_TYPES, feeds

KEPT = Path(__file__).with_name("guard.json")
WORSE = 1.5
"""A ratio may be at most so many times the kept one."""
FEEDS = 40
NOW = datetime(2024, 3, 1, tzinfo=UTC)

Measure = Callable[[], tuple[float, float]]
"""Does some work by ours and by the floor; CPU seconds of each."""


@dataclass(frozen=True, slots=True)
class Rig:
    """What the measures share: a world, its documents, the rules, a folder to write in."""

    served: world.World
    documents: tuple[tuple[str, bytes], ...]
    """(content type, body) of each feed."""
    rules: Understanding
    folder: Path


@contextmanager
def rigged() -> Iterator[Rig]:
    """Everything that is needed, while the block runs."""
    rules = Understanding(config.load(ours.STARTER, {}).labs)
    documents = tuple((CONTENT_TYPES[feed.form], feed.before) for feed in feeds(FEEDS))
    with world.opened(FEEDS) as served, tempfile.TemporaryDirectory() as folder:
        ours.configure(Path(folder), served)
        yield Rig(served, documents, rules, Path(folder))


def measures(rig: Rig) -> dict[str, Measure]:
    """What is measured, by name."""
    return {
        "reading": lambda: (seconds(lambda: read_all(rig)), seconds(lambda: read_raw(rig), 10)),
        "understanding": lambda: understand(rig.rules),
        "storing": lambda: store(rig),
        "fetching": lambda: (seconds(lambda: fetch(rig), 2), seconds(lambda: fetch_raw(rig), 10)),
        "cold poll": lambda: poll(rig),
        "start of --help": lambda: (_process(rig, "--help"), bare()),
        "start of items": lambda: (_process(rig, "items"), bare()),
    }


def ratios(rig: Rig, rounds: int = 3, only: Collection[str] = ()) -> dict[str, float]:
    """The median over rounds of ours / floor by measure, each round measuring everything in turn; one turn warms up."""
    found: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        for name, work in measures(rig).items():
            if only and name not in only:
                continue
            own, floor = work()
            if number:
                found.setdefault(name, []).append(own / floor)
    return {name: statistics.median(values) for name, values in found.items()}


def complaints(found: Mapping[str, float], kept: Mapping[str, float]) -> list[str]:
    """What became worse by more than half, or is not measured any more, or not kept yet."""
    told = [
        f"{name}: {ratio:.1f} times the floor; {kept[name]:.1f} were kept, at most {kept[name] * WORSE:.1f} are allowed"
        for name, ratio in found.items()
        if name in kept and ratio > kept[name] * WORSE
    ]
    told += [f"{name}: not kept yet (python -m benchmarks.guard --keep)" for name in found if name not in kept]
    return told + [f"{name}: kept, but not measured" for name in kept if name not in found]


def kept() -> dict[str, float]:
    """The ratios that are kept."""
    return {name: float(ratio) for name, ratio in json.loads(KEPT.read_text()).items()} if KEPT.exists() else {}


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of one call, as the mean of `times`."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times


# ------------------------------------------------------------------------------------------------ the work


def read_all(rig: Rig) -> int:
    """Bytes to entries by the readers of feeds, in this process."""
    count = 0
    for number, (kind, body) in enumerate(rig.documents):
        url = f"https://outlet{number}.example/feed"
        source = Source(f"feed{number}", "feed", url)
        answer = Answer(url, 200, {"content-type": kind}, body)
        count += len(KINDS["feed"].read(Ask(url), answer, source, {}, Endpoints(), NOW).entries)
    assert count == rig.served.entries, count
    return count


def read_raw(rig: Rig) -> int:
    return sum(len(list(raw.rows_of(body))) for _, body in rig.documents)


def understand(rules: Understanding) -> tuple[float, float]:
    corpus = list(texts(1000, body=600))
    return (
        seconds(lambda: understanding.label_all(rules, corpus)),
        seconds(lambda: understanding.fold_all(corpus), 10),
    )


def store(rig: Rig) -> tuple[float, float]:
    """Eight polls of 100 new items in an empty store; the floor inserts the same fields into an empty table."""
    path, bare_path = rig.folder / "guard.db", rig.folder / "floor.db"
    filling.remove(path)
    filling.remove(bare_path)
    now, polls, rows = NOW, [], []
    for number, some in enumerate(filling.chunks(texts(800, body=600), 100)):
        source = filling.source_of(number)
        entries = tuple(filling.prepared(text, source, rig.rules, now) for text in some)
        polls.append(Poll(source, entries, {}, {}, complete=True, next_poll_at=now + timedelta(hours=1)))
        rows += [(number, (e.key, e.url, e.title, str(e.published), e.summary, e.content)) for e in entries]
    with Store.open(f"sqlite:///{path}") as opened, sqlite3.connect(bare_path) as connection:
        own = seconds(lambda: opened.commit_polls(polls, now))
        connection.execute("pragma journal_mode=wal")
        floor = seconds(lambda: raw.store(connection, rows))
    return own, floor


def fetch(rig: Rig) -> None:
    """Every feed once through the fetcher: checked, capped, with a deadline."""

    async def run() -> list[Answer]:
        async with Fetcher(
            user_agent="benchmark/1 (+https://benchmark.example)", allow_private_hosts=["127.0.0.0/8"]
        ) as fetcher:
            return list(await asyncio.gather(*(fetcher.get(Ask(url)) for url in rig.served.urls())))

    assert all(answer.status == 200 for answer in asyncio.run(run()))


def fetch_raw(rig: Rig) -> None:
    assert all(status == 200 for status, _ in asyncio.run(raw.fetch_all(rig.served.urls())))


def poll(rig: Rig) -> tuple[float, float]:
    """A cold poll of all feeds as a command, workers included; the floor fetches, parses and stores, in this process."""
    filling.remove(rig.folder / "aggregator.db")
    run = measure.run(ours.command(rig.folder, "poll", "--json"))
    assert run.status == 0 and ours.stored(rig.folder) == rig.served.entries, run.errors[-300:]

    def floor() -> None:
        filling.remove(rig.folder / "floor.db")
        answers = asyncio.run(raw.fetch_all(rig.served.urls()))
        with sqlite3.connect(rig.folder / "floor.db") as connection:
            raw.store(
                connection, [(place, row) for place, (_, body) in enumerate(answers) for row in raw.rows_of(body)]
            )

    return run.cpu, seconds(floor, 5)


def bare() -> float:
    """An interpreter that does nothing, the median of five."""
    return statistics.median(measure.run([sys.executable, "-c", "pass"]).cpu for _ in range(5))


def _process(rig: Rig, *words: str) -> float:
    return statistics.median(measure.run(ours.command(rig.folder, *words)).cpu for _ in range(3))


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--keep", action="store_true", help="Keep what is found as the new measure.")
    asked = words.parse_args()
    before = kept()
    with rigged() as rig:
        found = ratios(rig, asked.rounds)
    for name, ratio in found.items():
        told = f"kept {before[name]:.1f}, at most {before[name] * WORSE:.1f}" if name in before else "not kept yet"
        print(f"{name:18} {ratio:7.1f} times the floor ({told})")
    if asked.keep:
        KEPT.write_text(json.dumps({name: round(ratio, 1) for name, ratio in found.items()}, indent=1) + "\n")
        return 0
    wrong = complaints(found, before)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
