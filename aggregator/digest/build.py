"""What a digest says: from the evidence of a window to typed entries, without a word of any language.

A line is *new* in the window in which its first evidence beyond a rumour lies; later windows report only what changed.
The state shown is the state at the end of the window, so that a past day reads as it was. Rumours stand apart, peers
(labs that are not followed) after the followed labs, and news that made no model new is told by story.

Text of others is made one clean line here, and links are http(s) only, so that no rendering can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator import releases
from aggregator.digest import details
from aggregator.digest.entries import Digest, Entry
from aggregator.digest.links import links_of, ordered, tidy
from aggregator.digest.news import late_of, news_of
from aggregator.digest.ranking import Case, importance
from aggregator.digest.window import FOLLOWED, Window
from aggregator.model import STATUSES, Artifact, Lab, LineChange, LineMaterial, Material, Release, Showing, Source

HEADLINES = 5
"""Models that are told in full; the others get one line each."""
NEWS = 10
LATE = 5
_RANK = {status: place for place, status in enumerate(STATUSES)}
ONE_DAY = timedelta(hours=36)
"""A digest of a longer time tells the day on which each new line came out."""
_CHANGES = ("price", "renamed", "licence", "deprecated", "withdrawn", "correction")
"""What a piece of evidence may say has changed, the gravest last."""
_OF_MODELS = frozenset({"release", "update", "rumour"})


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
        held=tuple(f"{tidy(source, 60)} ({number})" for source, number in material.held),
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
    before = _before(shown, fresh, window)
    was = releases.derive(known.line, region, before, [], stories=0)
    if now is None:
        return _taken_back(known, edits, lab)
    kin = [s for s in window.generations.get(known.line.generation, ()) if s.line != known.line.key]
    if now.status == "rumoured" and any(_RANK.get(s.status, 0) > 0 and s.item_kind in _OF_MODELS for s in kin):
        return None  # the rumour is fulfilled by another line of its generation, whose entry says since when
    change = _change(now, was, fresh, _begins(now, before, fresh, material)) if fresh else None
    told_before = was.status if was else None
    detail = details.detail(change, fresh, window)
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
        release=details.tidied(now),
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
        added=details.added(known, material) if change == "artifacts" else (),
        news=details.news_of_line(items, window) if change == "update" or now.status == "rumoured" else None,
        said=details.said(now, window),
        disputes=details.disputes(now, window),
        expected=details.expectation(known, kin, window) if change == "new" and now.status != "rumoured" else None,
        offers=details.offers(shown, window),
        home=details.home(now),
        called_by=details.called_by(shown, artifacts, window),
        detail=detail,
        came_at=_came(now, material) if change == "new" else None,
    )


def _came(now: Release, material: Material) -> datetime | None:
    """When a new line came out; None in a digest of one day, whose heading says it, and of a rumour."""
    if material.until - material.since <= ONE_DAY:
        return None
    return next((step.at for step in now.timeline if step.status != "rumoured"), None)


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
    return Entry(details.tidied(nothing), lab_name, "correction", points, reasons, (), 0, at, detail=detail)


def _as_of(artifact: Artifact, window: Window) -> Artifact:
    """A repository as it was at the window's end: one that went only later was still there."""
    gone = artifact.missing_since
    return replace(artifact, weights=True, missing_since=None) if gone and not window.covers(gone) else artifact


def _begins(now: Release, before: Sequence[Showing], fresh: Sequence[Showing], material: Material) -> bool:
    """Whether the line came out with the fresh evidence; as planned: nothing that makes news lies before it."""
    if material.fresh is None:
        out = [step for step in now.timeline if step.status != "rumoured"]
        return bool(out) and out[0].at >= material.since and any(releases.makes_new(s) for s in fresh)
    return any(map(_comes_out, fresh)) and not any(map(_comes_out, before))


def _before(shown: Sequence[Showing], fresh: Sequence[Showing], window: Window) -> list[Showing]:
    """What was known before the fresh evidence. What this window found late, but after the news, takes nothing from it."""
    first = min((s.seq for s in fresh if _comes_out(s)), default=0)
    late = window.material.late if first else ()
    return [s for s in shown if not window.is_fresh(s.item, s.at) and not (s.item in late and s.seq > first)]


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


def _items_told(material: Material, keys: set[str]) -> set[str]:
    """The items that the entries of these lines speak of: they are not told again as news."""
    return {
        s.item
        for known in material.lines
        if known.line.key in keys
        for s in known.showings
        if s.status != "mention" and s.item_kind in _OF_MODELS
    }
