"""`aggregator sources`: the sources with their health."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from aggregator import shapes
from aggregator.cli import common, output


@click.group("sources", invoke_without_command=True)
@output.json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """The sources of sources.toml with their health: last success, last new item, next poll, failures and errors."""
    if ctx.invoked_subcommand is not None:
        return 0
    with common.application(ctx) as app:
        rows = app.health(datetime.now(UTC)).sources
    if as_json:
        output.print_json({"sources": [_form(row) for row in rows], "total": len(rows)})
        return 0
    table = [
        (
            r.id,
            r.kind,
            r.state,
            r.items,
            _time(r.last_ok_at),
            _time(r.last_new_at),
            _time(r.next_poll_at),
            r.error or "",
        )
        for r in rows
    ]
    headings = ("source", "kind", "state", "items", "last ok", "last new", "next poll", "error")
    output.print_table(headings, table, elastic=(7,))
    return 0


def _form(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "url": row.url,
        "title": row.title,
        "language": row.language,
        "lab": row.lab,
        "enabled": row.enabled,
        "checked": row.checked,
        "state": row.state,
        "items": row.items,
        "last_poll": shapes.moment(row.last_poll_at),
        "last_ok": shapes.moment(row.last_ok_at),
        "last_new": shapes.moment(row.last_new_at),
        "baseline": shapes.moment(row.baseline_at),
        "next_poll": shapes.moment(row.next_poll_at),
        "failures": row.failures,
        "error": row.error,
        "code": row.code,
        "retry_at": shapes.moment(row.retry_at),
    }


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%m-%d %H:%M}"
