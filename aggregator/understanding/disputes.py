"""Who accuses a line, and of what: rights holders, authorities and labs named beside a word of accusation. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.kinds import Verdict
from aggregator.mentions import BODY, TITLE, Found
from aggregator.understand import speakers
from aggregator.understand.matching import Matcher

_A = re.ASCII
ACCUSES = re.compile(
    r"\b(?:accus\w+|su(?:es|ed|ing)|lawsuit|cease-and-desist|alleg\w+|infring\w+|threaten\w*|demand\w*|letters?"
    r"|complain\w*|stole|steal\w*|copying|copied|copies|without permission|piracy|distill(?:ed|ing|ation))\b"
    r"|\b(?:accus\w+|reproch\w+|en demeure|mise en demeure|assign\w+|poursui\w+|denonc\w+|contrefa\w+|menac\w+"
    r"|s'en prend\w*|exig\w+|porte plainte|plainte|proces|pill\w+|copie\w*)\b"
    r"|指控|指责|起诉|致函|发函|律师函|侵权|侵犯|点名|抄袭|抄了|未经许可|未经授权|要求[^,。;]{0,12}(?:停止"
    r"|下架|删除)|声讨|维权|盗用",
    _A,
)
"""Words of an accusation."""
ABOUT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("distillation", re.compile(r"distill|siphon|蒸馏", _A)),
    ("privacy", re.compile(
        r"privacy|personal data|vie privee|donnees personnelles|rgpd|gdpr|隐私|个人信息|数据泄露", _A)),
    ("security", re.compile(r"national security|malware|backdoor|securite nationale|国家安全|后门", _A)),
    ("trademark", re.compile(r"trademark|marque deposee|商标", _A)),
    ("licence", re.compile(
        r"licen[cs]e (?:breach|violation|dispute)|attribution|violation de licence|违反(?:开源)?(?:协议"
        r"|许可)|套壳", _A)),
    ("copyright", re.compile(
        r"copyright|intellectual property|character|likeness|films?|series|works?\b|footage|infring|piracy"
        r"|lyrics|songs?|droits? d'auteur|propriete intellectuelle|personnages?|oeuvres?|series|contrefa"
        r"|filigrane"
        r"|版权|著作权|知识产权|角色|形象|肖像|作品|侵权|素材|歌词", _A)),
)  # fmt: skip
"""What an accusation is about; the first that a text names."""


_MEMBER = re.compile(r"(?:\binclud\w+|\bmembers?|\breunit(?: aussi)?|\bnotamment|\bsuch as|包括|成员有)[^.,;。]{0,40}$")
_MEMBER_AFTER = re.compile(r"[^,。;]{0,8}所在的|[^,.;]{0,12}(?: are| is| et \w+ sont)? members?\b")
"""A house that is only named as a member of the one that speaks."""


def of_line(found: Found, verdict: Verdict, lab: str) -> list[tuple[str, str]]:
    """`dispute` facts (`copyright:Disney`) of an item of law about a line of `lab`, or of an article on several."""
    if verdict.kind != "policy":
        return []
    whole = " ".join(found.lows)
    if ACCUSES.search(whole) is None:
        return []
    about = next((name for name, pattern in ABOUT if pattern.search(whole)), None)
    names = list(dict.fromkeys(_accusers(found, lab)))
    if about is None:
        about = "copyright" if names and names[0][1] else ""
    return [("dispute", f"{about}:{name}") for name, _ in names] if about else []


TOPIC = {"copyright": "copyright", "distillation": "distillation", "privacy": "privacy", "security": "safety"}
"""What an accusation is about -> the topic of the item that tells of it."""


def topic_of(found: Found, verdict: Verdict) -> tuple[str, str]:
    """The topic that an accusation gives its item, and who accuses; two empty texts where nobody does by name."""
    told = of_line(found, verdict, "")
    about, _, name = told[0][1].partition(":") if told else ("", "", "")
    return (TOPIC[about], name) if about in TOPIC else ("", "")


def _accusers(found: Found, lab: str) -> list[tuple[str, bool]]:
    """Names of those who accuse, and whether each is a rights holder: in the headline, summary and first sentences."""
    told: list[tuple[str, bool]] = []
    for part, lowered in enumerate(found.lows):
        stop = 420 if part == BODY else len(lowered)
        window = lowered[:stop]
        if ACCUSES.search(window) is None:
            continue
        reach = -1
        for hit in sorted(_matcher().find(window), key=lambda h: (h.start, -h.end)):
            written = found.texts[part][hit.start : hit.end]
            if hit.start < reach or (written.isascii() and written.islower()):
                continue
            reach = hit.end
            if _MEMBER.search(window, 0, hit.start) or _MEMBER_AFTER.match(window, hit.end):
                continue
            if (part == TITLE and hit.value) or _near(window, hit.start, hit.end):
                told.append((CANONICAL.get(written, written), hit.value))
        for mention in found.labs:
            if (
                mention.part == part
                and mention.lab != lab
                and mention.end <= stop
                and not mention.family
                and _near(window, mention.start, mention.end, 24)
            ):
                told.append((found.quote(mention), False))
    return told


def _near(window: str, start: int, end: int, reach: int = 110) -> bool:
    """Whether a name governs a word of accusation: it stands right before one."""
    found = ACCUSES.search(window, end, end + reach)
    return found is not None and not re.search(r"[。;]|\.\s", window[end : found.start()])


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    holders = [(word, True) for word in speakers.RIGHTS_HOLDERS]
    return Matcher([*holders, *((word, False) for word in speakers.AUTHORITIES)])


CANONICAL = {
    "Walt Disney" : "Disney", "迪士尼" : "Disney", "派拉蒙" : "Paramount", "奈飞" : "Netflix", "网飞" : "Netflix",
    "华纳" : "Warner Bros",
    "Warner" : "Warner Bros",
    "美国电影协会" : "Motion Picture Association", "MPA" : "Motion Picture Association", "环球影业" : "Universal",
    "索尼影业" : "Sony Pictures",
    "环球音乐": "Universal Music",
}  # fmt: skip
"""One name for one house, whatever the language."""
