"""`aggregator items`: what is stored, newest first."""

from __future__ import annotations

import click

from aggregator import shapes
from aggregator.cli import common, output
from aggregator.model import ITEM_KINDS, ItemQuery


@click.command("items")
@click.argument("words", nargs=-1)
@click.option("--lab", metavar="ID", help="About this lab.")
@click.option("--source", metavar="ID", help="From this source (copies too).")
@click.option("--kind", type=click.Choice(ITEM_KINDS), help="Of this kind.")
@click.option("--topic", metavar="TOPIC", help="On this topic.")
@click.option("--language", metavar="CODE", help="In this language (en, fr, zh, …).")
@click.option("--line", metavar="LINE", help="About this release line.")
@common.window_options
@common.page_options
@click.option("--all-copies", is_flag=True, help="Copies too.")
@output.json_option
@click.pass_context
def command(
    ctx: click.Context, /, words: tuple[str, ...], as_json: bool, limit: int, offset: int, **filters: object
) -> int:
    """Stored items, newest first. WORDS is a full-text search: all words, Chinese too; "several words" as a phrase."""
    with common.application(ctx) as app:
        query = ItemQuery(
            words=" ".join(words),
            lab=_text(filters["lab"]),
            source=_text(filters["source"]),
            kind=_text(filters["kind"]),
            topic=_text(filters["topic"]),
            language=_text(filters["language"]),
            line=_text(filters["line"]),
            since=common.moment(_text(filters["since"]), app.timezone),
            until=common.moment(_text(filters["until"]), app.timezone, option="--until"),
            limit=limit,
            offset=offset,
            all_copies=bool(filters["all_copies"]),
        )
        found, total = app.store.items(query)
    if as_json:
        output.print_json({"items": [shapes.of_item(item) for item in found], "total": total})
        return 0
    rows = [
        (f"{i.appeared:%Y-%m-%d %H:%M}", i.kind, ", ".join(i.lines or i.labs), i.title, i.source, i.id) for i in found
    ]
    output.print_table(("appeared (UTC)", "kind", "about", "title", "source", "id"), rows, elastic=(3, 2), shed=(4, 1))
    if total > len(found):
        output.say(f"{len(found)} of {total}; --limit and --offset show more")
    return 0


def _text(value: object) -> str | None:
    return None if value is None else str(value)
