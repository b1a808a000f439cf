"""`aggregator run`: the background worker."""

from __future__ import annotations

import click

from aggregator.cli import common


@click.command("run")
@click.pass_context
def command(ctx: click.Context) -> int:
    """Poll each source when it is due, make and send the daily digest, prune, back up.

    Ends within 10 s of SIGTERM with nothing half done; SIGHUP reads sources.toml anew (a wrong one is told, and the former
    one kept). A second worker on the same database ends at once.
    """
    from aggregator.executors import inprocess

    with common.application(ctx) as app:
        return inprocess.work(app)
