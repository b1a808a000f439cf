"""Bytes to text: which encoding a document really has. Pure; knows feeds, pages and JSON alike.

Order: byte order mark, strict UTF-8, the better of the HTTP charset and the document's own declaration if the outcome
reads like a language (guessing.py), UTF-8 with a few broken bytes, the encoding under which it reads best,
Windows-1252, and as the last resort UTF-8 with U+FFFD. Charsets are an allow-list: what else a
server names (`hex`, `utf-7`) is ignored. gb2312 and gbk are read as GB18030 and Latin-1 as Windows-1252, as browsers
do (WHATWG Encoding).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.sources import guessing

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
        wide_text = body.decode(wide, "replace")
        said = " ".join(declared) + wide_text[:200].casefold()
        return Decoded(wide_text, wide, guessed="utf-16" not in said)
    if b"\x1b$" in body and body.isascii():  # an escape to kanji: nothing else holds one
        is_declared = "iso2022_jp" in declared
        escaped = _strict(body, "iso2022_jp")
        if escaped is not None or is_declared:
            return Decoded(escaped or body.decode("iso2022_jp", "replace"), "iso2022_jp", guessed=not is_declared)
    text = _strict(body, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8")
    fitting = [(_fit(text, codec), codec, text) for codec in dict.fromkeys(declared) if (text := _narrow(body, codec))]
    if fitting:
        value, codec, text = max(fitting, key=lambda one: one[0])
        if value >= guessing.SURE:
            return Decoded(text, codec)
        other = guessing.best(body)
        if value >= guessing.GOOD and (other is None or other[0] < value + guessing.MUCH):
            return Decoded(text, codec)
    return _guess(body, declared, fitting)


def _narrow(body: bytes, codec: str) -> str | None:
    """The text by a declared encoding other than UTF-8, if all of it decodes."""
    if codec == "utf-8":
        return None
    text = _strict(body, codec)
    wide = codec.startswith(("utf-16", "utf-32"))
    return None if text is not None and wide and not text.isprintable() and "<" not in text else text


def _fit(text: str, codec: str) -> float:
    return 1.0 if codec.startswith("utf") else guessing.score(text, codec)


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


def _guess(body: bytes, declared: list[str], fitting: list[tuple[float, str, str]]) -> Decoded:
    """Nothing that was declared fits: UTF-8 with a few broken bytes, what reads best, or what was declared after all."""
    repaired = body.decode("utf-8", "replace")
    bad = repaired.count("\ufffd")
    wide = sum(1 for char in repaired if char > "\x7f" and char != "\ufffd")
    if bad <= max(3, wide // 50) and (wide or "utf-8" in declared):
        return Decoded(repaired, "utf-8", guessed=True)
    found = guessing.best(body)
    if found is not None:
        return Decoded(found[2], found[1], guessed=found[1] not in declared)
    if fitting:
        return Decoded(fitting[0][2], fitting[0][1], guessed=True)
    for codec in declared:
        if codec not in ("utf-8", "utf-16", "utf-32"):
            return Decoded(body.decode(codec, "replace"), codec, guessed=True)
    western = _strict(body, "cp1252")
    return Decoded(western, "cp1252", guessed=True) if western is not None else Decoded(repaired, "utf-8", guessed=True)
