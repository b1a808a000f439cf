"""Facts that a text states about the line it presents: licence, sizes, context, languages, architecture, modality, hardware, date.

Values are as written or plain digits; what the text does not say gives no fact. Pure.
"""

from __future__ import annotations

import re

_A = re.ASCII
_I = re.IGNORECASE

LICENCES = re.compile(
    r"(修改版 ?MIT|modified[ -]MIT|MIT modifiee|Apache(?:[ -]License)?[ -]?(?:v?2(?:\.0)?)?|MIT(?= ?(?:协议|许可|licen[cs]e|开源|,|\.|$))|(?<=licence )MIT|(?<=license )MIT"
    r"|(?<=采用)MIT|(?<=以)MIT|BSD(?:-\d-Clause)?|CC[ -]BY(?:-[A-Z]{2})*(?:[ -]\d\.\d)?|[A-Z]\w+ (?:Community|Research) Licen[cs]e|OpenRAIL)",
    _I,
)
_NUMBER = r"(\d+(?:[.,]\d+)?)"
TOTALS = (
    re.compile(rf"(?:总参数|总参|参数规模|参数量|参数)(?:量|规模)?(?:达到|达|为|约|高达|增至|近|超)?(?:约)?\s?{_NUMBER}\s?(万亿|亿|[bt]\b)", _I | _A),
    re.compile(rf"{_NUMBER}\s?(万亿|亿|[bt])\s?(?:总)?参数", _I),
    re.compile(rf"{_NUMBER}[- ](billion|trillion|milliards?|mille milliards)(?:[- ]de)?[- ]param", _I),
    re.compile(rf"{_NUMBER}(b|t) (?:total |parameters|params)", _I),
)
ACTIVES = (
    re.compile(rf"激活(?:参数)?(?:仅|约|只有|只要|为)?\s?(?:约)?{_NUMBER}\s?(万亿|亿|b\b)", _I | _A),
    re.compile(rf"{_NUMBER}\s?(b|亿)\s?激活", _I),
    re.compile(rf"{_NUMBER}[- ]?(billion|b|milliards?)? ?(?:of which |parameters |)(?:are |)(?:active|activated|actifs)\b", _I),
    re.compile(rf"dont {_NUMBER} ?(milliards?)? ?(?:sont )?actifs", _I),
)
_UNITS = {"万亿": 10**12, "亿": 10**8, "b": 10**9, "t": 10**12, "billion": 10**9, "trillion": 10**12, "milliard": 10**9, "milliards": 10**9}
CONTEXTS = (
    re.compile(rf"{_NUMBER}\s?(k|m|万|百万)\s?(?:token|tokens|词元)?(?:的|级|长|超长|超)*\s?(?:上下文|context|window|de contexte|contexte)", _I),
    re.compile(rf"(?:上下文|context|contexte)[^.。,;]{{0,16}}?{_NUMBER}\s?(k|m|万|百万|million)(?![a-z])", _I),
    re.compile(rf"(?:({_NUMBER})[- ]|)(million)[- ]token", _I),
)
_CONTEXT_UNITS = {"k": 1000, "m": 10**6, "万": 10**4, "百万": 10**6, "million": 10**6}
LANGUAGES = re.compile(r"(?:支持|覆盖)?(\d{2,4})\s?(?:种|门|余种|多种)?\s?(?:语言|语种|languages?|langues)", _I)
ARCHITECTURES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("MoE", re.compile(r"混合专家|\bmoe\b|mixture[- ]of[- ]experts|melange d'experts|mixture d'experts", _I | _A)),
    ("sparse attention", re.compile(r"稀疏注意力|sparse attention|attention clairsemee|attention eparse|\bdsa\b", _I | _A)),
    ("linear attention", re.compile(r"线性注意力|linear attention|attention lineaire|delta ?net", _I)),
    ("hybrid", re.compile(r"混合(?:线性)?注意力|混合架构|hybrid", _I)),
    ("diffusion", re.compile(r"扩散|diffusion", _I)),
)
MODALITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("image", re.compile(r"文生图|生图|图像|图片|视觉|多模态|\bimages?\b|\bvision\b|visuel|multimodal|\bocr\b|\bvl\b", _I | _A)),
    ("video", re.compile(r"视频|\bvideos?\b", _I | _A)),
    ("audio", re.compile(r"语音|音频|音乐|歌曲|\baudio\b|\bspeech\b|\bvoice\b|\bmusic\b|\bvoix\b|\btts\b|\basr\b", _I | _A)),
    ("code", re.compile(r"编程|代码|\bcod(?:e|er|ing)\b|programm", _I | _A)),
    ("3d", re.compile(r"(?<![a-z0-9])3d(?![a-z0-9])|三维", _I)),
)
HARDWARE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Huawei Ascend", re.compile(r"(?:昇腾|ascend).{0,20}(?:训练|train|entrain)|(?:训练|train|entrain).{0,24}(?:昇腾|ascend|huawei)", _I)),
    ("Chinese chips", re.compile(r"(?:国产算力|国产芯片|国产晶片).{0,10}训练?|chinese chips|puces chinoises", _I)),
    ("Nvidia", re.compile(r"(?:trained|训练|entraine).{0,20}(?:h100|h200|h800|blackwell|a100)", _I)),
)
EXPECTED = re.compile(
    r"(\d{1,2}月(?:\d{1,2}日|上旬|中旬|下旬|初|底|末)?|本周|下周|本月|下月|下个月|年内|年底|明年|春节(?:前后|期间|前|后)?|(?:第?[一二三四]|[1-4])季度|Q[1-4]"
    r"|(?:mid-|early |late |by )?(?:january|february|march|april|june|july|august|september|october|november|december)(?: \d{1,2})?|in may|mid-may"
    r"|next (?:week|month|year|quarter)|this (?:week|month|quarter|year)|within (?:days|weeks)|before (?:year end|the holiday)|by year end|lunar new year"
    r"|(?:mi-|debut |fin )?(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)|la semaine prochaine|le mois prochain|nouvel an lunaire|printemps|d'ici la fin)",
    _I,
)


def _whole(number: str, unit: str | None, units: dict[str, int]) -> str:
    value = float(number.replace(",", "."))
    return str(round(value * units.get((unit or "b").lower(), 10**9)))


def licence(text: str) -> str | None:
    """The licence as written, or None."""
    found = LICENCES.search(text)
    return found.group(1).strip() if found else None


def stated(text: str, name: str) -> list[tuple[str, str]]:
    """Facts of a folded text about the line that it presents under `name`."""
    facts: list[tuple[str, str]] = []
    written = licence(text)
    if written:
        facts.append(("licence", written))
    for fact, patterns in (("params_total", TOTALS), ("params_active", ACTIVES)):
        for pattern in patterns:
            found = pattern.search(text)
            if found is not None:
                facts.append((fact, _whole(found.group(1), found.group(2), _UNITS)))
                break
    for pattern in CONTEXTS:
        found = pattern.search(text)
        if found is not None:
            number = found.group(1) or "1"
            facts.append(("context", _whole(number, found.group(found.lastindex or 2), _CONTEXT_UNITS)))
            break
    languages = LANGUAGES.search(text)
    if languages is not None:
        facts.append(("languages", languages.group(1)))
    facts += [("architecture", label) for label, pattern in ARCHITECTURES if pattern.search(text)]
    facts += [("modality", modality) for modality in modalities(text, name)]
    facts += [("hardware", label) for label, pattern in HARDWARE if pattern.search(text)]
    return facts


def modalities(text: str, name: str) -> list[str]:
    """What a line takes or makes: what its name says, else what the text says; `text` for language models."""
    told = [label for label, pattern in MODALITIES if pattern.search(name.replace("-", " "))]
    lowered = name.lower()
    for word, label in (("seedance", "video"), ("seedream", "image"), ("kling", "video"), ("wan", "video"), ("vidu", "video"), ("sora", "video")):
        if lowered.startswith(word):
            told.append(label)
    for glued, label in (("image", "image"), ("video", "video"), ("asr", "audio"), ("tts", "audio")):
        if glued in lowered:
            told.append(label)
    if told:
        return sorted(set(told))
    return ["text", *[label for label, pattern in MODALITIES if pattern.search(text)]]


def expected(text: str) -> str | None:
    """The words in which a text says when something is to come."""
    found = EXPECTED.search(text)
    return found.group(0) if found else None
