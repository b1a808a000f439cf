"""The daily backups: seven are kept, and what a killed one left is removed by the next."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from storage_world import NOW, poll, prepared

from aggregator import retention
from aggregator.storage import Store


def test_a_half_written_backup_is_removed_by_the_next_one(store: Store, tmp_path: Path) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    folder = tmp_path / "backups"
    folder.mkdir()
    for end in ("", "-journal", "-wal", "-shm"):
        (folder / f"aggregator-2026-01-01.db.partial{end}").write_bytes(b"half")
    (folder / "mine.db.partial").write_bytes(b"a person's")
    for day in range(9):
        retention.back_up(store, folder, NOW + timedelta(days=day))
    names = sorted(path.name for path in folder.iterdir())
    assert names == [*(f"aggregator-2026-02-{day}.db" for day in range(18, 25)), "mine.db.partial"]
