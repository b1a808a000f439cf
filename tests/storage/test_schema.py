"""Tables, migrations and storage/schema.sql are one schema; an upgrade is whole; a newer schema is refused."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import Postgres, on_postgresql, on_sqlite
from storage_world import NOW, poll, prepared

import aggregator.storage
from aggregator.errors import StoreError
from aggregator.storage import Store, dialect, tables
from aggregator.storage.migrations import VERSIONS
from aggregator.storage.store import schema_sql

ROOT = Path(__file__).parents[2]


def test_the_migrations_make_the_tables(store: Store) -> None:
    with dialect.reading(store.engine) as connection:

        def ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
            if kind == "index" and name in ("source_by_lease", "item_shown"):
                return False  # statements of their own, which the two tests below compare
            return not (kind == "table" and name is not None and name.startswith((dialect.SEARCH_TABLE, "alembic_")))

        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


@on_sqlite
def test_the_migrations_make_the_same_statements_as_the_tables(store: Store, tmp_path: Path) -> None:
    engine = dialect.make_engine(f"sqlite:///{tmp_path}/tables.db")
    tables.metadata.create_all(engine)
    with dialect.reading(engine) as connection, dialect.reading(store.engine) as migrated:
        expected = {_words(s) for s in dialect.schema_of(connection)}
        actual = {_words(s) for s in dialect.schema_of(migrated) if "alembic_" not in s and "fts5" not in s}
    assert expected == actual


@on_postgresql
def test_the_migrations_make_the_same_schema_as_the_tables_on_postgresql(store: Store, postgres: Postgres) -> None:
    with postgres.database(empty=True) as url:
        engine = dialect.make_engine(url)
        tables.metadata.create_all(engine)
        with dialect.reading(engine) as connection, dialect.reading(store.engine) as migrated:
            expected = dialect.schema_of(connection)
            actual = [s for s in dialect.schema_of(migrated) if not re.search("alembic_|item_search", s)]
        engine.dispose()
    assert len(expected) > 200
    assert expected == actual


def _words(statement: str) -> tuple[str, ...]:
    """A statement without regard to the order of its constraints."""
    return tuple(sorted(re.findall(r"[^\s,()]+", statement)))


def test_schema_sql_is_what_the_migrations_make() -> None:
    assert schema_sql() == (ROOT / "storage" / "schema.sql").read_text(), (
        "run: python -m aggregator.storage > storage/schema.sql"
    )


def test_the_named_versions_are_the_migrations_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(aggregator.storage.__file__).parent / "migrations"))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert list(VERSIONS) == found[::-1]


@on_sqlite
def test_a_schema_that_is_newer_than_the_program_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    Store.open(url).close()
    file = tmp_path / "aggregator.db"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num='9999'")
    connection.close()
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert ("schema_newer", before) == (caught.value.code, hashlib.sha256(file.read_bytes()).hexdigest())


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "theirs.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(StoreError) as caught:
        Store.open(f"sqlite:///{tmp_path}/theirs.db")
    assert caught.value.code == "db_foreign"


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"this is no database at all, whatever its name says" * 100)
    (tmp_path / "folder.db").mkdir()
    found = {}
    for name in ("missing/a.db", "junk.db", "folder.db"):
        with pytest.raises(StoreError) as caught:
            Store.open(f"sqlite:///{tmp_path}/{name}")
        assert str(tmp_path) in str(caught.value)
        found[name] = caught.value.code
    assert found == {"missing/a.db": "missing_directory", "junk.db": "db_corrupt", "folder.db": "db_unavailable"}


@on_sqlite
def test_a_full_disk_undoes_the_whole_poll_and_says_so(store: Store) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    before = store.logical_dump()
    with dialect.reading(store.engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")
    with pytest.raises(StoreError) as caught:
        store.commit_polls([poll([prepared(f"g{n}", summary="word " * 500) for n in range(200)])], NOW)
    assert ("disk_full", before, []) == (caught.value.code, store.logical_dump(), store.check())


@on_sqlite
def test_a_lock_that_stays_is_told_as_busy(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dialect.sqlite, "PATIENCE", 0.05)
    rival = sqlite3.connect(tmp_path / "aggregator.db", isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    store.close()
    other = Store(dialect.make_engine(f"sqlite:///{tmp_path}/aggregator.db"), store.rules)
    with pytest.raises(StoreError) as caught:
        other.commit_polls([poll([prepared("a")])], NOW)
    rival.execute("ROLLBACK")
    rival.close()
    assert caught.value.code == "db_busy"
    assert other.commit_polls([poll([prepared("a")])], NOW)[0].new == 1


@on_sqlite
def test_a_backup_is_whole_and_a_restore_keeps_what_was_there(store: Store, url: str, tmp_path: Path) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    before = store.logical_dump()
    store.backup(tmp_path / "b.db")
    store.commit_polls([poll([prepared("b")])], NOW)
    store.close()
    kept = Store.restore(url, tmp_path / "b.db")
    with Store.open(url) as restored:
        assert (before, []) == (restored.logical_dump(), restored.check())
    with Store.open(f"sqlite:///{kept}") as former:
        assert former.counts()["items"] == 2


@on_sqlite
def test_what_is_no_backup_is_not_restored(store: Store, url: str, tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    before = store.logical_dump()
    for name in ("junk", "missing"):
        with pytest.raises(StoreError):
            Store.restore(url, tmp_path / name)
    assert before == store.logical_dump()


@on_sqlite
def test_a_damaged_file_is_told_as_corrupt_and_can_be_restored(store: Store, url: str, tmp_path: Path) -> None:
    store.commit_polls([poll([prepared(f"g{n}", content="word " * 300) for n in range(50)])], NOW)
    store.backup(tmp_path / "b.db")
    before = store.logical_dump()
    store.close()
    file = tmp_path / "aggregator.db"
    for log in ("-wal", "-shm"):
        Path(f"{file}{log}").unlink(missing_ok=True)
    file.write_bytes(file.read_bytes()[:100] + b"\xff" * 40_000)
    with pytest.raises(StoreError) as caught, Store.open(url) as damaged:
        damaged.logical_dump()
    assert caught.value.code == "db_corrupt"
    Store.restore(url, tmp_path / "b.db")
    with Store.open(url) as restored:
        assert (before, []) == (restored.logical_dump(), restored.check())


def test_check_tells_what_was_tampered_with(store: Store) -> None:
    from storage_world import QWEN

    store.commit_polls([poll([prepared("a", line=QWEN), prepared("b")])], NOW)
    with dialect.writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE item SET copy_of='nobody' WHERE guid='b'")
        connection.exec_driver_sql("UPDATE line SET status='open'")
    told = " ".join(store.check())
    assert "copy of nobody" in told
    assert "status" in told
