"""News indexes and changelogs without a feed: HTML by CSS selectors, Markdown by its headings and cards. Bytes to
entries; no I/O.

Selectors (`item`, `title`, `link`, `date`, `summary`) are read inside each item; `selector@attribute` takes an
attribute, `@attribute` one of the item itself, no selector the item. `group` names headings whose date holds for the
items after them until the next. An item that is a heading owns what follows it up to the next item or group. A page
on which the selectors find nothing is an error (`selector_empty`, or what the page really is: `script_shell`,
`bot_challenge`), never "no news". Markdown pages are in page_markdown.py.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from soupsieve import SelectorSyntaxError
from soupsieve import compile as compile_selector

from aggregator import dates
from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources.decoding import decode
from aggregator.sources.page_markdown import date_within, find
from aggregator.sources.port import Endpoints
from aggregator.sources.walls import names_a_wall
from aggregator.urls import canonical_url, http_url

warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)

MAXIMUM_ENTRIES = 5000
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})


@dataclass(frozen=True, slots=True)
class Found:
    """One entry as it stands on a page; texts as they are, links unresolved."""

    title: str
    link: str | None = None
    date: str | None = None
    summary: str = ""


def asks(source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime) -> tuple[Ask, ...]:
    """One GET of the page."""
    kinds = (
        "text/markdown, text/plain;q=0.9, */*;q=0.5"
        if _is_markdown(source)
        else "text/html, application/xhtml+xml, */*;q=0.5"
    )
    return (Ask(source.url.replace("{year}", str(now.year)), headers={"Accept": kinds}),)


def _is_markdown(source: Source) -> bool:
    return source.options.get("format") == "markdown"


def read(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Return a page's entries in its order.

    guid: the canonical link; a hash of title and date where the link is missing, is the page itself or is shared by
    entries. Raises ParseError: empty_body, bot_challenge, script_shell, selector_empty, selector_invalid,
    not_markdown.
    """
    if answer.not_modified:
        return Reading()
    if not answer.body.strip():
        raise ParseError(f"{answer.url}: the answer is empty", code="empty_body")
    decoded = decode(answer.body, answer.headers)
    if _is_markdown(source):
        if re.match(r"\s*(?:<!DOCTYPE html|<html)", decoded.text, re.IGNORECASE):
            _complain(
                BeautifulSoup(decoded.text, "lxml"),
                decoded.text,
                answer,
                "not_markdown",
                "an HTML page came instead of Markdown",
            )
        found = [Found(*fields) for fields in find(decoded.text)]
    else:
        soup = BeautifulSoup(decoded.text, "lxml")
        found = _find(soup, source.options, answer)
    if not found and not _is_markdown(source):
        _complain(
            soup, decoded.text, answer, "selector_empty", f"`{source.options.get('item')}` finds no entry with a title"
        )
    if not found:
        raise ParseError(f"{answer.url}: the Markdown holds no dated entry", code="selector_empty")
    notes = (["encoding_guessed"] if decoded.guessed else []) + (
        ["too_many_items"] if len(found) > MAXIMUM_ENTRIES else []
    )
    entries = _entries(found[:MAXIMUM_ENTRIES], answer.url, source)
    changed = {"listed": len(entries)} if cursor.get("listed") != len(entries) else {}
    return Reading(tuple(entries), cursor=changed, notes=tuple(notes))


SELECTORS = ("item", "title", "link", "date", "summary", "group")


def wrong_selectors(options: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with the CSS selectors among a stanza's options, a line for each; empty if all of them compile."""
    told = []
    for key in SELECTORS:
        if why := why_no_selector(str(options.get(key) or "")):
            told.append(f"{key}: `{options[key]}` is no CSS selector ({why})")
    return tuple(told)


def why_no_selector(selector: str) -> str:
    """Why a selector (with or without its `@attribute`) does not compile, in one line; empty if it does."""
    chosen, _ = _parted(selector)
    try:
        compile_selector(chosen or "*")
    except (SelectorSyntaxError, NotImplementedError, ValueError) as error:
        return str(error).splitlines()[0][:160]
    except RecursionError:
        return "its brackets are nested too deeply"
    return ""


def _parted(selector: str) -> tuple[str, str]:
    """A selector and the attribute after its `@` ("" if there is none)."""
    chosen, _, attribute = selector.partition("@") if not selector.endswith("]") else (selector, "", "")
    return chosen.strip(), attribute.strip()


def _complain(soup: BeautifulSoup, text: str, answer: Answer, code: str, told: str) -> None:
    """Raise the error that says best why a page holds no entry."""
    heading = soup.title.get_text(" ", strip=True)[:120] if soup.title else ""
    seen = (soup.body or soup).get_text(" ", strip=True)
    if names_a_wall(heading) or (len(seen) < 1500 and names_a_wall(text)):
        raise ParseError(f"{answer.url}: a bot challenge came instead of the page ({heading})", code="bot_challenge")
    for script in soup.find_all(["script", "style", "noscript", "template"]):
        script.decompose()
    if "<script" in text.casefold() and len((soup.body or soup).get_text(" ", strip=True)) < 200:
        raise ParseError(f"{answer.url}: the page is an empty shell that scripts fill", code="script_shell")
    raise ParseError(f"{answer.url}: {told}" + (f" (title: {heading})" if heading else ""), code=code)


def _find(soup: BeautifulSoup, options: Mapping[str, Any], answer: Answer) -> list[Found]:
    """The entries that the selectors name; items without a title are passed over."""
    item, group = str(options.get("item") or "article"), options.get("group")
    try:
        items = soup.select(item)
        groups = soup.select(str(group)) if group else []
        heads = {id(tag) for tag in groups}
        wanted = heads | {id(tag) for tag in items}
        found, date = [], None
        for tag in soup.find_all(lambda t: id(t) in wanted) if groups else items:
            if id(tag) in heads:
                date = date_within(tag.get_text(" ", strip=True)) or date
                continue
            one = _read_item(tag, options, date, wanted)
            if one.title:
                found.append(one)
    except (SelectorSyntaxError, NotImplementedError) as error:
        raise ParseError(f"{answer.url}: a selector is not valid ({error})", code="selector_invalid") from error
    return found


def _read_item(tag: Tag, options: Mapping[str, Any], group_date: str | None, borders: set[int]) -> Found:
    """One item's fields."""
    after = _following(tag, borders) if tag.name in HEADINGS else []
    link = _take(tag, options["link"]) if options.get("link") else _own_link(tag, after)
    raw = _take(tag, options["date"]) if options.get("date") else None
    if raw is None and not options.get("date") and not options.get("group"):
        raw = _own_date(tag)
    date = (raw if dates.parse(raw) is not None else date_within(raw)) if raw else group_date
    summary = (
        _take(tag, options["summary"])
        if options.get("summary")
        else " ".join(t.get_text(" ", strip=True) for t in after)
    )
    return Found(_take(tag, options.get("title")) or "", link, date, (summary or "")[:20_000])


def _take(tag: Tag, selector: str | None) -> str | None:
    """The text, or with `@attribute` the attribute, of the first match inside an item (or of the item itself)."""
    chosen, attribute = _parted(selector or "")
    where = tag.select_one(chosen) if chosen else tag
    if where is None:
        return None
    if attribute:
        value = where.get(attribute)
        return str(" ".join(value) if isinstance(value, list) else value).strip() or None if value is not None else None
    return " ".join(where.get_text(" ", strip=True).replace("\u200b", "").split()) or None


def _own_link(tag: Tag, after: list[Tag]) -> str | None:
    """Without a selector: the item's own address, its first link, the anchor of a heading, a link around it."""
    if tag.name == "a" and tag.get("href"):
        return str(tag["href"])
    inner = [a for a in tag.find_all("a", href=True) if not str(a["href"]).startswith("#")]
    if inner:
        return str(inner[0]["href"])
    if tag.name in HEADINGS:
        return f"#{tag['id']}" if tag.get("id") else None
    around = tag.find_parent("a", href=True)
    return str(around["href"]) if around else None


def _own_date(tag: Tag) -> str | None:
    """Without a selector: a `<time>` of the item, or a date in its text."""
    time = tag.find("time")
    if isinstance(time, Tag):
        return str(time.get("datetime") or time.get_text(" ", strip=True))
    return date_within(tag.get_text(" ", strip=True)[:2000])


def _following(tag: Tag, borders: set[int]) -> list[Tag]:
    """What a heading owns: its following siblings up to the next item, group or heading of its own rank or above."""
    owned: list[Tag] = []
    for sibling in tag.find_next_siblings(True):
        if not isinstance(sibling, Tag):
            continue
        if id(sibling) in borders or (sibling.name in HEADINGS and sibling.name <= tag.name):
            break
        owned.append(sibling)
        if len(owned) >= 40:
            break
    return owned


def _entries(found: list[Found], base: str, source: Source) -> list[Entry]:
    """Entries of what was found; of equal guids the first."""
    page = canonical_url(urldefrag(base).url)
    links = [http_url(one.link, base) if one.link else None for one in found]
    counts = Counter(links)
    entries: dict[str, Entry] = {}
    for one, link in zip(found, links, strict=True):
        is_own = link is not None and counts[link] == 1 and canonical_url(urldefrag(link).url) != page
        said = f"{one.title}\x00{one.date or ''}".encode()
        guid = canonical_url(link) if is_own and link else "sha256:" + hashlib.sha256(said).hexdigest()[:32]
        entry = Entry(
            guid=guid,
            url=link or base,
            title=one.title,
            summary=one.summary,
            published=dates.parse(one.date, source.timezone) if one.date else None,
            dated="day" if one.date and dates.day_only(one.date) else "second",
        )
        entries.setdefault(guid, entry)
    return list(entries.values())
