"""The fast path says of every document that it accepts exactly what feedparser says, and leaves the rest to it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from feedparser.mixin import _FeedParserMixin
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.errors import ParseError
from aggregator.sources import feed, feed_strict
from aggregator.sources.decoding import decode
from aggregator.sources.feed_record import Parsed
from aggregator.sources.feed_text import is_json, prepare

CASES = Path(__file__).parent.parent / "cases" / "feed"
SUITE = os.environ.get("FEEDPARSER_TESTS", "")
"""The folder `tests` of feedparser's own source distribution, where it is at hand."""


def both(body: bytes) -> tuple[Parsed | None, Parsed | None]:
    """What the fast path and the arbiter make of a document; None twice for what is no XML feed."""
    try:
        decoded = decode(body, {})
        text = None if is_json(decoded.text) else prepare(decoded.text)
    except ParseError:
        return None, None
    fast = None if text is None else feed_strict.parse(text)
    return fast, None if fast is None or text is None else feed._by_feedparser(text)


RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xmlns:x="http://x.org/ns"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel><title>x</title>{head}{entries}</channel></rss>'
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="http://x.org/ns" xml:lang="zh"><title>x</title>{head}{entries}</feed>'


def rss(entry: str, head: str = "") -> str:
    return RSS.format(head=head, entries=f"<item>{entry}</item>")


def atom(entry: str, head: str = "") -> str:
    return ATOM.format(head=head, entries=f"<entry>{entry}</entry>")


@pytest.mark.parametrize("path", sorted(CASES.glob("*.xml")), ids=lambda path: path.stem)
def test_a_recorded_case_is_read_as_the_arbiter_reads_it_or_left_to_it(path: Path) -> None:
    fast, arbiter = both(path.read_bytes())
    assert fast == arbiter


def test_most_recorded_feeds_that_are_well_formed_take_the_fast_path() -> None:
    accepted = [path.stem for path in sorted(CASES.glob("*.xml")) if both(path.read_bytes())[0] is not None]
    assert {"arxiv", "36kr", "qbitai", "rdf"} <= set(accepted)


# ---------------------------------------------------------------------------------------------------- composed documents

words = some.text(some.sampled_from("aé甲 \n&<>\x93\u201c;=/?#'\""), max_size=12) | some.sampled_from(
    ["Ã©", "caf\xe9", "<p>one</p>", "&amp;lt;", "http:///a.org//b?x=1&y;=2", "a@b.org (A)", "2026-02-01", "]]"]
)
addresses = some.sampled_from(
    ["https://example.org/a?b=1&c=2", "/relative", "https:////x.org/y", "mailto:a@b.org", "", " https://example.org/z "]
)


@some.composite
def fields(draw: some.DrawFn, names: list[str]) -> str:
    """Some elements with some attributes and text, in any order, also twice."""
    out = []
    for name in draw(some.lists(some.sampled_from(names), min_size=1, max_size=7)):
        text = draw(addresses if name in ("link", "guid", "id", "comments") else words)
        attributes = draw(
            some.dictionaries(
                some.sampled_from(
                    ["type", "rel", "href", "isPermaLink", "term", "domain", "label", "scheme", "xml:lang", "x:y"]
                ),
                some.sampled_from(
                    ["html", "text", "TEXT/HTML", "alternate", "self", "true", "false", "https://example.org/h", ""]
                ),
                max_size=2,
            )
        )
        told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        if draw(some.booleans()) and "]]>" not in text:
            inside = f"<![CDATA[{text}]]>"
        else:
            inside = escape(text)
        out.append(f"<{name}{told}>{inside}</{name}>")
    return "\n".join(out)


RSS_NAMES = [
    "title",
    "link",
    "guid",
    "description",
    "pubDate",
    "author",
    "category",
    "comments",
    "content:encoded",
    "dc:creator",
    "dc:date",
    "dc:subject",
    "atom:updated",
    "enclosure",
    "source",
    "media:thumbnail",
    "slash:comments",
    "x:thing",
    "media:title",
    "dc:title",
]
ATOM_NAMES = [
    "title",
    "link",
    "id",
    "summary",
    "content",
    "published",
    "updated",
    "category",
    "rights",
    "author",
    "x:thing",
    "contributor",
]


@settings(max_examples=300, deadline=None)
@given(fields(RSS_NAMES), some.sampled_from(["", "<language>en-us</language>", "<dc:language> fr </dc:language>"]))
def test_any_rss_that_it_accepts_is_read_as_the_arbiter_reads_it(entry: str, head: str) -> None:
    for document in (rss(entry, head), rss(f"<guid>urn:x</guid>{entry}", head)):
        fast, arbiter = both(document.encode())
        assert fast == arbiter


@settings(max_examples=300, deadline=None)
@given(fields(ATOM_NAMES), words, words)
def test_any_atom_that_it_accepts_is_read_as_the_arbiter_reads_it(entry: str, name: str, email: str) -> None:
    person = f"<author><name>{escape(name)}</name><uri>x</uri><email>{escape(email)}</email></author>"
    for document in (
        atom(entry),
        atom(f"<id>urn:x</id>{person}{entry}"),
        atom(f"{entry}<link href='https://e.org/'/>{person}"),
    ):
        fast, arbiter = both(document.encode())
        assert fast == arbiter


@pytest.mark.parametrize(
    "document",
    [
        rss("<guid>a</guid><title>x &nbsp; y</title>"),
        rss("<guid>a</guid><title>x<b>y</b></title>"),
        rss("<title>neither id nor link</title>"),
        rss("<guid>a</guid><media:group><media:title>x</media:title></media:group>"),
        rss("<guid>a</guid><description>x</description><description>y</description>"),
        rss("<guid>a</guid><unheard>x</unheard>"),
        rss('<guid>a</guid><link xml:base="https://example.org/">b</link>'),
        rss("<guid>a</guid>").replace("2.0", "0.91", 1),
        rss("<guid>a</guid>").replace("</channel>", ""),
        rss("<guid>a</guid>").replace("http://x.org/ns", "http://purl.org/atom/ns#"),
        rss("<guid>a</guid>").replace("xmlns:x=", "xmlns:itunes="),
        atom('<id>a</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>'),
        atom('<id>a</id><content type="image/png">aGk=</content>'),
        atom('<id>a</id><content mode="base64">aGk=</content>'),
        atom("<id>a</id>").replace("2005/Atom", "2005/atom"),
        "<rss version='2.0'><channel><title>no entries</title></channel></rss>",
    ],
)
def test_what_is_not_plainly_well_formed_is_left_to_the_arbiter(document: str) -> None:
    assert feed_strict.parse(prepare(document)) is None


def test_every_namespace_that_the_arbiter_handles_is_known_here() -> None:
    handlers = {name.split("_")[2] for name in dir(_FeedParserMixin) if re.match(r"_(start|end)_[A-Za-z]+_", name)}
    for uri, prefix in _FeedParserMixin.namespaces.items():
        folded = uri.lower()
        if uri and (prefix == "" or prefix in handlers):
            known = folded in feed_strict._PLAIN or feed_strict._PREFIXES.get(folded) == prefix
            assert known or feed_strict._OTHERS.search(folded), uri
        assert not prefix or prefix.lower() in feed_strict._CANONICAL
    assert {name.lower() for name in handlers} <= feed_strict._HANDLED | {"georssgeom"}


@pytest.mark.skipif(not SUITE, reason="FEEDPARSER_TESTS does not point to feedparser's own tests")
def test_feedparsers_own_suite_is_read_as_the_arbiter_reads_it() -> None:
    accepted = 0
    for path in sorted(Path(SUITE).rglob("*.xml")):
        body = path.read_bytes()
        with_ids = body.replace(b"</item>", b"<guid>urn:x</guid></item>").replace(
            b"</entry>", b"<id>urn:x</id></entry>"
        )
        second = with_ids.replace(b"<rss>", b'<rss version="2.0">').replace(b"<rss xml", b'<rss version="2.0" xml')
        for document in (body, with_ids, second):
            fast, arbiter = both(document)
            assert fast == arbiter, path
            accepted += fast is not None
    assert accepted > 300
