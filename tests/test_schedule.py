"""When a source is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aggregator import schedule

NOW = datetime(2026, 2, 16, 8, 0, tzinfo=UTC)
minutes = st.integers(0, 60 * 24 * 30).map(lambda m: timedelta(minutes=m))


def test_a_followed_labs_source_is_asked_at_least_hourly() -> None:
    assert schedule.interval_of(timedelta(hours=12), timedelta(minutes=30), followed=True) == timedelta(hours=1)
    assert schedule.interval_of(timedelta(hours=12), timedelta(minutes=30), followed=False) == timedelta(hours=12)
    assert schedule.interval_of(timedelta(minutes=1), timedelta(minutes=30), followed=True) == timedelta(minutes=10)
    assert schedule.interval_of(None, timedelta(minutes=30), followed=False) == timedelta(minutes=30)


def test_failures_double_the_wait_up_to_a_day() -> None:
    half = timedelta(minutes=30)
    waits = [schedule.next_poll_at(NOW, half, failures=n) - NOW for n in range(8)]
    assert waits == [min(half * 2**n, timedelta(hours=24)) for n in range(8)]


@given(
    interval=minutes,
    failures=st.integers(0, 10_000),
    jitter=st.floats(-5, 5),
    wish=st.none() | st.integers(-(10**6), 10**8).map(lambda s: NOW + timedelta(seconds=s)),
)
def test_the_next_poll_is_after_now_within_a_day_and_not_before_a_servers_wish(
    interval: timedelta, failures: int, jitter: float, wish: datetime | None
) -> None:
    at = schedule.next_poll_at(NOW, interval, failures=failures, jitter=jitter, not_before=wish)
    assert NOW < at <= NOW + timedelta(hours=24)
    if wish is not None:
        assert at >= min(wish, NOW + timedelta(hours=24))
