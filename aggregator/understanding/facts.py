"""Facts that a text states about the line it presents: licence, sizes, context, languages, architecture and so on.

Values are as written or plain digits; what the text does not say gives no fact. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.understand.matching import Matcher, Prefilter

_A = re.ASCII

LICENCES = re.compile(
    r"(修改版 ?mit|modified[ -]mit|mit modifiee"
    r"|apache(?:[ -]license)?[ -]?(?:v?2(?:\.0)?)?|mit(?= ?(?:协议|许可|licen[cs]e|开源|,|\.|$))"
    r"|(?<=licence )mit|(?<=license )mit|(?<=采用)mit|(?<=以)mit|bsd(?:-\d-clause)?"
    r"|cc[ -]by(?:-[a-z]{2})*(?:[ -]\d\.\d)?"
    r"|[a-z][a-z0-9]+ (?:community|research) licen[cs]e|openrail)"
)
_NUMBER = r"(\d+(?:[.,]\d+)?)"
TOTALS = (
    re.compile(
        rf"(?:总参数|总参|参数规模|参数量|参数)(?:量|规模)?(?:达到|达|为|约|高达|增至|近|超)?(?:约)?\s?{_NUMBER}\s?(万亿|亿|[bt]\b)",
        _A,
    ),
    re.compile(rf"{_NUMBER}\s?(万亿|亿|[bt])\s?(?:总)?参数"),
    re.compile(rf"{_NUMBER}[- ](billion|trillion|milliards?|mille milliards)(?:[- ]de)?[- ]param"),
    re.compile(rf"{_NUMBER}(b|t) (?:total |parameters|params)"),
)
ACTIVES = (
    re.compile(rf"激活(?:参数)?(?:仅|约|只有|只要|为)?\s?(?:约)?{_NUMBER}\s?(万亿|亿|b\b)", _A),
    re.compile(rf"{_NUMBER}\s?(b|亿)\s?激活"),
    re.compile(
        rf"{_NUMBER}[- ]?(billion|b|milliards?)? ?(?:of which |parameters |)(?:are |)(?:active|activated|actifs)\b"
    ),
    re.compile(rf"dont {_NUMBER} ?(milliards?)? ?(?:sont )?actifs"),
)
_UNITS = {
    "万亿": 10**12,
    "亿": 10**8,
    "b": 10**9,
    "t": 10**12,
    "billion": 10**9,
    "trillion": 10**12,
    "milliard": 10**9,
    "milliards": 10**9,
}
CONTEXTS = (
    re.compile(
        rf"{_NUMBER}\s?(k|m|万|百万)\s?(?:token|tokens|词元)?(?:的|级|长|超长|超)*"
        r"\s?(?:上下文|context|window|de contexte|contexte)"
    ),
    re.compile(rf"(?:上下文|context|contexte)[^.。,;]{{0,16}}?{_NUMBER}\s?(k|m|万|百万|million)(?![a-z])"),
    re.compile(rf"(?:({_NUMBER})[- ]|)(million)[- ]token"),
)
_CONTEXT_UNITS = {"k": 1000, "m": 10**6, "万": 10**4, "百万": 10**6, "million": 10**6}
LANGUAGES = re.compile(r"(?:支持|覆盖)?(\d{2,4})\s?(?:种|门|余种|多种)?\s?(?:语言|语种|languages?|langues)")
ARCHITECTURES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("moe", re.compile(r"混合专家|\bmoe\b|mixture[- ]of[- ]experts|melange d'experts|mixture d'experts", _A)),
    (
        "sparse attention",
        re.compile(r"稀疏注意力|sparse attention|attention (?:clairsemee|eparse|creuse|parcimonieuse)|\bdsa\b", _A),
    ),
    ("linear attention", re.compile(r"线性注意力|linear attention|attention lineaire|delta ?net")),
    ("hybrid", re.compile(r"混合(?:线性)?注意力|混合架构|hybrid")),
    ("diffusion", re.compile(r"扩散|diffusion (?:model|language|transformer)|modele (?:\w+ )?(?:de |a )?diffusion")),
    ("dense", re.compile(r"稠密|\bdense (?:model|\d+b)|\b\d+b dense\b|\bmodele dense\b", _A)),
)
CAPABILITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("agent", re.compile(r"智能体|\bagents?\b|\bagenti\w+", _A)),
    (
        "coding",
        re.compile(
            r"编程|代码|写码|\bcod(?:ing|er)\b|\bwriting code\b|\bat code\b|\bprogramming\b|\bprogrammation\b|\b(?:le"
            r"|en|au|pour) code\b|\bcoder\b",
            _A,
        ),
    ),
    ("reasoning", re.compile(r"推理(?:能力|模型|任务)|深度思考|\breasoning\b|\braisonnement\b", _A)),
    ("math", re.compile(r"数学|奥数|\bmath(?:s|ematics)?\b|\bmathematiques\b|\bolympiad", _A)),
    (
        "vision",
        re.compile(
            r"视觉|看图|读图|识图|\bvision\b|\breads? images\b|\btakes? in (?:pictures|images)\b|\bimages? and text"
            r"|\btext and images?\b|\blit (?:les )?images\b|\bvoit\b|多模态|\bmultimodal",
            _A,
        ),
    ),
    ("video", re.compile(r"视频|\bvideos?\b", _A)),
    ("translation", re.compile(r"翻译|\btranslat\w+|\btraduction\b", _A)),
    ("ocr", re.compile(r"\bocr\b|文档识别|文字识别", _A)),
)
"""What a model is said to be made for: looked for in headline and summary."""
_MADE_FOR = {
    "agent": "智能体 agent", "coding": "编程 代码 写码 cod programm", "reasoning": "推理 深度思考 reasoning raisonnement",
    "math": "数学 奥数 math olympiad", "vision": "视觉 看图 读图 识图 vision image pictures voit 多模态 multimodal",
    "video": "视频 video", "translation": "翻译 translat traduction", "ocr": "ocr 文档识别 文字识别",
}  # fmt: skip
_MAY_BE_FOR = Prefilter((some, label) for label, letters in _MADE_FOR.items() for some in letters.split())
PRICE = re.compile(
    r"(?P<amount>[$€¥]\s?\d+(?:[.,]\d+)?|\d+(?:[.,]\d+)?\s?(?:美元|美分|元|yuans?|dollars?|euros?"
    r"|cents?))[^.。;]{0,24}?(?:per|a|each|par|每|/|le|pour)\s?(?:one )?(?:1 )?(?:million|百万|m\b|millions?)"
    r"|(?:每百万|百万)(?:个)?(?:输入|输出)?\s?tokens?[^.。;]{0,10}?(?P<zh>\d+(?:\.\d+)?\s?(?:美元|美分|元))"
)
MODALITIES: dict[str, tuple[str, ...]] = {
    "image": (
        "文生图",
        "生图",
        "图像",
        "图片",
        "视觉",
        "多模态",
        "image",
        "images",
        "vision",
        "visuel*",
        "multimodal*",
        "ocr",
        "vl",
        "edit",
    ),
    "video": ("视频", "video", "videos"),
    "audio": ("语音", "音频", "音乐", "歌曲", "audio", "speech", "voice", "music", "voix", "tts", "asr"),
    "code": ("编程", "代码", "code", "coder", "coding", "programm*"),
    "3d": ("三维", "3d"),
}
"""Modality -> words."""


@lru_cache(maxsize=1)
def _modality_matcher() -> Matcher:
    return Matcher((word, modality) for modality, words in MODALITIES.items() for word in words)


@lru_cache(maxsize=4096)
def _of_name(name: str) -> tuple[str, ...]:
    """The modalities that a line's name tells."""
    lowered = name.lower().replace("-", " ")
    told = {hit.value for hit in _modality_matcher().find(lowered)}
    told |= {label for word, label in FAMILY_MODALITIES.items() if lowered.startswith(word)}
    told |= {label for word, label in GLUED_MODALITIES.items() if word in lowered}
    return tuple(sorted(told))


FAMILY_MODALITIES = {
    "seedance": "video", "seedream": "image", "kling": "video", "wan": "video", "vidu": "video",
    "sora": "video", "veo": "video",
    "hailuo" : "video", "imagen" : "image", "lyria" : "audio", "voxtral" : "audio", "cosyvoice" : "audio",
    "nano banana" : "image",
}  # fmt: skip
GLUED_MODALITIES = {"image": "image", "video": "video", "asr": "audio", "tts": "audio"}

HARDWARE: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Huawei Ascend",
        re.compile(r"(?:昇腾|ascend).{0,20}(?:训练|train|entrain)|(?:训练|train|entrain).{0,24}(?:昇腾|ascend|huawei)"),
    ),
    ("Chinese chips", re.compile(r"(?:国产算力|国产芯片|国产晶片).{0,10}训练?|chinese chips|puces chinoises")),
    ("Nvidia", re.compile(r"(?:trained|训练|entraine).{0,20}(?:h100|h200|h800|blackwell|a100)")),
)
TRIGGERS: dict[str, tuple[str, ...]] = {
    "licence": ("mit", "apache", "bsd", "cc-by", "cc by", "licen", "openrail"),
    "params_total": ("参", "param"),
    "params_active": ("激活", "activ", "actif"),
    "context": ("上下文", "context", "token"),
    "languages": ("语", "lang"),
    "hardware": ("训练", "train", "entrain", "国产", "chips", "puces"),
    "architecture": (
        "专家",
        "注意力",
        "架构",
        "扩散",
        "moe",
        "mixture",
        "melange",
        "attention",
        "dsa",
        "hybrid",
        "diffusion",
        "delta",
        "稠密",
        "dense",
    ),
}
"""A pattern is tried only where one of its words stands."""


def _may(text: str, fact: str) -> bool:
    return any(word in text for word in TRIGGERS[fact])


def _whole(number: str, unit: str | None, units: dict[str, int]) -> str:
    value = float(number.replace(",", "."))
    return str(round(value * units.get((unit or "b").lower(), 10**9)))


def licence(text: str, written: str = "") -> str | None:
    """The licence that a folded text names, as the text has it; `written` is the same text with its case."""
    found = LICENCES.search(text) if _may(text, "licence") else None
    if found is None:
        return None
    return (written if len(written) == len(text) else text)[found.start(1) : found.end(1)].strip()


def stated(text: str, name: str, original: str = "") -> list[tuple[str, str]]:
    """Facts of a folded text about the line that it presents under `name`; `original` is the text with its case."""
    facts: list[tuple[str, str]] = []
    written = licence(text, original)
    if written:
        facts.append(("licence", written))
    for fact, patterns in (("params_total", TOTALS), ("params_active", ACTIVES)):
        found = next((m for p in patterns if (m := p.search(text))), None) if _may(text, fact) else None
        if found is not None:
            facts.append((fact, _whole(found.group(1), found.group(2), _UNITS)))
    window = next((m for p in CONTEXTS if (m := p.search(text))), None) if _may(text, "context") else None
    if window is not None:
        facts.append(("context", _whole(window.group(1) or "1", window.group(window.lastindex or 2), _CONTEXT_UNITS)))
    languages = LANGUAGES.search(text) if _may(text, "languages") else None
    if languages is not None:
        facts.append(("languages", languages.group(1)))
    if _may(text, "architecture"):
        facts += [("architecture", label) for label, pattern in ARCHITECTURES if pattern.search(text)]
    facts += [("hardware", label) for label in hardware(text)]
    price = PRICE.search(text) if "million" in text or "百万" in text or "/m" in text else None
    if price is not None:
        facts.append(("price", (price["amount"] or price["zh"]).strip()))
    return facts + [("modality", modality) for modality in modalities(text, name)]


def hardware(text: str) -> list[str]:
    """The chips that a folded text says a model was trained on."""
    return [label for label, pattern in HARDWARE if pattern.search(text)] if _may(text, "hardware") else []


def capabilities(text: str) -> list[str]:
    """What a folded text says a model is made for."""
    called = _MAY_BE_FOR.rules(text)
    return [label for label, pattern in CAPABILITIES if label in called and pattern.search(text)]


def modalities(text: str, name: str) -> list[str]:
    """What a line takes or makes: what its name says, else what the text says; `text` for language models."""
    told = _of_name(name)
    if told:
        return list(told)
    return list(dict.fromkeys(["text", *sorted({hit.value for hit in _modality_matcher().find(text)})]))
