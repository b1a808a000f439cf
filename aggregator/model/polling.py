"""What passes between a poll and the store, and between the store and the rules of releases. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.model.configuration import Source
from aggregator.model.stored import Validator
from aggregator.model.understanding import Prepared


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one source as the store takes it, whole or not at all, in one transaction.

    `cursor` is the whole new cursor (not a difference). `validators` are those of every URL that was answered, by URL.
    `complete` says that the listing was read to its last page (this ends a baseline). `retry_at` set and `error` None:
    the source was deferred. With an `error` the prepared entries of the pages that did arrive are stored all the same,
    and the cursor and validators must be given as they were before the poll (the poll use case sees to that).
    """

    source: Source
    prepared: tuple[Prepared, ...]
    cursor: Mapping[str, Any]
    validators: Mapping[str, Validator]
    complete: bool
    next_poll_at: datetime
    seconds: float = 0.0
    requests: int = 0
    error: str | None = None
    error_code: str | None = None
    error_stage: str | None = None
    retry_at: datetime | None = None
    sooner: datetime | None = None
    """In the place of `next_poll_at` if nothing that the source listed at the last poll is listed any more."""
    notes: tuple[str, ...] = ()
    moved: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] | None = None
    """What was learnt of the source; None keeps what is stored."""
    listed: tuple[str, ...] | None = None
    """Keys of everything that the complete listing holds now, or None if it was not read whole: what is missing of a hub's
    listing was withdrawn."""
    unchanged: tuple[str, ...] = ()
    """Keys of what is listed word for word as at the last poll: stored then, and not made ready again."""


@dataclass(frozen=True, slots=True)
class PollCounts:
    """What a stored poll changed: new items, updated items, entries that could not be stored (with reasons).

    `held` says why its new items are held (flood, another_site), or is empty. `overrun`: nothing that was listed at the
    last poll is listed any more."""

    new: int = 0
    updated: int = 0
    rejected: tuple[str, ...] = ()
    held: str = ""
    overrun: bool = False


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """The facts of one piece of evidence, the source that gave them, and the time that its item gives itself."""

    source: str
    facts: tuple[tuple[str, str], ...]
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Showing:
    """A stored piece of evidence with what is needed of its item: the input of `releases.derive`.

    `at` is when the item appeared (for a late item the earlier time that its source gives); `item_kind` the item's kind.
    """

    line: str
    status: str
    trust: int
    at: datetime
    item: str
    url: str | None
    source: str
    item_kind: str
    facts: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    words: str = ""
    baseline: bool = False
    seq: int = 0
    copy_of: str | None = None
