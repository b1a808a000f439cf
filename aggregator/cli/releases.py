"""`aggregator releases`: release lines, newest first; the watch list of rumours; what fits a machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from aggregator import shapes
from aggregator.cli import common, output
from aggregator.errors import UsageError
from aggregator.model import OPENNESS, STATUSES, Release, ReleaseQuery


@click.command("releases")
@click.argument("words", nargs=-1)
@click.option("--lab", metavar="ID", help="Of this lab.")
@click.option("--region", metavar="REGION", help='Of labs of this region ("cn" is followed).')
@click.option("--status", type=click.Choice(STATUSES), help="Whose furthest status is this.")
@click.option("--openness", type=click.Choice(OPENNESS), help="Of this openness.")
@click.option("--licence", metavar="TEXT", help="Under this licence.")
@click.option("--modality", metavar="WORD", help="With this modality (text, image, video, …).")
@click.option("--fits", metavar="SIZE", help="With a first-party download of at most this (24GB).")
@click.option("--commercial", is_flag=True, help="Whose licence allows commercial use without conditions.")
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
    fits: str | None,
    commercial: bool,
    since: str | None,
    until: str | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> int:
    """Release lines, newest first. WORDS are looked for in the line's name, its lab and its generation.

    --status rumoured is the watch list: what is not out yet, for when it is expected, and who says so. --fits counts
    real file sizes of the lab's own repositories, the smallest quantisation; "≤" where only the whole is known.
    """
    from aggregator.running import bytes_of

    most = bytes_of(fits) if fits is not None else None
    if fits is not None and most is None:
        raise UsageError(f"--fits {fits}: expected a size such as 24GB")
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
            fits=most,
            commercial=commercial,
        )
        found, total = app.store.releases(query)
    if as_json:
        forms = [shapes.of_release(release) | (_download(release) if fits else {}) for release in found]
        output.print_json({"releases": forms, "total": total})
        return 0
    headings, rows = _watch_list(found) if status == "rumoured" else _table(found, sized=fits is not None)
    if status == "rumoured":
        output.print_table(headings, rows, elastic=(5,), shed=(7, 2))
    else:
        output.print_table(headings, rows, elastic=(6, 7), shed=(5, 8))
    if total > len(found):
        output.say(f"{len(found)} of {total}; --limit and --offset show more")
    return 0


def _table(found: Sequence[Release], *, sized: bool) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    headings = ("appeared", "line", "lab", "status", "openness", "licence", "sizes", "modalities", "items")
    rows: list[tuple[object, ...]] = []
    for r in found:
        sizes, modalities = ", ".join(r.sizes), ", ".join(r.modalities)
        row = (f"{r.appeared:%Y-%m-%d}", r.line, r.lab, r.status, r.openness, r.licence, sizes, modalities, r.items)
        rows.append((*row, _size(r)) if sized else row)
    return ((*headings, "download") if sized else headings), rows


def _watch_list(found: Sequence[Release]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """What is not out: since when it is rumoured, for when it is expected, who says so, and what became of that."""
    rows: list[tuple[object, ...]] = []
    for r in found:
        told = r.expected or {}
        when = (_day(told.get("from")), _day(told.get("to")), told.get("said_by"), told.get("outcome"))
        rows.append((f"{r.appeared:%Y-%m-%d}", r.line, r.lab, *when, r.items))
    return ("since", "line", "lab", "from", "to", "said by", "outcome", "items"), rows


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value or "")[:10]


def _download(release: Release) -> dict[str, object]:
    from aggregator.running import smallest_of

    found = smallest_of(release)
    return {"download": None if found is None else {"bytes": found[0], "exact": found[1]}}


def _size(release: Release) -> str:
    from aggregator.running import smallest_of

    found = smallest_of(release)
    return "" if found is None else f"{'' if found[1] else '≤ '}{found[0] / 1e9:.1f} GB"
