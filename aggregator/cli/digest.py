"""`aggregator digest`: the digest of a day or a window, printed or written; nothing changes."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from aggregator.cli import common
from aggregator.errors import UsageError

_FORMATS = ("md", "html", "text", "json")


@click.command("digest")
@common.window_options
@click.option("--date", "day", metavar="DAY", help="This local day, from 00:00 to 24:00.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="md", show_default=True)
@click.option("--language", type=click.Choice(("en", "fr", "zh")), help="Default: [digest] language.")
@click.option("--output", "path", metavar="PATH", help="Write it there, whole or not at all.")
@click.pass_context
def command(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    day: str | None,
    form: str,
    language: str | None,
    path: str | None,
) -> int:
    """What appeared in a window (default: the last 24 hours), by when it became news. Changes nothing."""
    from aggregator.channels.file import write_whole
    from aggregator.digest import render

    with common.application(ctx) as app:
        start, end = window(since, until, day, app.timezone, datetime.now(UTC))
        rendered = render(app.digest(start, end, language=language), form)
    if path is None:
        sys.stdout.write(rendered)
    else:
        write_whole(Path(path), rendered)
    return 0


def window(
    since: str | None, until: str | None, day: str | None, timezone: str, now: datetime
) -> tuple[datetime, datetime]:
    """[start, end) in UTC. A bare date is a local day: --since from its start, --until to its end."""
    from aggregator import slots

    if day is not None:
        if since or until:
            raise UsageError("--date cannot be combined with --since or --until")
        try:
            return slots.day_bounds(date.fromisoformat(day), timezone)
        except (ValueError, OverflowError):
            raise UsageError(f"--date {day}: expected a date such as 2026-02-16") from None
    end = common.moment(until, timezone, now=now, option="--until") or now
    start = common.moment(since, timezone, now=now) or end - timedelta(hours=24)
    if start >= end:
        raise UsageError(f"--since ({start:%Y-%m-%dT%H:%MZ}) must lie before --until ({end:%Y-%m-%dT%H:%MZ})")
    return start, end
