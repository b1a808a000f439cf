"""`aggregator status`: is all well?"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from aggregator import shapes
from aggregator.cli import common, output


@click.command("status")
@output.json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """Health: the worker, the last poll, overdue and failing sources, the last digest, the database. Exit 1 if the
    worker is stalled."""
    with common.application(ctx) as app:
        now = datetime.now(UTC)
        health, size, counts = app.health(now), app.store.size(), app.store.counts()
        digest = app.store.setting("last_digest")
        url = app.database_shown
    polled = [s.last_poll_at for s in health.sources if s.last_poll_at is not None]
    form = {
        "worker": health.worker,
        "heartbeat": shapes.moment(health.heartbeat),
        "last_poll": shapes.moment(max(polled, default=None)),
        "sources": len([s for s in health.sources if s.enabled]),
        "failing": list(health.failing),
        "overdue": list(health.overdue),
        "waiting": [s.id for s in health.sources if s.state == "waiting"],
        "last_digest": digest,
        "items": counts["items"],
        "releases": counts["releases"],
        "database": {"url": url, "bytes": size, "schema": app.store.schema_version},
    }
    if as_json:
        output.print_json(form)
    else:
        for key, value in form.items():
            shown = ", ".join(value) or "none" if isinstance(value, list) else value
            if isinstance(value, dict):
                shown = ", ".join(f"{k} {v}" for k, v in value.items())
            print(f"{key.replace('_', ' ')}: {output.neutral('none' if shown is None else shown)}")
    return 1 if health.stalled else 0
