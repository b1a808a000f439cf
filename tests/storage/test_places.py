"""Where a SQLite file lies and what its write-ahead log grows to: what threatens it is told, and nothing else fails."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest
from databases import on_sqlite
from demo_world import World
from storage_world import NOW, poll, prepared

from aggregator.executors.inprocess import Worker
from aggregator.storage import Store
from aggregator.storage.dialect import mounts, sqlite

ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
MEBIBYTE = 2**20


def mount(place: Path, kind: str, optional: str = "shared:7 ") -> str:
    """A line of the table of mounts."""
    at = str(place).replace("\\", "\\134").replace(" ", "\\040")
    return f"40 27 0:33 / {at} rw,relatime {optional}- {kind} server:/export rw,addr=192.0.2.1\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The table of mounts that is read instead of the system's."""
    found = tmp_path / "mountinfo"
    found.write_text(ROOT)
    monkeypatch.setattr(mounts, "TABLE", found)
    return found


KINDS = ("nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs")


@pytest.mark.parametrize("kind", KINDS)
def test_D11_a_network_file_system_is_known_by_the_table_of_mounts(kind: str, tmp_path: Path, table: Path) -> None:
    share = tmp_path / "the share"
    (share / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(share)
    table.write_text(ROOT + mount(share, kind) + mount(tmp_path / "the", "nfs", ""))
    assert mounts.network_kind(share / "a.db") == kind
    assert mounts.network_kind(share / "inner" / "a.db") == kind
    assert mounts.network_kind(tmp_path / "link" / "a.db") == kind
    assert mounts.network_kind(tmp_path / "a.db") is None


def test_D11_the_nearest_mount_counts_and_of_two_at_one_place_the_later(tmp_path: Path, table: Path) -> None:
    inner = tmp_path / "share" / "disk"
    inner.mkdir(parents=True)
    table.write_text(ROOT + mount(inner, "ext4") + mount(inner.parent, "nfs4"))
    assert (mounts.network_kind(inner / "a.db"), mounts.network_kind(inner.parent / "a.db")) == (None, "nfs4")
    table.write_text(mount(inner, "ext4") + mount(inner, "cifs") + ROOT)
    assert mounts.network_kind(inner / "a.db") == "cifs"


@pytest.mark.parametrize("text", ["", "\n - \nno table at all\n", "1 2 3 4 / rw -\n"])
def test_D11_without_a_table_that_can_be_read_nothing_is_said(text: str, tmp_path: Path, table: Path) -> None:
    table.write_text(text)
    assert mounts.network_kind(tmp_path / "a.db") is None
    assert mounts.network_kind(tmp_path / "a.db", tmp_path / "there is none") is None


def journal(url: str) -> str:
    with Store.open(url) as store, store.engine.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())


@on_sqlite
def test_D11_on_a_network_file_system_there_is_no_write_ahead_log_and_it_is_told(
    url: str, tmp_path: Path, table: Path
) -> None:
    assert journal(url) == "wal"
    table.write_text(ROOT + mount(tmp_path, "nfs4"))
    with Store.open(url) as store:
        assert journal(url) == "delete"
        assert store.commit_polls([poll([prepared("a")])], NOW)[0].new == 1
        told = store.warnings()
        assert list(told) == ["network_file_system"]
        assert "(nfs4)" in told["network_file_system"] and "disk of this machine" in told["network_file_system"]
        assert not (tmp_path / "aggregator.db-wal").exists()
        with Store.open(url, readonly=True) as reader:
            assert reader.counts()["items"] == 1
        assert store.check() == []
    table.write_text(ROOT)  # brought back to a disk of this machine
    assert journal(url) == "wal"


@on_sqlite
def test_D9_a_log_that_a_reader_keeps_from_being_emptied_is_told_and_nothing_fails(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOG_LIMIT", 5 * MEBIBYTE)
    monkeypatch.setattr(sqlite, "LOG_PAGES", 1000)
    store.close()  # its next connections know of the limit
    log = Path(store.engine.url.database + "-wal")

    def write() -> None:
        for number in range(7):
            store.save_setting("large", str(number) * MEBIBYTE)

    write()
    assert store.warnings() == {}  # the log was emptied again and again
    reader = sqlite3.connect(store.engine.url.database, isolation_level=None)
    reader.execute("BEGIN")
    cursor = reader.execute("SELECT * FROM setting")
    assert cursor.fetchone() is not None
    write()
    assert log.stat().st_size > 5 * MEBIBYTE
    told = store.warnings()
    assert list(told) == ["log_large"]
    assert str(log) in told["log_large"] and "MiB" in told["log_large"] and "fuser" in told["log_large"]
    assert store.commit_polls([poll([prepared("a")])], NOW)[0].new == 1
    assert store.counts()["items"] == 1
    cursor.close()
    reader.execute("COMMIT")
    reader.close()
    write()
    assert store.warnings() == {} and log.stat().st_size <= 5 * MEBIBYTE
    assert store.check() == []


def test_D11_status_and_the_workers_log_tell_of_it_once(
    copied_world: World, table: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert copied_world.run("status", "--json").data["warnings"] == []
    table.write_text(mount(Path("/"), "cifs"))
    (told,) = copied_world.run("status", "--json").data["warnings"]
    assert told["code"] == "network_file_system"
    assert "warnings: code network_file_system detail" in copied_world.run("status").out
    assert copied_world.run("items").status == 0
    with copied_world.open() as opened:
        worker = Worker(opened)
        assert worker.start()
        for _ in range(3):
            worker.care()
        worker.end()
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line for line in lines if line.startswith("database: ")] == [
        f"database: {told['detail']} [code=network_file_system]"
    ]
