"""Who says what a sentence says: the lab, the press, nobody in particular, an authority, a rights holder, somebody's test.

A speaker counts only in a form of attribution; of several, those who speak themselves win over the outlet that reports
it, and a named outlet wins over its unnamed sources. None where nobody is quoted. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from aggregator.mentions import Found
from aggregator.understand import attribution, idioms, speakers
from aggregator.understand.attribution import ALONE, QUOTED, SAYS, STATES
from aggregator.understand.matching import Matcher
from aggregator.understand.speakers import ANONYMOUS, AUTHORITY, LAB, PRESS, RIGHTS_HOLDER, TEST

__all__ = ("ANONYMOUS", "AUTHORITY", "LAB", "PRESS", "RIGHTS_HOLDER", "TEST", "Voice", "heard")


class Voice(NamedTuple):
    """Who speaks: `name` as the text has it ("" if unnamed), `lab` the lab's id where it is one by name, `at` its place."""

    voice: str
    name: str
    lab: str = ""
    at: int = 0


class _Speaker(NamedTuple):
    voice: str
    named: bool
    needs: str


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    words: list[tuple[str, _Speaker]] = []
    for group, voice, named, needs in (
        (speakers.OUTLETS, PRESS, True, QUOTED),
        (speakers.MEDIA, PRESS, False, QUOTED),
        (speakers.AUTHORITIES, AUTHORITY, True, QUOTED),
        (speakers.RIGHTS_HOLDERS, RIGHTS_HOLDER, True, QUOTED),
        (speakers.TESTERS, TEST, True, ALONE),
        (speakers.TESTED, TEST, False, ALONE),
        (speakers.NAMELESS, ANONYMOUS, False, ALONE),
        (speakers.HOUSE, LAB, False, QUOTED),
    ):
        words += [(word, _Speaker(voice, named, needs)) for word in group]
    return Matcher(words)


def heard(found: Found, part: int, start: int, end: int) -> Voice | None:
    """Who says what stands in a part between two places (a sentence)."""
    told = [*_listed(found, part, start, end), *_formed(found, part, start, end), *_labs(found, part, start, end)]
    first = min((v for v in told if v.voice not in (PRESS, ANONYMOUS)), key=lambda v: v.at, default=None)
    if first is not None:
        named = next((v for v in told if v.voice == first.voice and v.name), None)
        return first if first.name or named is None else named
    press = min((v for v in told if v.voice == PRESS), key=lambda v: (not v.name, v.at), default=None)
    if press is not None and press.name:
        return press
    nameless = next((v for v in told if v.voice == ANONYMOUS), None)
    return (
        _elliptic(found, part, start, end)
        or _outlet(found, part, start, end)
        or press
        or nameless
        or _last(found, part, start, end)
    )


def _elliptic(found: Found, part: int, start: int, end: int) -> Voice | None:
    """The lab at the sentence's beginning, where a verb of saying behind it has no other subject."""
    verb = attribution.ELLIPTIC.search(found.lows[part], start, end)
    lab = next((m for m in found.labs if m.part == part and start <= m.start), None) if verb is not None else None
    return (
        Voice(LAB, "", lab.lab, lab.start)
        if verb is not None and lab is not None and lab.start < verb.start()
        else None
    )


def _outlet(found: Found, part: int, start: int, end: int) -> Voice | None:
    """A house that no list knows, by what only the press does."""
    sentence = found.texts[part][start:end]
    for pattern in (attribution.REPORTED, attribution.REPORTED_ZH):
        for match in pattern.finditer(sentence):
            group = next(name for name, value in match.groupdict().items() if value)
            begin, stop = start + match.start(group), start + match.end(group)
            name = match[group].removeprefix("The ")
            if attribution.NO_OUTLET.search(name) or _is_known(found, part, begin, stop):
                continue
            return Voice(PRESS, name, at=start + match.start())
    return None


def _last(found: Found, part: int, start: int, end: int) -> Voice | None:
    """Somebody of an unknown name who is quoted."""
    sentence = found.texts[part][start:end]
    match = attribution.QUOTED_BY.search(sentence)
    if match is not None:
        group = "name" if match["name"] else "fr"
        if not _is_known(found, part, start + match.start(group), start + match.end(group)):
            return Voice(PRESS, match[group], at=start + match.start())
    return None


def hearsay(found: Found, part: int, start: int, end: int) -> Voice | None:
    """Nobody in particular, where a French sentence tells in the conditional what it does not know."""
    match = attribution.HEARSAY.search(found.lows[part], start, end)
    return Voice(ANONYMOUS, "", at=match.start()) if match is not None else None


def _listed(found: Found, part: int, start: int, end: int) -> Iterator[Voice]:
    """Those whom a list names."""
    lowered, text = found.lows[part], found.texts[part]
    hits = sorted(_matcher().find(lowered[start:end]), key=lambda h: (h.start, -h.end))
    reach = -1
    for hit in hits:
        if hit.start < reach:
            continue
        speaker: _Speaker = hit.value
        begin, stop = start + hit.start, start + hit.end
        written = text[begin:stop]
        if speaker.named and not _cased(written, speaker):
            continue
        if speaker.voice == ANONYMOUS and attribution.NO_SOURCE.search(
            lowered, max(start, begin - 8), min(end, stop + 10)
        ):
            continue
        reach = hit.end
        while stop < end and lowered[stop].isascii() and lowered[stop].isalpha():
            stop += 1
        heads = begin == start and lowered.startswith(":", stop)  # `Reuters: …`
        if heads or _counts(lowered, speaker.needs, begin, stop, start, end):
            proper = speaker.named and (not written.isascii() or any(c.isupper() for c in written))
            yield Voice(speaker.voice, written if proper else "", at=begin)


def _formed(found: Found, part: int, start: int, end: int) -> Iterator[Voice]:
    """Those whom no list names, by their form. What a lab's own people test or write is the lab's."""
    lowered = found.lows[part]
    for form in attribution.FORMS:
        for match in form.pattern.finditer(lowered, start, end):
            if _counts(lowered, form.needs, match.start(), match.end(), start, end):
                lab = _lab_beside(found, part, match.start(), match.end()) if form.voice in (TEST, LAB) else ""
                yield Voice(LAB if lab else form.voice, "", lab, match.start())


def _lab_beside(found: Found, part: int, begin: int, stop: int) -> str:
    """The lab that stands right behind a form, or right before a Chinese one (`researchers at X`, `X研究人员`)."""
    latin = found.lows[part][stop - 1].isascii()
    for mention in found.labs:
        if mention.family or mention.part != part or _in_line(found, part, mention.start):
            continue
        if stop <= mention.start <= stop + 6 if latin else begin - 2 <= mention.end <= begin:
            return mention.lab
    return ""


def _cased(written: str, speaker: _Speaker) -> bool:
    """`the information` is no paper: names of outlets are written as names."""
    if speaker.voice not in (PRESS, RIGHTS_HOLDER, TEST) or not written.isascii():
        return True
    if speaker.voice == RIGHTS_HOLDER and written.islower():
        return written.split()[-1] in ("holders", "studios", "publishers", "authors")
    return all(not word[:1].islower() for word in written.split())


def _labs(found: Found, part: int, start: int, end: int) -> Iterator[Voice]:
    for mention in found.labs:
        if mention.part != part or not start <= mention.start < end or _in_line(found, part, mention.start):
            continue
        if _counts(found.lows[part], QUOTED, mention.start, mention.end, start, end):
            yield Voice(LAB, found.quote(mention), mention.lab, mention.start)


def _is_known(found: Found, part: int, start: int, end: int) -> bool:
    """Whether a name is that of a lab or a model, and so of no outlet."""
    places = [(m.part, m.start) for m in found.labs] + [(m.part, m.start) for m in found.lines]
    return any(p == part and start <= place < end for p, place in places)


def _in_line(found: Found, part: int, place: int) -> bool:
    """Whether a lab is only named as part of a model's name."""
    return any(m.part == part and m.start <= place < m.end for m in found.lines)


def _counts(lowered: str, needs: str, begin: int, stop: int, start: int, end: int) -> bool:
    """Whether a speaker stands in a form of attribution that is enough for it."""
    if needs == ALONE:
        return True
    if needs == SAYS:
        return attribution.AFTER.match(lowered, stop, end) is not None
    if attribution.INSIDE.search(lowered, max(start, begin - 32), begin) is not None:
        return False
    if attribution.BEFORE.search(lowered, max(start, begin - 64), begin) or attribution.OWN.match(lowered, stop, end):
        return True
    behind = attribution.STATED if needs == STATES else attribution.AFTER
    return behind.match(lowered, stop, end) is not None or _turned(lowered, begin, stop, start, end)


def _turned(lowered: str, begin: int, stop: int, start: int, end: int) -> bool:
    """Whether a speaker stands in a turn of attribution without a verb of saying."""
    if idioms.BEFORE.search(lowered, max(start, begin - 48), begin) or idioms.AFTER.match(lowered, stop, end):
        return True
    if not lowered[start:begin].strip("\"' ").removeprefix("the").removeprefix("le").removeprefix("la").strip(" '"):
        colon = idioms.COLON if lowered[stop - 1].isascii() else idioms.COLON_ZH
        if colon.match(lowered, stop, end):
            return True
    signed = idioms.SIGNED_BEFORE.search(lowered, max(start, begin - 16), begin)
    return signed is not None and idioms.SIGNED_BEHIND.match(lowered, stop, end) is not None
