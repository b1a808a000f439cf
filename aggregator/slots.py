"""The slots of the digest: one moment for every local date, whatever the clocks of a zone do.

A wall-clock time that a date does not have (spring) becomes the first moment after the gap; one that it has twice
(autumn) means the first. Pure arithmetic over zoneinfo; no clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment_of(day: date, at: str, timezone: str) -> datetime:
    """The UTC moment at which the wall clocks of `timezone` (IANA name) first show `at` ("HH:MM") or later on `day`.

    In a gap it is the first moment after it; where a whole date was skipped (a zone that crossed the date line) it is
    the moment of the jump, so that no date is without a slot.
    """
    zone = ZoneInfo(timezone)
    hour, minute = (int(part) for part in at.split(":"))
    naive = datetime.combine(day, time(hour, minute))
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == naive:
        return first
    # In a gap: fold=0 counts with the offset before it (too late), fold=1 with the one after it (too early).
    early = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = min(early, first), max(early, first)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < naive:
            low = middle
        else:
            high = middle
    # The jump is a whole second in (low, high], and these lie at most one second apart.
    return high.replace(microsecond=0)


def day_bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """[start, end) of a local date in UTC."""
    return moment_of(day, "00:00", timezone), moment_of(day + timedelta(days=1), "00:00", timezone)


def latest_slot(now: datetime, at: str, timezone: str) -> date:
    """The latest local date whose slot has come at `now` (an aware time)."""
    day = now.astimezone(ZoneInfo(timezone)).date() + timedelta(days=1)
    while moment_of(day, at, timezone) > now:
        day -= timedelta(days=1)
    return day


def slot_of(now: datetime, at: str, timezone: str, period: str = "day") -> date:
    """The date of the digest that is due at `now`: of the latest slot, or (`week`) of the latest slot of a Monday."""
    day = latest_slot(now, at, timezone)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def todays_slot(now: datetime, timezone: str, period: str = "day") -> date:
    """The date of the digest that somebody asks for now, whether or not its time has come."""
    day = now.astimezone(ZoneInfo(timezone)).date()
    return day - timedelta(days=day.weekday()) if period == "week" else day


def is_within(now: datetime, hours: str, timezone: str) -> bool:
    """Whether the wall clock stands within `hours` ("22:00-07:00", which may pass midnight; empty: never)."""
    begin, dash, end = hours.partition("-")
    if not dash:
        return False
    clock = f"{now.astimezone(ZoneInfo(timezone)):%H:%M}"
    return begin <= clock < end if begin <= end else clock >= begin or clock < end
