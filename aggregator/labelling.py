"""The labels that are stored: what the rules say of an entry, what a catalogue shows, and a person's word over both.

A catalogue lists models that can be called now, so its rows are judged here by their names and facts alone. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aggregator.corrections import Corrections
from aggregator.model import TRUST_LAB, Entry, Evidence, Lab, Labels, Reason, Source
from aggregator.names import read_name

if TYPE_CHECKING:
    from aggregator.understanding import Understanding

MODALITIES = {"text": "text", "image": "image", "video": "video", "audio": "audio", "speech": "audio", "music": "music"}
"""A catalogue's word for a modality and ours; `file` and `pdf` say nothing about the model."""


class Labelling:
    """The rules for a set of labs and the corrections over them. `labels` may be called from several threads."""

    def __init__(self, labs: Mapping[str, Lab], corrections: Corrections | None = None) -> None:
        self.labs = labs
        self.corrections = corrections or Corrections()

    @cached_property
    def understanding(self) -> Understanding:
        """The rules, compiled with the first entry that needs them: most polls bring none."""
        from aggregator.understanding import Understanding

        return Understanding(self.labs)

    def labels(self, entry: Entry, source: Source, *, title: str, summary: str, content: str) -> Labels:
        """What is stored of an entry whose title, summary and content are already clean plain text."""
        if source.kind == "catalog":
            found = of_catalogue(entry, self.labs)
        else:
            found = self.understanding.labels(entry, source, title=title, summary=summary, content=content)
        return self.corrections.applied(found, entry, source.id, title) if self.corrections else found


def of_catalogue(entry: Entry, labs: Mapping[str, Lab]) -> Labels:
    """A row of a catalogue: its line is available, with price, context and modalities; a change of it is an update."""
    extra = entry.extra
    lab = labs.get(str(extra.get("lab") or ""))
    model = str(extra.get("model") or "")
    parsed = read_name(model, lab) or read_name(entry.guid.partition("#")[0].rpartition("/")[2], lab)
    if lab is None or parsed is None:
        known = (lab.id,) if lab else ()
        return Labels("other", known, reasons=(Reason("kind=other", "no-line-in-the-name", model),))
    change = str(extra.get("kind") or "model")
    is_model = change == "model"
    kind = "release" if is_model else "update"
    facts = _facts(extra) if is_model else _change(change, extra)
    status = "available" if is_model else "fact"
    evidence = Evidence(parsed.line, status, TRUST_LAB, facts, f"catalogue-{change}", entry.guid)
    reasons = (
        Reason(f"kind={kind}", f"catalogue-{change}", entry.guid),
        Reason(f"line={parsed.line.name}", "catalogue-name", model),
        Reason(f"lab={lab.id}", "catalogue-author", entry.guid),
    )
    return Labels(kind, (lab.id,), (parsed.line,), (parsed.line,), (), (evidence,), reasons)


def _facts(extra: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    if extra.get("context"):
        facts.append(("context", str(extra["context"])))
    words = dict.fromkeys(
        MODALITIES[m] for m in (*(extra.get("takes") or ()), *(extra.get("makes") or ())) if m in MODALITIES
    )
    facts += [("modality", word) for word in words]
    facts += [(name, str(extra[name])) for name in ("price_in", "price_out") if extra.get(name)]
    facts += [(f"index:{name}", str(value)) for name, value in extra.get("indices") or ()]
    return tuple(facts)


def _change(change: str, extra: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    word = {"expires": "deprecated"}.get(change, change)
    facts = [("change", word)]
    facts += [(name, str(extra[name])) for name in ("before", "after") if extra.get(name)]
    return tuple(facts)
