"""Health: what is overdue, what fails, and whether a worker is alive; read from rows, judged by pure rules.

It polls nothing and repairs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import Source, SourceState

OVERDUE_AFTER = timedelta(minutes=30)
"""A source whose poll is due for longer than this is overdue."""
STALLED_AFTER = timedelta(minutes=5)
"""A worker without a heartbeat for longer than this has stalled."""
FAILING_AT = 3


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source as `sources` shows it. `state` is ok, new, failing, waiting (told not before), overdue or off."""

    id: str
    kind: str
    url: str
    title: str
    language: str | None
    lab: str | None
    enabled: bool
    checked: str | None
    state: str
    items: int
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    baseline_at: datetime | None
    next_poll_at: datetime | None
    failures: int
    error: str | None
    code: str | None
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole: `worker` is running, stalled or none (no worker ever wrote a heartbeat, or it ended in order)."""

    sources: tuple[SourceHealth, ...]
    worker: str
    heartbeat: datetime | None

    @property
    def failing(self) -> tuple[str, ...]:
        """Ids of the enabled sources whose last poll failed."""
        return tuple(s.id for s in self.sources if s.enabled and s.error is not None and s.retry_at is None)

    @property
    def overdue(self) -> tuple[str, ...]:
        """Ids of the enabled sources that a running worker should have polled by now."""
        return tuple(s.id for s in self.sources if s.state == "overdue")

    @property
    def stalled(self) -> bool:
        """Whether somebody must look: the worker stopped without saying so."""
        return self.worker == "stalled"


def judge(
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    now: datetime,
    heartbeat: datetime | None,
    running: bool,
) -> Health:
    """Health at `now`. `heartbeat` is the worker's last sign, `running` whether it has not said that it ended."""
    worker = "none"
    if heartbeat is not None and running:
        worker = "running" if now - heartbeat <= STALLED_AFTER else "stalled"
    rows = tuple(_of(source, states.get(source.id), now, worker != "none") for source in sources)
    return Health(rows, worker, heartbeat)


def _of(source: Source, state: SourceState | None, now: datetime, worked: bool) -> SourceHealth:
    known = state or SourceState(source.id)
    if not source.enabled:
        word = "off"
    elif known.last_poll_at is None:
        word = "new"
    elif known.retry_at is not None and known.retry_at > now:
        word = "waiting"
    elif known.error is not None:
        word = "failing"
    elif worked and known.next_poll_at is not None and now - known.next_poll_at > OVERDUE_AFTER:
        word = "overdue"
    else:
        word = "ok"
    return SourceHealth(
        id=source.id,
        kind=source.kind,
        url=source.url,
        title=source.title,
        language=source.language,
        lab=source.lab,
        enabled=source.enabled,
        checked=source.checked,
        state=word,
        items=known.items,
        last_poll_at=known.last_poll_at,
        last_ok_at=known.last_ok_at,
        last_new_at=known.last_new_at,
        baseline_at=known.baseline_at,
        next_poll_at=known.next_poll_at,
        failures=known.fail_count,
        error=known.error,
        code=known.error_code,
        retry_at=known.retry_at,
    )
