"""Storage faults on a small disk of memory (root mounts it; without root these are skipped)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres

from aggregator import identity
from aggregator.errors import StoreError
from aggregator.model import Entry, Labels, Poll, Source
from aggregator.storage import Store

NOW = datetime(2026, 2, 17, 8, 0, tzinfo=UTC)
SOURCE = Source("x", "feed", "https://x.example/feed")


class Plain:
    """An understanding that knows nothing."""

    def labels(self, entry: Any, source: Any, *, title: str, summary: str, content: str) -> Labels:
        return Labels("other")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.decode()[:200]}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def poll(store: Store, number: int, size: int = 100_000) -> int:
    """A poll with one new item of about `size` bytes."""
    text = "".join(f"{number}-{n} " for n in range(size // 8))
    entry = Entry(f"g{number}", f"https://x.example/{number}", f"Note number {number}", content=text)
    prepared = identity.prepare(entry, SOURCE, Plain(), NOW)
    prepared = replace(prepared, search_text="")
    made = Poll(SOURCE, (prepared,), {"n": number}, {}, True, NOW + timedelta(hours=1))
    return store.commit_polls([made], NOW)[0].new


def test_D1_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2**20))
    stored = 0
    with Store.open(f"sqlite:///{small_disk}/x.db") as store:
        with pytest.raises(StoreError) as caught:
            for number in range(200):
                stored += poll(store, number)
        assert caught.value.code == "disk_full", caught.value.detail
        assert 0 < stored < 200
        with pytest.raises(StoreError):
            poll(store, 900, 400_000)
        assert store.items()[1] == stored  # can still be read
        assert store.state("x").cursor == {"n": stored - 1}
        ballast.unlink()
        assert poll(store, 901, 1_000) == 1  # without being opened again
        assert store.items()[1] == stored + 1
    with Store.open(f"sqlite:///{small_disk}/x.db") as store:
        assert store.check() == []
        assert store.items()[1] == stored + 1


def test_D1_a_disk_that_is_full_from_the_beginning_is_named(small_disk: Path) -> None:
    with (small_disk / "ballast").open("wb") as file, pytest.raises(OSError, match="space"):
        while True:
            file.write(bytes(65536))
            file.flush()
    with pytest.raises(StoreError) as caught, Store.open(f"sqlite:///{small_disk}/x.db"):
        pass
    assert caught.value.code in ("disk_full", "db_readonly", "db_unavailable", "store"), caught.value.code
    assert "x.db" in caught.value.detail


def test_D2_a_read_only_mount_is_named_and_the_file_untouched(small_disk: Path) -> None:
    with Store.open(f"sqlite:///{small_disk}/x.db") as store:
        poll(store, 1, 1000)
    before = (small_disk / "x.db").read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        with pytest.raises(StoreError) as caught, Store.open(f"sqlite:///{small_disk}/x.db") as store:
            poll(store, 2, 1000)
        assert caught.value.code == "db_readonly", caught.value.detail
        assert "x.db" in caught.value.detail
        assert (small_disk / "x.db").read_bytes() == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


def test_D1_a_full_disk_of_a_postgresql_server_is_named_and_work_goes_on(postgres: Postgres, small_disk: Path) -> None:
    """Its tables lie on the small disk; its log does not, or the server itself would stop and start again."""
    if os.environ.get("AGGREGATOR_TEST_POSTGRES"):
        pytest.skip("the server's disk is not ours to fill")
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    tables = small_disk / "tables"
    tables.mkdir()
    for folder in (*small_disk.parents, small_disk):
        folder.chmod(folder.stat().st_mode | 0o111)
    shutil.chown(tables, "pgserver")
    ballast = small_disk / "ballast"
    postgres.execute(f"CREATE TABLESPACE small LOCATION '{tables}'")
    try:
        with postgres.database(empty=True) as url:
            name = url.split("/")[-1].split("?")[0]
            postgres.execute(f"ALTER DATABASE {name} SET TABLESPACE small")
            ballast.write_bytes(bytes(2**21))
            with Store.open(url) as store:
                stored = 0
                with pytest.raises(StoreError) as caught:
                    for number in range(200):
                        stored += poll(store, number)
                assert caught.value.code == "disk_full", caught.value.detail
                assert store.items()[1] == stored
                assert store.check() == []
                ballast.unlink()
                assert poll(store, 901, 1_000) == 1
    finally:
        postgres.execute("DROP TABLESPACE small")
