"""A deterministic corpus of news items in three languages: invented sentences about real and unreal lines.

About a third of the items speak of labs and lines, a third of technology, a third of anything else, as feeds do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LINES = ["Qwen{}", "GLM-{}", "DeepSeek-V{}", "Kimi K{}", "MiniMax-M{}", "Step {} Flash", "ERNIE {}", "MiMo-V{}", "Hunyuan {}", "Seedance {}"]
EN = [
    "{line} is out with open weights and a longer context",
    "Why {line} matters for developers outside China",
    "{lab} is expected to release {line} next week, sources say",
    "Ten photo apps worth a look this spring",
    "Chip makers report another strong quarter",
    "How we moved a million rows without stopping the service",
    "The city opens two new tram lines after years of work",
]
FR = [
    "{line} : {lab} publie les poids de son nouveau modèle",
    "{lab} pourrait dévoiler {line} le mois prochain",
    "Cinq montres connectées pour courir cet hiver",
    "Le prix des composants repart à la hausse",
]
ZH = ["{lab}发布{line}，权重今日开源", "据悉{lab}将于下周推出{line}", "这款手机的影像到底怎么样？", "新能源汽车三月销量出炉", "{line}横评：谁更会写代码"]
LABS = {"en": ["Alibaba", "Zhipu", "DeepSeek", "Moonshot", "MiniMax"], "zh": ["阿里", "智谱", "深度求索", "月之暗面", "稀宇科技"]}
FILLER = {
    "en": "The company said the work took several months and that customers had asked for it. Observers were divided over what it means. ",
    "fr": "L’entreprise explique que le travail a pris plusieurs mois et que ses clients le demandaient. Les observateurs sont partagés. ",
    "zh": "公司表示这项工作耗时数月，也是客户一直期待的功能。业内人士对此看法不一，后续进展仍有待观察。",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One invented item: its place, time, language and words."""

    number: int
    language: str
    published: datetime
    title: str
    summary: str
    body: str


def texts(count: int, *, body: int = 0, seed: int = 20260216) -> Iterator[Text]:
    """`count` items over three years, the same for the same arguments; `body` is the length of their bodies in characters."""
    chance = random.Random(seed)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        language = chance.choices(("en", "zh", "fr"), (5, 3, 2))[0]
        pattern = chance.choice({"en": EN, "fr": FR, "zh": ZH}[language])
        line = chance.choice(LINES).format(f"{chance.randint(1, 9)}.{chance.randint(0, 9)}")
        lab = chance.choice(LABS["zh" if language == "zh" else "en"])
        title = pattern.format(line=line, lab=lab)
        if "{" not in pattern:
            title += f" ({chance.randint(1, 10**6)})"
        filler = FILLER[language]
        summary = (f"{title}. " + filler * 2)[:300]
        text = (filler * (body // len(filler) + 1))[: max(0, body - len(title) - 20)]
        yield Text(
            number=number,
            language=language,
            published=start + timedelta(minutes=3 * 365 * 24 * 60 * number / max(count, 1)),
            title=title,
            summary=summary,
            body=f"{text} {title}. {chance.randint(1, 10**9)}" if body else "",
        )
