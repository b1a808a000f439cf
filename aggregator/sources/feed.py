"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, RDF and JSON Feed. Bytes to entries; no I/O, no clock.

The walk: decode (decoding.py) → make harmless and whole (feed_text.py) → `_PARSERS`, one after the other until one
answers → entries. feedparser is the arbiter; the fast path for strict XML (feed_strict.py) stands in front of it and
returns None for every document that it is not sure of. feedparser gets bytes in a
buffer, never text, a name or a URL (it would open it), does not sanitise (text.clean does) and resolves no relative
reference but by `xml:base`.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import feedparser

from aggregator import dates
from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources import feed_strict, json_bytes, json_feed
from aggregator.sources.decoding import decode
from aggregator.sources.feed_record import Parsed, Record, page_of, record_of
from aggregator.sources.feed_text import MAXIMUM_ENTRIES, FeedText, hints, is_json, own_title, prepare
from aggregator.sources.port import Endpoints
from aggregator.text import title as title_of
from aggregator.urls import canonical_url, http_url

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """One GET of the feed's URL."""
    return (Ask(source.url, headers={"Accept": ACCEPT}),)


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return a feed's entries in its order.

    Notes: encoding_guessed, parse_truncated, too_many_items, entries_lost (the parser found fewer entries than there
    are elements), shared_guid, entry_rejected. A cut document has `last` False: what it held is stored, but it was
    not the whole. The cursor gets `hints` (feed_text.hints), `title` (the feed's own) and `shared_guids`. Raises ParseError:
    empty_body, not_a_feed, parse_limits, parse_error, schema_unexpected.
    """
    if answer.not_modified:
        return Reading()
    if not answer.body.strip():
        raise ParseError(f"{answer.url}: the answer is empty", code="empty_body")
    decoded = decode(answer.body, answer.headers)
    notes = ["encoding_guessed"] if decoded.guessed else []
    updates: dict[str, Any] = {}
    whole = True
    if is_json(decoded.text):
        value = json_bytes.load(answer)
        records, lost = json_feed.records(value, answer)
        title = value.get("title") if isinstance(value, dict) else None
        found = [Record(**fields) for fields in records]
        notes += [f"entry_rejected: {lost}"] if lost else []
        if len(found) > MAXIMUM_ENTRIES:
            found = found[:MAXIMUM_ENTRIES]
            notes.append("too_many_items")
    else:
        text = prepare(decoded.text)
        found, language = parse(text, answer.url)
        found = [replace(r, language=r.language or language) for r in found]
        notes += text.notes
        whole = "parse_truncated" not in text.notes
        if len(found) < text.entries:
            notes.append(f"entries_lost: {text.entries - len(found)}")
        if hints(text.text) != (cursor.get("hints") or {}):
            updates["hints"] = hints(text.text)
        title = own_title(text.text)
    name = title_of(title if isinstance(title, str) else "")[:200]
    if name and name != cursor.get("title"):
        updates["title"] = name
    known = frozenset(cursor.get("shared_guids") or ())
    shared = known | _shared_guids(found)
    if shared != known:
        updates["shared_guids"] = sorted(shared)
        notes.append("shared_guid")
    entries, rejected = _entries(found, answer.url, source, shared)
    notes += [f"entry_rejected: {rejected}"] if rejected else []
    return Reading(tuple(entries), cursor=updates, last=whole, notes=tuple(notes))


def describe(answer: Answer) -> tuple[str, str | None]:
    """A feed's own title (as sent, "" if it has none) and the language that it claims. Raises ParseError as `read`."""
    decoded = decode(answer.body, answer.headers)
    if is_json(decoded.text):
        value = json_bytes.load(answer)
        told = value if isinstance(value, dict) else {}
        title, language = told.get("title"), told.get("language")
    else:
        head = dict.get(_parsed(prepare(decoded.text)), "feed") or {}
        title, language = dict.get(head, "title"), dict.get(head, "language")
    return title if isinstance(title, str) else "", _language(language if isinstance(language, str) else None)


def parse(text: FeedText, url: str) -> Parsed:
    """Return the records of a prepared XML feed; raises ParseError `parse_error` if no parser can read it."""
    for parser in _PARSERS:
        try:
            parsed = parser(text)
        except ParseError:
            raise
        except Exception as error:  # a parser that trips over hostile text costs this document only (feedparser #599)
            raise ParseError(
                f"{url}: cannot be parsed ({type(error).__name__}: {error})", code="parse_error"
            ) from error
        if parsed is not None:
            if text.entries and not parsed[0]:
                raise ParseError(f"{url}: none of {text.entries} entries could be read", code="parse_error")
            return parsed
    raise ParseError(f"{url}: cannot be parsed", code="parse_error")


def _by_feedparser(text: FeedText) -> Parsed | None:
    """The arbiter: reads strictly, then as tag soup."""
    found = _parsed(text)
    is_atom = found.version.startswith("atom")
    claimed = dict.get(found.feed, "language")
    return [_record(entry, is_atom) for entry in found.entries], claimed if isinstance(claimed, str) else None


def _parsed(text: FeedText) -> Any:
    body = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>\n' + text.text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


_PARSERS: tuple[Callable[[FeedText], Parsed | None], ...] = (feed_strict.parse, _by_feedparser)


def _record(entry: Any, is_atom: bool) -> Record:
    """One of feedparser's entries. `dict.get` on purpose: its own `get` answers with other keys' values."""
    contents = [c.get("value", "") for c in dict.get(entry, "content") or [] if isinstance(c, dict)]
    terms = [t["term"] for t in dict.get(entry, "tags") or [] if isinstance(t.get("term"), str) and t["term"]]
    return record_of(dict(entry), contents, terms, page_of(dict.get(entry, "links") or []), is_atom)


def _shared_guids(records: Iterable[Record]) -> frozenset[str]:
    """Ids that a broken feed gives to several entries with different links; those entries go by their link from then
    on.
    """
    links: dict[str, set[str]] = {}
    for record in records:
        if record.id and record.link:
            links.setdefault(record.id, set()).add(record.link)
    several = {key: {canonical_url(link) for link in found} for key, found in links.items() if len(found) > 1}
    return frozenset([key for key, found in several.items() if len(found) > 1][:200])


def _entries(records: Iterable[Record], base: str, source: Source, shared: frozenset[str]) -> tuple[list[Entry], int]:
    """Entries of records (of equal guids the first), and how many records could not become one."""
    entries: dict[str, Entry] = {}
    rejected = 0
    for record in records:
        try:
            entry = to_entry(record, base, source.timezone, by_link=record.id in shared)
        except (TypeError, ValueError, OverflowError):
            entry = None
        if entry is None:
            rejected += 1
        else:
            entries.setdefault(entry.guid, entry)
    return list(entries.values()), rejected


def to_entry(record: Record, base: str, zone: str | None = None, by_link: bool = False) -> Entry | None:
    """Return the entry of a record, None if the record says nothing at all.

    guid: its id, else its link, else a hash of title, date and text. Links are resolved against `base`; what is not
    http(s) becomes None with extra `bad_link`. `dated` is "day" where the time is missing or midnight.
    """
    url = http_url(record.link, base) if record.link else None
    title = record.title or ""
    published = dates.parse(record.published, zone) if record.published else None
    identity = ("" if by_link and url else record.id) or url or record.link
    if not identity:
        said = "\x00".join((title, record.published or "", record.content or record.summary))
        if not said.strip("\x00 \n"):
            return None
        identity = "sha256:" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]
    extra = dict(record.extra)
    if record.link and url is None:
        extra["bad_link"] = True
    return Entry(
        guid=identity.strip(),
        url=url,
        title=title,
        summary=record.summary,
        content=record.content,
        author=record.author,
        published=published,
        updated=dates.parse(record.updated, zone) if record.updated else None,
        language=_language(record.language),
        extra=extra,
        dated="day" if record.published and is_day(record.published) else "second",
    )


_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


def is_day(raw: str) -> bool:
    """Whether a date names a day only: no time of day, or midnight (00:00, as site generators write a day)."""
    clock = _CLOCK.search(raw)
    return not raw.strip().isdigit() and (clock is None or not clock[0].strip("0:"))


def _language(tag: str | None) -> str | None:
    """The primary subtag (RFC 5646), lower case."""
    primary = re.match(r"[A-Za-z]{2,3}(?=[-_]|\Z)", (tag or "").strip())
    return primary[0].casefold() if primary else None
