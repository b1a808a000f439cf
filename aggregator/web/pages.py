"""The pages: what is asked for, taken from the store, and given to a template. No rule about models stands here."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from aggregator import slots
from aggregator.digest import build, layout
from aggregator.health import STATES
from aggregator.model import ITEM_KINDS, OPENNESS, STATUSES, ItemQuery, ReleaseQuery, StoryQuery
from aggregator.web import rendering, rows
from aggregator.web.asked import Asked, Pages
from aggregator.web.site import Site
from aggregator.web.words import LANGUAGES, preferred

router = APIRouter(include_in_schema=False)
MODALITIES = ("text", "image", "video", "audio", "speech", "code", "3d", "robotics", "music")
SIZES = {"small": (None, 10**10), "medium": (10**10, 10**11), "large": (10**11, None)}
PERIODS = {"1d": 1, "7d": 7, "30d": 30}
MODELS, ITEMS, STORIES, SOURCES = 50, 40, 40, 200
COUNTED = 10_000
"""As far as articles and stories are counted for a page: beyond the last page that can be asked for."""
EVIDENCE = 60
_SECTIONS = ("models", "labs", "stories", "search", "sources", "charts")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def site_of(request: Request) -> Site:
    """The site that a request is made to."""
    site: Site = request.app.state.site
    site.mark()  # sees that another file stands in the database's place
    return site


def asked_of(request: Request) -> Asked:
    """What the request's query asks for."""
    site = site_of(request)
    return Asked(request.query_params, site.timezone, site.now())


def show(request: Request, template: str, language: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page."""
    site = site_of(request)
    path = request.url.path
    tail = path[len(language) + 1 :] if path.startswith(f"/{language}/") or path == f"/{language}" else "/"
    asked = asked_of(request)
    shared = {
        "site": site, "say": site.words(language), "language": language, "path": path, "section": "",
        "others": [(other, f"/{other}{tail}{asked.link()}") for other in LANGUAGES],
    }  # fmt: skip
    return HTMLResponse(rendering.render(template, {**shared, **values}), status)


# -------------------------------------------------------------------------------------------------------- ways in


@router.get("/")
def front(request: Request) -> Response:
    """To the day's page in the reader's language."""
    language = preferred(request.headers.get("accept-language", ""))
    return RedirectResponse(f"/{language}/", 302, {"vary": "Accept-Language", "cache-control": "no-store"})


@router.get("/{section}")
def section_without_language(request: Request, section: str) -> Response:
    """`/models` to `/en/models`, and `/en` to `/en/`."""
    if section in LANGUAGES:
        return RedirectResponse(f"/{section}/", 302)
    if section not in _SECTIONS:
        return missing(request)
    language = preferred(request.headers.get("accept-language", ""))
    query = asked_of(request).link()
    return RedirectResponse(
        f"/{language}/{section}{query}", 302, {"vary": "Accept-Language", "cache-control": "no-store"}
    )


def missing(request: Request, language: str | None = None, words: str = "not_found") -> HTMLResponse:
    """The page that says that there is none."""
    first = request.url.path.split("/")[1]
    wanted = language or (first if first in LANGUAGES else preferred(request.headers.get("accept-language", "")))
    return show(request, "missing.html", wanted, 404, title=site_of(request).words(wanted).w(words))


# ---------------------------------------------------------------------------------------------------- the digest


@router.get("/{language}/")
async def today(request: Request, language: str) -> Response:
    """Today's digest."""
    if language not in LANGUAGES:
        return missing(request)
    return await _day(request, language, site_of(request).today())


@router.get("/{language}/day/{day}")
async def digest_of_day(request: Request, language: str, day: str) -> Response:
    """The digest of a local day."""
    try:
        found = date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        found = None
    if language not in LANGUAGES or found is None or not 2000 <= found.year <= 2200:
        return missing(request)
    return await _day(request, language, found)


async def _day(request: Request, language: str, day: date) -> Response:
    """Made once after each change of the database; from memory otherwise."""
    site = site_of(request)
    key = ("day", language, day, site.today(), request.url.path)
    body = site.known(key)
    if body is None:
        body = await run_in_threadpool(site.remembered, key, lambda: _write_day(request, language, day))
    return Response(body, media_type="text/html; charset=utf-8")


def _write_day(request: Request, language: str, day: date) -> bytes:
    site = site_of(request)
    configuration = site.application.configuration
    since, until = slots.day_bounds(day, site.timezone)
    material = site.store.material(since, until, [s.id for s in configuration.sources.values() if s.enabled])
    digest = build(
        material, configuration.labs, configuration.sources, language=language, timezone=site.timezone,
        notice=site.notices.get(language, ""),
    )  # fmt: skip
    latest = None
    if digest.empty:
        newest, _ = site.store.items(ItemQuery(until=since, limit=1, most=1))
        latest = slots_day(newest[0].appeared, site) if newest else None
    entries = (*digest.releases, *digest.also, *digest.peers, *digest.rumours)
    shown = show(
        request, "day.html", language, section="today", title=layout.title(digest, site.words(language)),
        digest=layout.lay_out(digest), empty=digest.empty, latest=latest, day=day, before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < site.today() else None,
        models={entry.release.line: entry.release.key for entry in entries},
        states={entry.release.line: entry.release for entry in entries},
    )  # fmt: skip
    return bytes(shown.body)


def slots_day(moment: Any, site: Site) -> date:
    """The local date of a moment."""
    from zoneinfo import ZoneInfo

    found: date = moment.astimezone(ZoneInfo(site.timezone)).date()
    return found


# -------------------------------------------------------------------------------------------------------- models


def release_query(asked: Asked, page_size: int = MODELS) -> ReleaseQuery:
    """The filters of the models' table, of its feed and of nothing else."""
    size = SIZES.get(asked.query.get("size", ""), (None, None))
    region = asked.one_of("region", ("cn", "other", "all"))
    return ReleaseQuery(
        words=asked.words(),
        lab=asked.name("lab"),
        region="cn" if region == "cn" else None,
        status=asked.one_of("status", STATUSES),
        openness=asked.one_of("openness", OPENNESS),
        modality=asked.one_of("modality", MODALITIES),
        smallest=size[0],
        largest=size[1],
        since=asked.moment("since"),
        until=asked.moment("until", end=True),
        limit=page_size,
        elsewhere=region == "other",
    )


@router.get("/{language}/models")
def models(request: Request, language: str) -> Response:
    """The release lines as a table."""
    if language not in LANGUAGES:
        return missing(request)
    site, asked = site_of(request), asked_of(request)
    query = release_query(asked)
    number = asked.number("page")
    found, total = site.store.releases(rows.paged(query, number))
    labs = sorted(
        site.application.configuration.labs.values(), key=lambda lab: (lab.region != "cn", lab.name.casefold())
    )
    return show(
        request, "models.html", language, section="models", title=site.words(language).w("nav.models"),
        releases=found, pages=Pages(number, total, MODELS), asked=asked, labs=labs, statuses=STATUSES,
        opennesses=OPENNESS, modalities=MODALITIES, sizes=tuple(SIZES),
        feed=f"/feeds/releases.atom{asked.link(page=None, language=language)}",
    )  # fmt: skip


@router.get("/{language}/models/{key:path}")
def model(request: Request, language: str, key: str) -> Response:
    """One release line with everything known of it."""
    if language not in LANGUAGES:
        return missing(request)
    site = site_of(request)
    release = site.store.release(key[:200])
    if release is None:
        return missing(request, language, "not_found.model")
    if release.key != key:
        return RedirectResponse(site.page(language, "models", release.key), 302)
    items, total = site.store.items(ItemQuery(line=release.line, limit=EVIDENCE))
    showings = site.store.showings(release.key)
    return show(
        request, "model.html", language, section="models", title=release.line, release=release,
        steps=rows.steps_of(release, showings, items, site, language),
        stories=rows.by_story(items, language), total=total, showings=showings[:EVIDENCE],
        items={item.id: item for item in items}, claims=rows.claims_of(release, site, language),
        disputes=rows.disputes_of(release, site, language),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- labs, stories


@router.get("/{language}/labs")
def labs(request: Request, language: str) -> Response:
    """The labs, with what they brought out."""
    if language not in LANGUAGES:
        return missing(request)
    site = site_of(request)
    return show(
        request, "labs.html", language, section="labs", title=site.words(language).w("nav.labs"),
        groups=rows.labs_of(site),
    )  # fmt: skip


@router.get("/{language}/labs/{lab}")
def lab_page(request: Request, language: str, lab: str) -> Response:
    """One lab's models over time."""
    site = site_of(request)
    known = site.application.configuration.labs.get(lab)
    if language not in LANGUAGES or known is None:
        return missing(request, None if language not in LANGUAGES else language)
    asked = asked_of(request)
    number = asked.number("page")
    found, total = site.store.releases(rows.paged(ReleaseQuery(lab=lab, limit=MODELS), number))
    return show(
        request, "lab.html", language, section="labs", title=known.name, lab=known, releases=found,
        pages=Pages(number, total, MODELS), asked=asked, months=rows.months_of(found, site),
    )  # fmt: skip


@router.get("/{language}/stories")
def stories(request: Request, language: str) -> Response:
    """What several sources reported, most covered first."""
    if language not in LANGUAGES:
        return missing(request)
    site, asked = site_of(request), asked_of(request)
    period, number = asked.one_of("period", (*PERIODS, "all")), asked.number("page")
    words = asked.words()

    def ask(chosen: str) -> tuple[list[Any], int]:
        since = asked.now - timedelta(days=PERIODS[chosen]) if chosen in PERIODS else None
        return site.store.stories(rows.paged(StoryQuery(words=words, since=since, limit=STORIES, most=COUNTED), number))

    chosen = period or "7d"
    found, total = ask(chosen)
    if not total and period is None:
        chosen = "all"
        found, total = ask(chosen)
    return show(
        request, "stories.html", language, section="stories", title=site.words(language).w("nav.stories"),
        stories=rows.leads_of(found, site, language), pages=Pages(number, total, STORIES, COUNTED), asked=asked,
        chosen=chosen, periods=(*PERIODS, "all"),
        feed=f"/feeds/stories.atom{asked.link(page=None, period=chosen, language=language)}",
    )  # fmt: skip


@router.get("/{language}/stories/{story}")
def story_page(request: Request, language: str, story: str) -> Response:
    """One story with the articles that tell it, in all languages."""
    site = site_of(request)
    found = site.store.story(story[:64])
    if language not in LANGUAGES or found is None:
        return missing(request)
    items = list(site.store.items_by_id(found.items[:EVIDENCE]).values())
    lead = rows.lead(items, language)
    return show(
        request, "story.html", language, section="stories", title=lead.title if lead else found.title, story=found,
        lead=lead, languages=rows.by_language(items, language),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- search, items


def item_query(asked: Asked) -> ItemQuery:
    """The filters of the search, of its feed and of nothing else."""
    return ItemQuery(
        words=asked.words(),
        lab=asked.name("lab"),
        source=asked.name("source"),
        kind=asked.one_of("kind", ITEM_KINDS),
        language=asked.one_of("in", LANGUAGES),
        since=asked.moment("since"),
        until=asked.moment("until", end=True),
        limit=ITEMS,
        most=COUNTED,
        all_copies=asked.query.get("copies") == "1",
    )


@router.get("/{language}/search")
def search(request: Request, language: str) -> Response:
    """The articles that hold all words."""
    if language not in LANGUAGES:
        return missing(request)
    site, asked = site_of(request), asked_of(request)
    number = asked.number("page")
    found, total = site.store.items(rows.paged(item_query(asked), number))
    labs = sorted(
        site.application.configuration.labs.values(), key=lambda lab: (lab.region != "cn", lab.name.casefold())
    )
    return show(
        request, "search.html", language, section="search", title=site.words(language).w("nav.search"), items=found,
        pages=Pages(number, total, ITEMS, COUNTED), asked=asked, labs=labs, kinds=ITEM_KINDS, languages=LANGUAGES,
        feed=f"/feeds/items.atom{asked.link(page=None)}",
    )  # fmt: skip


@router.get("/{language}/items/{item}")
def item_page(request: Request, language: str, item: str) -> Response:
    """One article: what is kept of it and why it is labelled so."""
    site = site_of(request)
    found = site.store.item(item[:64])
    if language not in LANGUAGES or found is None:
        return missing(request)
    return show(
        request, "item.html", language, section="search", title=found.title, item=found,
        reasons=site.store.explain(found.id), story=site.store.story(found.story) if found.story else None,
        original=site.store.item(found.copy_of) if found.copy_of else None,
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------- sources, charts


@router.get("/{language}/sources")
def sources(request: Request, language: str) -> Response:
    """The sources with their health, those that fail first."""
    if language not in LANGUAGES:
        return missing(request)
    site, asked = site_of(request), asked_of(request)
    health = site.application.health(site.now())
    state = asked.one_of("state", STATES)
    ordered = sorted(health.sources, key=lambda s: (STATES.index(s.state), s.id))
    chosen = [s for s in ordered if state is None or s.state == state]
    number = asked.number("page")
    pages = Pages(number, len(chosen), SOURCES)
    return show(
        request, "sources.html", language, section="sources", title=site.words(language).w("nav.sources"),
        health=health, sources=chosen[pages.offset :][:SOURCES], pages=pages, asked=asked, state=state,
        counts={name: sum(s.state == name for s in health.sources) for name in STATES},
    )  # fmt: skip


@router.get("/{language}/charts")
def charts_page(request: Request, language: str) -> Response:
    """Pictures of the whole, each with its numbers as a table."""
    if language not in LANGUAGES:
        return missing(request)
    site = site_of(request)
    return show(
        request, "charts.html", language, section="charts", title=site.words(language).w("nav.charts"),
        charts=rows.charts_of(site, site.words(language)),
    )  # fmt: skip


@router.get("/{language}/feeds")
def feeds_page(request: Request, language: str) -> Response:
    """The feeds that one can subscribe to."""
    if language not in LANGUAGES:
        return missing(request)
    site = site_of(request)
    labs = sorted(
        site.application.configuration.labs.values(), key=lambda lab: (lab.region != "cn", lab.name.casefold())
    )
    return show(
        request, "feeds.html", language, title=site.words(language).w("feeds_title"), labs=labs, opennesses=OPENNESS[:3]
    )
