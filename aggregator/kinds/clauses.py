"""A headline or a text cut into clauses, each with the cue words and the lines that stand in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from aggregator.mentions import TITLE, Found, LineMention
from aggregator.understand import patterns
from aggregator.understand.cues import CUES
from aggregator.understand.folding import is_chinese
from aggregator.understand.matching import Matcher


class Cue(NamedTuple):
    """A word of a category at a place of a part."""

    category: str
    start: int
    end: int
    word: str


class Clause(NamedTuple):
    """A stretch of a part with what stands in it."""

    part: int
    start: int
    end: int
    cues: tuple[Cue, ...]
    lines: tuple[LineMention, ...]
    question: bool


_CUT = re.compile(
    r"[;。!?|:]+(?!\d)|,(?!\d)|\s[-/]{1,2}\s|--+|\.\.\.|…|\.(?=\s|$)|\"\s?(?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])"
)
_FRENCH = re.compile(
    r"\b(?:le|la|les|des|du|une|est|pour|dans|avec|sur|son|ses|et|aux|qui|que|en|chez|veut|ou|de|au|sa|ne|pas|se)\b|\b[dlnsjcm]'|qu'",
    re.ASCII,
)
_ENGLISH = re.compile(r"\b(?:the|of|and|to|for|with|is|in|on|at|its|from|after|as|by|says|an|has|are)\b", re.ASCII)


def language_of(found: Found, hint: str | None) -> str:
    """zh, fr or en: Chinese by its characters, else as the source says, else by small words."""
    if is_chinese(found.lows[TITLE]):
        return "zh"
    if hint in ("fr", "en"):
        return hint
    text = found.lows[TITLE] + " " + found.lows[1][:200]
    written = found.texts[TITLE].lower()
    accents = (
        0
        if written == found.lows[TITLE]
        else sum(text_ != low_ for text_, low_ in zip(written, found.lows[TITLE], strict=False))
    )
    return "fr" if len(_FRENCH.findall(text)) + accents > len(_ENGLISH.findall(text)) else "en"


_EXCEPT = {
    "版权": re.compile("重"),  # 稠密版权重: 版 + 权重
    "leaves": re.compile(r" (?:its |the )?(?:\w+ )?(?:preview|beta|alpha)\b"),
    "repousse": re.compile(r" (?:encore |toujours |a nouveau )?(?:les |ses |la )?(?:limite|frontiere|borne)"),
    "opens": re.compile(r" (?:up )?(?:a |the )?(?:new )?(?:office|lab|store|centre|center|mode)\b"),
}
"""A word -> what makes another word of it right behind."""
_LANGUAGES = {"zh": ("zh", "en"), "en": ("en",), "fr": ("fr",)}


@lru_cache(maxsize=4)
def _matcher(language: str) -> Matcher:
    return Matcher(
        (word, category)
        for category, groups in CUES.items()
        for spoken in _LANGUAGES[language]
        for word in groups.get(spoken, ())
    )


def clauses_of(found: Found, part: int, language: str) -> list[Clause]:
    """A part cut into clauses, each with its cue words (the longest at a place) and lines."""
    lowered = found.lows[part]
    if not lowered:
        return []
    cues = _cues(lowered, language)
    if part == TITLE:
        cues += [
            Cue(category, m.start(), m.end(), m.group())
            for category, pattern in patterns.CUE_PATTERNS[language]
            for m in pattern.finditer(lowered)
        ]
        if language == "fr":
            cues += [
                Cue("rumour", m.start(), m.end(), m.group()) for m in patterns.CONDITIONAL.finditer(found.texts[part])
            ]
        cues.sort(key=lambda c: c.start)
    lines = sorted((m for m in found.lines if m.part == part), key=lambda m: m.start)
    named_at, cued_at = [m.start for m in lines], [c.start for c in cues]
    reach = list(accumulate((m.end for m in lines), max))
    clauses: list[Clause] = []
    start = 0
    for cut in [*_CUT.finditer(lowered), None]:
        end = cut.start() if cut else len(lowered)
        before = bisect_left(named_at, end)
        if cut and before and reach[before - 1] > end:
            continue  # inside a line's name
        if lowered[start:end].strip():
            inside = tuple(cues[bisect_left(cued_at, start) : bisect_left(cued_at, end)])
            named = tuple(lines[bisect_left(named_at, start) : before])
            clauses.append(Clause(part, start, end, inside, named, cut is not None and "?" in cut.group()))
        start = cut.end() if cut else end
    return clauses


def _cues(lowered: str, language: str) -> list[Cue]:
    cues: list[Cue] = []
    reach: dict[str, int] = {}
    for hit in sorted(_matcher(language).find(lowered), key=lambda h: (h.start, -h.end)):
        if hit.end <= reach.get(hit.value, -1):
            continue
        word = lowered[hit.start : hit.end]
        if word in _EXCEPT and _EXCEPT[word].match(lowered, hit.end):
            continue
        if word == "首日" and lowered[max(0, hit.start - 2) : hit.start] in ("上线", "发布", "开源"):
            continue
        reach[hit.value] = hit.end
        cues.append(Cue(hit.value, hit.start, hit.end, word))
    return cues
