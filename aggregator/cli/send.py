"""`aggregator send`: the day's digest to every channel that has not had it; a dry run; a test mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli import common, output
from aggregator.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aggregator.app import Application


@click.command("send")
@click.option("--date", "day", metavar="DAY", help="The digest of this local date. Default: today's.")
@click.option("--test", "address", metavar="ADDRESS", help="Mail the digest of the last 24 hours to ADDRESS only.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent to whom; send nothing and store nothing.")
@output.json_option
@click.pass_context
def command(ctx: click.Context, day: str | None, address: str | None, dry_run: bool, as_json: bool) -> int:
    """Make the day's digest and deliver it to every channel that has not had it. Safe to repeat: what was told is not
    told again, and before the hour of [digest] at it is today's digest, so that `run` sends no second one.

    --test mails the digest of the last 24 hours to one address, as a test of SMTP_URL; nothing is remembered of it.
    Exit status: 0 all delivered, 1 nothing could be delivered, 3 some channel failed (it is tried again for three days).
    """
    if address is not None:
        if day is not None:
            raise UsageError("send: --test goes without --date")
        with common.application(ctx) as app:
            return _test(app, address, dry_run, as_json)
    with common.application(ctx) as app:
        wanted = _date(day, app)
        return _dry(app, wanted, as_json) if dry_run else _deliver(app, wanted, as_json)


def _date(day: str | None, app: Application) -> date | None:
    from aggregator import slots

    if day is None:
        return None
    today = slots.todays_slot(app.now(), app.timezone)
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"--date {day}: expected a date such as 2026-02-16") from None
    if wanted > today:
        raise UsageError(f"--date {day}: that day has not come; today is {today}")
    return wanted


def _slot(app: Application, wanted: date | None, period: str) -> date:
    from aggregator import slots

    day = wanted or slots.todays_slot(app.now(), app.timezone)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _deliver(app: Application, wanted: date | None, as_json: bool) -> int:
    from aggregator import deliver

    app.free_leases()
    means = app.means()
    means.register()
    forms, words = [], []
    for one in means.subscribers:
        slot = _slot(app, wanted, one.period)
        planned = deliver.plan(means, one, slot)
        stored = app.store.digests(one.name, slot.isoformat(), "", 1)[0]
        outcomes = deliver.send_due(means, digest=stored.id)
        forms.append(_form(one.name, slot.isoformat(), planned is not None, _rows(app, stored.id)))
        words += [outcome.word for outcome in outcomes]
    _print(forms, as_json, "delivered")
    states = [message["state"] for form in forms for message in form["messages"]]
    if all(state == "sent" for state in states):
        return 0
    return 3 if "sent" in states or "sent" in words else 1


def _dry(app: Application, wanted: date | None, as_json: bool) -> int:
    from aggregator import deliver

    means = app.means()
    forms = []
    for one in means.subscribers:
        slot = _slot(app, wanted, one.period)
        stored = app.store.digests(one.name, slot.isoformat(), "", 1)
        if stored:
            rows = [row for row in _rows(app, stored[0].id) if row["state"] in ("pending", "sending")]
            forms.append(_form(one.name, slot.isoformat(), False, rows))
            continue
        drafted = deliver.draft(means, one, slot)
        rows = [
            _message(m.channel, m.recipient, m.subject, "dead" if m.fault else "would send", len(m.body), m.fault)
            for m in drafted.messages
        ]
        forms.append(_form(one.name, slot.isoformat(), True, rows))
    _print(forms, as_json, "would be delivered")
    return 0


def _rows(app: Application, digest: int) -> list[dict[str, Any]]:
    return [
        _message(m.channel, m.recipient, m.subject, m.state, None, (m.error_code or "", m.error) if m.error else None)
        for m in app.store.deliveries(digest=digest)
    ]


def _message(
    channel: str, recipient: str, subject: str, state: str, size: int | None, error: tuple[str, str] | None
) -> dict[str, Any]:
    return {
        "channel": channel,
        "recipient": recipient,
        "subject": subject,
        "state": state,
        "bytes": size,
        "code": error[0] if error else None,
        "error": error[1] if error else None,
    }


def _form(subscriber: str, slot: str, planned: bool, messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"subscriber": subscriber, "date": slot, "planned": planned, "messages": list(messages)}


def _print(forms: Sequence[dict[str, Any]], as_json: bool, verb: str) -> None:
    if as_json:
        output.print_json({"digests": list(forms)})
        return
    rows = [
        (form["date"], form["subscriber"], m["channel"], m["recipient"], m["state"], m["error"] or "")
        for form in forms
        for m in form["messages"]
    ]
    output.print_table(("date", "subscriber", "channel", "recipient", "state", "error"), rows, elastic=(3, 5))
    for form in forms:
        if not form["messages"]:
            output.say(f"{form['date']} {form['subscriber']}: nothing to be delivered")
    output.say(f"{sum(row[4] != 'dead' for row in rows)} of {len(rows)} messages {verb} or waiting")


def _test(app: Application, address: str, dry_run: bool, as_json: bool) -> int:
    """The digest of the last 24 hours to one address; nothing is remembered of it."""
    from aggregator.channels import email
    from aggregator.config import values

    values.address("--test", address)
    message = _test_mail(app, address, datetime.now(UTC))
    if not dry_run:
        if app.environment.smtp_url is None:
            raise ConfigurationError(
                "environment: SMTP_URL", "expected it to be set (or SMTP_URL_FILE): no mail without"
            )
        email.send(message, email.relay_of(app.environment.smtp_url))
    form = {
        "to": str(message["To"]),
        "from": str(message["From"]),
        "subject": str(message["Subject"]),
        "bytes": len(bytes(message)),
    }
    if as_json:
        output.print_json({"sent": not dry_run, "messages": [form]})
    else:
        word = "would send" if dry_run else "sent"
        click.echo(f'{word} "{output.neutral(form["subject"])}" ({form["bytes"]} bytes) to {form["to"]}')
    return 0


def _test_mail(app: Application, to: str, now: datetime) -> EmailMessage:
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
