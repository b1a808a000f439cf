"""One trace of random steps on SQLite and on PostgreSQL: the same answers on the way, the same content at the end."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres

sys.path.insert(0, str(Path(__file__).parents[1] / "deliver"))

from house import START, Desk, House  # noqa: E402  (tests/ is no package)
from storage_world import FEED, GLM, HUB, OTHER, QWEN, about, poll, prepared, repository  # noqa: E402

from aggregator.errors import DeliveryError  # noqa: E402
from aggregator.model import ItemQuery, ReleaseQuery, StoryQuery  # noqa: E402
from aggregator.names import make_line  # noqa: E402
from aggregator.storage import Store  # noqa: E402

LINES = (QWEN, GLM, make_line("qwen", "Qwen", "3.6"), make_line("zhipu", "GLM", "5.1"), None)
STATUSES = ("rumoured", "announced", "available", "open", "mention")
WORDS = ("开源", "模型", "Qwen3.5", "GLM-5", "智谱", "weights", "price", "今日", "agents", "benchmark", "传闻")
QUERIES = ("开源", "qwen3.5", "GLM-5", '"模型 weights"', "智谱 price", "源", "benchmark agents", "nothing")


@dataclass
class Walk:
    """A house and what was answered so far; every choice comes from one random number generator."""

    house: House
    rng: random.Random
    told: list[Any] = field(default_factory=list)
    known: list[str] = field(default_factory=list)

    def step(self) -> None:
        kinds: list[tuple[int, Callable[[], Any]]] = [
            (40, self.poll), (12, self.edit), (8, self.hub), (4, self.copies), (3, self.fail), (6, self.quiet),
            (4, self.plan), (6, self.send), (1, self.prune), (6, self.ask), (2, self.rights), (1, self.rederive),
        ]  # fmt: skip
        act = self.rng.choices([one for _, one in kinds], [weight for weight, _ in kinds])[0]
        self.house.later(minutes=self.rng.choice((1, 5, 30, 180)))
        self.told.append((act.__name__, act()))

    def entry(self, guid: str, **more: Any) -> Any:
        rng = self.rng
        title = " ".join(rng.choices(WORDS, k=rng.randrange(2, 7)))
        line = rng.choice(LINES)
        more.setdefault("published", rng.choice((None, self.house.now - timedelta(hours=rng.randrange(72)))))
        kind = rng.choice(("release", "update", "rumour", "policy", "other"))
        labels = about(line, kind, rng.choice(STATUSES), topics=tuple(rng.sample(("agents", "chips", "policy"), k=1)))
        return prepared(guid, title, labels=labels, now=self.house.now, **more)

    def store(self, *polls: Any) -> Any:
        return [(c.new, c.updated, len(c.rejected)) for c in self.house.store.commit_polls(polls, self.house.now)]

    def poll(self) -> Any:
        source = self.rng.choice((FEED, OTHER))
        guids = [f"g{self.rng.randrange(10**6)}" for _ in range(self.rng.randrange(1, 4))]
        self.known += guids
        return self.store(poll([self.entry(g, source=source, summary="约 一 段 " * 3) for g in guids], source))

    def edit(self) -> Any:
        if not self.known:
            return None
        source = self.rng.choice((FEED, OTHER))
        return self.store(poll([self.entry(self.rng.choice(self.known), source=source)], source))

    def hub(self) -> Any:
        rng = self.rng
        line = rng.choice(LINES[:4])
        names = sorted({f"Lab/{line.name}-{rng.randrange(6)}B" for _ in range(rng.randrange(1, 4))})
        now = self.house.now
        found = [repository(n, n.lower(), line, created=now - timedelta(days=rng.randrange(5)), downloads=rng.randrange(9**9))
                 for n in names]  # fmt: skip
        listed = tuple(one.key for one in found) if rng.random() < 0.2 else None
        return self.store(poll(found, HUB, listed=listed))

    def copies(self) -> Any:
        link = f"https://lab.example/news/{self.rng.randrange(40)}"
        title = " ".join(self.rng.choices(WORDS, k=5))
        both = [
            poll([self.entry(f"c{self.rng.randrange(10**6)}", source=s, url=link, summary=title * 9)], s)
            for s in (FEED, OTHER)
        ]
        return self.store(*both)

    def fail(self) -> Any:
        broken = poll([], FEED, complete=False, error="boom \ud800 \0", error_code="deadline", validators={})
        bad = replace(self.entry("bad"), title="lone \ud800 surrogate", search_title="")
        return self.store(broken), self.store(poll([bad], OTHER, complete=False))

    def quiet(self) -> Any:
        return self.store(poll([], self.rng.choice((FEED, OTHER, HUB))))

    def plan(self) -> Any:
        self.house.now = (self.house.now + timedelta(days=1)).replace(hour=6, minute=30)
        return [(p.slot, p.entries, sorted(p.bodies), p.summary) for p in self.house.plan()]

    def send(self) -> Any:
        if self.rng.random() < 0.3:
            self.house.desk.fails.append(DeliveryError("busy", code="smtp_unreachable"))
        sent = self.house.send()
        self.house.desk.fails.clear()
        return sent

    def prune(self) -> Any:
        return self.house.store.prune(self.house.now - timedelta(days=self.rng.choice((20, 60))), self.house.now)

    def ask(self) -> Any:
        store, words = self.house.store, self.rng.choice(QUERIES)
        items, total = store.items(ItemQuery(words=words, limit=20, all_copies=self.rng.random() < 0.5))
        stories = store.stories(StoryQuery(words=words))[0]
        releases = store.releases(ReleaseQuery())[0]
        ours = [(r.key, r.status, r.openness, len(r.artifacts)) for r in releases]
        return total, [(i.id, i.kind, i.story, i.copy_of) for i in items], [(s.id, s.items) for s in stories], ours

    def rights(self) -> Any:
        store, now, owner = self.house.store, self.house.now, self.rng.choice(("me", "you"))
        return (store.claim("worker", owner, timedelta(minutes=9), now), store.states().keys() and
                store.lease(FEED.id, owner, now + timedelta(minutes=9), now), store.counts())  # fmt: skip

    def rederive(self) -> Any:
        return self.house.store.rederive(self.house.now)


def walk(url: str, seed: int, steps: int) -> tuple[list[Any], str, list[str]]:
    with Store.open(url, regions={"qwen": "cn", "zhipu": "cn"}) as store:
        house = House(store, Desk(), now=START)
        house.means().register()
        walker = Walk(house, random.Random(seed))
        for _ in range(steps):
            walker.step()
        return walker.told, store.logical_dump(), store.check()


def compare(postgres: Postgres, folder: Path, seed: int, steps: int) -> None:
    here = walk(f"sqlite:///{folder}/{seed}.db", seed, steps)
    with postgres.database() as url:
        there = walk(url, seed, steps)
    for number, (one, other) in enumerate(zip(here[0], there[0], strict=True)):
        assert (number, one) == (number, other)
    assert here[1:] == there[1:]
    assert here[2] == []
    assert len(here[1]) > 1000


def test_a_short_trace_is_the_same_on_both(postgres: Postgres, tmp_path: Path) -> None:
    compare(postgres, tmp_path, seed=1, steps=60)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=pytest.mark.soak if n else pytest.mark.slow) for n in range(10)]
)
def test_d19_a_trace_of_ten_thousand_steps_is_the_same_on_both(postgres: Postgres, tmp_path: Path, seed: int) -> None:
    """Ten walks of a thousand steps, one of them in the slow suite; STEPS makes them longer or shorter."""
    compare(postgres, tmp_path, seed=100 + seed, steps=int(os.environ.get("STEPS", "1000")))
