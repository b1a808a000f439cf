"""What a digest says: from the evidence of a window to typed entries, without a word of any language.

A line is *new* in the window in which its first evidence beyond a rumour lies; later windows report only what changed.
The state shown is the state at the end of the window, so that a past day reads as it was. Rumours stand apart, peers
(labs that are not followed) after the followed labs, and news that made no model new is told by story.

Text of others is made one clean line here, and links are http(s) only, so that no rendering can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator import releases
from aggregator.digest.links import HUBS, Link, distance, language_of, link, links_of, ordered, tidy, title_of
from aggregator.digest.ranking import Case, Reason, importance
from aggregator.model import STATUSES, Item, Lab, LineMaterial, Material, Release, Showing, Source, Story

HEADLINES = 5
"""Models that are told in full; the others get one line each."""
NEWS = 10
LATE = 5
FOLLOWED = "cn"
_RANK = {status: place for place, status in enumerate(STATUSES)}
_OF_MODELS = frozenset({"release", "update", "rumour"})
_LESSER = frozenset({"comparison", "howto", "other"})
_TELLING = frozenset({"update", "rumour"})


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's word: what about, the value, whose voice (`lab`, `press`, …), the name, and where it stands."""

    about: str
    value: str
    voice: str
    name: str
    link: Link | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """Who disputes a line, about what, and the link to where that stands."""

    by: tuple[str, ...]
    about: str
    link: Link | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the digest: a release line and what changed about it in the window.

    `change` is one of the contract's words (new, status, artifacts, update, …), `before` the status before it and
    `before_at` when that was reached, `importance` 0 to 100 by `reasons`, `added` the artifacts that came, `news` the
    item that tells of an update or rumour. `rumoured_at` is the first rumour of the line or of its generation.
    """

    release: Release
    lab_name: str
    change: str
    importance: int
    reasons: tuple[Reason, ...]
    links: tuple[Link, ...]
    sources: int
    at: datetime
    before: str | None = None
    before_at: datetime | None = None
    rumoured_at: datetime | None = None
    added: tuple[Link, ...] = ()
    news: Link | None = None
    said: tuple[Said, ...] = ()
    disputes: tuple[Dispute, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that a rendering needs, and nothing that it must look up."""

    since: datetime
    until: datetime
    language: str
    timezone: str
    releases: tuple[Entry, ...] = ()
    also: tuple[Entry, ...] = ()
    peers: tuple[Entry, ...] = ()
    rumours: tuple[Entry, ...] = ()
    news: tuple[News, ...] = ()
    more_news: int = 0
    late: tuple[News, ...] = ()
    more_late: int = 0
    polled: int = 0
    failed: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    notice: str = ""

    @property
    def until_day(self) -> datetime:
        """A moment of the last day that the window covers (its end is exclusive)."""
        return self.until - timedelta(microseconds=1)

    @property
    def empty(self) -> bool:
        """Whether the window brought nothing to tell."""
        return not (self.releases or self.also or self.peers or self.rumours or self.news or self.late)


@dataclass(frozen=True, slots=True)
class _Window:
    """What every step needs: the material, who is followed, how sources are called, the reader's language."""

    material: Material
    labs: Mapping[str, Lab]
    sources: Mapping[str, Source]
    language: str
    generations: Mapping[str, list[Showing]] = field(default_factory=dict)

    def follows(self, lab: str) -> bool:
        return lab in self.labs and self.labs[lab].region == FOLLOWED


def build(
    material: Material,
    labs: Mapping[str, Lab],
    sources: Mapping[str, Source],
    *,
    language: str = "en",
    timezone: str = "UTC",
    notice: str = "",
) -> Digest:
    """The digest of a window. Entries come most important first, news by number of sources, then earliest first."""
    window = _Window(material, labs, sources, language, _generations(material))
    entries = [e for e in (_entry(known, window) for known in material.lines) if e is not None]
    entries.sort(key=lambda e: (-e.importance, e.at, e.release.key))
    out = [e for e in entries if e.release.status != "rumoured"]
    followed = [e for e in out if e.release.region == FOLLOWED]
    news = _news(window, _items_told(material, {e.release.key for e in entries}))
    late = _late(window)
    return Digest(
        since=material.since,
        until=material.until,
        language=language,
        timezone=timezone,
        releases=tuple(followed[:HEADLINES]),
        also=tuple(followed[HEADLINES:]),
        peers=tuple(e for e in out if e.release.region != FOLLOWED),
        rumours=tuple(e for e in entries if e.release.status == "rumoured" and e.release.region == FOLLOWED),
        news=tuple(news[:NEWS]),
        more_news=max(0, len(news) - NEWS),
        late=tuple(late[:LATE]),
        more_late=max(0, len(late) - LATE),
        polled=material.polled,
        failed=tuple(tidy(source, 60) for source in material.failed),
        deferred=tuple(tidy(source, 60) for source in material.deferred),
        notice=tidy(notice),
    )


def _generations(material: Material) -> dict[str, list[Showing]]:
    """The evidence of each generation that has more than one line here, up to the window's end."""
    found: dict[str, list[Showing]] = {}
    for known in material.lines:
        if known.line.generation:
            found.setdefault(known.line.generation, []).extend(s for s in known.showings if s.at < material.until)
    return found


def _entry(known: LineMaterial, window: _Window) -> Entry | None:
    """What the window changed about a line, or None where it changed nothing that a digest tells."""
    material, lab = window.material, window.labs.get(known.line.lab)
    shown = [s for s in known.showings if s.at < material.until]
    fresh = [s for s in shown if s.at >= material.since and s.status != "mention"]
    if not fresh:
        return None
    artifacts = [a for a in known.artifacts if a.created is None or a.created < material.until]
    region = lab.region if lab else "unknown"
    now = releases.derive(known.line, region, shown, artifacts, stories=known.stories)
    was = releases.derive(known.line, region, [s for s in shown if s.at < material.since], [], stories=0)
    if now is None:
        return None
    kin = [s for s in window.generations.get(known.line.generation, ()) if s.line != known.line.key]
    if now.status == "rumoured" and any(_RANK.get(s.status, 0) > 0 and s.item_kind in _OF_MODELS for s in kin):
        return None  # the rumour is fulfilled by another line of its generation, whose entry says since when
    change = _change(now, was, fresh, material.since)
    if change is None:
        return None
    items = ordered(fresh, material.items, window.language)
    sources = len({item.source for item in items})
    points, reasons = importance(Case(now, change, sources))
    return Entry(
        release=_tidied(now),
        lab_name=tidy(lab.name if lab else "", 60) or known.line.lab,
        change=change,
        importance=points,
        reasons=reasons,
        links=links_of(now, items, window.sources),
        sources=sources,
        at=min(s.at for s in fresh),
        before=was.status if was else None,
        before_at=was.timeline[-1].at if was and was.timeline else None,
        rumoured_at=min((s.at for s in (*shown, *kin) if s.status == "rumoured"), default=None),
        added=_added(known, material) if change == "artifacts" else (),
        news=_news_of(items, window) if change == "update" or now.status == "rumoured" else None,
        said=_said(now, window),
        disputes=_disputes(now, window),
    )


def _change(now: Release, was: Release | None, fresh: Sequence[Showing], since: datetime) -> str | None:
    """The contract's word for what the fresh evidence changed, or None where it changed nothing."""
    out = [s for s in now.timeline if s.status != "rumoured"]
    if not out:
        return "new" if was is None else ("update" if any(s.item_kind == "rumour" for s in fresh) else None)
    if out[0].at >= since and any(releases.makes_new(s) for s in fresh):
        return "new"
    if was is not None and _RANK[now.status] > _RANK[was.status]:
        return "status"
    if any(s.item_kind == "update" and s.status == "open" for s in fresh):
        return "artifacts"
    return "update" if any(s.item_kind == "update" for s in fresh) else None


def _tidied(release: Release) -> Release:
    """The release with the words that came from outside as one clean line each."""
    licence = tidy(release.licence, 80) if release.licence else None
    return replace(
        release,
        line=tidy(release.line, 80) or release.lab,
        generation=tidy(release.generation, 80),
        licence=licence,
        open={**release.open, "licence": licence},
        modalities=tuple(tidy(name, 20) for name in release.modalities),
        claims=tuple({k: tidy(v) if isinstance(v, str) else v for k, v in claim.items()} for claim in release.claims),
        sizes=tuple(tidy(size, 20) for size in release.sizes),
    )


def _added(known: LineMaterial, material: Material) -> tuple[Link, ...]:
    """The lab's own repositories that came in the window, oldest first."""
    came = [a for a in known.artifacts if a.created and material.since <= a.created < material.until and a.first_party]
    made = [
        link("weights", a.url, a.id, HUBS.get(a.hub, a.hub), None)
        for a in sorted(came, key=lambda a: (a.created, a.id))
    ]
    return tuple(one for one in made if one is not None)


def _news_of(items: Sequence[Item], window: _Window) -> Link | None:
    """The item that tells of an update or a rumour best: of that kind first, in the reader's language if it can be."""
    for item in sorted(items, key=lambda i: (i.kind not in _TELLING, distance(i.language, window.language))):
        made = link("story", item.url, item.title, title_of(item.source, window.sources), language_of(item))
        if made is not None and made.title:
            return made
    return None


def _said(release: Release, window: _Window) -> tuple[Said, ...]:
    """What rests on somebody's word; the same word of the same voice once."""
    told: dict[tuple[str, ...], Said] = {}
    for claim in release.claims:
        about, value, voice, name = (tidy(str(claim.get(key) or ""), 80) for key in ("about", "value", "voice", "name"))
        if about and value:
            told.setdefault((about, value, voice, name), Said(about, value, voice, name, _link_to(claim, window)))
    return tuple(told.values())


def _disputes(release: Release, window: _Window) -> tuple[Dispute, ...]:
    return tuple(
        Dispute(
            tuple(tidy(str(name), 60) for name in one["by"]),
            tidy(str(one.get("about") or ""), 60),
            _link_to(one, window),
        )
        for one in release.disputes
        if one.get("by")
    )


def _link_to(told: Mapping[str, Any], window: _Window) -> Link | None:
    item = window.material.items.get(str(told.get("item")))
    if item is None:
        return None
    return link("story", item.url, item.title, title_of(item.source, window.sources), language_of(item))


def _items_told(material: Material, keys: set[str]) -> set[str]:
    """The items that the entries of these lines speak of: they are not told again as news."""
    return {
        s.item
        for known in material.lines
        if known.line.key in keys
        for s in known.showings
        if s.status != "mention" and s.item_kind in _OF_MODELS
    }


def _news(window: _Window, told: set[str]) -> list[News]:
    """Stories with a followed lab as subject that began in the window and that no entry tells, most covered first.

    Among equally covered ones what happened stands before tests, guides and the rest, then the earliest.
    """
    material = window.material
    found: list[News] = []
    for story in material.stories:
        items = [material.items[i] for i in story.items if i in material.items]
        items = [i for i in items if material.since <= i.appeared < material.until and not i.late]
        if story.first_seen < material.since or any(i in told for i in story.items):
            continue
        if not any(window.follows(lab) for lab in story.labs):
            continue
        news = _tell(story, items, window)
        if news is not None:
            found.append(news)
    return sorted(found, key=lambda news: (-news.sources, news.kind in _LESSER, news.at, news.story))


def _tell(story: Story, items: Sequence[Item], window: _Window) -> News | None:
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


def _late(window: _Window) -> list[News]:
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
