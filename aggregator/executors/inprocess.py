"""The background worker in one process: APScheduler ticks, and each tick looks at rows.

The scheduler holds no state that a restart could lose: when a source is due, which digests were made and when the last
backup ran are rows. A tick that is still at work when the next one comes makes that one a no-op.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.background import BackgroundScheduler

from aggregator import owners, slots
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.app import Application

log = logging.getLogger(__name__)

TICK = 15
"""Seconds between two looks at what is due."""
WORKER_LEASE = timedelta(minutes=1)
"""How long a worker that was lost keeps others away (one that was killed on this host: not at all)."""
FIRST_DIGEST_AFTER = timedelta(minutes=10)
"""A digest that is due at the start waits for the first polls, but no longer than this."""
PRUNE_EVERY = timedelta(hours=24)


def work(app: Application, *, tick: float = TICK, until: threading.Event | None = None) -> int:
    """Run until SIGTERM or SIGINT (or until `until` is set); returns the exit status.

    Returns 1 at once when another worker holds the lease on this database.
    """
    stop = until or threading.Event()
    owner = owners.name()
    app.free_leases()
    if not app.store.claim("worker", owner, WORKER_LEASE, datetime.now(UTC)):
        log.error("another worker is running on this database; this one ends")
        return 1
    before = _obey(stop)
    polled = threading.Event()
    scheduler = BackgroundScheduler(timezone=UTC)
    for name, job in (
        ("poll", _polls(app, polled)),
        ("digest", _digests(app, polled, datetime.now(UTC))),
        ("care", _care(app, owner, stop)),
    ):
        scheduler.add_job(
            _guarded(name, job),
            "interval",
            seconds=tick,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    log.info("worker started: %d sources", len(app.sources(())))
    scheduler.start()
    try:
        while not stop.wait(0.5):  # short waits, so that a signal is handled at once
            pass
    finally:
        log.info("worker is ending")
        app.stop_polls()
        scheduler.shutdown(wait=True)
        app.store.save_setting("worker_ended", datetime.now(UTC).isoformat())
        app.store.release_claim("worker", owner)
        for number, handler in before:
            signal.signal(number, handler)
    log.info("worker ended")
    return 0


def _obey(stop: threading.Event) -> list[tuple[int, Any]]:
    """SIGTERM and SIGINT set `stop`; the handlers that were there before. Nothing in another thread than the main one."""
    if threading.current_thread() is not threading.main_thread():
        return []

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    return [(number, signal.signal(number, end)) for number in (signal.SIGTERM, signal.SIGINT)]


def _guarded(name: str, job: Callable[[], None]) -> Callable[[], None]:
    """A tick never ends the scheduler: what goes wrong is told and tried again at the next one."""

    def run() -> None:
        try:
            job()
        except AggregatorError as error:
            log.error("tick=%s code=%s detail=%s", name, error.code, error)
        except Exception:
            log.exception("tick=%s code=internal", name)

    return run


def _polls(app: Application, polled: threading.Event) -> Callable[[], None]:
    """Poll what is due now; `polled` is set once the first round is over."""

    def run() -> None:
        due = app.due(datetime.now(UTC))
        if due:
            for outcome in app.poll(due):
                level = logging.WARNING if outcome.outcome in ("failed", "partial") else logging.INFO
                log.log(
                    level,
                    "source=%s outcome=%s new=%d updated=%d%s",
                    outcome.id,
                    outcome.outcome,
                    outcome.new,
                    outcome.updated,
                    f" code={outcome.code} detail={outcome.error}" if outcome.error else "",
                )
        polled.set()

    return run


def _digests(app: Application, polled: threading.Event, started: datetime) -> Callable[[], None]:
    """Write the digest of the latest slot unless it was written: a Markdown and an HTML file."""

    def run() -> None:
        digest = app.configuration.digest
        if not digest.directory:
            return
        if not polled.is_set() and datetime.now(UTC) - started < FIRST_DIGEST_AFTER:
            return  # after a pause the news of the day has yet to be fetched
        day = slots.latest_slot(datetime.now(UTC), digest.at, app.timezone)
        if (app.store.setting("last_digest") or "") < day.isoformat():
            app.write_digest(day)
            app.store.save_setting("last_digest", day.isoformat())
            log.info("digest of %s written to %s", day, digest.directory)

    return run


def _care(app: Application, owner: str, stop: threading.Event) -> Callable[[], None]:
    """The heartbeat, the worker's lease, and once a day pruning. Ends the worker if another one has taken over."""

    def run() -> None:
        now = datetime.now(UTC)
        if not app.store.claim("worker", owner, WORKER_LEASE, now):
            log.error("another worker has taken over this database; this one ends")
            stop.set()
            return
        app.store.save_setting("heartbeat", now.isoformat())
        pruned = app.store.setting("pruned")
        if pruned is None or now - datetime.fromisoformat(pruned) > PRUNE_EVERY:
            removed = app.store.prune(now - app.configuration.settings.keep_items, now)
            app.store.save_setting("pruned", now.isoformat())
            log.info("pruned %d items", removed)

    return run
