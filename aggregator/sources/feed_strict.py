"""The fast path of feeds: strict XML of the common formats (RSS 2, Atom 1, RSS 1) to records, some thirty times as fast
as the arbiter, feedparser. Pure.

It knows a small, closed part of what feeds hold, and there it says word for word what feedparser says (docs/decisions/0012;
the differential tests hold that). It returns None, and leaves the document to the arbiter, for everything else: what is
not well-formed, entities, an unknown root, `xml:base`, markup inside a field, a content type that is neither text nor
HTML, a field twice, an element that is not on the lists below, an entry without id and link. It never recovers, expands
or opens anything.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from aggregator.sources.feed_record import Parsed, Record, page_of, record_of
from aggregator.sources.feed_text import FeedText

RSS1, ATOM = "http://purl.org/rss/1.0/", "http://www.w3.org/2005/Atom"
RDF, XML = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/XML/1998/namespace"
_PLAIN = frozenset({"", RSS1.lower(), ATOM.lower()})
"""Namespaces whose elements go by their local name alone."""
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc", "http://purl.org/dc/terms/": "dcterms", RDF: "rdf", XML.lower(): "xml",
    "http://purl.org/rss/1.0/modules/content/": "content", "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss": "media", "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://webns.net/mvcb/": "admin",
}  # fmt: skip
"""Namespaces (lower case) by the prefix under which the arbiter keeps their elements, whatever the document calls it."""
_HANDLED = frozenset(
    ("dc", "dcterms", "rdf", "xml", "content", "feedburner", "media", "itunes", "admin", "cc", "creativecommons", "psc",
     "geo", "georss", "gml", "xhtml")
)  # fmt: skip
"""Prefixes whose elements mean something to the arbiter; those of every other prefix are kept under their own name."""
_CANONICAL = _HANDLED | frozenset(
    ("ag", "annotate", "audio", "blogchannel", "co", "cp", "email", "ev", "fm", "foaf", "icbm", "image", "l", "pingback",
     "prism", "rdfs", "ref", "reqv", "search", "slash", "soap", "ss", "str", "sub", "sy", "szf", "taxo", "thr", "ti",
     "trackback", "wfw", "wiki", "xlink")
)  # fmt: skip
_OTHERS = re.compile(
    r"userland|blogs\.law|netscape|example\.com|echo|purl\.org/(?:pie|atom)|rss091|creativecommons|web\.resource|cyber\.law"
    r"|podlove|geo|opengis|xhtml|xlink|podcast-1\.0"
)
"""Namespaces that the arbiter handles, or takes for one that it handles, and that are not on the lists above."""

_PLAIN_FIELDS = {
    "pubdate": "published", "published": "published", "issued": "published", "dcterms_issued": "published",
    "updated": "updated", "modified": "updated", "dc_date": "updated", "dcterms_modified": "updated",
    "created": "created", "dcterms_created": "created",
}  # fmt: skip
_CATEGORIES = frozenset({"category", "dc_subject"})
_INERT = frozenset(
    {
        "enclosure", "source", "rights", "generator", "media_content", "media_thumbnail", "media_credit", "media_copyright",
        "dc_rights", "dc_publisher", "dc_identifier", "dc_type", "dc_format", "dc_source", "dc_relation", "itunes_duration",
        "itunes_explicit", "itunes_image", "itunes_episode", "itunes_season", "itunes_episodetype", "itunes_block",
    }
)  # fmt: skip
"""Elements of entries that hold nothing of ours."""
_TYPES = {None: "", "text": "", "html": "", "text/plain": "", "text/html": ""}
_ATTRIBUTES = frozenset(
    "rel type href url uri term scheme domain label mode src base lang ispermalink lastmod xmlns version".split()  # noqa: SIM905
)
_LIVE = frozenset({"item", "entry", "feed", "rss", "channel", "language", "source", "svg", "math"})
"""Names that may not stand inside an element of the feed's head."""
_FIXED = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
_BASE = re.compile(r"[\s:]base\s*=")
_WINDOWS = {
    128: 8364, 130: 8218, 131: 402, 132: 8222, 133: 8230, 134: 8224, 135: 8225, 136: 710, 137: 8240, 138: 352, 139: 8249,
    140: 338, 142: 381, 145: 8216, 146: 8217, 147: 8220, 148: 8221, 149: 8226, 150: 8211, 151: 8212, 152: 732, 153: 8482,
    154: 353, 155: 8250, 156: 339, 158: 382, 159: 376,
}  # fmt: skip
_LATIN = re.compile("[\x80-\xff]")


class _Decline(Exception):
    """This document is for the arbiter."""


def parse(text: FeedText) -> Parsed | None:
    """Return the records of a document and the language that it claims; None for what the arbiter must read."""
    if "base" in text.text and _BASE.search(text.text):
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, recover=False, load_dtd=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.text.encode("utf-8", "replace"), parser)
        _check_namespaces(root, text.text)
        found = _Document(root).read()
    except (etree.XMLSyntaxError, _Decline):
        return None
    return found if found[0] and len(found[0]) == text.entries else None


def _check_namespaces(root: Any, text: str) -> None:
    """Decline a document whose prefixes mean one thing to us and another to the arbiter, which keeps them for ever."""
    declared = list(root.nsmap.items())
    if text.count("xmlns") > len(declared):
        declared += [pair for _, pair in etree.iterwalk(root, events=("start-ns",))]
    uris: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for prefix, uri in declared:
        name, folded = (prefix or "").lower(), uri.lower()
        if uris.setdefault(name, uri) != uri:
            raise _Decline
        known = "" if folded in _PLAIN else _PREFIXES.get(folded)
        if known is None:
            is_ours = name in _HANDLED or not name or _OTHERS.search(folded)
            if is_ours or prefixes.setdefault(uri, prefix) != prefix:
                raise _Decline
        elif (name in _CANONICAL and name != known) or (known == "" and uri not in (RSS1, ATOM)):
            raise _Decline


@dataclass(slots=True)
class _Said:
    """What an entry has said so far, by the arbiter's names."""

    fields: dict[str, str] = field(default_factory=dict)
    links: list[dict[str, str]] = field(default_factory=list)
    tags: list[list[str | None]] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    summaries: int = 0
    authors: int = 0


class _Document:
    """One document while it is read."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._names: dict[str, str | None] = {}
        self._language: str | None = None

    def read(self) -> Parsed:
        """Return its records and its language; raises _Decline."""
        root = self._root
        tag, attributes = root.tag, _attributes(root)
        lang = attributes.get("xml:lang") or None
        if tag == "rss" and attributes.get("version", "").startswith("2.") and len(root) == 1:
            self._language = lang.replace("_", "-") if lang else None
            return self._of(root[0], "channel", "item", heads=1), self._language
        if tag == f"{{{ATOM}}}feed" and "version" not in attributes:
            self._language = lang.replace("_", "-") if lang else None
            return self._of(root, tag, f"{{{ATOM}}}entry", is_atom=True), self._language
        if tag == f"{{{RDF}}}RDF" and ATOM not in root.nsmap.values():
            return self._of(root, tag, f"{{{RSS1}}}item"), self._language
        raise _Decline

    def _of(self, parent: Any, tag: str, entry: str, *, is_atom: bool = False, heads: int = 0) -> list[Record]:
        """The records among the children of `parent`."""
        if parent.tag != tag or (heads and set(_attributes(parent)) - {"xml:lang"}):
            raise _Decline
        records: list[Record] = []
        for child in parent:
            if child.tag == entry:
                records.append(self._entry(child, is_atom))
            else:
                self._head(child, within=parent.tag == f"{{{RDF}}}RDF")
        return records

    def _head(self, element: Any, *, within: bool = False) -> None:
        """Something that the feed says of itself: only its language is kept, and nothing may reach into the entries."""
        name = self._name(element)
        if within and element.tag == f"{{{RSS1}}}channel":
            if set(_attributes(element)) - {"xml:lang", "rdf:about"}:
                raise _Decline
            for child in element:
                self._head(child)
            return
        if within and name not in ("image", "textinput"):
            raise _Decline
        if name in ("language", "dc_language") and not within:
            if len(element) or _attributes(element):
                raise _Decline
            self._language = _mended(_text(element).strip())
        elif name in _LIVE or name in ("content", "body", "content_encoded", "fullitem", "xhtml_body"):
            raise _Decline
        for inner in element.iterdescendants():
            if etree.QName(inner).localname.lower() in _LIVE:
                raise _Decline

    def _name(self, element: Any) -> str:
        """The name under which the arbiter knows an element: local name in lower case, with its namespace's prefix."""
        tag = element.tag
        name = self._names.get(tag)
        if name is None:
            if not isinstance(tag, str):
                raise _Decline
            uri, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
            folded = uri.lower()
            prefix = "" if folded in _PLAIN else _PREFIXES.get(folded) or element.prefix
            if prefix is None:
                raise _Decline
            name = self._names[tag] = (f"{prefix}_{local}" if prefix else local).lower()
        return name

    def _entry(self, element: Any, is_atom: bool) -> Record:
        said = _Said()
        if element.attrib:
            attributes = _attributes(element)
            if set(attributes) - {"xml:lang", "rdf:about"}:
                raise _Decline
            if attributes.get("rdf:about"):
                said.fields["id"] = attributes["rdf:about"]
        for child in element:
            self._field(child, self._name(child), said)
        fields = said.fields
        terms = [tag[0] for tag in said.tags if tag[0]]
        record = record_of(fields, said.contents, terms, page_of(said.links), is_atom)
        if record.id is None and record.link is None:
            raise _Decline
        return record

    def _field(self, element: Any, name: str, said: _Said) -> None:
        """One child of an entry."""
        if len(element):
            if name in ("author", "contributor"):
                _person(self, element, name, said)
                return
            raise _Decline
        fields = said.fields
        if name in ("title", "description", "summary", "content", "content_encoded"):
            _markup(element, name, said)
        elif name == "link":
            _link(element, said)
        elif name in ("guid", "id"):
            is_link = name == "id" or _attributes(element).get("ispermalink", "true") == "true"
            value = _text(element).strip()
            fields["id"] = _mended(_resolved(value) if is_link else value)
            if is_link:
                fields.setdefault("link", fields["id"])
        elif name in _PLAIN_FIELDS:
            fields[_PLAIN_FIELDS[name]] = _mended(_text(element).strip())
        elif name in ("author", "dc_creator"):
            said.authors += 1
            fields["author"] = _mended(_text(element).strip())
        elif name in _CATEGORIES:
            _category(element, said)
        elif name in ("comments", "arxiv_announce_type", "feedburner_origlink"):
            if element.attrib:
                raise _Decline
            value = _text(element).strip()
            fields[name] = _mended(_resolved(value) if name == "comments" else value)
        elif name not in _INERT and not self._is_inert(element, name):
            raise _Decline

    def _is_inert(self, element: Any, name: str) -> bool:
        """Whether an element of another namespace says nothing that is kept: the arbiter has no name of ours for it."""
        prefix, mark, _ = name.partition("_")
        uri = etree.QName(element).namespace or ""
        return bool(mark) and prefix not in _HANDLED and uri.lower() not in _PLAIN


# ---------------------------------------------------------------------------------------------------- fields


def _attributes(element: Any) -> dict[str, str]:
    """An element's attributes as the arbiter names them (lower case); _Decline for one that could pass for another."""
    found: dict[str, str] = {}
    for key, value in element.attrib.items():
        name = key
        if key[0] == "{":
            uri, _, local = key[1:].rpartition("}")
            if uri == XML and local in ("lang", "space"):
                name = f"xml:{local}"
            elif uri == RDF:
                name = f"rdf:{local}"
            elif local.lower() in _ATTRIBUTES or uri.lower() in _PREFIXES:
                raise _Decline
        name = name.lower()
        if name in found or name in ("base", "lang", "xml:base"):
            raise _Decline
        found[name] = value
    return found


def _text(element: Any) -> str:
    return element.text or ""


def _mended(value: str) -> str:
    """Text in which UTF-8 that was taken for Latin-1, and Windows' characters in the place of controls, are put right."""
    if value.isascii() or not _LATIN.search(value):
        return value
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        value = value.encode("iso-8859-1").decode("utf-8")
    return value.translate(_WINDOWS)


def _resolved(value: str) -> str:
    """An address without the surplus slashes after its scheme; there is no base to resolve it against."""
    return _FIXED.sub(r"\1\3", value)


def _markup(element: Any, name: str, said: _Said) -> None:
    """A title, a summary or a body."""
    if element.attrib:
        attributes = _attributes(element)
        kind = attributes.pop("type", None)
        if (kind.lower() if kind else None) not in _TYPES or set(attributes) - {"xml:lang", "xml:space"}:
            raise _Decline
    value = _mended(_text(element).strip())
    fields = said.fields
    if name == "title":
        if fields.get("title"):
            raise _Decline
        fields["title"] = value
    elif name in ("content", "content_encoded"):
        if said.contents:
            raise _Decline
        said.contents.append(value)
        fields.setdefault("summary", value)
    else:
        said.summaries += 1
        if said.summaries > 1:
            raise _Decline
        fields["summary"] = value


def _link(element: Any, said: _Said) -> None:
    """RSS has the address in the text, Atom in `href`."""
    fields = said.fields
    if not element.attrib:
        value = _mended(_resolved(_text(element).strip()))
        value = _REFERENCE.sub(r"&\g<1>", value.replace("&amp;", "&"))
        fields["link"] = value
        said.links.append({"rel": "alternate", "type": "text/html", **({"href": value} if value else {})})
        return
    attributes = _attributes(element)
    if not attributes.get("href") or "url" in attributes or "uri" in attributes:
        raise _Decline
    rel = (attributes.get("rel") or "").lower() if "rel" in attributes else "alternate"
    kind = attributes["type"].lower() if attributes.get("type") else None
    if kind is None:
        kind = ("application/atom+xml" if rel == "self" else "text/html") if "type" not in attributes else ""
    href = _resolved(attributes["href"])
    said.links.append({"rel": rel, "type": kind, "href": href})
    if rel == "alternate" and kind in ("html", "xhtml", "text/html", "application/xhtml+xml"):
        fields["link"] = href


def _category(element: Any, said: _Said) -> None:
    attributes = _attributes(element) if element.attrib else {}
    _add_tag(
        said.tags, attributes.get("term"), attributes.get("scheme", attributes.get("domain")), attributes.get("label")
    )
    value = _mended(_text(element).strip())
    if not value:
        return
    if said.tags and not said.tags[-1][0]:
        said.tags[-1][0] = value
    else:
        _add_tag(said.tags, value, None, None)


def _add_tag(tags: list[list[str | None]], term: str | None, scheme: str | None, label: str | None) -> None:
    if (term or scheme or label) and [term, scheme, label] not in tags:
        tags.append([term, scheme, label])


def _person(document: _Document, element: Any, name: str, said: _Said) -> None:
    """Atom's author: a name, then perhaps an address; of several the last counts."""
    parts: dict[str, str] = {}
    for child in element:
        part = document._name(child)
        if part not in ("name", "uri", "url", "email") or part in parts or len(child) or child.attrib:
            raise _Decline
        if not parts and part != "name":
            raise _Decline
        parts[part] = _text(child).strip()
    if name == "contributor":
        return
    if not parts.get("name") or ("email" in parts and not parts["email"]):
        raise _Decline
    said.authors += 1
    if said.authors > 1 or _text(element).strip():
        raise _Decline
    email = parts.get("email")
    said.fields["author"] = f"{parts['name']} ({email})" if email else parts["name"]
