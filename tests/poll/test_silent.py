"""A source that answers well, and says nothing any more: no failure, but told."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from rigs import NOW, Rig, ok, outcome_words, source

from aggregator import health

NEWS = source("news")


def feed(*ages: float) -> bytes:
    """Entries that are so many days old at NOW."""
    items = "".join(
        f"<item><guid>g{age}</guid><link>https://news.example/{age}</link><title>A note of {age} days ago</title>"
        f"<pubDate>{format_datetime(NOW - timedelta(days=age))}</pubDate></item>"
        for age in ages
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def is_silent(rig: Rig) -> bool:
    """Whether `sources` and `status` say so."""
    found = health.judge([NEWS], rig.store.states(), rig.now, None, False)
    assert found.failing == ()
    assert found.states("silent") == (("news",) if found.sources[0].state == "silent" else ())
    return found.sources[0].state == "silent"


def days_until_silent(rig: Rig) -> int:
    """Poll a source that now lists nothing once a day, until it counts as silent."""
    for day in range(1, 100):
        rig.later(days=1)
        assert outcome_words(rig.poll(NEWS)) == [("unchanged", 0, 0)]
        if is_silent(rig):
            return day
    raise AssertionError("never silent")


@pytest.mark.parametrize(("apart", "days"), [(1.0, 8), (1.4, 8), (2.0, 11), (6.0, 31)])
def test_S11_a_feed_without_items_succeeds_and_is_told_after_a_week_or_five_of_its_gaps(
    rig: Rig, apart: float, days: int
) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed(*(apart * n for n in range(6))))
    rig.poll(NEWS)
    assert not is_silent(rig)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(), '"2"')
    assert days_until_silent(rig) == days
    state = rig.store.state("news")
    assert (state.fail_count, state.error, state.last_ok_at) == (0, None, rig.now)


def test_S11_a_feed_that_never_had_an_item_is_told_after_thirty_days(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed())
    rig.poll(NEWS)
    assert rig.store.state("news").baseline_at == NOW
    assert days_until_silent(rig) == 31


def test_S11_a_feed_that_was_given_up_long_ago_is_told_at_its_first_poll(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed(*range(40, 46)))
    rig.poll(NEWS)
    assert is_silent(rig)
    rig.later(days=1)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(0, *range(40, 46)), '"2"')
    assert outcome_words(rig.poll(NEWS)) == [("new", 1, 0)]
    assert not is_silent(rig)


def test_S11_an_entry_of_the_future_is_no_sign_of_life(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed(-0.5, *range(40, 46)))
    rig.poll(NEWS)
    assert is_silent(rig)
