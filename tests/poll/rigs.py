"""Rigs of the poll tests: a real store, and a fetcher that answers from a table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.errors import FetchError
from aggregator.model import Answer, Ask, Labels, PollOutcome, Reading, Settings, Source, Validator
from aggregator.poll import Means, poll_sources
from aggregator.sources import KINDS, Endpoints
from aggregator.storage import Store

NOW = datetime(2026, 2, 17, 8, 0, tzinfo=UTC)
Reply = Answer | Exception | Callable[[Ask, Validator | None], Any]


def feed(*guids: str, title: str = "A note") -> bytes:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://news.example/{guid}</link>"
        f"<title>{title} numbered {guid}</title><pubDate>Mon, 16 Feb 2026 10:00:00 GMT</pubDate></item>"
        for guid in guids
    )
    return f"<rss version='2.0'><channel><title>News</title>{entries}</channel></rss>".encode()


def ok(url: str, body: bytes, etag: str | None = '"1"', **headers: str) -> Answer:
    return Answer(url, 200, {"content-type": "application/xml", **({"etag": etag} if etag else {}), **headers}, body)


def source(identifier: str, kind: str = "feed", **changes: Any) -> Source:
    return Source(identifier, kind, changes.pop("url", f"https://{identifier}.example/feed"), **changes)


class Plain:
    """An understanding that knows nothing."""

    def labels(self, entry: Any, source: Any, *, title: str, summary: str, content: str) -> Labels:
        return Labels("other")


class Inline:
    """A parser that reads in place, so that a test may put another reader in the place of a kind's."""

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime,
        *, known: str = "",
    ) -> Reading:  # fmt: skip
        return KINDS[source.kind].read(ask, answer, source, cursor, endpoints, now)


@dataclass
class Rig:
    """What a poll works with; `replies` maps a URL to what comes back."""

    store: Any
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)
    now: datetime = NOW
    owner: str = "me"
    running: int = 0
    delay: float = 0.0

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer:
        self.asked.append((ask.url, bool(validator and (validator.etag or validator.last_modified))))
        self.running += 1
        await asyncio.sleep(self.delay)
        self.running -= 1
        reply = self.replies.get(ask.url, FetchError("not there", code="not_found", status=404))
        if callable(reply) and not isinstance(reply, Answer):
            reply = reply(ask, validator)
        if isinstance(reply, Exception):
            raise reply
        if validator is not None and validator.etag and validator.etag == reply.headers.get("etag"):
            return Answer(reply.url, 304, reply.headers, b"", not_modified=True)
        return reply

    def authorised(self, url: str) -> bool:
        return False

    def means(self, **changes: Any) -> Means:
        values: Mapping[str, Any] = {
            "store": self.store, "fetcher": self, "parser": Inline(), "understanding": Plain(),
            "endpoints": Endpoints("https://gh.example", "https://web.example", "https://raw.example", "https://hf.example"),
            "settings": Settings(), "labs": {}, "now": lambda: self.now, "owner": self.owner, "jitter": lambda: 0.0,
        }  # fmt: skip
        return Means(**{**values, **changes})

    def poll(self, *sources: Source, **changes: Any) -> list[PollOutcome]:
        return asyncio.run(poll_sources(sources, self.means(**changes)))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


def guids(store: Store) -> list[str]:
    found, _ = store.items()
    return sorted(item.guid for item in found)


def outcome_words(outcomes: Sequence[PollOutcome]) -> list[tuple[str, int, int]]:
    return [(o.outcome, o.new, o.updated) for o in outcomes]
