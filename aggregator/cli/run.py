"""`aggregator run`: the background worker."""

from __future__ import annotations

import click

from aggregator.cli import common


@click.command("run")
@click.pass_context
def command(ctx: click.Context) -> int:
    """Poll each source when it is due, make the daily digest, prune. Ends within 10 s of SIGTERM."""
    from aggregator.executors import inprocess

    with common.application(ctx) as app:
        return inprocess.work(app)
