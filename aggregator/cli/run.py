"""`aggregator run`: the background worker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli import common
from aggregator.errors import StoreError, UsageError

if TYPE_CHECKING:
    from aggregator.app import Application


@click.command("run")
@click.option(
    "--role",
    type=click.Choice(["scheduler", "worker", "all"]),
    help="Share the work by PostgreSQL's queue: one scheduler leads (others stand by), any number of workers poll. "
    "Without it, one process does everything.",
)
@click.pass_context
def command(ctx: click.Context, role: str | None) -> int:
    """Poll each source when it is due, make and send the daily digest, prune, back up.

    Ends within 10 s of SIGTERM with nothing half done; SIGHUP reads sources.toml anew (a wrong one is told, and the former
    one kept). A second worker on the same database ends as soon as the first
    one gives a sign of life.
    """
    from aggregator.executors.first_process import under_first_process

    return under_first_process(lambda: _work(ctx, role))


def _work(ctx: click.Context, role: str | None) -> int:
    from aggregator.executors import inprocess

    with common.application(ctx) as app:
        _check_folder(app.database)
        if role is not None:
            return _share(app, role)
        return inprocess.work(app)


def _share(app: Application, role: str) -> int:
    """Take a role beside the queue. Raises UsageError where its packages are missing."""
    try:
        from aggregator.executors import queue
    except ModuleNotFoundError as error:
        raise UsageError(
            f'--role {role}: the package "{error.name}" is missing; run: pip install "aggregator[postgres]"'
        ) from error
    return queue.work(app, role)


def _check_folder(database: str) -> None:
    """Say what to run where the database's folder is somebody else's (a container's mount, mostly). Raises StoreError."""
    path = Path(database.removeprefix("sqlite:///"))
    folder = path.parent
    if not database.startswith("sqlite:///") or not folder.is_dir() or os.access(folder, os.W_OK | os.X_OK):
        return
    mine, group, owner = os.getuid(), os.getgid(), folder.stat().st_uid
    raise StoreError(
        f"{folder.resolve()} belongs to uid {owner} and cannot be written by uid {mine}; run: "
        f"sudo chown -R {mine}:{group} {'./storage' if folder.name == 'storage' else folder}",
        code="db_readonly",
    )
