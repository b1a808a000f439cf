"""OPML in and out: round trip, the shapes other readers write, and what is refused."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import opml
from aggregator.model import Source

NOW = datetime(2026, 10, 2, 7, 30, tzinfo=UTC)


def source(number: int, title: str = "", category: str | None = None) -> Source:
    options = {"category": category} if category else {}
    return Source(f"s{number}", "feed", f"https://feeds.example/{number}.xml", title, "zh", options=options)


def document(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def test_what_was_exported_is_imported_with_its_categories_titles_and_languages() -> None:
    sources = [source(1, "量子位 & Co", "Press/China"), source(2, "<b>Next</b>", "Press/France"), source(3, "Top")]
    feeds = opml.read(opml.write(sources, "aggregator", NOW)).feeds
    assert [(each.url, each.category, each.language) for each in feeds] == [
        ("https://feeds.example/1.xml", "Press/China", "zh"),
        ("https://feeds.example/2.xml", "Press/France", "zh"),
        ("https://feeds.example/3.xml", None, "zh"),
    ]
    assert feeds[0].title == "量子位 & Co" and feeds[2].title == "Top"


def test_only_feeds_with_an_address_are_exported() -> None:
    others = [Source("p", "page", "https://a.example/"), Source("b", "feed", "bridge:/x"), source(1)]
    assert [each.url for each in opml.read(opml.write(others, "t", NOW)).feeds] == ["https://feeds.example/1.xml"]


def test_shapes_of_other_readers_are_read() -> None:
    found = opml.read(
        b"\n  "
        + document(
            '<outline text="Folder"><outline text="Inner">'
            '<outline text="A" type="rss" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/></outline></outline>'
            '<outline title="B" xmlurl=" feed:https://b.example/feed "/><outline xmlUrl="feed://c.example/rss"/>'
            '<outline text="D" xmlUrl="https://d.example/feed" category="/News/AI,/Other"/>'
            '<outline text="again" xmlUrl="http://www.a.example/feed/"/><outline text="E" xmlUrl="javascript:x()"/>'
            '<outline text="F" xmlUrl="https://u:p@f.example/feed"/><outline text="empty folder"/><!-- x --><?y?>'
        )
    )
    assert [(each.url, each.title, each.category) for each in found.feeds] == [
        ("https://a.example/feed", "A", "Folder/Inner"),
        ("https://b.example/feed", "B", None),
        ("https://c.example/rss", "", None),
        ("https://d.example/feed", "D", "News/AI"),
    ]
    assert found.feeds[0].page == "https://a.example/"
    assert len(found.skipped) == 3


@pytest.mark.timed
def test_ten_thousand_feeds_make_the_round_trip_in_seconds() -> None:
    sources = [source(number, f"标题 {number}", f"F{number % 50}") for number in range(10_000)]
    begin = time.perf_counter()
    feeds = opml.read(opml.write(sources, "t", NOW)).feeds
    assert time.perf_counter() - begin < 60
    assert {(each.url, each.title, each.category) for each in feeds} == {
        (each.url, each.title, each.options["category"]) for each in sources
    }


@pytest.mark.parametrize(
    "bad, words",
    [
        (b"", "no well-formed XML"),
        (b"<html><body>", "no well-formed XML"),
        (b"<html></html>", "first element is <opml>, found <html>"),
        (document("<outline"), "no well-formed XML"),
        (
            b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline text="&x;"/></body></opml>',
            "DOCTYPE",
        ),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE opml [<!ENTITY a "b">]><opml/>'.encode("utf-16"), "DOCTYPE"),
        (
            b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>',
            "DOCTYPE",
        ),
        (b"<opml>" + b" " * (opml.MAXIMUM_BYTES + 1) + b"</opml>", "at most 16 MiB"),
        (document("<outline>" * 40 + "</outline>" * 40), "more than 30 deep"),
        (document("<outline text='x'>" * 10_000 + "</outline>" * 10_000), "too deeply"),
        (document('<outline text="\x01"/>'), "no well-formed XML"),
    ],
)
def test_a_file_that_may_not_be_read_is_refused_with_its_reason(bad: bytes, words: str) -> None:
    with pytest.raises(opml.OpmlError, match=words) as caught:
        opml.read(bad)
    assert caught.value.code == "bad_opml" and len(str(caught.value)) < 400


@pytest.mark.timed
def test_fifty_megabytes_are_refused_at_once() -> None:
    begin = time.perf_counter()
    with pytest.raises(opml.OpmlError, match="50 MiB"):
        opml.read(b"<opml>" + b"x" * (50 * 2**20))
    assert time.perf_counter() - begin < 3


def test_more_feeds_than_the_cap_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opml, "MAXIMUM_FEEDS", 2)
    with pytest.raises(opml.OpmlError, match="more than 2 feeds"):
        opml.read(opml.write([source(number) for number in range(3)], "t", NOW))


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_title_or_category_breaks_the_document(title: str, category: str) -> None:
    found = opml.read(opml.write([source(1, title, category or None)], title, NOW))
    assert [each.url for each in found.feeds] == ["https://feeds.example/1.xml"]
