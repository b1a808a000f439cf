"""What is fuzzed of the way out: hostile text put into every output, and each output read back by a parser of its kind.

A target takes bytes and asserts what must hold of the output whatever they are: Markdown has only our nodes, HTML only
our elements and http(s) links, a mail only our headers, a terminal gets no escape, a feed is well-formed, a sheet has
no formula.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.policy import SMTP, compat32, default

from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aggregator import export, feeds_out, text, urls
from aggregator.channels import email
from aggregator.cli import output
from aggregator.digest.links import tidy
from aggregator.digest.markdown import markdown
from aggregator.digest.page import html
from aggregator.digest.pages import Block, Page, Run, Section
from aggregator.digest.plain import plain_text

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MARKDOWN = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close",
    "list_item_open", "list_item_close", "inline", "text", "strong_open", "strong_close", "em_open", "em_close",
    "link_open", "link_close", "code_inline", "softbreak", "hardbreak",
}  # fmt: skip
"""The nodes that a digest has: no image, no HTML, no table, no block of code."""
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "h3", "p", "a", "span", "strong", "code",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "style", "href"}
HEADERS = {
    "Subject", "From", "To", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "MIME-Version",
    "Content-Type", "List-Id",
}  # fmt: skip
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What no output of ours holds: controls, escapes, marks of direction, lone surrogates."""
_PARSERS = (MarkdownIt("commonmark"), MarkdownIt("js-default", {"linkify": False}))
for _parser in _PARSERS:
    _parser.normalizeLink = str  # type: ignore[method-assign]
    _parser.validateLink = lambda url: True  # type: ignore[method-assign]  # so that a javascript: link would be one


def page_of(raw: str, address: str) -> Page:
    """A page as `lay_out` makes it, with one text of others (in one line, as every text is kept) wherever one can stand."""
    words = tidy(raw)
    line = (
        Run(words, "name"),
        Run(" · "),
        Run(words, "lab"),
        Run(": "),
        Run(words, "title", address),
        Run(words, "note"),
    )
    only = (Run(words),)
    section = Section("x", words, (Block(line, (only, line)), Block(only)), full=True, after=only)
    listed = Section("y", words, (Block((Run(words, "link", address),), (only,)),))
    return Page("en", words, words, words, (only, line), (section, listed), only)


def flat(tokens: list[Token]) -> list[Token]:
    """Every token of a parsed Markdown document."""
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def check_markdown(written: str) -> None:
    """Only our nodes, and links that lead to http(s) by our own rule."""
    for parser in _PARSERS:
        for token in flat(parser.parse(written)):
            assert token.type in MARKDOWN, token
            if token.type == "link_open":
                assert set(token.attrs) == {"href"}
                assert str(token.attrs["href"]).startswith(("http://", "https://"))


def check_html(written: str) -> None:
    """Only our elements and attributes; links that lead to http(s)."""
    for element in lxml_html.document_fromstring(written.encode()).iter():
        assert element.tag in ELEMENTS, element.tag
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES, name
            assert name != "href" or (element.tag == "a" and urls.http_url(value) == value), value
            assert "url(" not in value or name in ("href", "content"), value


def check_mail(raw: bytes, ours: Collection[str] = HEADERS) -> None:
    """Ours are the only headers, whoever reads them: an old program, a new one, and one that decodes before it splits."""
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    for policy in (compat32, default, SMTP):
        read: Message = message_from_bytes(raw, policy=policy)
        assert set(read.keys()) <= set(ours) and len(read.keys()) == len(set(read.keys()))
        assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(message_from_bytes(raw, policy=compat32)["Subject"]))
    old = str(make_header(decode_header(unfolded)))
    assert not UNSEEN.search(old) and "\n" not in old
    again = message_from_bytes(f"Subject: {old}\r\n\r\n".encode(), policy=default)
    assert again.keys() == ["Subject"] and "\n" not in str(again["Subject"])
    assert head.isascii() and not UNSEEN.search(head.decode().replace("\r\n", ""))


def _text(data: bytes) -> tuple[str, str]:
    """Bytes as a text and an address (what stands behind the last NUL)."""
    words, _, address = data.decode("utf-8", "surrogateescape").rpartition("\0")
    return words or address, address


def to_markdown(data: bytes) -> None:
    """A title in Markdown."""
    words, address = _text(data)
    check_markdown(markdown(page_of(words, address)))
    check_markdown(markdown(page_of(text.title(words), address)))


def to_page(data: bytes) -> None:
    """A title in the HTML and the plain text of a digest."""
    page = page_of(*_text(data))
    check_html(html(page))
    assert not UNSEEN.search(plain_text(page).replace("\n", ""))


def to_mail(data: bytes) -> None:
    """A title in the subject and the body of a mail."""
    words, address = _text(data)
    page = page_of(words, address)
    message = email.compose(
        subject=words, text=plain_text(page), html=html(page), sender="Digest <digest@example.org>",
        to="reader@example.org", at=NOW, message_id="d.1@example.org", headers={"List-Id": "<d.example.org>"},
    )  # fmt: skip
    check_mail(message.as_bytes(policy=SMTP))


def to_terminal(data: bytes) -> None:
    """A title in a table, piped and on a terminal, and in JSON."""
    words, _ = _text(data)
    for terminal in (False, True):
        screen = io.StringIO()
        screen.isatty = lambda terminal=terminal: terminal  # type: ignore[method-assign]
        with contextlib.redirect_stdout(screen):
            output.print_table(["a", "b"], [[words, None], [1, words]], elastic=[0])
        shown = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()) if terminal else screen.getvalue()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown), shown
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        output.print_json({"title": words})
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", screen.getvalue())


def to_feed(data: bytes) -> None:
    """A title in Atom, RSS and JSON Feed."""
    words, address = _text(data)
    entry = feeds_out.FeedEntry(
        feeds_out.name_of("x", words), words, urls.http_url(address), NOW, NOW, words, words, (words,), ((words, "https://a.example/"),)
    )  # fmt: skip
    feed = feeds_out.Feed(words, words, "en", (entry,))
    for form in feeds_out.FORMATS:
        written = feeds_out.write(feed, form)
        written.decode("utf-8")
        if form == "jsonfeed":
            assert len(json.loads(written)["items"]) == 1
            continue
        root = etree.fromstring(written)
        for link in root.xpath("//*[local-name()='link']/@href | //item/link/text()"):
            assert urls.http_url(link) == link
        assert not [node for node in root.iter() if etree.QName(node).localname in ("script", "img", "html", "body")]


def to_csv(data: bytes) -> None:
    """A title in a cell of a sheet."""
    words, _ = _text(data)
    row = next(csv.reader(io.StringIO(export.csv_line([words, [words]]), newline="")))
    assert len(row) == 2
    for cell in row:
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


RENDERING: Mapping[str, Callable[[bytes], None]] = {
    "to_markdown": to_markdown,
    "to_page": to_page,
    "to_mail": to_mail,
    "to_terminal": to_terminal,
    "to_feed": to_feed,
    "to_csv": to_csv,
}
_HOSTILE: tuple[bytes, ...] = (
    b"[x](javascript:alert(1)) ![x](http://e.example/p.gif)\0javascript:alert(1)",
    b"# a\n- b\n> c\n```\nd\n```\n| a | b |\n|---|---|\0http://a.example/(b)",
    b"<script>alert(1)</script>&lt;img src=x onerror=alert(1)&gt;\0https://a.example/<b>",
    b"=?utf-8?q?a=0D=0ABcc=3A_e=40x.example?=\0https://a.example/",
    b"a\r\nBcc: e@x.example\r\n\r\nbody",
    b"\x1b]8;;http://e.example\x07x\x1b]8;;\x07\x1b[31m\xc2\x9b31m",
    "智谱发布 GLM‑5 ‮gpj.exe x".encode(),
    b"=cmd|' /C calc'!A0",
    b"\xed\xa0\x80\xff&#xD800;&#x110000;",
)
RENDERING_SEEDS: Mapping[str, tuple[bytes, ...]] = dict.fromkeys(RENDERING, _HOSTILE)
