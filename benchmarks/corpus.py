"""A deterministic corpus of news items in three languages: invented sentences about real and unreal lines.

The rate is that of life and constant (`A_DAY` items a day). One item in twelve speaks of a release line, one in a hundred of a lab's money: each of nine families
presents one every 20 days, and six of ten such items fall into the four days after a launch. Bodies are made of drawn words,
so that two texts share no more than two real ones do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

A_DAY = 1500
"""Items a day: what some 300 sources publish."""
START = datetime(2024, 1, 1, tzinfo=UTC)
FAMILIES = (
    "Qwen{}",
    "GLM-{}",
    "DeepSeek-V{}",
    "Kimi K{}",
    "MiniMax-M{}",
    "Step {} Flash",
    "ERNIE {}",
    "MiMo-V{}",
    "Hunyuan {}",
)
ABOUT = {
    "en": (
        "{line} is out with open weights and a longer context",
        "Why {line} matters for developers outside China",
        "{lab} is expected to release {line} next week, sources say",
    ),
    "fr": ("{line} : {lab} publie les poids de son nouveau modèle", "{lab} pourrait dévoiler {line} le mois prochain"),
    "zh": ("{lab}发布{line}，权重今日开源", "据悉{lab}将于下周推出{line}", "{line}横评：谁更会写{word}"),
}
BUSINESS = {
    "en": "{lab} raises {n} million dollars in a new round, says {word}",
    "fr": "{lab} lève {n} millions, selon {word}",
    "zh": "{lab}完成{n}亿元融资，{word}领投",
}
LABS = {
    "en": ("Alibaba", "Zhipu", "DeepSeek", "Moonshot", "MiniMax"),
    "zh": ("阿里", "智谱", "深度求索", "月之暗面", "稀宇科技"),
}
_SYLLABLES = (
    "ba",
    "cor",
    "den",
    "fil",
    "gra",
    "hul",
    "jen",
    "kor",
    "lim",
    "mon",
    "nav",
    "pol",
    "quor",
    "ret",
    "sal",
    "tor",
    "ven",
    "wil",
    "zan",
)
_CHARACTERS = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"


@dataclass(frozen=True, slots=True)
class Text:
    """One invented item: its place, time, language and words."""

    number: int
    language: str
    published: datetime
    title: str
    summary: str
    body: str


def texts(
    count: int, *, body: int = 0, seed: int = 20260216, language: str | None = None, a_day: float = A_DAY
) -> Iterator[Text]:
    """`count` items at a constant rate, the same for the same arguments; `body` is the length of their bodies in characters.

    `language` ("en", "zh" or "fr") is that of all of them; None: each has one drawn at five, three and two in ten.
    """
    chance = random.Random(seed)
    vocabulary = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 3))) for _ in range(4000)]
    for number in range(count):
        published = START + timedelta(seconds=86400 * number / a_day)
        spoken = language or chance.choices(("en", "zh", "fr"), (5, 3, 2))[0]
        sort = chance.random()
        if sort < 0.08:
            pattern = chance.choice(ABOUT[spoken])
        elif sort < 0.09:
            pattern = BUSINESS[spoken]
        else:
            pattern = _words(chance, vocabulary, spoken, chance.randint(6, 10)).capitalize()
        title = pattern.format(
            line=_line(chance, (published - START).days),
            lab=chance.choice(LABS["zh" if spoken == "zh" else "en"]),
            word=_words(chance, vocabulary, spoken, 1),
            n=chance.randint(2, 990),
        )
        yield Text(
            number=number,
            language=spoken,
            published=published,
            title=title,
            summary=f"{title}. {_words(chance, vocabulary, spoken, 24)}",
            body=f"{title}. {_words(chance, vocabulary, spoken, body // 6)}"[:body] if body else "",
        )


def _line(chance: random.Random, day: int) -> str:
    """A line that is talked of on that day: mostly one of the last four days, else any family's latest."""
    place = chance.randrange(len(FAMILIES))
    if chance.random() < 0.6:
        place = next((p for p in range(len(FAMILIES)) if 0 <= (day - 2 * p) % 20 < 4), place)
    launches = max(0, day - 2 * place) // 20
    return FAMILIES[place].format(f"{launches // 8 + 1}.{launches % 8}")


def _words(chance: random.Random, vocabulary: list[str], language: str, count: int) -> str:
    if language == "zh":
        return "".join(chance.choices(_CHARACTERS, k=count * 2))
    return " ".join(chance.choices(vocabulary, k=count))
