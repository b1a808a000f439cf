"""The labs that are followed, made ready for finding them: by their hub organisations and by their names in text.

Built from `[labs]` of sources.toml alone: a lab or a family that a person adds there is found without any change of
code. Pure; nothing here knows a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from aggregator.model import Lab
from aggregator.understand import vocabulary
from aggregator.understand.folding import low, normal
from aggregator.understand.matching import Matcher


class LabName(NamedTuple):
    """A name of a lab as text may write it; `weak` names need something of the field near."""

    lab: str
    name: str
    weak: bool
    cased: bool
    is_family: bool = False


class FamilyName(NamedTuple):
    """A spelling of a family; `family` is the canonical name, `common` tells how much a text must add to it."""

    lab: str
    family: str
    spelling: str
    common: bool
    bare: bool
    first: bool = False


class SeriesName(NamedTuple):
    """A word that stands for a family's line by itself (`Opus 4.6`)."""

    lab: str
    family: str
    word: str


class Word(NamedTuple):
    """A word of the field, or one that stands near other things of the same name (`against`)."""

    kind: str
    against: str = ""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The labs and what finds them. `lab_of("huggingface", "Qwen")` is the lab that owns an organisation, or None."""

    labs: Mapping[str, Lab]
    matcher: Matcher = field(init=False, repr=False)
    owners: Mapping[tuple[str, str], str] = field(init=False, repr=False)
    letters: Mapping[str, tuple[tuple[str, str], ...]] = field(init=False, repr=False)
    """Lab id -> (letter, canonical family) for versions that stand alone."""
    first_family: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        words: list[tuple[str, object]] = []
        for lab in self.labs.values():
            words += _names_of(lab)
            words += _families_of(lab)
        words += [(word, Word("domain")) for word in vocabulary.DOMAIN]
        words += [(word, Word("against", key)) for key, near in vocabulary.COLLISIONS.items() for word in near]
        object.__setattr__(self, "matcher", Matcher(words))
        object.__setattr__(self, "owners", dict(_owners(self.labs)))
        object.__setattr__(self, "letters", {lab.id: _letters(lab) for lab in self.labs.values()})
        firsts = {lab.id: lab.families[0].name for lab in self.labs.values() if lab.families}
        object.__setattr__(self, "first_family", firsts)

    def short_name(self, lab: str) -> str:
        """The `short_name` of a lab by its id; the id of a lab that is not followed."""
        known = self.labs.get(lab)
        if known is None:
            return lab
        return short_name(known)

    def lab_of(self, hub: str, organisation: str) -> str | None:
        """The lab that owns an organisation (or `owner/repo`) of a hub: "github", "huggingface" or "modelscope"."""
        key = organisation.casefold()
        found = self.owners.get((hub, key))
        if found is None and "/" in key:
            found = self.owners.get((hub, key.split("/", 1)[0]))
        return found


def short_name(lab: Lab) -> str:
    """A lab's name as one says it: without what stands in brackets, a last `AI`, or its family (`Zhipu`, `Alibaba`)."""
    words = re.split(r"[()/（）]", lab.name)[0].split()
    families = {low(f.name) for f in lab.families} | {"ai", "seed"}
    return " ".join(words[:-1] if len(words) > 1 and low(words[-1]) in families else words)


def chinese_name(lab: Lab) -> str | None:
    """The first of a lab's aliases if that is written in Chinese characters only (`智谱`), else None."""
    first = lab.aliases[0] if lab.aliases else ""
    return first if re.fullmatch(r"[\u4e00-\u9fff]+", first) else None


def _owners(labs: Mapping[str, Lab]) -> Iterator[tuple[tuple[str, str], str]]:
    for lab in labs.values():
        for hub, names in (("github", lab.github), ("huggingface", lab.huggingface), ("modelscope", lab.modelscope)):
            for name in names:
                yield (hub, name.casefold()), lab.id
                owner = name.casefold().split("/", 1)[0]
                if owner != name.casefold():
                    yield (hub, owner), lab.id


def spellings(name: str) -> list[str]:
    """A name and how else it is written: its hyphens and spaces may be either, or nothing."""
    parts = re.split(r"[-\s]+", name)
    if len(parts) == 1:
        return [name]
    return list(dict.fromkeys([name, " ".join(parts), "-".join(parts), "".join(parts)]))


def _own_names(lab: Lab) -> Iterator[str]:
    """The names of a lab: its display name taken apart, its aliases, and what is left of the name without a family."""
    families = {low(f.name) for f in lab.families}
    for part in re.split(r"[()/（）]", lab.name):
        words = part.split()
        if not words:
            continue
        yield " ".join(words)
        if len(words) > 1 and (low(words[-1]) in families or low(words[-1]) == "ai"):
            yield " ".join(words[:-1])
    yield from lab.aliases


def _names_of(lab: Lab) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    seen = set()
    for name in _own_names(lab):
        key = low(normal(name))
        if key in seen or len(key) < 2:
            continue
        seen.add(key)
        short = key.isascii() and len(key) <= 3 and key.isalpha()
        weak = key in vocabulary.WEAK_NAMES or key in vocabulary.COMMON_FAMILIES or short
        value = LabName(lab.id, name, weak, key in vocabulary.CASED_NAMES or short)
        found.append((name, value))
    for family in lab.families:
        for name in (family.name, *family.spellings):
            key = low(normal(name))
            if key in seen or key in vocabulary.BARE_COMMON or re.search(r"\d", key):
                continue
            seen.add(key)
            weak = key in vocabulary.WEAK_NAMES or key in vocabulary.COMMON_FAMILIES
            found.append((name, LabName(lab.id, name, weak, False, True)))
            found += [
                (w, SeriesName(lab.id, family.name, w.capitalize())) for w, f in vocabulary.SERIES.items() if f == key
            ]
    return found


def _families_of(lab: Lab) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for family in lab.families:
        for name in (family.name, *family.spellings):
            key = low(normal(name))
            common = key in vocabulary.COMMON_FAMILIES or (key.isascii() and len(key) <= 2)
            bare = key in vocabulary.BARE_COMMON or (key.isascii() and len(key) <= 2)
            for form in spellings(name):
                found.append(
                    (form + "*", FamilyName(lab.id, family.name, name, common, bare, family is lab.families[0]))
                )
    return found


def _letters(lab: Lab) -> tuple[tuple[str, str], ...]:
    found = []
    for family in lab.families:
        for name in (family.name, *family.spellings):
            for letter in vocabulary.LETTERS.get(low(normal(name)), ""):
                found.append((letter, family.name))
    return tuple(dict.fromkeys(found))
