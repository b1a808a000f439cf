"""A poll of which nothing can be stored but that it failed: by a defect of ours, or since its process was killed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aggregator import schedule
from aggregator.model import Lab, Poll, Settings, Source, SourceState


def bare_failure(
    source: Source, state: SourceState, settings: Settings, labs: Mapping[str, Lab], now: datetime, told: str, *,
    code: str, stage: str, failures: int, jitter: float = 0.0,
) -> Poll:  # fmt: skip
    """The poll as the store takes it; the source is asked again after its interval, doubled for each of `failures`."""
    lab = labs.get(source.lab or "")
    followed = lab is not None and lab.region == "cn"
    interval = schedule.interval_of(source.every, settings.poll_every, followed, kind=source.kind)
    again = schedule.next_poll_at(now, interval, failures=failures, jitter=jitter)
    return Poll(
        source, (), state.cursor, {}, complete=False, next_poll_at=again, error=told, error_code=code, error_stage=stage
    )
