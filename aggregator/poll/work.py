"""One source's poll between its lease and its commit: what is asked, what comes back, what is made ready of it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator import faults, identity, schedule
from aggregator.errors import AggregatorError, Deferred, FetchError, ParseError, SourceError
from aggregator.fetch import validator_of
from aggregator.model import Answer, Ask, Entry, Poll, Prepared, Source, SourceState, Unchanged, Validator
from aggregator.poll.means import Means
from aggregator.sources import KINDS

log = logging.getLogger(__name__)

FULL_FETCH_AFTER = timedelta(hours=24)
"""After at most this long without a full answer no validator is sent, so that a broken 304 cannot last for ever. Each
source has a time of its own in the second half of it: what was first polled together is not asked in full together."""
MAXIMUM_PAGES = 20
_ADDRESSED = ("feed", "page", "json")
"""Kinds whose own address may move; hubs are asked by their endpoints."""
MAXIMUM_REQUESTS = 60
PREPARING, PREPARING_WALL = 30.0, 40.0
"""Seconds of processor and of clock that making one source's entries ready may take (as for reading a document)."""


class Work:
    """One source's poll while it runs: what was asked, what came back, what went wrong."""

    def __init__(self, source: Source, state: SourceState, means: Means) -> None:
        self.said = source
        address = schedule.address_of(source.url, state.moved) if source.kind in _ADDRESSED else source.url
        self.source = source if address == source.url else replace(source, url=address)
        self.state, self.means = state, means
        self.listing: Answer | None = None
        self.cursor: dict[str, Any] = dict(state.cursor)
        self.entries: list[Entry] = []
        self.prepared: tuple[Prepared, ...] = ()
        self.unchanged: tuple[Unchanged, ...] = ()
        self.known = str(state.facts.get("known") or "")
        self.validators: dict[str, Validator] = {}
        self.notes: list[str] = []
        self.error: SourceError | None = None
        self.requests = self.answered = self.pages = 0
        self.whole = True
        self.unchanged_pages = self.resumed = False
        self.now = means.now()
        way = [source.kind, source.lab, source.language, source.timezone, dict(source.options)]
        self._way = hashlib.sha256(repr(way).encode("utf-8", "replace")).hexdigest()[:12]
        share = int(hashlib.sha256(source.id.encode("utf-8", "replace")).hexdigest()[:8], 16) / 2**32
        self._full_after = FULL_FETCH_AFTER * (0.5 + share / 2)

    async def run(self, validators: Mapping[str, Validator]) -> None:
        """Ask, read and follow until nothing is left or something fails; then prepare the entries."""
        try:
            waiting = list(KINDS[self.source.kind].asks(self.source, self.state.cursor, self.means.endpoints, self.now))
            while waiting:
                if self.requests >= MAXIMUM_REQUESTS:
                    self.notes.append("too_many_requests")
                    self.whole = False
                    break
                waiting += await self._ask(waiting.pop(0), validators)
        except SourceError as error:
            self.error = error
        except AggregatorError:
            raise
        except Exception as error:  # a defect of ours costs this source, not the others
            log.exception("source=%s stage=parse code=internal", self.source.id)
            self.error = ParseError(f"internal error: {type(error).__name__}: {error}", code="internal")
        try:
            self.prepared = await asyncio.to_thread(self._prepare)
        except Exception as error:
            log.exception("source=%s stage=parse code=internal", self.source.id)
            self.error = ParseError(f"internal error: {type(error).__name__}: {error}", code="internal")

    async def _ask(self, ask: Ask, validators: Mapping[str, Validator]) -> list[Ask]:
        """One request and what it leads to."""
        key = self._validator_key(ask)
        known = validators.get(key)
        fresh = known is not None and known.fetched_at is not None and self.now - known.fetched_at < self._full_after
        self.requests += 1
        try:
            faults.at("poll.asking")
            answer = await self.means.fetcher.get(ask, known if fresh and ask.method == "GET" else None)
        except FetchError as error:
            if ask.fallback is not None and error.code in ("not_found", "gone"):
                return [ask.fallback]
            if not ask.optional:
                raise
            if isinstance(error, Deferred):
                self.notes.append(f"{ask.role}_deferred")
            elif error.code not in ("not_found", "gone"):
                self.notes.append(f"{ask.role}_{error.code}")
            return []
        faults.at("poll.fetched")
        self.answered += 1
        if self.listing is None:
            self.listing = answer
        seen = validator_of(answer, known, self.now)
        if known is not None and (answer.not_modified or seen.body_hash == known.body_hash):
            self.validators[key] = replace(seen, pages=known.pages)
            self.unchanged_pages = True
            return list(known.pages) + self._waiting(ask)
        faults.at("parse.asked")
        reading = await self.means.parser.read(
            ask, answer, self.source, self.cursor, self.means.endpoints, self.now, known=self.known
        )
        faults.at("parse.answered")
        if ask.role == "sizes":  # the same repositories again, with what was asked for
            again = {entry.guid for entry in reading.entries}
            self.entries = [entry for entry in self.entries if entry.guid not in again]
        self.entries += reading.entries
        self.prepared += reading.prepared or ()
        self.unchanged += reading.unchanged
        self.known = reading.known
        for told in reading.stumbled:
            log.error("source=%s stage=parse code=internal %s", self.source.id, told)
            self.error = self.error or ParseError(told, code="internal")
        self.notes += reading.notes
        self.cursor.update(reading.cursor)
        if not reading.last and not reading.pages:
            self.whole = False
        pages = list(reading.pages)
        if pages:
            self.pages += 1
            if self.pages >= MAXIMUM_PAGES:
                pages, self.whole = [], False
                self.notes.append("too_many_pages")
        if reading.last or reading.pages:
            self.validators[key] = replace(seen, pages=tuple(pages))
        return pages + list(reading.follow)

    def _waiting(self, ask: Ask) -> list[Ask]:
        """What the kind still wants to ask although its listing is unchanged."""
        wait = getattr(KINDS[self.source.kind], "waiting", None)
        if wait is None or ask.role != "listing" or self.resumed:
            return []
        self.resumed = True
        reading = wait(self.source, self.cursor, self.means.endpoints, self.now)
        self.cursor.update(reading.cursor)
        return list(reading.follow)

    def refuse(self, error: SourceError) -> None:
        """The store could not take what was read: the poll fails, and nothing of it is kept but its error."""
        self.error, self.prepared, self.unchanged = error, (), ()
        self.entries.clear()

    def _validator_key(self, ask: Ask) -> str:
        """A URL's validators hold for one state of authorisation (GitHub's ETags differ by token) and for one way to
        read it: with other selectors in sources.toml the same bytes say something else."""
        return f"{ask.url}#{self._way}" + ("authorised" if self.means.fetcher.authorised(ask.url) else "")

    def _prepare(self) -> tuple[Prepared, ...]:
        """The entries made ready. One that our rules stumble over is left out, told as the poll's error and tried again;
        so are those for which no time is left."""
        if not self.entries:
            return self.prepared
        keys = identity.item_keys(self.source.id, self.entries)
        ready: dict[int, Prepared] = {}
        clock = Clock()
        for done, place in enumerate(self._order(len(keys))):
            entry, key = self.entries[place], keys[place]
            if clock.is_over():
                left = f"making {len(keys)} entries ready took longer than {clock.told}: {len(keys) - done} are left"
                self.error = self.error or ParseError(left, code="parse_timeout")
                break
            try:
                prepared = identity.prepare(entry, self.source, self.means.understanding, self.now)
            except Exception as error:
                log.exception("source=%s stage=parse code=internal guid=%r", self.source.id, entry.guid[:200])
                self.error = self.error or ParseError(identity.stumbled(entry, error), code="internal")
                continue
            ready[place] = prepared if prepared.key == key else replace(prepared, key=key)
        return self.prepared + tuple(ready[place] for place in sorted(ready))

    def _order(self, count: int) -> Iterable[int]:
        """Places of entries in the order in which they are made ready: where time ran out before, each poll begins at
        another quarter of them, so that all come in the end."""
        late = self.state.fail_count % 4 if self.state.error_code == "parse_timeout" else 0
        first = count * late // 4
        return (*range(first, count), *range(first))

    def result(self, seconds: float) -> Poll:
        """The poll as the store takes it."""
        failed, deferred = self.error, isinstance(self.error, Deferred)
        facts = self._facts()
        often = int((facts.get("overrun") or {}).get("count", 0))
        retry_at = failed.retry_at if failed is not None else None
        detail = None if failed is None else failed.detail
        if failed is not None and facts.get("gone", {}).get("settled"):
            retry_at = self.now + schedule.PAUSE
            detail = f"{detail}; it is gone for good: polls pause for a week. Correct its url or set enabled = false"
        kept = {key: value for key, value in self.cursor.items() if value is not None}
        to = self.listing.permanent_url if self.listing is not None else None
        known = failed is not None or self.source.kind not in _ADDRESSED
        return Poll(
            source=self.said,
            prepared=self.prepared,
            cursor=kept if failed is None else self.state.cursor,
            validators=self.validators if failed is None else {},
            complete=failed is None and self.whole,
            next_poll_at=self._next(
                0 if failed is None or deferred else self.state.fail_count + 1, facts, retry_at, often
            ),
            sooner=self._next(0, facts, None, often + 1) if failed is None else None,
            seconds=seconds,
            requests=self.requests,
            error=detail,
            error_code=None if failed is None else failed.code,
            error_stage=None if failed is None else failed.stage,
            retry_at=retry_at,
            notes=tuple(dict.fromkeys(self.notes)),
            moved=None if known else schedule.moved(self.state.moved, self.said.url, to, self.now),
            facts=facts,
            listed=(
                (*(p.key for p in self.prepared), *(u.key for u in self.unchanged))
                if failed is None and self.whole and not self.unchanged_pages
                else None
            ),
            unchanged=tuple(one.key for one in self.unchanged),
        )

    def _facts(self) -> dict[str, Any]:
        """What is known of the source after this poll: its usual gap, the newest entry of its baseline, what it lists, how
        often and since when it is gone."""
        facts = dict(self.state.facts)
        if isinstance(self.error, FetchError) and self.error.status == 410:
            facts["gone"] = schedule.sighted(facts.get("gone") or {}, self.said.url, self.now)
        elif self.error is None:
            facts.pop("gone", None)
            overrun = schedule.calmed(facts.pop("overrun", None) or {}, self.now)
            facts |= {"overrun": overrun} if overrun else {}
            facts.pop("known", None)
            facts |= {"known": self.known} if self.known else {}
        given = (*(p.published for p in self.prepared), *(u.published for u in self.unchanged))
        times = [time for time in given if time is not None]
        past = [time for time in times if time <= self.now]
        if past and self.state.baseline_at is None:
            facts["newest"] = max(past).astimezone(UTC).isoformat()
        gap = schedule.usual_gap(times)
        if gap is not None and not self.unchanged_pages:
            facts["gap"] = int(gap.total_seconds())
        return facts

    def _next(self, failures: int, facts: Mapping[str, Any], retry_at: datetime | None, overruns: int) -> datetime:
        """When this source is asked again; a hint puts it off only while nothing slides past."""
        lab = self.means.labs.get(self.source.lab or "")
        followed = lab is not None and lab.region == "cn"
        gap = timedelta(seconds=facts["gap"]) if "gap" in facts else None
        hinted = (self.cursor.get("hints") or {}).get("minutes")
        if facts.get("gone", {}).get("settled") and retry_at is not None:
            return retry_at
        interval = schedule.interval_of(
            self.source.every, self.means.settings.poll_every, followed, gap=gap, kind=self.source.kind, overruns=overruns
        )  # fmt: skip
        hears = self.listing is not None and not (overruns and self.source.every is None)
        return schedule.next_poll_at(
            self.now,
            interval,
            failures=failures,
            jitter=self.means.jitter(),
            not_before=retry_at,
            wish=schedule.wish_of(self.listing.headers, hinted, self.now) if self.listing and hears else None,
            followed=followed,
        )


class Clock:
    """The time that making one source's entries ready may take, of the processor and of the clock."""

    told = f"{PREPARING:g} s of processor time or {PREPARING_WALL:g} s"

    def __init__(self) -> None:
        self._processor, self._wall = time.thread_time(), time.monotonic()

    def is_over(self) -> bool:
        """Whether nothing is left of it."""
        return time.thread_time() - self._processor > PREPARING or time.monotonic() - self._wall > PREPARING_WALL
