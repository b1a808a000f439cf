"""One digest slot for every local date, whatever the clocks of a zone do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import slots

ZONES = sorted(z for z in available_timezones() if not z.startswith(("posix/", "right/")) and z != "localtime")


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        (date(2026, 2, 16), "07:30", "Europe/Paris", "2026-02-16T06:30:00"),
        (date(2026, 7, 1), "07:30", "Europe/Paris", "2026-07-01T05:30:00"),
        (
            date(2026, 3, 29),
            "02:30",
            "Europe/Paris",
            "2026-03-29T01:00:00",
        ),  # T1: in the gap, the first moment after it
        (date(2028, 3, 12), "02:01", "America/Boise", "2028-03-12T09:00:00"),
        (date(2026, 10, 25), "02:30", "Europe/Paris", "2026-10-25T00:30:00"),  # T2: in the fold, the first of the two
        (date(2026, 3, 30), "00:00", "Europe/Berlin", "2026-03-29T22:00:00"),  # T3: the day after the change
        (date(2026, 4, 24), "00:00", "Africa/Cairo", "2026-04-23T22:00:00"),  # T4: 00:00 does not exist
        (date(2026, 9, 6), "00:00", "America/Santiago", "2026-09-06T04:00:00"),
        (date(2026, 1, 1), "12:00", "Pacific/Kiritimati", "2025-12-31T22:00:00"),
        (date(2011, 12, 30), "12:00", "Pacific/Apia", "2011-12-30T10:00:00"),  # the date that Samoa skipped
        (date(2026, 10, 4), "02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00"),
    ],
)
def test_a_slot_is_the_first_moment_at_which_the_clock_shows_it(day: date, at: str, zone: str, expected: str) -> None:
    assert slots.moment_of(day, at, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@settings(max_examples=400, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(1996, 1, 2), date(2036, 12, 30)),
    minutes=st.integers(0, 24 * 60 - 1),
)
def test_slots_of_consecutive_dates_are_in_order_and_on_their_date(zone: str, day: date, minutes: int) -> None:
    at = f"{minutes // 60:02}:{minutes % 60:02}"
    moment, following = slots.moment_of(day, at, zone), slots.moment_of(day + timedelta(days=1), at, zone)
    assert moment <= following
    local = moment.astimezone(ZoneInfo(zone))
    assert local.date() >= day  # a skipped date is served at the jump
    assert local.replace(tzinfo=None) >= datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before.date() < day or before < datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(1996, 1, 3), datetime(2036, 12, 30), timezones=st.just(UTC)),
    hour=st.integers(0, 23),
)
def test_the_latest_slot_has_come_and_the_next_has_not(zone: str, now: datetime, hour: int) -> None:
    day = slots.latest_slot(now, f"{hour:02}:00", zone)
    assert (
        slots.moment_of(day, f"{hour:02}:00", zone)
        <= now
        < slots.moment_of(day + timedelta(days=1), f"{hour:02}:00", zone)
    )
