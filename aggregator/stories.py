"""Stories: which items report the same event, from any source and in any language.

Pure. `same_event` is a symmetric relation of two items; a story is a connected component of it, so it does not matter in
which order items arrive. `story_buckets` names what to look up: two related items always share a bucket, and a bucket
spans days, so one more item costs the same among a thousand or a million. Copies (see `copies`) are of one story too;
the store joins them besides.

What keeps events apart: versions are hard (an item on GLM-5 and one on GLM-5.3 never meet, except through an item that
names both), items on nothing in particular never join items on a line, roundups join roundups only, and what happened
to a line (presented, priced, sued, expected) is told apart by the item's kind and by words of three languages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from aggregator.model import LineName
from aggregator.text import fold

HOURS = {
    "release": 84,
    "update": 40,
    "rumour": 40,
    "policy": 40,
    "business": 40,
    "comparison": 20,
    "howto": 20,
    "other": 30,
}
"""How far apart two items may be that report one event, by kind (of different kinds: the smaller)."""
WIDEST = max(HOURS.values())
ROUNDUP = 3
"""Families of models from which on an item is a roundup."""

_TIER_BLANKS = re.compile(r"[\s\-]+")
_SIZES = re.compile(
    r"(?:pro|lite|mini|flash|plus|max|air|turbo|nano|small|large|ultra|code|preview|thinking|instruct|exp|fast)*"
)
"""Tiers that a generation is presented together with; `tts` or `ocr` name another model, which is an event of its own."""

_FACETS = {
    "price": (
        r"价格|涨价|降价|售罄|补贴|计费|额度|配额|\bpric|\bcheaper|\bquota|\bsubscri|\btarif|\bprix|prix\b|價格"
        r"|漲價|降價"
    ),
    "funding": (
        r"融资|融資|领投|估值|注资|\brais(?:e[sd]?|ing)\b.{0,40}(?:illion|fund|round)|\bfunding|\bvaluation"
        r"|\blève\b|\blevée|\bvaloris|\bround\b"
    ),
    "listing": r"\bipo\b|上市|招股|挂牌|掛牌|introduction en bourse|go(?:es)? public|\blisting\b|\bprospectus",
    "market": (
        r"股价|股價|股市|市值|破頂|涨停|漲停|\bshares?\b|\bstocks?\b|\brall(?:y|ies)|\bsurge[sd]?\b"
        r"|\bmarket cap|\bbourse|\bcotée?s?\b|\bcours\b"
    ),
    "revenue": r"收入|营收|營收|盈利|亏损|\brevenue|\bearn(?:s|ed|ings)|\bprofit|chiffre d.affaires|\bincome\b",
    "deal": r"收购|收購|并购|\bacqui(?:re|sit|ert|èr)|\bbuys?\b|\brach(?:at|ète)|\bmerge|\bpartner|合作",
    "law": (
        r"起诉|诉讼|侵权|侵權|侵犯|停止|版权|版權|律师函|致函|发函|發函|抄了|抄袭|抄襲|指控|声讨|聲討|维权|盗用|盜用|\bsue[sd]?\b|\blawsuit|\bcease.and.desist|\bcopyright"
        r"|\binfring|\bplainte|\bmise? en demeure|\bmet en demeure|\bpoursui|\bcontrefa"
        r"|\bletter\b|\bthreat|\bmenace|\baccus|\bdemands?\b|\bcopying\b|\btells? .{2,40} to (?:stop|halt|remove)|\ballege"
        r"|\ben demeure\b|\bs.en pren|\bdénonce|\breproche|\bexige"
    ),
    "reply": (
        r"回应|回應|致歉|道歉|承诺|承諾|加强|加強|\brespon[ds]|\bvows?\b|\bpledge|\bapolog|\brépon|\bs.engage"
        r"|\bexcuse|\bpromet"
    ),
    "distil": r"蒸馏|蒸餾|\bdistil",
    "chips": (
        r"芯片|晶片|华为|華為|英伟达|英偉達|\bchips?\b|\bnvidia|\bhuawei|\bascend|\bblackwell|\bpuces?\b"
        r"|\bembargo|\bexport"
    ),
    "delay": r"推迟|推遲|延期|跳票|仍未|未现身|\bdelay|\bpostpon|\bstill waiting|\bretard|\brepouss|\bno sign",
    "denial": r"辟谣|闢謠|否认|否認|假的|不实|\bdenie[sd]|\bdeny|\bfake[ds]?\b|\bfalse\b|\bdément|\bfaux\b",
    "code": (
        r"代码|源码|\btransformers\b|\bgithub|\bpull request|\bcommit|\bcodebase|\bcode source"
        r"|\bhugging face"
    ),
    "stealth": r"神秘|匿名|\bstealth|\bmyster|\banonym|\barena\b",
    "plan": (
        r"将于|拟|计划|有望|\bto launch|\bplans?\b|\bto release|\bprépare|\bto unveil|将推|將推|即将"
        r"|\breadies|\blines up"
    ),
    "paper": r"技术报告|论文|\btech(?:nical)? report|\bpaper\b|\brapport technique",
    "hire": (
        r"离职|加盟|入职|\bhire[sd]?\b|\bjoins?\b|\bleaves?\b|\bresign|\bstep(?:s|ped)? down"
        r"|\brejoint|\bquitte|出任|卸任"
    ),
    "outage": r"宕机|崩溃|故障|\boutage|\bcrash|\bdown\b|\bpanne",
}
"""What may have happened, told from words of a headline in three languages."""
_STANCES = frozenset({"reply", "denial", "delay", "paper"})
"""What somebody says of an affair is an event of its own: both items have it or neither."""
_NO_RELEASE = frozenset(
    {"law", "market", "reply", "paper", "distil", "funding", "listing", "revenue", "denial", "hire"}
)
"""What no presentation of a model is told with: an item taken for one, with such a word, keeps to its like."""
_FACET_PATTERNS = {name: re.compile(pattern) for name, pattern in _FACETS.items()}
_WORD = re.compile(r"[a-zà-öø-ÿœ][a-zà-öø-ÿœ0-9]{2,}|\d+(?:\.\d+)?|[\u3400-\u9fff]+")


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _split(
    """
    the and for with from that this its are was were has have will after over into than their new how why what not but
    says said say who you your can all out now more first
    les des une dans pour avec sur par que qui est son ses aux plus sans sous
    model models modèle modèles open source ai ia llm release releases released launch launches unveils unveil introduces
    """
)


@dataclass(frozen=True, slots=True)
class Event:
    """What of an item decides its story. `at` is when it appeared, in hours since 1970; sets hold keys, never text."""

    id: str
    language: str
    at: float
    kind: str
    labs: frozenset[str]
    lines: frozenset[str]
    generations: frozenset[str]
    families: frozenset[str]
    bare: frozenset[str]
    """Generations of which the item names the line without a tier, or with one that only tells its size."""
    facets: frozenset[str]
    words: frozenset[str]
    numbers: frozenset[str]


def event(
    id: str,
    *,
    title: str,
    kind: str,
    labs: Iterable[str],
    lines: Iterable[LineName],
    appeared: datetime,
    language: str | None = None,
    summary: str = "",
    source: str = "",
    topics: Iterable[str] = (),
) -> Event:
    """Return what decides an item's story: its clean title, when it was told, and labs and lines that it is about.

    Summary, source and topics decide nothing today; they are taken so that a better rule needs no other caller.
    """
    facets, words, numbers = _read_title(title)
    lines = tuple(lines)
    return Event(
        id=id,
        language=language or "",
        at=appeared.timestamp() / 3600,
        kind=kind,
        labs=frozenset(labs),
        lines=frozenset(line.key for line in lines),
        generations=frozenset(_generation(line) for line in lines),
        families=frozenset(_of_family(_generation(line)) for line in lines),
        bare=frozenset(
            _generation(line) for line in lines if _SIZES.fullmatch(_TIER_BLANKS.sub("", line.tier.casefold()))
        ),
        facets=facets,
        words=words,
        numbers=numbers,
    )


def same_event(a: Event, b: Event) -> bool:
    """Whether two items report one event. Symmetric; a story is what is connected by it."""
    apart = abs(a.at - b.at)
    if apart > WIDEST or bool(a.lines) != bool(b.lines) or _versions_clash(a, b):
        return False
    if a.language == b.language and apart <= 48 and _same_title(a, b):
        return True
    if apart > min(HOURS.get(a.kind, 30), HOURS.get(b.kind, 30)):
        return False
    if not a.lines:
        return _same_unnamed(a, b)
    if max(len(a.families), len(b.families)) >= ROUNDUP:
        return _same_roundup(a, b, apart)
    return a.families == b.families and _same_subject(a, b) and _same_happening(a, b, apart)


def story_buckets(value: Event) -> tuple[str, ...]:
    """Return the buckets of an item: two items that `same_event` relates share at least one. Each spans a week at most.

    An item on no line and no lab has none: nothing but a copy joins it.
    """
    if value.lines:
        keys = [f"g:{generation}" for generation in sorted(value.generations)]
    else:
        keys = [f"l:{lab}:{value.kind}" for lab in sorted(value.labs)]
    first = int(value.at // WIDEST)
    return tuple(f"{key}:{bucket}" for key in keys for bucket in (first, first + 1))


buckets = story_buckets


def components(values: Sequence[Event]) -> list[tuple[str, ...]]:
    """Return the stories of a set of items as tuples of ids, each sorted, in the order of their first ids."""
    parent = {value.id: value.id for value in values}

    def root(id: str) -> str:
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    met: dict[str, list[Event]] = defaultdict(list)
    for value in values:
        seen: set[str] = set()
        for bucket in story_buckets(value):
            for other in met[bucket]:
                if other.id not in seen and root(other.id) != root(value.id) and same_event(value, other):
                    parent[root(value.id)] = root(other.id)
                seen.add(other.id)
            met[bucket].append(value)
    groups: dict[str, list[str]] = defaultdict(list)
    for value in values:
        groups[root(value.id)].append(value.id)
    return sorted(tuple(sorted(group)) for group in groups.values())


# ------------------------------------------------------------------------------------------------ the relation


def _versions_clash(a: Event, b: Event) -> bool:
    """Whether the two are about disjoint versions of a family that both are about."""
    common = a.families & b.families
    return bool(common) and bool(common - {_of_family(generation) for generation in a.generations & b.generations})


def _same_title(a: Event, b: Event) -> bool:
    """Nearly the same headline about the same families (or labs): an agency's report, edited."""
    if a.families != b.families or (not a.lines and (a.kind != b.kind or not a.labs & b.labs)):
        return False
    if a.numbers != b.numbers or len(a.words) < 3 or len(b.words) < 3:
        return False
    return len(a.words & b.words) / len(a.words | b.words) >= 0.7


def _same_unnamed(a: Event, b: Event) -> bool:
    """Items on no line: the same labs and the same kind of happening. Without labs nothing but copies meets."""
    if a.kind != b.kind or _stances_differ(a, b):
        return False
    shared_labs = a.labs & b.labs
    if not shared_labs or len(shared_labs) / len(a.labs | b.labs) < 0.6:
        return False
    if a.facets & b.facets or len(a.words & b.words) >= 3 or (len(a.labs) >= 2 and a.labs == b.labs):
        return True
    return not a.facets and not b.facets and a.language != b.language


def _stances_differ(a: Event, b: Event) -> bool:
    return a.kind in ("policy", "business", "rumour") and bool((a.facets ^ b.facets) & _STANCES)


def _same_roundup(a: Event, b: Event, apart: float) -> bool:
    """Roundups join roundups of much the same lines, plans join plans; a roundup never joins an item on one line."""
    if min(len(a.families), len(b.families)) < 2 or a.kind != b.kind:
        return False
    shared = len(a.generations & b.generations) / len(a.generations | b.generations)
    return shared >= (0.5 if a.kind == "rumour" else 0.8) and apart <= 30


def _same_subject(a: Event, b: Event) -> bool:
    """A line in common, or one generation under the names of its sizes (`Doubao 2.0` and `Doubao 2.0 Pro`)."""
    return bool(a.lines & b.lines or a.bare & b.bare)


def _same_happening(a: Event, b: Event, apart: float) -> bool:
    if a.kind != b.kind or _stances_differ(a, b):
        return False
    if a.kind == "release":
        return not (a.facets ^ b.facets) & _NO_RELEASE
    if a.facets & b.facets:
        return True
    if a.facets and b.facets:
        return False
    return len(a.words & b.words) >= 3 or a.kind in ("rumour", "update")


# ------------------------------------------------------------------------------------------------ parts


def _generation(line: LineName) -> str:
    return line.generation or f"{line.lab}:{line.key}"


@lru_cache(maxsize=16384)
def _of_family(generation: str) -> str:
    """The family of a generation's key: what stands before the version and the letter that belongs to it.

    `qwen:qwen3.5` -> `qwen:qwen`, `deepseek:deepseekv4` -> `deepseek:deepseek`; a letter more or less tells no two apart.
    """
    return re.sub(r"(?<=[^:])[a-z]?\d+(?:\.\d+)*\Z", "", generation)


@lru_cache(maxsize=16384)
def _read_title(title: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What a headline says happened, its words that say something (pairs of characters for Chinese) and its numbers."""
    folded = fold(title)
    words: set[str] = set()
    numbers: set[str] = set()
    for word in _WORD.findall(folded):
        if word[0].isdigit():
            numbers.add(word)
        elif "\u3400" <= word[0] <= "\u9fff":
            words.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif word not in _STOP:
            words.add(word)
    facets = frozenset(name for name, pattern in _FACET_PATTERNS.items() if pattern.search(folded))
    return facets, frozenset(words), frozenset(numbers)
