"""Polls from the lease to the commit: any number at once, with one writer, each for itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aggregator import faults
from aggregator.errors import AggregatorError, Deferred, ParseError, StoreError
from aggregator.gathering import Gathering
from aggregator.model import Poll, PollCounts, PollOutcome, Source, SourceState, Validator
from aggregator.owners import Leases
from aggregator.poll.failing import bare_failure
from aggregator.poll.means import Means, Progress
from aggregator.poll.work import Work
from aggregator.poll.writer import Writer

log = logging.getLogger(__name__)


async def poll_sources(sources: Iterable[Source], means: Means, progress: Progress | None = None) -> list[PollOutcome]:
    """Poll each of `sources` once, whatever its interval; the outcomes in the order of `sources`.

    A Retry-After, a used-up quota or another process's lease defers a source. Raises StoreError when the database
    refuses (nothing of the affected polls is stored then); every other failure becomes an outcome.
    """
    wanted = list(sources)
    states = await asyncio.to_thread(means.store.states, counted=False)
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
        self._writer, self._leases = Writer(means), Leases(means.store, means.owner, means.now)
        self._validators = Gathering(means.store.validators_of)
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
                return await _poll_one(source, state, self.means, self._writer, self._leases, self._validators)
            except StoreError:
                raise
            except Exception as error:  # a defect of ours costs this source, not the others
                log.exception("source=%s stage=store code=internal", source.id)
                told = f"internal error: {type(error).__name__}: {error}"[:300]
                await self._note_failure(source, state, told)
                return PollOutcome(source.id, "failed", error=told, code="internal")

    async def _note_failure(self, source: Source, state: SourceState, told: str) -> None:
        """Store that the poll failed, and nothing else of it, so that the source waits as after any failure.

        Raises StoreError; another defect is only logged."""
        means, now = self.means, self.means.now()
        failed = bare_failure(
            source, state, means.settings, means.labs, now, told,
            code="internal", stage="store", failures=state.fail_count + 1, jitter=means.jitter(),
        )  # fmt: skip
        try:
            await asyncio.to_thread(means.store.note_failure, failed, now)
        except StoreError:
            raise
        except Exception:
            log.exception("source=%s stage=store code=internal", source.id)


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


async def _poll_one(
    source: Source, state: SourceState, means: Means, writer: Writer, leases: Leases,
    validators: Gathering[Mapping[str, Validator]],
) -> PollOutcome:  # fmt: skip
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
        work = Work(source, state, means)
        await work.run(await validators.of(source.id))
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


def _outcome(poll: Poll, counts: PollCounts, work: Work) -> PollOutcome:
    notes = poll.notes + tuple(f"rejected: {reason}" for reason in counts.rejected)
    if counts.held:
        notes += (f"held: {counts.new} new items ({counts.held}); aggregator sources release-held {poll.source.id}",)
    if counts.overrun:
        notes += ("window_overrun",)
        log.warning("source=%s stage=store code=window_overrun nothing of the last listing is left", poll.source.id)
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
