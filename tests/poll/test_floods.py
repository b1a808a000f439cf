"""Floods: far more new things than usual, or another site's, are stored, held, told in one line, and released by command."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rigs import NOW, Rig, guids, ok, outcome_words, source

from aggregator import floods
from aggregator.digest import build, render
from aggregator.model import Lab

NEWS = source("news")
PAGE = source("news", "page", options={"item": "li", "title": "a", "link": "a"})


def feed(numbers: range, host: str = "news.example") -> bytes:
    """Entries, one every eight hours up to the number 100, which is of NOW."""
    items = "".join(
        f"<item><guid>g{n}</guid><link>https://{host}/{n}</link><title>Note {n} of {host} on what happened</title>"
        f"<pubDate>{format_datetime(NOW + timedelta(hours=8) * min(n - 100, 0))}</pubDate></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def fresh(rig: Rig) -> int:
    view = rig.store.pending("default", rig.now, ["news"])
    assert view is not None and view.material.fresh is not None
    return len(view.material.fresh)


def started(rig: Rig) -> None:
    """A source that has ten entries, three a day, and a reader who was told of them."""
    rig.store.register(["default"], NOW)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(range(91, 101)))
    rig.poll(NEWS)
    rig.later(hours=1)


def test_S9_a_flood_is_stored_held_told_in_one_line_and_released_by_command(rig: Rig) -> None:
    started(rig)
    before = fresh(rig)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(range(95, 401)), etag='"2"')
    (outcome,) = rig.poll(NEWS)
    assert (outcome.outcome, outcome.new) == ("new", 300)
    assert any("held: 300" in note and "release-held news" in note for note in outcome.notes)
    assert (rig.store.held(), rig.store.state("news").held_since) == ({"news": 300}, rig.now)
    assert len(guids(rig.store)) >= 50 and rig.store.counts()["items"] == 310
    assert fresh(rig) == before

    view = rig.store.pending("default", rig.now, ["news"])
    assert view is not None
    for language in ("en", "fr", "zh"):
        digest = build(view.material, {"x": Lab("x", "X", "cn")}, {"news": NEWS}, language=language)
        for form in ("md", "html", "text"):
            assert " ".join(render(digest, form).split()).count("news (300)") == 1, (language, form)
    window = rig.store.material(NOW, rig.now + timedelta(days=1), ["news"])
    assert len(window.items) < 20 and window.held == (("news", 300),)

    rig.later(hours=8)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(range(96, 402)), etag='"3"')
    assert outcome_words(rig.poll(NEWS)) == [("new", 1, 0)]
    assert fresh(rig) == before + 1  # what comes as usual is told

    assert rig.store.release_held("news", rig.now) == 300
    assert (rig.store.held(), rig.store.state("news").held_since) == ({}, None)
    assert fresh(rig) == before + 301
    assert rig.store.check() == []


def test_S9_what_piled_up_while_nobody_looked_is_no_flood(rig: Rig) -> None:
    started(rig)
    rig.later(days=20)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(range(101, 161)), etag='"2"')
    rig.poll(NEWS)
    assert rig.store.held() == {}


def test_P29_a_selector_that_suddenly_matches_ten_times_more_is_held(rig: Rig) -> None:
    def page(number: int) -> bytes:
        rows = "".join(f"<li><a href='/{n}'>A title of number {n}</a></li>" for n in range(number))
        return f"<html><body><ul>{rows}</ul></body></html>".encode()

    rig.replies[PAGE.url] = ok(PAGE.url, page(12), **{"content-type": "text/html"})
    rig.poll(PAGE)
    rig.later(hours=1)
    rig.replies[PAGE.url] = ok(PAGE.url, page(120), etag='"2"', **{"content-type": "text/html"})
    (outcome,) = rig.poll(PAGE)
    assert outcome.new == 108
    assert rig.store.held() == {"news": 108}


def test_S10_another_sites_feed_under_the_old_address_is_held_until_it_is_released(rig: Rig) -> None:
    started(rig)
    before = fresh(rig)
    rig.replies[NEWS.url] = ok(
        NEWS.url, feed(range(500, 505), "casino.example").replace(b"<guid>g", b"<guid>c"), etag='"2"'
    )
    rig.poll(NEWS)
    assert (rig.store.held(), fresh(rig)) == ({"news": 5}, before)
    rig.later(hours=1)
    rig.replies[NEWS.url] = ok(
        NEWS.url, feed(range(501, 506), "casino.example").replace(b"<guid>g", b"<guid>c"), etag='"3"'
    )
    rig.poll(NEWS)
    assert (rig.store.held(), fresh(rig)) == ({"news": 6}, before)  # and whatever it says later
    rig.store.release_held("news", rig.now)
    rig.replies[NEWS.url] = ok(
        NEWS.url, feed(range(502, 507), "casino.example").replace(b"<guid>g", b"<guid>c"), etag='"4"'
    )
    rig.poll(NEWS)
    assert (rig.store.held(), fresh(rig)) == ({}, before + 7)


def renamed(body: bytes, name: str) -> bytes:
    return body.replace(b"<title>News</title>", f"<title><![CDATA[{name}]]></title>".encode()).replace(
        b"<guid>g", b"<guid>c"
    )


def second_look(rig: Rig, name: str, then: str, numbers: range = range(500, 505)) -> dict[str, int]:
    """What is held of a feed called `name` that is called `then` an hour later, with other entries on the same host."""
    rig.store.register(["default"], NOW)
    rig.replies[NEWS.url] = ok(NEWS.url, renamed(feed(range(91, 101)), name))
    rig.poll(NEWS)
    rig.later(hours=1)
    rig.replies[NEWS.url] = ok(NEWS.url, renamed(feed(numbers), then), etag='"2"')
    rig.poll(NEWS)
    return rig.store.held()


@pytest.mark.parametrize(("name", "then"), [("The Alibaba Qwen Blog", "Casino Bonus Blog"), ("新闻动态", "澳门娱乐")])
def test_S10_another_feed_under_the_old_address_is_held_although_its_links_lie_on_the_same_host(
    rig: Rig, name: str, then: str
) -> None:
    assert second_look(rig, name, then) == {"news": 5}
    rig.later(hours=1)
    rig.replies[NEWS.url] = ok(NEWS.url, renamed(feed(range(501, 506)), then), etag='"3"')
    rig.poll(NEWS)
    assert rig.store.held() == {"news": 6}  # its name is the usual one by now, but nobody has looked yet
    rig.store.release_held("news", rig.now)
    rig.replies[NEWS.url] = ok(NEWS.url, renamed(feed(range(502, 507)), then), etag='"4"')
    rig.poll(NEWS)
    assert rig.store.held() == {}


@pytest.mark.parametrize(
    ("name", "then"),
    [
        ("Notes of 17 February", "Notes of 1 March"), ("AI in 2026", "AI in 2027"), ("News", "Casino News"),
        ("量子位", "量子位 | QbitAI"), ("2026-02-17", "2026-02-18"), ("Qwen &amp; friends", "Qwen"),
    ],
)  # fmt: skip
def test_S10_a_title_that_still_shares_a_word_or_says_nothing_holds_nothing(rig: Rig, name: str, then: str) -> None:
    assert second_look(rig, name, then) == {}


def test_S10_a_feed_that_takes_another_name_and_still_lists_what_it_did_is_the_same(rig: Rig) -> None:
    assert second_look(rig, "The Alibaba Qwen Blog", "Casino Bonus", range(100, 104)) == {}


@pytest.mark.parametrize(
    ("new", "hours", "gap", "window", "expected"),
    [
        (29, 1, 8.0, 10, False), (30, 1, 8.0, 10, True), (300, 240, 8.0, 10, False), (301, 240, 8.0, 10, True),
        (30, 1, None, 15, False), (31, 1, None, 15, True), (100, 1, 0.1, 100, False), (101, 1, 0.1, 100, True),
    ],
)  # fmt: skip
def test_S9_where_a_flood_begins(new: int, hours: float, gap: float | None, window: int, expected: bool) -> None:
    usual = None if gap is None else timedelta(hours=gap)
    assert floods.is_flood(new, timedelta(hours=hours), usual, window) is expected


@given(st.integers(0, 5000), st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 5000))
def test_S9_more_is_never_less_of_a_flood(new: int, elapsed: int, gap: int, window: int) -> None:
    times = timedelta(seconds=elapsed), timedelta(seconds=gap)
    if floods.is_flood(new, *times, window):
        assert floods.is_flood(new + 1, *times, window)
        assert new >= floods.FEWEST
