"""The pure rules that the store applies inside a transaction, gathered so that a test can put others in their place.

Nothing is decided here. The rules live on floor 1; they are imported when a store is first written to, since a command
that only reads needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aggregator.model import Entry, Release


@dataclass(frozen=True, slots=True)
class Rules:
    """Same thing, same text, same story, and what a line's evidence shows.

    alias_key(source id, identifier): the key that an entry with that identifier has. near_copy(a, b) compares two
    signatures. event(id, …) is what the story rules look at (see `stories.event`), buckets(event) names where items of one
    story can meet, same_event(a, b) is symmetric. derive: see `releases.derive`. canonical(name): a line's key.
    """

    alias_key: Callable[[str, str], str]
    near_copy: Callable[[bytes, bytes], bool]
    event: Callable[..., Any]
    buckets: Callable[[Any], Iterable[str]]
    same_event: Callable[[Any, Any], bool]
    derive: Callable[..., Release | None]
    canonical: Callable[[str], str]


def default_rules() -> Rules:
    """Return the rules of the package."""
    from aggregator import identity, releases, stories
    from aggregator.names import canonical

    return Rules(
        alias_key=_alias_key,
        near_copy=identity.near_copy,
        event=stories.event,
        buckets=stories.story_buckets,
        same_event=stories.same_event,
        derive=releases.derive,
        canonical=canonical,
    )


def _alias_key(source: str, identifier: str) -> str:
    from aggregator.identity import item_key

    return item_key(source, Entry(guid=identifier, url=None, title=""))
