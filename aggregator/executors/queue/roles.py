"""The roles that a process takes: the scheduler, a worker, or both."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.errors import StoreError, UsageError
from aggregator.executors import inprocess
from aggregator.executors.queue import engine, worker
from aggregator.executors.queue.scheduler import Scheduler

if TYPE_CHECKING:
    from aggregator.app import Application

log = logging.getLogger(__name__)

ROLES = ("scheduler", "worker", "all")
DISPATCH_EVERY = 1.0
"""Seconds between two looks at what is due."""
CARE_EVERY = 10.0
"""Seconds between two heartbeats of the leader; a lost one is followed after its lease and one such look."""


def work(app: Application, role: str, until: threading.Event | None = None) -> int:
    """Take a role until SIGTERM or SIGINT (or until `until` is set); SIGHUP reads sources.toml anew. Returns 0.

    A database that cannot be reached is waited for. Raises UsageError for one that has no queue, StoreError for what waiting
    does not mend.
    """
    if not app.database.startswith("postgresql"):
        raise UsageError(f"--role {role} needs PostgreSQL, and the database is {app.database_shown}; run without --role, "
                         "or set AGGREGATOR_DATABASE_URL=postgresql+psycopg://user:password@host/name")  # fmt: skip
    stop = until or threading.Event()
    reload = threading.Event()
    before = inprocess.obey(stop, reload)
    if not _reach(app, stop):
        return 0
    for name in ("apscheduler", "procrastinate"):
        logging.getLogger(name).setLevel(logging.ERROR)
    log.info("%s started: %d sources", role, len(app.sources(())))
    leading: threading.Thread | None = None
    try:
        if role == "scheduler":
            _lead(app, stop, reload)
        else:
            if role == "all":
                leading = threading.Thread(target=_lead, args=(app, stop, reload), name="scheduler")
                leading.start()
            asyncio.run(_work(app, stop, reload if role == "worker" else None))
    finally:
        stop.set()
        if leading is not None:
            leading.join(inprocess.PATIENCE)
        for number, handler in before:
            signal.signal(number, handler)
    log.info("%s ended", role)
    return 0


def _reach(app: Application, stop: threading.Event) -> bool:
    """Open the store, which upgrades its schema, and make the queue's tables; False if `stop` came first."""
    while not stop.is_set():
        try:
            app.store.setting("heartbeat")
            engine.prepare(app.database)
            return True
        except StoreError as error:
            if error.code != "db_unavailable":
                raise
            log.warning("%s; again in %d s", error, worker.PAUSE)
            stop.wait(worker.PAUSE)
    return False


async def _work(app: Application, stop: threading.Event, reload: threading.Event | None) -> None:
    """Take jobs; where no scheduler of this process does it, read sources.toml anew when told."""
    taking = asyncio.create_task(worker.take(app, stop, inprocess.log_outcome))
    while not taking.done():
        if reload is not None and reload.is_set():
            reload.clear()
            await asyncio.to_thread(app.reload)
        await asyncio.wait({taking}, timeout=1.0)
    await taking


def _lead(app: Application, stop: threading.Event, reload: threading.Event) -> None:
    """Lead, or stand by until the leader is gone; until `stop` is set. Whoever loses the lead stands by again."""
    waiting = False
    while not stop.is_set():
        try:
            with engine.Filling(app.database) as queue:
                scheduler = Scheduler(app, queue, reload=reload)
                if scheduler.start():
                    log.info("scheduler: leads")
                    waiting = False
                    _tick(scheduler, stop)
                else:
                    if not waiting:
                        log.info("scheduler: another one leads; stands by")
                        waiting = True
                    if reload.is_set():
                        reload.clear()
                        app.reload()
        except StoreError as error:  # a lead that cannot be given back runs out by itself
            log.error("scheduler: code=%s detail=%s; again in %d s", error.code, error, worker.PAUSE)
        stop.wait(CARE_EVERY / 2)


def _tick(scheduler: Scheduler, stop: threading.Event) -> None:
    """The ticks of a leader, until `stop` is set or it lost the lead."""
    running = inprocess.Running()
    clock = BackgroundScheduler(timezone=UTC)
    ticks: tuple[tuple[str, Callable[[], None], float], ...] = (
        ("care", scheduler.care, CARE_EVERY),
        ("poll", scheduler.poll, DISPATCH_EVERY),
        ("tell", scheduler.tell, inprocess.TICK),
    )
    for name, job, seconds in ticks:
        clock.add_job(
            running.guarded(name, job), "interval", seconds=seconds, id=name, coalesce=True, max_instances=1,
            misfire_grace_time=None, next_run_time=datetime.now(UTC),
        )  # fmt: skip
    clock.start()
    try:
        while not stop.is_set() and not scheduler.stop.wait(0.25):
            pass
    finally:
        scheduler.stop.set()
        clock.shutdown(wait=False)
        running.wait(inprocess.PATIENCE)
        scheduler.end()
