"""The background worker in one process: APScheduler ticks, and each tick looks at rows.

The scheduler holds no state that a restart could lose: when a source is due, which digests were planned, what is still to
be delivered and when the last backup ran are rows. A tick that is still at work when the next one comes makes that one a
no-op. `Worker` has the ticks as methods, for whoever has a clock of his own.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.background import BackgroundScheduler

from aggregator import collecting, deliver, faults, owners, retention
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.app import Application
    from aggregator.model import PollOutcome

log = logging.getLogger(__name__)

TICK = 15
"""Seconds between two looks at what is due."""
WORKER_LEASE = timedelta(minutes=1)
"""How long a worker that was lost keeps others away (one that was killed on this host: not at all)."""
FIRST_DIGEST_AFTER = timedelta(minutes=10)
"""A digest that is due at the start waits for the first polls, but no longer than this."""
JUMP = timedelta(hours=1)
"""A clock that moved by more than this between two ticks is worth a line."""
PATIENCE = 7.0
"""Seconds that ticks may still take once the worker was told to end."""


class Worker:
    """The ticks of a worker on one database, each of which may be called at any time and does what is due by then."""

    lease = WORKER_LEASE
    """For how long the right on the database is taken each time."""
    patience = owners.ALONE
    """Polls of a source that may end with their process before it is left alone for its interval."""

    def __init__(
        self, app: Application, stop: threading.Event | None = None, *, reload: threading.Event | None = None
    ) -> None:
        self.app = app
        self.stop = stop or threading.Event()
        self.reload = reload or threading.Event()
        self.polled = threading.Event()
        self._started = app.now()
        self._last = self._started
        self._mended = False
        self._warned: set[str] = set()

    def start(self) -> bool:
        """Take the worker's right on this database; False while another worker has it."""
        self.app.free_leases(self.patience)
        self._started = self._last = self.app.now()
        taken = self.app.store.claim("worker", self.app.owner, self.lease, self._started)
        faults.at("worker.claimed")
        return taken

    def end(self) -> None:
        """Say that this worker ended in order."""
        self.app.store.save_setting("worker_ended", self.app.now().isoformat())
        self.app.store.release_claim("worker", self.app.owner)

    def poll(self) -> None:
        """Poll what is due now; then alert. `polled` is set once the first round is over."""
        due = self.app.due(self.app.now())
        if due:
            for outcome in self.app.poll(due):
                log_outcome(outcome)
        self.polled.set()

    def tell(self) -> None:
        """Plan the digests whose slot has come, and alerts; hand over what is due."""
        late = not self.polled.is_set() and self.app.now() - self._started < FIRST_DIGEST_AFTER
        means = self.app.means()
        if not late:  # after a pause the news of the day has yet to be fetched
            deliver.plan_due(means)
            deliver.plan_alerts(means)
        deliver.send_due(means, stop=self.stop)
        if not self._mended:
            self._mended = True
            deliver.mend(means)

    def care(self) -> None:
        """Heartbeat, the worker's right, a new sources.toml, and once a day pruning and a backup.

        Ends the worker if another one has taken over."""
        app, now = self.app, self.app.now()
        if abs(now - self._last) > JUMP:
            log.warning("the clock moved from %s to %s", self._last.isoformat(), now.isoformat())
        self._last = now
        if not app.store.claim("worker", app.owner, self.lease, now):
            log.error("another worker has taken over this database; this one ends")
            self.stop.set()
            return
        app.store.save_setting("heartbeat", now.isoformat())
        faults.at("care.beat")
        if self.reload.is_set():
            self.reload.clear()
            app.reload()
            faults.at("care.reloaded")
        self._warn()
        retention.keep_house(app.store, app.configuration.settings, _backups(app), now)

    def _warn(self) -> None:
        """A line of the log for each thing that begins to threaten the database."""
        found = self.app.store.warnings()
        for code in found.keys() - self._warned:
            log.warning("database: %s [code=%s]", found[code], code)
        self._warned = set(found)


def log_outcome(outcome: PollOutcome) -> None:
    """One line of the log for a polled source."""
    log.log(
        logging.WARNING if outcome.outcome in ("failed", "partial") else logging.INFO,
        "source=%s outcome=%s new=%d updated=%d%s",
        outcome.id,
        outcome.outcome,
        outcome.new,
        outcome.updated,
        f" code={outcome.code} detail={outcome.error}" if outcome.error else "",
    )


def _backups(app: Application) -> Path | None:
    """The folder of the daily backups: beside a database that is a file."""
    path = app.database.removeprefix("sqlite:///")
    return Path(path).parent / "backups" if path != app.database and path not in ("", ":memory:") else None


def work(app: Application, *, tick: float = TICK, until: threading.Event | None = None) -> int:
    """Run until SIGTERM or SIGINT (or until `until` is set); SIGHUP reads sources.toml anew. Returns the exit status.

    Returns 1 when another worker gives a sign of life on this database. One that was lost where we cannot see it (in a
    container that was killed) is waited for: its right runs out within a minute.
    """
    worker = Worker(app, until)
    if not _begin(worker):
        log.error("another worker is running on this database; this one ends [code=worker_running]")
        return 1
    before = obey(worker.stop, worker.reload)
    running = Running()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone=UTC)
    for name, job in (("care", worker.care), ("poll", worker.poll), ("tell", worker.tell)):
        scheduler.add_job(
            running.guarded(name, job),
            "interval",
            seconds=tick,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    log.info("worker started: %d sources", len(app.sources(())))
    collecting.settle()
    scheduler.start()
    try:
        while not worker.stop.wait(0.5):  # short waits, so that a signal is handled at once
            pass
    finally:
        log.info("worker is ending")
        worker.stop.set()
        app.stop_polls()
        scheduler.shutdown(wait=False)
        in_order = running.wait(PATIENCE)
        worker.end()
        for number, handler in before:
            signal.signal(number, handler)
    log.info("worker ended")
    if not in_order:  # a tick hangs in a call that nothing can end; all that counts is in rows
        log.warning("a tick did not end in time and was left")
        logging.shutdown()
        if threading.current_thread() is threading.main_thread() and until is None:
            os._exit(0)
    return 0


def _begin(worker: Worker) -> bool:
    """Take the worker's right; False once the other one that has it shows that it lives."""
    store, beat, told = worker.app.store, worker.app.store.setting("heartbeat"), False
    deadline = time.monotonic() + worker.lease.total_seconds() + TICK
    while not worker.start():
        if store.setting("heartbeat") != beat or time.monotonic() > deadline or worker.stop.is_set():
            return False
        if not told:
            log.info("another worker has this database; waiting to see whether it still lives")
            told = True
        worker.stop.wait(0.5)
    return True


def obey(stop: threading.Event, reload: threading.Event) -> list[tuple[int, Any]]:
    """SIGTERM and SIGINT set `stop`, SIGHUP sets `reload`; returns the handlers that were there before.
    Does nothing in another thread than the main one."""
    if threading.current_thread() is not threading.main_thread():
        return []

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    def again(number: int, frame: FrameType | None) -> None:
        reload.set()

    wanted = ((signal.SIGTERM, end), (signal.SIGINT, end), (signal.SIGHUP, again))
    return [(number, signal.signal(number, handler)) for number, handler in wanted]


class Running:
    """Which ticks are at work, so that the end can wait for them, but not for ever."""

    def __init__(self) -> None:
        self._count, self._changed, self._ending = 0, threading.Condition(), False

    def guarded(self, name: str, job: Callable[[], None]) -> Callable[[], None]:
        """The job as a tick: it never ends the scheduler; what goes wrong is told and tried again at the next one."""

        def run() -> None:
            with self._changed:
                if self._ending:
                    return
                self._count += 1
            try:
                job()
            except AggregatorError as error:
                log.error("tick=%s code=%s detail=%s", name, error.code, error)
            except Exception:
                log.exception("tick=%s code=internal", name)
            finally:
                with self._changed:
                    self._count -= 1
                    self._changed.notify_all()

        return run

    def wait(self, seconds: float) -> bool:
        """No tick begins any more; whether all ended within this time."""
        with self._changed:
            self._ending = True
            return self._changed.wait_for(lambda: self._count == 0, seconds)
