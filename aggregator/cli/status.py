"""`aggregator status`: is all well?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from aggregator import shapes
from aggregator.cli import common, output

if TYPE_CHECKING:
    from aggregator.app import Application


@click.command("status")
@output.json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """Health: the worker, the last poll, sources that fail, are overdue, silent or held, the last digest and its
    deliveries, what waits, the database and what threatens it. Exit 1 if the worker is stalled."""
    with common.application(ctx) as app:
        health = app.health(datetime.now(UTC))
        form = _form(app, health)
    if as_json:
        output.print_json(form)
    else:
        for key, value in form.items():
            print(f"{key.replace('_', ' ')}: {output.neutral(_shown(value))}")
    return 1 if health.stalled else 0


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(entry) for entry in value) or "none"
    if isinstance(value, dict):
        return " ".join(f"{k} {_shown(v)}" for k, v in value.items() if v is not None)
    return "none" if value is None else str(value)


def _form(app: Application, health: Any) -> dict[str, Any]:
    counts = app.store.counts()
    polled = [s.last_poll_at for s in health.sources if s.last_poll_at is not None]
    digest = next(iter(app.store.digests("default", None, "", 1)), None)
    deliveries = app.store.deliveries(digest=digest.id) if digest is not None else []
    return {
        "worker": health.worker,
        "heartbeat": shapes.moment(health.heartbeat),
        "last_poll": shapes.moment(max(polled, default=None)),
        "sources": len([s for s in health.sources if s.enabled]),
        "failing": list(health.failing),
        "overdue": list(health.overdue),
        "waiting": list(health.states("waiting")),
        "paused": list(health.states("paused")),
        "silent": list(health.states("silent")),
        "held": list(health.states("held")),
        "empty_selectors": list(health.empty_selectors),
        "last_digest": digest.slot if digest is not None else None,
        "deliveries": [
            {"channel": m.channel, "recipient": m.recipient, "state": m.state, "error": m.error} for m in deliveries
        ],
        "backlog": {"messages": health.waiting, "oldest": shapes.moment(health.oldest)},
        "dead": [
            {"date": m.slot, "channel": m.channel, "recipient": m.recipient, "error": m.error} for m in health.dead[-20:]
        ],
        "last_backup": _setting(app, "backed_up"),
        "items": counts["items"],
        "releases": counts["releases"],
        "database": {
            "url": app.database_shown, "bytes": app.store.size(), "schema": app.store.schema_version
        },
        "warnings": [{"code": code, "detail": detail} for code, detail in app.store.warnings().items()],
    }  # fmt: skip


def _setting(app: Application, key: str) -> str | None:
    value = app.store.setting(key)
    return None if value is None else shapes.moment(datetime.fromisoformat(value))
