"""Nothing that a source wrote is ever more than text, in any format: checked by parsing what we wrote."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from digest_worlds import LABS, SINCE, SOURCES, UNTIL, World, at
from hostile import ADDRESSES, PAYLOADS
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aggregator import urls
from aggregator.digest import Digest, build, render
from aggregator.digest.markdown import escape
from aggregator.model import TRUST_HUB, TRUST_PRESS, TRUST_RUMOUR, Lab, Source

PARSERS = (MarkdownIt("commonmark"), MarkdownIt("js-default", {"linkify": False}))
"""CommonMark as it stands, and with tables and strikethrough, as most programs have it."""
for _parser in PARSERS:
    _parser.normalizeLink = str  # type: ignore[method-assign]
    _parser.validateLink = lambda url: True  # type: ignore[method-assign]  # so that a javascript: link would be one
OURS = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close",
        "list_item_open", "list_item_close", "inline", "text", "strong_open", "strong_close", "em_open", "em_close",
        "link_open", "link_close", "code_inline", "softbreak", "hardbreak"}  # fmt: skip
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def digest_of(text: str, address: str = "https://good.example/a", language: str = "en") -> Digest:
    """A digest into which one text and one address were put wherever a source, a hub or a file can put one."""
    w = World()
    line = w.line("evil", text or "Name", "Evil", "1")
    w.item("r", "evil-feed", at(16), text, url=address, author=text)
    w.shows(
        line, "r", "open", TRUST_PRESS, ("licence", text), ("size", text), ("modality", text), ("architecture", text)
    )
    w.artifact(line, text or "x", at(16), licence=text, size=text, url=address)
    changed = w.line("evil", f"{text} 2", "Evil", "2")
    w.item("c0", "evil-feed", at(1), text, url=address)
    w.item("c", "evil-feed", at(16), text, url=address, kind="update")
    w.shows(changed, "c0", "available", TRUST_PRESS)
    w.shows(changed, "c", "available", TRUST_PRESS)
    grown = w.line("evil", f"{text} 4", "Evil", "4")
    w.item("a0", "evil-feed", at(1), text, url=address)
    w.item("a", "evil-feed", at(16), text, url=address, kind="update")
    w.shows(grown, "a0", "open", TRUST_HUB)
    w.shows(grown, "a", "open", TRUST_HUB)
    w.artifact(grown, text or "y", at(16), url=address)
    said = w.line("evil", f"{text} 3", "Evil", "3")
    w.item("m", "evil-feed", at(16), text, url=address, kind="rumour")
    w.shows(said, "m", "rumoured", TRUST_RUMOUR)
    w.item(
        "n",
        "evil-feed",
        at(16),
        text,
        url=address,
        kind="business",
        labs=("evil",),
        topics=(text,),
        language=text[:5] or None,
    )
    w.story("s", ("evil",), "n")
    w.item("l", "evil-feed", at(2), text, url=address, kind="business", labs=("evil",), late=True)
    w.late.append("l")
    labs = LABS | {"evil": Lab("evil", text or "Lab", "cn")}
    sources = SOURCES | {"evil-feed": Source("evil-feed", "feed", "https://evil.example", text)}
    return build(w.material(failed=(text,), deferred=(text,)), labs, sources, language=language, notice=text)


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def check_markdown(written: str, allowed: set[str]) -> None:
    for parser in PARSERS:
        tokens = flat(parser.parse(written))
        assert {token.type for token in tokens} <= OURS
        for token in tokens:
            if token.type == "link_open":
                assert set(token.attrs) == {"href"}
                assert token.attrs["href"] in allowed
            if token.type == "code_inline":
                assert re.fullmatch(r"aggregator (stories|items|releases) --since \S+ --until \S+", token.content)


def check_html(written: str, allowed: set[str]) -> None:
    tree = lxml_html.document_fromstring(written.encode())
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "span",
        "strong",
        "code",
    }
    for element in tree.iter():
        assert isinstance(element.tag, str), "no comment, no processing instruction"
        for name, value in element.attrib.items():
            assert name in {"lang", "charset", "name", "content", "class", "style", "href"}
            assert name != "style" or "url(" not in value
            assert name != "href" or (element.tag == "a" and value in allowed and urls.http_url(value) == value)
            assert name != "class" or re.fullmatch(r"[a-z ]+", value)
    styles = tree.findall(".//style")
    assert len(styles) == 1
    assert "url(" not in (styles[0].text or "")


def check_plain(written: str) -> None:
    assert not FORBIDDEN.search(written.replace("\n", ""))


def percent(address: str) -> str:
    """The address as Markdown writes it: the same, with the characters that Markdown reads percent-encoded."""
    return re.sub(r"[()<>\\\[\]*_`\s]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)


def check(digest: Digest, address: str) -> None:
    safe = urls.http_url(address)
    allowed = {safe} if safe else set()
    md, html, text, data = (render(digest, form) for form in ("md", "html", "text", "json"))
    check_markdown(md, {percent(one) for one in allowed})
    check_html(html, allowed)
    check_plain(md)
    check_plain(text)
    check_plain(html)
    loaded: dict[str, Any] = json.loads(data)
    urls_told = [link["url"] for entry in loaded["releases"] + loaded["also"] for link in entry["links"]]
    assert set(urls_told) <= allowed
    assert all(news["url"] in (None, *allowed) for news in loaded["news"])
    for written in (md, html, text, data):
        written.encode("utf-8")
        assert len(written) < 90_000


def test_the_corpus_is_large_enough() -> None:
    assert len(set(PAYLOADS)) >= 150
    assert len(set(ADDRESSES)) >= 40


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: repr(payload)[:40])
def test_no_text_of_others_becomes_markup(payload: str) -> None:
    check(digest_of(payload), "https://good.example/a")


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: repr(address)[:40])
def test_only_http_addresses_become_links(address: str) -> None:
    check(digest_of("A title", address), address)


MARKUP = st.text(
    st.sampled_from(list("[]()<>!#*_`~|\\&;:=-+.\"'{}$@/ \n\r\t1aé漢\u2028\u202e\x1b\u200b👩")), max_size=60
)
PIECES = st.lists(st.sampled_from(PAYLOADS), min_size=1, max_size=4).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.one_of(MARKUP, PIECES, st.text(max_size=80)), st.sampled_from(["en", "fr", "zh"]))
def test_whatever_a_source_writes_stays_text(text: str, language: str) -> None:
    check(digest_of(text, language=language), "https://good.example/a")


@settings(max_examples=300, deadline=None)
@given(st.one_of(MARKUP, PIECES))
def test_an_escaped_text_reads_as_the_text_itself(text: str) -> None:
    from aggregator.digest.links import tidy

    wanted = tidy(text)
    tokens = flat(PARSERS[0].parse(f"x{escape(wanted)}x"))
    shown = "".join(token.content for token in tokens if token.type == "text")
    assert shown == f"x{wanted}x"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_whatever_an_address_is_it_harms_nothing(tail: str) -> None:
    check(digest_of("A title", f"https://good.example/{tail}"), f"https://good.example/{tail}")


def test_a_text_that_ends_in_an_exclamation_mark_makes_no_image_of_the_link_behind_it() -> None:
    tokens = flat(PARSERS[0].parse(f"{escape('wow!')}[name](https://good.example/a)"))
    assert {token.type for token in tokens} <= OURS


def test_a_look_alike_host_is_shown_as_punycode() -> None:
    written = render(digest_of("A title", "https://аррӏе.example/"), "text")
    assert "xn--" in written
    assert "аррӏе" not in written


def test_directions_and_escapes_of_terminals_are_gone_from_every_format() -> None:
    for form in ("md", "text", "html", "json"):
        written = render(digest_of("abc\u202egpj.exe \x1b[31mred"), form)
        assert "abcgpj.exe" in written.replace("\\", "")
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in written if char not in "\n")


def test_the_window_is_that_of_the_material() -> None:
    digest = digest_of("A title")
    assert (digest.since, digest.until) == (SINCE, UNTIL)
