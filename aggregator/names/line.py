"""Release lines by name: how names are compared (`canonical`) and how one is put together (`make_line`).

Pure functions; they know no lab and no list of models.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from aggregator.model import LineName
from aggregator.names import words

_SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212_:\u00b7\u2022\u30fb\ufe58\ufe63\uff0d\u00ad\u200b]+")
_UNDERSCORED = re.compile(r"(?<=\d)_(?=\d)")
_LETTER_D = re.compile(r"(?<=\d)d(?=\d)(?!(?<=3d)[1-4])")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=16384)
def canonical(name: str) -> str:
    """The form in which two names are compared: `DeepSeek V4` = `DeepSeek‑V4` = `deepseekv4`, `Qwen2_5` = `Qwen2d5`.

    No case, spaces, hyphens (any dash), underscores, colons or middle dots. `3d1` to `3d4` stay: they number models
    of the third dimension (`Hunyuan3D-2`). Idempotent.
    """
    text = unicodedata.normalize("NFKC", name or "")
    text = _LETTER_D.sub(".", _UNDERSCORED.sub(".", text))
    text = _SEPARATORS.sub("", text).casefold()
    return unicodedata.normalize("NFKC", text)


def tidy(name: str) -> str:
    """A name on one line with plain hyphens, as it is shown."""
    return _SPACE.sub(" ", _DASHES.sub("-", unicodedata.normalize("NFKC", name))).strip(" -_:·")


def _glue(family: str, version: str) -> str:
    """What stands between a family and its version in the lab's own writing."""
    if re.search(r"[-\s][A-Za-z]$", family) and version[:1].isdigit():
        return ""
    key = canonical(family)
    if key in words.ATTACHED and version[:1].isdigit():
        return ""
    if key in words.SPACED:
        return " "
    return "-"


def join(family: str, version: str = "", tier: str = "") -> str:
    """The name as its lab would write it: `Qwen3.5`, `GLM-5`, `GLM-4.6V`, `Seedance 2.0`, `Qwen3-Coder-Next`."""
    name = tidy(family)
    if version:
        name += _glue(name, version) + version
    tier = tidy(tier)
    if not tier:
        return name
    first = re.split(r"[-\s]", tier, maxsplit=1)[0]
    glued = len(first) == 1 and first.isalpha() and version[-1:].isdigit() and not re.match(r"[A-Za-z]", version)
    if glued:
        return name + tier
    spaced = " " in name and "-" not in name
    return name + (" " if spaced else "-") + (tier.replace("-", " ") if spaced else tier)


def _written(shown: str, name: str) -> str:
    """`name` as it stands at the front of the name that is shown (`dots.vlm1`), if it does."""
    key = canonical(name)
    if not canonical(shown).startswith(key):
        return name
    fronts = (shown[:end] for end in range(len(name) - 3 if len(name) > 3 else 1, len(name) + 4))
    return next((tidy(front) for front in fronts if canonical(front) == key), name)


@lru_cache(maxsize=8192)
def make_line(lab_id: str, family: str, version: str = "", tier: str = "", name: str = "") -> LineName:
    """The line of a family's version and tier; `name` overrides how it is shown (a word order of its own).

    `family` is the lab's canonical family name, including words that stand before the version (`Qwen-Image` of
    `Qwen-Image-2.0`): such a line is numbered on its own. `tier` holds the words after the version, separated by
    hyphens or spaces. The generation is lab, family and version without the tier.
    """
    shown = tidy(name) if name else join(family, version, tier)
    generation_name = _written(shown, join(family, version))
    return LineName(
        lab=lab_id,
        name=shown,
        key=canonical(shown),
        family=tidy(family),
        version=version,
        tier=tidy(tier),
        generation=f"{lab_id}:{canonical(generation_name)}",
        generation_name=generation_name,
    )
