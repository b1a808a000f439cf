"""A store of invented polls, channels that note what they get, and one clock for all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "storage"))

from storage_world import FEED, HUB, about, poll, prepared  # noqa: E402

from aggregator import deliver  # noqa: E402
from aggregator.channels import Letter, Secrets  # noqa: E402
from aggregator.model import (  # noqa: E402
    Configuration,
    Delivery,
    Lab,
    LineName,
    Message,
    Plan,
    Settings,
    Source,
    Subscriber,
)
from aggregator.storage import Store  # noqa: E402

START = datetime(2026, 2, 16, 6, 0, tzinfo=UTC)
LABS = {"qwen": Lab("qwen", "Alibaba Qwen", "cn"), "zhipu": Lab("zhipu", "Zhipu AI", "cn")}


@dataclass
class Desk:
    """A channel that keeps what it took; `fails` are raised first, one a try."""

    name: str = "desk"
    taken: list[Delivery] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def pack(self, letter: Letter) -> Sequence[Message]:
        return [
            Message(
                self.name,
                to,
                letter.identify(self.name, to),
                letter.subject,
                letter.forms["md"].encode(),
                "text/markdown",
            )
            for to in letter.subscriber.to
        ]

    def deliver(self, delivery: Delivery, secrets: Secrets) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(delivery)


@dataclass
class House:
    """The store, the readers, the channel, and the clock."""

    store: Store
    desk: Desk
    now: datetime = START
    digest: Subscriber = Subscriber(to=("reader@example.org",), sender="digest@example.org")
    others: tuple[Subscriber, ...] = ()
    alerts: tuple[str, ...] = ()
    owner: str = "me"
    ping: Any = None
    timezone: str = "Europe/Paris"

    def means(self) -> deliver.Means:
        sources = {s.id: s for s in (FEED, HUB, Source("late", "feed", "https://late.example/feed"))}
        configuration = Configuration(
            "sources.toml", Settings(timezone=self.timezone), self.digest, self.others, LABS, sources,
            alerts=self.alerts, ping="env:PING" if self.ping else "",
        )  # fmt: skip
        return deliver.Means(
            self.store, configuration, {"desk": self.desk}, lambda name: f"secret of {name}", lambda: self.now,
            self.owner, self.ping,
        )  # fmt: skip

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def poll(self, *entries: Any, source: Source = FEED, **more: Any) -> None:
        self.means().register()
        more.setdefault("listed", None)
        self.store.commit_polls([poll(entries, source, **more)], self.now)

    def baseline(self) -> None:
        """Both sources have been read once: what comes now is news."""
        self.poll()
        self.poll(source=HUB)

    def news(self, guid: str, line: LineName, status: str = "available", kind: str = "release", **more: Any) -> None:
        """An article about a line."""
        more.setdefault("published", self.now)
        self.poll(prepared(guid, f"{line.name} {guid}", labels=about(line, kind, status), now=self.now, **more))

    def plan(self) -> list[Plan]:
        return deliver.plan_due(self.means())

    def send(self, **more: Any) -> list[str]:
        return [outcome.word for outcome in deliver.send_due(self.means(), **more)]

    def day(self) -> dict[str, list[tuple[str, str]]]:
        """Go to the next morning's slot, plan and send; by reader, what was told: (line, change)."""
        self.now = (self.now + timedelta(days=1)).replace(hour=6, minute=30)
        return self.told(self.plan())

    def told(self, plans: Sequence[Plan]) -> dict[str, list[tuple[str, str]]]:
        self.send()
        return {
            one.pending.subscriber: sorted(
                e for e in one.entries if not e[1].startswith("status:") or (e[0], "new") not in one.entries
            )
            for one in plans
        }

    def reader(self, name: str, **changes: Any) -> None:
        self.others += (replace(self.digest, name=name, **{"to": (f"{name}@example.org",), **changes}),)
