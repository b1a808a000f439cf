"""Text made comparable before any rule looks at it: full-width forms, dashes, quotes, spaces, traditional characters.

`normal` keeps the case and is what positions and quoted words refer to; `low` is the same text, character for
character, without case and accents. Neither changes what is stored or shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

_PUNCTUATION = {
    **dict.fromkeys(map(chr, (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D)), "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d\u300e\u300f\u2039\u203a", '"'),
    **dict.fromkeys("\u00a0\u202f\u2009\u200a\u2007\u3000\t\r\n\u2028\u2029", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
}
_TRADITIONAL = "TSCharacters.txt"
_HONG_KONG = {"麪": "面", "裏": "里", "綫": "线", "爲": "为", "荷里活": "好莱坞"}
_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"
_ACCENT = re.compile(f"[{_ACCENTED}]")
_ACCENTS = str.maketrans(_ACCENTED, _PLAIN)


class _Table(dict[int, str | int]):
    """A table of `str.translate` that remembers which characters stay as they are: a missing one is dear to look up."""

    def __missing__(self, point: int) -> int:
        self[point] = point
        return point


@lru_cache(maxsize=1)
def _table() -> _Table:
    """Code point -> what replaces it: punctuation, and traditional characters by the opencc dictionary."""
    table = _Table({ord(a): b for a, b in _PUNCTUATION.items()})
    try:
        dictionary = resources.files("opencc").joinpath("dictionary", _TRADITIONAL).read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError):  # pragma: no cover - a dependency of the package
        dictionary = ""
    for row in dictionary.splitlines():
        old, _, new = row.partition("\t")
        if len(old) == 1 and new:
            table[ord(old)] = new.split()[0]
    table.pop(ord("昇"), None)  # the name of a chip in simplified text too
    table.update({ord(a): b for a, b in _HONG_KONG.items() if len(a) == 1})
    return table


_TABLE = _table()
_CJK = re.compile(r"[\u4e00-\u9fff]")
_SPECIAL = re.compile("[" + re.escape("".join(_PUNCTUATION)) + "]")
"""What is replaced in a text without Chinese characters: found faster than each character is looked up."""


def _replaced(match: re.Match[str]) -> str:
    return str(_TABLE[ord(match.group())])


_WIDE_SPACE = re.compile("(?<=\\S)\u3000+(?=\\S)")
"""Between clauses where a headline has no punctuation (Hong Kong papers)."""
_CONTROL = re.compile(r"[\t\r\n]")


def normal(text: str) -> str:
    """NFKC, one kind of dash, quote and space, simplified characters. ASCII text comes back as it is but for blanks."""
    if text.isascii():
        return _CONTROL.sub(" ", text)
    if "\u3000" in text:
        text = _WIDE_SPACE.sub(" | ", text)
    text = unicodedata.normalize("NFKC", text)
    return text.translate(_TABLE) if _CJK.search(text) else _SPECIAL.sub(_replaced, text)


def low(text: str) -> str:
    """A `normal` text without case and accents, of the same length."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    if lowered.isascii() or _ACCENT.search(lowered) is None:
        return lowered
    return lowered.translate(_ACCENTS)


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return _CJK.search(text) is not None
