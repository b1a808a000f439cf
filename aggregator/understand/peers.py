"""Which of the lines that a text names are named for comparison, as a basis, or as a predecessor.

Told by the words right before and behind a name, and by the list that it stands in. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PEER_BEFORE = re.compile(
    r"(?:超过|超越|超|逼近|媲美|对标|比肩|领先|击败|碾压|优于|胜过|强于|不输|接近|直追|追平|赢过|不敌|落后于|持平|较|比|相比|约为|跟|"
    r"上一代|前代|上代|前作|基于|取代|替代|接替|源自|沿用|自家|对抗|挑战|叫板|打败|反超|力压|堪比|直逼|匹敌|看齐|蒸馏|不及|仍为|仍是|底座|用|"
    r"\bthan|\blead over|\bedge over|\bwin over|\bundercuts?|\bundercutting|\bvs\.?|\bversus|\bbeats?|\bbeating|\bagainst|\brivals?|\brivalling|\brivaling|\bmatch|\bmatches|\bmatching|\bsurpass\w*|\boutperform\w*|\bexceeds?|"
    r"\bexceed|\bclose to|\bcompared with|\bcompared to|\bon par with|\bbehind|\bbased on|\bbuilt on|\bbuilt on top of|\bsuccessor to|\bfollow-up to|\breplac\w+|\bahead of|"
    r"\bunlike|\bbelow|\babove|\bchallenge\w*|\btrails?|\btops?|\bfine-tune of|\bfine-tuned from|\bdistilled from|\btrained from|\bstill|\bbased upon|\bcompete with|\btakes on|"
    r"\bque|\bcontre|\bface a|\bdevant|\bproche de|\bdepasse\w*|\begale|\brivalise\w* avec|\bsuccesseur de|\bbase sur|\bcompare a|\bcompares? avec|\bderriere|\bbat|\bsurpasse\w*|\bconcurrenc\w+|"
    r"\bdefie|\bau niveau de|\bremplace|\bhauteur de|\bissu de|\ba partir de)"
    r"(?:\s?(?:the|la|le|les|l'|son|sa|its|a|an|of|openai|anthropic|google|deepmind|alibaba|deepseek|claude|xai|meta|"
    r"了|过|的|谷歌|阿里|智谱|月之暗面|字节|模型|旗舰|前代|上一代|闭源|previous|own|du|de|d'|'s|\"))*\s?$"
)
_PEER_AFTER = re.compile(
    r"\s?(?:相比|持平|相当|比起来|之后的又一|发布一周年|one year|之上|架构|为基座|-based\b|的[一二三四五六七八九十百]+[分倍]|的\d+%)"
)
_PEER_WITH = re.compile(r"(?:与|和|同|跟|with|avec)\s?$")
_PEER_WITH_AFTER = re.compile(r"[^,。;]{0,24}?(?:相比|持平|相当|对比|比肩|并列|同台|不相上下|打平|一较)")
_LIST = re.compile(r"\s?(?:,|、|/|&|\+|和|与|及|以及|and|et|or|ou|或|, and|,以及)\s?(?:the |le |la |google'?s? |openai'?s? |anthropic'?s? |谷歌|openai|anthropic|alibaba'?s? |claude )*\s?$")


def find(lows: Sequence[str], places: Sequence[tuple[int, int, int]]) -> frozenset[tuple[int, int]]:
    """Of the places (part, start, end) of lines in the folded texts, those (part, start) of peers."""
    peers: set[tuple[int, int]] = set()
    previous: tuple[int, int, int] | None = None
    for part, start, end in places:
        lowered = lows[part]
        window = max(0, start - 40)
        joined = (
            previous is not None
            and previous[0] == part
            and previous[:2] in peers
            and _LIST.fullmatch(lowered, previous[2], start) is not None
        )
        if (
            joined
            or _PEER_BEFORE.search(lowered, window, start)
            or _PEER_AFTER.match(lowered, end)
            or (_PEER_WITH.search(lowered, window, start) and _PEER_WITH_AFTER.match(lowered, end))
        ):
            peers.add((part, start))
        previous = (part, start, end)
    return frozenset(peers)
