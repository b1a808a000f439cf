"""A listing that slides past between two polls: what came and went is lost, so the next poll comes sooner."""

from __future__ import annotations

import logging
from datetime import timedelta
from email.utils import format_datetime

import pytest
from rigs import NOW, Rig, ok, outcome_words, source

from aggregator import schedule
from aggregator.model import Source

NEWS = source("news")
MINUTE = timedelta(minutes=1)


def feed(rig: Rig, spacing: timedelta, window: int) -> bytes:
    """Serve, and return, the latest `window` things of a site that publishes one every `spacing`."""
    latest = int((rig.now - NOW) / spacing)
    items = "".join(
        f"<item><guid>g{n}</guid><link>https://news.example/{n}</link><title>A short note of number {n}</title>"
        f"<pubDate>{format_datetime(NOW + n * spacing)}</pubDate></item>"
        for n in range(latest, latest - window, -1)
    )
    body = f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()
    rig.replies[NEWS.url] = ok(NEWS.url, body, f'"{latest}"', **{"cache-control": "max-age=3600"})
    return body


def go_on(rig: Rig, spacing: timedelta, window: int, polls: int, news: Source = NEWS) -> list[tuple[int, bool]]:
    """Poll whenever it is due: the minutes until each next poll, and whether the listing had slid past."""
    found = []
    for _ in range(polls):
        feed(rig, spacing, window)
        (outcome,) = rig.poll(news)
        at = rig.store.state("news").next_poll_at
        assert at is not None and outcome.error is None
        found.append((round((at - rig.now) / MINUTE), "window_overrun" in outcome.notes))
        rig.now = at
    return found


def test_S22_after_a_listing_slid_past_polls_come_sooner_until_none_is_missed(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "aggregator.poll"):
        found = go_on(rig, 5 * MINUTE, 3, 6)
    # an hour's hint; 30 min halved; 10 min at least, at which nothing is missed any more
    assert found == [(60, False), (15, True), (10, True), (10, False), (10, False), (10, False)]
    assert [record.getMessage() for record in caplog.records] == [
        "source=news stage=store code=window_overrun nothing of the last listing is left"
    ] * 2
    guids = {item.guid for item in rig.store.items()[0]}
    latest = int((rig.now - NOW - 10 * MINUTE) / (5 * MINUTE))
    assert {f"g{n}" for n in range(latest - 6, latest + 1)} <= guids
    assert rig.store.held() == {}


def test_S22_a_day_without_it_makes_the_interval_longer_again(rig: Rig) -> None:
    assert go_on(rig, 5 * MINUTE, 3, 3)[-1] == (10, True)
    assert rig.store.state("news").facts["overrun"]["count"] == 2
    rig.now = NOW + timedelta(hours=8)
    feed(rig, timedelta(hours=12), 0)  # nothing more comes
    for minutes in (15, 60, 60):
        rig.later(hours=25)
        (outcome,) = rig.poll(NEWS)
        assert "window_overrun" not in outcome.notes
        assert rig.store.state("news").next_poll_at == rig.now + minutes * MINUTE
    assert "overrun" not in rig.store.state("news").facts


def test_S22_an_interval_that_somebody_wished_stays_and_the_note_tells(rig: Rig) -> None:
    hourly = source("news", every=timedelta(hours=1))
    assert go_on(rig, 5 * MINUTE, 3, 3, hourly) == [(60, False), (60, True), (60, True)]


def test_S22_one_entry_that_is_still_listed_is_no_overrun(rig: Rig) -> None:
    go_on(rig, timedelta(hours=1), 3, 1)
    rig.now = NOW + timedelta(hours=2)
    assert go_on(rig, timedelta(hours=1), 3, 1) == [(60, False)]
    rig.now += timedelta(hours=3)
    assert go_on(rig, timedelta(hours=1), 3, 1)[0][1]


def test_S22_an_empty_listing_before_is_none_either(rig: Rig) -> None:
    go_on(rig, timedelta(hours=1), 0, 1)
    assert not go_on(rig, timedelta(hours=1), 3, 1)[0][1]


def test_S22_another_sites_feed_is_held_and_no_overrun(rig: Rig) -> None:
    go_on(rig, timedelta(hours=1), 5, 1)
    body = (
        feed(rig, timedelta(minutes=1), 5).replace(b"news.example", b"casino.example").replace(b"<guid>g", b"<guid>c")
    )
    rig.replies[NEWS.url] = ok(NEWS.url, body.replace(b"A short note", b"A bet"), '"other"')
    (outcome,) = rig.poll(NEWS)
    assert "window_overrun" not in outcome.notes and rig.store.held() == {"news": 5}
    assert outcome_words([outcome]) == [("new", 5, 0)]
    assert "overrun" not in rig.store.state("news").facts


def test_S22_no_interval_is_ever_shorter_than_ten_minutes() -> None:
    for overruns in range(schedule.MOST_OVERRUNS + 1):
        interval = schedule.interval_of(None, 30 * MINUTE, True, gap=MINUTE, overruns=overruns)
        assert schedule.next_poll_at(NOW, interval, jitter=-1.0) - NOW >= 10 * MINUTE
