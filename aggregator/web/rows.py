"""From the store's nouns to what templates show: steps of a timeline, stories by language, labs with counts, charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aggregator import charts, gap
from aggregator.digest import details, sentences
from aggregator.digest.entries import Dispute, Said
from aggregator.digest.links import distance, link, tidy, title_of
from aggregator.model import STATUSES, Item, Lab, Release, Showing, Story
from aggregator.outlets import OUTCOMES
from aggregator.web.site import Site
from aggregator.web.words import Words

_FIRSTS = 12
_INDICES = 4
Query = TypeVar("Query", bound=Any)


def paged(query: Query, number: int) -> Query:
    """The query of the page `number`, counted from 1."""
    page: Query = replace(query, offset=(number - 1) * query.limit)
    return page


# ------------------------------------------------------------------------------------------------------ one line


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the timeline: a status, when it was reached (None: not yet), how long after the one before."""

    status: str
    at: datetime | None
    days: int | None
    url: str | None
    title: str
    source: str
    item: str | None
    rule: str
    passed: bool = False
    """Never seen apart: a later status was reached without it."""


def steps_of(
    release: Release, showings: Sequence[Showing], items: Iterable[Item], site: Site, language: str
) -> list[Place]:
    """The four places of a line's timeline, with the evidence behind each that was reached."""
    reached = {step.status: step for step in release.timeline}
    known = {item.id: item for item in items}
    places: list[Place] = []
    before: datetime | None = None
    for status in STATUSES:
        step = reached.get(status)
        if step is None:
            passed = STATUSES.index(status) < STATUSES.index(release.status)
            places.append(Place(status, None, None, None, "", "", None, "", passed))
            continue
        item = known.get(step.item) or site.store.item(step.item)
        why = next((s for s in showings if s.item == step.item and s.status == status), None)
        days = (step.at.date() - before.date()).days if before is not None else None
        before = step.at
        places.append(
            Place(
                status, step.at, days, step.url, tidy(item.title, 140) if item else "",
                site.source_title(item.source) if item else "", step.item, why.rule if why else "",
            )
        )  # fmt: skip
    return places


@dataclass(frozen=True, slots=True)
class Telling:
    """The items of one story about a line: the one that stands for it in the reader's language, and all of them."""

    story: str | None
    lead: Item
    items: tuple[Item, ...]


def by_story(items: Sequence[Item], language: str) -> list[Telling]:
    """Items by the story that they belong to, the latest story first."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.story or item.id, []).append(item)
    told = []
    for members in groups.values():
        first = lead(members, language)
        if first is not None:
            rest = sorted(
                (m for m in members if m is not first), key=lambda m: (distance(m.language, language), m.appeared)
            )
            told.append(Telling(first.story, first, (first, *rest)))
    return sorted(told, key=lambda one: max(item.appeared for item in one.items), reverse=True)


def lead(items: Sequence[Item], language: str) -> Item | None:
    """The item that stands for a story: in the reader's language, no copy, a person's words before a hub's, earliest."""
    hubs = ("huggingface:", "modelscope:", "github:")
    return min(
        items,
        key=lambda i: (
            i.source.startswith(hubs),
            distance(i.language, language),
            i.copy_of is not None,
            i.appeared,
            i.id,
        ),
        default=None,
    )


def by_language(items: Sequence[Item], language: str) -> list[tuple[str, list[Item]]]:
    """Items by their language, the reader's own first, each earliest first."""
    groups: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda i: (i.appeared, i.id)):
        groups.setdefault(item.language or "", []).append(item)
    return sorted(groups.items(), key=lambda pair: (distance(pair[0], language), pair[0] == "", pair[0]))


def claims_of(release: Release, site: Site, language: str) -> list[tuple[str, str | None]]:
    """What rests on somebody's word, as (words with the voice, address of where it stands)."""
    say = site.words(language)
    told: dict[str, str | None] = {}
    for claim in release.claims:
        values = {key: tidy(str(claim.get(key) or ""), 80) for key in ("about", "value", "voice", "name")}
        values["name"] = details.voice_name(
            values["voice"], values["name"], site.application.configuration.labs, language
        )
        if values["about"] and values["value"]:
            words = sentences.claim(Said(**values, link=None), say)
            told.setdefault(words, _address(site, claim))
    return list(told.items())


def disputes_of(release: Release, site: Site, language: str) -> list[tuple[str, str | None]]:
    """What is in dispute, as (words, address of where it stands)."""
    say = site.words(language)
    told: dict[str, str | None] = {}
    for one in release.disputes:
        by = tuple(tidy(str(name), 60) for name in one.get("by", ()))
        if by:
            words = sentences.dispute(Dispute(by, tidy(str(one.get("about") or ""), 60), ()), say)
            told.setdefault(words, _address(site, one))
    return list(told.items())


def _address(site: Site, told: Any) -> str | None:
    item = site.store.item(str(told.get("item") or ""))
    made = link("story", item.url, item.title, "", None) if item is not None else None
    return made.url if made else None


# --------------------------------------------------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True)
class LabRow:
    """A lab with how many models it has, how many of them are open, and its latest."""

    lab: Lab
    models: int
    open: int
    last: str
    last_key: str
    last_at: datetime | None


def labs_of(site: Site) -> list[tuple[bool, list[LabRow]]]:
    """(followed, labs) for the followed ones and the others, those with most models first."""
    lines: dict[str, list[Any]] = {}
    for line in site.histories():
        if line.status != "rumoured":
            lines.setdefault(line.lab, []).append(line)
    made = []
    for lab in site.application.configuration.labs.values():
        own = lines.get(lab.id, [])
        latest = max(own, key=lambda line: (line.new_at or line.appeared, line.key), default=None)
        made.append(
            LabRow(
                lab, len(own), sum(line.status == "open" for line in own), latest.line if latest else "",
                latest.key if latest else "", (latest.new_at or latest.appeared) if latest else None,
            )
        )  # fmt: skip
    made.sort(key=lambda row: (-row.models, row.lab.name.casefold()))
    return [
        (followed, [row for row in made if (row.lab.region == charts.FOLLOWED) == followed])
        for followed in (True, False)
    ]


def months_of(releases: Sequence[Release], site: Site) -> list[tuple[date, list[Release]]]:
    """Releases by the local month in which they appeared, in their order."""
    groups: dict[date, list[Release]] = {}
    for release in releases:
        month = release.appeared.astimezone(ZoneInfo(site.timezone)).date().replace(day=1)
        groups.setdefault(month, []).append(release)
    return list(groups.items())


def leads_of(stories: Sequence[Story], site: Site, language: str) -> list[tuple[Story, Item | None]]:
    """Stories each with the item that stands for it in the reader's language."""
    items = site.store.items_by_id(one for story in stories for one in story.items[:12])
    return [(story, lead([items[i] for i in story.items[:12] if i in items], language)) for story in stories]


# -------------------------------------------------------------------------------------------------------- charts


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart on its page: the picture (None where there is nothing yet), its key, and the table beside it."""

    key: str
    title: str
    note: str
    svg: str | None
    legend: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    extra: str = ""


def charts_of(site: Site, say: Words) -> list[Figure]:
    """All charts of the page, in their order."""
    return [_weeks(site, say), _shares(site, say), _waits(site, say), *_records(site, say), *_gaps(site, say)]


def _figure(key: str, say: Words, chart: charts.Chart, head: tuple[str, ...], kind: str, extra: str = "") -> Figure:
    if chart.empty:
        svg = None
    elif kind == "rows":
        svg = charts.rows(chart, key)
    else:
        svg = charts.columns(chart, key, whole=kind == "whole")
    body = tuple(
        (label, *(say.number(int(values[place])) for _, values in chart.series))
        for place, label in enumerate(chart.labels)
    )
    legend = tuple(name for name, _ in chart.series) if len(chart.series) > 1 else ()
    note = say.w(f"charts.{key}.note")
    return Figure(key, chart.title, note, svg, legend, (*head, *(name for name, _ in chart.series)), body, extra)


def _weeks(site: Site, say: Words) -> Figure:
    found = charts.weeks(site.histories(), site.today())
    chart = charts.Chart(
        say.w("charts.weeks"), say.w("charts.weeks.note"), tuple(monday.isoformat() for monday, _, _ in found),
        ((say.w("charts.cn"), tuple(cn for _, cn, _ in found)), (say.w("charts.others"), tuple(o for _, _, o in found))),
        tuple(say.tick(monday) if place % 5 == 0 else "" for place, (monday, _, _) in enumerate(found)),
    )  # fmt: skip
    return _latest_first(_figure("weeks", say, chart, (say.w("charts.week"),), "columns"))


def _shares(site: Site, say: Words) -> Figure:
    found = charts.shares(site.histories(), site.today())
    names = ("open-source", "open-weights", "closed", "unknown")
    chart = charts.Chart(
        say.w("charts.shares"), say.w("charts.shares.note"), tuple(f"{month:%Y-%m}" for month, _ in found),
        tuple((say.word("openness", name), tuple(counts.get(name, 0) for _, counts in found)) for name in names),
        tuple(f"{month:%Y-%m}" if place % 2 == 1 else "" for place, (month, _) in enumerate(found)),
    )  # fmt: skip
    return _latest_first(_figure("shares", say, chart, (say.w("charts.month"),), "whole"))


def _latest_first(figure: Figure) -> Figure:
    return replace(figure, rows=figure.rows[::-1])


def _waits(site: Site, say: Words) -> Figure:
    groups, median = charts.waits(site.histories())
    chart = charts.Chart(
        say.w("charts.waits"), say.w("charts.waits.note"), tuple(say.w(f"waits.{n}") for n in range(len(groups))),
        ((say.w("charts.lines"), tuple(groups)),),
    )  # fmt: skip
    days = int(median) if median is not None and median == int(median) else median
    extra = "" if days is None else say.w("charts.waits.median", days=say.w("days.count", n=days))
    return _figure("waits", say, chart, ("",), "columns", extra)


def _gaps(site: Site, say: Words) -> list[Figure]:
    """The best open line of followed labs and the best peer over time, a figure for each index that measured both."""
    found = gap.gaps(site.remembered("measured", site.application.measured))
    return [_gap(one, number, say) for number, one in enumerate([g for g in found if g.open and g.peers][:_INDICES])]


def _gap(one: gap.Gap, number: int, say: Words) -> Figure:
    sides = ((say.w("charts.best_open"), one.open), (say.w("charts.best_peer"), one.peers))
    told = tuple(
        (name, tuple((step.at.date(), step.value, tidy(step.line, 40)) for step in steps)) for name, steps in sides
    )
    grounds = {
        (step.at.date(), tidy(step.line, 40)): say.w(f"dated.{step.dated}") for _, all_ in sides for step in all_
    }
    index = tidy(one.index, 80)
    note = say.w("charts.gap.note", index=index, sources=say.list([tidy(source, 60) for source in one.sources]))
    chart = charts.Chart(say.w("charts.gap", index=index), note, (), ())
    table = sorted((day, name, line, round(value, 2)) for name, steps in told for day, value, line in steps)[::-1]
    extra = ""
    if one.behind is not None:
        points = say.number(abs(one.behind))
        extra = say.w("charts.behind" if one.behind > 0 else "charts.ahead", points=points)
    return Figure(
        f"gap{number}", chart.title, note, charts.stairs(chart, told, f"gap{number}"), tuple(name for name, _ in told),
        (say.w("when"), say.w("charts.dated"), say.w("kind"), say.w("line"), index),
        tuple((day.isoformat(), grounds[day, line], name, line, say.number(value)) for day, name, line, value in table),
        extra,
    )  # fmt: skip


def _records(site: Site, say: Words) -> list[Figure]:
    records = site.records()
    sources = site.application.configuration.sources
    first = sorted((r for r in records if r.first), key=lambda r: (-r.first, r.source))[:_FIRSTS]
    told = site.outlets()[:_FIRSTS]

    def named(source: str) -> str:
        title = title_of(source, sources)
        return f"{title}: {source.partition(':')[2]}" if ":" in source else title

    firsts = charts.Chart(
        say.w("charts.firsts"), say.w("charts.firsts.note"), tuple(named(r.source) for r in first),
        ((say.w("charts.lines"), tuple(r.first for r in first)),),
    )  # fmt: skip
    rumours = charts.Chart(
        say.w("charts.rumours"), say.w("charts.rumours.note"), tuple(tidy(o.name, 60) for o in told),
        tuple((say.w(f"ended.{one}"), tuple(o.count(one) for o in told)) for one in OUTCOMES),
    )  # fmt: skip
    return [
        _figure("firsts", say, firsts, (say.w("source"),), "rows"),
        _figure("rumours", say, rumours, (say.w("charts.outlet"),), "rows"),
    ]
