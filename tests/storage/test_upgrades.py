"""Databases that former versions of this program made (tests/storage/old/, see keep_store.py) are upgraded whole."""

from __future__ import annotations

import lzma
import sqlite3
from pathlib import Path

import pytest
from keep_store import NOW

from aggregator.model import ItemQuery, ReleaseQuery
from aggregator.storage import Store
from aggregator.storage.migrations import VERSIONS

OLD = Path(__file__).parent / "old"
NOT_COMPARED = ("alembic_version", "sqlite_sequence")


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables but the search index's own, in a fixed order."""
    connection = sqlite3.connect(file)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
        for name in names
        if not name.startswith("item_search") and name not in NOT_COMPARED
    }
    connection.close()
    return found


def test_a_store_of_every_former_version_is_kept() -> None:
    kept = {file.name.partition(".")[0] for file in OLD.iterdir()}
    assert kept >= set(VERSIONS[:-1]), "with the code before the new migration: python tests/storage/keep_store.py"


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_D6_a_store_of_a_former_version_keeps_all_and_works(version: str, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    file.write_bytes(lzma.decompress((OLD / f"{version}.db.xz").read_bytes()))
    before = rows_of(file)
    assert len(before["item"]) == 114 and len(before["digest_body"]) == 4, "real rows"
    with Store.open(f"sqlite:///{file}") as store:
        assert (store.schema_version, store.check()) == (VERSIONS[-1], [])
        assert store.counts()["items"] == 114
        assert {one.line for one in store.releases(ReleaseQuery())[0]} >= {"Qwen3.5", "GLM-5", "DeepSeek-V4"}
        assert store.items(ItemQuery(words="千问"))[1] > 0 and store.items(ItemQuery(words="qwen3.5"))[1] > 0
        (digest,) = store.digests()
        assert b"Qwen3.5" in (store.digest_body(digest.id, "md") or b"")
        assert store.setting("none") is None and store.claim("worker", "somebody", NOW - NOW.replace(hour=0), NOW)
        store.release_claim("worker", "somebody")
    after = rows_of(file)
    for table, rows in before.items():
        if table == "lease":
            continue
        names = _columns(file, table)
        old = _columns_of_old(version, tmp_path, table)
        assert [tuple(dict(zip(names, row))[name] for name in old) for row in after[table]] == rows, table
    assert rows_of(Path(f"{file}.schema-{version}")) == before, "a copy of the former one is kept"


def _columns(file: Path, table: str) -> list[str]:
    connection = sqlite3.connect(file)
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return names


def _columns_of_old(version: str, folder: Path, table: str) -> list[str]:
    return _columns(folder / f"old.db.schema-{version}", table)
