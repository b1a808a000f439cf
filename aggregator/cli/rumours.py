"""`aggregator sources rumours`: how the rumours of each outlet ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aggregator.cli import common, output

if TYPE_CHECKING:
    from aggregator.outlets import Ended


@click.command("rumours")
@click.argument("name", required=False, metavar="[OUTLET]")
@output.json_option
@click.pass_context
def command(ctx: click.Context, name: str | None, as_json: bool) -> int:
    """How the rumours of each outlet ended, or one by one those of the outlets whose name has OUTLET in it.

    An outlet is whoever was quoted, else the source. kept, late (up to 30 days) and wrong are by the term that it named
    last; came: it named none and the model is out; denied: the last word denies it; pending: not out.
    """
    from aggregator import outlets

    with common.application(ctx) as app:
        found = [one for one in app.outlets() if (name or "").casefold() in one.name.casefold()]
    if as_json:
        output.print_json(outlets.as_data(found))
    elif name:
        rows = [(o.name, r.line, f"{r.at:%Y-%m-%d}", _term(r), r.outcome) for o in found for r in o.rumours]
        output.print_table(("outlet", "line", "told", "expected", "outcome"), rows, elastic=(0, 1))
    else:
        table = [(o.name, len(o.rumours), *(o.count(outcome) for outcome in outlets.OUTCOMES)) for o in found]
        output.print_table(("outlet", "rumours", *outlets.OUTCOMES), table, elastic=(0,))
    return 0


def _term(rumour: Ended) -> str:
    if rumour.term is None:
        return ""
    first, last = rumour.term
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
