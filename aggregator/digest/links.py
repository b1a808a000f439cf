"""The ways to the evidence of a line: which items stand behind it, in which order, and one link of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aggregator import releases, text, urls
from aggregator.model import POST_TRAINED, Artifact, Item, Release, Showing, Source

STORIES = 3
"""Links to articles that one entry has at most, each of another source."""
EXCERPT = 280
"""Characters of somebody's text that any output may show."""
HUBS = {"huggingface": "Hugging Face", "modelscope": "ModelScope", "github": "GitHub"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_PLACES = tuple(HUBS.values())
_PAPERS = ("arxiv.org", "openreview.net", "aclanthology.org")
_KINDS = ("weights", "code", "paper", "announcement", "story", "rumour")


@dataclass(frozen=True, slots=True)
class Link:
    """A way to the evidence: `kind` is weights, code, paper, announcement, story or rumour; `url` is http(s), `title`
    and `source` (a source's title) are one line of clean text, `language` is that of what it leads to."""

    kind: str
    url: str
    title: str
    source: str
    language: str | None


def tidy(raw: str, limit: int = EXCERPT) -> str:
    """Text of others as one line: no control, bidi or zero-width characters, cut with `…` beyond `limit` characters."""
    return text.excerpt(text.scrub(raw), limit)


def language_of(item: Item) -> str | None:
    """The language of an item, None for what is no language's code."""
    return item.language if item.language and _LANGUAGE.fullmatch(item.language) else None


def link(kind: str, url: str | None, title: str, source: str, language: str | None) -> Link | None:
    """A link, or None where the address is none that may be followed (only http and https; hosts as punycode)."""
    safe = urls.http_url(url)
    return None if safe is None else Link(kind, safe, tidy(title) or urls.host_shown(safe), source, language)


def title_of(source_id: str, sources: Mapping[str, Source]) -> str:
    """What a reader calls a source."""
    source = sources.get(source_id)
    if source is not None and source.kind in HUBS:
        return HUBS[source.kind]
    return tidy(source.title if source is not None else "", 60) or tidy(source_id, 60)


def distance(language: str | None, wanted: str) -> int:
    """How far a text's language is from the reader's: 0 the same, 1 English, 2 another or unknown."""
    return 0 if language == wanted else 1 if language == "en" else 2


def ordered(showings: Iterable[Showing], items: Mapping[str, Item], language: str) -> list[Item]:
    """The items behind evidence: best trusted first, then the reader's language, copies last, then earliest."""
    best: dict[str, int] = {}
    for showing in showings:
        if showing.item in items:
            best[showing.item] = max(showing.trust, best.get(showing.item, 0))
    return sorted(
        (items[i] for i in best),
        key=lambda i: (-best[i.id], i.copy_of is not None, distance(i.language, language), i.appeared, i.id),
    )


def links_of(release: Release, items: Sequence[Item], sources: Mapping[str, Source]) -> tuple[Link, ...]:
    """One link of each kind: weights (one a hub), code, paper, announcement; then articles, each of another source."""
    found: dict[str, Link] = {}
    for artifact in sorted(release.artifacts, key=_rank):
        if artifact.first_party and artifact.kind != "quantized":
            kind = "code" if artifact.hub == "github" else "weights"
            _keep(
                found,
                kind,
                artifact.hub,
                link(kind, artifact.url, artifact.id, HUBS.get(artifact.hub, artifact.hub), None),
            )
    told: dict[str, Link] = {}
    for item in items:
        kind, title = _kind(item, release, sources), title_of(item.source, sources)
        made = link(kind, item.url, item.guid if kind == "weights" else item.title, title, language_of(item))
        if kind in ("story", "rumour"):
            _keep(told, title, "", made)
        else:
            _keep(found, kind, title if kind == "weights" else "", made)
    first = sorted(found.values(), key=lambda made: (_KINDS.index(made.kind), _place(made.source)))
    return (*first, *list(told.values())[:STORIES])


def _place(source: str) -> int:
    return _PLACES.index(source) if source in _PLACES else len(_PLACES)


def _keep(found: dict[str, Link], kind: str, place: str, made: Link | None) -> None:
    key = f"{kind}:{HUBS.get(place, place)}" if kind == "weights" else kind
    if made is not None:
        found.setdefault(key, made)


def _kind(item: Item, release: Release, sources: Mapping[str, Source]) -> str:
    source = sources.get(item.source)
    host = (urlsplit(item.url).hostname or "").removeprefix("www.") if item.url and urls.http_url(item.url) else ""
    if host in _PAPERS:
        return "paper"
    if source is not None and source.kind == "github":
        return "code"
    if source is not None and source.kind in HUBS:
        return "weights"
    if source is not None and source.lab == release.lab:
        return "announcement"
    return "rumour" if item.kind == "rumour" else "story"


def _rank(artifact: Artifact) -> tuple[bool, bool, float, str]:
    """Which repository stands for its hub: what people use first, the largest of it, then by name."""
    usable = artifact.kind in POST_TRAINED or artifact.kind == "other"
    return (artifact.gated, not usable, -releases.size_order(artifact.size or "")[0], artifact.id)
