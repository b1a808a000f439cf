"""Changelogs in Markdown: Mintlify `<Update>` blocks, dated headings with `<Card>`s, dated headings with headings or
lists. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator import dates

Fields = tuple[str, str | None, str | None, str]
"""Title, link, date, summary."""

_UPDATE = re.compile(r"<Update\b([^>]{0,2000})>(.*?)(?=</Update>|<Update\b|\Z)", re.DOTALL)
_CARD = re.compile(r"<Card\b([^>]{0,2000}?)(?:/>|>(.*?)(?=</Card>|<Card\b|\Z))", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""([A-Za-z_][\w\-]*+)\s*+=\s*+(?:"([^"]{0,2000}+)"|'([^']{0,2000}+)'|\{\s*+["'`]([^"'`]{0,2000}+)["'`]\s*+\})"""
)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.{0,500})$", re.MULTILINE)
_LINK = re.compile(
    r"\[([^\]\[]{1,1000}+)\]\(\s{0,9}+<?([^\s)>]{1,2000}+)>?(?:\s{1,9}[\"'][^\"']{0,500}[\"'])?\s{0,9}\)"
)
_BULLET = re.compile(r"^[ \t]*(?:[*\-+]|\d+\.)[ \t]+(.+)$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_DATE = re.compile(
    r"\d{4}\s{0,3}[-/.]\s{0,3}\d{1,2}\s{0,3}[-/.]\s{0,3}\d{1,2}|"
    r"\d{4}\s{0,3}年\s{0,3}\d{1,2}\s{0,3}月\s{0,3}\d{1,2}\s{0,3}日|"
    r"(?:\d{1,2}(?:st|nd|rd|th|er)?\s{1,3})?[A-Za-zÀ-ÿ]{3,9}\.?\s{1,3}(?:\d{1,2}(?:st|nd|rd|th)?,?\s{1,3})?\d{4}"
)


def find(text: str) -> list[Fields]:
    """Return the entries of a Markdown changelog in its order: (title, link, date, summary); empty if it has none.

    `<Update label="2026-02-11" description="GLM-5">` is one entry; below a heading with a date each `<Card>` is one,
    else each heading below it, else each list item or the section as a whole.
    """
    text = _FENCE.sub("", text.replace("\r\n", "\n"))
    updates = list(_updates(text))
    return updates or list(_sections(text))


def _updates(text: str) -> Iterator[Fields]:
    for match in _UPDATE.finditer(text):
        attributes, body = _attributes(match[1]), match[2].strip()
        label, description = attributes.get("label", ""), attributes.get("description", "").strip()
        date = date_within(label) or date_within(description)
        cards = [c for c in _cards(body, date) if c[0]] if not description else []
        if cards:
            yield from cards
            continue
        link = _LINK.search(body)
        title = description if description and not date_within(description) else _first_title(body)
        title = title or (label if not date_within(label) else "")
        if title:
            yield (
                title,
                _link_of(link) or next((href for _, href, *_ in _cards(body, date) if href), None),
                date,
                plain(body),
            )


def _sections(text: str) -> Iterator[Fields]:
    """Dated headings: what stands under each until the next heading of the same rank or above."""
    headings = list(_HEADING.finditer(text))
    for at, heading in enumerate(headings):
        date = date_within(heading[2])
        if date is None:
            continue
        rank = len(heading[1])
        below = headings[at + 1 :]
        stop = next((h.start() for h in below if len(h[1]) <= rank or date_within(h[2])), len(text))
        body = text[heading.end() : stop]
        inner = [h for h in below if h.start() < stop]
        yield from _section(heading[2], date, body, [(h, text) for h in inner], stop)


def _section(title: str, date: str, body: str, inner: list[tuple[re.Match[str], str]], stop: int) -> Iterator[Fields]:
    cards = [c for c in _cards(body, date) if c[0]]
    rest = plain(_DATE.sub("", title)).strip(" :：-–—·()（）|")
    if cards:
        yield from cards
    elif inner:
        for number, (heading, text) in enumerate(inner):
            end = inner[number + 1][0].start() if number + 1 < len(inner) else stop
            part = text[heading.end() : end]
            yield plain(heading[2]), _link_of(_LINK.search(heading[2]) or _LINK.search(part)), date, plain(part)
    elif rest and not re.fullmatch(r"(?i)date|版本|version|日期|更新|update", rest):
        yield rest, _link_of(_LINK.search(title) or _LINK.search(body)), date, plain(body)
    else:
        bullets = [b[1] for b in _BULLET.finditer(body)]
        for bullet in bullets:
            yield _short(plain(bullet)), _link_of(_LINK.search(bullet)), date, plain(bullet)
        if not bullets and plain(body):
            yield _short(plain(body)), _link_of(_LINK.search(body)), date, plain(body)


def _cards(body: str, date: str | None) -> Iterator[Fields]:
    for match in _CARD.finditer(body):
        attributes = _attributes(match[1])
        yield attributes.get("title", "").strip(), attributes.get("href"), date, plain(match[2] or "")


def _attributes(text: str) -> dict[str, str]:
    return {m[1]: next((v for v in (m[2], m[3], m[4]) if v is not None), "") for m in _ATTRIBUTE.finditer(text)}


def _first_title(body: str) -> str:
    """What an undescribed block is about: its first heading, link, bold words or line."""
    heading = _HEADING.search(body)
    if heading:
        return plain(heading[2])
    link, bold = _LINK.search(body), re.search(r"\*\*(.+?)\*\*", body)
    if link and (bold is None or link.start() <= bold.start() + 2):
        return plain(link[1])
    return plain(bold[1]) if bold else _short(plain(body))


def _link_of(link: re.Match[str] | None) -> str | None:
    return link[2] if link else None


def date_within(text: str) -> str | None:
    """The first date in a text as written but for blanks inside it (`Date: 2026-04-24`), None if there is none."""
    for match in _DATE.finditer(text):
        compact = re.sub(r"(?<=[\d年月])\s+(?=[-/.年月日])|(?<=[-/.年月])\s+(?=\d)", "", match[0])
        if dates.parse(compact) is not None:
            return compact
    return None


def plain(markdown: str) -> str:
    """Markdown without its marks: link texts stay, tags and emphasis go."""
    text = _LINK.sub(r"\1", re.sub(r"!\[[^\]]{0,500}+\]\([^)]{0,2000}+\)", "", markdown))
    text = re.sub(r"</?[A-Za-z][^<>]{0,500}>", " ", text)
    text = re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?![A-Za-z0-9])", "", text)
    text = re.sub(r"^[ \t]*(?:#{1,6}|[*\-+>])[ \t]+", "", text, flags=re.MULTILINE)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _short(text: str) -> str:
    return text.splitlines()[0][:200] if text else ""
