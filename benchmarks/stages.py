"""Where the time of a cold poll goes: CPU milliseconds a feed of 25 entries by stage, beside the floor and feedparser.

    python -m benchmarks.stages [--rounds 3]

Each stage does its work for the same forty feeds in this process, one after the other; medians over rounds. What is left
of a whole poll is start-up, the pipes between processes and waiting. It measures stages and is no poll.
"""

from __future__ import annotations

import argparse
import io
import statistics
from collections.abc import Callable

import feedparser

from aggregator import copies, identity, searching, text
from aggregator.model import Answer, Ask, Entry, Labels, Poll, Prepared, Source
from aggregator.sources import KINDS, Endpoints
from aggregator.storage import Store
from benchmarks import filling, guard
from benchmarks.guard import NOW, Rig


class _Nothing:
    """Rules that say nothing of any text."""

    def labels(self, *_: object, **__: object) -> Labels:
        return Labels(kind="other")


def measured(rounds: int = 3) -> dict[str, float]:
    """CPU milliseconds a feed by stage; `feedparser` and the parts of the floor beside them."""
    found: dict[str, list[float]] = {}
    with guard.rigged() as rig:
        listings = read(rig)
        ready = prepare(rig, listings)
        for number in range(rounds + 1):
            for name, work in stages(rig, listings, ready).items():
                seconds = guard.seconds(work)
                if number:
                    found.setdefault(name, []).append(seconds / guard.FEEDS * 1000)
    return {name: statistics.median(values) for name, values in found.items()}


def stages(
    rig: Rig, listings: list[tuple[Source, list[Entry]]], ready: list[list[Prepared]]
) -> dict[str, Callable[[], object]]:
    """The work of each stage by its name."""
    every = [(source, entry) for source, entries in listings for entry in entries]
    flat = [one for some in ready for one in some]
    return {
        "fetch": lambda: guard.fetch(rig),
        "read": lambda: guard.read_all(rig),
        "clean": lambda: [(text.title(e.title), text.clean(e.summary), text.clean(e.content)) for _, e in every],
        "understand": lambda: [
            rig.rules.labels(e, s, title=p.title, summary=p.summary, content=p.content)
            for (s, e), p in zip(every, flat, strict=True)
        ],
        "fingerprint": lambda: [
            copies.fingerprint(p.title, p.summary, p.content, p.language, p.published or NOW) for p in flat
        ],
        "search tokens": lambda: [
            (searching.search_tokens(p.title), searching.search_tokens(p.summary, p.content)) for p in flat
        ],
        "prepare, all but understanding": lambda: [identity.prepare(e, s, _Nothing(), NOW) for s, e in every],
        "store": lambda: commit(rig, listings, ready),
        "floor: fetch": lambda: guard.fetch_raw(rig),
        "floor: read": lambda: guard.read_raw(rig),
        "feedparser": lambda: [feedparser.parse(io.BytesIO(body)) for _, body in rig.documents],
    }


def read(rig: Rig) -> list[tuple[Source, list[Entry]]]:
    """Each feed's source with its entries."""
    listings = []
    for number, (kind, body) in enumerate(rig.documents):
        source = Source(f"feed{number}", "feed", f"https://outlet{number}.example/feed")
        answer = Answer(source.url, 200, {"content-type": kind}, body)
        reading = KINDS["feed"].read(Ask(source.url), answer, source, {}, Endpoints(), NOW)
        listings.append((source, list(reading.entries)))
    return listings


def prepare(rig: Rig, listings: list[tuple[Source, list[Entry]]]) -> list[list[Prepared]]:
    """Each feed's entries made ready."""
    return [[identity.prepare(entry, source, rig.rules, NOW) for entry in some] for source, some in listings]


def commit(rig: Rig, listings: list[tuple[Source, list[Entry]]], ready: list[list[Prepared]]) -> None:
    """All polls into an empty store, twenty a transaction; making the store is part of it."""
    path = rig.folder / "stages.db"
    filling.remove(path)
    with Store.open(f"sqlite:///{path}") as store:
        polls = [
            Poll(source, tuple(some), {}, {}, complete=True, next_poll_at=NOW)
            for (source, _), some in zip(listings, ready, strict=True)
        ]
        for start in range(0, len(polls), 20):
            store.commit_polls(polls[start : start + 20], NOW)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=3)
    for name, took in measured(words.parse_args().rounds).items():
        print(f"{name:32} {took:8.2f} ms CPU a feed")


if __name__ == "__main__":
    main()
