"""Changes to a person's sources.toml: everything that stands there stays, comments and order included.

`add_sources` and `change_source` are pure (text in, text out) and give back only text that loads; `write` replaces the
file in one step. `feed_candidates` finds the feeds behind a page; it opens nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit
from lxml import etree
from lxml import html as lxml_html

from aggregator.config.loading import parse
from aggregator.config.opml import Subscription
from aggregator.config.pointers import web_address
from aggregator.errors import ConfigurationError, UsageError
from aggregator.text import title as one_line
from aggregator.urls import canonical_url, http_url

FEED_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/rdf+xml": "rdf",
    "application/xml": "rss",
    "text/xml": "rss",
}
"""MIME types by which a page announces a feed (RFC 4287, https://www.rssboard.org/rss-autodiscovery, jsonfeed.org)."""
GUESSES = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss", "/feed.json")
"""Where feeds use to be when a page names none; only worth a try."""

_FEED_LINK = re.compile(
    r"(/(feed|rss|atom)s?/?$)|(\b(rss|atom|feed|index)\.(xml|rss|atom|rdf|json)$)|(\.(rss|atom)$)", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment|commentaire|评论", re.IGNORECASE)
_PAGE_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class FeedCandidate:
    """An address that may be a feed. `found` says how: "itself", "announced", "linked" or "guessed", best first."""

    url: str
    title: str = ""
    form: str = ""
    found: str = "announced"


def feed_candidates(document: bytes, url: str) -> tuple[FeedCandidate, ...]:
    """Feeds behind the page `document` fetched from `url`: best first, each address once, comment feeds last."""
    start = document[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    opening = re.match(
        rb"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<\?[^>]*>\s*|<!DOCTYPE[^>]*>\s*)*<(rss|feed|rdf:RDF)\b", start, re.DOTALL
    )
    if opening or re.match(rb'\{\s*"version"\s*:\s*"https?://jsonfeed\.org', start.replace(b"\\/", b"/")):
        return (FeedCandidate(url, form="xml" if opening else "json", found="itself"),)
    found = [*_announced(document[:_PAGE_BYTES], url)]
    origin = http_url("/", url)
    guesses = [FeedCandidate(origin.rstrip("/") + path, found="guessed") for path in GUESSES] if origin else []
    found.sort(key=lambda each: (bool(_COMMENTS.search(each.title + each.url)), each.found != "announced"))
    kept: dict[str, FeedCandidate] = {}
    for candidate in [*found, *guesses]:
        kept.setdefault(canonical_url(candidate.url), candidate)
    return tuple(kept.values())


def _announced(document: bytes, url: str) -> Iterable[FeedCandidate]:
    """<link rel="alternate"> of feed types and <a> whose address looks like a feed's, in the page's order."""
    try:
        root = lxml_html.document_fromstring(document, parser=lxml_html.HTMLParser(huge_tree=False, no_network=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return
    base = url
    for element in root.iter("base"):
        base = http_url(element.get("href") or "", url) or url
        break
    for element in root.iter("link", "a"):
        target = http_url((element.get("href") or "").strip(), base)
        if target is None:
            continue
        mime = (element.get("type") or "").split(";")[0].strip().lower()
        if element.tag == "link":
            relations = (element.get("rel") or "").lower().split()
            if ("alternate" in relations and mime in FEED_TYPES) or "feed" in relations:
                yield FeedCandidate(target, one_line(element.get("title") or ""), FEED_TYPES.get(mime, ""))
            elif "alternate" in relations and mime == "application/json" and "feed" in target:
                yield FeedCandidate(target, one_line(element.get("title") or ""), "json")
        elif mime in FEED_TYPES or _FEED_LINK.search(urlsplit(target).path):
            yield FeedCandidate(
                target, one_line("".join(map(str, element.itertext()))[:200]), FEED_TYPES.get(mime, ""), "linked"
            )


def suggest_id(url: str, taken: Iterable[str]) -> str:
    """An id for a new source, from its host ("qbitai" of https://www.qbitai.com/feed), not in `taken` (case aside)."""
    host = (urlsplit(url).hostname or "source").lower()
    labels = [each for each in host.split(".") if each not in ("www", "rss", "feed", "feeds", "blog", "m", "news")]
    while len(labels) > 1 and (
        len(labels[-1]) <= 3 or labels[-1] in ("info", "blog", "tech", "news", "media", "example")
    ):
        labels.pop()
    stem = (
        re.sub(
            r"[^a-z0-9-]+", "-", "-".join(reversed(labels[-2:])) if len(labels) > 1 else (labels or [host])[0]
        ).strip("-")
        or "source"
    )
    stem = stem[:56].rstrip("-")
    used = {each.casefold() for each in taken}
    number, suggestion = 1, stem
    while suggestion in used:
        number += 1
        suggestion = f"{stem}-{number}"
    return suggestion


def stanza(source_id: str, keys: Mapping[str, Any]) -> str:
    """One `[sources.ID]` stanza as TOML text, with a line end."""
    table = tomlkit.table()
    for key, value in keys.items():
        if value is not None:
            table.add(key, value)
    document = tomlkit.document()
    parent = tomlkit.table(is_super_table=True)
    parent.add(source_id, table)
    document.add("sources", parent)
    return tomlkit.dumps(document)


def add_sources(text: str, stanzas: Sequence[tuple[str, Mapping[str, Any]]], path: str = "sources.toml") -> str:
    """`text` with a stanza for each (id, keys) at its end; what stood there is kept byte for byte.

    Raises ConfigurationError if the text was wrong before, or if a new stanza does not fit into it.
    """
    if not stanzas:
        return text
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    added = end.join(stanza(source_id, keys).replace("\n", end) for source_id, keys in stanzas)
    joint = "" if not text else end if text.endswith("\n") else end * 2
    longer = text + joint + added
    try:
        parse(longer, path)
    except ConfigurationError:
        parse(text, path)  # the file was wrong before: that is the error to show
        raise
    return longer


def change_source(text: str, source_id: str, keys: Mapping[str, Any], path: str = "sources.toml") -> str:
    """`text` with some keys of one source set (None removes a key). Raises UsageError if there is no such source."""
    document = tomlkit.parse(text)
    sources = document.get("sources", {})
    if source_id not in sources:
        raise UsageError(f"no source {source_id!r} in {path}")
    for key, value in keys.items():
        if value is None:
            sources[source_id].pop(key, None)
        else:
            sources[source_id][key] = value
    changed = tomlkit.dumps(document)
    parse(changed, path)
    return changed


def stanzas_of(
    feeds: Iterable[Subscription], taken: Iterable[str], known_urls: Iterable[str]
) -> list[tuple[str, dict[str, Any]]]:
    """(id, keys) for the imported feeds that are not followed yet and that a stanza can hold.

    `taken` are the ids and `known_urls` the addresses that the file has already.
    """
    used = {each.casefold() for each in taken}
    known = {canonical_url(each) for each in known_urls if each.startswith("http")}
    stems: dict[str, int] = {}
    found: list[tuple[str, dict[str, Any]]] = []
    for feed in feeds:
        if canonical_url(feed.url) in known or not _fits(feed.url):
            continue
        known.add(canonical_url(feed.url))
        source_id = stem = suggest_id(feed.url, ())
        while source_id in used:
            stems[stem] = stems.get(stem, 1) + 1
            source_id = f"{stem}-{stems[stem]}"
        used.add(source_id)
        keys = {
            "kind": "feed",
            "url": feed.url,
            "title": feed.title or None,
            "language": feed.language,
            "category": feed.category,
        }
        found.append((source_id, {**keys, "checked": "unchecked"}))
    return found


def _fits(address: str) -> bool:
    try:
        web_address("", address)
    except ConfigurationError:
        return False
    return True


def write(path: str | Path, text: str, expected: str | None = None) -> None:
    """Replace the file at `path` in one step (temporary file, fsync, rename); its mode stays, a link stays a link.

    `expected` is the text that was read before the change: if the file says something else by now, UsageError is
    raised and nothing written.
    """
    target = Path(os.path.realpath(path))
    mode = 0o644
    if target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
        if expected is not None and target.read_bytes().decode("utf-8-sig") != expected:
            raise UsageError(f"{path} was changed by somebody else meanwhile; nothing was written")
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
