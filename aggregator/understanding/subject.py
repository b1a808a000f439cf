"""What an item is about, against what it only names: its lines, its labs, and all lines that it mentions.

The headline is the subject. A line named for comparison, as a basis or as a predecessor is a mention only. Where the
headline names no line, the first sentences may, for a lab that the headline names. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aggregator.kinds import Verdict
from aggregator.mentions import BODY, SUMMARY, TITLE, Found, LabMention, LineMention
from aggregator.model import LineName, Reason
from aggregator.understand import openings

_LAB_PEER = re.compile(
    r"(?:前|原|\bformer|\bex|\bex-|\bancien|\bancienne|超过|超越|超|追赶|赶超|击败|比|胜过|领先|媲美|对标|挑战|叫板|逼近"
    r"|\bthan|\bbeats?|\bsurpass\w*|\bovertak\w+|\boutperform\w*|\bundercut\w*|\bagainst"
    r"|\brivals?|\btakes? on|\banswers?|\banswer to|\breplies to|\bresponds? to|\brepond a|\briposte a"
    r"|\breponse a|\btakes aim at|\brival chinois de|\balternative to"
    r"|\brivalry with|\brace with|\bbattle with|\bversus|\bvs\.?|"
    r"\bplus que|\bdepass\w+|\bface a|\bcontre|\bdevant|\brival de|\bconcurrent de|\brivaliser avec)\s?(?:the "
    r"|l'|le |la )?$"
)
_MEANS = re.compile(
    r"(?:\btrained (?:\w+ )?on|\bentraine\w* (?:\w+ ){0,3}sur(?: (?:des|les|ses))?(?: (?:puces?"
    r"|processeurs?) (?:ascend )?d[e'])?|由|基于|使用|用|采用|在|依靠)\s?$"
)
_NOT_WITH = re.compile(
    r"\b(?:without (?:a single |any |using )?|sans (?:aucune? |les )?(?:puces? )?(?:de |d')?"
    r"|se passer (?:\w+ )?(?:de |d'|des )(?:puces )?|skips? |not need )$|(?:不用|不靠|摆脱|绕开|未用|没用)\s?$"
)
_HARDWARE = re.compile(r"(?:'s)?\s?(?:ascend|chips?|processors?|gpus?|accelerators?|silicon|昇腾|芯片|晶片|算力|显卡)")
"""A maker of chips that only supplies the means, or is done without, is no subject of an item."""
_SENTENCE = re.compile(r"[。!?]|[.](?=\s)")
BODY_LEAD = 260
"""Characters of a body that may name what the headline is about, where headline and summary name no line."""


@dataclass(frozen=True, slots=True)
class About:
    """The subject of an item."""

    labs: tuple[str, ...]
    lines: tuple[LineName, ...]
    mentions: tuple[LineName, ...]
    reasons: tuple[Reason, ...]
    subjects: tuple[LineMention, ...]


def about(found: Found, verdict: Verdict, lab: str | None = None) -> About:
    """Which lines and labs an item is about, given its kind."""
    peers = found.peers
    subjects = _subjects(found, verdict, peers)
    lines = unique(m.line for m in subjects)
    labs = _labs(found, verdict, subjects, lab)
    mentions = unique(m.line for m in found.lines)
    reasons = [Reason(f"line={m.line.name}", m.rule, found.quote(m)) for m in _once(subjects)]
    reasons += [Reason(f"lab={name}", "named", words) for name, words in labs.items()]
    keys = {line.key for line in lines}
    for mention in _once(found.lines):
        if mention.line.key not in keys:
            rule = "peer" if (mention.part, mention.start) in peers else mention.rule
            reasons.append(Reason(f"mention={mention.line.name}", rule, found.quote(mention)))
    return About(tuple(labs), lines, mentions, tuple(reasons), tuple(subjects))


def unique(lines: object) -> tuple[LineName, ...]:
    """Lines without repetition, by key, in order."""
    seen: dict[str, LineName] = {}
    for line in lines:  # type: ignore[attr-defined]
        seen.setdefault(line.key, line)
    return tuple(seen.values())


def _once(mentions: list[LineMention]) -> list[LineMention]:
    seen: dict[str, LineMention] = {}
    for mention in mentions:
        seen.setdefault(mention.line.key, mention)
    return list(seen.values())


def _subjects(found: Found, verdict: Verdict, peers: frozenset[tuple[int, int]]) -> list[LineMention]:
    comparing = verdict.kind in ("comparison", "policy")
    title = [m for m in found.lines if m.part == TITLE and (comparing or (m.part, m.start) not in peers)]
    rest = [m for m in found.lines if m.part != TITLE and (m.part, m.start) not in peers]
    if title:
        if verdict.roundup and verdict.kind == "release":
            return title + [m for m in rest if not _background(found, m)]
        generations = {m.line.generation for m in title}
        return title + [m for m in rest if m.line.generation in generations]
    if any(m.part == TITLE for m in found.lines):
        return []
    labs = {m.lab for m in found.labs if m.part == TITLE} or {m.lab for m in found.labs if m.part == SUMMARY}
    if verdict.kind == "policy":
        rest = [m for m in found.lines if m.part != TITLE]
    lead = [m for m in rest if m.part == SUMMARY and (m.line.lab in labs or verdict.roundup)]
    if not lead and verdict.kind in ("release", "update", "rumour") and not any(m.part == SUMMARY for m in found.lines):
        lead = [m for m in rest if m.part == BODY and m.start < BODY_LEAD and m.line.lab in labs]
    if not lead:
        return []
    if verdict.roundup:
        return [m for m in rest if not _background(found, m)]
    generations = {m.line.generation for m in lead}
    return lead + [m for m in rest if m.part == BODY and m.line.generation in generations]


def _labs(found: Found, verdict: Verdict, subjects: list[LineMention], lab: str | None) -> dict[str, str]:
    """Lab id -> the words that named it: the headline's labs, those of the lines, and in disputes the lead's."""
    labs: dict[str, str] = {}
    inside = [(m.start, m.end) for m in found.lines if m.part == TITLE]
    subject_places = {(m.part, m.start) for m in subjects}
    for mention in found.labs:
        if mention.part != TITLE:
            continue
        in_line = next((s for s, e in inside if s <= mention.start < e), None)
        only_in_peer = in_line is not None and (TITLE, in_line) not in subject_places
        telling = bool(subjects) or verdict.kind not in ("other", "howto", "policy")
        outside = (m for m in found.labs if m.part == TITLE and not _within(m, inside))
        if only_in_peer and telling and not any(m.lab == mention.lab for m in outside):
            continue
        if _is_peer(found.lows[TITLE], mention):
            continue
        labs.setdefault(mention.lab, found.quote(mention))
    for line in subjects:
        labs.setdefault(line.line.lab, found.quote(line))
    if verdict.kind == "policy" or not labs:
        for mention in _lead_labs(found, SUMMARY):
            labs.setdefault(mention.lab, found.quote(mention))
        if len(labs) < 2:
            for mention in _lead_labs(found, BODY):
                if verdict.kind == "policy":
                    labs.setdefault(mention.lab, found.quote(mention))
    if lab is not None:
        labs.setdefault(lab, "")
    return labs


def _background(found: Found, mention: LineMention) -> bool:
    """Whether a line stands in a sentence of an article on several that tells what was before (`a year ago, … with V3`)."""
    lowered = found.lows[mention.part]
    start = max((c.end() for c in _SENTENCE.finditer(lowered, 0, mention.start)), default=0)
    end = next((c.start() for c in _SENTENCE.finditer(lowered, mention.end)), len(lowered))
    return openings.BACKGROUND.search(lowered, start, end) is not None


def _is_peer(lowered: str, mention: LabMention) -> bool:
    """Whether a lab is named only for comparison, or as the maker of the machines."""
    if _LAB_PEER.search(lowered, max(0, mention.start - 24), mention.start):
        return True
    if _NOT_WITH.search(lowered, max(0, mention.start - 40), mention.start):
        return True
    return (
        _HARDWARE.match(lowered, mention.end) is not None
        and _MEANS.search(lowered, max(0, mention.start - 48), mention.start) is not None
    )


def _within(mention: LabMention, spans: list[tuple[int, int]]) -> bool:
    return any(start <= mention.start < end for start, end in spans)


def _lead_labs(found: Found, part: int) -> list[LabMention]:
    """The labs of a part's first sentence that are not named for comparison."""
    lowered = found.lows[part]
    least = 30 if part == SUMMARY else 120
    cut = next((m.start() for m in _SENTENCE.finditer(lowered) if m.start() > least), len(lowered))
    return [m for m in found.labs if m.part == part and m.start < cut and not _is_peer(lowered, m)]
