"""What a digest is made of. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model.naming import LineName
from aggregator.model.polling import Showing
from aggregator.model.stored import Artifact, Item, Story


@dataclass(frozen=True, slots=True)
class LineMaterial:
    """One line with all its stored evidence, from which its state at any past moment is derived."""

    line: LineName
    showings: tuple[Showing, ...]
    artifacts: tuple[Artifact, ...]
    stories: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """All that a digest of [since, until) is made of.

    `lines` are those with evidence in the window, `items` every item that their evidence or the stories name, `stories`
    those with an item in the window.
    """

    since: datetime
    until: datetime
    lines: tuple[LineMaterial, ...]
    items: Mapping[str, Item]
    stories: tuple[Story, ...]
    polled: int = 0
    failed: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    fresh: frozenset[str] | None = None
    """The items that are news here, whatever their times say (a planned digest goes by what was not yet planned); None:
    those that appeared in the window."""
    changed: Mapping[str, tuple[LineChange, ...]] = field(default_factory=dict)
    """By line: what edits at the source changed, without any fresh item."""
    held: tuple[tuple[str, int], ...] = ()
    """Sources of which items are held as a flood, with the number of these."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """What became of a line without a new item: `what` is status, licence, renamed, withdrawn or correction; `mark` tells
    it from others."""

    what: str
    before: str | None
    after: str | None
    at: datetime
    mark: str
