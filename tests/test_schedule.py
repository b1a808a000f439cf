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


# ---------------------------------------------------------------- what is learnt


def test_a_source_without_an_interval_of_its_own_follows_its_pace_within_bounds() -> None:
    half, hour = timedelta(minutes=30), timedelta(hours=1)
    waits = {
        gap: schedule.interval_of(None, half, False, gap=gap) for gap in (hour / 2, 4 * hour, 40 * hour, 400 * hour)
    }
    assert list(waits.values()) == [half / 2, hour, 4 * hour, 4 * hour]
    assert schedule.interval_of(timedelta(hours=2), half, False, gap=hour / 4) == 2 * hour  # what a person said counts
    assert schedule.interval_of(None, half, True, gap=400 * hour) == hour
    assert schedule.interval_of(None, half, False, gap=hour / 4, kind="github") == half


def test_a_servers_hint_moves_the_time_later_within_bounds() -> None:
    half, hour = timedelta(minutes=30), timedelta(hours=1)

    def wait(wish: timedelta, **more: bool | int) -> timedelta:
        return schedule.next_poll_at(NOW, half, wish=wish, **more) - NOW  # type: ignore[arg-type]

    assert wait(hour / 6) == half
    assert wait(2 * hour) == 2 * hour
    assert wait(200 * hour) == 6 * hour
    assert wait(200 * hour, followed=True) == hour
    assert wait(2 * hour, failures=1) == hour


def test_hints_are_read_from_headers_and_feeds() -> None:
    expires = {"expires": "Mon, 16 Feb 2026 10:00:00 GMT", "date": "Mon, 16 Feb 2026 08:30:00 GMT"}
    table = [
        ({"cache-control": "public, max-age=3600"}, None, 60),
        ({"cache-control": "max-age=60, s-maxage=9"}, 120, 120),
        (expires, None, 90),
        ({"expires": "0"}, None, None),
        ({"expires": "Mon, 16 Feb 2026 07:00:00 GMT"}, None, None),
        ({"cache-control": "no-cache, max-age=3600"}, None, None),
        ({"cache-control": "max-age=junk"}, "junk", None),
        ({}, None, None),
    ]
    for headers, minutes, expected in table:
        wish = schedule.wish_of(headers, minutes, NOW)
        assert (wish and wish.total_seconds() / 60) == expected, (headers, minutes)


def test_the_usual_gap_is_the_median_of_the_latest() -> None:
    times = [NOW + timedelta(hours=h) for h in (0, 1, 2, 3, 50)]
    assert schedule.usual_gap(times) == timedelta(hours=1)
    assert schedule.usual_gap(times[:3]) is None
    assert schedule.usual_gap([]) is None


def test_a_new_address_counts_after_three_sightings_over_a_day() -> None:
    old, new, other = "https://a.example/f", "https://b.example/f", "https://c.example/f"
    known: dict[str, object] = {}
    for hours in (0, 1, 2):
        known = schedule.moved(known, old, new, NOW + timedelta(hours=hours))
        assert schedule.address_of(old, known) == old
    assert schedule.address_of(old, schedule.moved(known, old, None, NOW + timedelta(hours=3))) == old
    known = schedule.moved(known, old, new, NOW + timedelta(hours=25))
    assert schedule.address_of(old, known) == new
    assert known["former"] == [old]
    assert schedule.address_of(other, known) == other  # sources.toml says another address now
    assert schedule.moved(known, other, None, NOW) == {}


def test_a_time_far_ahead_was_written_by_a_clock_ahead() -> None:
    hour = timedelta(hours=1)
    assert schedule.is_due(NOW, NOW, None) and not schedule.is_due(NOW, NOW + hour, None)
    assert schedule.is_due(NOW, NOW + 1000 * hour, None)
    assert not schedule.is_due(NOW, NOW, NOW + hour)
    assert schedule.is_due(NOW, NOW, NOW + 10_000 * hour)
