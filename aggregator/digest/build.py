"""What a digest says: from the evidence of a window to typed entries, without a word of any language.

A line is *new* in the window in which its first evidence beyond a rumour lies; later windows report only what changed.
The state shown is the state at the end of the window, so that a past day reads as it was. Rumours stand apart, peers
(labs that are not followed) after the followed labs, and news that made no model new is told by story.

Text of others is made one clean line here, and links are http(s) only, so that no rendering can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator import releases
from aggregator.digest.links import HUBS, Link, distance, language_of, link, links_of, ordered, tidy, title_of
from aggregator.digest.news import News, late_of, news_of
from aggregator.digest.ranking import Case, Reason, importance
from aggregator.digest.window import FOLLOWED, Window
from aggregator.model import STATUSES, Artifact, Item, Lab, LineChange, LineMaterial, Material, Release, Showing, Source
from aggregator.running import formats_since, smallest_of

HEADLINES = 5
"""Models that are told in full; the others get one line each."""
NEWS = 10
LATE = 5
_RANK = {status: place for place, status in enumerate(STATUSES)}
_CHANGES = ("price", "renamed", "licence", "deprecated", "withdrawn", "correction")
"""What a piece of evidence may say has changed, the gravest last."""
_OF_MODELS = frozenset({"release", "update", "rumour"})
_TELLING = frozenset({"update", "rumour"})


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's word: what about, the value, whose voice (`lab`, `press`, …), the name, and where it stands."""

    about: str
    value: str
    voice: str
    name: str
    link: Link | None
    via: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """Who disputes a line, about what, and the links to where that stands (as many as there are names)."""

    by: tuple[str, ...]
    about: str
    links: tuple[Link | None, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a model can be called and for how much: dollars a million tokens as text, "" where that is unknown."""

    source: str
    price_in: str = ""
    price_out: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """What it takes to run a model at home: bytes of the smallest first-party download (`exact`, or no more than that),
    and each format with the day since when there is one (None: as long as the line has weights)."""

    size: int | None = None
    exact: bool = True
    formats: tuple[tuple[str, datetime | None], ...] = ()


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
    expected: Mapping[str, Any] | None = None
    """What was expected of the line or its generation before it came, with the outcome."""
    siblings: tuple[str, ...] = ()
    """The lines of its generation that came out with it, itself among them; only on the first of them."""
    offers: tuple[Offer, ...] = ()
    home: Home = Home()
    detail: tuple[str, str, str] = ("", "", "")
    """What a change was before, what it is now, and who says so (a source's title), where that is known."""


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
    undelivered: tuple[str, ...] = ()
    """The channel of each message of former digests that was given up."""
    notice: str = ""
    style: str = "brief"
    names: Mapping[str, str] = field(default_factory=dict)
    """What the labs of the news are called."""

    @property
    def until_day(self) -> datetime:
        """A moment of the last day that the window covers (its end is exclusive)."""
        return self.until - timedelta(microseconds=1)

    @property
    def empty(self) -> bool:
        """Whether the window brought nothing to tell."""
        return not (self.releases or self.also or self.peers or self.rumours or self.news or self.late)


def build(
    material: Material,
    labs: Mapping[str, Lab],
    sources: Mapping[str, Source],
    *,
    language: str = "en",
    timezone: str = "UTC",
    notice: str = "",
    choose: Callable[[Entry], Entry | None] | None = None,
    only_labs: Collection[str] = (),
    style: str = "brief",
) -> Digest:
    """The digest of a window. Entries come most important first, news by number of sources, then earliest first.

    `choose` may leave an entry out or alter it for one reader; `only_labs` limits the news to these labs.
    """
    window = Window(material, labs, sources, language, only_labs=only_labs)
    window = replace(window, generations=_generations(window))
    found = [e for e in (_entry(known, window) for known in material.lines) if e is not None]
    told = {e.release.key for e in found}
    entries = found if choose is None else [e for e in (choose(one) for one in found) if e is not None]
    entries.sort(key=lambda e: (-e.importance, e.at, e.release.key))
    entries = _with_siblings(entries)
    out = [e for e in entries if e.release.status != "rumoured"]
    followed = [e for e in out if e.release.region == FOLLOWED]
    news = news_of(window, _items_told(material, told))
    late = late_of(window)
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
        style=style,
        names={lab: tidy(labs[lab].name, 60) for one in (*news, *late) for lab in one.labs if lab in labs},
    )


def _with_siblings(entries: Sequence[Entry]) -> list[Entry]:
    """The entries, the first new one of each generation that has several with the names of all of them."""
    together: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.change == "new" and entry.release.status != "rumoured":
            together.setdefault(entry.release.generation, []).append(entry)
    told = []
    for entry in entries:
        kin = together.get(entry.release.generation, [])
        if len(kin) > 1 and entry is kin[0]:
            entry = replace(entry, siblings=tuple(one.release.line for one in kin))
        told.append(entry)
    return told


def _generations(window: Window) -> dict[str, list[Showing]]:
    """The evidence of each generation that has more than one line here, up to the window's end."""
    found: dict[str, list[Showing]] = {}
    for known in window.material.lines:
        if known.line.generation:
            found.setdefault(known.line.generation, []).extend(s for s in known.showings if window.covers(s.at))
    return found


def _entry(known: LineMaterial, window: Window) -> Entry | None:
    """What the window changed about a line, or None where it changed nothing that a digest tells."""
    material, lab = window.material, window.labs.get(known.line.lab)
    shown = [s for s in known.showings if window.covers(s.at)]
    fresh = [s for s in shown if window.is_fresh(s.item, s.at) and s.status != "mention"]
    edits = material.changed.get(known.line.key, ())
    if not fresh and not edits:
        return None
    artifacts = [_as_of(a, window) for a in known.artifacts if a.created is None or window.covers(a.created)]
    region = lab.region if lab else "unknown"
    now = releases.derive(known.line, region, shown, artifacts, stories=known.stories)
    before = [s for s in shown if not window.is_fresh(s.item, s.at)]
    was = releases.derive(known.line, region, before, [], stories=0)
    if now is None:
        return _taken_back(known, edits, lab)
    kin = [s for s in window.generations.get(known.line.generation, ()) if s.line != known.line.key]
    if now.status == "rumoured" and any(_RANK.get(s.status, 0) > 0 and s.item_kind in _OF_MODELS for s in kin):
        return None  # the rumour is fulfilled by another line of its generation, whose entry says since when
    change = _change(now, was, fresh, _begins(now, before, fresh, material)) if fresh else None
    told_before = was.status if was else None
    detail = _detail(change, fresh, window)
    if change in (None, "update", "artifacts") and edits:
        edit = _gravest(edits)
        change, told_before = edit.what, edit.before or told_before
        detail = (tidy(edit.before or "", 80), tidy(edit.after or "", 80), "")
    if change is None:
        return None
    items = ordered(fresh or shown, material.items, window.language)
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
        at=min((s.at for s in fresh), default=edits[-1].at if edits else material.until),
        before=told_before,
        before_at=was.timeline[-1].at if was and was.timeline else None,
        rumoured_at=min((s.at for s in (*shown, *kin) if s.status == "rumoured"), default=None),
        added=_added(known, material) if change == "artifacts" else (),
        news=_news_of(items, window) if change == "update" or now.status == "rumoured" else None,
        said=_said(now, window),
        disputes=_disputes(now, window),
        expected=_expectation(known, kin, window) if change == "new" and now.status != "rumoured" else None,
        offers=_offers(shown, window),
        home=_home(now),
        detail=detail,
    )


def _gravest(edits: Sequence[LineChange]) -> LineChange:
    """The edit that is told: of corrections that of the status, else the last."""
    return next((e for e in edits if e.what == "correction" and (e.before or "").startswith("status")), edits[-1])


def _taken_back(known: LineMaterial, edits: Sequence[LineChange], lab: Lab | None) -> Entry | None:
    """A line that was told and of which nothing is left, since a person or better rules said that it was none."""
    edit = next((e for e in edits if e.what == "correction" and (e.after or "").endswith(" -")), None)
    if edit is None:
        return None
    name, at = known.line, edit.at
    nothing = Release(
        line=name.name, key=name.key, generation=name.generation_name or name.name, lab=name.lab,
        region=lab.region if lab else "unknown", family=name.family, version=name.version, status="announced",
        openness="unknown", licence=None, osi=None, open={}, modalities=(), sizes=(), params_total=None,
        params_active=None, context=None, languages=None, architecture=(), capabilities=(), first_seen=at, appeared=at,
        timeline=(), artifacts=(), claims=(), disputes=(), expected=None, items=0, stories=0,
    )  # fmt: skip
    points, reasons = importance(Case(nothing, "correction", 0))
    lab_name = tidy(lab.name if lab else "", 60) or name.lab
    detail = (tidy(edit.before or "", 80), "-", "")
    return Entry(_tidied(nothing), lab_name, "correction", points, reasons, (), 0, at, detail=detail)


def _as_of(artifact: Artifact, window: Window) -> Artifact:
    """A repository as it was at the window's end: one that went only later was still there."""
    gone = artifact.missing_since
    return replace(artifact, weights=True, missing_since=None) if gone and not window.covers(gone) else artifact


def _expectation(known: LineMaterial, kin: Sequence[Showing], window: Window) -> Mapping[str, Any] | None:
    """What was expected of a line that is new, or of its generation, told by a rumour before it came."""
    shown = [s for s in (*known.showings, *kin) if window.covers(s.at)]
    found = releases.derive(known.line, "", shown, ())
    return found.expected if found is not None else None


def _offers(shown: Sequence[Showing], window: Window) -> tuple[Offer, ...]:
    """The catalogues that list a line, each once, cheapest first, those without a price last."""
    found: dict[str, Offer] = {}
    for showing in shown:
        if showing.rule == "catalogue-model":
            facts, source = dict(showing.facts), title_of(showing.source, window.sources)
            found.setdefault(source, Offer(source, facts.get("price_in", ""), facts.get("price_out", "")))
    return tuple(sorted(found.values(), key=lambda o: (not o.price_in, float(o.price_in or 0), o.source)))


def _home(release: Release) -> Home:
    """What it takes to run a line at home, from the lab's own repositories."""
    smallest = smallest_of(release)
    first = min((s.at for s in release.timeline if s.status == "open"), default=None)
    formats = []
    for label, artifact in formats_since(release):
        later = artifact.created is not None and first is not None and artifact.created - first > timedelta(days=1)
        formats.append((label, artifact.created if later else None))
    return Home(smallest[0] if smallest else None, smallest[1] if smallest else True, tuple(formats))


def _detail(change: str | None, fresh: Sequence[Showing], window: Window) -> tuple[str, str, str]:
    """Before, after and source of a change that a piece of evidence tells (a catalogue's)."""
    for showing in reversed(fresh):
        facts = dict(showing.facts)
        if facts.get("change") == change:
            source = title_of(showing.source, window.sources)
            return tidy(facts.get("before", ""), 80), tidy(facts.get("after", ""), 80), source
    return "", "", ""


def _begins(now: Release, before: Sequence[Showing], fresh: Sequence[Showing], material: Material) -> bool:
    """Whether the line came out with the fresh evidence; as planned: nothing that makes news lies before it."""
    if material.fresh is None:
        out = [step for step in now.timeline if step.status != "rumoured"]
        return bool(out) and out[0].at >= material.since and any(releases.makes_new(s) for s in fresh)
    return any(map(_comes_out, fresh)) and not any(map(_comes_out, before))


def _comes_out(showing: Showing) -> bool:
    return releases.makes_new(showing) and showing.status != "rumoured"


def _change(now: Release, was: Release | None, fresh: Sequence[Showing], begins: bool) -> str | None:
    """The contract's word for what the fresh evidence changed, or None where it changed nothing."""
    out = [s for s in now.timeline if s.status != "rumoured"]
    if not out:
        return "new" if was is None else ("update" if any(s.item_kind == "rumour" for s in fresh) else None)
    if begins:
        return "new"
    if was is not None and _RANK[now.status] > _RANK[was.status]:
        return "status"
    told = [value for s in fresh for name, value in s.facts if name == "change"]
    if told:
        return max(told, key=_CHANGES.index) if set(told) <= set(_CHANGES) else None
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
    fresh = material.fresh
    came = [
        a
        for a in known.artifacts
        if a.created
        and a.first_party
        and (material.since <= a.created < material.until if fresh is None else a.item in fresh)
    ]
    made = [
        link("weights", a.url, a.id, HUBS.get(a.hub, a.hub), None)
        for a in sorted(came, key=lambda a: (a.created, a.id))
    ]
    return tuple(one for one in made if one is not None)


def _news_of(items: Sequence[Item], window: Window) -> Link | None:
    """The item that tells of an update or a rumour best: of that kind first, in the reader's language if it can be."""
    for item in sorted(items, key=lambda i: (i.kind not in _TELLING, distance(i.language, window.language))):
        made = link("story", item.url, item.title, title_of(item.source, window.sources), language_of(item))
        if made is not None and made.title:
            return made
    return None


_ABOUT = ("expected", "training hardware", "languages", "score", "training cost", "running cost", "comparison")
"""What people's words are about, in the order in which they are told."""


def _said(release: Release, window: Window) -> tuple[Said, ...]:
    """What rests on somebody's word, by what it is about; the same word of the same voice once."""
    told: dict[tuple[str, ...], Said] = {}
    for claim in release.claims:
        about, value, voice, name = (tidy(str(claim.get(key) or ""), 80) for key in ("about", "value", "voice", "name"))
        came = about == "expected" and release.status != "rumoured"  # then its outcome is told, with the rumour's date
        if about and value and not came:
            via = tidy(str(claim.get("via") or ""), 60)
            told.setdefault((about, value, voice, name), Said(about, value, voice, name, _link_to(claim, window), via))
    place = {about: number for number, about in enumerate(_ABOUT)}
    return tuple(sorted(told.values(), key=lambda one: (place.get(one.about, len(place)), one.about)))


def _disputes(release: Release, window: Window) -> tuple[Dispute, ...]:
    """Who contests what: all names of one subject together, each with where it stands."""
    told: dict[str, dict[str, Link | None]] = {}
    for one in release.disputes:
        names = told.setdefault(tidy(str(one.get("about") or ""), 60), {})
        for name in one.get("by") or ():
            names.setdefault(tidy(str(name), 60), _link_to(one, window))
    return tuple(Dispute(tuple(names), about, tuple(names.values())) for about, names in told.items() if names)


def _link_to(told: Mapping[str, Any], window: Window) -> Link | None:
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
