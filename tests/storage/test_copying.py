"""Moving a store: every row with its number, from each kind of database to each, verified, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import Postgres, on_postgresql, on_sqlite
from storage_world import DAY, FEED, NOW, QWEN, poll, prepared
from test_ties import world

from aggregator.errors import StoreError
from aggregator.model import ItemQuery
from aggregator.storage import Store, dialect, tables

REGIONS = {"qwen": "cn", "zhipu": "cn"}


@pytest.fixture
def other(postgres: Postgres, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """An empty database of a kind that is named."""
    with ExitStack() as made:

        def make(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path}/other.db"
            return made.enter_context(postgres.database(empty=True))

        yield make


def fill(store: Store) -> None:
    store.commit_polls(world(), NOW)
    store.commit_polls([poll([prepared("old", published=NOW - 500 * DAY)])], NOW - 450 * DAY)
    store.prune(NOW - 400 * DAY, NOW)
    store.register(["default"], NOW)
    store.lease(FEED.id, "me", NOW + timedelta(minutes=5), NOW)
    store.save_budgets({"host": {"left": 5}}, NOW)
    store.save_setting("heartbeat", "now")


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything, row by row."""
    with dialect.reading(store.engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in tables.metadata.sorted_tables
        }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_holds_every_row_with_its_number_and_goes_on_counting(
    store: Store, other: Callable[[str], str], kind: str
) -> None:
    fill(store)
    url = other(kind)
    copied = store.copy_to(url)
    with Store.open(url, regions=REGIONS) as target:
        assert rows(store) == rows(target)
        assert copied.hash == store.logical_hash() == target.logical_hash()
        assert copied.rows["item"] == store.counts()["items"]
        assert target.check() == []
        assert [i.id for i in store.items(ItemQuery(words="Qwen3.5"))[0]] == [
            i.id for i in target.items(ItemQuery(words="Qwen3.5"))[0]
        ]
        last = max(item.seq for item in target.items(ItemQuery(limit=1000, all_copies=True))[0])
        target.commit_polls([poll([prepared("next", line=QWEN)])], NOW + DAY)
        assert max(item.seq for item in target.items(ItemQuery(limit=1000, all_copies=True))[0]) > last


@pytest.mark.slow
def test_there_and_back_again_is_the_same_to_the_last_row(
    store: Store, other: Callable[[str], str], tmp_path: Path
) -> None:
    fill(store)
    url = other("postgresql")
    store.copy_to(url)
    back = f"sqlite:///{tmp_path}/back.db"
    with Store.open(url) as middle:
        middle.copy_to(back)
    with Store.open(back) as target:
        assert rows(store) == rows(target)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_that_holds_something_is_left_as_it_is(store: Store, other: Callable[[str], str], kind: str) -> None:
    fill(store)
    url = other(kind)
    with Store.open(url) as target:
        target.commit_polls([poll([prepared("theirs")])], NOW)
        before = rows(target)
        with pytest.raises(StoreError) as caught:
            store.copy_to(url)
        assert (caught.value.code, before) == ("target_not_empty", rows(target))


def test_a_copy_that_breaks_off_leaves_nothing_and_is_run_again(
    store: Store, other: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    url = other("postgresql")

    def broken(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("aggregator.storage.upkeep.rebuild_search", broken)
        with pytest.raises(KeyboardInterrupt):
            store.copy_to(url)
    with Store.open(url) as target:
        assert not any(found for name, found in rows(target).items() if name != "setting")
    assert store.copy_to(url).hash == store.logical_hash()


def test_a_copy_that_came_out_otherwise_is_not_kept(
    store: Store, other: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    url = other("sqlite")

    def meddle(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE item SET title = 'another' WHERE guid = 'p1'"))

    with monkeypatch.context() as patched:
        patched.setattr("aggregator.storage.upkeep.rebuild_search", meddle)
        with pytest.raises(StoreError) as caught:
            store.copy_to(url)
    assert caught.value.code == "copy_differs"
    with Store.open(url) as target:
        assert target.counts()["items"] == 0


@on_sqlite
def test_a_character_that_postgresql_does_not_keep_is_taken_out_and_told(
    store: Store, other: Callable[[str], str]
) -> None:
    fill(store)
    with dialect.writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE source SET error = 'a' || char(0) || 'b' WHERE id = 'press'")
    url = other("postgresql")
    assert store.copy_to(url).mended == 1
    with Store.open(url) as target:
        assert target.state("press").error == "ab"


@on_postgresql
def test_a_backup_of_postgresql_is_a_sqlite_file_that_holds_everything(store: Store, tmp_path: Path) -> None:
    fill(store)
    store.backup(tmp_path / "backup.db")
    with Store.open(f"sqlite:///{tmp_path}/backup.db") as kept:
        assert rows(store) == rows(kept)
        assert kept.check() == []
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(("-wal", "-shm"))) == ["backup.db"]


@on_postgresql
def test_what_cannot_be_restored_says_what_to_do(store: Store, url: str, tmp_path: Path) -> None:
    fill(store)
    store.backup(tmp_path / "backup.db")
    with pytest.raises(StoreError, match="db copy --to"):
        Store.restore(url, tmp_path / "backup.db")
