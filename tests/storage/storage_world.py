"""Invented entries and polls for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator import identity
from aggregator.model import (
    ArtifactName,
    Entry,
    Evidence,
    Labels,
    LineName,
    Poll,
    Prepared,
    Repository,
    Source,
    Validator,
)
from aggregator.names import make_line

NOW = datetime(2026, 2, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
QWEN = make_line("qwen", "Qwen", "3.5")
GLM = make_line("zhipu", "GLM", "5")
FEED = Source("press", "feed", "https://press.example/feed")
OTHER = Source("other", "feed", "https://other.example/feed")
HUB = Source("huggingface:Qwen", "huggingface", "https://hub.example/Qwen")


def about(line: LineName | None, kind: str = "release", status: str = "available", **more: Any) -> Labels:
    """Labels of an item that is about a line."""
    if line is None:
        return Labels(kind, **more)
    shows = Evidence(line, status, 20, rule="test")
    return Labels(kind, labs=(line.lab,), lines=(line,), mentions=(line,), evidence=(shows,), **more)


class Says:
    """An understanding that gives the labels it was given."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def labels(self, entry: Entry, source: Source, *, title: str, summary: str, content: str) -> Labels:
        return self._labels


def prepared(
    guid: str,
    title: str = "",
    *,
    source: Source = FEED,
    line: LineName | None = None,
    labels: Labels | None = None,
    now: datetime = NOW,
    search: bool = True,
    **entry: Any,
) -> Prepared:
    """An entry made ready, with labels of its line (or those given)."""
    entry.setdefault("url", f"https://{source.id.split(':')[0]}.example/{guid}")
    raw = Entry(guid=guid, title=title or f"title of {guid}", **entry)
    made = identity.prepare(raw, source, Says(labels or about(line, "release" if line else "other")), now)
    return made if search else replace(made, search_title="", search_text="")


def repository(
    name: str, lasting: str, line: LineName, *, created: datetime = NOW - DAY, first_party: bool = True, **more: Any
) -> Prepared:
    """A model repository on the hub."""
    listed = Repository("huggingface", name, created=created, licence="apache-2.0", **more)
    named = ArtifactName(line, "instruct", size="7B", first_party=first_party)
    shows = Evidence(line, "open", 40, (("weights", "yes"), ("licence", "apache-2.0")), "hub")
    labels = Labels(
        "release", labs=(line.lab,), lines=(line,), evidence=(shows,) if first_party else (), artifact=named
    )
    return prepared(name, name, source=HUB, labels=labels, url=f"https://hub.example/{name}", lasting_id=lasting,
                    artifact=listed, published=created)  # fmt: skip


def poll(
    entries: Iterable[Prepared],
    source: Source = FEED,
    *,
    complete: bool = True,
    cursor: Mapping[str, Any] | None = None,
    **more: Any,
) -> Poll:
    """A poll of a source that found these entries."""
    found = tuple(entries)
    more.setdefault("validators", {source.url: Validator('"1"', None, "hash", (), NOW)})
    return Poll(source, found, cursor or {}, complete=complete, next_poll_at=NOW + timedelta(minutes=30), **more)
