"""Takes a model's name apart: what stays in its line's name, and what only describes one artifact.

Pure and without a list of models: a lab's families only tell where its name begins and how it is written. Words are
classed by the vocabularies of `words`; what no vocabulary knows belongs to the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from aggregator.model import Lab, LineName
from aggregator.names import words
from aggregator.names.line import canonical, make_line

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_GGUF = re.compile(r"(?<![a-z0-9])i?q\d(?:_(?:k|nl|xxs|xs|xl|[01sml]))+(?![a-z0-9])", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<=\d)[_d](?=\d)(?!(?<=3d)[1-4])")
_DATE = re.compile(r"(?<!\d)(20[12]\d)[-_.](0[1-9]|1[0-2])[-_.](0[1-9]|[12]\d|3[01])(?!\d)")
_TOKEN = re.compile(
    r"(?P<sep>[\s\-_:·+/()\[\],|@]+|(?<=[A-Za-z0-9])\.(?=[A-Za-z])|^)(?P<text>(?:(?!\.[A-Za-z])[^\s\-_:·+/()\[\],|@])+)"
)
_PIECE_VERSION = re.compile(r"(?P<version>[A-Za-z]?\d+(?:\.\d+)*(?:[Vv]\d+(?:\.\d+)*)?)(?P<tail>[A-Za-z]*)")
_GLUED = re.compile(
    r"(?P<word>[A-Za-z][A-Za-z.\u4e00-\u9fff]*?[A-Za-z\u4e00-\u9fff])(?P<version>\d+(?:\.\d+)*)(?P<tail>[A-Za-z]?)"
)
_SHOUTED = frozenset(("vl", "ocr", "tts", "asr", "llm", "rm", "prm", "v", "ui", "mt", "vla", "3d", "oss", "gui"))
_DIMENSIONS = ("2D", "3D", "4D")
_SPELT = {"moe": "MoE"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a name: what stood before it, its text, and what it is (`name` stays in the line's name)."""

    separator: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A name taken apart. `family_known` says whether it begins with one of the lab's families.

    `unknown` are words of the line's name that no vocabulary knows (the family's own excepted); `marks` are the
    classes of the words that were left out (precision, full, format, adapter, draft, tokenizer, stage, variant, …).
    """

    line: LineName
    size: str | None
    precision: str | None
    stage: str | None
    snapshot: str | None
    family_known: bool
    words: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    stages: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def word_class(text: str) -> str:
    """The class of one word, without its neighbours: size, context, snapshot, precision, full, format, … or name."""
    low = text.casefold()
    if words.CONTEXT.fullmatch(low):
        return "context"
    if words.SIZE.fullmatch(low):
        return "size"
    if words.SNAPSHOT.fullmatch(low):
        return "snapshot"
    if low in words.FULL_PRECISIONS:
        return "full"
    if low in words.PRECISIONS or words.PRECISION.fullmatch(low):
        return "precision"
    if text == "PT" or low in words.FORMATS:
        return "library" if text == "PT" else "format"
    for kind, vocabulary in _VOCABULARIES:
        if low in vocabulary:
            return kind
    if words.DRAFT.fullmatch(low):
        return "draft"
    return "variant" if words.VARIANT.fullmatch(low) else "name"


_VOCABULARIES: tuple[tuple[str, Iterable[str]], ...] = (
    ("stage", frozenset(words.STAGES)),
    ("adapter", words.ADAPTERS),
    ("draft", words.DRAFTS),
    ("tokenizer", words.TOKENIZERS),
    ("changed", words.CHANGED),
    ("variant", words.VARIANTS),
    ("small", words.SMALL),
)


def tokens_of(name: str) -> list[Token]:
    """The words of a name with what stands before each; `Q4_K_M` and `2025-09-19` stay whole, `2_5` becomes `2.5`."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", name)).strip(" -_")
    text = _GGUF.sub(lambda match: match[0].replace("_", "~"), text)
    text = _DECIMAL.sub(".", _DATE.sub(r"\1\2\3", text))
    found = []
    for match in _TOKEN.finditer(text):
        word = match["text"].replace("~", "_").strip(".")
        if word:
            found.append(Token("." if match["sep"] == "." else "-", word, word_class(word)))
    return found


@lru_cache(maxsize=256)
def family_keys(lab: Lab) -> tuple[tuple[str, str], ...]:
    """(canonical spelling, canonical family name) of a lab, longest first."""
    pairs = {canonical(s): f.name for f in lab.families for s in (f.name, *f.spellings) if canonical(s)}
    return tuple(sorted(pairs.items(), key=lambda pair: (-len(pair[0]), pair[0])))


@lru_cache(maxsize=256)
def prefixes(lab: Lab) -> tuple[str, ...]:
    """What may stand before a family without belonging to the name: the lab's name, id, aliases and organisations."""
    names = (lab.id, lab.name, *lab.aliases, *lab.huggingface, *lab.github, *lab.modelscope)
    return tuple(sorted({canonical(n.split("/")[0]) for n in names if canonical(n)}, key=len, reverse=True))


def family_at_start(tokens: list[Token], lab: Lab) -> tuple[str, int, int] | None:
    """(family, number of tokens it covers, characters of the last one), or None.

    The family ends where a word ends, before a digit, or before a capital inside a word (`HunyuanVideo`).
    """
    whole = "".join(t.text for t in tokens[:4]).casefold()
    for key, family in family_keys(lab):
        if not whole.startswith(key):
            continue
        left = len(key)
        for index, token in enumerate(tokens):
            if left <= len(token.text):
                rest = token.text[left:]
                if (
                    not rest
                    or (rest[0].isdigit() and not rest.startswith(_DIMENSIONS))
                    or key[-1].isdigit()
                    or not key.isascii()
                ):
                    return family, index + 1, left
                break
            left -= len(token.text)
    return None


def names_family(tokens: list[Token], lab: Lab) -> bool:
    """Whether a name begins with a family of the lab, a glued capital word included (`HunyuanVideo`, `QwenLong`)."""
    if family_at_start(tokens, lab):
        return True
    first = tokens[0].text if tokens else ""
    return any(
        first.casefold().startswith(key)
        and (first[len(key) : len(key) + 1].isupper() or first[len(key) :].startswith(_DIMENSIONS))
        and len(key) > 3
        for key, _ in family_keys(lab)
    )


def drop_prefix(tokens: list[Token], lab: Lab | None) -> list[Token]:
    """The tokens without the lab's name or organisation in front of its family (`Alibaba Qwen3.5`, `Qwen_Qwen3`)."""
    if lab is None or len(tokens) < 2:
        return tokens
    for count in (1, 2, 3):
        head = canonical("".join(t.text for t in tokens[:count]))
        if head in prefixes(lab) and len(tokens) > count and names_family(tokens[count:], lab):
            return tokens[count:]
    return tokens


def _settle(tokens: list[Token], start: int) -> list[Token]:
    """Decides the words whose class depends on their neighbours. `start` is the number of the family's tokens."""
    out: list[Token] = []
    dropping = named = False  # named: a version, size, tier or date stood before
    for index, token in enumerate(tokens):
        kind, low = token.kind, token.text.casefold()
        if index < max(start, 1):
            kind = "name"
            named = named or index == start - 1 and any(c.isdigit() for c in token.text)
        elif (kind == "stage" and low in words.SOFT_STAGES and not named) or (kind == "small" and not named):
            kind = "name"
        elif low in words.DETAILS and _beside(tokens, index, "precision"):
            kind = "detail"
        elif dropping and kind in ("name", "small"):
            kind = "student"
        elif kind == "name" and low == "distill":
            dropping = True
        if index >= max(start, 1) and kind in ("name", "size", "snapshot", "context"):
            named = True
        out.append(Token(token.separator, token.text, kind))
    return out


def _beside(tokens: list[Token], index: int, kind: str) -> bool:
    near = tokens[max(0, index - 2) : index] + tokens[index + 1 : index + 3]
    return any(t.kind == kind for t in near)


def _size(tokens: list[Token]) -> str | None:
    sizes = [t.text for t in tokens if t.kind == "size"]
    if not sizes:
        return None
    head = sizes[0]
    tail = next((s for s in sizes[1:] if re.fullmatch(r"a\d.*", s, re.IGNORECASE)), "")
    glued = re.fullmatch(r"(\d+(?:\.\d+)?[bt])(a\d+(?:\.\d+)?[bm])", head, re.IGNORECASE)
    if glued:
        head, tail = glued[1], glued[2]
    return (f"{head}-{tail}" if tail else head).upper().replace("X", "x")


def _pretty(text: str, loud: bool) -> str:
    """A lower-case repository's word as it would be shown; `loud` says that the whole name was lower case."""
    if not loud or not text.isascii():
        return text
    if text in _SPELT:
        return _SPELT[text]
    if text.rstrip("0123456789.") in _SHOUTED:
        return text.upper()
    if re.fullmatch(r"v\d.*", text):
        return text.upper()
    return re.sub(r"(?<=\d)v$", "V", text) if text[:1].isdigit() else text[:1].upper() + text[1:]


def _version_of(piece: str) -> tuple[str, str, str] | None:
    """(word before it, version, word behind it) of one word that holds a version, or None."""
    match = _PIECE_VERSION.fullmatch(piece)
    if (
        match
        and (len(match["tail"]) < 2 or match["tail"].casefold() in words.TIERS)
        and piece.upper() not in _DIMENSIONS
    ):
        return "", match["version"], match["tail"]
    glued = _GLUED.fullmatch(piece)
    if glued is None or glued["version"] + glued["tail"] in _DIMENSIONS:
        return None
    word, version = glued["word"], glued["version"]
    if word[-1] in "vV" and word[-2].isalpha():
        word, version = word[:-1], word[-1] + version
    return word, version, glued["tail"]


def _is_version(piece: str) -> bool:
    found = _version_of(piece)
    return found is not None and (not found[0] or found[0] in words.TIERS)


def _pieces(kept: list[Token], found: tuple[str, int, int] | None) -> tuple[str, list[tuple[str, str]]]:
    """The family's name and (separator, word) of what follows it, a glued number as a word of its own."""
    rest: list[tuple[str, str]]
    if found is None:
        rest = [(t.separator, t.text) for t in kept[1:]]
        glued = _version_of(kept[0].text)
        if glued is None or not glued[0]:
            return kept[0].text, rest
        return glued[0], [("", glued[1] + glued[2]), *rest]
    family, count, used = found
    rest = [(t.separator, t.text) for t in kept[count:]]
    behind = kept[count - 1].text[used:]
    if behind:
        return family, [("", behind), *rest]
    numbered = _GLUED.fullmatch(family)  # a lab may list `Hy3` as a family
    if numbered and not numbered["tail"] and not (rest and _PIECE_VERSION.fullmatch(rest[0][1])):
        return numbered["word"], [("", numbered["version"]), *rest]
    return family, rest


def _version(family: str, pieces: list[tuple[str, str]]) -> tuple[str, str, str]:
    """(family with the words before the version, version, tier words) of the words after a family."""
    before = family
    for index, (separator, piece) in enumerate(pieces):
        match = _version_of(piece)
        if match is None:
            before += (separator or "-") + piece
            continue
        word, version, tail = match
        if word:
            before += (separator or "-") + word
        return before, version, "-".join([*([tail] if tail else []), *(p for _, p in pieces[index + 1 :])])
    return family, "", "-".join(p for _, p in pieces)


def _shown(kept: list[Token], found: tuple[str, int, int] | None, loud: bool) -> str:
    """The line's name: the kept words as the name wrote them, the family as its lab writes it."""
    out = []
    start = 0
    if found is not None:
        family, count, used = found
        last = kept[count - 1].text
        raw = "-".join(t.text for t in kept[:count]) if used == len(last) else ""
        rest = last[used:]
        head = family if not raw or canonical(raw) != canonical(family) or raw == raw.casefold() else raw
        out.append(head + (_pretty(rest, loud) if rest else ""))
        start = count
    for token in kept[start:]:
        out.append((token.separator if out else "") + _pretty(token.text, loud))
    return "".join(out)


@lru_cache(maxsize=16384)
def take_apart(name: str, lab: Lab | None = None) -> ParsedName | None:
    """The name's line and what is left out of it; None if nothing names a model (empty, only marks).

    `name` is a repository's name without its organisation, a tag, or a model's name in a text.
    """
    tokens = drop_prefix(tokens_of(name), lab)
    if not tokens:
        return None
    found = family_at_start(tokens, lab) if lab else None
    tokens = _settle(tokens, found[1] if found else 1)
    kept = [t for t in tokens if t.kind == "name"]
    if not kept:
        return None
    loud = name == name.casefold() and (found is None or found[0] != found[0].casefold())
    family, pieces = _pieces(kept, found)
    before, version, tier = _version(family, pieces)
    line = make_line(lab.id if lab else "", before, version, tier, _shown(kept, found, loud))
    left_out = [t for t in tokens if t.kind != "name"]
    stages = tuple(t.text.casefold() for t in left_out if t.kind == "stage")
    precisions = [t.text for t in left_out if t.kind in ("precision", "full")]
    snapshots = [t.text for t in left_out if t.kind == "snapshot"]
    own = [p.casefold() for _, p in pieces]
    return ParsedName(
        line=line,
        size=_size(tokens),
        precision="-".join(precisions) or None,
        stage=stages[0] if stages else None,
        snapshot=snapshots[0] if snapshots else None,
        family_known=found is not None,
        words=tuple(t.text for t in tokens),
        unknown=tuple(p for p in own if p not in words.TIERS and not words.REWARDS.fullmatch(p) and not _is_version(p)),
        marks=frozenset(t.kind for t in left_out),
        stages=stages,
    )


def read_name(name: str, lab: Lab | None) -> ParsedName | None:
    """The model that a code repository's, a tag's or a release's name stands for; None for a tool's or a page's.

    A name is a model's if it begins with a family of the lab and a version follows, or only words that name models
    (`GLM-OCR`, `Qwen-Image`). A bare family (`CosyVoice`) counts too: its line then has no version.
    """
    if lab is None:
        return None
    parsed = take_apart(name, lab)
    if parsed is None or not parsed.family_known:
        return None
    low = {w.casefold() for w in parsed.words}
    if low & words.TOOLS or low & words.CHANGED:
        return None
    if not parsed.line.version and (parsed.unknown or _only_family_of_tools(parsed)):
        return None
    return parsed


def _only_family_of_tools(parsed: ParsedName) -> bool:
    return parsed.line.tier.casefold() in ("code", "agent")


_NUMBERED_TAG = re.compile(r"[vV]?(\d{1,2}(?:\.\d{1,2}){0,2})(?:[-.]?(?:rc|beta|preview|alpha)\d*)?")


def read_release(repository: str, tag: str, title: str, lab: Lab | None) -> ParsedName | None:
    """The model of a code repository's release: its title's, else its tag's, else the repository's own.

    A bare family takes the tag's number (`index-tts@v2.5.0` is IndexTTS-2.5); a repository whose name has a version
    keeps it whatever its tags are numbered.
    """
    own = read_name(repository.rsplit("/", 1)[-1], lab)
    for text in (title, tag):
        named = read_name(text, lab) if text else None
        if named is not None and not named.unknown and (named.line.version or named.line.tier):
            return named
    if own is None or own.line.version or own.line.tier:
        return own
    number = _NUMBERED_TAG.fullmatch(tag.strip())
    if number is None or number[1].startswith("0."):
        return own
    version = re.sub(r"(?:\.0)+$", "", number[1]) if number[1].count(".") == 2 else number[1]
    return take_apart(f"{own.line.family}-{version}", lab) or own
