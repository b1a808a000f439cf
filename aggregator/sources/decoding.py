"""Bytes to text: which encoding a document really has. Pure; knows feeds, pages and JSON alike.

Order: byte order mark, strict UTF-8, the HTTP charset, the document's own declaration, GB18030 or Big5 if the outcome
looks like Chinese, Windows-1252, and as the last resort UTF-8 with U+FFFD. Charsets are an allow-list: what else a
server names (`hex`, `utf-7`) is ignored. gb2312 and gbk are read as GB18030 and Latin-1 as Windows-1252, as browsers
do (WHATWG Encoding).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "gb18030": "gb18030",
    "iso8859-1": "cp1252", "ascii": "cp1252", "cp1252": "cp1252",
    "utf-8": "utf-8", "utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
    "utf-32": "utf-32", "utf-32-le": "utf-32-le", "utf-32-be": "utf-32-be",
    "big5": "cp950", "big5hkscs": "big5hkscs", "cp950": "cp950",
    "shift_jis": "cp932", "cp932": "cp932", "euc_jp": "euc_jp", "iso2022_jp": "iso2022_jp",
    "euc_kr": "cp949", "cp949": "cp949",
    "koi8-r": "koi8-r", "koi8-u": "koi8-u", "tis-620": "cp874", "cp874": "cp874",
}  # fmt: skip
_FAMILIES = re.compile(r"(?:cp125[0-8]|iso8859-(?:[2-9]|1[0-6]))\Z")
_DECLARED = (
    re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:\-]{1,40})["']"""),
    re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE),
)
_HTTP = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without byte order mark, the codec that gave it, and whether that codec is a guess that nothing declared."""

    text: str
    encoding: str
    guessed: bool = False


def decode(body: bytes, headers: Mapping[str, str] | None = None) -> Decoded:
    """Return the text of `body`; never fails. `headers` have lower-case names (`content-type` is read)."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(codec, "replace"), codec)
    declared = list(_declared(body, headers or {}))
    wide = _wide(body)
    if wide:
        return Decoded(body.decode(wide, "replace"), wide, guessed=not any(d.startswith("utf-16") for d in declared))
    if "iso2022_jp" in declared and b"\x1b$" in body:
        return Decoded(body.decode("iso2022_jp", "replace"), "iso2022_jp")
    text = _strict(body, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8")
    for codec in declared:
        text = _strict(body, codec) if codec != "utf-8" else None
        if text is not None and not (
            codec.startswith(("utf-16", "utf-32")) and not text.isprintable() and "<" not in text
        ):
            return Decoded(text, codec)
    return _guess(body, declared)


def _declared(body: bytes, headers: Mapping[str, str]) -> Iterable[str]:
    """The codecs that the header and the document name, of those that are allowed."""
    named = [m[1] for m in [_HTTP.search(headers.get("content-type", ""))] if m]
    named += [m[1].decode("ascii") for m in (pattern.search(body[:2048]) for pattern in _DECLARED) if m]
    for name in named:
        codec = _codec(name)
        if codec:
            yield codec


def _codec(name: str) -> str | None:
    """The codec for a charset's label, or None if it is not one that a document may use."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = {"x-gbk": "gb18030", "gb_2312-80": "gb18030", "x-sjis": "shift_jis", "x-big5": "big5"}.get(
            name.casefold(), ""
        )
    return found if _FAMILIES.match(found) else _ALIASES.get(found)


def _wide(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: every second byte of the beginning is zero."""
    head = body[:64]
    if len(head) >= 8 and not head[1:8:2].strip(b"\0") and head[0:8:2].strip(b"\0"):
        return "utf-16-le"
    if len(head) >= 8 and not head[0:8:2].strip(b"\0") and head[1:8:2].strip(b"\0"):
        return "utf-16-be"
    return None


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(body: bytes, declared: list[str]) -> Decoded:
    """Nothing that was declared fits: UTF-8 with a few broken bytes, Chinese, or Western text."""
    repaired = body.decode("utf-8", "replace")
    bad = repaired.count("\ufffd")
    wide = sum(1 for char in repaired if char > "\x7f" and char != "\ufffd")
    if bad <= max(3, wide // 50) and (wide or "utf-8" in declared):
        return Decoded(repaired, "utf-8", guessed=True)
    for codec in ("gb18030", "cp950"):
        text = _strict(body, codec)
        if text is not None and _looks_chinese(text):
            return Decoded(text, codec, guessed=True)
    for codec in declared:
        if codec not in ("utf-8", "utf-16", "utf-32"):
            return Decoded(body.decode(codec, "replace"), codec, guessed=True)
    western = _strict(body, "cp1252")
    return Decoded(western, "cp1252", guessed=True) if western is not None else Decoded(repaired, "utf-8", guessed=True)


def _looks_chinese(text: str) -> bool:
    """Most of what is not ASCII lies among the common ideographs and full-width punctuation."""
    foreign = [char for char in text[:200_000] if char > "\x7f"]
    common = sum(
        1
        for char in foreign
        if "\u4e00" <= char <= "\u9fa5" or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef"
    )
    return bool(foreign) and common >= 0.8 * len(foreign)
