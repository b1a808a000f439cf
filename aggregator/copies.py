"""Copies: when two texts are one text in two places, word for word or lightly edited.

Pure and the same in every process (no salted hash). Languages are never mixed, numbers are hard: two headlines that each
name a number which the other does not name are never copies, however alike their words are. A text is remembered as a
signature of under 700 bytes; candidates are found by `bands` in an index, the decision is `near_copy` on two signatures.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from itertools import islice
from unicodedata import normalize
from zlib import crc32

VERSION = 1
"""First byte of a signature; those of different versions are never compared."""
DAYS_APART = 14
"""Near copies appear at most this far apart."""
DAYS_APART_BY_TITLE = 3
"""Two texts of which only the titles can be compared are copies within this time only."""
SKETCH = 64
"""Hashes kept of a lead and of a body."""
LEAD_CHARACTERS = 400
BODY_CHARACTERS = 1500
EXACT_WEIGHT = 24
"""Words (or Chinese characters) that a text needs for an exact key of its own."""

_TOKEN = re.compile(r"[\u3041-\u30fa\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0002ebe0]|\d+(?:[.,]\d+)*|[^\W\d_]+")
_ASCII_TOKEN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*")
"""The same where a text is ASCII in lower case, and three times as fast."""
_SENTENCE = re.compile(r"[。！？!?；\n]+")
_MASK = 0xFFFFFFFF
_MIXERS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
_BINS = 12
_HEADER = struct.Struct("<BB2sIHBBBBBB")
"""Version, flags, language, day since 1970, tokens of the title, counts of the six groups of hashes: the
title's shingles, its numbers, numbers of title and opening, the title's long words, the opening's shingles, the body's."""
_HAS_SUMMARY = 1


@dataclass(frozen=True, slots=True)
class Sketch:
    """A signature taken apart. Sets hold 32-bit hashes of numbers, of shingles of the title and lead, and of the body."""

    language: bytes
    day: int
    has_summary: bool
    title_length: int
    title: frozenset[int]
    title_numbers: frozenset[int]
    lead_numbers: frozenset[int]
    title_words: frozenset[int]
    opening: frozenset[int]
    body: frozenset[int]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is stored of a text to find its copies: the exact key, the bands for the index and the signature."""

    text_key: str | None
    bands: tuple[int, ...]
    signature: bytes


NOTHING = Fingerprint(None, (), b"")
"""Of what is no text."""


def fingerprint(title: str, summary: str, content: str, language: str | None, day: datetime) -> Fingerprint:
    """Return key, bands and signature of a clean text. `day` is when it was published (or first seen)."""
    if not content and len(" ".join(summary.split())) > LEAD_CHARACTERS:
        summary, content = "", summary  # a feed with one field puts the whole article there: it is a body, not a lead
    code = (language or "").encode("ascii", "replace")[:2].ljust(2, b"\0")
    headline = _tokens(title)
    summary_sentences = _sentences(summary[: 2 * LEAD_CHARACTERS])
    body_sentences = _sentences(content[:BODY_CHARACTERS])
    body = [token for sentence in body_sentences for token in sentence]
    if summary:
        opening = [token for sentence in summary_sentences for token in sentence]
    else:
        opening = _tokens(content[:LEAD_CHARACTERS])
    title_hashes, opening_hashes = _shingles(headline, 2), _shingles(opening, 3)
    numbers = _numbers(headline)
    flags = bool(summary) * _HAS_SUMMARY
    groups = (
        _lowest(title_hashes, 32), _lowest(numbers, 16), _lowest(numbers | _numbers(opening), 32),
        _lowest({_hash(word) for word in headline if len(word) > 3 and not word[0].isdigit()}, 24),
        _lowest(opening_hashes, SKETCH), _lowest(_shingles(body, 3), SKETCH),
    )  # fmt: skip
    signature = _pack(flags, code, int(day.timestamp()) // 86400, len(headline), groups)
    key = None
    if len(opening) + len(body) >= EXACT_WEIGHT:
        rest = " ".join(_tokens(content[BODY_CHARACTERS:])) if len(content) > BODY_CHARACTERS else ""
        parts = (" ".join(headline), " ".join(opening) if summary else "", " ".join(body), rest)
        key = sha256(code + "\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
    bands = _bands(code, headline, summary_sentences, body_sentences, title_hashes | opening_hashes)
    return Fingerprint(key, bands, signature)


def text_key(title: str, text: str, language: str | None = None) -> str | None:
    """Return the exact key of a normalised text (case, width, blanks and punctuation apart), or None if it is too short."""
    return fingerprint(title, text, "", language, datetime(2000, 1, 1)).text_key


def near_copy(first: bytes, second: bytes) -> bool:
    """Whether two signatures are of one text, possibly lightly edited. Symmetric; False for empty signatures."""
    if len(first) < _HEADER.size or len(second) < _HEADER.size or first[0] != VERSION or second[0] != VERSION:
        return False
    a, b = unpack(first), unpack(second)
    apart = abs(a.day - b.day)
    if a.language != b.language or apart > DAYS_APART or _numbers_differ(a, b):
        return False
    titles = _jaccard(a.title, b.title)
    openings = _similarity(a.opening, b.opening)
    bodies = _similarity(a.body, b.body)
    both_long = min(len(a.body), len(b.body)) >= 20
    if apart <= DAYS_APART_BY_TITLE and _same_headline(a, b, titles, openings):
        return True
    if both_long and bodies >= 0.5:
        return True
    if openings >= 0.5 and min(len(a.opening), len(b.opening)) >= 9:
        # the same opening under headlines that share nothing is boilerplate, and so it is over different bodies
        return bool(a.title_words & b.title_words or titles > 0) and not (both_long and bodies < 0.15)
    if titles < 0.75 or (both_long and bodies < 0.15):
        return False
    return openings >= 0.35 or _inside(a.opening, b.body) >= 0.5 or _inside(b.opening, a.body) >= 0.5


@lru_cache(maxsize=2048)
def unpack(signature: bytes) -> Sketch:
    """Take a signature apart. Raises ValueError for bytes that are none."""
    try:
        head = _HEADER.unpack_from(signature)
        hashes = array("I", signature[_HEADER.size :])
    except (struct.error, ValueError) as error:
        raise ValueError("not a signature of a text") from error
    sets: list[frozenset[int]] = []
    at = 0
    for count in head[5:]:
        sets.append(frozenset(hashes[at : at + count]))
        at += count
    return Sketch(head[2], head[3], bool(head[1] & _HAS_SUMMARY), head[4], *sets)


# ------------------------------------------------------------------------------------------------ the decision


def _numbers_differ(a: Sketch, b: Sketch) -> bool:
    """Numbers are hard: a version that only one names, and another that only the other names, make two texts."""
    if a.title_numbers - b.title_numbers and b.title_numbers - a.title_numbers:
        return True
    if a.has_summary != b.has_summary:
        return False
    return bool(a.lead_numbers - b.lead_numbers and b.lead_numbers - a.lead_numbers)


def _same_headline(a: Sketch, b: Sketch, titles: float, openings: float) -> bool:
    """The same headline within days, and no openings that tell of different things."""
    if titles < 0.8 or a.title_numbers != b.title_numbers or min(a.title_length, b.title_length) < 7:
        return False
    if a.has_summary and b.has_summary:
        return openings >= 0.25
    return titles == 1.0 or bool(a.opening & b.opening)


def _jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0


def _similarity(a: frozenset[int], b: frozenset[int]) -> float:
    """Jaccard estimated from two bottom-k sketches (exact where both hold everything)."""
    if not a or not b:
        return 0.0
    limit = min(max(a) if len(a) >= SKETCH else _MASK, max(b) if len(b) >= SKETCH else _MASK)
    both = len([value for value in a & b if value <= limit])
    if not both:
        return 0.0
    return both / (len([value for value in a if value <= limit]) + len([value for value in b if value <= limit]) - both)


def _inside(a: frozenset[int], b: frozenset[int]) -> float:
    """How much of a short text stands in a long one of which only the lowest hashes are known."""
    limit = max(b, default=0) if len(b) >= SKETCH else _MASK
    seen = [value for value in a if value <= limit]
    return sum(value in b for value in seen) / len(seen) if len(seen) >= 3 else 0.0


# ------------------------------------------------------------------------------------------------ hashing


def _tokens(text: str) -> list[str]:
    """Words, numbers and single Chinese characters, folded."""
    if not text:
        return []
    if text.isascii():
        return _ASCII_TOKEN.findall(text.lower())
    return _TOKEN.findall(normalize("NFKC", text).casefold())


def _sentences(text: str) -> list[list[str]]:
    """The tokens of each sentence."""
    if not text:
        return []
    if text.isascii():
        pattern, text = _ASCII_TOKEN, text.lower()
    else:
        pattern, text = _TOKEN, normalize("NFKC", text).casefold()
    return [pattern.findall(sentence) for sentence in _SENTENCE.split(text.replace(". ", "\n"))]


@lru_cache(maxsize=65536)
def _hash(token: str) -> int:
    return crc32(token.encode("utf-8", "replace"))


def _shingles(tokens: Sequence[str], n: int) -> set[int]:
    """32-bit hashes of the runs of `n` tokens (of the whole text if it is shorter)."""
    hashed = [*map(_hash, tokens)]
    first, second, third = _MIXERS
    if len(hashed) < n:
        return {sum(value * mixer for value, mixer in zip(hashed, _MIXERS, strict=False)) & _MASK} if hashed else set()
    # all runs at once: one lane of 128 bits a token in one large number, so that no sum reaches the next lane
    lanes = array("I", bytes(16 * len(hashed)))
    lanes[::4] = array("I", hashed)
    every = int.from_bytes(lanes.tobytes(), "little")
    sums = every * first + (every >> 128) * second + ((every >> 256) * third if n == 3 else 0)
    return set(array("I", sums.to_bytes(16 * len(hashed), "little"))[: -4 * (n - 1) : 4])


def _numbers(tokens: Sequence[str]) -> set[int]:
    return {_hash(token) for token in tokens if token[0].isdigit()}


def _lowest(values: set[int], count: int) -> list[int]:
    return sorted(values)[:count]


def _pack(flags: int, language: bytes, day: int, length: int, groups: Sequence[Sequence[int]]) -> bytes:
    counts = [len(group) for group in groups]
    head = _HEADER.pack(VERSION, flags, language, max(day, 0), min(length, 65535), *counts)
    return head + array("I", [value for group in groups for value in group]).tobytes()


def _bands(
    language: bytes, title: list[str], summary: list[list[str]], body: list[list[str]], lead: set[int]
) -> tuple[int, ...]:
    """Hashes of whole sentences (nearly every copy keeps one) and of minima of the lead's shingles (for scattered edits)."""
    found: list[str] = [" ".join(title)] if _weight(title) >= 6 else []
    for sentences, most in ((summary, 3), (body, 4)):
        long = (" ".join(tokens) for tokens in sentences if len(tokens) >= 7 and _weight(tokens) >= 7)
        found += islice(long, most)
    if len(lead) >= 8:
        lows = _minima(lead)
        found += [f"\0{band}:{lows[band]}:{lows[band + 1]}" for band in range(0, _BINS, 2)]
    return tuple(sorted({_signed(language + value.encode("utf-8", "replace")) for value in found}))


def _minima(values: set[int]) -> list[int]:
    """The lowest hash in each bin, an empty bin taking over its neighbour's (one permutation hashing)."""
    lows = [-1] * _BINS
    for value in sorted(values, reverse=True):
        lows[value % _BINS] = value
    filled = next(low for low in lows if low >= 0)
    for at in range(_BINS - 1, -1, -1):
        if lows[at] >= 0:
            filled = lows[at]
        else:
            lows[at] = filled
    return lows


def _weight(tokens: Sequence[str]) -> float:
    """How much a sentence says: a word counts one, a Chinese character a little over half."""
    return sum([0.55 if len(token) == 1 and token > "\u3040" else 1.0 for token in tokens[:40]])


def _signed(value: bytes) -> int:
    return int.from_bytes(blake2b(value, digest_size=8).digest(), "big", signed=True)
