"""The documented way in from Python: open a store, and ask it for items, releases or a digest.

    from aggregator import api

    with api.open_store("sources.toml", "sqlite:///storage/aggregator.db") as store:
        for release in api.releases(store, lab="deepseek", limit=3):
            print(release.line, release.status, release.licence)
        print(api.digest(store, since="7d", language="fr"))

Four names and nothing behind them that the commands do not use too. Times are aware datetimes, ISO dates or times, or
`24h`, `7d`, as the commands take them. Nothing is fetched; `aggregator poll` does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator import app, dates
from aggregator.app import Application
from aggregator.errors import UsageError
from aggregator.model import Item, ItemQuery, Release, ReleaseQuery

__all__ = ["digest", "items", "open_store", "releases"]


def open_store(
    config: str | None = None, database: str | None = None, *, environ: Mapping[str, str] | None = None
) -> Application:
    """What the commands work with: the sources file and the database (defaults: as for `aggregator`). Use it in `with`.

    Raises ConfigurationError for a wrong sources file or environment, StoreError for a database that is none of ours.
    """
    opened = app.open(config=config, database=database, environ=environ)
    _ = opened.store
    return opened


def items(store: Application, words: str = "", **filters: Any) -> list[Item]:
    """Stored items, newest first; `words` is a full-text search, `filters` are the fields of `model.ItemQuery`."""
    return store.store.items(ItemQuery(words=words, **_moments(store, filters)))[0]


def releases(store: Application, words: str = "", **filters: Any) -> list[Release]:
    """Release lines, newest first; `filters` are the fields of `model.ReleaseQuery`."""
    return store.store.releases(ReleaseQuery(words=words, **_moments(store, filters)))[0]


def digest(
    store: Application,
    since: str | datetime = "24h",
    until: str | datetime | None = None,
    *,
    language: str | None = None,
    style: str = "brief",
    form: str = "md",
) -> str:
    """The digest of [since, until) as text of a form (md, html, text, json), as `aggregator digest` prints it."""
    from aggregator.digest import render

    now = datetime.now(UTC)
    end = _moment(store, until, now, end=True) if until is not None else now
    made = store.digest(_moment(store, since, end), end, language=language, style=style)
    return render(made, form)


def _moments(store: Application, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters with `since` and `until` as moments."""
    now = datetime.now(UTC)
    times = {k: _moment(store, v, now, end=k == "until") for k, v in filters.items() if k in ("since", "until") and v}
    return {**filters, **times}


def _moment(store: Application, value: str | datetime, now: datetime, *, end: bool = False) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"{value}: expected a time with a zone")
        return value
    found = dates.window(value, now, store.timezone, end=end)
    if found is None:
        raise UsageError(f"{value}: expected a date (2026-02-16), a time (2026-02-16T08:00), or 24h, 7d")
    return found
