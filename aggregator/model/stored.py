"""What the store gives back: items, releases, stories, and what is remembered of sources. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aggregator.model.asking import Ask


@dataclass(frozen=True, slots=True)
class Item:
    """What is kept of an entry. `appeared` is when it became news, `seq` its place in the order of storing."""

    id: str
    source: str
    guid: str
    url: str | None
    title: str
    summary: str
    content: str
    author: str | None
    language: str | None
    published: datetime | None
    first_seen: datetime
    appeared: datetime
    kind: str
    topics: tuple[str, ...]
    labs: tuple[str, ...]
    lines: tuple[str, ...]
    mentions: tuple[str, ...]
    story: str | None
    copy_of: str | None
    seq: int
    baseline: bool
    late: bool
    revision: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """One downloadable or callable form of a line, as stored."""

    hub: str
    id: str
    kind: str
    size: str | None
    precision: str | None
    bytes: int | None
    licence: str | None
    url: str | None
    created: datetime | None
    item: str | None = None
    weights: bool = True
    gated: bool = False
    first_party: bool = True
    download: int | None = None
    """Bytes of the smallest set of its files that runs, where the hub told the files' sizes."""
    missing_since: datetime | None = None
    """Since when the hub's complete listing no longer names it."""
    formats: tuple[str, ...] = ()
    """GGUF, MLX, safetensors, …: what it can be run with, as its files, tags or name say."""
    likes: int | None = None
    """People who marked it on its hub, as of the last time that anything else of it changed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a line's timeline: the status reached, when, and the item that showed it first."""

    status: str
    at: datetime
    item: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """A release line with everything that its evidence shows. Unknown values are None or empty, never guessed."""

    line: str
    key: str
    generation: str
    lab: str
    region: str
    family: str
    version: str
    status: str
    openness: str
    licence: str | None
    osi: bool | None
    open: Mapping[str, Any]
    modalities: tuple[str, ...]
    sizes: tuple[str, ...]
    params_total: int | None
    params_active: int | None
    context: int | None
    languages: int | None
    architecture: tuple[str, ...]
    capabilities: tuple[str, ...]
    first_seen: datetime
    appeared: datetime
    timeline: tuple[Step, ...]
    artifacts: tuple[Artifact, ...]
    claims: tuple[Mapping[str, Any], ...]
    disputes: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, Any] | None
    items: int
    stories: int
    new_at: datetime | None = None
    """When the line became news: its earliest evidence that can make a line new (no mention, comparison, how-to)."""


@dataclass(frozen=True, slots=True)
class Story:
    """The items that report the same event, from any source and in any language."""

    id: str
    title: str
    first_seen: datetime
    last_seen: datetime
    labs: tuple[str, ...]
    lines: tuple[str, ...]
    items: tuple[str, ...]
    sources: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineHistory:
    """How a release line came to be what it is: the steps (status, when) that it reached, in their order."""

    key: str
    line: str
    lab: str
    region: str
    status: str
    openness: str
    appeared: datetime
    new_at: datetime | None
    steps: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Of how many new lines a source had the first evidence."""

    source: str
    first: int


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between polls (a row; times in UTC)."""

    id: str
    cursor: Mapping[str, Any] = field(default_factory=dict)
    next_poll_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    baseline_at: datetime | None = None
    fail_count: int = 0
    error: str | None = None
    error_code: str | None = None
    retry_at: datetime | None = None
    items: int = 0
    url: str = ""
    """The address under which it was last polled, as sources.toml says it."""
    notes: tuple[str, ...] = ()
    held_since: datetime | None = None
    moved: Mapping[str, Any] = field(default_factory=dict)
    """Sightings of a permanent redirect (see `schedule.moved`)."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else was learnt of it: `gap` (usual seconds between entries), `newest`, `gone` (sightings of a 410)."""


@dataclass(frozen=True, slots=True)
class Validator:
    """What one URL's last full answer carried: validators to send back, the body's hash, and the further pages it named."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    pages: tuple[Ask, ...] = ()
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """The line that `poll` prints for a source (CONTRACT: outcome new, updated, unchanged, partial, failed or deferred)."""

    id: str
    outcome: str
    new: int = 0
    updated: int = 0
    error: str | None = None
    seconds: float = 0.0
    code: str | None = None
    retry_at: datetime | None = None
    notes: tuple[str, ...] = ()
