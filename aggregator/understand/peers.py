"""Which of the lines that a text names are named for comparison, as a basis, or as a predecessor.

Told by the words right before and behind a name, and by the list that it stands in. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from aggregator.understand.matching import Matcher

COMPARED: dict[str, tuple[str, ...]] = {
    "zh": (
        "超过", "超越", "超", "逼近", "媲美", "对标", "比肩", "领先", "击败", "碾压", "优于", "胜过", "强于", "不输",
        "接近", "直追", "追平",
        "赢过", "不敌", "落后于", "持平", "较", "比", "相比", "约为", "跟", "对齐", "直指", "剑指", "上一代", "前代",
        "上代", "前作", "取代", "替代", "接替", "自家",
        "对抗", "挑战", "叫板", "打败", "反超", "力压", "堪比", "直逼", "匹敌", "看齐", "打平", "不同于",
        "有别于", "不及", "仍为", "仍是", "用",
    ),
    "en": (
        "than", "lead over", "edge over", "win over", "undercut*", "vs", "vs.", "versus", "beat", "beats", "beating",
        "against", "rival",
        "rivals", "rivalling", "rivaling", "match", "matches", "matching", "surpass*", "outperform*", "exceed",
        "exceeds", "close to",
        "compared with", "compared to", "on par with", "behind", "successor to", "follow-up to", "replac*",
        "ahead of", "unlike", "below",
        "above", "takes aim at", "closes in on", "close in on", "catch up with", "catches up with", "aimed at",
        "answer to", "alternative to", "since", "challenge*", "trail", "trails",
        "top", "tops", "still", "compete with", "takes on", "level with", "sibling of", "brother of", "cousin of",
        "sister of",
    ),
    "fr": (
        "que", "contre", "face a", "devant", "proche de", "depasse*", "egale", "rivalise avec", "rivalisent avec",
        "rivaliser avec",
        "successeur de", "compare a", "compare avec", "derriere", "bat", "surpasse*", "concurrenc*", "defie",
        "au niveau de", "remplace",
        "petit frere de", "petite soeur de", "contrairement a", "a la difference de", "a l'inverse de",
        "jeu egal avec", "hauteur de", "rival de", "rival chinois de",
        "reponse a", "alternative a",
    ),
}  # fmt: skip
"""Words before a line that is a yardstick or a predecessor."""

MADE_FROM = (
    "基于", "源自", "沿用", "底座", "蒸馏", "based on", "built on", "built on top of", "fine-tune of",
    "fine-tuned from", "distilled from",
    "trained from", "based upon", "base sur", "issu de", "a partir de",
)  # fmt: skip
"""Words before a line that something else is made from."""

_FILLER = re.compile(
    r"\w*(?:\s?(?:the|la|le|les|l'|son|sa|its|a|an|of|openai|anthropic|google|deepmind|alibaba|deepseek|claude"
    r"|xai|meta|previous|own|du|de"
    r"|d'|'s|\"|了|过|的|谷歌|阿里|智谱|月之暗面|字节|模型|旗舰|前代|上一代|闭源))*\s?",
    re.ASCII,
)
REACH = 32
"""Characters between such a word's beginning and the name, at most."""

_AFTER = re.compile(
    r"\s?(?:相比|持平|相当|比起来|之后的又一|发布一周年|one year"
    r"|之上|架构|为基座|-based\b|的[一二三四五六七八九十百]+[分倍]|的\d+%)"
)
_YARDSTICK = re.compile(
    r"[^.。,;]{0,24}?(?:d'etalon|comme (?:etalon|reference|repere|temoin)|de (?:reference|repere|temoin)\b"
    r"|as (?:an? |the )?(?:yardstick|reference|baseline|control)s?\b|作(?:为)?(?:参照|对照|基准|标杆)|为参照)"
)
"""What makes the names before it yardsticks."""
_WITH = ("与", "和", "同", "跟", "with", "avec")
_WITH_AFTER = re.compile(r"[^,。;]{0,24}?(?:相比|持平|相当|对比|比肩|并列|同台|不相上下|打平|一较)")
LIST = re.compile(
    r"\s?(?:,|、|/|&|\+|和|与|及|以及|and|et|or|ou|或|, and|,以及)\s?"
    r"(?:the |le |la |google'?s? |openai'?s? |anthropic'?s? |谷歌|openai|anthropic|alibaba'?s? |claude )*\s?"
)


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    words = [(word, False) for group in COMPARED.values() for word in group]
    return Matcher([*words, *((word, True) for word in MADE_FROM)])


def find(lows: Sequence[str], places: Sequence[tuple[int, int, int]]) -> frozenset[tuple[int, int]]:
    """Of the places (part, start, end) of lines in the folded texts, those (part, start) of peers."""
    peers: set[tuple[int, int]] = set()
    made: set[tuple[int, int]] = set()
    previous: tuple[int, int, int] | None = None
    for part, start, end in places:
        lowered = lows[part]
        joined = previous is not None and previous[:2] in peers and _listed(lowered, previous, part, start)
        told = _before(lowered, start)
        if joined or told is not None or _AFTER.match(lowered, end) or _beside(lowered, start, end):
            peers.add((part, start))
        if _YARDSTICK.match(lowered, end):
            peers.add((part, start))
            if previous is not None and _listed(lowered, previous, part, start):
                peers.add(previous[:2])
        if told or (joined and previous is not None and previous[:2] in made):
            made.add((part, start))
        previous = (part, start, end)
    title = {place[:2] for place in places if place[0] == 0}
    if title and title <= peers:
        # A headline whose only lines look like peers is about them, unless something else is made from them.
        peers -= title - made
    return frozenset(peers)


def _listed(lowered: str, previous: tuple[int, int, int] | None, part: int, start: int) -> bool:
    """Whether a name stands in a list with the one before it."""
    return (
        previous is not None
        and previous[0] == part
        and start - previous[2] < REACH
        and LIST.fullmatch(lowered, previous[2], start) is not None
    )


def _before(lowered: str, start: int) -> bool | None:
    """True after a word of making, False after one of comparison, None after neither."""
    begin = max(0, start - REACH)
    window = lowered[begin:start]
    told: bool | None = None
    for hit in _matcher().find(window):
        if _FILLER.fullmatch(window, hit.end) and not (hit.start == 0 and begin and lowered[begin - 1].isalnum()):
            told = hit.value or bool(told)
    return told


def _beside(lowered: str, start: int, end: int) -> bool:
    return lowered[max(0, start - 6) : start].rstrip().endswith(_WITH) and _WITH_AFTER.match(lowered, end) is not None
