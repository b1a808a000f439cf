"""Finds many words in a text in one pass (Aho-Corasick), with the word boundaries that three languages need.

A word of Latin letters counts only between characters that are neither Latin letters nor digits; Chinese has no
such borders. A trailing `*` frees the right side (`releas*`), a leading `^` asks for the start of the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import ahocorasick

from aggregator.understand.folding import low, normal

_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Hit(NamedTuple):
    """One word found: `value` is what was registered with it."""

    start: int
    end: int
    value: Any


class Prefilter:
    """Letters that must stand somewhere in a text for a rule to have a chance, with the rules that they call for.

    One pass, no word boundaries: it may call for a rule in vain, and never keeps one from a text that it fits.
    """

    def __init__(self, letters: Iterable[tuple[str, str]]) -> None:
        gathered: dict[str, set[str]] = {}
        for some, rule in letters:
            gathered.setdefault(low(normal(some)), set()).add(rule)
        self._automaton = ahocorasick.Automaton()
        for some, rules in gathered.items():
            self._automaton.add_word(some, frozenset(rules))
        self._automaton.make_automaton()

    def rules(self, lowered: str) -> frozenset[str]:
        """The rules that a folded text calls for."""
        called = {rules for _, rules in self._automaton.iter(lowered)}
        return frozenset().union(*called) if called else frozenset()


class Matcher:
    """A set of words with values."""

    def __init__(self, words: Iterable[tuple[str, Any]]) -> None:
        gathered: dict[str, list[tuple[bool, bool, Any]]] = {}
        for word, value in words:
            start, free = word.startswith("^"), word.endswith("*")
            plain = low(normal(word.lstrip("^").rstrip("*")))
            if plain:
                gathered.setdefault(plain, []).append((not free and plain[-1] in _LATIN, start, value))
        self._automaton = ahocorasick.Automaton()
        for plain, values in gathered.items():
            self._automaton.add_word(
                plain, (len(plain), plain[0] in _LATIN, all(right for right, _, _ in values), tuple(values))
            )
        self._empty = not gathered
        if not self._empty:
            self._automaton.make_automaton()

    def find(self, lowered: str) -> list[Hit]:
        """Every word that stands in a text folded by `low`, in the order of their ends; overlaps included."""
        if self._empty:
            return []
        hits: list[Hit] = []
        latin, closed = _LATIN, lowered + " "
        for at, (length, left, strict, values) in self._automaton.iter(lowered):
            begin = at + 1 - length
            bound = closed[at + 1] not in latin
            if (strict and not bound) or (left and begin and lowered[begin - 1] in latin):
                continue
            for right, start, value in values:
                if (right and not bound) or (start and begin):
                    continue
                hits.append(Hit(begin, at + 1, value))
        return hits
