"""The nouns of a digest: what an entry tells about a line, and the digest that holds the entries. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aggregator.digest.links import Link
from aggregator.digest.news import News
from aggregator.digest.ranking import Reason
from aggregator.model import Release


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's word: what about, the value, whose voice (`lab`, `press`, …), the name, and where it stands."""

    about: str
    value: str
    voice: str
    name: str
    link: Link | None
    via: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """Who disputes a line, about what, and the links to where that stands (as many as there are names)."""

    by: tuple[str, ...]
    about: str
    links: tuple[Link | None, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a model can be called and for how much: dollars a million tokens as text, "" where that is unknown."""

    source: str
    price_in: str = ""
    price_out: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """What it takes to run a model at home: bytes of the smallest first-party download (`exact`, or no more than that),
    and each format with the day since when there is one (None: as long as the line has weights); `others` are the
    formats that only a followed third party has, with its name on the hub."""

    size: int | None = None
    exact: bool = True
    formats: tuple[tuple[str, datetime | None], ...] = ()
    others: tuple[tuple[str, datetime | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the digest: a release line and what changed about it in the window.

    `change` is one of the contract's words (new, status, artifacts, update, …), `before` the status before it and
    `before_at` when that was reached, `importance` 0 to 100 by `reasons`, `added` the artifacts that came, `news` the
    item that tells of an update or rumour. `rumoured_at` is the first rumour of the line or of its generation.
    """

    release: Release
    lab_name: str
    change: str
    importance: int
    reasons: tuple[Reason, ...]
    links: tuple[Link, ...]
    sources: int
    at: datetime
    before: str | None = None
    before_at: datetime | None = None
    rumoured_at: datetime | None = None
    added: tuple[Link, ...] = ()
    news: Link | None = None
    said: tuple[Said, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    expected: Mapping[str, Any] | None = None
    """What was expected of the line or its generation before it came, with the outcome."""
    siblings: tuple[str, ...] = ()
    """The lines of its generation that came out with it, itself among them; only on the first of them."""
    offers: tuple[Offer, ...] = ()
    home: Home = Home()
    called_by: str | None = None
    """Who calls it what `open.lab_says` has: "" the lab itself, else the outlet that does; None if that is unknown."""
    detail: tuple[str, str, str] = ("", "", "")
    """What a change was before, what it is now, and who says so (a source's title), where that is known."""
    came_at: datetime | None = None
    """When a new line came out, in a digest of more than a day."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that a rendering needs, and nothing that it must look up."""

    since: datetime
    until: datetime
    language: str
    timezone: str
    releases: tuple[Entry, ...] = ()
    also: tuple[Entry, ...] = ()
    peers: tuple[Entry, ...] = ()
    rumours: tuple[Entry, ...] = ()
    news: tuple[News, ...] = ()
    more_news: int = 0
    late: tuple[News, ...] = ()
    more_late: int = 0
    polled: int = 0
    failed: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Sources whose new items are held as a flood, each with their number."""
    undelivered: tuple[str, ...] = ()
    """The channel of each message of former digests that was given up."""
    notice: str = ""
    style: str = "brief"
    names: Mapping[str, str] = field(default_factory=dict)
    """What the labs of the news are called."""

    @property
    def until_day(self) -> datetime:
        """A moment of the last day that the window covers (its end is exclusive)."""
        return self.until - timedelta(microseconds=1)

    @property
    def empty(self) -> bool:
        """Whether the window brought nothing to tell."""
        return not (self.releases or self.also or self.peers or self.rumours or self.news or self.late)
