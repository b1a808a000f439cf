"""The backups: whole while another process writes; seven are kept, what a killed one left is removed by the next."""

from __future__ import annotations

import sqlite3
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

from storage_world import NOW, poll, prepared
from test_processes import start

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


WRITER = """
import itertools, sys
from storage_world import FEED, NOW, OTHER, QWEN, poll, prepared
from aggregator.storage import Store
with Store.open(sys.argv[2], regions={"qwen": "cn"}) as store:
    for n in itertools.count():
        parts = [
            poll([prepared(f"{n}-{i}", f"Words {n} of {i}", source=s, line=i and QWEN or None) for i in range(4)], s)
            for s in (FEED, OTHER)
        ]
        store.commit_polls(parts, NOW)
        print(n, flush=True)
"""


def restored(backup: Path, folder: Path) -> Counter[tuple[int, str]]:
    """How many items of each poll are in a backup that was restored, after every check of the store."""
    url = f"sqlite:///{folder / backup.stem}-restored.db"
    assert Store.restore(url, backup) is None
    with Store.open(url) as store:
        assert store.check() == []
        with store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT guid, source FROM item").all()
    connection = sqlite3.connect(backup)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    return Counter((int(guid.split("-")[0]), source) for guid, source in rows)


def told(process: subprocess.Popen[str], lines: int) -> int:
    """The last of so many further numbers of polls that the writer says are stored."""
    assert process.stdout is not None
    return [int(process.stdout.readline()) for _ in range(lines)][-1]


def test_D10_backups_taken_while_another_process_writes_hold_whole_polls_only(
    store: Store, url: str, tmp_path: Path
) -> None:
    process = start(1, url, 0, WRITER)
    try:
        taken = []
        for number in range(2):
            before = told(process, 2)
            taken.append((before, tmp_path / f"{number}.backup"))
            store.backup(taken[-1][1])
        assert process.poll() is None  # it wrote all the while
    finally:
        process.kill()
        out, _ = process.communicate(timeout=60)
    lines = out.split("\n")[:-1]  # all that it told until it was killed, half a line not counted
    taken.append((max(map(int, lines), default=taken[-1][0]), tmp_path / "killed.backup"))
    store.backup(taken[-1][1])
    latest = -1
    for before, backup in taken:
        held = restored(backup, tmp_path)
        assert set(held.values()) == {4}
        last = max(n for n, _ in held)
        assert set(held) == {(n, source) for n in range(last + 1) for source in ("press", "other")}
        assert last >= max(before, latest)  # what was told as stored before is in it
        latest = last
