"""What rests on somebody's word: benchmarks, comparisons, cost, hardware, languages, dates, each with its voice.

A claim is a fact named `claim` whose value is one JSON object: about, value, voice, name, via, and for an expected date
`when` (a code of `understand.when`). Whoever the sentence quotes is the voice; else, in a rumour, whoever its headline
or summary quotes; else the lab in its own page, the tester in a test, and at last the outlet itself. Pure.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from aggregator.kinds import Verdict
from aggregator.labs import Gazetteer
from aggregator.mentions import TITLE, Found, LineMention
from aggregator.model import LineName, Source
from aggregator.understand import openings, peers, scores, when
from aggregator.understand.matching import Prefilter
from aggregator.understanding import facts as texts
from aggregator.understanding import voices
from aggregator.understanding.voices import Voice

_A = re.ASCII
_SENTENCE = re.compile(r"[。!?;|]|\.(?=\s|$)")
_CLAUSE = re.compile(r"[。!?;|:,]|\.(?=\s|$)")
_TRAINING_COST = re.compile(
    r"(?:train\w*|entrain\w*|训练)[^.。;]{0,36}?(?P<v>(?:us)?\$\s?\d+(?:[.,]\d+)?(?: ?(?:million|billion|m|bn))?"
    r"|\d+(?:[.,]\d+)? ?(?:millions?|milliards?) (?:de )?(?:dollars|d'euros|euros|yuans?)|\d+(?:\.\d+)?(?:万"
    r"|亿)?(?:美元|元)|(?:two|three|four|five|six|ten|deux|trois|quatre|cinq|six|dix) (?:millions?"
    r"|milliards?) (?:de |of )?dollars)"
    r"|(?P<w>(?:us)?\$\s?\d+(?:[.,]\d+)?(?: ?(?:million|billion|m|bn))?|(?:two|three|four|five|six"
    r"|ten) million dollars)[^.。;]{0,24}?\b(?:to train|training)"
)
_RUNNING_COST = re.compile(
    r"(?:costs?|coute\w*)\s(\d{1,2}) ?% (?:less|de moins)|(\d{1,2}) ?% (?:cheaper|less expensive|moins cher)"
    r"|(?:成本|价格|费用)[^.。;,]{0,6}?(?:下降|降低|低|减少|下调|便宜)(?:了)?(?:约)?([一二三四五六七八九])成"
    r"|(?:成本|价格|费用)[^.。;,]{0,6}?(?:下降|降低|低|减少|下调|便宜)(?:了)?(?:约)? ?(\d{1,2}) ?%"
)
_TENTHS = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)}
_RELATIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("≈", re.compile(
        r"level with|on par with|match\w*|rival\w*|close to|comparable to|as good as|egale|jeu egal avec"
        r"|au niveau d|rivalis\w+|proche d|hauteur d|媲美|比肩|持平|相当|追平|接近|对标|逼近|看齐|匹敌", _A)),
    ("<", re.compile(
        r"behind|below|trail\w*|loses? to|lags?|not as good|worse than|derriere|en deca|inferieur|落后|不及|不敌|逊于|低于"
        r"|略逊", _A)),
    (">", re.compile(
        r"beat\w*|than|surpass\w*|outperform\w*|exceed\w*|ahead of|overtak\w*|depass\w*|devant|bat|meilleur que"
        r"|surpass\w+|mieux que|超过|超越|超|领先|击败|优于|胜过|强于|反超|碾压|赢过", _A)),
)  # fmt: skip
_LETTERS = {
    "languages": "language langue 语言 语种",
    "hardware": "train entrain 训练",
    "cost": "cost cheaper expensive cout moins 成本 价格 费用 train entrain 训练",
    "score": "bench aime gpqa mmlu hle humanity humaneval arc-agi osworld browsecomp math-500 mmmu simpleqa hmmt gdpval"
    " screenspot ifeval aider scicode frontiermath",
}
_MAY = Prefilter((some, rule) for rule, letters in _LETTERS.items() for some in letters.split())


class Claim(NamedTuple):
    """Something that rests on somebody's word, before it is known whose."""

    about: str
    value: str
    when: str = ""


class _Reader(NamedTuple):
    """What the claims of one line of one item are read from."""

    found: Found
    verdict: Verdict
    line: LineName
    mentions: list[LineMention]
    source: Source
    gazetteer: Gazetteer
    alone: bool
    rumoured: bool


def of_line(
    found: Found,
    verdict: Verdict,
    line: LineName,
    mentions: list[LineMention],
    source: Source,
    gazetteer: Gazetteer,
    *,
    alone: bool,
) -> list[tuple[str, str]]:
    """The claims about a line; `alone`: the item is about nothing else, so that sentences without a name count too.

    What an item says twice it says once: with the voice of the sentence that quotes somebody by name, if one does.
    """
    if verdict.kind not in ("release", "update", "rumour", "comparison"):
        return []
    rumoured = verdict.kind == "rumour" or verdict.roundup
    reader = _Reader(found, verdict, line, mentions, source, gazetteer, alone, rumoured)
    told: dict[tuple[str, str], tuple[int, str]] = {}
    for part, lowered in enumerate(found.lows):
        peers_here = any(p == part for p, _ in found.peers)
        if not lowered or not (rumoured or peers_here or _MAY.rules(lowered)):
            continue
        for start, end in _spans(reader, part):
            for claim in _claims(reader, part, start, end):
                key = (claim.about, claim.when or claim.value.casefold())
                spoken = _spoken(reader, claim, part, start, end)
                if key not in told or spoken[0] < told[key][0]:
                    told[key] = spoken
    return [("claim", value) for _, value in told.values()]


def _spans(reader: _Reader, part: int) -> list[tuple[int, int]]:
    """The sentences that speak of the line; of an item on several lines only the clauses that name it."""
    found, lowered = reader.found, reader.found.lows[part]
    named = [m for m in reader.mentions if m.part == part]
    if not reader.alone and reader.verdict.roundup:
        spans = _cut(lowered, _CLAUSE)
        return [(s, e) for s, e in spans if any(s <= m.start < e for m in named)]
    return [
        (s, e)
        for s, e in _cut(lowered, _SENTENCE)
        if any(s <= m.start < e for m in named) or (reader.alone and _owned(found, part, s, e, reader.line))
    ]


def _cut(lowered: str, cuts: re.Pattern[str]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for cut in cuts.finditer(lowered):
        spans.append((start, cut.start()))
        start = cut.end()
    spans.append((start, len(lowered)))
    return [(s, e) for s, e in spans if e - s > 3]


def _owned(found: Found, part: int, start: int, end: int, line: LineName) -> bool:
    """Whether a sentence names no other line of its own."""
    own = [m for m in found.lines if m.part == part and start <= m.start < end and (m.part, m.start) not in found.peers]
    return not own or any(m.line.generation == line.generation for m in own)


def _claims(reader: _Reader, part: int, start: int, end: int) -> list[Claim]:
    found, line = reader.found, reader.line
    sentence = found.lows[part][start:end]
    claims: list[Claim] = []
    if reader.rumoured and openings.BACKGROUND.search(sentence) is None:
        day = when.read(sentence)
        if day is not None:
            claims.append(Claim("expected", day.words, day.code))
    called = _MAY.rules(sentence)
    languages = texts.LANGUAGES.search(sentence) if "languages" in called else None
    if languages is not None:
        claims.append(Claim("languages", languages.group(1)))
    if "hardware" in called:
        claims += [Claim("training hardware", label) for label in texts.hardware(sentence)]
    if "cost" in called:
        claims += _costs(sentence)
    if "score" in called:
        claims += _scores(found, part, start, end)
    return claims + _compared(found, part, start, end, line)


def _scores(found: Found, part: int, start: int, end: int) -> list[Claim]:
    """The scores that a sentence tells; versions of models are none."""
    written = found.texts[part][start:end]
    models = [(m.start - start, m.end - start) for m in found.lines if m.part == part]
    told = scores.read(found.lows[part][start:end], models)
    return [Claim("score", f"{written[score.start : score.end]} {score.number}") for score in told]


def _costs(sentence: str) -> list[Claim]:
    training = _TRAINING_COST.search(sentence)
    if training is not None:
        return [Claim("training cost", (training["v"] or training["w"]).strip())]
    running = _RUNNING_COST.search(sentence)
    if running is None:
        return []
    number = next(group for group in running.groups() if group)
    return [Claim("running cost", f"-{_TENTHS[number] * 10 if number in _TENTHS else int(number)}%")]


def _compared(found: Found, part: int, start: int, end: int, line: LineName) -> list[Claim]:
    """`better than X`: a peer that the sentence names as a yardstick."""
    claims = []
    for mention in found.lines:
        if mention.part != part or not start <= mention.start < end or (part, mention.start) not in found.peers:
            continue
        if mention.line.lab == line.lab:
            continue
        near = found.lows[part][max(start, mention.start - peers.REACH) : min(end, mention.end + 12)]
        sign = next((sign for sign, pattern in _RELATIONS if pattern.search(near)), None)
        if sign is not None:
            claims.append(Claim("comparison", f"{sign} {mention.line.name}"))
    return claims


def _spoken(reader: _Reader, claim: Claim, part: int, start: int, end: int) -> tuple[int, str]:
    """How well the voice is known (0 by name, 1 unnamed, 2 not quoted), and the claim as JSON."""
    source, line = reader.source, reader.line
    outlet = source.title or source.id
    own = source.lab is not None and source.lab == line.lab
    voice = (
        voices.heard(reader.found, part, start, end)
        or _around(reader.found, reader.verdict, part)
        or voices.hearsay(reader.found, part, start, end)
    )
    if own and voice is not None and voice.voice == voices.TEST and not voice.name:
        voice = Voice(voices.LAB, "")  # `our tests` on a lab's own page are the lab's
    rank = 2 if voice is None else 0 if voice.name or voice.voice == voices.LAB else 1
    if voice is None and own:
        voice = Voice(voices.LAB, "")
    elif voice is None:
        voice = Voice(voices.TEST if reader.verdict.kind == "comparison" else voices.PRESS, outlet)
    name = voice.name
    if voice.voice == voices.LAB:
        name = reader.gazetteer.short_name(voice.lab or line.lab)
    value = {
        "about": claim.about,
        "value": claim.value,
        "voice": voice.voice,
        "name": name or None,
        "via": None if own or name == outlet else outlet,
    }
    if claim.when:
        value["when"] = claim.when
    return rank, json.dumps(value, ensure_ascii=False, sort_keys=True)


def _around(found: Found, verdict: Verdict, part: int) -> Voice | None:
    """Whoever a rumour's headline or summary quotes, where its sentence quotes nobody."""
    if verdict.kind != "rumour":
        return None
    for other in range(TITLE, len(found.lows)):
        voice = voices.heard(found, other, 0, min(len(found.lows[other]), 400)) if found.lows[other] else None
        if voice is not None:
            return voice
    return None
