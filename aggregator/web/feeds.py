"""Feeds that readers subscribe to: releases, stories and any search, as Atom, RSS and JSON Feed, with conditional GET."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from aggregator import feeds_out
from aggregator.feeds_out import Feed, FeedEntry
from aggregator.model import ItemQuery, ReleaseQuery, StoryQuery
from aggregator.web import forms, rows
from aggregator.web.api import Moment, Words, clean, item_filters, release_filters, window
from aggregator.web.asked import tidy
from aggregator.web.pages import PERIODS, site_of
from aggregator.web.site import Site

router = APIRouter(prefix="/feeds", tags=["feeds"])
Form = Literal["atom", "rss", "json"]
Language = Literal["en", "fr", "zh"]
Limit = Annotated[int, Query(ge=1, le=200)]
_FORMS = {"atom": "atom", "rss": "rss", "json": "jsonfeed"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The feed", "content": {kind: {} for kind in feeds_out.FORMATS.values()}},
    400: {"description": "The query is longer than 8000 bytes", "content": {"text/plain": {}}},
    422: {"model": forms.Problem, "description": "A parameter is wrong"},
}


@router.get("/releases.{form}", responses=_ANSWERS, response_class=Response, summary="Release lines")
def releases(
    request: Request, form: Form, query: Annotated[ReleaseQuery, Depends(release_filters)], language: Language = "en",
    limit: Limit = 50,
) -> Response:  # fmt: skip
    """One entry a line, with a lasting id; `updated` is its latest step. Filters as those of /api/v1/releases."""
    site = site_of(request)
    say = site.words(language)
    found, _ = site.store.releases(replace(query, limit=limit))
    entries = [
        feeds_out.of_release(one, site.lab_name(one.lab), say, site.address(site.page(language, "models", one.key)))
        for one in found
    ]
    words = [say.w("feed.releases")]
    words += [say.w(f"region.{'other' if query.elsewhere else 'cn'}")] if query.region or query.elsewhere else []
    words += [site.lab_name(query.lab)] if query.lab else []
    words += [say.word("openness", query.openness)] if query.openness else []
    return _answer(request, form, "releases", say("dot").join(map(tidy, words)), language, entries, "models")


@router.get("/stories.{form}", responses=_ANSWERS, response_class=Response, summary="Stories")
def stories(
    request: Request, form: Form, words: Words = "", since: Moment = None,
    period: Annotated[Literal["1d", "7d", "30d", "all"], Query()] = "7d", language: Language = "en", limit: Limit = 50,
) -> Response:  # fmt: skip
    """The most covered stories of a period (default: 7 days); `since` wins over it."""
    site = site_of(request)
    say = site.words(language)
    start = window(request, since, None)[0]
    if start is None and period in PERIODS:
        start = site.now() - timedelta(days=PERIODS[period])
    found, _ = site.store.stories(StoryQuery(words=clean(words), since=start, limit=limit, most=limit))
    entries = [
        feeds_out.of_story(story, lead, say, site.address(site.page(language, "stories", story.id)))
        for story, lead in rows.leads_of(found, site, language)
    ]
    title = say("dot").join([say.w("feed.stories"), *([tidy(words)] if words.strip() else [])])
    return _answer(request, form, "stories", title, language, entries, "stories")


@router.get("/items.{form}", responses=_ANSWERS, response_class=Response, summary="Items of a search")
def items(
    request: Request, form: Form, query: Annotated[ItemQuery, Depends(item_filters)], limit: Limit = 50
) -> Response:
    """The newest items that a search finds; filters as those of /api/v1/items."""
    site = site_of(request)
    say = site.words("en")
    found, _ = site.store.items(replace(query, limit=limit, most=limit))
    entries = [
        feeds_out.of_item(one, site.source_title(one.source), site.address(site.page("en", "items", one.id)))
        for one in found
    ]
    title = say.w("feed.items", words=tidy(query.words)) if query.words.strip() else say.w("feed.items_all")
    return _answer(request, form, "items", title, "en", entries, "search")


def _answer(
    request: Request, form: str, kind: str, title: str, language: str, entries: list[FeedEntry], page: str
) -> Response:
    site: Site = site_of(request)
    asked = sorted((name, tidy(value)) for name, value in request.query_params.items())
    query = urlencode([(name, value) for name, value in asked if value])
    subject = f"{kind}?{urlencode([(n, v) for n, v in asked if v and n not in ('limit',)])}"
    feed = Feed(
        subject=subject,
        title=f"aggregator: {title}",
        language=language,
        entries=feeds_out.newest_first(entries),
        home=site.address(site.page(language, page)),
        own=site.address(f"/feeds/{kind}.{form}" + (f"?{query}" if query else "")),
    )
    made = _FORMS[form]
    headers = {"last-modified": format_datetime(feed.updated.astimezone(UTC), usegmt=True)}
    body = feeds_out.write(feed, made)
    if "if-none-match" not in request.headers and _unchanged(request.headers.get("if-modified-since"), feed.updated):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{feeds_out.FORMATS[made]}; charset=utf-8", headers=headers)


def _unchanged(since: str | None, updated: datetime) -> bool:
    if since is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
    return known.tzinfo is not None and updated.replace(microsecond=0) <= known
