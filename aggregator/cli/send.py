"""`aggregator send`: so far a test mail and a dry run; delivery to the recipients of [digest] comes with its own issue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from aggregator.cli import common, output
from aggregator.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aggregator.app import Application


@click.command("send")
@click.option("--test", "address", metavar="ADDRESS", help="Mail the digest of the last 24 hours to ADDRESS only.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent to whom; send nothing.")
@output.json_option
@click.pass_context
def command(ctx: click.Context, address: str | None, dry_run: bool, as_json: bool) -> int:
    """Mail the digest of the last 24 hours to one address, as a test of SMTP_URL; nothing is remembered of it.

    SMTP_URL is smtp://user:password@host:587 (STARTTLS) or smtps://…; without TLS nothing is sent. With --dry-run the
    message is made and described, for ADDRESS or for the recipients of [digest].
    """
    from aggregator.channels import email
    from aggregator.config import values

    if address is None and not dry_run:
        raise UsageError(
            "send: name --test ADDRESS or --dry-run; delivery to the recipients of [digest] is not built yet"
        )
    if address is not None:
        values.address("--test", address)
    with common.application(ctx) as app:
        recipients = [address] if address is not None else list(app.configuration.digest.to)
        messages = [_message(app, to, datetime.now(UTC)) for to in recipients]
        if not dry_run:
            if app.environment.smtp_url is None:
                raise ConfigurationError(
                    "environment: SMTP_URL", "expected it to be set (or SMTP_URL_FILE): no mail without"
                )
            relay = email.relay_of(app.environment.smtp_url)
            for message in messages:
                email.send(message, relay)
    forms = [
        {"to": str(m["To"]), "from": str(m["From"]), "subject": str(m["Subject"]), "bytes": len(bytes(m))}
        for m in messages
    ]
    if as_json:
        output.print_json({"sent": not dry_run, "messages": forms})
    else:
        for form in forms:
            word = "would send" if dry_run else "sent"
            click.echo(f'{word} "{output.neutral(form["subject"])}" ({form["bytes"]} bytes) to {form["to"]}')
        if not forms:
            output.say("[digest] to names nobody: no mail")
    return 0


def _message(app: Application, to: str, now: datetime) -> EmailMessage:
    """The digest of the last 24 hours as a message."""
    from aggregator.channels import email
    from aggregator.digest import render
    from aggregator.digest.layout import lay_out

    digest = app.digest(now - timedelta(hours=24), now)
    sender = app.configuration.digest.sender or to
    domain = sender.rpartition("@")[2].strip(">") or "localhost"
    page = lay_out(digest)
    return email.compose(
        subject=page.title,
        text=render(digest, "text"),
        html=render(digest, "html"),
        sender=sender,
        to=to,
        at=now,
        message_id=f"test.{now:%Y%m%d%H%M%S%f}@{domain}",
        language=page.language,
    )
