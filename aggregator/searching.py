"""One tokenisation for full-text search, the same for every database: text to tokens, words to phrases, and the oracle.

What a search means: a Latin word is bounded by non-letters, a number by what could not be part of it, Chinese (Japanese,
Korean) is found as a substring; the words of a query are all needed, `"a quoted phrase"` is one literal. So `qwen` finds
`Qwen3.5`, `GLM-5` finds `智谱GLM-5今日开源` but neither `GLM-5.3` nor `GLM-5V`.

How the index says the same: a run of letters is a token, a number `5.3` is one token (`5.3~` when a letter follows it
directly), a CJK run gives its overlapping pairs and then its last character alone. What joins two tokens is a token too
(`+` when glued, `-`, `.`, `_`, `/`); a space or anything else is nothing. A phrase of these tokens is then exactly the
literal. Tokens hold no white space and no quotation mark; of ASCII they hold only letters, digits and `+-._/~|`.

Pure; it never touches a database (aggregator/storage/dialect.py turns phrases into a query).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from operator import add

VERSION = 1
"""Of the tokens: a store whose index was built by another version builds it anew."""
BREAK = "|"
"""The token between two texts of one index entry: no phrase crosses it."""

_CJK = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd"
)
_LETTER = rf"[^\W\d_{_CJK}]"
_TOKEN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<number>\d+(?:\.\d+)*)|(?P<word>{_LETTER}+)")
_SPECIAL = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<number>\d+(?:\.\d+)*)|(?:[^\w {_CJK}]|_)+")
_ASCII_SPECIAL = re.compile(r"(?P<number>\d+(?:\.\d+)*)|[^a-z0-9 ]+")
"""The same where a text is ASCII in lower case, and twice as fast."""
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
_JOINS = frozenset("-._/")
_DASHES = dict.fromkeys((*range(8208, 8214), 8722), "-") | dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF))
_QUOTED = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans("“”„«»「」『』", '"' * 9)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One literal of a query as adjacent tokens; `prefix`: the last one stands for all tokens that begin with it."""

    tokens: tuple[str, ...]
    prefix: bool = False


def fold(text: str) -> str:
    """Return text as it is compared: NFKC, no case, every dash a hyphen, soft hyphens and zero-width spaces gone."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return unicodedata.normalize("NFKC", folded)


def search_tokens(*texts: str) -> str:
    """Return the tokens of the texts for the index, joined by spaces, with a break between two texts."""
    return f" {BREAK} ".join(_spaced(fold(text)) for text in texts if text)


def search_query(words: str) -> list[Phrase]:
    """Return the phrases of a query, all of which a text must hold; empty when the words hold nothing to look for.

    White space parts words; double quotes of any script keep a phrase together.
    """
    phrases: list[Phrase] = []
    for literal in _literals(words):
        tokens = _tokens(literal)
        if not tokens:
            continue
        last_is_cjk = _TOKEN.match(tokens[-1])
        if last_is_cjk and last_is_cjk.group("cjk"):
            # the pair before the last character already holds it; the character alone ends a run only in the text
            alone = len(tokens) == 1 or not _pair_before(tokens)
            phrase = Phrase(tuple(tokens), prefix=True) if alone else Phrase(tuple(tokens[:-1]))
        else:
            phrase = Phrase(tuple(tokens))
        if phrase not in phrases:
            phrases.append(phrase)
    return phrases


def scan(words: str, *texts: str) -> bool:
    """Say whether the texts hold all words of a query, by looking at every place: what the index must agree with."""
    wanted = [plain for literal in _literals(words) if (plain := _plain(literal))]
    plains = [_plain(fold(text)) for text in texts]
    return bool(wanted) and all(any(_holds(text, literal) for text in plains) for literal in wanted)


def _literals(words: str) -> list[str]:
    """Return the folded words and quoted phrases of a query in their order."""
    marked = words.translate(_QUOTES)
    return [fold(quoted or word) for quoted, word in _QUOTED.findall(marked)]


def _tokens(folded: str) -> list[str]:
    """Return the tokens of folded text in their order, joins included."""
    return _spaced(folded).split()


def _spaced(folded: str) -> str:
    """Return the tokens of folded text with one space between two. Words and blanks are most of a text and stay as they
    are: only what stands between them, numbers and CJK runs are looked at one by one."""
    # a comma or a full stop before a blank is a blank, whatever else is beside it
    folded = folded.replace(", ", " ").replace(". ", " ")
    return " ".join((_ASCII_SPECIAL if folded.isascii() else _SPECIAL).sub(_apart, folded).split())


def _apart(match: re.Match[str]) -> str:
    """What takes the place of a number, of a CJK run, or of what is no token."""
    piece, text = match[0], match.string
    start, end = match.span()
    before, after = text[start - 1 : start], text[end : end + 1]
    kind = match.lastgroup
    if kind is None:  # between tokens: one join is a token, all else is a blank
        is_join = piece in _JOINS and _is_token(before) and _is_token(after)
        return f" {piece} " if is_join else " "
    if kind == "cjk":
        pairs = " ".join((*map(add, piece, piece[1:]), piece[-1]))
        return f"{' + ' if before.isalnum() else ' '}{pairs}{' + ' if after.isalnum() else ' '}"
    return f"{' + ' if _is_letter(before) else ' '}{piece}{'~ ' if _is_letter(after) else ' '}"


def _is_token(char: str) -> bool:
    return char.isalnum() or _CJK_CHARACTER.match(char) is not None


def _is_letter(char: str) -> bool:
    return char.isalnum() and _CJK_CHARACTER.match(char) is None


def _pair_before(tokens: list[str]) -> bool:
    """Say whether the token before the last is a CJK pair of the same run."""
    before = _TOKEN.match(tokens[-2])
    return bool(before and before.group("cjk") and len(tokens[-2]) == 2)


def _plain(folded: str) -> str:
    """Return folded text with every separator that is no single join as one space."""
    parts: list[str] = []
    end = -1
    for match in _TOKEN.finditer(folded):
        if end >= 0 and match.start() != end:
            between = folded[end : match.start()]
            parts.append(between if between in _JOINS else " ")
        parts.append(match.group())
        end = match.end()
    return "".join(parts)


def _holds(text: str, literal: str) -> bool:
    """Say whether plain text holds a plain literal between borders that its first and last character allow."""
    start = text.find(literal)
    while start >= 0:
        if _begins(text, start, literal[0]) and _ends(text, start + len(literal), literal[-1]):
            return True
        start = text.find(literal, start + 1)
    return False


def _begins(text: str, start: int, first: str) -> bool:
    before = text[start - 1] if start else ""
    if _kind(first) == "word":
        return _kind(before) != "word"
    if _kind(first) == "number":
        inside = before == "." and start > 1 and _kind(text[start - 2]) == "number"
        return _kind(before) != "number" and not inside
    return True


def _ends(text: str, end: int, last: str) -> bool:
    after = text[end] if end < len(text) else ""
    if _kind(last) == "word":
        return _kind(after) != "word"
    if _kind(last) == "number":
        inside = after == "." and end + 1 < len(text) and _kind(text[end + 1]) == "number"
        return _kind(after) not in ("number", "word") and not inside
    return True


def _kind(character: str) -> str | None:
    match = _TOKEN.match(character)
    return match.lastgroup if match else None
