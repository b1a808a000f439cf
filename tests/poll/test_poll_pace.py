"""When a source is asked again, by what it said and did: moved, gone, in no hurry, failing and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rigs import Rig, feed, ok, outcome_words, source

from aggregator.errors import FetchError
from aggregator.storage import Store

SOURCE = source("news")
GONE = FetchError("410 Gone", code="gone", status=410)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Store.open(f"sqlite:///{tmp_path / 'pace.db'}") as store:
        yield Rig(store)


def wait(rig: Rig) -> timedelta:
    at = rig.store.state("news").next_poll_at
    assert at is not None
    return at - rig.now


def test_a_hint_puts_the_next_poll_off(rig: Rig) -> None:
    rig.replies[SOURCE.url] = ok(SOURCE.url, feed("a"), **{"cache-control": "max-age=7200"})
    rig.poll(SOURCE)
    assert wait(rig) == timedelta(hours=2)
    rig.replies[SOURCE.url] = ok(SOURCE.url, feed("a").replace(b"<title>News", b"<ttl>90</ttl><title>News"), '"2"')
    rig.poll(SOURCE)
    assert wait(rig) == timedelta(minutes=90)


def test_a_source_that_is_gone_pauses_with_a_notice_and_its_correction_ends_the_pause(rig: Rig) -> None:
    rig.replies[SOURCE.url] = ok(SOURCE.url, feed("a"))
    rig.poll(SOURCE)
    rig.replies[SOURCE.url] = GONE
    for _ in range(3):
        rig.later(hours=13)
        rig.poll(SOURCE)
    state = rig.store.state("news")
    assert "polls pause for a week" in (state.error or "")
    assert wait(rig) == timedelta(days=7) and state.items == 1
    rig.later(days=3)
    asked = len(rig.asked)
    assert outcome_words(rig.poll(SOURCE)) == [("deferred", 0, 0)]
    assert len(rig.asked) == asked
    corrected = replace(SOURCE, url="https://news.example/better")
    rig.replies[corrected.url] = ok(corrected.url, feed("a", "b"))
    assert outcome_words(rig.poll(corrected)) == [("new", 1, 0)]
    assert rig.store.state("news").facts.get("gone") is None


def test_one_answer_of_410_pauses_nothing(rig: Rig) -> None:
    rig.replies[SOURCE.url] = GONE
    rig.poll(SOURCE)
    assert wait(rig) == timedelta(hours=1)
    rig.replies[SOURCE.url] = ok(SOURCE.url, feed("a"))
    assert outcome_words(rig.poll(SOURCE)) == [("new", 1, 0)]


def test_a_source_that_moved_is_asked_at_its_new_address_after_a_day(rig: Rig) -> None:
    new = "https://moved.example/feed"
    rig.replies[SOURCE.url] = replace(ok(new, feed("a"), None), permanent_url=new)
    rig.replies[new] = ok(new, feed("a", "b"))
    for _ in range(3):
        rig.poll(SOURCE)
        rig.later(hours=13)
    rig.asked.clear()
    assert outcome_words(rig.poll(SOURCE)) == [("new", 1, 0)]
    assert [url for url, _ in rig.asked] == [new]
    assert rig.store.state("news").url == SOURCE.url


def test_days_of_failure_end_by_themselves(rig: Rig) -> None:
    rig.replies[SOURCE.url] = FetchError("503", code="server_error", status=503)
    waits = []
    for _ in range(9):
        rig.poll(SOURCE)
        waits.append(wait(rig))
        rig.now += wait(rig)
    assert waits == sorted(waits) and waits[-1] == timedelta(hours=24)
    rig.replies[SOURCE.url] = ok(SOURCE.url, feed("a"))
    assert outcome_words(rig.poll(SOURCE)) == [("new", 1, 0)]
    assert wait(rig) == timedelta(minutes=30)
