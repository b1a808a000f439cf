"""What several commands share: opening the application from the options, windows of time, the way of filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from aggregator.app import Application


MOST = 2**31
"""The largest number that --limit and --offset take."""


@contextmanager
def application(ctx: click.Context, **changes: Any) -> Iterator[Application]:
    """The application of this call, closed at the end. Raises ConfigurationError and StoreError as `app.open` does."""
    from aggregator import app

    options = {**ctx.find_root().obj, **changes}
    opened = app.open(config=options["config"], database=options["database"])
    try:
        yield opened
    finally:
        opened.close()


def moment(
    value: str | None, timezone: str, *, now: datetime | None = None, option: str = "--since"
) -> datetime | None:
    """A value of --since or --until: an ISO date or time, `24h`, `7d`. A bare date is that
    local day: its start, or its end for --until."""
    from aggregator import dates
    from aggregator.errors import UsageError

    if value is None:
        return None
    found = dates.window(value, now or datetime.now(UTC), timezone, end=option == "--until")
    if found is None:
        raise UsageError(
            f"{option} {value}: expected a date (2026-02-16), a time (2026-02-16T08:00), or 24h, 7d, yesterday"
        )
    return found


def window_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --since and --until."""
    command = click.option("--until", metavar="TIME", help="Before this time: an ISO date or time, or 24h, 7d.")(
        command
    )
    return click.option("--since", metavar="TIME", help="From this time on: an ISO date or time, or 24h, 7d.")(command)


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --limit and --offset."""
    command = click.option("--offset", type=click.IntRange(0, MOST), default=0, help="Leave out the first N.")(command)
    return click.option("--limit", type=click.IntRange(0, MOST), default=50, show_default=True, help="At most N.")(
        command
    )
