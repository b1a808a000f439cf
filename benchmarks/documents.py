"""The feeds of the benchmark's world as bytes: what feed number N serves, before and after its new entry.

The same for the same arguments, whatever the machine, the day and the port. Of twenty feeds nine are RSS with
`content:encoded`, two RSS with everything in `description`, seven Atom, one RDF (RSS 1.0) and one JSON Feed; of ten seven
speak English, two Chinese and one French; a tenth of the Chinese ones is in GB18030. Pure: no I/O.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from itertools import islice

from benchmarks.corpus import A_DAY, Text, texts

ENTRIES = 25
"""Entries that a feed lists, newest first."""
BODY = 1200
"""Bytes of an entry's text, about; a Chinese text has a third as many characters."""
FORMS = ("content",) * 9 + ("description",) * 2 + ("atom",) * 7 + ("rdf", "json")
LANGUAGES = ("en",) * 7 + ("zh",) * 2 + ("fr",)
CONTENT_TYPES = {
    "content": "application/rss+xml",
    "description": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
}
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: its documents before and after the new entry, and the same as RSS for peers that read no JSON Feed."""

    number: int
    form: str
    language: str
    encoding: str
    before: bytes
    after: bytes
    plain: tuple[bytes, bytes] | None = None
    """(before, after) as RSS, if `form` is json."""


def form_of(number: int) -> str:
    """content, description, atom, rdf or json."""
    return FORMS[number % len(FORMS)]


def language_of(number: int) -> str:
    """en, zh or fr; each form has each of them in the same share."""
    return LANGUAGES[(3 * number + number // len(FORMS)) % len(LANGUAGES)]


def encoding_of(number: int) -> str:
    """utf-8, or gb18030 for a tenth of the Chinese feeds."""
    return "gb18030" if language_of(number) == "zh" and number % len(FORMS) in (3, 12) else "utf-8"


def feeds(count: int) -> Iterator[Feed]:
    """`count` feeds, in the order of their numbers."""
    numbers = {language: [n for n in range(count) if language_of(n) == language] for language in LANGUAGES}
    entries: dict[int, list[Text]] = {}
    for place, (language, own) in enumerate(sorted(numbers.items())):
        if not own:
            continue
        rate = A_DAY * len(own) / count
        drawn = texts(len(own) * (ENTRIES + 1), body=BODY, seed=20260216 + place, language=language, a_day=rate)
        for some in iter(lambda: list(islice(drawn, len(own))), []):  # noqa: B023  (read at once)
            for number, text in zip(own, some, strict=True):
                entries.setdefault(number, []).append(text)
    for number in range(count):
        yield _feed(number, entries[number][::-1])


def _feed(number: int, told: list[Text]) -> Feed:
    """A feed of `told`, newest first: its first entry is the one that comes later."""
    form, encoding = form_of(number), encoding_of(number)
    before, after = (_document(number, form, encoding, some) for some in (told[1:], told[:-1]))
    plain = None
    if form == "json":
        plain = _document(number, "content", encoding, told[1:]), _document(number, "content", encoding, told[:-1])
    return Feed(number, form, language_of(number), encoding, before, after, plain)


def _document(number: int, form: str, encoding: str, told: list[Text]) -> bytes:
    text = {"atom": _atom, "rdf": _rdf, "json": _json}.get(form, _rss)(number, form, told)
    if form == "json":
        return text.encode()
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)


def _site(number: int) -> str:
    return f"https://outlet{number}.example"


def _link(number: int, text: Text) -> str:
    return f"{_site(number)}/{text.published:%Y/%m}/{text.number}?from=feed&n={number}"


def _guid(number: int, text: Text) -> str:
    return f"tag:outlet{number}.example,2024:{text.number}"


def _author(number: int, text: Text) -> str:
    return f"Author {(number * 7 + text.number) % 40}"


def _html(number: int, text: Text) -> str:
    """The text as editors write it: paragraphs, a link, a list, a picture, a quotation."""
    words, quarter = text.body, max(1, len(text.body) // 4)
    one, two, three, four = (escape(words[quarter * n : quarter * (n + 1) if n < 3 else None]) for n in range(4))
    link = escape(_link(number, text))
    return (
        f'<p>{one} <a href="{link}" rel="nofollow">{escape(text.title[:30])}</a></p>'
        f'<figure><img src="{_site(number)}/img/{text.number}.jpg" alt="" width="800" height="450"/></figure>'
        f"<p>{two} <strong>{text.number}</strong>&nbsp;%.</p><ul><li>{three[:120]}</li><li><em>{three[120:]}</em></li></ul>"
        f"<blockquote><p>{four}</p></blockquote>"
    )


def _rss(number: int, form: str, told: list[Text]) -> str:
    items = []
    for text in told:
        full = _html(number, text)
        if form == "description":
            body = f"<description>{escape(full)}</description>"
        else:
            summary = f"<description>{escape(text.summary[:200])}</description>"
            body = f"{summary}<content:encoded><![CDATA[{full}]]></content:encoded>"
        items.append(
            f"<item><title>{escape(text.title)}</title><link>{escape(_link(number, text))}</link>"
            f'<guid isPermaLink="false">{_guid(number, text)}</guid><dc:creator>{_author(number, text)}</dc:creator>'
            f"<pubDate>{format_datetime(text.published)}</pubDate><category>models</category>{body}</item>\n"
        )
    return (
        f'<rss version="2.0" {_NAMESPACES}><channel><title>Outlet {number}</title><link>{_site(number)}/</link>'
        f"<description>Invented news</description><language>{language_of(number)}</language>"
        f"<lastBuildDate>{format_datetime(told[0].published)}</lastBuildDate>\n{''.join(items)}</channel></rss>\n"
    )


def _rdf(number: int, form: str, told: list[Text]) -> str:
    items = "".join(
        f'<item rdf:about="{escape(_link(number, text))}"><title>{escape(text.title)}</title>'
        f"<link>{escape(_link(number, text))}</link><description>{escape(text.summary[:200])}</description>"
        f"<dc:date>{text.published.isoformat()}</dc:date><dc:creator>{_author(number, text)}</dc:creator>"
        f"<content:encoded><![CDATA[{_html(number, text)}]]></content:encoded></item>\n"
        for text in told
    )
    listed = "".join(f'<rdf:li rdf:resource="{escape(_link(number, text))}"/>' for text in told)
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'{_NAMESPACES}><channel rdf:about="{_site(number)}/"><title>Outlet {number}</title><link>{_site(number)}/</link>'
        f"<description>Invented news</description><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )


def _atom(number: int, form: str, told: list[Text]) -> str:
    entries = "".join(
        f"<entry><id>{_guid(number, text)}</id><title>{escape(text.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(_link(number, text))}"/>'
        f"<published>{text.published.isoformat()}</published><updated>{text.published.isoformat()}</updated>"
        f'<author><name>{_author(number, text)}</name></author><category term="models"/>'
        f'<summary type="text">{escape(text.summary[:200])}</summary>'
        f'<content type="html">{escape(_html(number, text))}</content></entry>\n'
        for text in told
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language_of(number)}">'
        f"<id>tag:outlet{number}.example,2024:feed</id><title>Outlet {number}</title>"
        f'<link href="{_site(number)}/"/><updated>{told[0].published.isoformat()}</updated>\n{entries}</feed>\n'
    )


def _json(number: int, form: str, told: list[Text]) -> str:
    items = [
        {
            "id": _guid(number, text),
            "url": _link(number, text),
            "title": text.title,
            "summary": text.summary[:200],
            "content_html": _html(number, text),
            "date_published": text.published.isoformat(),
            "authors": [{"name": _author(number, text)}],
            "tags": ["models"],
        }
        for text in told
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": f"Outlet {number}", "language": language_of(number)}
    return json.dumps({**head, "home_page_url": f"{_site(number)}/", "items": items}, ensure_ascii=False)
