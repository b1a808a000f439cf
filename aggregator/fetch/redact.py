"""Makes foreign text safe to show: no secret, no control character, no more than 300 characters. Knows no secret itself."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, unquote

LONGEST_DETAIL = 300
SHORTEST_SECRET = 4
HIDDEN = "***"

_USERINFO = re.compile(r"(?<=//)[^/?#\s]*@")
_SECRET_PARAMETER = re.compile(
    r"([?&;#](?:[\w.\-]*(?:token|secret|passw(?:or)?d|api[_\-]?key|access[_\-]?key|signature|credential|session|auth)"
    r"[\w.\-]*|key|sig|pwd)=)[^&#\s\"'<>]+",
    re.IGNORECASE,
)
_SCHEME_WORDS = ("bearer ", "token ", "basic ")


def secret_forms(value: str) -> frozenset[str]:
    """Every spelling of a secret: as given, without its scheme word, percent-encoded, a Basic value decoded."""
    forms = {value, value.strip()}
    for word in _SCHEME_WORDS:
        if value.lower().startswith(word):
            bare = value[len(word) :].strip()
            forms.add(bare)
            if word == "basic ":
                forms |= _basic_parts(bare)
    forms |= {quote(form, safe="") for form in forms} | {unquote(form) for form in forms}
    return frozenset(form for form in forms if len(form) >= SHORTEST_SECRET)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without user names and passwords in URLs, values of parameters that are named like secrets, and `secrets`.

    secrets: spellings to hide (see `secret_forms`); the longest goes first, so that no rest of one remains.
    """
    for secret in sorted({*secrets}, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    text = _USERINFO.sub(HIDDEN + "@", text)
    return _SECRET_PARAMETER.sub(r"\1" + HIDDEN, text)


def escape(text: str) -> str:
    """`text` on one line: control, format (bidi) and separator characters become `\\n`, `\\x1b`, `\\u202e`, …"""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def detail_of(text: str, secrets: Iterable[str] = (), limit: int = LONGEST_DETAIL) -> str:
    """Foreign text as an error's detail: redacted, then escaped, then cut (in this order: a cut could halve a secret)."""
    shown = escape(redact(text, secrets))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _visible(character: str) -> str:
    if character == " " or unicodedata.category(character)[0] not in "CZ":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii") if character != "\xa0" else " "


def _basic_parts(encoded: str) -> set[str]:
    try:
        plain = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return set()
    return {plain, plain.partition(":")[2]}
