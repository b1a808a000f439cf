"""A poll: every source asked once, read, prepared and stored, each whole and on its own.

    leased source → asks → fetch (conditional, capped) → read (bytes → entries) → prepare (clean, key, label) → commit

Nothing is decided here about identity, copies or releases: the store does that in the poll's transaction, with pure
rules. A source that fails is told with its error and costs only itself; pages that did arrive are stored, but then
neither cursor nor validators move, so that the next poll reads the same again. This module opens no connection and
reads no clock of its own: time comes in as `now`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from aggregator import faults, identity, schedule
from aggregator.errors import AggregatorError, Deferred, FetchError, ParseError, SourceError, StoreError
from aggregator.fetch import validator_of
from aggregator.model import (
    Answer,
    Ask,
    Entry,
    Lab,
    Poll,
    PollCounts,
    PollOutcome,
    Prepared,
    Reading,
    Settings,
    Source,
    SourceState,
    Validator,
)
from aggregator.owners import Leases
from aggregator.sources import KINDS, Endpoints

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
BATCH = 2000
"""Entries that one transaction takes at most before it is committed (whole polls only)."""


class Fetches(Protocol):
    """The part of `fetch.Fetcher` that a poll uses."""

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer: ...
    def authorised(self, url: str) -> bool: ...


class Reads(Protocol):
    """The part of `parsing.Parser` that a poll uses."""

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
    ) -> Reading: ...


class Keeps(Protocol):
    """The part of `storage.Store` that a poll uses."""

    def states(self) -> Mapping[str, SourceState]: ...
    def validators(self, source_id: str) -> Mapping[str, Validator]: ...
    def lease(self, source_id: str, owner: str, until: datetime, now: datetime) -> bool: ...
    def release_lease(self, source_id: str, owner: str) -> None: ...
    def commit_polls(self, polls: Sequence[Poll], now: datetime) -> list[PollCounts]: ...


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


async def poll_sources(sources: Iterable[Source], means: Means, progress: Progress | None = None) -> list[PollOutcome]:
    """Poll each of `sources` once, whatever its interval; the outcomes in the order of `sources`.

    A Retry-After, a used-up quota or another process's lease defers a source. Raises StoreError when the database
    refuses (nothing of the affected polls is stored then); every other failure becomes an outcome.
    """
    wanted = list(sources)
    states = await asyncio.to_thread(means.store.states)
    outcomes: dict[str, PollOutcome] = {}

    async def one(source: Source, polling: Polling) -> None:
        outcomes[source.id] = outcome = await polling.poll(source, states.get(source.id) or SourceState(source.id))
        if progress is not None:
            progress(outcome, len(wanted) - len(outcomes))

    try:
        async with Polling(means) as polling, asyncio.TaskGroup() as polls:
            for source in wanted:
                polls.create_task(one(source, polling))
    except BaseExceptionGroup as several:
        raise _first_of(several) from several
    return [outcomes[source.id] for source in wanted]


class Polling:
    """Polls that share one writer and the renewal of their leases, for as long as this context is open."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._gate = asyncio.Semaphore(means.at_once)
        self._writer, self._leases = _Writer(means), Leases(means.store, means.owner, means.now)
        self._background = asyncio.TaskGroup()

    async def __aenter__(self) -> Polling:
        await self._background.__aenter__()
        self._writing = self._background.create_task(self._writer.run())
        self._renewing = self._background.create_task(self._leases.renew())
        return self

    async def __aexit__(self, *error: Any) -> None:
        self._writer.close()
        self._renewing.cancel()
        try:
            await self._background.__aexit__(*error)
        except BaseExceptionGroup as several:
            raise _first_of(several) from several

    async def poll(self, source: Source, state: SourceState) -> PollOutcome:
        """Poll one source once; returns when it is stored. Raises StoreError when the database refuses."""
        async with self._gate:
            try:
                return await _poll_one(source, state, self.means, self._writer, self._leases)
            except StoreError:
                raise
            except Exception as error:  # a defect of ours costs this source, not the others
                log.exception("source=%s stage=store code=internal", source.id)
                told = f"internal error: {type(error).__name__}: {error}"[:300]
                return PollOutcome(source.id, "failed", error=told, code="internal")


def _first_of(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error to tell of those that ended a poll: what the store said, if it said anything."""
    leaves: list[BaseException] = []
    waiting: list[BaseException] = [several]
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BaseExceptionGroup):
            waiting += error.exceptions
        else:
            leaves.append(error)
    return next((error for error in leaves if isinstance(error, StoreError)), leaves[0])


async def _poll_one(source: Source, state: SourceState, means: Means, writer: _Writer, leases: Leases) -> PollOutcome:
    """One source from lease to commit."""
    started, now = time.monotonic(), means.now()
    corrected = bool(state.url) and state.url != source.url  # whoever gave it another address wants it asked there
    if state.retry_at is not None and state.retry_at > now and not corrected:
        told = f"not before {state.retry_at:%Y-%m-%d %H:%M:%S} UTC"
        return PollOutcome(
            source.id, "deferred", error=told, code=state.error_code or "deferred", retry_at=state.retry_at
        )
    if not await leases.take(source.id):
        return PollOutcome(source.id, "deferred", error="another process is polling it", code="leased")
    try:
        work = _Work(source, state, means)
        await work.run(await asyncio.to_thread(means.store.validators, source.id))
        poll = work.result(time.monotonic() - started)
        faults.at("poll.prepared")
        try:
            counts = await writer.commit(poll)
        except AggregatorError:
            raise
        except Exception as error:
            log.exception("source=%s stage=store code=internal", source.id)
            work.refuse(
                ParseError(f"internal error: {type(error).__name__}: {error}"[:300], code="internal", stage="store")
            )
            poll = work.result(time.monotonic() - started)
            counts = await writer.commit(poll)
        return _outcome(poll, counts, work)
    finally:
        await asyncio.shield(leases.give_back(source.id))


class _Work:
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
        reading = await self.means.parser.read(ask, answer, self.source, self.cursor, self.means.endpoints, self.now)
        faults.at("parse.answered")
        if ask.role == "sizes":  # the same repositories again, with what was asked for
            again = {entry.guid for entry in reading.entries}
            self.entries = [entry for entry in self.entries if entry.guid not in again]
        self.entries += reading.entries
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
        reading = wait(self.source, self.cursor, self.means.endpoints)
        self.cursor.update(reading.cursor)
        return list(reading.follow)

    def refuse(self, error: SourceError) -> None:
        """The store could not take what was read: the poll fails, and nothing of it is kept but its error."""
        self.error, self.prepared = error, ()
        self.entries.clear()

    def _validator_key(self, ask: Ask) -> str:
        """A URL's validators hold for one state of authorisation (GitHub's ETags differ by token) and for one way to
        read it: with other selectors in sources.toml the same bytes say something else."""
        return f"{ask.url}#{self._way}" + ("authorised" if self.means.fetcher.authorised(ask.url) else "")

    def _prepare(self) -> tuple[Prepared, ...]:
        """The entries made ready. One that our rules stumble over is left out, told as the poll's error and tried again;
        so are those for which no time is left."""
        keys = identity.item_keys(self.source.id, self.entries)
        ready: dict[int, Prepared] = {}
        clock = _Clock()
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
                told = f"internal error at {entry.guid[:80]}: {type(error).__name__}: {error}"[:300]
                self.error = self.error or ParseError(told, code="internal")
                continue
            ready[place] = prepared if prepared.key == key else replace(prepared, key=key)
        return tuple(ready[place] for place in sorted(ready))

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
            next_poll_at=self._next(0 if failed is None or deferred else self.state.fail_count + 1, facts, retry_at),
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
                tuple(p.key for p in self.prepared)
                if failed is None and self.whole and not self.unchanged_pages
                else None
            ),
        )

    def _facts(self) -> dict[str, Any]:
        """What is known of the source after this poll: its usual gap, and how often and since when it was gone."""
        facts = dict(self.state.facts)
        if isinstance(self.error, FetchError) and self.error.status == 410:
            facts["gone"] = schedule.sighted(facts.get("gone") or {}, self.said.url, self.now)
        elif self.error is None:
            facts.pop("gone", None)
        gap = schedule.usual_gap([p.published for p in self.prepared if p.published is not None])
        if gap is not None and not self.unchanged_pages:
            facts["gap"] = int(gap.total_seconds())
        return facts

    def _next(self, failures: int, facts: Mapping[str, Any], retry_at: datetime | None) -> datetime:
        """When this source is asked again."""
        lab = self.means.labs.get(self.source.lab or "")
        followed = lab is not None and lab.region == "cn"
        gap = timedelta(seconds=facts["gap"]) if "gap" in facts else None
        hinted = (self.cursor.get("hints") or {}).get("minutes")
        if facts.get("gone", {}).get("settled") and retry_at is not None:
            return retry_at
        return schedule.next_poll_at(
            self.now,
            schedule.interval_of(
                self.source.every, self.means.settings.poll_every, followed, gap=gap, kind=self.source.kind
            ),
            failures=failures,
            jitter=self.means.jitter(),
            not_before=retry_at,
            wish=schedule.wish_of(self.listing.headers, hinted, self.now) if self.listing is not None else None,
            followed=followed,
        )


class _Clock:
    """The time that making one source's entries ready may take, of the processor and of the clock."""

    told = f"{PREPARING:g} s of processor time or {PREPARING_WALL:g} s"

    def __init__(self) -> None:
        self._processor, self._wall = time.thread_time(), time.monotonic()

    def is_over(self) -> bool:
        """Whether nothing is left of it."""
        return time.thread_time() - self._processor > PREPARING or time.monotonic() - self._wall > PREPARING_WALL


def _outcome(poll: Poll, counts: PollCounts, work: _Work) -> PollOutcome:
    notes = poll.notes + tuple(f"rejected: {reason}" for reason in counts.rejected)
    if counts.held:
        notes += (f"held: {counts.new} new items ({counts.held}); aggregator sources release-held {poll.source.id}",)
    error, code = poll.error, poll.error_code
    if isinstance(work.error, Deferred):  # no failure, whatever of it arrived: it goes on at `retry_at`
        word = "deferred"
    elif work.error is not None:
        word = "partial" if work.prepared else "failed"
    elif counts.rejected:
        word, code = "partial", "rejected"
        error = f"{len(counts.rejected)} entries could not be stored: {counts.rejected[0]}"
    else:
        word = "new" if counts.new else "updated" if counts.updated else "unchanged"
    return PollOutcome(
        id=poll.source.id,
        outcome=word,
        new=counts.new,
        updated=counts.updated,
        error=error,
        seconds=round(poll.seconds, 3),
        code=code,
        retry_at=poll.retry_at,
        notes=notes,
    )


class _Writer:
    """Commits polls one transaction at a time in a thread, several whole polls together while it was busy."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._waiting: asyncio.Queue[tuple[Poll, asyncio.Future[PollCounts]] | None] = asyncio.Queue()

    async def commit(self, poll: Poll) -> PollCounts:
        """Wait until `poll` is stored; raises the StoreError that kept it from being stored."""
        done: asyncio.Future[PollCounts] = asyncio.get_running_loop().create_future()
        await self._waiting.put((poll, done))
        return await done

    def close(self) -> None:
        """No more polls will come."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Take what waits, commit it, tell those who wait; until `close`."""
        closing = False
        while not closing:
            batch = []
            taken = await self._waiting.get()
            while True:
                if taken is None:
                    closing = True
                    break
                batch.append(taken)
                if self._waiting.empty() or sum(len(p.prepared) for p, _ in batch) >= BATCH:
                    break
                taken = self._waiting.get_nowait()
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[Poll, asyncio.Future[PollCounts]]]) -> None:
        faults.at("poll.committing")
        try:
            counts = await asyncio.to_thread(self._means.store.commit_polls, [p for p, _ in batch], self._means.now())
            faults.at("poll.committed")
        except Exception as error:
            if not isinstance(error, AggregatorError) and len(batch) > 1:
                for one in batch:  # a defect that one poll meets costs the others nothing
                    await self._commit([one])
                return
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), count in zip(batch, counts):
            if not done.done():
                done.set_result(count)
