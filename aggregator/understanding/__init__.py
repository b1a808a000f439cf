"""The door of understanding: labels of an entry, as a pure function of the entry, its source and the labs.

Which labs and lines it names, which of them it is about, what kind of item it is, what it shows about each line, and
by which rule and words. No clock, no network, no store: what depends on other items is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator import kinds, mentions
from aggregator.labs import Gazetteer
from aggregator.model import Entry, Lab, Labels, Reason, Source
from aggregator.understanding import evidence, hubs, subject, topics


class Understanding:
    """The rules, made ready for a set of labs. Construct once; `labels` may be called from several threads."""

    def __init__(self, labs: Mapping[str, Lab]) -> None:
        self.gazetteer = Gazetteer(labs)

    def labels(self, entry: Entry, source: Source, *, title: str, summary: str, content: str) -> Labels:
        """What the rules say of an entry whose title, summary and content are already clean plain text."""
        if entry.artifact is not None:
            return hubs.label_artifact(entry, source, self.gazetteer)
        if source.kind == "github":
            return hubs.label_github(entry, source, self.gazetteer, title=title, summary=summary, content=content)
        return self._news(source, title, summary, content)

    def _news(self, source: Source, title: str, summary: str, content: str) -> Labels:
        lab = source.lab if source.lab in self.gazetteer.labs else None
        found = mentions.find(title, summary, content, self.gazetteer, lab)
        verdict = kinds.kind_of(found, lab, source.language)
        if not (found.labs or found.lines or lab):
            named, told = topics.of(found, verdict)
            return Labels(
                verdict.kind, topics=named, reasons=(Reason(f"kind={verdict.kind}", verdict.rule, verdict.words), *told)
            )
        about = subject.about(found, verdict, lab)
        reasons = [Reason(f"kind={verdict.kind}", verdict.rule, verdict.words)]
        reasons += about.reasons
        evidences = evidence.of_news(found, verdict, about, source, self.gazetteer)
        named, topic_reasons = topics.of(found, verdict)
        return Labels(
            kind=verdict.kind,
            labs=about.labs,
            lines=about.lines,
            mentions=about.mentions,
            topics=named,
            evidence=evidences,
            reasons=(*reasons, *topic_reasons),
        )
