"""The news of a digest: stories that are no model's entry, told by a member in the reader's language if it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.digest.links import HUBS, distance, language_of, link, tidy, title_of
from aggregator.digest.window import Window
from aggregator.model import Item, Story

_LESSER = frozenset({"comparison", "howto", "other"})
AFFAIRS = ("chips", "export-control", "copyright", "distillation", "safety", "privacy", "funding", "people")
"""Topics of news that are about business and law, not about models; in the order of their sections."""


@dataclass(frozen=True, slots=True)
class News:
    """A story of the window that is no model's entry, or an item found late. `title` is a member's, in the reader's
    language if there is one, else in English; `at` is when it appeared (found late: when its source dates it)."""

    story: str
    title: str
    language: str | None
    url: str | None
    source: str
    kind: str
    topics: tuple[str, ...]
    labs: tuple[str, ...]
    lines: tuple[str, ...]
    sources: int
    at: datetime

    @property
    def theme(self) -> str:
        """Its section of business and policy: a topic, `policy` or `business`; "" for news of models."""
        if self.kind in ("release", "update", "rumour", "comparison", "howto"):
            return ""
        topic = next((topic for topic in AFFAIRS if topic in self.topics), "")
        return topic or (self.kind if self.kind in ("policy", "business") else "")


def news_of(window: Window, told: set[str]) -> list[News]:
    """Stories with a followed lab as subject that began in the window and that no entry tells, most covered first.

    Among equally covered ones what happened stands before tests, guides and the rest, then the earliest.
    """
    material = window.material
    found: list[News] = []
    for story in material.stories:
        items = [material.items[i] for i in story.items if i in material.items]
        if any(i in told for i in story.items):
            continue
        if material.fresh is not None:  # told before, or passed over: no news again
            if not all(i.id in material.fresh or i.late for i in items):
                continue
        elif story.first_seen < material.since:
            continue
        items = [i for i in items if window.is_fresh(i.id, i.appeared) and window.covers(i.appeared) and not i.late]
        if not any(window.follows(lab) for lab in story.labs):
            continue
        news = _tell(story, items, window)
        if news is not None:
            found.append(news)
    return sorted(found, key=lambda news: (-news.sources, news.kind in _LESSER, news.at, news.story))


def _tell(story: Story, items: Sequence[Item], window: Window) -> News | None:
    sources = window.sources
    spoken = [i for i in items if i.source not in sources or sources[i.source].kind not in HUBS]
    if not spoken:
        return None
    best = min(spoken, key=lambda i: (distance(i.language, window.language), i.copy_of is not None, i.appeared, i.id))
    kinds = [i.kind for i in spoken]
    told = link("story", best.url, best.title, "", None)
    return News(
        story=story.id,
        title=tidy(best.title) or (told.title if told else title_of(best.source, sources)),
        language=language_of(best),
        url=told.url if told else None,
        source=title_of(best.source, sources),
        kind=max(sorted(set(kinds)), key=kinds.count),
        topics=tuple(sorted({tidy(topic, 40) for i in spoken for topic in i.topics})),
        labs=story.labs,
        lines=story.lines,
        sources=len({i.source for i in spoken}),
        at=min(i.appeared for i in spoken),
    )


def late_of(window: Window) -> list[News]:
    """Articles about followed labs that were found long after their date: shown as late, never as new."""
    told = []
    for item in (window.material.items[i] for i in window.material.late if i in window.material.items):
        if item.copy_of is not None or not any(window.follows(lab) for lab in item.labs):
            continue
        source = title_of(item.source, window.sources)
        made = link("story", item.url, item.title, source, None)
        told.append(
            News(
                story=item.story or item.id,
                title=tidy(item.title) or (made.title if made else source),
                language=language_of(item),
                url=made.url if made else None,
                source=source,
                kind=item.kind,
                topics=item.topics,
                labs=item.labs,
                lines=item.lines,
                sources=1,
                at=item.published or item.appeared,
            )
        )
    return sorted(told, key=lambda news: (news.at, news.story))
