"""The worker: takes jobs from the queue and polls their sources, as a poll in one process does.

A job that finds its source polled in the meantime, or in other hands, ends at once: jobs may come twice, polls do not.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aggregator import owners, schedule
from aggregator.errors import StoreError
from aggregator.executors.queue import engine
from aggregator.storage.due import QUEUED

if TYPE_CHECKING:
    from aggregator.app import Application
    from aggregator.model import PollOutcome
    from aggregator.poll import Polling

log = logging.getLogger(__name__)

AT_ONCE = 48
"""Jobs in work at once: more than the fetcher has requests in flight."""
PATIENCE = 7.0
"""Seconds that jobs at work may still take once the worker was told to end."""
CARE_EVERY = 10.0
"""Seconds between two looks at stalled jobs, leases of the dead and other workers' quotas."""
PAUSE = 5.0
"""Seconds until a worker whose database went away tries again."""
WATCH = 0.25
"""Seconds between two looks at whether the worker is to end."""


async def take(app: Application, stop: threading.Event, told: Callable[[PollOutcome], None]) -> None:
    """Take jobs until `stop` is set; `told` is called with each outcome. A database that goes away is waited for."""
    while not stop.is_set():
        taking = asyncio.create_task(_take(app, told))
        while not taking.done() and not stop.is_set():
            await asyncio.wait({taking}, timeout=WATCH)
        if stop.is_set():
            taking.cancel()
        try:
            await taking
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
        except StoreError as error:
            log.error("worker: code=%s detail=%s; again in %d s", error.code, error, PAUSE)
            await asyncio.to_thread(stop.wait, PAUSE)


async def _take(app: Application, told: Callable[[PollOutcome], None]) -> None:
    async with app.polling() as (polling, fetcher):
        queue = engine.application(app.database, lambda source: _poll(app, polling, source, told))
        try:
            with engine.told():
                async with queue.open_async():
                    caring = asyncio.create_task(_care(app, queue, fetcher))
                    try:
                        await engine.work(queue, AT_ONCE, PATIENCE)
                    finally:
                        caring.cancel()
        finally:
            with suppress(StoreError):
                await asyncio.to_thread(app.share_quotas, fetcher)


async def _poll(app: Application, polling: Polling, source_id: str, told: Callable[[PollOutcome], None]) -> None:
    """Poll a source if it is still due. Raises StoreError: the job fails, and the source is due again."""
    source = app.configuration.sources.get(source_id)
    if source is None or not source.enabled:
        return
    state = await asyncio.to_thread(app.store.state, source_id, counted=False)
    if state.next_poll_at is not None and not schedule.is_due(app.now(), state.next_poll_at, None):
        await asyncio.to_thread(app.store.release_lease, source_id, QUEUED)
        return
    told(await polling.poll(source, state))


async def _care(app: Application, queue: Any, fetcher: Any) -> None:
    """Until cancelled: bring back what dead workers held, and let workers know of each other's quotas."""
    while True:
        await asyncio.sleep(CARE_EVERY)
        try:
            returned = await engine.return_stalled(queue)
            if returned:
                log.warning("%d jobs of a worker that is gone return to the queue", returned)
            await asyncio.to_thread(app.free_leases, owners.SHARED)
            await asyncio.to_thread(app.share_quotas, fetcher)
        except Exception as error:  # the next look may succeed; the jobs themselves say what goes wrong
            log.warning("worker: care: %s", error)
