"""Reads what follows a family's name: version, tier words, and what belongs to one artifact only.

`read` takes a text and the place where the family ends. Sizes, stages, precisions, variants and dates are passed over
(the vocabularies of `names.words`); a word after a hyphen that is in no list is a new tier, a word after a space must
be a known one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aggregator.names import words
from aggregator.understand import vocabulary

PLAIN, SURE, CERTAIN = 1, 2, 3
"""Shapes: a number alone, or a form that hardly anything but a model has (`Ring-2.5-1T`, `Step 3.5 Flash`)."""


class Tail(NamedTuple):
    """A name read: make_line's arguments, where it ends, and how sure its form is."""

    family: str
    version: str
    tier: str
    name: str
    end: int
    shape: int
    artifact: bool
    base: str = ""
    tiers: tuple[str, ...] = ()


_WORD = re.compile(r"[A-Za-z0-9]+(?:\.\d+[A-Za-z]*)*(?:_[KM0-9](?:_[A-Z])?)*")
_VERSIONED = re.compile(r"([A-Za-z]{0,2})(\d{1,2}(?:\.\d{1,2})?)([A-Za-z]{0,6})")
_NOT_A_VERSION = re.compile(r",\d{3}(?![A-Za-z0-9])|:\d\d(?![A-Za-z0-9])")
_UNITS = re.compile(vocabulary.UNITS)
_BRIDGE = re.compile(vocabulary.BRIDGE)
_WORDED = re.compile(vocabulary.WORDED_VERSION, re.IGNORECASE)
_TIERS = "|".join(
    sorted((w.upper() if len(w) <= 3 else w.capitalize() for w in vocabulary.SPACED_TIERS), key=len, reverse=True)
)
_TIERS = (
    _TIERS.replace("PRO", "Pro|PRO")
    .replace("MAX", "Max|MAX")
    .replace("AIR", "Air")
    .replace("EXP", "Exp")
    .replace("SOL", "Sol")
)
_MORE = re.compile(vocabulary.LIST_SIGNS + rf"(?P<tier>{_TIERS})(?![A-Za-z0-9-])")
_MORE_NUMBER = re.compile(r"\s?(?:/|、|和|与|及|and|et|&)\s?(?P<version>\d{1,2}\.\d{1,2})(?![\w%]|\.\d)")
_AHEAD = re.compile(
    rf"[^.。;；!?？！A-Za-z]{{0,14}}?[(（:：]?\s?(?P<list>(?:{_TIERS})(?:(?:{vocabulary.LIST_SIGNS})(?:{_TIERS}))+)(?![A-Za-z0-9-])"
)
_ONE_TIER = re.compile(rf"(?:{_TIERS})(?![A-Za-z0-9-])")
_STAGED = frozenset(words.STAGES)
_NO_LINE = words.TOOLS | vocabulary.PRODUCT_WORDS


class _State:
    """What has been read so far of one name."""

    __slots__ = (
        "family",
        "lead",
        "version",
        "tiers",
        "end",
        "shape",
        "artifact",
        "hyphen",
        "spaced",
        "tiers_named",
        "written",
    )

    def __init__(self, family: str, end: int) -> None:
        self.family = family
        self.lead: list[str] = []
        self.version = ""
        self.tiers: list[str] = []
        self.end = end
        self.shape = PLAIN
        self.artifact = False
        self.hyphen = False
        self.spaced = False
        self.written = family
        self.tiers_named = False


def read(text: str, start: int, family: str) -> Tail | None:
    """The name whose family ends at `start`, or None if neither version nor tier follows."""
    state = _State(family, start)
    position = start
    bridge = _WORDED.match(text, start) or _BRIDGE.match(text, start)
    if bridge is not None and bridge.end() > start + 1:
        position = bridge.end()
        kind = bridge.groupdict().get("kind")
        if kind:
            state.lead.append(vocabulary.CHINESE_WORDS[kind.lower()])
    while True:
        after = _step(text, position, state, start, bridged=position == start or position != state.end)
        if after is None:
            break
        position = state.end = after
    return _finish(text, state)


def _separator(text: str, position: int) -> tuple[str, int] | None:
    if position >= len(text):
        return None
    sign = text[position]
    if sign == "." and re.match(r"\.[a-z]{2,6}(?![a-z])", text[position : position + 8]):
        return (".", position + 1)
    if sign in "-_·":
        return ("-", position + 1) if position + 1 < len(text) and text[position + 1].isascii() else None
    if sign == " ":
        after = position + 1
        if text[after : after + 1] in ("-", "·") and text[after + 1 : after + 2] == " ":
            return None
        return (" ", after)
    return ("", position)


def _step(text: str, position: int, state: _State, start: int, *, bridged: bool) -> int | None:
    """Reads one word behind `position`; the place behind it, or None if the name ended before it."""
    found = _separator(text, position)
    if found is None:
        return None
    sign, at = found
    match = _WORD.match(text, at)
    if match is None:
        return None
    word = match.group()
    lower = word.lower()
    if sign == "" and not (bridged and (position != start or position == start)) and position == state.end != start:
        return None
    if sign == "" and position == start and word[0].isalpha():
        return _glued_word(text, match, state)
    if _describes_artifact(word, lower, sign, state):
        state.artifact = True
        if sign == "-" and words.SIZE.fullmatch(lower) and state.hyphen:
            state.shape = CERTAIN
        elif sign == "-" or words.SIZE.fullmatch(lower):
            state.shape = max(SURE, state.shape)
        return match.end()
    if not state.version:
        end = _version(text, match, sign, state)
        if end:
            return end
    return _tier(text, match, sign, state)


def _glued_word(text: str, match: re.Match[str], state: _State) -> int | None:
    """A word right behind the family: `HunyuanImage`, `StepAudio2`, `智谱GLMV5`; anything else is another word."""
    word = match.group()
    versioned = _VERSIONED.fullmatch(word)
    before = text[match.start() - 1 : match.start()]
    if versioned and versioned.group(1) and not (before.isascii() and before.isalnum()):
        return _version(text, match, "", state) or None
    head = re.match(r"[A-Za-z]+", word)
    if head and head.group().lower() in words.TIERS and head.group()[0].isupper() and len(head.group()) > 1:
        state.lead.append(head.group())
        state.end = match.start() + head.end()
        rest = word[head.end() :]
        if rest and re.fullmatch(r"\d{1,2}(?:\.\d{1,2})?", rest):
            state.version = rest
            return match.end()
        return state.end if not rest else None
    return None


def _describes_artifact(word: str, lower: str, sign: str, state: _State) -> bool:
    if sign == "":
        return False
    if words.SIZE.fullmatch(lower):
        return True
    if sign == " ":
        return bool(state.version) and (
            (lower in _STAGED and word[0].isupper() and len(word) > 3)
            or lower in words.PRECISIONS
            or bool(words.PRECISION.fullmatch(word) and word[0].isupper())
            or (lower in words.FORMATS and word.isupper() and len(word) > 2)
        )
    if lower in _STAGED and not (
        lower in words.SOFT_STAGES and not state.version and not state.lead and not state.tiers
    ):
        return True
    if lower in words.PRECISIONS or lower in words.FULL_PRECISIONS or lower in words.FORMATS or lower in words.VARIANTS:
        return True
    if words.PRECISION.fullmatch(lower) or words.VARIANT.fullmatch(lower) or words.CONTEXT.fullmatch(lower):
        return True
    return bool(re.fullmatch(r"\d{4,8}", word) and words.SNAPSHOT.fullmatch(word))


def _version(text: str, match: re.Match[str], sign: str, state: _State) -> int | None:
    word = match.group()
    versioned = _VERSIONED.fullmatch(word)
    if versioned is None:
        return None
    letters, number, rest = versioned.groups()
    if sign == " " and letters and not letters[0].isupper():
        return None
    if len(letters) == 2 and letters.lower() not in words.TIERS and sign == " ":
        return None
    if not letters and sign != "-" and not rest and _UNITS.match(text, match.end()):
        return None
    if rest and (sign == " " or not rest[0].isalpha()) and rest.lower() not in words.TIERS | {"o", "v"}:
        return None
    if _NOT_A_VERSION.match(text, match.end()) and not letters and "." not in number and sign != "-":
        return None
    if re.match(r"\.\d", text[match.end() : match.end() + 2]):
        return None
    if len(letters) == 2 and letters.lower() in words.TIERS:
        state.lead.append(letters)
        letters = ""
    state.version = (letters.upper() if len(letters) == 1 else letters) + number
    if rest:
        state.tiers.append(rest)
    state.hyphen = sign == "-"
    state.spaced = sign == " "
    if letters or "." in number or rest or state.lead or sign == "-":
        state.shape = max(SURE, state.shape)
    return match.end()


def _tier(text: str, match: re.Match[str], sign: str, state: _State) -> int | None:
    word, lower = match.group(), match.group().lower()
    if sign == ".":
        return _dotted(match, state)
    if lower in vocabulary.NO_TIERS or sign == "":
        return None
    if sign == " ":
        if not word[0].isupper() and not (state.version and lower in vocabulary.LOWER_TIERS):
            return None
        if state.version or state.tiers or " " in state.family:
            if lower not in vocabulary.SPACED_TIERS:
                return None
            state.tiers.append(word)
            state.shape = max(SURE, state.shape)
            return match.end()
        leads = lower in vocabulary.LEADING_WORDS or (state.lead and lower in vocabulary.SPACED_TIERS)
        if leads and (_number_follows(text, match.end()) or lower in vocabulary.SURE_SPACED):
            state.lead.append(word)
            state.written += f" {word}"
            return match.end()
        return None
    known = lower in words.TIERS or lower in vocabulary.LEADING_WORDS
    if not state.version and not known:
        inner = re.search(r"[a-z][A-Z]|^[A-Z]{2,}$", word) is not None and lower not in words.TOOLS
        if not word[0].isupper() or not (inner or _number_follows(text, match.end())):
            return None
    elif not known and word.islower() and len(word) > 6:
        return None
    if lower == "distill":
        state.tiers.append(word)
        rest = re.match(r"(?:-[A-Za-z0-9.]+)+", text[match.end() :])
        state.artifact = True
        state.end = match.end() + (rest.end() if rest else 0)
        return None
    if state.version:
        state.tiers.append(word)
    else:
        state.lead.append(word)
        state.written += f"-{word}"
    if known:
        certain = state.hyphen and "." in state.version
        state.shape = CERTAIN if certain else max(SURE, state.shape)
    return match.end()


def _dotted(match: re.Match[str], state: _State) -> int | None:
    """A word joined by a dot (`dots.ocr`): part of the family's name, if it is a tier."""
    word = match.group()
    if state.version or state.lead or word.rstrip("0123456789.") not in words.TIERS | {"llm", "vlm", "mocr"}:
        return None
    number = re.search(r"\d+(?:\.\d+)?$", word)
    state.family = state.written = f"{state.family}.{word[: number.start()] if number else word}"
    state.tiers_named = True
    if number:
        state.version = number.group()
    return match.end()


def _number_follows(text: str, position: int) -> bool:
    return re.match(r"[- ]?(?:[A-Z][a-z]+[- ])?[A-Z]?\d", text[position : position + 14]) is not None


def _finish(text: str, state: _State) -> Tail | None:
    if not state.version and not state.lead and not state.tiers and not state.tiers_named:
        return None
    nothing_but_words = " " not in state.family and not state.version and not state.artifact and not state.tiers_named
    if nothing_but_words and all(word.lower() in _NO_LINE for word in state.lead + state.tiers):
        return None
    if state.version and not state.lead:
        family, tier, name = state.family, "-".join(state.tiers), ""
    elif state.version:
        family = "-".join([state.family, *state.lead])
        if state.lead[0] == "3D" or not state.lead[0][0].isalnum():
            family = state.family + "".join(state.lead)
        tier, name = "-".join(state.tiers), ""
        if state.spaced:
            inner = " " if " " in state.written else "-"
            name = " ".join([state.written, state.version]) + "".join(inner + word for word in state.tiers)
    else:
        family, tier, name = state.family, "-".join(state.lead + state.tiers), ""
    base = family
    return Tail(family, state.version, tier, name, state.end, state.shape, state.artifact, base, tuple(state.tiers))


def more(text: str, tail: Tail, family: str) -> Iterator[tuple[Tail, int, int]]:
    """Further lines of an elliptical list behind a name: `… Pro, Lite and Mini`, `…3.5/3.6`, `…系列（Pro、Lite）`."""
    if not tail.version:
        return
    position = tail.end
    if tail.tiers:
        kept = tail.tiers[:-1]
        while match := _MORE.match(text, position):
            yield _with_tier(tail, (*kept, match.group("tier"))), match.start("tier"), match.end()
            position = match.end()
        return
    if number := _MORE_NUMBER.match(text, position):
        letter = tail.version[0] if tail.version[0].isalpha() else ""
        other = tail._replace(version=letter + number.group("version"), name="")
        yield other, number.start("version"), number.end()
        return
    if ahead := _AHEAD.match(text, position):
        for tier in _ONE_TIER.finditer(text, ahead.start("list"), ahead.end("list")):
            yield _with_tier(tail, (tier.group(),)), tier.start(), tier.end()


def _with_tier(tail: Tail, tiers: tuple[str, ...]) -> Tail:
    name = f"{tail.name.rsplit(' ', 1)[0]} {tiers[-1]}" if tail.name else ""
    return tail._replace(tier="-".join(tiers), name=name, tiers=tiers)
