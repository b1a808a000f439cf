"""What the rules say of an entry, and an entry made ready for the store. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.asking import Entry
from aggregator.model.naming import ArtifactName, LineName


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a label was given: `label` (kind=release, …), `rule` (its documented name), `words` (the text that fired it)."""

    label: str
    rule: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one item shows about one line. `status` is one of STATUSES, "mention" or "fact"; facts are (name, value) pairs
    such as ("licence", "mit"), ("size", "397B-A17B"), ("modality", "video"), ("hardware", "Huawei Ascend"),
    ("expected", "2026-02-17"),
    ("lab_says", "open-source"), ("weights", "yes" | "gated" | "promised" | "no")."""

    line: LineName
    status: str
    trust: int
    facts: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """All that the rules say of one entry, as a pure function of (entry, source, labs)."""

    kind: str
    labs: tuple[str, ...] = ()
    lines: tuple[LineName, ...] = ()
    mentions: tuple[LineName, ...] = ()
    topics: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    artifact: ArtifactName | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry made ready for the store by pure rules (cleaned, keyed, labelled): all that a poll's transaction needs."""

    entry: Entry
    title: str
    summary: str
    content: str
    author: str | None
    language: str | None
    published: datetime | None
    url: str | None
    key: str
    url_key: str | None
    text_key: str | None
    labels: Labels
    bands: tuple[int, ...] = ()
    """Locality-sensitive band hashes of the text: near copies share at least one."""
    signature: bytes = b""
    search_title: str = ""
    search_text: str = ""
