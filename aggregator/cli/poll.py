"""`aggregator poll`: every source, or those named, now and once."""

from __future__ import annotations

import click

from aggregator import shapes
from aggregator.cli import common, output


@click.command("poll")
@click.option("--source", "ids", multiple=True, metavar="ID", help="Only this source (repeatable).")
@output.json_option
@click.pass_context
def command(ctx: click.Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Poll every source (or those named) now, once, whatever its interval, and print a line per source.

    Exit status: 0 all well, 1 every source failed, 3 some failed. A source whose server said "not before" is deferred.
    """
    with common.application(ctx) as app:
        chosen = app.sources(ids)
        with output.progress(len(chosen), quiet=False) as tell:
            outcomes = app.poll(chosen, lambda outcome, left: tell(outcome.id, left))
    failed = [o for o in outcomes if o.outcome in ("failed", "partial")]
    if as_json:
        output.print_json(
            {
                "sources": [shapes.of_outcome(o) for o in outcomes],
                "new": sum(o.new for o in outcomes),
                "updated": sum(o.updated for o in outcomes),
                "failed": len(failed),
            }
        )
    else:
        rows = [(o.id, o.outcome, o.new or "", o.updated or "", f"{o.seconds:.1f}", o.error or "") for o in outcomes]
        output.print_table(("source", "outcome", "new", "updated", "s", "error"), rows, elastic=(5,))
        output.say(
            f"{len(outcomes)} sources: {sum(o.new for o in outcomes)} new, {sum(o.updated for o in outcomes)} updated, "
            f"{len(failed)} failed, {sum(o.outcome == 'deferred' for o in outcomes)} deferred"
        )
    if not failed:
        return 0
    return 1 if all(o.outcome == "failed" for o in outcomes) else 3
