"""What a text says about the weights of the lines that it is about: opened, promised, withheld, each in its own clause.

A word of opening counts for the lines of its own clause, else for the last line named before it in its sentence, else
for the item's subject where the item has one. It counts as done only where its clause does not deny, put off, ask or
wish it, and speaks of a model and not of code, an app or a data set. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from aggregator.mentions import Found, LineMention
from aggregator.understand import openings
from aggregator.understand.matching import Matcher
from aggregator.understand.peers import LIST

YES, NO, PROMISED, LOCAL = "yes", "no", "promised", "local"
_SENTENCE = re.compile(r"[。!?;|]|\.(?=\s|$)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_CLAUSE = re.compile(
    r"[。!?;|:,]|\.(?=\s|$)|\s-+\s|--+|\(|\)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|\b(?:but|while|whereas|mais"
    r"|tandis que|et non)\b|(?:但|而(?!且)|不过|只是)"
)
_APPOSED = re.compile(r"\s*(?:an?|the|which|whose|also|un|une|le|la|qui|dont|lui|modele)\b|\s*(?:后者|这一|同样)")
"""What begins a clause that describes the name right before it."""
_NUMBER_COMMA = re.compile(r"\d,\d|\d:\d")


class Told(NamedTuple):
    """One statement: `says` is yes, no, promised or local; `named`: its sentence names the line."""

    key: str
    says: str
    words: str
    named: bool
    part: int


class _Clause(NamedTuple):
    part: int
    start: int
    end: int
    sentence: int
    """Where its sentence begins."""


@lru_cache(maxsize=1)
def _triggers() -> Matcher:
    return Matcher((word, None) for word in openings.TRIGGERS)


def told(found: Found, subjects: frozenset[str], main: frozenset[str]) -> list[Told]:
    """Every statement about the weights of `subjects` (keys of lines); `main` are those that the whole item is about."""
    statements: list[Told] = []
    for part, lowered in enumerate(found.lows):
        done = -1
        for hit in sorted(_triggers().find(lowered)) if lowered else ():
            if hit.start < done:
                continue
            clause = _clause(lowered, part, hit.start)
            done = clause.end
            says, words, certain = _says(lowered, clause)
            if says is None:
                continue
            owners, named = _owners(found, clause, clause.start + lowered[clause.start : clause.end].find(words), main)
            if not named and not certain:
                continue
            statements += [Told(key, says, words, named, part) for key in owners if key in subjects]
    return statements


def _clause(lowered: str, part: int, place: int) -> _Clause:
    start = sentence = 0
    end = len(lowered)
    for cut in _CLAUSE.finditer(lowered):
        if _NUMBER_COMMA.match(lowered, max(0, cut.start() - 1)):
            continue
        if cut.start() >= place:
            end = cut.start() + (cut.group() == "?")
            break
        start = cut.end()
    for cut in _SENTENCE.finditer(lowered, 0, place):
        sentence = cut.end()
    return _Clause(part, min(start, place), max(end, place + 1), sentence)


def _says(lowered: str, clause: _Clause) -> tuple[str | None, str, bool]:
    """What a clause says, the words that say it, and whether it is sure enough to count where no line stands beside."""
    text = lowered[clause.start : clause.end]
    if any(pattern.search(text) for pattern in (openings.ASKED, openings.WISHED, openings.REPUTATION)):
        return None, "", False
    weights = openings.WEIGHTS.search(text)
    closed = openings.NO.search(text)
    if closed is not None and weights is None:
        return (None, "", False) if _negated(text, closed) else (NO, closed.group(), True)
    before = lowered[clause.sentence : clause.start]
    if openings.SUBJECTLESS.match(text) and (openings.OTHER_OBJECT.search(before) or openings.ITS_AGENT.search(before)):
        return None, "", False
    opened = _opening(text)
    if weights is None and opened is None:
        local = openings.LOCAL.search(text)
        if local is None or openings.TAKEN_BACK.search(text) or openings.LATER.search(text):
            return None, "", False
        return LOCAL, local.group(), True
    words = opened.group() if opened is not None else weights.group() if weights is not None else ""
    if openings.NOT_OPENED.search(text):
        return NO, words, True
    if openings.LATER.search(text) or _ahead(text):
        return PROMISED, words, True
    if openings.TAKEN_BACK.search(text):
        return NO, words, weights is not None
    if opened is None:
        return None, "", False
    if weights is None and openings.BACKGROUND.search(text):
        return YES, words, False
    return YES, words, True


def _ahead(text: str) -> bool:
    """Whether a clause names a time for its opening and no verb says that it is done."""
    if openings.PAST.search(text):
        return False
    if openings.DATED.search(text) is not None:
        return True
    return openings.NEAR.search(text) is not None and openings.DOING.search(text) is None


def _negated(text: str, match: re.Match[str]) -> bool:
    return (
        re.search(
            r"(?:\bnot|\bno longer|n't|\bn'est pas|\bpas|不(?:再)?|并非|并不|非)\s?(?:\w+ )?$", text[: match.start()]
        )
        is not None
    )


def _opening(text: str) -> re.Match[str] | None:
    """The words that speak of an opening of a model, or None where it is one of something else or of a class."""
    weights = openings.WEIGHTS.search(text)
    if weights is None and openings.OTHER_OBJECT.search(text) and not _with_model(text):
        return None
    for match in openings.YES.finditer(text):
        generic = next(
            (g for g in openings.GENERIC.finditer(text) if g.start() < match.end() and match.start() < g.end()), None
        )
        if generic is not None and not _introduces(text, generic):
            continue
        if weights is None and openings.RANKED.search(text):
            continue
        return match
    return None


def _with_model(text: str) -> bool:
    """Code that is opened together with the model (`the model and its code`)."""
    return (
        re.search(
            r"\bmodels? (?:and|with)|\bmodele (?:et|avec)|模型(?:与|和|及)|\bcode (?:agent|model|generation)", text
        )
        is not None
    )


def _introduces(text: str, generic: re.Match[str]) -> bool:
    """`发布开源模型GLM-7`: a class that a presentation puts before a name."""
    if "模型" not in generic.group():
        return False
    return re.search(r"(?:发布|推出|上线|新|首个|首款|一款|款)\s?$", text[: generic.start()]) is not None


def _owners(found: Found, clause: _Clause, place: int, main: frozenset[str]) -> tuple[list[str], bool]:
    """Keys of the lines that a statement is about, and whether its sentence names them."""
    named = [m for m in found.lines if m.part == clause.part and clause.start <= m.start < clause.end]
    own = [m for m in named if (m.part, m.start) not in found.peers]
    if own:
        return _nearest(found, own, place), True
    if named or _foreign(found, clause, place, main):
        return [], False
    listed = _listed_behind(found, clause)
    if listed:
        return listed, True
    before = [m for m in found.lines if m.part == clause.part and clause.sentence <= m.start < clause.start]
    lowered = found.lows[clause.part]
    if openings.OTHER_MODEL.search(lowered, clause.start, clause.end):
        return [], False
    if before and (before[-1].part, before[-1].start) in found.peers and _APPOSED.match(lowered, clause.start):
        return [], False
    own = [m for m in before if (m.part, m.start) not in found.peers]
    if own:
        return _nearest(found, own, place), True
    now = openings.THIS_TIME.search(lowered, clause.start, clause.end)
    if now is None and openings.BACKGROUND.search(lowered, clause.sentence, clause.end):
        return [], False
    if main:
        return sorted(main), False
    last = [
        m
        for m in found.lines
        if m.part == clause.part and m.start < clause.start and (m.part, m.start) not in found.peers
    ]
    return (_nearest(found, last, place), False) if last else ([], False)


def _listed_behind(found: Found, clause: _Clause) -> list[str]:
    """The lines that a colon behind a clause lists (`… open-sources two models: A and B`)."""
    lowered = found.lows[clause.part]
    if lowered[clause.end : clause.end + 1] != ":":
        return []
    end = next((c.start() for c in _SENTENCE.finditer(lowered, clause.end + 1)), len(lowered))
    behind = [m for m in found.lines if m.part == clause.part and clause.end < m.start < end]
    if not behind or lowered[clause.end + 1 : behind[0].start].strip(' "'):
        return []
    return _nearest(found, [m for m in behind if (m.part, m.start) not in found.peers] or behind[:1], clause.start)


def _nearest(found: Found, own: list[LineMention], place: int) -> list[str]:
    """The last line before a place and those that stand in a list with it, else the first one behind it with its list."""
    before = [m for m in own if m.start <= place]
    chain = list(reversed(before)) if before else own
    lowered = found.lows[chain[0].part]
    keys = [chain[0].line.key]
    for one, other in zip(chain, chain[1:], strict=False):
        left, right = (other, one) if before else (one, other)
        if (
            left.end <= right.start
            and LIST.fullmatch(lowered, left.end, right.start) is None
            and left.end != right.start
        ):
            break
        keys.append(other.line.key)
    return list(dict.fromkeys(keys))


def _foreign(found: Found, clause: _Clause, place: int, main: frozenset[str]) -> bool:
    """Whether the clause's own subject is a lab that none of the main lines is of."""
    labs = {m.lab for m in found.labs if m.part == clause.part and clause.start <= m.start < place}
    own = {m.line.lab for m in found.lines if m.line.key in main or not main}
    return bool(labs) and not labs & own


def of_line(statements: list[Told], key: str) -> Told | None:
    """The statement that holds: headline before summary before text; where one of them says two things, the more careful."""
    mine = [t for t in statements if t.key == key and t.says != LOCAL]
    if not mine:
        return next((t for t in statements if t.key == key), None)
    return min(mine, key=lambda t: (t.part, _ORDER[t.says]))


_ORDER = {PROMISED: 0, NO: 1, YES: 2}
