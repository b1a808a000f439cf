"""A hundred days of news as a reader's sources bring them, for the real store and the real digest.

The texts are those of tests/understanding/world_own.json (three languages, thirteen outlets, every kind of news) and of the
demo world's feast week; how many items a day of theirs has is what a day here has. A simulated day takes some days of that
calendar: few at the weekend, none when nothing happens, many in a burst. A day that is taken again tells of other models: the
versions of its lines are raised. Lines whose weights are open come to the hub too.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aggregator.config import parse
from aggregator.demo.server import load_world
from aggregator.identity import prepare
from aggregator.labelling import Labelling
from aggregator.model import Entry, Lab, Poll, Repository, Source
from aggregator.storage import Store

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday. What the outlets hold before is their baseline."""
DAYS = 100
FEAST = range(40, 54)
"""The days on which the demo's two weeks are told beside the rest."""
_VERSION = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Piece:
    """One article of the corpus: its outlet, the day of its calendar, its story, and the lines that it is about."""

    outlet: str
    language: str
    entry: Mapping[str, Any]
    story: str
    lines: tuple[str, ...]


def corpus() -> tuple[dict[str, list[list[Piece]]], dict[str, str]]:
    """The articles of each day of the calendar, by story; and the labs of the lines whose weights are open."""
    world = json.loads((ROOT / "tests" / "understanding" / "world_own.json").read_text("utf-8"))
    truth, stories = world["truth"], defaultdict(list)
    for feed in world["feeds"]:
        for entry in feed["entries"]:
            said = truth["items"].get(entry["guid"], {})
            story = said.get("story") or entry["guid"]
            stories[story].append(Piece(feed["id"], feed["lang"], entry, story, tuple(said.get("lines", ()))))
    days: dict[str, list[list[Piece]]] = defaultdict(list)
    for pieces in stories.values():
        days[min(piece.entry["published"] for piece in pieces)[:10]].append(pieces)
    opened = {name: line["lab"] for name, line in truth["lines"].items() if line.get("openness") == "open-weights"}
    return dict(sorted(days.items())), opened


def drawn(day: int, chance: random.Random) -> int:
    """How many days of the calendar a simulated day takes."""
    if chance.random() < 0.08:
        return 0
    if (START + timedelta(days=day)).weekday() >= 5:
        return chance.choice((2, 3, 4))
    return chance.choice((20, 30, 40)) if chance.random() < 0.12 else chance.choice((5, 7, 8, 10, 12))


class Hundred:
    """The days, told one after the other to a store."""

    def __init__(self, store: Store, labs: Mapping[str, Lab], seed: int = 5) -> None:
        self.store, self.labs, self.chance = store, labs, random.Random(seed)
        self.rules = Labelling(labs)
        self.days, self.opened = corpus()
        self.order = list(self.days)
        self.taken: dict[str, int] = defaultdict(int)
        self.sources: dict[str, Source] = {}
        self.items = 0

    def live(self) -> Iterator[tuple[datetime, datetime]]:
        """Tell each day; yield its beginning and end when all of it is stored."""
        for source in [*self._outlets(), *self._hubs()]:
            self.sources[source.id] = source
            self._commit(source, [], START - timedelta(hours=1))
        feast = self._feast()
        for number in range(DAYS):
            begin = START + timedelta(days=number)
            told: dict[str, list[Entry]] = defaultdict(list)
            for _ in range(drawn(number, self.chance)):
                self._take(self.order[self.chance.randrange(len(self.order))], begin, told)
            if number in FEAST:
                for source, entry in feast.get(number - FEAST.start, ()):
                    told[source].append(self._entry(entry, begin, {}))
            for source, entries in told.items():
                self._commit(self.sources[source], entries, begin + timedelta(hours=20))
            yield begin, begin + timedelta(days=1)

    # ---------------------------------------------------------------- what is told

    def _outlets(self) -> Iterator[Source]:
        for pieces in (p for stories in self.days.values() for p in stories):
            for piece in pieces:
                if piece.outlet not in self.sources:
                    url = f"https://{piece.outlet}.example/feed"
                    yield Source(piece.outlet, "feed", url, title=piece.outlet.title(), language=piece.language)
        for feed in load_world()["feeds"]:
            if feed.get("entries"):
                name = f"demo-{feed['id']}"
                yield Source(name, "feed", f"https://{name}.example/feed", title=feed.get("title") or name)

    def _hubs(self) -> Iterator[Source]:
        for lab in self.labs.values():
            for owner in lab.huggingface[:1]:
                yield Source(f"huggingface:{owner}", "huggingface", f"https://hub.example/{owner}", lab=lab.id)

    def _feast(self) -> dict[int, list[tuple[str, Mapping[str, Any]]]]:
        """The demo's articles by the number of their day."""
        found: dict[int, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
        first = datetime(2026, 2, 5, tzinfo=UTC).date()
        for feed in load_world()["feeds"]:
            for entry in feed.get("entries", ()):
                if entry.get("published", "") >= "2026-02-05":
                    found[(datetime.fromisoformat(entry["published"]).date() - first).days].append(
                        (f"demo-{feed['id']}", entry)
                    )
        return found

    def _take(self, day: str, begin: datetime, told: dict[str, list[Entry]]) -> None:
        """One day of the calendar: all stories that began on it, with other versions where it was taken before."""
        copy, self.taken[day] = self.taken[day], self.taken[day] + 1
        for pieces in self.days[day]:
            names = {name for piece in pieces for name in piece.lines}
            raised = {v: _raised(v, copy) for name in names for v in _VERSION.findall(name)} if copy else {}
            for piece in pieces:
                told[piece.outlet].append(self._entry(piece.entry, begin, raised))
            for name in sorted(names & set(self.opened)):
                owner = (
                    next(iter(self.labs[self.opened[name]].huggingface), "") if self.opened[name] in self.labs else ""
                )
                if owner:
                    told[f"huggingface:{owner}"] += self._repositories(owner, _told(name, raised), begin)

    def _entry(self, entry: Mapping[str, Any], begin: datetime, raised: Mapping[str, str]) -> Entry:
        self.items += 1
        written = datetime.fromisoformat(entry["published"])
        at = begin + timedelta(hours=written.hour % 20, minutes=written.minute)
        words = {key: _told(str(entry.get(key) or ""), raised) for key in ("title", "summary")}
        content = _told(str(entry.get("content_html") or entry.get("content") or ""), raised)
        return Entry(f"{self.items}", f"https://a.example/{self.items}", content=content, published=at, **words)

    def _repositories(self, owner: str, line: str, begin: datetime) -> list[Entry]:
        """What a lab uploads with a line: one to three sizes, perhaps an FP8."""
        name, made = line.replace(" ", "-"), begin + timedelta(hours=6)
        sizes = self.chance.sample(("4B", "32B", "120B-A12B", "397B-A17B"), self.chance.choice((1, 1, 2, 3)))
        names = [f"{name}-{size}" for size in sizes] + (
            [f"{name}-{sizes[0]}-FP8"] if self.chance.random() < 0.5 else []
        )
        licence = self.chance.choice(("apache-2.0", "mit", "other"))
        return [
            Entry(
                f"{owner}/{repo}", f"https://hub.example/{owner}/{repo}", repo, published=made,
                lasting_id=f"{owner}/{repo}", artifact=Repository(
                    "huggingface", f"{owner}/{repo}", created=made, licence=licence, tags=("safetensors",),
                    pipeline="text-generation", files=("model.safetensors",), parameters=32 * 10**9, bytes=64 * 10**9,
                    context=262_144,
                ),
            )
            for repo in names
        ]  # fmt: skip

    # ---------------------------------------------------------------- into the store

    def _commit(self, source: Source, entries: list[Entry], now: datetime) -> None:
        made = [prepare(entry, source, self.rules, now) for entry in entries]
        self.store.commit_polls([Poll(source, tuple(made), {}, {}, True, now + timedelta(hours=1))], now)


def _raised(version: str, copy: int) -> str:
    first, dot, rest = version.partition(".")
    return f"{int(first) + 10 * copy}{dot}{rest}"


def _told(text: str, raised: Mapping[str, str]) -> str:
    """A text with other versions in it; numbers that are parts of others stay."""
    if not raised:
        return text
    words = "|".join(re.escape(version) for version in sorted(raised, key=len, reverse=True))
    return re.sub(rf"(?<![\d.])(?:{words})(?![\d%]|\.\d)", lambda match: raised[match[0]], text)


def starter_labs() -> Mapping[str, Lab]:
    """The labs of the repository's own sources.toml."""
    return parse((ROOT / "sources.toml").read_text("utf-8")).labs
