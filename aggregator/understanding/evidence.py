"""What an item shows about the lines it is about: how far each has come, and facts that the text states.

Each line is judged by the clauses that name it; the item's main line by the whole text. An item that expects a line
shows a rumour, one that presents it shows that it can be used or downloaded, as its words say. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.kinds import Verdict
from aggregator.kinds.clauses import Clause, clauses_of
from aggregator.mentions import TITLE, Found, LineMention
from aggregator.model import TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR, Evidence, LineName, Source
from aggregator.understand.cues import CUES
from aggregator.understand.folding import is_chinese
from aggregator.understand.matching import Matcher
from aggregator.understanding import facts as texts
from aggregator.understanding.subject import About

AVAILABILITY = ("weights", "no_weights", "weights_later", "service", "presented_only")
SHOWS = {"release": "available", "update": "available", "comparison": "available", "howto": "available"}
"""Kinds whose lines are out; of the others an item states facts only."""

_SENTENCE = re.compile(r"[。!?;]|\.(?=\s|$)|\s{2,}|\n")
_WEIGHTS = re.compile(
    r"\b(?:open|releas|publish|post|upload|free|share)\w*[^.;|]{0,30}\bweights\b"
    r"|\bweights\b(?! (?:will|to follow|later|soon|are not|not))[^.;|]{0,30}"
    r"\b(?:under|on hugging|available|released|published|download\w*|open|public|licen[cs]e|up)\b"
    r"|\b(?:publi|ouvr|libr|telecharg|partag)\w*[^.;|]{0,30}\bpoids\b|\bpoids\b[^.;|]{0,30}\b(?:sous|disponibles?|publi\w*|telecharg\w*|ouverts?|libres?|licence)\b",
    re.ASCII,
)
_CLAUSE = re.compile(r"[。!?;,:]|\.(?=\s|$)|\s{2,}|\n")
_NOT = re.compile(
    r"(?:不|未|没有|尚未|暂未|\bno|\bnot|\bnot yet|\bwithout|\bsans|\bpas de|\bpas|\bn't|开源模型|开源社区|最强开源|on)\s?$",
    re.ASCII,
)
_OPEN_NOUN = re.compile(r"(?:模型(?:中|里|排|第一|榜)|社区|榜|阵营|圈|生态|世界|models? (?:in|on|to)\b)")
_LOCAL = re.compile(
    r"gguf|mlx|llama\.cpp|ollama|quant|int4|fp8|nvfp4|微调|本地|lora|fine-tun|unsloth|vllm|sglang"
    r"|chez soi|en local|locally|own"
)


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    return Matcher((word, category) for category in AVAILABILITY for words in CUES[category].values() for word in words)


def of_news(found: Found, verdict: Verdict, about: About, source: Source) -> tuple[Evidence, ...]:
    """Evidence of an article, one for each line that it is about."""
    if not about.lines:
        return ()
    places: dict[str, list[LineMention]] = {}
    for mention in found.lines:
        if (mention.part, mention.start) not in found.peers or verdict.kind in ("comparison", "policy"):
            places.setdefault(mention.line.key, []).append(mention)
    generations = {line.generation for line in about.lines}
    main = about.lines[0].key if len(generations) == 1 else None
    whole = " ".join(found.lows)
    return tuple(
        _of_line(found, verdict, line, places, source, whole if line.key == main else None) for line in about.lines
    )


def _of_line(
    found: Found,
    verdict: Verdict,
    line: LineName,
    places: dict[str, list[LineMention]],
    source: Source,
    whole: str | None,
) -> Evidence:
    mentions = places.get(line.key, [])
    near = " | ".join(_around(found, m, _CLAUSE) for m in mentions)
    nearby = _availability(near)
    if whole is None and not nearby.keys() & {"weights", "service", "no_weights"}:
        near = " | ".join(_around(found, m, _SENTENCE) for m in mentions)
        nearby = _availability(near)
    text = whole if whole is not None else near
    status, rule, words, told = _status(found, verdict, mentions, text, nearby)
    facts = list(told)
    if status == "rumoured":
        when = texts.expected(near) or texts.expected(" ".join(found.lows[:2]))
        facts += [("expected", when)] if when else []
    elif verdict.kind in ("release", "update"):
        facts += texts.stated(text, line.name, " ".join(found.texts) if whole is not None else "")
        facts += [("size", size) for size in _sizes(found, mentions)]
    trust = TRUST_LAB if source.lab is not None and source.lab == line.lab else TRUST_PRESS
    if status == "rumoured" and trust != TRUST_LAB:
        trust = TRUST_RUMOUR
    return Evidence(line, status, trust, tuple(dict.fromkeys(facts)), rule, words)


def _status(
    found: Found, verdict: Verdict, mentions: list[LineMention], text: str, nearby: dict[str, str]
) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Status, rule, words and the facts about weights."""
    expected = _expected(found, verdict, mentions)
    if expected is not None:
        return "rumoured", "expected", expected, []
    if verdict.kind == "rumour":
        return "rumoured", verdict.rule, verdict.words, []
    if verdict.kind in ("policy", "business", "other", "comparison"):
        kinds = nearby
    else:
        kinds = _availability(text)
    facts: list[tuple[str, str]] = []
    if "开源" in text or "open-sourc" in text or "open sourc" in text:
        facts.append(("lab_says", "open-source"))
    status = SHOWS.get(verdict.kind, "fact")
    if verdict.roundup and mentions and mentions[0].part != TITLE and "weights" not in kinds:
        return "fact", verdict.rule, verdict.words, []
    if "no_weights" in kinds:
        return status, "closed", kinds["no_weights"], [("weights", "no")]
    if status == "fact":
        return status, verdict.rule, verdict.words, []
    if verdict.kind == "comparison":
        return status, verdict.rule, verdict.words, []
    if verdict.kind == "howto":
        local = _LOCAL.search(text)
        if local is not None:
            return "open", "run-locally", local.group(), [("weights", "yes")]
        return status, verdict.rule, verdict.words, []
    if "weights_later" in kinds and "weights" not in nearby:
        return status, "weights-promised", kinds["weights_later"], [("weights", "promised"), *facts]
    if "weights" in kinds:
        return "open", "weights", kinds["weights"], [("weights", "yes"), *facts]
    if "presented_only" in kinds and "service" not in kinds:
        return "announced", "presented", kinds["presented_only"], facts
    return status, verdict.rule, verdict.words, facts


def _availability(text: str) -> dict[str, str]:
    """Category -> the first words in a text that tell it and are not negated."""
    kinds: dict[str, str] = {}
    for hit in _matcher().find(text):
        if hit.value in kinds:
            continue
        if hit.value in ("weights", "service") and (
            _NOT.search(text, max(0, hit.start - 9), hit.start) or _OPEN_NOUN.match(text, hit.end)
        ):
            continue
        kinds[hit.value] = text[hit.start : hit.end]
    if (
        "weights" not in kinds
        and ("weights" in text or "poids" in text)
        and (told := _WEIGHTS.search(text)) is not None
    ):
        kinds["weights"] = told.group()
    return kinds


def _around(found: Found, mention: LineMention, cuts: re.Pattern[str]) -> str:
    """The clause or sentence that names a line."""
    lowered = found.lows[mention.part]
    start = 0
    for cut in cuts.finditer(lowered):
        if cut.start() >= mention.end:
            return lowered[start : cut.start()]
        if cut.end() <= mention.start:
            start = cut.end()
    return lowered[start:]


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
