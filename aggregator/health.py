"""Health: what is overdue, what fails, and whether a worker is alive; read from rows, judged by pure rules.

It polls nothing and repairs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import Delivery, Source, SourceState

STATES = ("failing", "overdue", "held", "paused", "waiting", "silent", "new", "ok", "off")
"""What a source can be, those first of which somebody must know."""
OVERDUE_AFTER = timedelta(minutes=30)
"""A source whose poll is due for longer than this is overdue."""
STALLED_AFTER = timedelta(minutes=5)
"""A worker without a heartbeat for longer than this has stalled."""
FAILING_AT = 3
SILENT_AFTER, SILENT_GAPS = timedelta(days=7), 5
"""A source that answers but brought nothing new for longer than both is silent."""
SILENT_WITHOUT_GAP = timedelta(days=30)
"""So is one whose usual gap nobody knows (its listing is empty, or has too few times) after this long."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source as `sources` shows it. `state` is ok, new, failing, waiting (told not before), paused (gone for good),
    held (a flood waits for a person's word), silent (beyond its usual gap), overdue or off."""

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
    waiting: int = 0
    """Messages that are yet to be delivered."""
    oldest: datetime | None = None
    """Since when the oldest of them waits."""
    dead: tuple[Delivery, ...] = ()
    """Messages that were given up."""

    def states(self, word: str) -> tuple[str, ...]:
        """Ids of the sources in this state."""
        return tuple(s.id for s in self.sources if s.state == word)

    @property
    def empty_selectors(self) -> tuple[str, ...]:
        """Ids of the sources whose selector matches nothing."""
        return tuple(s.id for s in self.sources if s.enabled and s.code == "selector_empty")

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
    messages: Sequence[Delivery] = (),
) -> Health:
    """Health at `now`. `heartbeat` is the worker's last sign, `running` whether it has not said that it ended."""
    worker = "none"
    if heartbeat is not None and running:
        worker = "running" if now - heartbeat <= STALLED_AFTER else "stalled"
    rows = tuple(_of(source, states.get(source.id), now, worker != "none") for source in sources)
    waiting = [message for message in messages if message.state != "dead"]
    return Health(
        rows,
        worker,
        heartbeat,
        waiting=len(waiting),
        oldest=min((message.created_at for message in waiting), default=None),
        dead=tuple(message for message in messages if message.state == "dead"),
    )


def _is_silent(state: SourceState, now: datetime) -> bool:
    latest = _latest(state)
    if latest is None:
        return False
    if "gap" not in state.facts:
        return now - latest > SILENT_WITHOUT_GAP
    return now - latest > max(SILENT_AFTER, SILENT_GAPS * timedelta(seconds=state.facts["gap"]))


def _latest(state: SourceState) -> datetime | None:
    """When a source last brought anything. All that its baseline held was new to us, so there its newest entry counts."""
    if state.baseline_at is None:
        return None
    if state.last_new_at is not None and state.last_new_at > state.baseline_at:
        return state.last_new_at
    newest = state.facts.get("newest")
    return min(datetime.fromisoformat(newest), state.baseline_at) if newest else state.baseline_at


def _of(source: Source, state: SourceState | None, now: datetime, worked: bool) -> SourceHealth:
    known = state or SourceState(source.id)
    if not source.enabled:
        word = "off"
    elif known.last_poll_at is None:
        word = "new"
    elif known.held_since is not None:
        word = "held"
    elif known.retry_at is not None and known.retry_at > now:
        word = "paused" if (known.facts.get("gone") or {}).get("settled") else "waiting"
    elif known.error is not None:
        word = "failing"
    elif worked and known.next_poll_at is not None and now - known.next_poll_at > OVERDUE_AFTER:
        word = "overdue"
    elif _is_silent(known, now):
        word = "silent"
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
