"""Questions to the store. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Filters of `items`; None or empty filters nothing. Times bound `appeared`: since <= appeared < until."""

    words: str = ""
    lab: str | None = None
    source: str | None = None
    kind: str | None = None
    topic: str | None = None
    language: str | None = None
    line: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0
    all_copies: bool = False
    after: tuple[datetime, int] | None = None
    """Only what comes after the item with this `appeared` and `seq` (the total counts all)."""
    most: int | None = None
    """Count no further than this (None: all): a total of `most` + 1 says that there are more."""


@dataclass(frozen=True, slots=True)
class ReleaseQuery:
    """Filters of `releases`; since/until bound the time at which the line appeared."""

    words: str = ""
    lab: str | None = None
    region: str | None = None
    status: str | None = None
    openness: str | None = None
    licence: str | None = None
    modality: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0
    fits: int | None = None
    """Bytes: only lines of which a first-party download is at most this large."""
    commercial: bool = False
    """Only lines whose licence allows commercial use without conditions."""
    smallest: int | None = None
    largest: int | None = None
    """Parameters of the largest size that is known: smallest <= parameters < largest."""
    elsewhere: bool = False
    """Only of labs that are not followed."""
    after: tuple[datetime, str] | None = None
    """Only what comes after the line with this `appeared` and key (the total counts all)."""


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """Filters of `stories`; since/until bound the appearance of its items."""

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0
    most: int | None = None
    """Count no further than this (None: all): a total of `most` + 1 says that there are more."""
