"""Finds the labs and the release lines that a text names, in Chinese, English and French.

One pass over the text finds names; rules look only where something was found. A family with a version or a tier word
is a line; new versions and tiers need no list. Common words that are families too count only with a sure form or with
something of the field near. Short forms (`V4`, `Seed2.0 Pro, Lite and Mini`) are resolved by what the text has named.
Pure; it decides what is named, not what the text is about (`understand.subject`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from aggregator.labs import FamilyName, Gazetteer, LabName, SeriesName, Word
from aggregator.model import LineName
from aggregator.names import make_line
from aggregator.understand import peers, tails, vocabulary
from aggregator.understand.folding import is_chinese, low, normal
from aggregator.understand.matching import Hit

TITLE, SUMMARY, BODY = 0, 1, 2
BODY_LIMIT = 6000
"""Characters of a summary and of a body that are read; what a long text is about stands in its beginning."""
NAMES_LIMIT = 200
"""Names of one part that are looked at: no honest text of that length holds more, and each is compared with the others."""


class LineMention(NamedTuple):
    """A line named at a place: `part` is TITLE, SUMMARY or BODY, positions are in that part's normal text."""

    line: LineName
    part: int
    start: int
    end: int
    rule: str
    artifact: bool = False
    """Whether the name as written has a size, precision or stage (`Qwen3.5-397B-A17B`)."""


class LabMention(NamedTuple):
    """A lab named at a place."""

    lab: str
    part: int
    start: int
    end: int
    family: bool = False


@dataclass(slots=True)
class Found:
    """All that a text names, in the order of title, summary and body."""

    texts: tuple[str, str, str]
    lows: tuple[str, str, str]
    lines: list[LineMention] = field(default_factory=list)
    labs: list[LabMention] = field(default_factory=list)
    domain: bool = False
    peers: frozenset[tuple[int, int]] = frozenset()
    """Places (part, start) of lines that are named for comparison, as a basis or as a predecessor."""

    def quote(self, mention: LineMention | LabMention) -> str:
        return self.texts[mention.part][mention.start : mention.end]


class _Candidate(NamedTuple):
    mention: LineMention
    family: FamilyName
    shape: int
    cased: bool


_SHORT = re.compile(r"([A-Z])(?<![A-Za-z0-9.\-_/$€].)(\d(?:\.\d{1,2})?)(?![A-Za-z0-9]|\.\d)")
_ELLIPTIC = re.compile(
    r"(?<![A-Za-z0-9.\-_/])(OCR|VL|Coder|Math|Prover|TTS|ASR|Image|Video|Omni|Audio)[ -]?(\d(?:\.\d)?)(?![A-Za-z0-9%]|\.\d)"
)
_MACHINE_BEFORE = re.compile(vocabulary.MACHINES_BEFORE, re.IGNORECASE)
_MACHINE_AFTER = re.compile(vocabulary.MACHINES_AFTER, re.IGNORECASE)
_OWNER = re.compile(r"([A-Za-z][A-Za-z0-9]*)[ ]$")
_PREFIX = re.compile(r"([A-Za-z0-9.]+)[-_]$")
_SIZED = re.compile(r"(?:[-_ ]\d+(?:\.\d+)?[BTbt](?:-[Aa]\d+(?:\.\d+)?[Bb])?)?(?![A-Za-z0-9])")
_PREFIX_WORD = re.compile(r"[Cc]laude[ -](?:\d(?:\.\d)?[ -])?$")
_IDENTIFIER = re.compile(r"(?:_[a-z]+)+(?![a-z0-9])")
"""What makes `glm_moe_dsa` a word of a configuration."""
_PERSON = re.compile(r"[ ·](?P<surname>[A-Z][a-z]{3,})(?![A-Za-z0-9-])")
_CAMEL = re.compile(r"[A-Z][a-z]+[A-Z]")


def find(title: str, summary: str, body: str, gazetteer: Gazetteer, lab: str | None = None) -> Found:
    """The labs and lines that a text names; `lab` is the lab whose own voice it is, if any."""
    texts = (normal(title), normal(summary[:BODY_LIMIT]), normal(body[:BODY_LIMIT]))
    lows = (low(texts[0]), low(texts[1]), low(texts[2]))
    found = Found(texts, lows)
    candidates: list[_Candidate] = []
    names: list[tuple[int, Hit]] = []
    against: set[str] = set()
    covers: dict[tuple[int, int], int] = {}
    for part in (TITLE, SUMMARY, BODY):
        if not lows[part]:
            continue
        hits = gazetteer.matcher.find(lows[part])
        families: list[Hit] = []
        series: list[Hit] = []
        for hit in hits:
            value = hit.value
            if type(value) is FamilyName:
                families.append(hit)
            elif type(value) is LabName:
                names.append((part, hit))
            elif type(value) is SeriesName:
                series.append(hit)
            elif value.kind == "domain":
                covers[part, hit.start] = max(hit.end, covers.get((part, hit.start), 0))
                short = hit.end - hit.start <= 2
                found.domain = found.domain or not short or not texts[part][hit.start : hit.end].islower()
            else:
                against.add(value.against)
        if families:
            candidates += _candidates(texts[part], families[:NAMES_LIMIT], part)
        if series:
            candidates += _series(texts[part], series[:NAMES_LIMIT], part)
    if not names and not candidates and lab is None:
        return found
    names = [(p, h) for p, h in names if covers.get((p, h.start), 0) <= h.end]
    _accept(found, candidates, names, against, lab)
    if found.labs or lab is not None:
        _short_forms(found, gazetteer, lab)
    found.lines.sort(key=lambda m: (m.part, m.start))
    found.labs.sort(key=lambda m: (m.part, m.start))
    found.peers = peers.find(found.lows, [(m.part, m.start, m.end) for m in found.lines])
    return found


def _candidates(text: str, families: list[Hit], part: int) -> list[_Candidate]:
    found: list[_Candidate] = []
    reach = 0
    begins: dict[int, int] = {}
    for hit in families:
        begins[hit.end] = min(hit.start, begins.get(hit.end, hit.start))
    for hit in sorted(families, key=lambda h: (h.start, -h.end)):
        if hit.start < reach:
            continue
        value: FamilyName = hit.value
        reach = hit.end
        if (
            text[hit.end : hit.end + 1] == "_"
            and text[hit.start : hit.end].islower()
            and _IDENTIFIER.match(text, hit.end)
        ):
            continue
        tail = tails.read(text, hit.end, value.family)
        if not _stands_alone(text, hit.start, begins):
            continue
        if tail is None:
            tail = _bare(text, hit)
            if tail is None:
                continue
        line = make_line(value.lab, tail.family, tail.version, tail.tier, tail.name)
        spelled = text[hit.start : hit.end]
        cased = not spelled.isascii() or not spelled.islower() or value.spelling.islower()
        mention = LineMention(line, part, hit.start, tail.end, _rule(tail), tail.artifact)
        found.append(_Candidate(mention, value, tail.shape, cased))
        reach = tail.end
        for extra, start, end in tails.more(text, tail, value.family):
            line = make_line(value.lab, extra.family, extra.version, extra.tier, extra.name)
            found.append(_Candidate(LineMention(line, part, start, end, "list"), value, tail.shape, cased))
            reach = max(reach, end)
    return found


def _series(text: str, series: list[Hit], part: int) -> list[_Candidate]:
    """Lines named by a word of their own in place of the family (`Opus 4.6`)."""
    found = []
    for hit in series:
        value: SeriesName = hit.value
        if not text[hit.start].isupper() or _PREFIX_WORD.search(text, max(0, hit.start - 20), hit.start):
            continue
        tail = tails.read(text, hit.end, value.family)
        if tail is None or not tail.version:
            continue
        name = f"{value.family} {value.word} {tail.version}"
        line = make_line(value.lab, f"{value.family}-{value.word}", tail.version, tail.tier, name)
        family = FamilyName(value.lab, value.family, value.word, True, False)
        found.append(_Candidate(LineMention(line, part, hit.start, tail.end, "series"), family, tails.PLAIN, True))
    return found


def _rule(tail: tails.Tail) -> str:
    if tail.version:
        return "family-version"
    return "family-tier" if tail.tier else "family-alone"


def _bare(text: str, hit: Hit) -> tails.Tail | None:
    """A family without a number that is a model's name by itself (`Voxtral`, `gpt-oss-120b`)."""
    value: FamilyName = hit.value
    key = low(normal(value.family))
    size = _SIZED.match(text, hit.end)
    sized = size is not None and text[hit.end : hit.end + 1] == "-"
    brand = value.common or value.first or key in vocabulary.BRAND_FAMILIES or key not in low(normal(value.spelling))
    if brand and not sized:
        return None
    if text[hit.end : hit.end + 1].isalnum() and text[hit.end : hit.end + 1].isascii():
        return None
    spelled = text[hit.start : hit.end]
    if spelled.islower() and not value.spelling.islower():
        return None
    end = size.end() if size else hit.end
    return tails.Tail(
        value.family, "", "", "", end, tails.CERTAIN if sized else tails.PLAIN, size is not None, value.family, ()
    )


def _stands_alone(text: str, start: int, begins: dict[int, int]) -> bool:
    """False inside another name (`Sa2VA-Qwen3`): a capitalised word and a hyphen stand before it.

    begins: where a family that ends at a place begins.
    """
    if start == 0 or text[start - 1] not in "-_":
        return True
    before = _PREFIX.search(text, max(0, start - 24), start)
    if before is None or before.group(1).islower():
        return True
    return begins.get(before.end(1), len(text)) <= before.start(1) or before.group(1).isdigit()


def _accept(
    found: Found,
    candidates: list[_Candidate],
    names: list[tuple[int, Hit]],
    against: set[str],
    lab: str | None,
) -> None:
    names = [(part, _as_written(found.texts[part], hit)) for part, hit in names]
    names = [(part, hit) for part, hit in names if hit.value is not None]
    strong = {hit.value.lab for _, hit in names if not hit.value.weak}
    if lab is not None:
        strong.add(lab)
    weak = _weak_without_family(names, candidates, found)
    labelled = {h.value.name.lower() for _, h in names if not h.value.weak} - vocabulary.HOUSES
    if labelled or any(not c.family.common for c in candidates):
        found.domain = True
    twice = _named_twice(names)
    for candidate in candidates:
        if _counts(candidate, strong, weak, found.domain, against):
            found.lines.append(candidate.mention)
    numbered = {m.line.family for m in found.lines if m.rule != "family-alone"}
    found.lines = [m for m in found.lines if m.rule != "family-alone" or m.line.family not in numbered]
    sure = {m.line.lab for m in found.lines}
    sure |= twice
    field_near = found.domain or bool(found.lines)
    inside = {(m.part, place): m.line.lab for m in found.lines for place in range(m.start + 1, m.end)}
    for part, hit in names:
        value: LabName = hit.value
        if value.weak and value.lab not in sure:
            key = low(normal(value.name))
            easy = key in vocabulary.EASY_NAMES and is_chinese(found.lows[part])
            easy = easy and not _is_person(found.texts[part], hit)
            if not (field_near or easy) or (key in against and value.lab not in strong):
                continue
        if inside.get((part, hit.start), value.lab) != value.lab:
            continue
        found.labs.append(LabMention(value.lab, part, hit.start, hit.end, value.is_family))
    for mention in found.lines:
        found.labs.append(LabMention(mention.line.lab, mention.part, mention.start, mention.end, True))


def _is_person(text: str, hit: Hit) -> bool:
    """Whether a first name and a surname stand there (`Kimi Antonelli`), and no product (`Kimi Code`)."""
    found = _PERSON.match(text, hit.end)
    return found is not None and found["surname"].lower() not in vocabulary.PRODUCT_WORDS


def _weak_without_family(names: list[tuple[int, Hit]], candidates: list[_Candidate], found: Found) -> set[str]:
    """Labs named by a weak word that is not itself the family of a candidate."""
    starts = {(c.mention.part, c.mention.start) for c in candidates}
    labs = set()
    for part, hit in names:
        value: LabName = hit.value
        if value.weak and (part, hit.start) not in starts:
            labs.add(value.lab)
    return labs


def _as_written(text: str, hit: Hit) -> Hit:
    """A name in the light of its case: `meta` is no lab, `MiniMax` is surer than `Minimax`; value None: no name."""
    value: LabName = hit.value
    if not (value.weak or value.cased):
        return hit
    written = text[hit.start : hit.end]
    if value.cased and written != value.name:
        return hit._replace(value=None)
    if value.weak and written.isascii():
        if written.islower() and not value.name.islower():
            return hit._replace(value=None)
        if written == value.name and _CAMEL.match(written):
            return hit._replace(value=value._replace(weak=False))
    return hit


def _named_twice(names: list[tuple[int, Hit]]) -> set[str]:
    """Labs that two different weak names name (`Moonshot` and `Kimi`)."""
    told: dict[str, set[str]] = {}
    for _, hit in names:
        if hit.value.weak and not hit.value.cased:
            told.setdefault(hit.value.lab, set()).add(low(normal(hit.value.name)))
    return {
        lab for lab, words in told.items() if any(a not in b and b not in a for a in words for b in words if a != b)
    }


def _counts(candidate: _Candidate, strong: set[str], weak: set[str], domain: bool, against: set[str]) -> bool:
    family = candidate.family
    if not family.common:
        return True
    near = family.lab in strong or (family.lab in weak and domain)
    key = low(normal(family.spelling))
    if key in against and family.lab not in strong:
        return False
    if family.bare:
        if not candidate.cased:
            return False
        near = near or family.lab in weak
        return near or (domain and candidate.shape >= tails.SURE) or candidate.shape >= tails.CERTAIN
    return near or domain or candidate.shape >= tails.SURE


def _short_forms(found: Found, gazetteer: Gazetteer, lab: str | None) -> None:
    """Versions alone (`V4`) and tiers with a number (`OCR 2`), where the text has named whose they are."""
    learned: dict[str, list[tuple[str, str]]] = {}
    for mention in found.lines:
        version = mention.line.version
        if version[:1].isalpha() and version[:1].isupper() and not mention.line.tier.startswith(version):
            pair = (mention.line.lab, mention.line.family)
            if pair not in learned.setdefault(version[0], []):
                learned[version[0]].append(pair)
    labs = {m.lab for m in found.labs} | ({lab} if lab else set())
    for name in labs:
        for letter, family in gazetteer.letters.get(name, ()):
            if (name, family) not in learned.setdefault(letter, []):
                learned[letter].append((name, family))
    spans = [(m.part, m.start, m.end) for m in found.lines]
    added: list[LineMention] = []
    for part in (TITLE, SUMMARY, BODY):
        text = found.texts[part]
        taken = [(s, e) for p, s, e in spans if p == part]
        if learned:
            for match in _SHORT.finditer(text):
                owners = learned.get(match.group(1))
                if owners and not _inside(match.start(), taken) and not _is_machine(text, match, found, part):
                    added += _short(found, part, match, owners)
        for match in _ELLIPTIC.finditer(text):
            if _inside(match.start(), taken):
                continue
            owner = _nearest(found, part, match.start(), [(m.lab, "") for m in found.labs if m.part == part])
            if owner is not None and owner[0] in gazetteer.first_family:
                family = f"{gazetteer.first_family[owner[0]]}-{match.group(1)}"
                line = make_line(owner[0], family, match.group(2))
                added.append(LineMention(line, part, match.start(), match.end(), "tier-alone"))
    found.lines += added


def _short(found: Found, part: int, match: re.Match[str], owners: list[tuple[str, str]]) -> Iterable[LineMention]:
    owner = _nearest(found, part, match.start(), owners)
    if owner is None:
        return
    tail = tails.read(found.texts[part], match.start(), owner[1])
    if tail is None:
        return
    line = make_line(owner[0], tail.family, tail.version, tail.tier, tail.name)
    yield LineMention(line, part, match.start(), tail.end, "version-alone", tail.artifact)
    for extra, start, end in tails.more(found.texts[part], tail, owner[1]):
        line = make_line(owner[0], extra.family, extra.version, extra.tier, extra.name)
        yield LineMention(line, part, start, end, "list")


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _is_machine(text: str, match: re.Match[str], found: Found, part: int) -> bool:
    if _MACHINE_BEFORE.search(text, max(0, match.start() - 16), match.start()):
        return True
    if match.group(1) == "M" and _MACHINE_AFTER.match(text, match.end()):
        return True
    owner = _OWNER.search(text, max(0, match.start() - 24), match.start())
    if owner is None or not _CAMEL.search(owner.group(1)):
        return False
    return not any(m.part == part and m.start <= owner.start(1) < m.end for m in found.labs)


def _nearest(found: Found, part: int, position: int, owners: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The owner named last before a place, else first after it, else anywhere before this part."""
    if len(owners) == 1:
        return owners[0]
    best: tuple[int, tuple[str, str]] | None = None
    for owner in owners:
        for mention in found.labs:
            if mention.lab != owner[0]:
                continue
            if mention.part == part:
                distance = position - mention.start if mention.start <= position else 5000 + mention.start - position
            else:
                distance = 10000 + 1000 * abs(mention.part - part) + mention.start
            if best is None or distance < best[0]:
                best = (distance, owner)
    return best[1] if best else None


__all__ = ["BODY", "Found", "LabMention", "LineMention", "SUMMARY", "TITLE", "Word", "find"]
