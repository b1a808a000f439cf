"""Who says what a sentence says: the lab, the press, nobody in particular, an authority, a rights holder, somebody's test.

A speaker counts only in a form of attribution; of several, those who speak themselves win over the outlet that reports
it, and a named outlet wins over its unnamed sources. None where nobody is quoted. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from aggregator.mentions import Found
from aggregator.understand import speakers
from aggregator.understand.matching import Matcher

LAB, PRESS, ANONYMOUS = "lab", "press", "anonymous"
AUTHORITY, RIGHTS_HOLDER, TEST = "authority", "rights-holder", "third-party-test"


class Voice(NamedTuple):
    """Who speaks: `name` as the text has it ("" if unnamed), `lab` the lab's id where it is one by name, `at` its place."""

    voice: str
    name: str
    lab: str = ""
    at: int = 0


class _Speaker(NamedTuple):
    voice: str
    named: bool
    always: bool


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    words: list[tuple[str, _Speaker]] = []
    for group, voice, named, always in (
        (speakers.PRESS, PRESS, True, False),
        (speakers.MEDIA, PRESS, False, False),
        (speakers.AUTHORITIES, AUTHORITY, True, False),
        (speakers.RIGHTS_HOLDERS, RIGHTS_HOLDER, True, False),
        (speakers.TESTERS, TEST, True, True),
        (speakers.TESTED, TEST, False, True),
        (speakers.NAMELESS, ANONYMOUS, False, True),
        (speakers.HOUSE, LAB, False, False),
    ):
        words += [(word, _Speaker(voice, named, always)) for word in group]
    return Matcher(words)


def heard(found: Found, part: int, start: int, end: int) -> Voice | None:
    """Who says what stands in a part between two places (a sentence)."""
    text = found.texts[part]
    told = [*_listed(found, part, start, end), *_labs(found, part, start, end)]
    first = min((v for v in told if v.voice not in (PRESS, ANONYMOUS)), key=lambda v: v.at, default=None)
    press = min((v for v in told if v.voice == PRESS), key=lambda v: (not v.name, v.at), default=None)
    if first is not None:
        named = next((v for v in told if v.voice == first.voice and v.name), None)
        return first if first.name or named is None else named
    if press is not None and press.name:
        return press
    elliptic = speakers.ELLIPTIC.search(found.lows[part], start, end)
    lab = next((m for m in found.labs if m.part == part and start <= m.start), None) if elliptic is not None else None
    if elliptic is not None and lab is not None and lab.start < elliptic.start():
        return Voice(LAB, "", lab.lab, lab.start)
    sentence, lowered = text[start:end], found.lows[part][start:end]
    for pattern, letters in ((speakers.REPORTED, "report"), (speakers.REPORTED_ZH, "据")):
        match = pattern.search(sentence) if letters in lowered else None
        if match is not None and not _is_lab(found, part, start + match.start("name"), start + match.end("name")):
            return Voice(PRESS, match["name"].removeprefix("The "), at=start + match.start())
    if press is not None:
        return press
    nameless = next((v for v in told if v.voice == ANONYMOUS), None)
    if nameless is not None:
        return nameless
    match = speakers.QUOTED.search(sentence) if "according to" in lowered or "selon" in lowered else None
    if match is not None:
        return Voice(PRESS, match["name"] or match["fr"], at=start + match.start())
    return None


def _listed(found: Found, part: int, start: int, end: int) -> Iterator[Voice]:
    lowered, text = found.lows[part], found.texts[part]
    hits = sorted(_matcher().find(lowered[start:end]), key=lambda h: (h.start, -h.end))
    reach = -1
    for hit in hits:
        if hit.start < reach:
            continue
        speaker: _Speaker = hit.value
        written = text[start + hit.start : start + hit.end]
        if speaker.named and not _cased(written, speaker):
            continue
        reach = hit.end
        stop = start + hit.end
        while stop < end and lowered[stop].isascii() and lowered[stop].isalpha():
            stop += 1
        if speaker.always or _speaks(lowered, start + hit.start, stop, start, end):
            proper = speaker.named and (not written.isascii() or any(c.isupper() for c in written))
            yield Voice(speaker.voice, written if proper else "", at=start + hit.start)


def _cased(written: str, speaker: _Speaker) -> bool:
    """`the information` is no paper: names of outlets are written as names."""
    if speaker.voice not in (PRESS, RIGHTS_HOLDER, TEST) or not written.isascii():
        return True
    if speaker.voice == RIGHTS_HOLDER and written.islower():
        return written.split()[-1] in ("holders", "studios", "publishers", "authors")
    return all(not word[:1].islower() for word in written.split())


def _labs(found: Found, part: int, start: int, end: int) -> Iterator[Voice]:
    lines = [(m.start, m.end) for m in found.lines if m.part == part]
    for mention in found.labs:
        if mention.part != part or not start <= mention.start < end:
            continue
        if any(s <= mention.start < e for s, e in lines):
            continue
        if _speaks(found.lows[part], mention.start, mention.end, start, end):
            yield Voice(LAB, found.quote(mention), mention.lab, mention.start)


def _is_lab(found: Found, part: int, start: int, end: int) -> bool:
    return any(m.part == part and start <= m.start < end for m in found.labs)


def _speaks(lowered: str, begin: int, stop: int, start: int, end: int) -> bool:
    """Whether a name stands in a form of attribution."""
    if speakers.INSIDE.search(lowered, max(start, begin - 16), begin) is not None:
        return False
    if speakers.BEFORE.search(lowered, max(start, begin - 48), begin) is not None:
        return True
    return speakers.AFTER.match(lowered, stop, end) is not None
