"""What a poll works with: the parts of the fetcher, the parser and the store that it uses, and the clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from aggregator.model import (
    Answer,
    Ask,
    Lab,
    Poll,
    PollCounts,
    PollOutcome,
    Reading,
    Settings,
    Source,
    SourceState,
    Validator,
)
from aggregator.sources import Endpoints


class Fetches(Protocol):
    """The part of `fetch.Fetcher` that a poll uses."""

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer: ...
    def authorised(self, url: str) -> bool: ...


class Reads(Protocol):
    """The part of `parsing.Parser` that a poll uses."""

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime,
        *, known: str = ...,
    ) -> Reading: ...  # fmt: skip


class Keeps(Protocol):
    """The part of `storage.Store` that a poll uses."""

    def states(self, *, counted: bool = True) -> Mapping[str, SourceState]: ...
    def validators_of(self, source_ids: Sequence[str]) -> Mapping[str, Mapping[str, Validator]]: ...
    def lease_all(self, source_ids: Sequence[str], owner: str, until: datetime, now: datetime) -> set[str]: ...
    def release_leases(self, source_ids: Sequence[str], owner: str) -> None: ...
    def commit_polls(self, polls: Sequence[Poll], now: datetime) -> list[PollCounts]: ...
    def note_failure(self, poll: Poll, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a poll works with. `now` is the clock, `jitter` gives numbers in [-1, 1], `owner` names us in leases."""

    store: Keeps
    fetcher: Fetches
    parser: Reads
    understanding: Any
    endpoints: Endpoints
    settings: Settings
    labs: Mapping[str, Lab]
    now: Callable[[], datetime]
    owner: str
    jitter: Callable[[], float] = field(default=lambda: random.uniform(-1, 1))
    at_once: int = 128
    """Sources in work at once. More than the fetcher has requests in flight: it knows which of those that wait go first."""


Progress = Callable[[PollOutcome, int], None]
"""Called after each source with its outcome and the number of sources that are left."""
