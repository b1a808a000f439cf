"""What the specifications allow in the feeds that we write: grammars in RELAX NG and JSON Schema, and what they cannot say.

The grammars are ours, after RFC 4287 (Atom), the RSS 2.0 specification with the RSS Advisory Board's profile, and JSON Feed
1.1. They are narrower than those: an element, attribute or key that is not named is an error.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema
from lxml import etree

_HEAD = 'xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"'
_SHARED = """
<define name="words"><data type="string"><param name="pattern">[^&#9;&#10;&#13;]*[^ &#9;&#10;&#13;][^&#9;&#10;&#13;]*</param></data></define>
<define name="address"><data type="anyURI"><param name="pattern">https?://[!-~]+</param></data></define>
<define name="name"><data type="anyURI"><param name="pattern">urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}</param></data></define>
<define name="tag"><data type="string"><param name="pattern">[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*</param></data></define>
<define name="media"><data type="string"><param name="pattern">[a-z]+/[a-z+]+</param></data></define>
"""
ATOM = f"""<grammar {_HEAD} ns="http://www.w3.org/2005/Atom">{_SHARED}
<define name="text"><optional><attribute name="type" ns=""><value>text</value></attribute></optional><data type="string"/></define>
<define name="moment"><data type="dateTime"><param name="pattern">.+(Z|[+-][0-9][0-9]:[0-9][0-9])</param></data></define>
<define name="language"><optional><attribute name="xml:lang"><ref name="tag"/></attribute></optional></define>
<define name="person"><element name="name"><ref name="words"/></element></define>
<define name="link"><element name="link">
  <attribute name="rel" ns=""><choice><value>alternate</value><value>self</value><value>related</value></choice></attribute>
  <attribute name="href" ns=""><ref name="address"/></attribute>
  <optional><attribute name="type" ns=""><ref name="media"/></attribute></optional>
  <optional><attribute name="title" ns=""><ref name="words"/></attribute></optional>
</element></define>
<define name="category"><element name="category"><attribute name="term" ns=""><ref name="words"/></attribute></element></define>
<define name="entry"><element name="entry"><ref name="language"/><interleave>
  <element name="id"><ref name="name"/></element>
  <element name="title"><ref name="text"/></element>
  <element name="updated"><ref name="moment"/></element>
  <optional><element name="published"><ref name="moment"/></element></optional>
  <oneOrMore><element name="author"><ref name="person"/></element></oneOrMore>
  <zeroOrMore><ref name="link"/></zeroOrMore>
  <zeroOrMore><ref name="category"/></zeroOrMore>
  <element name="summary"><ref name="text"/></element>
</interleave></element></define>
<start><element name="feed"><ref name="language"/><interleave>
  <element name="id"><ref name="name"/></element>
  <element name="title"><ref name="text"/></element>
  <element name="updated"><ref name="moment"/></element>
  <oneOrMore><element name="author"><ref name="person"/></element></oneOrMore>
  <optional><element name="generator"><ref name="words"/></element></optional>
  <zeroOrMore><ref name="link"/></zeroOrMore>
  <zeroOrMore><ref name="entry"/></zeroOrMore>
</interleave></element></start></grammar>"""
RSS = f"""<grammar {_HEAD} ns="">{_SHARED}
<define name="moment"><data type="string">
  <param name="pattern">(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{{4}} [0-2][0-9]:[0-5][0-9]:[0-5][0-9] (GMT|[+-][0-9]{{4}})</param>
</data></define>
<define name="item"><element name="item"><interleave>
  <element name="title"><ref name="words"/></element>
  <optional><element name="link"><ref name="address"/></element></optional>
  <element name="guid"><attribute name="isPermaLink"><value>false</value></attribute><ref name="name"/></element>
  <element name="pubDate"><ref name="moment"/></element>
  <element name="description"><ref name="words"/></element>
  <element name="dc:creator" xmlns:dc="http://purl.org/dc/elements/1.1/"><ref name="words"/></element>
  <zeroOrMore><element name="category"><ref name="words"/></element></zeroOrMore>
</interleave></element></define>
<start><element name="rss"><attribute name="version"><value>2.0</value></attribute><element name="channel"><interleave>
  <element name="title"><ref name="words"/></element>
  <element name="link"><ref name="address"/></element>
  <element name="description"><ref name="words"/></element>
  <element name="language"><ref name="tag"/></element>
  <element name="lastBuildDate"><ref name="moment"/></element>
  <element name="generator"><ref name="words"/></element>
  <optional><element name="link" ns="http://www.w3.org/2005/Atom">
    <attribute name="rel"><value>self</value></attribute>
    <attribute name="href"><ref name="address"/></attribute>
    <attribute name="type"><value>application/rss+xml</value></attribute>
  </element></optional>
  <zeroOrMore><ref name="item"/></zeroOrMore>
</interleave></element></element></start></grammar>"""  # noqa: E501
_ADDRESS = {"type": "string", "pattern": "^https?://[!-~]+$"}
_WORDS = {"type": "string", "pattern": r"\S"}
_PEOPLE = {
    "type": "array", "minItems": 1,
    "items": {"type": "object", "properties": {"name": _WORDS}, "required": ["name"], "additionalProperties": False},
}  # fmt: skip
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
_TAG = {"type": "string", "pattern": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"}
JSON_FEED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"}, "title": _WORDS, "language": _TAG, "authors": _PEOPLE,
        "home_page_url": _ADDRESS, "feed_url": _ADDRESS,
        "items": {"type": "array", "items": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "minLength": 1}, "url": _ADDRESS, "external_url": _ADDRESS, "title": _WORDS,
                "content_text": _WORDS, "date_published": _MOMENT, "date_modified": _MOMENT, "authors": _PEOPLE,
                "tags": {"type": "array", "items": _WORDS, "uniqueItems": True}, "language": _TAG,
            },
            "required": ["id", "content_text", "date_published"], "additionalProperties": False,
        }},
    },
    "required": ["version", "title", "items"], "additionalProperties": False,
}  # fmt: skip
_A = "{http://www.w3.org/2005/Atom}"


@cache
def _grammar(text: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.fromstring(text.encode()))


def errors(form: str, body: bytes) -> list[str]:
    """What is wrong with a feed (atom, rss, jsonfeed) by its specification; empty when nothing is."""
    if form == "jsonfeed":
        return _of_json(body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return [f"no XML: {error}"]
    if not body.startswith(b"<?xml version='1.0' encoding='utf-8'?>") or root.getroottree().docinfo.doctype:
        return ["no declaration, or a document type"]
    grammar = _grammar(ATOM if form == "atom" else RSS)
    found = [] if grammar.validate(root) else [f"line {one.line}: {one.message}" for one in grammar.error_log]
    return found + (_of_atom(root) if form == "atom" else _of_rss(root)) + _of_texts(root)


def _of_atom(root: Any) -> list[str]:
    """RFC 4287, what no grammar says: 4.1.1 and 4.1.2."""
    wrong = []
    entries = root.findall(f"{_A}entry")
    for node in (root, *entries):
        links = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in node.findall(f"{_A}link")]
        alternates = [link for link in links if link[0] == "alternate"]
        if len(alternates) != len(set(alternates)) or [link[0] for link in links].count("self") > 1:
            wrong.append("two links that should be one")
    ids = [node.findtext(f"{_A}id") for node in (root, *entries)]
    wrong += ["two things with one id"] if len(ids) != len(set(ids)) else []
    latest = max((_moment(entry.findtext(f"{_A}updated")) for entry in entries), default=None)
    if latest is not None and _moment(root.findtext(f"{_A}updated")) < latest:
        wrong.append("an entry is newer than the feed")
    return wrong


def _of_rss(root: Any) -> list[str]:
    wrong = []
    guids = [guid.text for guid in root.iter("guid")]
    wrong += ["two items with one guid"] if len(guids) != len(set(guids)) else []

    for node in (*root.iter("pubDate"), *root.iter("lastBuildDate")):
        try:
            if parsedate_to_datetime(node.text).strftime("%a") != node.text[:3]:
                wrong.append(f"another day of the week: {node.text}")
        except (TypeError, ValueError):
            wrong.append(f"no date: {node.text}")
    for node in root.iter("title", "description"):  # readers take both for HTML
        wrong += [f"markup in <{node.tag}>: {node.text}"] if re.search(r"<[A-Za-z/!?]", node.text or "") else []
    return wrong


def _of_texts(root: Any) -> list[str]:
    """No direction override, no character that XML or a reader refuses; hosts in ASCII."""
    wrong = []
    for node in root.iter():
        for text in (node.text or "", *node.attrib.values()):
            if re.search("[\u202a-\u202e\u2066-\u2069\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text):
                wrong.append(f"a control character in {node.tag}: {text!r}")
        address = node.get("href")
        wrong += [f"no address: {address}"] if address is not None and not urlsplit(address).hostname else []
    return wrong


def _of_json(body: bytes) -> list[str]:
    try:
        feed = json.loads(body.decode("utf-8"))
    except ValueError as error:
        return [f"no JSON in UTF-8: {error}"]
    wrong = [
        f"{one.json_path}: {one.message[:200]}" for one in jsonschema.Draft202012Validator(JSON_FEED).iter_errors(feed)
    ]
    items = feed.get("items", []) if isinstance(feed, dict) else []
    ids = [item.get("id") for item in items]
    wrong += ["two items with one id"] if len(ids) != len(set(ids)) else []
    for item in items:
        wrong += [
            f"no address: {item[key]}"
            for key in ("url", "external_url")
            if key in item and not urlsplit(item[key]).hostname
        ]
        try:
            if datetime.fromisoformat(item["date_modified"]) < datetime.fromisoformat(
                item["date_published"]
            ) - timedelta(days=3650):
                wrong.append("changed long before it was published")
        except (KeyError, ValueError) as error:
            wrong.append(f"a date: {error}")
    return wrong


def _moment(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
