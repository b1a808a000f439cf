"""Adding sources: the feed behind an address is found, tried and made a stanza; lists of other readers become stanzas.

`discover` fetches (through the guarded fetcher) and decides; `plan_one`, `plan_import` and `export` are pure. Nothing
here writes a file: `config.editing` makes the new text, and the command line writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aggregator import text
from aggregator.checking import ADVICE, STALE_AFTER, Tools
from aggregator.config import editing, opml
from aggregator.config.loading import MAXIMUM_BYTES
from aggregator.errors import Deferred, FetchError, NotFound, SourceError, UsageError
from aggregator.model import Answer, Ask, Configuration, Source
from aggregator.sources import feed
from aggregator.urls import canonical_url, http_url

MOST_TRIALS = 8
"""Candidates that are tried for one page."""
ACCEPT = "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
HUBS = {"github.com": "github", "huggingface.co": "huggingface", "modelscope.cn": "modelscope", "hf.co": "huggingface"}
_COMMENTS = re.compile(r"comment|commentaire|评论", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate that was fetched. `found` says how it was found (itself, announced, linked, guessed); with an
    `error` it is no feed that can be read, else `entries` says how many it holds and `newest` when the last came."""

    url: str
    found: str
    title: str = ""
    language: str | None = None
    entries: int = 0
    newest: datetime | None = None
    error: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """The feed that was chosen, how, and what else was tried (in order, the chosen one among it)."""

    feed: Tried
    tried: tuple[Tried, ...]
    page: str | None = None
    """The page behind which the feed was found; None if the address was the feed itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A change of sources.toml: the stanzas to add, as (id, keys), and the whole new text. `known` counts feeds that
    are followed already, `skipped` says what else was left out and why."""

    added: tuple[tuple[str, Mapping[str, Any]], ...]
    text: str
    known: int = 0
    skipped: tuple[str, ...] = ()


async def discover(url: str, configuration: Configuration, tools: Tools) -> Discovery:
    """The best feed at or behind `url`.

    Raises UsageError (code `duplicate`) naming the source that has the address already, UsageError for an organisation
    of a hub (it belongs into a lab's stanza), FetchError if the address cannot be fetched, NotFound (code `no_feed`)
    if no candidate is a feed.
    """
    address = _address(url)
    refuse_known(address, configuration)
    _refuse_hub(address)
    answer = await tools.fetcher.get(Ask(address, headers={"Accept": ACCEPT}))
    for seen in (answer.permanent_url, answer.url):
        if seen:
            refuse_known(seen, configuration)
    candidates = editing.feed_candidates(answer.body, answer.url)
    if candidates and candidates[0].found == "itself":
        chosen = replace(candidates[0], url=answer.permanent_url or address)
        tried = [await _read(chosen, answer, tools)]
    else:
        tried = await _try_each(candidates, tools)
    good = [each for each in tried if each.error is None]
    if not good:
        raise NotFound(_nothing(answer, tried), code="no_feed")
    best = min(good, key=lambda each: _rank(each, tools.now))
    refuse_known(best.url, configuration)
    return Discovery(best, tuple(tried), None if best.found == "itself" else answer.url)


def _address(url: str) -> str:
    """An absolute http(s) address of what a person typed."""
    typed = url.strip()
    if "@" in typed.partition("://")[2].split("/")[0]:
        raise UsageError("expected an address without a user name or password: sources.toml holds no secrets")
    found = http_url(typed if "://" in typed else f"https://{typed}")
    host = urlsplit(found).netloc if found else ""
    if found is None or not ("." in host or ":" in host):
        shown = "" if "@" in typed else f"{typed[:200]}: "
        raise UsageError(f"{shown}expected an address like https://lab.example/blog")
    return found


def refuse_known(url: str, configuration: Configuration) -> None:
    """Raise UsageError (code `duplicate`) if a source has this address, however it is written."""
    key = canonical_url(url)
    for source in configuration.sources.values():
        if source.url.startswith("http") and source.kind not in HUBS.values() and canonical_url(source.url) == key:
            off = "" if source.enabled else " (it is off: enabled = false)"
            raise UsageError(f"{url}: already followed as sources.{source.id}{off}", code="duplicate")


def _refuse_hub(url: str) -> None:
    parts = urlsplit(url)
    hub = HUBS.get((parts.hostname or "").removeprefix("www."))
    names = [part for part in parts.path.split("/") if part and part not in ("organization", "orgs", "models")]
    if hub and 1 <= len(names) <= 2 and not names[-1].endswith((".atom", ".xml", ".rss")):
        name = "/".join(names) if hub == "github" else names[0]
        raise UsageError(f'{url}: an organisation of a hub belongs to a lab: [labs.ID] {hub} = ["{name}"]')


async def _try_each(candidates: Iterable[editing.FeedCandidate], tools: Tools) -> list[Tried]:
    """What the page names is tried first, all of it; guesses only until one of them is a feed."""
    tried: list[Tried] = []
    for candidate in candidates:
        if len(tried) >= MOST_TRIALS:
            break
        if candidate.found == "guessed" and any(each.error is None for each in tried):
            break
        try:
            answer = await tools.fetcher.get(Ask(candidate.url, headers={"Accept": feed.ACCEPT}))
        except Deferred as error:
            tried.append(Tried(candidate.url, candidate.found, error=error.detail, code=error.code))
            break  # the host asked for quiet
        except FetchError as error:
            tried.append(Tried(candidate.url, candidate.found, error=error.detail, code=error.code))
        else:
            tried.append(await _read(replace(candidate, url=answer.permanent_url or candidate.url), answer, tools))
    return tried


async def _read(candidate: editing.FeedCandidate, answer: Answer, tools: Tools) -> Tried:
    """What a candidate's bytes hold, read as a feed."""
    source = Source("candidate", "feed", candidate.url)
    try:
        reading = await tools.parser.read(Ask(candidate.url), answer, source, {}, tools.endpoints, tools.now)
        title, claimed = feed.describe(answer)
    except SourceError as error:
        return Tried(candidate.url, candidate.found, error=error.detail, code=error.code)
    times = [entry.published or entry.updated for entry in reading.entries]
    words = " ".join(entry.title for entry in reading.entries[:20])
    return Tried(
        url=candidate.url,
        found=candidate.found,
        title=text.title(title) or candidate.title,
        language=claimed or text.language(text.clean(words)),
        entries=len(reading.entries),
        newest=max((at for at in times if at is not None), default=None),
    )


def _rank(tried: Tried, now: datetime) -> tuple[bool, bool, bool]:
    """Less is better: no comments, not empty, not stale; of equals the first in the page's order."""
    return (
        bool(_COMMENTS.search(tried.title + tried.url)),
        tried.entries == 0,
        tried.newest is not None and now - tried.newest > STALE_AFTER,
    )


def _nothing(answer: Answer, tried: list[Tried]) -> str:
    told = f"{answer.url}: no feed is there or behind it ({len(tried)} addresses tried)"
    walls = [each for each in tried if each.code in ("challenge", "auth_failed", "rate_limited", "quota_used_up")]
    if walls:
        return f"{told}; {walls[0].url}: {walls[0].error} - {ADVICE.get(walls[0].code or '', '')}"
    return f'{told}; follow the page itself with kind = "page" and CSS selectors (docs/sources.md)'


def plan_one(
    found: Tried,
    old: str,
    configuration: Configuration,
    *,
    source_id: str | None = None,
    title: str | None = None,
    language: str | None = None,
    lab: str | None = None,
) -> Plan:
    """The text of sources.toml with a stanza for one feed; what is given wins over what was found.

    Raises ConfigurationError if the stanza does not load (an id that is taken, an unknown lab).
    """
    if source_id is not None and source_id.casefold() in {each.casefold() for each in configuration.sources}:
        raise UsageError(f"--id {source_id}: taken by sources.{source_id}; leave it away or name another")
    chosen = source_id or editing.suggest_id(found.url, configuration.sources)
    keys = {
        "kind": "feed",
        "url": found.url,
        "title": text.title(title) if title is not None else found.title or chosen,
        "language": language or found.language,
        "lab": lab,
        "checked": "unchecked",
    }
    stanza = (chosen, {key: value for key, value in keys.items() if value is not None})
    return Plan((stanza,), _bounded(editing.add_sources(old, [stanza], configuration.path)))


def checked_on(plan: Plan, old: str, day: str, path: str) -> Plan:
    """The plan with `checked` set to the day on which its feed was fetched with success."""
    stanzas = [(source_id, {**keys, "checked": day}) for source_id, keys in plan.added]
    return replace(plan, added=tuple(stanzas), text=editing.add_sources(old, stanzas, path))


def plan_import(document: bytes, old: str, configuration: Configuration) -> Plan:
    """The text of sources.toml with a stanza for each feed of an OPML file that is not followed yet. Fetches nothing.

    Raises OpmlError if the file may not be read.
    """
    listed = opml.read(document)
    known = {canonical_url(each.url) for each in configuration.sources.values() if each.url.startswith("http")}
    fresh = [each for each in listed.feeds if canonical_url(each.url) not in known]
    stanzas = editing.stanzas_of(fresh, configuration.sources, known)
    held = {keys["url"] for _, keys in stanzas}
    unfit = tuple(f"no address that a stanza can hold: {each.url[:200]}" for each in fresh if each.url not in held)
    new = _bounded(editing.add_sources(old, stanzas, configuration.path)) if stanzas else old
    return Plan(tuple(stanzas), new, len(listed.feeds) - len(fresh), (*listed.skipped, *unfit))


def _bounded(new: str) -> str:
    """The new text, unless it became a file that would not be read any more."""
    if len(new.encode()) > MAXIMUM_BYTES:
        raise UsageError(f"sources.toml would have more than {MAXIMUM_BYTES // 2**20} MiB; nothing was written")
    return new


def export(sources: Iterable[Source], now: datetime, *, every: bool = False) -> bytes:
    """An OPML file of the feeds that are on (`every`: also of those that are off)."""
    return opml.write((source for source in sources if every or source.enabled), "aggregator", now)
