"""The text of a feed before any parser sees it: what kind of document it is, made harmless and cut to what is whole.
Pure.

It is here, and not in a parser, that these are decided, so that every parser behind it (feedparser today, a fast one
for the well-formed majority later) sees the same document:

* an HTML page or anything else that is no feed is refused (`not_a_feed`, a bot wall `bot_challenge`), an empty body
  too (`empty_body`);
* a DOCTYPE is taken away; one that declares entities is refused (`parse_limits`), so no parser ever expands or
  opens any;
* controls, and references to characters that do not exist (`&#0;`, `&#xD800;`, `&#x110000;`), become U+FFFD or
  vanish; the two halves of a surrogate pair become the character that they mean;
* a document that ends before its root does is cut after its last whole entry (note `parse_truncated`);
* of more than 5,000 entries the first 5,000 are kept (note `too_many_items`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aggregator.errors import ParseError
from aggregator.sources.walls import is_wall

MAXIMUM_ENTRIES = 5000
_ROOTS = frozenset({"rss", "feed", "rdf"})
_HTML = frozenset(
    "html head body div p span script style meta link title table br b a h1 center form iframe noscript".split()  # noqa: SIM905 (a list of twenty words is no clearer)
)
_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:([\w.\-]+):)?([A-Za-z_][\w.\-]*)")
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>", re.IGNORECASE)
_JUNK_BEFORE = re.compile(r"<\?xml\b|<(?:\w+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_BAD_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9A-Fa-f]+)|0*([0-9]+));?")
_PAIR = re.compile(r"&#[xX]0*([dD][89abAB][0-9A-Fa-f]{2});&#[xX]0*([dD][c-fC-F][0-9A-Fa-f]{2});")
_PARTS = re.compile(
    r"<(?:!\[(?i:CDATA)\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+(?:\]\]>|\Z)|!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z)"
    r"|(/?)(?:\w+:)?((?i:item|entry|rss|feed|rdf))(?=[\s>/])[^>]*+(>|\Z))"
)


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed's text from its root element on (no declaration, no DOCTYPE), and what had to be done to it.

    `entries` is the number of entry elements in it, `whole` False if the document was cut (by its sender or here).
    """

    text: str
    root: str
    entries: int
    whole: bool
    notes: tuple[str, ...]


def is_json(text: str) -> bool:
    """Whether the text can only be JSON."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def prepare(text: str) -> FeedText:
    """Return the harmless, whole part of a feed; raises ParseError (codes above)."""
    start, root = _find_root(text)
    text = _repair_references(_BAD_CHARACTERS.sub("", text[start:]))
    end, opened, closed, is_whole = _measure(text)
    notes = []
    if opened > MAXIMUM_ENTRIES or (closed >= MAXIMUM_ENTRIES and not is_whole):
        notes.append("too_many_items")
    elif not is_whole:
        notes.append("parse_truncated")
    if notes:
        text = text[:end] + _closing(text, root)
    return FeedText(text, root, min(closed if notes else opened, MAXIMUM_ENTRIES), is_whole, tuple(notes))


def _find_root(text: str) -> tuple[int, str]:
    """Where the root element begins, and its local name in lower case."""
    position = _skip(text, 0)
    if position >= len(text):
        raise ParseError("the document is empty", code="empty_body")
    tag = _TAG.match(text, position)
    if tag and tag[2].casefold() in _ROOTS:
        return position, tag[2].casefold()
    told = _title(text)
    if tag is None or tag[2].casefold() not in ("html", "head", "body"):
        junk = _JUNK_BEFORE.search(text, 0, 8192)
        if junk and junk.start() > position:
            position = _skip(text, junk.start())
            tag = _TAG.match(text, position)
            if tag and tag[2].casefold() in _ROOTS:
                return position, tag[2].casefold()
    if "<html" in text[:8192].casefold() and is_wall(text):
        raise ParseError("a bot challenge came instead of a feed", code="bot_challenge")
    if "<html" in text[:8192].casefold() or (tag and tag[2].casefold() in _HTML):
        raise ParseError("an HTML page came instead of a feed" + (f" ({told})" if told else ""), code="not_a_feed")
    what = f"a document <{tag[2]}>" if tag else "text"
    raise ParseError(f"{what} came instead of a feed", code="not_a_feed")


def _skip(text: str, position: int) -> int:
    """Past blanks, byte order marks, the declaration, comments and a DOCTYPE; raises ParseError `parse_limits` for
    entities.
    """
    while position < len(text):
        if text[position] == "\ufeff" or text[position] == "\x00":
            position += 1
            continue
        skipped = _SKIPPED.match(text, position)
        if skipped:
            position = skipped.end()
        elif _DOCTYPE.match(text, position):
            position = _past_doctype(text, position)
        else:
            break
    return position


def _past_doctype(text: str, position: int) -> int:
    """The end of a DOCTYPE without an internal subset that declares anything to expand."""
    closing, bracket = text.find(">", position), text.find("[", position)
    if 0 <= bracket < closing or closing < 0:
        inside = text[position : position + 65536]
        if re.search(r"<!ENTITY\b|%[\w.\-]+;", inside, re.IGNORECASE):
            raise ParseError("the document declares entities: refused", code="parse_limits")
        end = re.compile(r"\]\s*>").search(text, bracket if bracket >= 0 else position)
        return end.end() if end else len(text)
    return closing + 1


def _title(text: str) -> str:
    found = re.search(r"<title[^>]*>\s*([^<]{1,120})", text[:20_000], re.IGNORECASE)
    return " ".join(found[1].split()) if found else ""


def _repair_references(text: str) -> str:
    """Character references that XML forbids, replaced (XML 1.0, section 2.2)."""
    if "&#" not in text:
        return text
    text = _PAIR.sub(_join_pair, text)
    return _REFERENCE.sub(_repair, text)


def _join_pair(match: re.Match[str]) -> str:
    high, low = int(match[1], 16), int(match[2], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _repair(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if len(digits) > 8:
        return "\ufffd"
    number = int(digits, 16 if match[1] else 10)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or number in (0xFFFE, 0xFFFF):
        return "\ufffd"
    return "" if number < 0x20 and number not in (9, 10, 13) else match[0]


def _measure(text: str) -> tuple[int, int, int, bool]:
    """The end of the last whole entry that may be kept, entries opened and closed, and whether the root is closed."""
    end = opened = closed = 0
    first: int | None = None
    is_whole, inside = False, False
    for part in _PARTS.finditer(text):
        name = (part[2] or "").casefold()
        if name in ("item", "entry"):
            if not part[3] or part[0].endswith("/>"):
                continue
            if part[1] and inside:
                closed += 1
                inside = False
                if closed <= MAXIMUM_ENTRIES:
                    end = part.end()
            elif not part[1]:
                opened += 1
                inside = True
                first = part.start() if first is None else first
        elif name and part[1] and part[3]:
            is_whole = True
    return (end or (first if first is not None else _past_head(text))), opened, closed, is_whole


def _past_head(text: str) -> int:
    """Where a document without any entry can be cut: after its last whole tag."""
    return text.rfind(">") + 1


def _closing(text: str, root: str) -> str:
    """The end tags of a document that was cut after an entry."""
    name = re.match(r"<([\w.\-:]+)", text)
    tags = f"</{name[1] if name else root}>"
    return ("</channel>" if root == "rss" else "") + tags


def head(text: str) -> str:
    """What stands before the first entry (a feed's own facts), at most 20,000 characters."""
    first = re.search(r"<(?:\w+:)?(?:item|entry)[\s>]", text)
    return text[: min(first.start() if first else len(text), 20_000)]


_OWN_TITLE = re.compile(r"<title(?:\s[^>]*)?>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200})")


def own_title(text: str) -> str:
    """A feed's own title as sent, on one line; empty if it has none."""
    found = _OWN_TITLE.search(head(text))
    return " ".join(found[1].split()) if found else ""


_HINT = re.compile(
    r"<(?:\w+:)?(ttl|updatePeriod|updateFrequency)>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9]{1,12})\s*(?:\]\]>)?\s*</"
)
_SKIP_DAY, _SKIP_HOUR = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>"), re.compile(r"<hour>\s*(\d{1,2})\s*</hour>")
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}


def hints(text: str) -> dict[str, object]:
    """What a feed says of its own pace: `minutes` between changes (ttl, or sy:updatePeriod by its frequency),
    `skip_days`, `skip_hours`.
    """
    start = head(text)
    found = {m[1]: m[2] for m in _HINT.finditer(start)}
    out: dict[str, object] = {}
    period = _PERIODS.get(found.get("updatePeriod", "").casefold())
    frequency = found.get("updateFrequency", "1")
    if found.get("ttl", "").isdigit():
        out["minutes"] = int(found["ttl"])
    elif period:
        out["minutes"] = max(1, period // max(1, int(frequency) if frequency.isdigit() else 1))
    days = sorted({d[1].casefold() for d in _SKIP_DAY.finditer(start)})
    hours = sorted({int(h[1]) for h in _SKIP_HOUR.finditer(start) if int(h[1]) < 24})
    return out | ({"skip_days": days} if days else {}) | ({"skip_hours": hours} if hours else {})
