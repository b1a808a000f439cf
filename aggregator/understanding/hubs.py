"""Labels of entries that no article wrote: model repositories of the hubs, GitHub repositories, releases and READMEs.

Names decide, by `aggregator.names`; notes and cards only add facts. The kinds given here are those of an entry by
itself: whether it is the first of its line, and so a release or an update, is for the store to say. Pure.
"""

from __future__ import annotations

import re

from aggregator import mentions, openness
from aggregator.labs import Gazetteer
from aggregator.model import (
    TRUST_HUB,
    TRUST_LAB,
    TRUST_PRESS,
    ArtifactName,
    Entry,
    Evidence,
    Lab,
    Labels,
    LineName,
    Reason,
    Repository,
    Source,
)
from aggregator.names import canonical, has_weights, read_name, read_release, read_repository, take_apart
from aggregator.understanding.subject import unique

UPDATES = frozenset(("quantized", "format", "adapter", "draft"))
"""Kinds of artifacts that are nothing new by themselves, though the lab made them."""

PIPELINES: dict[str, tuple[str, ...]] = {
    "text-generation": ("text",),
    "image-text-to-text": ("text", "image"),
    "video-text-to-text": ("text", "video"),
    "audio-text-to-text": ("text", "audio"),
    "any-to-any": ("text", "image", "audio"),
    "text-to-image": ("image",),
    "image-to-image": ("image",),
    "image-text-to-image": ("image",),
    "text-to-video": ("video",),
    "image-to-video": ("video",),
    "video-to-video": ("video",),
    "text-to-speech": ("audio",),
    "text-to-audio": ("audio",),
    "automatic-speech-recognition": ("audio",),
    "audio-to-audio": ("audio",),
    "image-to-3d": ("3d",),
    "text-to-3d": ("3d",),
    "image-to-text": ("text", "image"),
    "visual-question-answering": ("text", "image"),
    "robotics": ("robotics",),
}
"""A hub's pipeline tag and the modalities that it says."""

ARCHITECTURE_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("moe", re.compile(r"moe|mixtureofexperts", re.IGNORECASE)),
    ("diffusion", re.compile(r"diffusion|diffusers|\bdit\b", re.IGNORECASE)),
    ("linear attention", re.compile(r"linear|deltanet|mamba|lightning", re.IGNORECASE)),
    ("hybrid", re.compile(r"hybrid|next", re.IGNORECASE)),
)
_ACTIVE = re.compile(r"A(\d+(?:\.\d+)?)B", re.IGNORECASE)
_SOON = re.compile(r"coming soon|will (?:be )?release|to be released|stay tuned|即将|敬请期待|coming up", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r"v?1\.0(?:\.0)?", re.IGNORECASE)


def label_artifact(entry: Entry, source: Source, gazetteer: Gazetteer) -> Labels:
    """A model repository of a hub: its line, its kind, and what the listing shows about the line."""
    repository = entry.artifact
    assert repository is not None
    owner = gazetteer.lab_of(repository.hub, repository.id.rpartition("/")[0]) or source.lab
    name = read_repository(repository, gazetteer.labs, source.lab)
    if name is None:
        labs = (owner,) if owner in gazetteer.labs and owner is not None else ()
        return Labels("other", labs=labs, reasons=(Reason("kind=other", "no-line-in-the-name", repository.id),))
    held = has_weights(repository)
    kind = _kind(name, held)
    reasons = (
        Reason(f"kind={kind}", name.reason or name.kind, repository.id),
        Reason(f"line={name.line.name}", "repository-name", repository.id),
        Reason(f"lab={name.line.lab}", "organisation", repository.id),
    )
    evidence = _shown(repository, name, held)
    lines = (name.line,)
    return Labels(kind, (name.line.lab,), lines, lines, (), (evidence,), reasons, name)


def _kind(name: ArtifactName, held: bool | None) -> str:
    if not name.first_party:
        return "howto"
    if held is False:
        return "other"
    return "update" if name.kind in UPDATES else "release"


def _shown(repository: Repository, name: ArtifactName, held: bool | None) -> Evidence:
    """A listing shows that weights can be downloaded, if it has any and the lab itself put them there."""
    if not name.first_party:
        return Evidence(name.line, "mention", TRUST_PRESS, (), "third-party-repository", repository.id)
    shows = openness.open_of(repository, name)
    facts = _facts(repository, name, shows)
    if shows.weights not in ("yes", "gated"):
        return Evidence(name.line, "mention", TRUST_HUB, (), "placeholder", repository.id)
    status = "fact" if name.kind in ("adapter", "draft") else "open"
    return Evidence(name.line, status, TRUST_HUB, facts, "hub-listing", repository.id)


def _facts(repository: Repository, name: ArtifactName, shows: openness.Openness) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = [("weights", shows.weights)]
    if shows.licence.text:
        facts.append(("licence", shows.licence.text))
    if name.size:
        facts.append(("size", name.size))
        active = _ACTIVE.search(name.size)
        if active is not None:
            facts.append(("params_active", str(round(float(active.group(1)) * 10**9))))
    if repository.parameters and name.kind not in UPDATES:
        facts.append(("params_total", str(repository.parameters)))
    if repository.context:
        facts.append(("context", str(repository.context)))
    if len(repository.languages) > 1:
        facts.append(("languages", str(len(set(repository.languages)))))
    facts += [("modality", word) for word in PIPELINES.get(repository.pipeline or "", ())]
    told = " ".join((*repository.architectures, repository.model_type or "", repository.library or ""))
    facts += [("architecture", label) for label, pattern in ARCHITECTURE_WORDS if pattern.search(told)]
    if shows.training_code is not None:
        facts.append(("training_code", "yes" if shows.training_code else "no"))
    if shows.training_data is not None:
        facts.append(("training_data", "yes" if shows.training_data else "no"))
    return tuple(dict.fromkeys(facts))


def label_github(
    entry: Entry, source: Source, gazetteer: Gazetteer, *, title: str, summary: str, content: str
) -> Labels:
    """A GitHub repository, release, tag or README. A tool's release has no line, whatever models its notes name."""
    repository = str(entry.extra.get("repository") or entry.guid.split("@", 1)[0].split("#", 1)[0])
    lab_id = gazetteer.lab_of("github", repository) or source.lab
    lab = gazetteer.labs.get(lab_id) if lab_id else None
    labs = (lab.id,) if lab is not None else ()
    kind = str(entry.extra.get("kind") or "repository")
    if kind == "readme":
        return _readme(entry, lab, labs, content)
    if kind == "repository":
        parsed = read_name(repository.rsplit("/", 1)[-1], lab)
        line, told, status = (parsed.line if parsed else None), "release", "announced"
    else:
        line, told, status = _release(entry, repository, lab)
    if line is None:
        named = mentions.find(title, summary, content, gazetteer, lab.id if lab else None)
        others = unique(m.line for m in named.lines)
        return Labels("other", labs, (), others, (), (), (Reason("kind=other", "no-line-in-the-name", repository),))
    reasons = (
        Reason(f"kind={told}", f"github-{kind}", entry.guid),
        Reason(f"line={line.name}", "repository-name", repository),
        Reason(f"lab={line.lab}", "organisation", repository),
    )
    facts = _code_facts(entry)
    evidence = Evidence(line, status, TRUST_LAB, facts, f"github-{kind}", entry.guid)
    return Labels(told, labs, (line,), (line,), (), (evidence,), reasons)


def _release(entry: Entry, repository: str, lab: Lab | None) -> tuple[LineName | None, str, str]:
    """Line, kind and status of a tag or release: a model's first version is a release, all else an update."""
    tag = str(entry.extra.get("tag") or entry.guid.rpartition("@")[2])
    own = read_name(repository.rsplit("/", 1)[-1], lab)
    if own is None:
        return None, "other", "fact"
    parsed = read_release(repository, tag, entry.title, lab)
    if parsed is None:
        return None, "other", "fact"
    unfinished = bool(entry.extra.get("nightly")) or bool(entry.extra.get("prerelease"))
    named = canonical(tag) == parsed.line.key
    new = parsed.line.key != own.line.key or named or _FIRST_NUMBER.fullmatch(tag.strip()) is not None
    return parsed.line, "release" if new and not unfinished else "update", "fact"


def _code_facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    licence = entry.extra.get("licence")
    return (("code_licence", str(licence)),) if licence else ()


def _readme(entry: Entry, lab: Lab | None, labs: tuple[str, ...], content: str) -> Labels:
    """A README that names lines which its last version did not."""
    names = entry.extra.get("names") or ()
    parsed = [take_apart(str(name), lab) for name in names] if lab is not None else []
    lines = unique(p.line for p in parsed if p is not None and p.family_known)
    status = "rumoured" if _SOON.search(content) else "announced"
    evidence = tuple(Evidence(line, status, TRUST_LAB, (), "readme", line.name) for line in lines)
    kind = ("rumour" if status == "rumoured" else "update") if lines else "other"
    reasons = (
        Reason(f"kind={kind}", "readme", entry.guid),
        *(Reason(f"line={line.name}", "readme", line.name) for line in lines),
    )
    return Labels(kind, labs, lines, lines, (), evidence, reasons)
