"""What is stored as feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, for the web pages and for `export` alike.

Ids are `urn:uuid:` names made of what an entry is, so they stay the same over rebuilds and on every host. Texts of
others are one clean line of at most 280 characters, plain text and never markup; links are http(s) only. No I/O.
"""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from aggregator import shapes, text, urls
from aggregator.digest import sentences
from aggregator.digest.links import HUBS, tidy
from aggregator.digest.phrases import Phrases
from aggregator.model import Item, Release, Story

FORMATS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "jsonfeed": "application/feed+json"}
"""The formats, with their media types (all in UTF-8)."""
NAMES = uuid.UUID("6f7c3f2a-0f0e-5d7b-9a35-5d6c8b1f2c11")
ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed."""
_LINKS = 4
_AUTHORITY = re.compile(r"(https?://)([^/?#]*)(.*)", re.DOTALL)
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `link` leads to it, `more` are (words, address) of the evidence; `language` is that of its title."""

    id: str
    title: str
    link: str | None
    published: datetime
    updated: datetime
    summary: str
    author: str
    tags: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `subject` is what it is of (its id is made of that), `home` the page of it, `own` its own address."""

    subject: str
    title: str
    language: str
    entries: tuple[FeedEntry, ...]
    home: str | None = None
    own: str | None = None

    @property
    def updated(self) -> datetime:
        """When the latest entry changed."""
        return max((entry.updated for entry in self.entries), default=NEVER)


def name_of(kind: str, key: str) -> str:
    """The lasting id of something: `urn:uuid:…`, the same wherever and whenever it is written."""
    told = f"{kind}:{key}".encode("utf-8", "replace").decode()
    return f"urn:uuid:{uuid.uuid5(NAMES, told)}"


# ---------------------------------------------------------------------------------------------- nouns to entries


def of_release(release: Release, lab: str, say: Phrases, page: str | None = None) -> FeedEntry:
    """A line's entry; `page` is our page of it (else the entry leads to the latest evidence)."""
    evidence = [("", step.url) for step in reversed(release.timeline)]
    hubs = [(HUBS.get(a.hub, a.hub), a.url) for a in release.artifacts if a.first_party]
    more = _addresses([*hubs, *evidence])
    times = [release.appeared, *(step.at for step in release.timeline)]
    return FeedEntry(
        id=name_of("release", release.key),
        title=say("dot").join([_line(release.line), _line(lab)]),
        link=page or (more[0][1] if more else None),
        published=release.new_at or release.appeared,
        updated=max(times),
        summary=text.scrub(say.sentence([*sentences.what(release, say), *sentences.specifications(release, say)])),
        author=_line(lab),
        tags=(release.lab, release.status, release.openness, *release.modalities),
        more=more,
    )


def of_item(item: Item, source: str, page: str | None = None) -> FeedEntry:
    """An item's entry: it leads to the article itself."""
    link = _link(item.url)
    return FeedEntry(
        id=name_of("item", item.id),
        title=_line(item.title) or _line(item.guid) or item.id,
        link=link or page,
        published=item.appeared,
        updated=item.appeared,
        summary=_line(item.summary),
        author=_line(item.author or "", 80) or _line(source, 80),
        tags=(item.kind, *item.topics, *item.labs),
        language=item.language,
    )


def of_story(story: Story, lead: Item | None, say: Phrases, page: str | None = None) -> FeedEntry:
    """A story's entry; `lead` is the item that tells it best."""
    link = _link(lead.url) if lead is not None else None
    return FeedEntry(
        id=name_of("story", story.id),
        title=_line(lead.title if lead is not None else story.title) or story.id,
        link=page or link,
        published=lead.appeared if lead is not None else story.first_seen,
        updated=lead.appeared if lead is not None else story.last_seen,
        summary=text.scrub(say.sentence([say("sources", n=story.sources), *map(_line, story.lines[:3])])),
        author="aggregator",
        tags=(*story.labs, *story.lines),
        more=_addresses([("", link)]),
        language=lead.language if lead is not None else None,
    )


def _line(words: str, most: int = shapes.EXCERPT) -> str:
    return _NO_XML.sub("", tidy(words, most))


def _link(address: str | None) -> str | None:
    """An address as RFC 3986 writes it; browsers take square brackets in a path as they are, strict readers do not."""
    safe = urls.http_url(address)
    if safe is None:
        return None
    scheme, host, rest = _AUTHORITY.match(safe).groups()  # type: ignore[union-attr]  # http_url gives no other form
    return scheme + host + rest.replace("[", "%5B").replace("]", "%5D")


def _addresses(found: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    """The addresses that may be followed, each once; without words they are called by their host."""
    kept: dict[str, str] = {}
    for words, address in found:
        safe = _link(address)
        if safe is not None:
            kept.setdefault(safe, words or urls.host_shown(safe))
    return tuple((words, address) for address, words in list(kept.items())[:_LINKS])


# ------------------------------------------------------------------------------------------------ entries to bytes


def write(feed: Feed, form: str) -> bytes:
    """The feed in one of FORMATS. Equal feeds give equal bytes."""
    return {"atom": atom, "rss": rss, "jsonfeed": json_feed}[form](feed)


def atom(feed: Feed) -> bytes:
    """Atom 1.0."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _add(root, "id", name_of("feed", feed.subject))
    _add(root, "title", feed.title)
    _add(root, "updated", _rfc3339(feed.updated))
    _add(_add(root, "author"), "name", "aggregator")
    _add(root, "generator", "aggregator")
    for rel, address, kind in (("self", feed.own, FORMATS["atom"]), ("alternate", feed.home, "text/html")):
        if address:
            _add(root, "link", rel=rel, href=address, type=kind)
    for entry in feed.entries:
        node = _add(root, "entry")
        if language := _language(entry.language):
            node.set("{http://www.w3.org/XML/1998/namespace}lang", language)
        _add(node, "id", entry.id)
        _add(node, "title", entry.title, type="text")
        _add(node, "published", _rfc3339(entry.published))
        _add(node, "updated", _rfc3339(entry.updated))
        _add(_add(node, "author"), "name", entry.author or "aggregator")
        if entry.link:
            _add(node, "link", rel="alternate", href=entry.link)
        for words, address in entry.more:
            if address != entry.link:
                _add(node, "link", rel="related", href=address, title=words)
        for tag in dict.fromkeys(map(_line, entry.tags)):
            if tag:
                _add(node, "category", term=tag)
        _add(node, "summary", entry.summary, type="text")
    return _document(root)


def rss(feed: Feed) -> bytes:
    """RSS 2.0 with the address of itself, as the RSS Advisory Board's profile recommends."""
    root = etree.Element("rss", nsmap={"atom": ATOM, "dc": "http://purl.org/dc/elements/1.1/"}, version="2.0")
    channel = etree.SubElement(root, "channel")
    _plain(channel, "title", html.escape(feed.title, quote=False))
    _plain(channel, "link", feed.home or feed.own or "http://localhost/")
    _plain(channel, "description", html.escape(feed.title, quote=False))
    _plain(channel, "language", feed.language)
    _plain(channel, "lastBuildDate", format_datetime(feed.updated))
    _plain(channel, "generator", "aggregator")
    if feed.own:
        own = etree.SubElement(channel, f"{{{ATOM}}}link")
        for name, value in (("rel", "self"), ("href", feed.own), ("type", FORMATS["rss"])):
            own.set(name, value)
    for entry in feed.entries:
        node = etree.SubElement(channel, "item")
        _plain(node, "title", html.escape(entry.title, quote=False))
        if entry.link:
            _plain(node, "link", entry.link)
        _plain(node, "guid", entry.id).set("isPermaLink", "false")
        _plain(node, "pubDate", format_datetime(entry.published))
        _plain(node, "description", html.escape(entry.summary or entry.title, quote=False))
        _plain(node, "{http://purl.org/dc/elements/1.1/}creator", entry.author or "aggregator")
        for tag in dict.fromkeys(map(_line, entry.tags)):
            if tag:
                _plain(node, "category", tag)
    return _document(root)


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": feed.language,
        "authors": [{"name": "aggregator"}],
        **({"home_page_url": feed.home} if feed.home else {}),
        **({"feed_url": feed.own} if feed.own else {}),
        "items": [_json_entry(entry) for entry in feed.entries],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _json_entry(entry: FeedEntry) -> dict[str, Any]:
    external = [address for _, address in entry.more if address != entry.link]
    language = _language(entry.language)
    return {
        "id": entry.id,
        **({"url": entry.link} if entry.link else {}),
        **({"external_url": external[0]} if external else {}),
        "title": entry.title,
        "content_text": entry.summary or entry.title,
        "date_published": _rfc3339(entry.published),
        "date_modified": _rfc3339(entry.updated),
        "authors": [{"name": entry.author or "aggregator"}],
        "tags": [tag for tag in dict.fromkeys(map(_line, entry.tags)) if tag],
        **({"language": language} if language else {}),
    }


def _add(parent: Any, name: str, words: str | None = None, **attributes: str) -> Any:
    node = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    for key, value in attributes.items():
        node.set(key, _NO_XML.sub("", value))
    node.text = None if words is None else _NO_XML.sub("", words)
    return node


def _plain(parent: Any, name: str, words: str) -> Any:
    node = etree.SubElement(parent, name)
    node.text = _NO_XML.sub("", words)
    return node


def _document(root: Any) -> bytes:
    etree.indent(root, space=" ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8")) + b"\n"


def _language(code: str | None) -> str | None:
    return code if code and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) else None


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def newest_first(entries: Sequence[FeedEntry]) -> tuple[FeedEntry, ...]:
    """The entries as readers expect them: what changed last stands first."""
    return tuple(sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True))
