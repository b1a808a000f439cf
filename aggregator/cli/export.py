"""`aggregator export`: items or releases for other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli import common
from aggregator.model import ITEM_KINDS, OPENNESS, STATUSES, ItemQuery, ReleaseQuery

if TYPE_CHECKING:
    from aggregator.app import Application

_FORMATS = ("jsonl", "csv", "atom", "rss", "jsonfeed")
_ENTRIES = 100
"""Entries of a feed where --limit does not say otherwise."""
_OF_ITEMS = ("source", "kind", "topic", "language")
_OF_RELEASES = ("region", "status", "openness", "licence", "modality")


@click.command("export")
@click.argument("what", type=click.Choice(("releases", "items")), default="releases")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="jsonl", show_default=True)
@click.option("--output", "path", metavar="PATH", help="Write it there, whole or not at all.")
@click.option("--words", metavar="WORDS", default="", help="Only what holds all these words.")
@click.option("--lab", metavar="ID", help="Only of this lab.")
@click.option("--region", metavar="REGION", help='Releases: of labs of this region ("cn" is followed).')
@click.option("--status", type=click.Choice(STATUSES), help="Releases: with this status.")
@click.option("--openness", type=click.Choice(OPENNESS), help="Releases: of this openness.")
@click.option("--licence", metavar="TEXT", help="Releases: under this licence.")
@click.option("--modality", metavar="WORD", help="Releases: with this modality.")
@click.option("--source", metavar="ID", help="Items: from this source.")
@click.option("--kind", type=click.Choice(ITEM_KINDS), help="Items: of this kind.")
@click.option("--topic", metavar="TOPIC", help="Items: on this topic.")
@click.option("--language", metavar="CODE", help="Items: in this language. Feeds of releases: their language.")
@common.window_options
@click.option("--limit", type=click.IntRange(1, common.MOST), help="At most N (a feed: 100).")
@click.pass_context
def command(
    ctx: click.Context, /, what: str, form: str, path: str | None, limit: int | None, **filters: str | None
) -> int:
    """Write releases (the default) or items, newest first, as JSON Lines, CSV or a feed.

    JSON Lines and CSV hold the forms of `releases --json` and `items --json`; articles are cut at 280 characters.
    """
    from aggregator.channels.file import write_whole

    foreign = _OF_ITEMS[:-1] if what == "releases" else _OF_RELEASES
    for name in foreign:
        if filters[name] is not None:
            raise click.UsageError(f"--{name} is no filter of {what}")
    with common.application(ctx) as app:
        written = _write(app, what, form, limit, filters)
        if path is None:
            for words in written:
                sys.stdout.write(words)
        else:
            write_whole(Path(path), "".join(written))
    return 0


def _write(app: Application, what: str, form: str, limit: int | None, filters: dict[str, str | None]) -> Iterable[str]:
    from aggregator import export

    most = limit if limit is not None or form in ("jsonl", "csv") else _ENTRIES
    chosen: dict[str, Any] = {
        "words": filters["words"] or "",
        "lab": filters["lab"],
        "since": common.moment(filters["since"], app.timezone),
        "until": common.moment(filters["until"], app.timezone, option="--until"),
    }
    found: Iterator[Any]
    columns: tuple[str, ...]
    if what == "items":
        chosen |= {name: filters[name] for name in _OF_ITEMS}
        found, columns = export.items(app.store.items, ItemQuery(**chosen), most), export.ITEM_COLUMNS
    else:
        chosen |= {name: filters[name] for name in _OF_RELEASES}
        found, columns = export.releases(app.store.releases, ReleaseQuery(**chosen), most), export.RELEASE_COLUMNS
    if form == "jsonl":
        return export.json_lines(found)
    if form == "csv":
        return export.csv_lines(found, columns)
    return [_feed(app, what, form, found, filters["language"] or app.configuration.digest.language)]


def _feed(app: Application, what: str, form: str, found: Iterator[Any], language: str) -> str:
    from aggregator import feeds_out
    from aggregator.digest.links import title_of
    from aggregator.digest.phrases import LANGUAGES, Phrases

    spoken = language if language in LANGUAGES else "en"
    say, labs = Phrases(spoken), app.configuration.labs
    if what == "items":
        entries = [feeds_out.of_item(one, title_of(one.source, app.configuration.sources)) for one in found]
    else:
        entries = [feeds_out.of_release(one, labs[one.lab].name if one.lab in labs else one.lab, say) for one in found]
    feed = feeds_out.Feed(f"export:{what}", f"aggregator: {say('title')}", spoken, feeds_out.newest_first(entries))
    return feeds_out.write(feed, form).decode()
