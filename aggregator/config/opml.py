"""OPML lists in and out: subscriptions as other readers keep them.

Follows OPML 2.0 (http://opml.org/spec2.opml): `outline` elements with `xmlUrl` are feeds, those without are folders.
Only the bytes given are read: no entity is expanded, no DTD loaded, no connection opened. A file that is too large, too
deep, has a DOCTYPE or too many feeds is refused whole with one error, before anything is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.errors import UsageError
from aggregator.model import Source
from aggregator.text import title as one_line
from aggregator.urls import canonical_url, http_url

MAXIMUM_BYTES = 16 * 2**20
MAXIMUM_FEEDS = 20_000
MAXIMUM_DEPTH = 30
"""Folders within folders; readers write two or three."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed of an OPML file. `category` is the path of its folders, joined by "/", or None at the top."""

    url: str
    title: str = ""
    page: str | None = None
    language: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an OPML file held: feeds in its order, each address once; `skipped` says what was left out and why."""

    feeds: tuple[Subscription, ...]
    skipped: tuple[str, ...] = ()


class OpmlError(UsageError):
    """The file is no OPML that may be read (exit status 2)."""

    code = "bad_opml"


def read(document: bytes) -> Imported:
    """The feeds of an OPML document. Raises OpmlError (code `bad_opml`) if it is not acceptable as a whole."""
    if len(document) > MAXIMUM_BYTES:
        raise OpmlError(
            f"the OPML file has {len(document) / 2**20:.0f} MiB, and at most {MAXIMUM_BYTES // 2**20} MiB are read"
        )
    root = _root(document)
    if etree.QName(root).localname.lower() != "opml":
        raise OpmlError(
            f"expected an OPML file whose first element is <opml>, found <{etree.QName(root).localname[:40]}>"
        )
    feeds: list[Subscription] = []
    skipped: list[str] = []
    seen: set[str] = set()
    for subscription, raw in _outlines(root):
        if subscription is None:
            skipped.append(f"no http(s) address: {one_line(raw)[:100]}")
            continue
        key = canonical_url(subscription.url)
        if key in seen:
            skipped.append(f"listed twice: {subscription.url[:200]}")
            continue
        seen.add(key)
        feeds.append(subscription)
        if len(feeds) > MAXIMUM_FEEDS:
            raise OpmlError(f"the OPML file lists more than {MAXIMUM_FEEDS} feeds: split it")
    return Imported(tuple(feeds), tuple(skipped))


def _root(document: bytes) -> etree._Element:
    if not document.startswith((b"\xff\xfe", b"\xfe\xff")):
        document = document.lstrip(b" \t\r\n")
    # before parsing: entities in attribute values are expanded whatever the parser's settings say
    if any("<!DOCTYPE".encode(encoding) in document for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        raise OpmlError("the OPML file has a DOCTYPE, which no OPML needs: entities are not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root: etree._Element = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise OpmlError("the OPML file nests its folders too deeply") from None
        raise OpmlError(f"the OPML file is no well-formed XML: {str(error)[:200]}") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[attr-defined]  # the stubs leave it out
        raise OpmlError("the OPML file has a DOCTYPE, which no OPML needs: entities are not read")
    return root


def _outlines(root: etree._Element) -> Iterator[tuple[Subscription | None, str]]:
    """(subscription or None, its raw address) in the document's order, without recursion."""
    elements = [each for each in root if isinstance(each.tag, str)]
    body = next((each for each in elements if etree.QName(each).localname.lower() == "body"), root)
    waiting: list[tuple[etree._Element, int, tuple[str, ...]]] = [(each, 1, ()) for each in reversed(body)]
    while waiting:
        element, depth, folders = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        if depth > MAXIMUM_DEPTH:
            raise OpmlError(f"the OPML file nests folders more than {MAXIMUM_DEPTH} deep")
        attributes = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        name = one_line(attributes.get("title") or attributes.get("text") or "")
        raw = attributes.get("xmlurl", "").strip()
        if raw:
            yield _subscription(raw, name, attributes, folders), raw
        elif name:
            folders = (*folders, name.replace("/", "\N{DIVISION SLASH}"))
        waiting += [(each, depth + 1, folders) for each in reversed(element)]


def _subscription(raw: str, name: str, attributes: dict[str, str], folders: tuple[str, ...]) -> Subscription | None:
    url = http_url(re.sub(r"^feed:(//)?(?=https?:)|^feed:(?=//)", "", raw))
    if url is None or "@" in url.split("/")[2]:
        return None
    language = attributes.get("language", "").strip().replace("_", "-").lower()[:2]
    listed = attributes.get("category", "").split(",")[0].strip("/ ")
    category = "/".join(folders) or one_line(listed) or None
    return Subscription(
        url=url,
        title=name,
        page=http_url(attributes.get("htmlurl", "")),
        language=language if re.fullmatch("[a-z]{2}", language) else None,
        category=category[:200] if category else None,
    )


def write(sources: Iterable[Source], title: str, now: datetime) -> bytes:
    """An OPML 2.0 document of the feeds among `sources`: folders by category, the rest at the top, in their order.

    `now` (aware) is its date. Sources of other kinds have no feed that another reader could read; they are left out.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _safe(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for source in sources:
        if source.kind != "feed" or not source.url.startswith(("http://", "https://")):
            continue
        place = tuple(part for part in str(source.options.get("category", "")).split("/") if part)
        for depth in range(1, len(place) + 1):
            if place[:depth] not in folders:
                name = _safe(place[depth - 1])
                folders[place[:depth]] = etree.SubElement(folders[place[: depth - 1]], "outline", text=name, title=name)
        name = _safe(source.title or source.id)
        outline = etree.SubElement(
            folders[place], "outline", type="rss", text=name, title=name, xmlUrl=_safe(source.url)
        )
        if source.language:
            outline.set("language", source.language)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _safe(text: str) -> str:
    """XML 1.0 has no place for these characters, not even escaped."""
    return _NOT_XML.sub("", text)
