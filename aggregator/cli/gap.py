"""`aggregator gap`: how far the best open line is behind the best peer, by third parties' indices from catalogues."""

from __future__ import annotations

import click

from aggregator.cli import common, output


@click.command("gap")
@click.option("--index", "wanted", metavar="NAME", help="Only indices whose name has this in it.")
@click.option("--svg", "drawn", is_flag=True, help="One chart of the first index as SVG.")
@output.json_option
@click.pass_context
def command(ctx: click.Context, wanted: str | None, drawn: bool, as_json: bool) -> int:
    """The best open line of the followed labs against the best of the reference peers, by each stored index.

    An index is a third party's, with its name; where none is stored, that is said. Model cards' own scores take no part.
    """
    from aggregator import gap

    with common.application(ctx) as app:
        found = [one for one in gap.gaps(app.measured()) if (wanted or "").casefold() in one.index.casefold()]
    if as_json:
        output.print_json(gap.as_data(found))
    elif drawn and found:
        print(gap.svg(found[0]))
    else:
        print(gap.text(found), end="")
    return 0
