"""What an item shows about the lines it is about: how far each has come, and facts that the text states.

Each line is judged by the clauses that name it; the item's main line by the whole text. An item that expects a line
shows a rumour, one that presents it shows that it can be used or downloaded, as its words say. Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import lru_cache

from aggregator.kinds import Verdict
from aggregator.kinds.clauses import Clause, clauses_of
from aggregator.labs import Gazetteer
from aggregator.mentions import TITLE, Found, LineMention
from aggregator.model import TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR, Evidence, LineName, Source
from aggregator.understand import openings, when
from aggregator.understand.cues import CUES
from aggregator.understand.folding import is_chinese
from aggregator.understand.matching import Matcher
from aggregator.understanding import claims, disputes, weights
from aggregator.understanding import facts as texts
from aggregator.understanding.subject import About
from aggregator.understanding.weights import Told

AVAILABILITY = ("service", "presented_only")
SHOWS = {"release": "available", "update": "available", "comparison": "available", "howto": "available"}
"""Kinds whose lines are out; of the others an item states facts only."""

_SENTENCE = re.compile(r"[。!?;]|\.(?=\s|$)|\s{2,}|\n")
_DENIES = re.compile(
    r"\bden(?:y|ies|ied)\b|\bdebunk\w*|\bhoax\b|\bfake\b|\bnot true\b|\bfalse\b|\bdement\w*|\bfaux\b"
    r"|\binfonde\w*|辟谣|否认|假的|不实|谣言|子虚乌有|伪造|造假",
    re.ASCII,
)
_NOT = re.compile(
    r"(?:不|未|没有|尚未|暂未|\bno|\bnot|\bnot yet|\bwithout|\bsans|\bpas de|\bpas|\bn't)\s?$",
    re.ASCII,
)


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    return Matcher((word, category) for category in AVAILABILITY for words in CUES[category].values() for word in words)


def of_news(found: Found, verdict: Verdict, about: About, source: Source, gazetteer: Gazetteer) -> tuple[Evidence, ...]:
    """Evidence of an article, one for each line that it is about."""
    if not about.lines:
        return ()
    places: dict[str, list[LineMention]] = {}
    for mention in found.lines:
        if (mention.part, mention.start) not in found.peers or verdict.kind in ("comparison", "policy"):
            places.setdefault(mention.line.key, []).append(mention)
    generations = {line.generation for line in about.lines}
    main = about.lines[0].key if len(generations) == 1 else None
    statements = weights.told(found, frozenset(line.key for line in about.lines), _main(about, generations))
    whole, sentences = " ".join(found.lows), _Sentences(found)
    return tuple(
        _with_claims(
            _of_line(
                found,
                verdict,
                line,
                places,
                source,
                whole if line.key == main else None,
                weights.of_line(statements, line.key),
                sentences,
            ),
            claims.of_line(
                found, verdict, line, places.get(line.key, []), source, gazetteer, alone=len(generations) == 1
            ),
            disputes.of_line(found, verdict, line.lab),
        )
        for line in about.lines
    )


def _with_claims(shown: Evidence, claimed: list[tuple[str, str]], disputed: list[tuple[str, str]]) -> Evidence:
    """The evidence with what rests on somebody's word; a date is expected only of what is not out."""
    if shown.status != "rumoured":
        claimed = [fact for fact in claimed if '"about": "expected"' not in fact[1]]
    if not claimed and not disputed:
        return shown
    return replace(shown, facts=tuple(dict.fromkeys((*shown.facts, *claimed, *disputed))))


def _main(about: About, generations: set[str]) -> frozenset[str]:
    """The lines that a sentence without a name speaks of: those that the item's headline names, of one generation."""
    if len(generations) != 1:
        return frozenset()
    title = {m.line.key for m in about.subjects if m.part == TITLE}
    return frozenset(title or {about.lines[0].key})


def _of_line(
    found: Found,
    verdict: Verdict,
    line: LineName,
    places: dict[str, list[LineMention]],
    source: Source,
    whole: str | None,
    told: Told | None,
    sentences: _Sentences,
) -> Evidence:
    mentions = places.get(line.key, [])
    near = " | ".join(sentences.around(m) for m in mentions)
    text = whole if whole is not None else near
    status, rule, words, facts = _status(found, verdict, mentions, text, told)
    if status == "rumoured":
        day = when.read(near) or when.read(" ".join(found.lows[:2]))
        facts += [("expected", day.words)] if day else []
        denied = verdict.rule == "denied-or-delayed" and _DENIES.search(" ".join(found.lows[:2]))
        facts += [("denied", denied.group())] if denied else []
        facts += [
            ("capability", word) for word in texts.capabilities(" ".join(found.lows[:2]) if whole is not None else near)
        ]
    elif SHOWS.get(verdict.kind):
        facts += _out_on(found, line, mentions, sentences)
    if status != "rumoured" and verdict.kind in ("release", "update"):
        facts += texts.stated(text, line.name, " ".join(found.texts) if whole is not None else "")
        facts += [("size", size) for size in _sizes(found, mentions)]
        facts += [
            ("capability", word) for word in texts.capabilities(" ".join(found.lows[:2]) if whole is not None else near)
        ]
    trust = TRUST_LAB if source.lab is not None and source.lab == line.lab else TRUST_PRESS
    if status == "rumoured" and trust != TRUST_LAB:
        trust = TRUST_RUMOUR
    return Evidence(line, status, trust, tuple(dict.fromkeys(facts)), rule, words)


def _out_on(found: Found, line: LineName, mentions: list[LineMention], sentences: _Sentences) -> list[tuple[str, str]]:
    """The day that a sentence names as that of the line's release, where it names no other line."""
    for mention in mentions:
        text = sentences.around(mention)
        day = when.out_on(text)
        if day is not None:
            start = found.lows[mention.part].find(text)
            others = [m for m in found.lines if m.part == mention.part and start <= m.start < start + len(text)]
            if all(m.line.key == line.key for m in others):
                return [("out_on", day.code)]
    return []


def _status(
    found: Found, verdict: Verdict, mentions: list[LineMention], text: str, told: Told | None
) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Status, rule, words and the facts about weights."""
    says = told.says if told is not None else ""
    expected = _expected(found, verdict, mentions)
    if expected is not None:
        return "rumoured", "expected", expected, []
    if verdict.kind == "rumour":
        return "rumoured", verdict.rule, verdict.words, []
    facts: list[tuple[str, str]] = []
    if says != weights.NO and openings.OPEN_SOURCE.search(openings.GENERIC.sub(" ", text)):
        facts.append(("lab_says", "open-source"))
    status = SHOWS.get(verdict.kind, "fact")
    if status == "fact" or verdict.kind == "comparison":
        sure = told is not None and told.named and says in (weights.YES, weights.NO)
        return status, verdict.rule, verdict.words, [("weights", says)] if sure else []
    if verdict.roundup and mentions and mentions[0].part != TITLE and told is None:
        return "fact", verdict.rule, verdict.words, []
    if told is None or (says == weights.LOCAL and verdict.kind != "howto"):
        return _offered(verdict, status, text, facts)
    if says in (weights.YES, weights.LOCAL):
        return "open", "weights" if says == weights.YES else "run-locally", told.words, [("weights", "yes"), *facts]
    offered, *_ = _offered(verdict, status, text, facts)
    rule = "closed" if says == weights.NO else "weights-promised"
    return offered, rule, told.words, [("weights", says), *(facts if says == weights.PROMISED else ())]


def _offered(
    verdict: Verdict, status: str, text: str, facts: list[tuple[str, str]]
) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Available, or only announced where the text says that nothing can be used yet."""
    shown = _availability(text) if verdict.kind in ("release", "update") else {}
    if "presented_only" in shown and "service" not in shown:
        return "announced", "presented", shown["presented_only"], facts
    return status, verdict.rule, verdict.words, facts


def _availability(text: str) -> dict[str, str]:
    """Category -> the first words in a text that tell it and are not negated."""
    kinds: dict[str, str] = {}
    for hit in _matcher().find(text):
        if hit.value in kinds or (hit.value == "service" and _NOT.search(text, max(0, hit.start - 9), hit.start)):
            continue
        kinds[hit.value] = text[hit.start : hit.end]
    return kinds


class _Sentences:
    """The sentences of an item's parts. Each part is cut once, however many lines it names."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._cuts: dict[int, tuple[list[int], list[int]]] = {}

    def around(self, mention: LineMention) -> str:
        """The clause or sentence that names a line."""
        lowered = self._found.lows[mention.part]
        if mention.part not in self._cuts:
            cuts = [cut.span() for cut in _SENTENCE.finditer(lowered)]
            self._cuts[mention.part] = [begin for begin, _ in cuts], [end for _, end in cuts]
        begins, ends = self._cuts[mention.part]
        before, after = bisect_right(ends, mention.start), bisect_left(begins, mention.end)
        return lowered[ends[before - 1] if before else 0 : begins[after] if after < len(begins) else len(lowered)]


def _expected(found: Found, verdict: Verdict, mentions: list[LineMention]) -> str | None:
    """The word of expectation in the clause that names a line first."""
    if verdict.kind in ("comparison", "howto") or not mentions:
        return None
    if verdict.roundup and mentions[0].part != TITLE:
        return _put_off(found, verdict, mentions)
    first = mentions[0]
    clauses = [c for c in verdict.clauses if c.part == first.part] or clauses_of(found, first.part, verdict.language)
    clause = next((c for c in clauses if c.start <= first.start < c.end), None)
    if clause is None:
        return None
    named = {m.line.key for m in found.lines if m.part == TITLE}
    alone = first.part == TITLE and verdict.kind == "release" and not verdict.roundup and len(named) == 1
    word = _word_of_expectation(clause, first, alone=alone)
    if word is not None:
        return word
    if clause.question and verdict.kind == "update" and first.part != TITLE:
        return "?"
    return None


def _put_off(found: Found, verdict: Verdict, mentions: list[LineMention]) -> str | None:
    """In a roundup, the word of expectation of any clause that names a line which the headline does not."""
    clauses = {part: clauses_of(found, part, verdict.language) for part in {m.part for m in mentions}}
    for mention in mentions:
        for clause in clauses[mention.part]:
            if clause.start <= mention.start < clause.end:
                word = _word_of_expectation(clause, mention, alone=False)
                if word is not None:
                    return word
    return None


def _word_of_expectation(clause: Clause, mention: LineMention, *, alone: bool) -> str | None:
    if alone:
        return None
    release = next((c for c in clause.cues if c.category == "release"), None)
    for cue in clause.cues:
        if cue.category in ("rumour", "denial"):
            if release is not None and release.start < cue.start and not is_chinese(cue.word):
                continue
            return cue.word
    return None


def _sizes(found: Found, mentions: list[LineMention]) -> list[str]:
    """Sizes written in the names of a line (`Qwen3.5-397B-A17B`)."""
    sizes = []
    for mention in mentions:
        if mention.artifact:
            written = re.search(
                r"[-_ ](\d+(?:\.\d+)?[BT](?:-A\d+(?:\.\d+)?B)?)",
                found.texts[mention.part][mention.start : mention.end],
                re.IGNORECASE,
            )
            if written:
                sizes.append(written.group(1).upper())
    return list(dict.fromkeys(sizes))
