"""`aggregator digest`: the digest of a day, week, month or window, printed or written; nothing changes."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from aggregator.cli import common
from aggregator.errors import UsageError

_FORMATS = ("md", "html", "text", "json")
PERIODS = {"day": 1, "week": 7, "month": 30}
"""Days that a period has where it does not end with a named day."""


@click.command("digest")
@common.window_options
@click.option("--date", "day", metavar="DAY", help="This local day; with --period its week or month.")
@click.option("--period", type=click.Choice(tuple(PERIODS)), help="The one of --date, else the last.")
@click.option("--style", type=click.Choice(("brief", "panorama")), default="brief", show_default=True,
              help="One screen, or a survey by lab and then by theme.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(_FORMATS), default="md", show_default=True)
@click.option("--language", type=click.Choice(("en", "fr", "zh")), help="Default: [digest] language.")
@click.option("--output", "path", metavar="PATH", help="Write it there, whole or not at all.")
@click.pass_context
def command(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    day: str | None,
    period: str | None,
    style: str,
    form: str,
    language: str | None,
    path: str | None,
) -> int:
    """What appeared in a window (default: the last 24 hours), by when it became news. Changes nothing."""
    from aggregator.channels.file import write_whole
    from aggregator.digest import render

    with common.application(ctx) as app:
        start, end = window(since, until, day, app.timezone, datetime.now(UTC), period)
        rendered = render(app.digest(start, end, language=language, style=style), form)
    if path is None:
        sys.stdout.write(rendered)
    else:
        write_whole(Path(path), rendered)
    return 0


def window(
    since: str | None, until: str | None, day: str | None, timezone: str, now: datetime, period: str | None = None
) -> tuple[datetime, datetime]:
    """[start, end) in UTC. A bare date is a local day: --since from its start, --until to its end.

    `period` with `day` is the calendar week or month of that day; without one it ends at --until or now.
    """
    if day is not None:
        if since or until:
            raise UsageError("--date cannot be combined with --since or --until")
        try:
            return _of_day(date.fromisoformat(day), period or "day", timezone)
        except (ValueError, OverflowError):
            raise UsageError(f"--date {day}: expected a date such as 2026-02-16") from None
    if since and period:
        raise UsageError("--period cannot be combined with --since")
    end = common.moment(until, timezone, now=now, option="--until") or now
    start = common.moment(since, timezone, now=now) or end - timedelta(days=PERIODS[period or "day"])
    if start >= end:
        raise UsageError(f"--since ({start:%Y-%m-%dT%H:%MZ}) must lie before --until ({end:%Y-%m-%dT%H:%MZ})")
    return start, end


def _of_day(day: date, period: str, timezone: str) -> tuple[datetime, datetime]:
    from aggregator import slots

    first = last = day
    if period == "week":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
    elif period == "month":
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return slots.day_bounds(first, timezone)[0], slots.day_bounds(last, timezone)[1]
