"""`aggregator releases`: release lines, newest first."""

from __future__ import annotations

import click

from aggregator import shapes
from aggregator.cli import common, output
from aggregator.model import OPENNESS, STATUSES, ReleaseQuery


@click.command("releases")
@click.argument("words", nargs=-1)
@click.option("--lab", metavar="ID", help="Of this lab.")
@click.option("--region", metavar="REGION", help='Of labs of this region ("cn" is followed).')
@click.option("--status", type=click.Choice(STATUSES), help="Whose furthest status is this.")
@click.option("--openness", type=click.Choice(OPENNESS), help="Of this openness.")
@click.option("--licence", metavar="TEXT", help="Under this licence.")
@click.option("--modality", metavar="WORD", help="With this modality (text, image, video, …).")
@common.window_options
@common.page_options
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    lab: str | None,
    region: str | None,
    status: str | None,
    openness: str | None,
    licence: str | None,
    modality: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> int:
    """Release lines, newest first. WORDS are looked for in the line's name, its lab and its generation."""
    with common.application(ctx) as app:
        query = ReleaseQuery(
            words=" ".join(words),
            lab=lab,
            region=region,
            status=status,
            openness=openness,
            licence=licence,
            modality=modality,
            since=common.moment(since, app.timezone),
            until=common.moment(until, app.timezone, option="--until"),
            limit=limit,
            offset=offset,
        )
        found, total = app.store.releases(query)
    if as_json:
        output.print_json({"releases": [shapes.of_release(release) for release in found], "total": total})
        return 0
    rows = [
        (
            f"{r.appeared:%Y-%m-%d}",
            r.line,
            r.lab,
            r.status,
            r.openness,
            r.licence,
            ", ".join(r.sizes),
            ", ".join(r.modalities),
            r.items,
        )
        for r in found
    ]
    headings = ("appeared", "line", "lab", "status", "openness", "licence", "sizes", "modalities", "items")
    output.print_table(headings, rows, elastic=(6, 7))
    if total > len(found):
        output.say(f"{len(found)} of {total}; --limit and --offset show more")
    return 0
