"""The nouns of a page: runs of words, lines, blocks and sections, and how far a page is folded. Values only.

A run is some words with a role (a model's name, a lab, a link, …); the writers only decide how each role looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

WORDS = 600
"""Words of a digest at most, addresses of links not counted."""
WORDS_OF_PANORAMA = 1800


@dataclass(frozen=True, slots=True)
class Run:
    """Some words. `role` is plain, name, lab, title, link, claim, note, label or command; `url` (http or https) makes them a
    link; `language` is set where it is not the reader's."""

    words: str
    role: str = "plain"
    url: str | None = None
    language: str | None = None


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One entry: its first line, and the lines below it."""

    head: Line
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks. `full` sections show each model in full, others in a line each; `after` ends it."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    full: bool = False
    after: Line = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that a writer writes, from top to bottom."""

    language: str
    title: str
    window: str
    notice: str
    top: tuple[Line, ...]
    sections: tuple[Section, ...]
    account: Line
    colon: str = ": "


@dataclass(frozen=True, slots=True)
class Fold:
    """How much is written out: names in a line on top, models in full, with specifications, lines of each section."""

    names: int = 8
    full: int = 5
    specifications: bool = True
    lines: int = 12
    news: int = 10
    title: int = 120
    listed: int = 100


FOLDS = (
    Fold(),
    Fold(lines=8, title=90),
    Fold(names=6, lines=6, news=8, title=80, listed=80),
    Fold(names=6, lines=4, news=6, title=70, listed=60),
    Fold(names=5, lines=4, news=4, title=60, listed=50),
    Fold(names=5, specifications=False, lines=4, news=5, title=60, listed=50),
    Fold(names=4, specifications=False, lines=3, news=4, title=60, listed=40),
    Fold(names=4, full=3, specifications=False, lines=3, news=4, title=50, listed=25),
    Fold(names=3, full=2, specifications=False, lines=3, news=3, title=40, listed=12),
)
"""From everything to the least; the first that keeps to WORDS is taken."""


def count_words(page: Page) -> int:
    """Words that a reader sees: what stands between blanks; two Chinese characters count as one word."""
    lines = [(Run(page.title), Run(page.window), Run(page.notice)), *page.top, page.account]
    for section in page.sections:
        lines += [(Run(section.heading),), section.after]
        lines += [line for block in section.blocks for line in (block.head, *block.below)]
    return sum(words_in("".join(run.words for run in line)) if line else 0 for line in lines)


def words_in(text: str) -> int:
    """Words of one text: runs between blanks that hold a letter or digit; Chinese characters are half a word each."""
    han = sum("\u3400" <= char <= "\u9fff" for char in text)
    spaced = "".join(" " if "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" else char for char in text)
    return (han + 1) // 2 + sum(any(char.isalnum() for char in word) for word in spaced.split())


def merged(line: Iterable[Run]) -> Line:
    """The line with neighbours of the same look made one run, and without empty ones."""
    runs: list[Run] = []
    for run in line:
        if runs and (runs[-1].role, runs[-1].url, runs[-1].language) == (run.role, None, run.language):
            runs[-1] = replace(runs[-1], words=runs[-1].words + run.words)
        elif run.words:
            runs.append(run)
    return tuple(runs)


def plain(line: Iterable[Run]) -> str:
    """The words of a line without roles."""
    return "".join(run.words for run in line)
