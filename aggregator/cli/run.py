"""`aggregator run`: the background worker."""

from __future__ import annotations

import os
from pathlib import Path

import click

from aggregator.cli import common
from aggregator.errors import StoreError


@click.command("run")
@click.pass_context
def command(ctx: click.Context) -> int:
    """Poll each source when it is due, make and send the daily digest, prune, back up.

    Ends within 10 s of SIGTERM with nothing half done; SIGHUP reads sources.toml anew (a wrong one is told, and the former
    one kept). A second worker on the same database ends at once.
    """
    from aggregator.executors import inprocess

    with common.application(ctx) as app:
        _check_folder(app.database)
        return inprocess.work(app)


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
