"""Texts that make careless code slow: markup, prose and names repeated or nested. `texts(size)` gives each by its name."""

from __future__ import annotations

from collections.abc import Mapping

LIMIT = 256 * 1024

_UNITS: Mapping[str, str] = {
    "open tags": "<p><b>",
    "open attributes": "<a x",
    "open quotes": '<a x="',
    "less than": "<",
    "greater than": ">",
    "open comments": "<!--",
    "closed comments": "<!-- --",
    "open cdata": "<![CDATA[",
    "open scripts": "<script>",
    "half scripts": "<script",
    "open svg": "<svg><math>",
    "nested lists": "<ul><li>",
    "tables": "<table><tr><td>",
    "ampersands": "&",
    "references": "&#x41;",
    "half references": "&#x41",
    "entities": "&amp;",
    "half entities": "&am",
    "surrogates": "&#xD83D;",
    "blanks": " ",
    "tabs and lines": " \n\t",
    "line breaks": "\n",
    "zero width": "\u200b",
    "joiners": "\u200d",
    "accents": "\u0301",
    "directions": "\u202e",
    "one letter": "a",
    "one digit": "1",
    "letters and digits": "a1",
    "dots": "a.",
    "dashes": "a-",
    "underscores": "a_",
    "slashes": "a/",
    "han": "发",
    "han release": "发布",
    "quoted": "“",
    "brackets": "(",
    "both brackets": "()",
    "square": "[",
    "links": "](",
    "urls": "http://",
    "at": "a@",
    "apostrophes": "'s ",
    "commas": "a, ",
    "semicolons": "; ",
    "words": "the ",
    "capital": "A",
    "capitals": "Ab ",
    "versions": "1.",
    "version words": "v1 ",
    "names": "Qwen",
    "name blanks": "Qwen ",
    "name versions": "Qwen3.5 ",
    "name dashes": "Qwen-",
    "name sizes": "Qwen3-397B-A17B-",
    "many names": "Qwen3.5 DeepSeek-V4 GLM-5 Kimi K2.5 MiniMax-M2 ",
    "releases": "Alibaba releases Qwen3.5 ",
    "release sentences": "DeepSeek today released DeepSeek-V4. ",
    "questions": "Will DeepSeek release V4? ",
    "rumours": "reportedly, sources say ",
    "negations": "not yet released ",
    "comparisons": "GPT-5 vs Qwen3.5 vs ",
    "chinese names": "千问3.5发布",
    "chinese sentence": "深度求索发布DeepSeek-V4，",
    "chinese commas": "，",
    "sizes": "397B ",
    "money": "$1 billion ",
    "percent": "10% ",
    "dates": "2026-02-12 ",
    "licence": "MIT License ",
    "context": "128K context ",
    "parameters": "744 billion parameters ",
    "hash": "# ",
    "stars": "*",
    "ticks": "`",
    "pipes": "|",
    "backslashes": "\\",
    "emoji": "👨\u200d👩\u200d👧",
    "korean": "모델",
    "kana": "モデル",
    "cyrillic": "модель ",
    "full width": "Ｑｗｅｎ３",
    "ligatures": "\ufdfa",
    "mixed script": "Qwen发布3",
}


def texts(size: int = LIMIT) -> dict[str, str]:
    """Each hostile text, cut to `size` bytes."""
    made = {name: unit * (size // len(unit.encode()) + 1) for name, unit in _UNITS.items()}
    made["one long tag"] = "<a " + "x" * size
    made["closed tags"] = "<b>" * (size // 7) + "</b>" * (size // 7)
    made["many hrefs"] = "<a " + 'href="x" ' * (size // 9) + ">"
    made["mostly blanks"] = ("a" + " " * 1000) * (size // 1001)
    made["a name, then one letter"] = "Qwen3.5-" + "a" * size
    made["numbers with dots"] = "Qwen" + "3." * (size // 2)
    made["words that repeat"] = "release " * (size // 8)
    made["titles that repeat"] = "Qwen3.5: " * (size // 9)
    made["one sentence"] = "Qwen3.5 and " * (size // 12)
    made["years"] = "in 2026 the " * (size // 12)
    return {name: text.encode()[:size].decode("utf-8", "ignore") for name, text in made.items()}
