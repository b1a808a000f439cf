"""When two entries are one thing, and how an entry is made ready for the store.

Pure; no clock (`now` is given). An entry's key is a hash that its source alone decides (guid, lasting id); aliases are
further keys under which the same thing may be stored already. What is one text in two places is decided in `copies`,
what is one event in `stories`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol
from unicodedata import normalize

from aggregator import copies, searching, text, urls
from aggregator.copies import near_copy
from aggregator.model import Entry, Labels, Prepared, Source

__all__ = ["aliases_of", "item_key", "item_keys", "near_copy", "prepare", "text_key", "url_key"]

HUBS = ("github", "huggingface", "modelscope", "catalog")
"""Kinds of sources whose entries are things, not texts: two repositories with one README are no copies."""
AHEAD = timedelta(hours=26)
"""A date this far in the future may be a zone that was left out; one beyond it is dropped."""
EARLIEST_YEAR = 1990
TITLE_ALIAS_WEIGHT = 12
"""Characters that a title needs before it may stand for an entry whose guid changed."""

text_key = copies.text_key


class Understands(Protocol):
    """The part of `understanding.Understanding` that is used here."""

    def labels(self, entry: Entry, source: Source, *, title: str, summary: str, content: str) -> Labels: ...


def item_key(source_id: str, entry: Entry) -> str:
    """Return the key of an entry in its source, sha256 in hex: of its lasting id, else guid, link, or title and date."""
    if entry.lasting_id:
        return _key(source_id, "id" + _sort_of_thing(entry.guid), entry.lasting_id)
    guid = _guid(entry.guid)
    if guid:
        return _key(source_id, "guid", guid)
    link = urls.http_url(entry.url)
    if link:
        return _key(source_id, "url", url_key(link))
    date = entry.published.astimezone(UTC).isoformat() if entry.published else ""
    return _key(
        source_id, "text", f"{text.fold(text.title(entry.title))}\x1f{date}\x1f{text.clean(entry.summary)[:500]}"
    )


def item_keys(source_id: str, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the keys of a whole listing: entries that share a guid, but neither link nor title, are different things.

    Each of those has the key of guid, link and title together, which is also an alias of every entry (see
    `aliases_of`), so that it is found again when the listing holds it alone.
    """
    keys = [item_key(source_id, entry) for entry in entries]
    counts = Counter(keys)
    result: list[str] = []
    for key, entry in zip(keys, entries, strict=True):
        if counts[key] > 1 and not entry.lasting_id:
            alike = [other for other, its in zip(entries, keys, strict=True) if its == key]
            if any(_is_another(entry, other) for other in alike):
                key = _combined(source_id, entry)
        result.append(key)
    return tuple(result)


def aliases_of(source_id: str, entry: Entry) -> tuple[str, ...]:
    """Return further keys under which the entry may be stored already, the surest first; never its own key.

    With a lasting id: the guid and the former names. Otherwise former names, guid with link and title, the canonical
    link, and for a dated entry the title with its day: these find it again when its guid has changed.
    """
    found = [_key(source_id, "guid", _guid(alias)) for alias in entry.aliases if _guid(alias)]
    if entry.lasting_id:
        if _guid(entry.guid):
            found.insert(0, _key(source_id, "guid", _guid(entry.guid)))
    else:
        found.append(_combined(source_id, entry))
        link = urls.http_url(entry.url)
        if link:
            found.append(_key(source_id, "url", url_key(link)))
        title = text.fold(text.title(entry.title))
        if entry.published is not None and len(title) >= TITLE_ALIAS_WEIGHT:
            found.append(_key(source_id, "title", f"{title}\x1f{entry.published.astimezone(UTC).date().isoformat()}"))
    own = item_key(source_id, entry)
    return tuple(key for key in dict.fromkeys(found) if key != own)


def url_key(link: str) -> str:
    """Return the form in which two links are one address: canonical, with a fragment only if it names a thing."""
    fragment = urls.fragment_of(link)
    canonical = urls.canonical_url(link)
    return f"{canonical}#{fragment}" if fragment and "#" not in canonical else canonical


def prepare(entry: Entry, source: Source, understanding: Understands, now: datetime) -> Prepared:
    """Return an entry cleaned, cut to the limits, keyed, labelled and made ready for copies, stories and search.

    Dates before 1990 or more than 26 hours ahead of `now` are dropped. The language is what the text shows, else what
    the entry or the source says. Entries of hubs take no part in the search for copies.
    """
    summary, content = _cut_content(text.clean(entry.summary)), _cut_content(text.clean(entry.content))
    link = urls.http_url(entry.url)
    title = text.title(entry.title) or _title_from(summary or content, link)
    language = _language(title, summary, content, entry, source)
    published = _believable(entry.published, now)
    labels = understanding.labels(entry, source, title=title, summary=summary, content=content)
    is_text = source.kind not in HUBS and entry.artifact is None
    found = copies.fingerprint(title, summary, content, language, published or now) if is_text else copies.NOTHING
    return Prepared(
        entry=entry,
        title=title,
        summary=summary,
        content=content,
        author=text.cut(text.title(entry.author), 200) or None,
        language=language,
        published=published,
        url=link,
        key=item_key(source.id, entry),
        url_key=url_key(link) if link else None,
        text_key=found.text_key,
        labels=labels,
        bands=found.bands,
        signature=found.signature,
        search_title=searching.search_tokens(title),
        search_text=searching.search_tokens(summary, content),
    )


def stumbled(entry: Entry, error: Exception) -> str:
    """Return what is told of an entry that our rules could not make ready."""
    return f"internal error at {entry.guid[:80]}: {type(error).__name__}: {error}"[:300]


# ------------------------------------------------------------------------------------------------ parts


def _guid(raw: str | None) -> str:
    """A guid without what no store keeps (controls, surrogates), in one line and one normal form."""
    return normalize("NFC", " ".join(text.scrub(raw).split())) if raw else ""


def _sort_of_thing(guid: str) -> str:
    """A repository, a release of it and a version of its README may carry one id of their hub."""
    name, mark, rest = guid.partition("#")
    if mark:
        return f"#{rest}"
    return "@" if "@" in name else ""


def _key(source_id: str, what: str, value: str) -> str:
    return sha256(f"{source_id}\0{what}\0{value}".encode("utf-8", "replace")).hexdigest()


def _combined(source_id: str, entry: Entry) -> str:
    link = urls.http_url(entry.url)
    parts = (_guid(entry.guid), url_key(link) if link else "", text.fold(text.title(entry.title)))
    return _key(source_id, "all", "\x1f".join(parts))


def _is_another(a: Entry, b: Entry) -> bool:
    links = [urls.canonical_url(entry.url or "") for entry in (a, b)]
    titles = [text.fold(text.title(entry.title)) for entry in (a, b)]
    return links[0] != links[1] and titles[0] != titles[1]


def _cut_content(clean: str) -> str:
    return text.cut_bytes(clean, text.CONTENT_LIMIT)


def _title_from(body: str, link: str | None) -> str:
    """The first line of a text, or the link, for an entry without a title."""
    line = next((line for line in body.split("\n") if line.strip()), "")
    return text.excerpt(line, 120) or text.cut(link or "", text.TITLE_LIMIT)


def _language(title: str, summary: str, content: str, entry: Entry, source: Source) -> str | None:
    guess = text.language(f"{title} {summary}") or (text.language(content) if content else None)
    said = entry.language or source.language
    return guess or (said.split("-")[0].split("_")[0].casefold()[:3] or None if said else None)


def _believable(published: datetime | None, now: datetime) -> datetime | None:
    if published is None or published.tzinfo is None:
        return None
    if published.year < EARLIEST_YEAR or published > now + AHEAD:
        return None
    return published.astimezone(UTC)
