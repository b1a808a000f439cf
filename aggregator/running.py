"""What it takes to run a model at home: the formats of a repository, and the smallest set of its files that runs.

Sizes are those of real files, never worked out from parameters. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aggregator.model import Artifact, Release, Repository

FORMATS = (
    "GGUF",
    "MLX",
    "safetensors",
    "ONNX",
    "AWQ",
    "GPTQ",
    "FP8",
    "NVFP4",
    "MXFP4",
    "INT4",
    "INT8",
    "OpenVINO",
    "Core ML",
)
"""How they are written, in the order in which a person who wants to run a model looks for them."""
NOT_ALONE = frozenset(("adapter", "draft", "reward"))
"""Kinds of artifacts that do not run by themselves."""
_SHARD = re.compile(r"[-_.](?:part[-_]?)?\d{4,5}-of-\d{4,5}(?=\.)|\.part\d+of\d+", re.IGNORECASE)
_WORDS = (
    ("GGUF", re.compile(r"\bgguf\b|\.gguf$", re.IGNORECASE)),
    ("MLX", re.compile(r"\bmlx\b", re.IGNORECASE)),
    ("ONNX", re.compile(r"\bonnx\b|\.onnx$", re.IGNORECASE)),
    ("AWQ", re.compile(r"\bawq\b", re.IGNORECASE)),
    ("GPTQ", re.compile(r"\bgptq\b", re.IGNORECASE)),
    ("FP8", re.compile(r"\bfp8\b", re.IGNORECASE)),
    ("NVFP4", re.compile(r"\bnvfp4\b", re.IGNORECASE)),
    ("MXFP4", re.compile(r"\bmxfp4\b", re.IGNORECASE)),
    ("INT4", re.compile(r"\bint4\b", re.IGNORECASE)),
    ("INT8", re.compile(r"\bint8\b", re.IGNORECASE)),
    ("OpenVINO", re.compile(r"\bopenvino\b", re.IGNORECASE)),
    ("Core ML", re.compile(r"\bcore-?ml\b|\.mlpackage", re.IGNORECASE)),
)
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".npz", ".pdparams", ".msgpack")
_NO_WEIGHTS = re.compile(
    r"(?:^|/)(?:optimizer|scheduler|training_args|rng_state|tokenizer|consolidated)[^/]*$|mmproj|imatrix", re.IGNORECASE
)


def formats_of(repository: Repository) -> tuple[str, ...]:
    """The formats that a repository's name, library, tags and files show, in the order of FORMATS."""
    name = repository.id.rpartition("/")[2].replace("_", "-")
    told = [name, repository.library or "", *(t for t in repository.tags if ":" not in t)]
    files = repository.files or ()
    found = {label for label, word in _WORDS if any(word.search(text) for text in told)}
    found |= {label for label, word in _WORDS if label in ("GGUF", "ONNX") and any(word.search(f) for f in files)}
    if any(name.endswith(".safetensors") for name in files):
        found.add("safetensors")
    return tuple(label for label in FORMATS if label in found)


def smallest_download(sizes: Mapping[str, int]) -> int | None:
    """Bytes of the smallest set of files that runs, from names and sizes of all files; None where none has weights.

    Of several GGUF quantisations the smallest (all its shards); else the safetensors, or where there are none the
    weights of one other format; what trains (optimizer states) or doubles (`consolidated.*`) is left out.
    """
    weights = {name: size for name, size in sizes.items() if size > 0 and not _NO_WEIGHTS.search(name)}
    quants: dict[str, int] = {}
    for name, size in weights.items():
        if name.casefold().endswith(".gguf"):
            whole = _SHARD.sub("", name)
            quants[whole] = quants.get(whole, 0) + size
    if quants:
        return min(quants.values())
    for ending in _WEIGHTS:
        found = sum(size for name, size in weights.items() if name.casefold().endswith(ending))
        if found:
            return found
    return None


def own_weights(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """The lab's own repositories with weights that run by themselves and are still there."""
    return usable(a for a in artifacts if a.first_party)


def usable(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """The repositories, whoever made them, with weights that run by themselves and are still there."""
    return [
        a for a in artifacts if a.weights and a.hub != "github" and a.kind not in NOT_ALONE and a.missing_since is None
    ]


def smallest_of(release: Release) -> tuple[int, bool] | None:
    """Bytes of the smallest first-party download, and whether that is exact (else no more than that), or None.

    Where the sizes of single files are not known, a repository's whole size is an upper bound: it may hold several
    forms of the weights.
    """
    found = []
    for artifact in own_weights(release.artifacts):
        if artifact.download:
            found.append((artifact.download, True))
        elif artifact.bytes:
            found.append((artifact.bytes, False))
    return min(found, key=lambda one: (one[0], not one[1])) if found else None


def formats_since(release: Release, *, first_party: bool = True) -> list[tuple[str, Artifact]]:
    """Each format with the earliest repository that has it, in the order of FORMATS."""
    chosen = usable(a for a in release.artifacts if a.first_party == first_party)
    earliest: dict[str, Artifact] = {}
    for artifact in sorted(chosen, key=lambda a: (a.created is None, a.created, a.id)):
        for label in artifact.formats:
            earliest.setdefault(label, artifact)
    return [(label, earliest[label]) for label in FORMATS if label in earliest]


_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt])i?b?", re.IGNORECASE)
_FACTORS = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def bytes_of(text: str) -> int | None:
    """Bytes of `24GB`, `24G` or `1.5 TB` (decimal units, as disks and cards are sold); None for anything else."""
    found = _AMOUNT.fullmatch(text.strip())
    return round(float(found[1]) * _FACTORS[found[2].lower()]) if found else None
