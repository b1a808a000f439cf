"""Keeping house: old news is pruned and a backup is made once a day, seven are kept. When it was done last is a row.

What is kept for ever (releases, their evidence, what was told to whom) is decided in the store. A backup is whole or not
there; it lies in `backups/` beside the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from aggregator import faults
from aggregator.errors import AggregatorError
from aggregator.model import Settings
from aggregator.storage import Store

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
BACKUPS = 7
KEEP_MESSAGES = timedelta(days=30)
"""How long the bytes of delivered messages are kept (the digest itself is kept)."""
_NAME = "aggregator-{:%Y-%m-%d}.db"
_PATTERN = "aggregator-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db"


def keep_house(store: Store, settings: Settings, folder: Path | None, now: datetime) -> None:
    """Prune and back up if that was not done in the last day; each for itself. `folder` takes the backups (None: none).

    Raises nothing of ours: what fails is told and tried again an hour later.
    """
    _daily(store, "pruned", now, lambda: _prune(store, settings, now))
    if folder is not None:
        _daily(store, "backed_up", now, lambda: back_up(store, folder, now))


def _daily(store: Store, key: str, now: datetime, job: Callable[[], None]) -> None:
    last = store.setting(key)
    if last is not None and timedelta(0) <= now - datetime.fromisoformat(last) < EVERY:
        return
    try:
        job()
    except (AggregatorError, OSError) as error:
        log.error("care=%s code=%s detail=%s", key, getattr(error, "code", "io"), error)
        store.save_setting(key, (now - EVERY + timedelta(hours=1)).isoformat())
        return
    store.save_setting(key, now.isoformat())


def _prune(store: Store, settings: Settings, now: datetime) -> None:
    store.forget_deliveries(now - KEEP_MESSAGES)
    removed = store.prune(now - settings.keep_items, now)
    faults.at("care.pruned")
    log.info("pruned %d items", removed)


def back_up(store: Store, folder: Path, now: datetime) -> None:
    """Write today's backup, and let go of all but the last seven. Raises StoreError or OSError."""
    folder.mkdir(exist_ok=True)
    for stale in folder.glob(f"{_PATTERN}.partial"):  # what a kill in the middle of an earlier one has left
        stale.unlink(missing_ok=True)
    target = folder / _NAME.format(now)
    for left in folder.glob(f"{_PATTERN}.partial*"):  # of a backup in whose middle the process was killed
        left.unlink(missing_ok=True)
    store.backup(target)
    for old in sorted(folder.glob(_PATTERN))[:-BACKUPS]:
        old.unlink(missing_ok=True)
    faults.at("backup.thinned")
    log.info("backup written: %s", target)
