"""From a hub's repository to its line and to what kind of artifact it is.

The decision list, first match wins; `ArtifactName.reason` names the rule that fired:
  1. a relation to another model (quantized, adapter, merge, finetune) before the name;
  2. a finetune of the lab's own model is a stage of its line or a line of its own, of a foreign one its own line;
  3. words of the name; data types among the tags prove nothing (models are trained in fp8 and int4);
  4. a third party's repository is an artifact of its base's line, or nothing.
A repository without weight files is a placeholder: its reason ends with `placeholder`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.model import ArtifactName, Lab, LineName, Repository
from aggregator.names import words
from aggregator.names.line import canonical
from aggregator.names.parse import (
    ParsedName,
    Token,
    family_at_start,
    family_keys,
    names_family,
    prefixes,
    take_apart,
    tokens_of,
)

WEIGHTS = re.compile(
    r"\.(?:safetensors|bin|gguf|pt|pth|onnx|nemo|ckpt|pdparams|mnn|tflite|npz|msgpack|h5|pkl|mlmodel)$"
)
_INDEXES = ("model_index.json", ".safetensors.index.json", ".bin.index.json")
_SPEECH = re.compile(r"TTS|ASR|OCR|Guard")
_MEDIUM = re.compile(r"[a-z\d](?:Video|Image|3D|World|Motion|Voice|Speech|Music|Avatar)(?![a-z])")
_GROUPED = ("quantized", "adapter", "merge")


@dataclass(frozen=True, slots=True)
class _Base:
    """The model that a repository's relation names: the relation, its id, its lab and its name taken apart."""

    relation: str
    id: str
    lab: Lab | None
    name: ParsedName | None


@dataclass(frozen=True, slots=True)
class _Index:
    """Labs by organisation, by the first two characters of their families, and by what may stand before a family."""

    owners: dict[str, Lab]
    families: dict[str, tuple[Lab, ...]]
    prefixes: dict[str, tuple[Lab, ...]]


_indexes: dict[int, tuple[Mapping[str, Lab], _Index]] = {}


def _index(labs: Mapping[str, Lab]) -> _Index:
    """The index of a mapping of labs, made once for it (a mapping must not change after its first use)."""
    known = _indexes.get(id(labs))
    if known is not None and known[0] is labs:
        return known[1]
    owners: dict[str, Lab] = {}
    families: dict[str, dict[str, Lab]] = {}
    before: dict[str, dict[str, Lab]] = {}
    for lab in labs.values():
        for organisation in (*lab.huggingface, *lab.modelscope, *lab.github):
            owners.setdefault(organisation.split("/")[0].casefold(), lab)
        for key, _ in family_keys(lab):
            families.setdefault(key[:2], {})[lab.id] = lab
        for key in prefixes(lab):
            before.setdefault(key, {})[lab.id] = lab
    index = _Index(owners, _tuples(families), _tuples(before))
    if len(_indexes) > 8:
        _indexes.clear()
    _indexes[id(labs)] = (labs, index)
    return index


def _tuples(grouped: dict[str, dict[str, Lab]]) -> dict[str, tuple[Lab, ...]]:
    return {key: tuple(labs.values()) for key, labs in grouped.items()}


def has_weights(repository: Repository) -> bool | None:
    """Whether its files hold weights; None if the hub did not list files."""
    if repository.files is None:
        return None
    return any(WEIGHTS.search(f.casefold()) or f.casefold().endswith(_INDEXES) for f in repository.files)


def read_repository(repo: Repository, labs: Mapping[str, Lab], lab_id: str | None) -> ArtifactName | None:
    """The line of a hub's repository and its kind, size, precision, stage, snapshot and base.

    `lab_id` is the lab whose organisation was asked (None: look it up). None is returned for a data set or
    benchmark, for a model that a third party changed, and for a third party's model whose base is not followed.
    """
    organisation, _, name = repo.id.rpartition("/")
    index = _index(labs)
    own = index.owners.get(organisation.casefold()) or (labs.get(lab_id) if lab_id else None)
    low = {t.text.casefold() for t in tokens_of(name)}
    if low & words.DATASETS:
        return None
    base = _base(repo, index.owners)
    parsed = take_apart(name, own)
    if own is not None and not _is_foreign(name, parsed, own, base, index):
        return _first_party(repo, parsed, own, base)
    if low & words.CHANGED:
        return None
    return _third_party(repo, name, base, index)


def _base(repo: Repository, owners: Mapping[str, Lab]) -> _Base | None:
    """The first relation that names another repository; the strongest kind of relation first."""
    found = [(r, b) for r, b in repo.relations if b and b.casefold() != repo.id.casefold()]
    if not found:
        return None
    order = ("quantized", "adapter", "merge", "finetune")
    relation, base = min(found, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    organisation, _, name = base.rpartition("/")
    lab = owners.get(organisation.casefold())
    parsed = take_apart(name, lab) if name else None
    student = _student(parsed, lab) if parsed and lab else None
    return _Base(relation, base, lab, student or parsed)


def _is_foreign(name: str, parsed: ParsedName | None, own: Lab, base: _Base | None, index: _Index) -> bool:
    """Whether a lab's repository is only a form of another lab's model (NVIDIA's quantisation of a Qwen model)."""
    if parsed is not None and parsed.family_known:
        return False
    tokens = tokens_of(name)
    foreign = base is not None and base.lab is not None and base.lab.id != own.id
    if foreign and base is not None and base.lab is not None:
        if base.relation == "quantized":
            return True
        return names_family(tokens, base.lab) and not _names_own_family(tokens, own)
    if base is not None and base.lab is not None:
        return False
    marked = parsed is not None and bool(parsed.marks & {"precision", "full", "format", "draft"})
    return marked and not _names_own_family(tokens, own) and _lab_by_family(tokens, index, skip=own.id) is not None


def _names_own_family(tokens: list[Token], own: Lab) -> bool:
    return any(names_family(tokens[i:], own) for i in range(len(tokens)))


def _lab_by_family(tokens: list[Token], index: _Index, skip: str = "") -> Lab | None:
    """The lab whose family a name begins with, the longest family first."""
    start = "".join(t.text for t in tokens[:2]).casefold()[:2]
    best: tuple[int, Lab] | None = None
    for lab in index.families.get(start, ()):
        found = family_at_start(tokens, lab) if lab.id != skip else None
        if found and (best is None or len(found[0]) > best[0]):
            best = len(found[0]), lab
    return best[1] if best else None


def _first_party(repo: Repository, parsed: ParsedName | None, own: Lab, base: _Base | None) -> ArtifactName | None:
    if parsed is None:
        return None
    line, size = parsed.line, parsed.size
    own_base = base if base and base.lab is not None and base.lab.id == own.id and base.name else None
    if own_base and own_base.name and own_base.relation in _GROUPED:
        if _only_adds_unknown(parsed, own_base.name):
            line = own_base.name.line
        size = size or own_base.name.size
    student = _student(parsed, own)
    if student is not None:
        parsed, line = student, student.line
    kind, rule = _kind(repo, parsed, base, own_base is not None or base is None or base.lab is own)
    if student is not None and kind in ("instruct", "finetune", "thinking"):
        kind, rule = "distill", "student-in-name"
    return _artifact(repo, parsed, line, size, kind, rule, base, first_party=True)


def _only_adds_unknown(parsed: ParsedName, base: ParsedName) -> bool:
    """Whether a name only adds to its base's words that name no model (`Qwen3-Embedding` adds one to `Qwen3`)."""
    known = {w.casefold() for w in base.words}
    added = {t.text.casefold() for t in tokens_of(parsed.line.name)} - known
    return parsed.line.key.startswith(base.line.key) and added <= set(parsed.unknown)


_WORD_WITH_NUMBER = re.compile(r"[A-Za-z]{3,}\d[\d.]*|[A-Za-z]{4,}")


def _student(parsed: ParsedName, own: Lab) -> ParsedName | None:
    """`R1-0528-Qwen3-8B`: a word between a date and a size is a student, into which the dated model was distilled."""
    tokens = parsed.words
    dates = [i for i, word in enumerate(tokens) if i and words.SNAPSHOT.fullmatch(word)]
    if not dates or len(tokens) < dates[0] + 3:
        return None
    after, then = tokens[dates[0] + 1], tokens[dates[0] + 2]
    if not (_WORD_WITH_NUMBER.fullmatch(after) and after.casefold() in parsed.unknown and words.SIZE.fullmatch(then)):
        return None
    return take_apart("-".join((*tokens[: dates[0] + 1], *tokens[dates[0] + 2 :])), own)


def _third_party(repo: Repository, name: str, base: _Base | None, index: _Index) -> ArtifactName | None:
    """A third party's form of a followed lab's model, or None: its changes are nobody's line."""
    lab = base.lab if base and base.lab else _lab_by_prefixed_family(name, index)
    if lab is None:
        return None
    parsed = take_apart(name, lab)
    if parsed is None:
        return None
    official = base.name if base and base.lab and base.name else None
    if official is not None and base is not None:
        if _distills(parsed) and not _distills(official):
            return None
        if base.relation == "quantized":
            precise = "precision" in parsed.marks or not parsed.marks & {"full", "format"}
            kind = "draft" if _is_draft(parsed) else "quantized" if precise else "format"
            return _artifact(
                repo,
                parsed,
                official.line,
                parsed.size or official.size,
                kind,
                "relation-quantized",
                base,
                first_party=False,
            )
        if base.relation in _GROUPED or parsed.line.key != official.line.key or "adapter" in parsed.marks:
            return None
        if not parsed.marks & {"precision", "full", "format", "draft"} and parsed.stages != official.stages:
            return None
    elif parsed.unknown or not parsed.family_known or not parsed.marks & {"precision", "full", "format", "draft"}:
        return None
    kind, rule = _form(parsed) or ("format", "name-copy")
    size = parsed.size or (official.size if official else None)
    return _artifact(repo, parsed, parsed.line, size, kind, rule, base, first_party=False)


def _distills(parsed: ParsedName) -> bool:
    return any(word.casefold() in ("distill", "distilled", "distil") for word in parsed.words)


def _lab_by_prefixed_family(name: str, index: _Index) -> Lab | None:
    """The lab of a name that begins with its family, or with its organisation and then its family (`Qwen_Qwen3`)."""
    tokens = tokens_of(name)
    direct = _lab_by_family(tokens, index)
    if direct is not None:
        return direct
    for count in range(1, min(4, len(tokens))):
        for lab in index.prefixes.get(canonical("".join(t.text for t in tokens[:count])), ()):
            if family_at_start(tokens[count:], lab):
                return lab
    return None


def _artifact(
    repo: Repository,
    parsed: ParsedName,
    line: LineName,
    size: str | None,
    kind: str,
    rule: str,
    base: _Base | None,
    *,
    first_party: bool,
) -> ArtifactName:
    empty = has_weights(repo) is False and "tokenizer" not in parsed.marks
    return ArtifactName(
        line=line,
        kind=kind,
        size=size,
        precision=parsed.precision,
        stage=parsed.stage,
        snapshot=parsed.snapshot,
        base=base.id if base else None,
        first_party=first_party,
        reason=f"{rule}, placeholder" if empty else rule,
    )


def _is_draft(parsed: ParsedName) -> bool:
    """A draft head; `MTP` beside a quantisation only says that the heads are in the file."""
    if "draft" not in parsed.marks:
        return False
    heads = {w.casefold() for w in parsed.words if words.DRAFT.fullmatch(w.casefold()) or w.casefold() in words.DRAFTS}
    return heads != {"mtp"} or "precision" not in parsed.marks


def _form(parsed: ParsedName) -> tuple[str, str] | None:
    """Kinds that say in which form the same model comes."""
    if _is_draft(parsed):
        return "draft", "name-draft"
    if "precision" in parsed.marks:
        return "quantized", "name-precision"
    if "adapter" in parsed.marks:
        return "adapter", "name-adapter"
    if "tokenizer" in parsed.marks:
        return "other", "name-tokenizer"
    if parsed.marks & {"full", "format"}:
        return "format", "name-format"
    return None


def _kind(repo: Repository, parsed: ParsedName, base: _Base | None, own_base: bool) -> tuple[str, str]:
    """The kind of a lab's own repository and the rule that decided it."""
    relation = base.relation if base else ""
    form = _form(parsed)
    if relation == "quantized":
        return form if form and form[0] in ("draft", "format") else ("quantized", "relation-quantized")
    if relation == "adapter":
        return "adapter", "relation-adapter"
    if form:
        return form
    purpose = _purpose(repo, parsed)
    if purpose:
        return purpose
    if _distills(parsed):
        return "distill", "name-distill"
    for stage in parsed.stages:
        kind = words.STAGES[stage]
        if kind != "preview":
            return kind, "name-stage"
    if relation == "merge" or (relation == "finetune" and not own_base and repo.pipeline != "any-to-any"):
        return "finetune", f"relation-{relation}"
    return "instruct", "name-bare"


def _purpose(repo: Repository, parsed: ParsedName) -> tuple[str, str] | None:
    """Kinds that say what a model is for: reward, embedding, or other (media, guards)."""
    low = {w.casefold() for w in parsed.words}
    pipeline = repo.pipeline or ""
    if any(words.REWARDS.fullmatch(w) for w in low):
        return "reward", "name-reward"
    if low & words.EMBEDDINGS or pipeline in words.EMBEDDING_PIPELINES:
        return "embedding", "name-embedding" if low & words.EMBEDDINGS else "pipeline"
    if low & words.GUARDS:
        return "other", "name-guard"
    if low & words.MEDIA or _SPEECH.search("-".join(parsed.words)):
        return "other", "name-media"
    if pipeline in words.MEDIA_PIPELINES or repo.library == "diffusers":
        return "other", "pipeline"
    if pipeline not in words.TEXT_PIPELINES and (low & words.MEDIA_HINTS or _MEDIUM.search("-".join(parsed.words))):
        return "other", "name-media"
    silent = repo.hub == "huggingface" and not pipeline and not repo.library and not repo.architectures
    if silent and not {"conversational", "text-generation"} & set(repo.tags):
        return "other", "no-task"
    return None
