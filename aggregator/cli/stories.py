"""`aggregator stories`: what several sources reported, most covered first."""

from __future__ import annotations

import click

from aggregator import shapes
from aggregator.cli import common, output
from aggregator.model import StoryQuery


@click.command("stories")
@click.argument("words", nargs=-1)
@common.window_options
@common.page_options
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> int:
    """Stories: the items, from any source and in any language, that report the same event; most covered first."""
    with common.application(ctx) as app:
        query = StoryQuery(
            words=" ".join(words),
            since=common.moment(since, app.timezone),
            until=common.moment(until, app.timezone, option="--until"),
            limit=limit,
            offset=offset,
        )
        found, total = app.store.stories(query)
    if as_json:
        output.print_json({"stories": [shapes.of_story(story) for story in found], "total": total})
        return 0
    rows = [
        (f"{s.first_seen:%Y-%m-%d}", s.sources, len(s.items), ", ".join(s.lines or s.labs), s.title, s.id)
        for s in found
    ]
    output.print_table(("first", "sources", "items", "about", "title", "id"), rows, elastic=(4, 3), shed=(2, 0))
    if total > len(found):
        output.say(f"{len(found)} of {total}; --limit and --offset show more")
    return 0
