"""A person's word over the rules: corrections of labels, as evidence of the highest trust. Pure; reversible.

A correction names what it is about (an item by its guid or link, words of a title, or a line) and what is right. It is
applied whenever labels are made, at a poll and by `db reunderstand`; taking it out of corrections.toml and running
`db reunderstand` gives back what the rules say. The kinds of correction, each with the keys that it needs:

    kind    item           the item's kind is `kind`
    line    item           the item is about `line` (and about nothing else)
    status  line or item   evidence shows `status` at most (a line: all its evidence), or, of an item, exactly that
    merge   line           `line` is the line `into`
    split   line + words   items of `line` whose title or guid has `words` are about `into`
    hide    line or item   no line is told of it: the item becomes `other`, the line disappears
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aggregator.model import ITEM_KINDS, STATUSES, TRUST_CORRECTION, Entry, Evidence, Labels, LineName, Reason
from aggregator.names import canonical

DOES = ("kind", "line", "status", "merge", "split", "hide")
_RANK = {status: place for place, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. `item` is a guid or link, `source` narrows it; `line` and `into` are names of lines, as anybody
    writes them.

    `why` is the person's reason and stands in the item's explanation; `lab` is needed for a name of a line that no rule
    made yet.
    """

    does: str
    item: str = ""
    source: str = ""
    line: str = ""
    words: str = ""
    into: str = ""
    kind: str = ""
    status: str = ""
    lab: str = ""
    why: str = ""

    def problem(self) -> str | None:
        """What is wrong with it, or None."""
        if self.does not in DOES:
            return f"expected one of {', '.join(DOES)}"
        if self.does == "kind" and (not self.item or self.kind not in ITEM_KINDS):
            return f"kind needs `item` and `kind` (one of {', '.join(ITEM_KINDS)})"
        if self.does == "line" and not (self.item and self.line):
            return "line needs `item` and `line`"
        if self.does == "status" and (not (self.item or self.line) or self.status not in STATUSES):
            return f"status needs `item` or `line`, and `status` (one of {', '.join(STATUSES)})"
        if self.does == "merge" and not (self.line and self.into):
            return "merge needs `line` and `into`"
        if self.does == "split" and not (self.line and self.into and self.words):
            return "split needs `line`, `words` and `into`"
        if self.does == "hide" and not (self.item or self.line):
            return "hide needs `item` or `line`"
        return None

    def reason(self) -> Reason:
        """How an item's explanation names it."""
        return Reason(f"correction={self.does}", "correction", self.why or self.into or self.kind or self.status)


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections in their order: a later one sees what an earlier one made."""

    all: tuple[Correction, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    def applied(self, labels: Labels, entry: Entry, source: str, title: str) -> Labels:
        """The labels with every correction that concerns the entry; the same labels where none does."""
        for correction in self.all:
            if _concerns(correction, labels, entry, source, title):
                labels = _apply(correction, labels)
        return labels


def _concerns(correction: Correction, labels: Labels, entry: Entry, source: str, title: str) -> bool:
    if correction.source and correction.source != source:
        return False
    if correction.item and correction.item not in (entry.guid, entry.url, *entry.aliases):
        return False
    if correction.does in ("merge", "split", "hide", "status") and correction.line:
        key = canonical(correction.line)
        named = {line.key for line in (*labels.lines, *labels.mentions, *(e.line for e in labels.evidence))}
        if key not in named:
            return False
    words = correction.words.casefold()
    return not words or words in title.casefold() or words in entry.guid.casefold()


def _apply(correction: Correction, labels: Labels) -> Labels:
    reasons = (*labels.reasons, correction.reason())
    if correction.does == "kind":
        return replace(labels, kind=correction.kind, evidence=_trusted(labels.evidence), reasons=reasons)
    if correction.does == "line":
        return replace(_about(labels, correction), reasons=reasons)
    if correction.does == "status":
        return replace(labels, evidence=_with_status(correction, labels.evidence), reasons=reasons)
    if correction.does == "hide":
        return replace(_hidden(labels, canonical(correction.line) if correction.line else None), reasons=reasons)
    return replace(_moved(labels, canonical(correction.line), correction), reasons=reasons)


def _trusted(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(replace(e, trust=TRUST_CORRECTION, rule="correction") for e in evidence)


def _about(labels: Labels, correction: Correction) -> Labels:
    """The labels with one subject: what was shown of the first line is now shown of this one."""
    line = _line_of(correction.line, correction, labels)
    lab = (line.lab,) if line.lab else labels.labs
    shown = labels.evidence[:1] or (Evidence(line, "fact", TRUST_CORRECTION),)
    evidence = tuple(replace(e, line=line, trust=TRUST_CORRECTION, rule="correction") for e in shown)
    mentions = (line, *(m for m in labels.mentions if m.key != line.key))
    artifact = replace(labels.artifact, line=line) if labels.artifact else None
    return replace(labels, labs=lab, lines=(line,), mentions=mentions, evidence=evidence, artifact=artifact)


def _with_status(correction: Correction, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    key = canonical(correction.line) if correction.line else None
    changed = []
    for e in evidence:
        told = (key is None or e.line.key == key) and e.status != "mention"
        further = _RANK.get(e.status, -1) > _RANK[correction.status]
        if told and (further or correction.item):
            facts = e.facts
            if correction.status != "open":  # what was taken for weights to download is none
                facts = (*(f for f in facts if f[0] != "weights"), ("weights", "unknown"))
            e = replace(e, status=correction.status, trust=TRUST_CORRECTION, rule="correction", facts=facts)
        changed.append(e)
    return tuple(changed)


def _hidden(labels: Labels, key: str | None) -> Labels:
    """The labels without a line, or without any."""
    if key is None:
        return replace(labels, kind="other", lines=(), evidence=(), artifact=None)
    gone = labels.artifact is not None and labels.artifact.line.key == key
    lines = tuple(line for line in labels.lines if line.key != key)
    return replace(
        labels,
        kind=labels.kind if lines or not labels.lines else "other",
        lines=lines,
        mentions=tuple(line for line in labels.mentions if line.key != key),
        evidence=tuple(e for e in labels.evidence if e.line.key != key),
        artifact=None if gone else labels.artifact,
    )


def _moved(labels: Labels, key: str, correction: Correction) -> Labels:
    """The labels with one line called another."""
    into = _line_of(correction.into, correction, labels)

    def moved(line: LineName) -> LineName:
        return into if line.key == key else line

    artifact = labels.artifact
    return replace(
        labels,
        lines=_once(moved(line) for line in labels.lines),
        mentions=_once(moved(line) for line in labels.mentions),
        evidence=tuple(
            replace(
                e, line=into, trust=max(e.trust, TRUST_CORRECTION if e.status != "mention" else 0), rule="correction"
            )
            if e.line.key == key
            else e
            for e in labels.evidence
        ),
        artifact=replace(artifact, line=moved(artifact.line)) if artifact else None,
    )


def _once(lines: Iterable[LineName]) -> tuple[LineName, ...]:
    return tuple({line.key: line for line in lines}.values())


def _line_of(name: str, correction: Correction, labels: Labels) -> LineName:
    """The line of a name: one that the labels hold already, else one of the same lab made of the name alone."""
    key, old = canonical(name), canonical(correction.line)
    named = (*labels.lines, *labels.mentions, *(e.line for e in labels.evidence))
    for line in named:
        if line.key == key:
            return line
    first = next((line for line in named if line.key == old), next(iter(named), None))
    lab = correction.lab or (first.lab if first else next(iter(labels.labs), ""))
    family, version = (first.family, first.version) if first else (name, "")
    same = first is not None and canonical(first.generation_name or first.name) in key
    generation, shown = (first.generation, first.generation_name) if same and first else (f"{lab}:{key}", name)
    return LineName(lab, name, key, family, version if same else "", "", generation, shown)


def parse(rows: Iterable[Mapping[str, Any]]) -> tuple[Corrections, list[str]]:
    """Corrections of the [[correction]] tables of a file, and what is wrong with them (number, then what)."""
    found, problems = [], []
    names = set(Correction.__slots__)
    for number, row in enumerate(rows, 1):
        unknown = sorted(set(row) - names)
        wrong = [key for key, value in row.items() if key in names and not isinstance(value, str)]
        if unknown or wrong or "does" not in row:
            told = (
                f"no such key: {unknown[0]}"
                if unknown
                else f"{wrong[0]} must be text"
                if wrong
                else "`does` is missing"
            )
            problems.append(f"correction {number}: {told}")
            continue
        correction = Correction(**{key: str(value) for key, value in row.items()})
        problem = correction.problem()
        if problem:
            problems.append(f"correction {number}: {problem}")
        else:
            found.append(correction)
    return Corrections(tuple(found)), problems


def as_case(correction: Correction, title: str, source: str) -> dict[str, str]:
    """A correction as a case for tests of the rules: what the item said, and what is right."""
    told = {key: getattr(correction, key) for key in ("does", "item", "line", "words", "into", "kind", "status")}
    return {"title": title, "source": source, **{key: value for key, value in told.items() if value}}
