"""The scheduler: one leader among any number of processes hands due sources to the queue, plans digests and sends them.

Leadership is the worker's right of the store, held for half a minute at a time; a scheduler that does not get it stands by
and asks again. Never fetches.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator import owners
from aggregator.executors.inprocess import Worker
from aggregator.executors.queue.engine import Filling
from aggregator.storage.due import QUEUED

if TYPE_CHECKING:
    from aggregator.app import Application

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a leader that was lost keeps the others away."""
WINDOW = 2000
"""Jobs that wait in the queue at most: enough for many workers' next seconds, few enough that the queue stays fast."""
HELD = timedelta(seconds=90)
"""How long a source is the queue's: if its job is not begun by then, it is looked at anew."""


class Scheduler(Worker):
    """The ticks of a scheduler; `poll` hands over what is due."""

    lease = LEASE
    patience = owners.SHARED

    def __init__(self, app: Application, queue: Filling, *, reload: threading.Event | None = None) -> None:
        super().__init__(app, reload=reload)
        self.queue = queue
        self.take_due = app.store.take_due
        self.handed_over = 0

    def start(self) -> bool:
        """Take the lead and make every source of sources.toml known; False while another scheduler leads."""
        if not super().start():
            return False
        self._enrol()
        return True

    def poll(self) -> None:
        """Hand due sources to the queue, as many as its window takes."""
        self.app.free_leases(self.patience)
        room = WINDOW - self.queue.waiting()
        if room <= 0:
            return
        now = self.app.now()
        due = self.take_due(QUEUED, now + HELD, now, room)
        sources = self.app.configuration.sources
        wanted = [one for one in due if one in sources and sources[one].enabled]
        self.handed_over += self.queue.put(wanted)
        if not due:
            self.polled.set()  # the first round is over: everything was handed over

    def care(self) -> None:
        """What a worker cares for; sources that are new in sources.toml become known."""
        before = self.app.configuration
        super().care()
        if self.app.configuration is not before:
            self._enrol()
        elif not self.stop.is_set():
            self.app.store.straighten(self.app.now())
            self.app.store.mend_times(self.app.now())

    def _enrol(self) -> None:
        known = {source.id: source.url for source in self.app.sources(())}
        self.app.store.enrol(known, self.app.now())
