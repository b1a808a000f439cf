"""When a source is asked again: pure arithmetic on times, no clock and no randomness of its own.

Bounds follow the contract: an interval lies between 10 minutes and 24 hours, and a source of a followed lab is asked at
least hourly while it answers. Failures back off exponentially with jitter up to a day; a server's wish (Retry-After,
max-age, ttl) moves the time later, never earlier and never past a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
FOLLOWED_AT_MOST = timedelta(hours=1)


def interval_of(every: timedelta | None, default: timedelta, followed: bool) -> timedelta:
    """The interval of a source: its own or the default, within the bounds, hourly at most for a followed lab's."""
    wanted = min(max(every or default, SHORTEST), LONGEST)
    return min(wanted, FOLLOWED_AT_MOST) if followed else wanted


def next_poll_at(
    now: datetime,
    interval: timedelta,
    *,
    failures: int = 0,
    jitter: float = 0.0,
    not_before: datetime | None = None,
) -> datetime:
    """When to poll again. `failures` counts those in a row (0 after a success), `jitter` lies in [-1, 1] and moves the
    time by up to a tenth of the wait; `not_before` is a server's wish. The result lies in (now, now + 24 h]."""
    wait = min(interval * 2 ** min(failures, 12), LONGEST)
    wait = min(wait + wait * 0.1 * max(-1.0, min(1.0, jitter)), LONGEST)
    at = now + max(wait, timedelta(minutes=1))
    if not_before is not None:
        at = max(at, min(not_before, now + LONGEST))
    return at
