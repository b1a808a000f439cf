"""Trying sources out: each is asked once and read, and what was found or is wrong with it is told; nothing is stored.

A trial is a real fetch and a real reading by the source's kind, but without a cursor, a validator or a follow-up
request: what it tells is what a first poll would meet. It never changes sources.toml, and never opens a database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from aggregator.errors import AggregatorError, Deferred, FetchError, ParseError, SourceError
from aggregator.model import Answer, Ask, Entry, Reading, Source, Validator
from aggregator.sources import KINDS, Endpoints

STALE_AFTER = timedelta(days=60)
"""A source whose newest entry is older than this may have been given up, or have moved."""
FUTURE_AFTER = timedelta(days=2)
LARGE = 4 * 2**20
SLOW = 20.0
AT_ONCE = 32

ADVICE: Mapping[str, str] = {
    "dns_failed": "check the spelling of the host, and whether this machine is on-line",
    "dns_timeout": "the name server does not answer: try again",
    "connect_failed": "the host refuses connections: look whether the address still exists",
    "connect_timeout": "the host cannot be reached from here: try again, or set settings.proxy",
    "deadline": "the answer takes too long: try again; if it stays so, take a smaller list",
    "tls_invalid": "its certificate is not valid: look whether it moved to another host",
    "tls_timeout": "try again",
    "blocked_address": "it leads into a private network; if that is meant, list it in settings.allow_private_hosts",
    "blocked_port": "this port is never fetched: take the address with the usual port",
    "blocked_scheme": "only http and https are fetched",
    "insecure_redirect": "it leads from https to http: take the address that it ends at, if you trust it",
    "redirect_loop": "it leads in a circle: look for the address that works in a browser",
    "auth_failed": "it wants a login or refuses programs: set enabled = false, or look for another address",
    "not_found": "it moved or was removed: look for its new address, or `aggregator sources add` the site's start page",
    "gone": "it was removed for good: take it out or set enabled = false",
    "challenge": "a bot wall: it cannot be read by a program from here; look for another address or mirror",
    "bot_challenge": "a bot wall: it cannot be read by a program from here; look for another address or mirror",
    "rate_limited": "it was asked too often: wait until the time given",
    "quota_used_up": "its quota is used up: wait until the time given, or set a token",
    "server_error": "the host has trouble: try again later",
    "unexpected_status": "look at the address in a browser",
    "too_large": "the document is larger than may be read: look for a shorter one (?limit=, page size)",
    "empty_body": "nothing came: look at the address in a browser",
    "not_a_feed": "this is no feed: `aggregator sources add URL` looks for the feed behind a page",
    "not_json": "this is no JSON: look in the browser's network panel for the list that the page loads",
    "not_markdown": "HTML came instead of Markdown: take the address of the .md file, or selectors",
    "script_shell": "scripts fill this page: describe the list that they load as kind = \"json\"",
    "selector_empty": "the page was redesigned: write `item` and the other selectors anew (docs/sources.md)",
    "selector_invalid": "correct the selector",
    "schema_unexpected": "the document has another shape: look at it and correct the paths",
    "api_error": "the service says what is wrong: look at the parameters of the address",
    "empty_listing": "nothing is listed: the name was changed or misspelt, or the list moved",
    "bad_pagination": "its further pages lead nowhere: the host has changed something",
    "parse_error": "the document is broken: try again later, tell its maker",
    "parse_limits": "the document is too large, too deep or hostile: look at it before you follow it",
    "parse_timeout": "the document keeps its reader busy without end: look at it before you follow it",
    "parse_crashed": "the document takes its reader down: tell us",
}  # fmt: skip
"""What a person can do, by the code of the error."""

NOTES: Mapping[str, str] = {
    "encoding_guessed": "nothing declares its encoding rightly; it was guessed",
    "parse_truncated": "the document is cut off; what came was read",
    "too_many_items": "it holds more entries than are read",
    "too_many_pages": "it has more pages than are read",
    "entries_lost": "some entries could not be read",
    "entry_rejected": "some entries say nothing and were left out",
    "shared_guid": "several entries share an id; their links tell them apart",
    "schema_changed": "some records lack what is needed",
    "where_empty": "no record fulfils `where`",
    "unknown_events": "some events have names that are not known",
}


class Fetches(Protocol):
    """The part of `fetch.Fetcher` that a trial uses."""

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer: ...


class Reads(Protocol):
    """The part of `parsing.Parser` that a trial uses."""

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
    ) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a trial works with; `now` is the time against which ages are told."""

    fetcher: Fetches
    parser: Reads
    endpoints: Endpoints
    now: datetime


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001  (checking.Warning reads as what it is)
    """Something that is wrong with a source that works: a stable code, and words."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the trial of one source showed.

    outcome: "ok", "warning" (works, but something is wrong with it), "failed" or "deferred" (told to wait until
    `retry_at`). entries: how many the first page holds; newest: the latest time that an entry gives, `title` that
    entry's title. moved_to: where it permanently redirects to. error, code, advice: why it failed and what to do.
    """

    id: str
    kind: str
    url: str
    outcome: str
    entries: int = 0
    newest: datetime | None = None
    title: str = ""
    stale: bool = False
    moved_to: str | None = None
    warnings: tuple[Warning, ...] = ()
    error: str | None = None
    code: str | None = None
    advice: str | None = None
    retry_at: datetime | None = None
    seconds: float = 0.0
    requests: int = 0


@dataclass(slots=True)
class _Trial:
    """What one trial gathered so far."""

    entries: list[Entry] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: int = 0


Progress = Callable[[Checked, int], None]
"""Called after each source with what was found and the number of sources that are left."""


async def check_sources(sources: Sequence[Source], tools: Tools, progress: Progress | None = None) -> list[Checked]:
    """Try each of `sources` once; the findings in their order. No failure of one is raised or stops another."""
    gate = asyncio.Semaphore(AT_ONCE)
    left = len(sources)

    async def one(source: Source) -> Checked:
        nonlocal left
        async with gate:
            found = await check_source(source, tools)
        left -= 1
        if progress is not None:
            progress(found, left)
        return found

    return list(await asyncio.gather(*(one(source) for source in sources)))


async def check_source(source: Source, tools: Tools) -> Checked:
    """Try one source: its selectors, its address, its first page."""
    began = time.monotonic()
    trial = _Trial()
    error: SourceError | None = None
    try:
        refuse_untriable(source)
        for ask in KINDS[source.kind].asks(source, {}, tools.endpoints, tools.now):
            await _try(ask, source, tools, trial)
    except SourceError as failure:
        error = failure
    except AggregatorError as failure:
        error = SourceError(failure.detail, code=failure.code)
    except Exception as failure:  # a defect of ours is told as this source's error
        error = ParseError(f"internal error: {type(failure).__name__}: {failure}"[:300], code="internal")
    return _judge(source, trial, error, tools.now, round(time.monotonic() - began, 3))


def refuse_untriable(source: Source) -> None:
    """Raise the error of a source that cannot even be asked."""
    if source.kind not in KINDS:
        raise ParseError(f'kind "{source.kind}" is known, but not built yet', code="not_built")
    if source.url.startswith("bridge:"):
        raise FetchError("needs a bridge: set settings.bridge to your RSSHub", code="no_bridge")
    wrong = getattr(KINDS[source.kind], "wrong_selectors", None)
    told = wrong(source.options) if wrong is not None else ()
    if told:
        raise ParseError("; ".join(told), code="selector_invalid")


async def _try(ask: Ask, source: Source, tools: Tools, trial: _Trial) -> None:
    """Fetch and read one request; a fallback and an optional one are treated as a poll does."""
    trial.requests += 1
    try:
        answer = await tools.fetcher.get(ask)
    except FetchError as error:
        if ask.fallback is not None and error.code in ("not_found", "gone"):
            await _try(ask.fallback, source, tools, trial)
            return
        if ask.optional and not isinstance(error, Deferred):
            if error.code not in ("not_found", "gone"):
                trial.notes.append(f"{ask.role}_{error.code}")
            return
        raise
    trial.answers.append(answer)
    reading = await tools.parser.read(ask, answer, source, {}, tools.endpoints, tools.now)
    trial.entries += reading.entries
    trial.notes += reading.notes


def _judge(source: Source, trial: _Trial, error: SourceError | None, now: datetime, seconds: float) -> Checked:
    dated = [(e.published or e.updated, e.title) for e in trial.entries if e.published or e.updated]
    newest, title = max(((at, words) for at, words in dated if at is not None), default=(None, ""))
    moved = next((a.permanent_url for a in trial.answers if a.permanent_url), None)
    found = Checked(
        id=source.id, kind=source.kind, url=source.url, outcome="ok", entries=len(trial.entries), newest=newest,
        title=" ".join(title.split())[:120], moved_to=moved, seconds=seconds, requests=trial.requests,
    )  # fmt: skip
    if error is not None:
        return replace(
            found,
            outcome="deferred" if isinstance(error, Deferred) else "failed",
            error=error.detail,
            code=error.code,
            advice=ADVICE.get(error.code),
            retry_at=error.retry_at,
        )
    stale = newest is not None and now - newest > STALE_AFTER
    warnings = tuple(_warnings(source, trial, found, stale, now))
    return replace(found, stale=stale, warnings=warnings, outcome="warning" if warnings else "ok")


def _warnings(source: Source, trial: _Trial, found: Checked, stale: bool, now: datetime) -> Iterable[Warning]:
    """What is wrong with a source that could be read."""
    if found.moved_to:
        yield Warning("moved", f'moved for good: set url = "{found.moved_to}"')
    if not trial.entries:
        yield Warning("empty", "it can be read, but holds no entry")
    elif found.newest is None and source.kind in ("feed", "page", "json"):
        yield Warning("undated", "no entry has a date that can be read: look at `date`, `date_unit` and `timezone`")
    if stale and found.newest is not None:
        yield Warning("stale", f"the newest entry is {(now - found.newest).days} days old")
    if found.newest is not None and found.newest - now > FUTURE_AFTER:
        yield Warning("future", f"an entry is dated {found.newest:%Y-%m-%d}, in the future: look at `timezone`")
    if trial.entries and not any(entry.url for entry in trial.entries):
        yield Warning("no_links", "no entry has a link")
    if any(len(answer.body) > LARGE for answer in trial.answers):
        yield Warning("large", f"it has {max(len(a.body) for a in trial.answers) / 2**20:.1f} MiB")
    if found.seconds > SLOW:
        yield Warning("slow", f"it took {found.seconds:.0f} s")
    for note in dict.fromkeys(trial.notes):
        code, _, count = note.partition(":")
        yield Warning(code, NOTES.get(code, code.replace("_", " ")) + (f" ({count.strip()})" if count else ""))
