"""`aggregator digests`: what was sent, and the stored bytes of it."""

from __future__ import annotations

import sys
from typing import Any

import click

from aggregator import shapes
from aggregator.cli import common, output
from aggregator.errors import NotFound
from aggregator.model import SentDigest


@click.group("digests")
def command() -> None:
    """The digests that were planned and sent."""


@command.command("list")
@click.option("--subscriber", metavar="NAME", help="Only this reader's ([digest] itself is `default`).")
@click.option("--limit", type=click.IntRange(0, common.MOST), default=50, show_default=True, help="At most N.")
@output.json_option
@click.pass_context
def listed(ctx: click.Context, subscriber: str | None, limit: int, as_json: bool) -> int:
    """Digests and alerts, latest first, with how their messages fared."""
    with common.application(ctx) as app:
        forms = [_form(app, one) for one in app.store.digests(subscriber, None, None, limit)]
    if as_json:
        output.print_json({"digests": forms})
        return 0
    rows = [
        (f["date"], f["subscriber"], f["alert"] or "", f["state"], len(f["new"]), len(f["changed"]), _sent(f))
        for f in forms
    ]
    output.print_table(("date", "subscriber", "alert", "state", "new", "changed", "delivered"), rows)
    return 0


def _form(app: Any, one: SentDigest) -> dict[str, Any]:
    return {
        "date": one.slot,
        "subscriber": one.subscriber,
        "alert": one.purpose or None,
        "state": one.state,
        "language": one.language,
        "planned": shapes.moment(one.planned_at),
        "from": shapes.moment(one.since),
        "to": shapes.moment(one.until),
        "new": one.summary.get("new", one.summary.get("alert", [])),
        "changed": one.summary.get("changed", []),
        "merged": one.summary.get("merged", []),
        "messages": [
            {
                "channel": m.channel,
                "recipient": m.recipient,
                "state": m.state,
                "attempts": m.attempts,
                "sent": shapes.moment(m.sent_at),
                "next_try": shapes.moment(m.next_try_at) if m.state != "sent" else None,
                "code": m.error_code,
                "error": m.error,
            }
            for m in app.store.deliveries(digest=one.id)
        ],
    }


def _sent(form: dict[str, Any]) -> str:
    states = [message["state"] for message in form["messages"]]
    return f"{states.count('sent')} of {len(states)}"


@command.command("show")
@click.argument("day", metavar="DATE")
@click.option("--subscriber", metavar="NAME", default="default", show_default=True, help="Whose digest.")
@click.option("--format", "form", type=click.Choice(("md", "html", "text", "json")), default="md", show_default=True)
@click.pass_context
def show(ctx: click.Context, day: str, subscriber: str, form: str) -> int:
    """Print the digest of a date as it was planned, byte for byte."""
    with common.application(ctx) as app:
        found = app.store.digests(subscriber, day, "", 1)
        body = app.store.digest_body(found[0].id, form) if found else None
    if body is None:
        raise NotFound(f"{day}: no digest of this date for {subscriber}; 'aggregator digests list' lists them")
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    return 0
