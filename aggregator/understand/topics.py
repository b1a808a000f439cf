"""Topics of an item: a few subjects that readers filter by, told by plain words in headline and summary."""

from __future__ import annotations

from functools import lru_cache

from aggregator.kinds import Verdict
from aggregator.mentions import SUMMARY, TITLE, Found
from aggregator.model import Reason
from aggregator.understand.matching import Matcher

TOPICS: dict[str, tuple[str, ...]] = {
    "chips": (
        "芯片", "晶片", "英伟达", "昇腾", "寒武纪", "昆仑芯", "算力", "gpu", "国产算力", "适配", "chip", "chips", "nvidia", "ascend", "cambricon",
        "semiconductor*", "blackwell", "h20", "h100", "h200", "gpus", "accelerator*", "puce", "puces", "processeur*", "semi-conducteur*",
    ),
    "export-control": (
        "出口管制", "禁售", "实体清单", "对华出口", "批准出口", "export control*", "export curb*", "export rule*", "export ban*", "embargo", "entity list",
        "us ban", "u.s. ban", "restrictions americaines", "controle des exportations", "smuggl*",
    ),
    "copyright": (
        "版权", "侵权", "著作权", "知识产权", "好莱坞", "copyright", "infring*", "intellectual property", "hollywood", "studios", "likeness*",
        "droit d'auteur", "droits d'auteur", "propriete intellectuelle", "contrefacon",
    ),
    "distillation": ("蒸馏", "distill*", "distil", "distils", "distille*", "siphon*"),
    "safety": (
        "安全", "越狱", "对齐", "滥用", "漏洞", "safety", "jailbreak*", "misuse", "vulnerabilit*", "malware", "backdoor*", "alignment", "deepfake*",
        "securite", "faille*", "malveillant*", "深度伪造",
    ),
    "privacy": ("隐私", "个人信息", "数据泄露", "privacy", "personal data", "gdpr", "data leak", "vie privee", "rgpd", "cnil", "donnees personnelles"),
    "funding": (
        "融资", "募资", "上市", "ipo", "估值", "招股", "领投", "市值", "funding", "raises $*", "valuation", "listing", "shares", "market cap", "prospectus",
        "levee de fonds", "valorisation", "en bourse", "cotee*", "introduction en bourse",
    ),
    "people": (
        "入职", "离职", "加盟", "首席科学家", "出任", "任命", "辞任", "跳槽", "挖角", "创始人", "hires", "hired", "departs", "departure", "quits", "appoint*",
        "chief scientist", "steps down", "poach*", "resigns", "recrute*", "demission*", "nomme", "debauche*",
    ),
    "robotics": ("机器人", "具身", "人形", "robot*", "humanoid*", "embodied", "vla", "robotique"),
}
"""Topic -> words; `*` stands for any ending."""


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    return Matcher((word, topic) for topic, words in TOPICS.items() for word in words)


def of(found: Found, verdict: Verdict) -> tuple[tuple[str, ...], list[Reason]]:
    """The topics of an item that concerns a lab or the field, with the words that gave them."""
    if not found.labs and not found.domain:
        return (), []
    named: dict[str, str] = {}
    for part in (TITLE, SUMMARY):
        for hit in _matcher().find(found.lows[part]):
            named.setdefault(hit.value, found.texts[part][hit.start : hit.end])
    topics = tuple(topic for topic in TOPICS if topic in named)
    return topics, [Reason(f"topic={topic}", "word", named[topic]) for topic in topics]
