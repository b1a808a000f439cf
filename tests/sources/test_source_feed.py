"""Feeds beyond the composed cases: documents cut anywhere, floods, hostile text, encodings, and what never happens."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Reading, Source
from aggregator.sources import KINDS, Endpoints
from aggregator.sources.decoding import decode
from aggregator.sources.feed import is_day
from aggregator.sources.feed_text import MAXIMUM_ENTRIES, prepare

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://example.org/feed"
SOURCE = Source("example", "feed", URL)


def read(body: str | bytes, cursor: Mapping[str, Any] | None = None, **headers: str) -> Reading:
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return KINDS["feed"].read(Ask(URL), Answer(URL, 200, headers, raw), SOURCE, cursor or {}, Endpoints(), NOW)


def rss(*items: str) -> str:
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'


def item(number: int) -> str:
    text = f"<description><![CDATA[<p>甲 </item> {number}</p>]]></description>"
    return f"<item><title>Title {number}</title><guid isPermaLink='false'>g{number}</guid>{text}</item>"


ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>'
    + "".join(
        f"<entry><title>标题 {n}</title><id>a{n}</id><updated>2026-02-12T10:00:00Z</updated></entry>" for n in range(30)
    )
    + "</feed>"
)
DOCUMENTS = (rss(*(item(n) for n in range(30))), ATOM)


@pytest.mark.parametrize("document", DOCUMENTS, ids=["rss", "atom"])
def test_a_document_cut_at_any_byte_gives_only_whole_entries_and_says_so(document: str) -> None:
    whole = read(document).entries
    body = document.encode()
    for end in range(0, len(body) - 1, 7):
        try:
            reading = read(body[:end])
        except ParseError as error:
            assert error.code in ("empty_body", "not_a_feed"), error
            assert end < 120
            continue
        assert reading.entries == whole[: len(reading.entries)]
        assert not reading.last
        assert "parse_truncated" in reading.notes


def test_more_than_five_thousand_entries_are_cut_and_told() -> None:
    reading = read(
        rss(
            *(
                f"<item><guid isPermaLink='false'>{n}</guid><title>{n}</title></item>"
                for n in range(MAXIMUM_ENTRIES + 50)
            )
        )
    )
    assert (len(reading.entries), reading.notes, reading.last) == (MAXIMUM_ENTRIES, ("too_many_items",), True)


@settings(max_examples=150, deadline=None)
@given(some.text(max_size=200))
@example("<!h<!h<")
@example("]]>&#xD800;&\\;")
@example("<item><item></channel>")
@example("<![CDATA[<!ENTITY")
def test_no_text_inside_a_feed_breaks_anything_but_that_feed(text: str) -> None:
    try:
        reading = read(rss("<item><guid isPermaLink='false'>1</guid><title>", text, "</title></item>", item(2)))
    except ParseError:
        return
    for entry in reading.entries:
        assert not any(
            0xD800 <= ord(char) <= 0xDFFF or char == "\x00" for char in entry.title + entry.content + entry.summary
        )


@settings(max_examples=150, deadline=None)
@given(some.binary(max_size=300))
def test_any_bytes_give_entries_or_an_error_of_the_source(body: bytes) -> None:
    try:
        read(body)
    except ParseError as error:
        assert error.code in (
            "empty_body",
            "not_a_feed",
            "parse_error",
            "parse_limits",
            "schema_unexpected",
            "not_json",
        )


def test_reading_opens_no_file_and_no_connection() -> None:
    seen: list[str] = []
    watching = True

    def watch(name: str, arguments: tuple[object, ...]) -> None:
        if watching and name in ("open", "socket.connect", "socket.getaddrinfo"):
            seen.append(f"{name}: {arguments}")

    read(DOCUMENTS[0])
    sys.addaudithook(watch)
    try:
        for body in (
            rss(item(1)),
            '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">' + rss(item(1))[22:],
            '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
        ):
            try:
                read(body)
            except ParseError as error:
                assert error.code == "parse_limits"
    finally:
        watching = False
    assert seen == []


def test_an_entry_lost_by_the_parser_is_told() -> None:
    reading = read(rss("<item><title>a</title><guid isPermaLink='false'>1</guid>", item(2), item(3)))
    assert any(note.startswith("entries_lost") for note in reading.notes) or len(reading.entries) == 3


def test_a_guid_that_was_shared_once_goes_by_link_for_good() -> None:
    one = "<item><title>a</title><guid isPermaLink='false'>0</guid><link>https://example.org/a</link></item>"
    reading = read(rss(one), {"shared_guids": ["0"]})
    assert [e.guid for e in reading.entries] == ["https://example.org/a"]


@pytest.mark.parametrize(
    ("text", "encoding", "header", "guessed"),
    [
        ("<a>豆包大模型发布</a>", "gbk", "text/xml; charset=gb2312", False),
        ("<a>豆包大模型发布</a>", "gbk", "text/xml; charset=hex", True),
        ("<a>豆包大模型发布</a>", "gbk", "", True),
        ("<a>豆包大模型發佈會</a>", "big5", "text/xml; charset=big5", False),
        ("<a>新しいモデル</a>", "shift_jis", "text/xml; charset=Shift_JIS", False),
        ("<a>새로운 모델</a>", "euc-kr", "text/xml; charset=euc-kr", False),
        ("<a>новая модель</a>", "koi8-r", "text/xml; charset=koi8-r", False),
        ("<a>un modèle à poids ouverts</a>", "latin-1", "text/xml; charset=iso-8859-1", False),
        ("<a>“quoted” – dash</a>", "cp1252", "text/xml; charset=iso-8859-1", False),
        ("<a>un modèle à poids ouverts, très grand, élevé</a>", "latin-1", "", True),
        ("<a>模型</a>", "utf-16", "text/xml", False),
        ("<a>model</a>", "utf-16-le", "text/xml; charset=utf-16", False),
        ("<a>模型</a>", "utf-32", "text/xml", False),
        ("<a>模型</a>", "utf-8-sig", "text/xml; charset=gbk", False),
        ("<a>模型</a>", "utf-8", "text/xml; charset=utf-7", False),
        ("<a>日本語</a>", "iso2022_jp", "text/xml; charset=iso-2022-jp", False),
    ],
)  # fmt: skip
def test_bytes_are_read_in_the_encoding_they_have(text: str, encoding: str, header: str, guessed: bool) -> None:
    decoded = decode(text.encode(encoding), {"content-type": header})
    assert (decoded.text, decoded.guessed) == (text, guessed)


def test_one_bad_byte_costs_one_character() -> None:
    body = bytearray(rss(item(1), item(2)).encode())
    body[body.index("甲".encode())] = 0xFF
    reading = read(bytes(body), **{"content-type": "text/xml; charset=utf-8"})
    assert "encoding_guessed" in reading.notes
    assert "\ufffd" in reading.entries[0].summary
    assert "甲" in reading.entries[1].summary


@pytest.mark.parametrize(
    "raw", ["2026-02-12", "Fri, 06 Feb 2026 00:00:00 +0000", "2026年2月12日", "2026-02-12T00:00:00-05:00"]
)
def test_midnight_and_no_time_are_a_day(raw: str) -> None:
    assert is_day(raw)


@pytest.mark.parametrize("raw", ["2026-02-12 09:30:05  +0800", "1771200000", "Fri, 06 Feb 2026 00:00:01 +0000"])
def test_a_time_of_day_is_not(raw: str) -> None:
    assert not is_day(raw)


def test_a_comment_before_the_root_and_a_prefix_on_it_are_no_obstacle() -> None:
    text = prepare(
        '<!-- x --><?xml-stylesheet href="x"?><atom:feed xmlns:atom="http://www.w3.org/2005/Atom"></atom:feed>'
    )
    assert (text.root, text.whole, text.entries) == ("feed", True, 0)


@pytest.mark.parametrize(
    "inside",
    [
        "<item><title>x</title>" + "<a>" * 20_000,
        "<![CDATA[" * 10_000,
        "<!--" * 20_000,
        "<item " * 20_000,
        "&#" * 50_000,
    ],
    ids=["nested", "cdata", "comments", "items", "references"],
)
def test_documents_made_to_keep_a_parser_busy_end_in_entries_or_an_error(inside: str) -> None:
    try:
        read(rss(inside))
    except ParseError as error:
        assert error.code in ("parse_error", "parse_limits")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<rss version='2.0'><channel><title><![CDATA[ Qwen &amp; Co ]]></title><item><guid>a</guid></item></channel></rss>",
         "Qwen & Co"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><title type='text'>量子位</title><entry><id>a</id></entry></feed>", "量子位"),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": "Q\\u0000wen", "items": []}', "Qwen"),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": 7, "items": []}', None),
        ("<rss version='2.0'><channel><item><guid>a</guid><title>An entry's</title></item></channel></rss>", None),
    ],
)  # fmt: skip
def test_a_feeds_own_title_is_remembered(body: str, title: str | None) -> None:
    first = read(body)
    assert first.cursor.get("title") == title
    assert "title" not in read(body, first.cursor).cursor
