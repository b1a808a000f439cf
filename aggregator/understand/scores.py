"""Which score of which benchmark a sentence tells: names and numbers paired by where they stand. Pure.

A number belongs to the name that it stands before (`51.0 on X`) or behind (`X: 51.0`), with no other name or number in
between. What belongs to a name (`Terminal-Bench 2.0`, `AIME 2025`) is no score, nor is a difference (`by 3 points`). Names
in a row share out as many numbers in a row, in their order; of another count none is told. For texts folded
by `folding.low`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_A = re.ASCII
_NAME = re.compile(
    r"\b(?:swe-bench(?: verified| pro| multilingual| lite)?|aime(?: ?20\d\d| ?'?2\d)?"
    r"|hmmt(?: (?:feb|nov)\w*)?(?: ?20\d\d| ?'?2\d)?"
    r"|gpqa(?: diamond)?|mmlu(?:-pro|-redux)?|livecodebench(?:[ -]?pro)?|hle|humanity's last exam|browsecomp(?:-zh|-plus)?"
    r"|terminal-bench|arc-agi|humaneval|math-500|tau\d?-bench|osworld(?:-verified)?|mmmu(?:-pro)?|simpleqa|gdpval(?:-aa)?"
    r"|vending-bench|screenspot(?:-pro)?|cybench|ifbench|ifeval|aider(?: polyglot)?|scicode|frontiermath)"
    # what tells the edition: a year, a version, one digit with or without a tenth
    r"(?:[ -]?v\d(?:\.\d)?\b|[ -]20\d\d\b|[ -]\d(?:\.\d)?(?![\d.,]*\d|\s?(?:%|分|points?\b|pts\b)))?(?![a-z])",
    _A,
)
_NUMBER = re.compile(
    r"(?<![\w.,$€#-])(\d{1,3}(?:[.,]\d+)?)(?:\s?(?:%|分|points?\b|pts\b))?"
    r"(?![\d.,]*\d|-|\s?(?:b\b|m\b|k\b|x\b|倍|million|billion|亿|万|times|fois|tokens?|th\b|st\b|nd\b|rd\b|e\b|年|月|日|个|项|道|种|次|款|名))",
    _A,
)
_DIFFERENCE = re.compile(
    r"(?:\bby|\+|\bgain\w*|\bgagne\w*|\bplus|\bup|\bimprov\w+|\bfrom|\bpasse\w* de|\btop"
    r"|提升|提高|高出|领先|上涨|增加|落后|从|前|第) ?(?:de |of |about |nearly |pres de |了|约|近)?$",
    _A,
)
_MORE = re.compile(r"\s?(?:more|ahead|behind|better|higher|lower|de (?:plus|moins|mieux)|d'avance)\b", _A)
_JOINED = re.compile(r"\s?(?:,|/|&|、|,? ?\band|\bet|和|与|及|以及)\s?", _A)
_ON = re.compile(r"\s?(?:on|at|in|for|sur|a|au|aux|en|pour|dans)\s(?:the |le |la |les |l'|its )?", _A)
_BETWEEN = re.compile(r"[^.。;|]{0,32}", _A)


class Score(NamedTuple):
    """Where a benchmark's name stands in the sentence, and the number, with a point."""

    start: int
    end: int
    number: str


class _Row(NamedTuple):
    """Names, or numbers, in a row."""

    is_name: bool
    start: int
    end: int
    tokens: tuple[tuple[int, int, str], ...]


def read(sentence: str, taken: Sequence[tuple[int, int]] = ()) -> list[Score]:
    """The scores that a sentence tells, by the place of their names; numbers in `taken` (names of models) are none."""
    rows = _rows(sentence, taken)
    paired: dict[int, int] = {}
    for at, (one, other) in enumerate(pairwise(rows)):  # `51.0 on X`
        if not one.is_name and other.is_name and _ON.fullmatch(sentence, one.end, other.start):
            paired[at + 1] = at
    used = set(paired.values())
    for at, (one, other) in enumerate(pairwise(rows)):  # `X: 51.0`
        behind = one.is_name and not other.is_name and _BETWEEN.fullmatch(sentence, one.end, other.start)
        if behind and at not in paired and at + 1 not in used:
            paired[at] = at + 1
    found = []
    for name, number in sorted(paired.items()):
        names, numbers = rows[name].tokens, rows[number].tokens
        if len(names) == len(numbers):
            found += [Score(n[0], n[1], v[2]) for n, v in zip(names, numbers, strict=True) if v[2]]
    return found


def _rows(sentence: str, taken: Sequence[tuple[int, int]]) -> list[_Row]:
    names = [(m.start(), m.end(), "") for m in _NAME.finditer(sentence)]
    closed = [*taken, *((start, end) for start, end, _ in names)]
    tokens = [(True, token) for token in names]
    for match in _NUMBER.finditer(sentence):
        if not any(start <= match.start() < end for start, end in closed):
            differs = _DIFFERENCE.search(sentence, 0, match.start()) or _MORE.match(sentence, match.end())
            tokens.append((False, (match.start(), match.end(), "" if differs else match[1].replace(",", "."))))
    rows: list[_Row] = []
    for is_name, token in sorted(tokens, key=lambda t: t[1]):
        last = rows[-1] if rows else None
        if last is not None and last.is_name == is_name and _JOINED.fullmatch(sentence, last.end, token[0]):
            rows[-1] = _Row(is_name, last.start, token[1], (*last.tokens, token))
        else:
            rows.append(_Row(is_name, token[0], token[1], (token,)))
    return rows
