"""A server that undoes a poll's transaction costs nothing: the poll is tried again, and stored once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from databases import Postgres, on_postgresql
from sqlalchemy.engine import Connection
from storage_world import DAY, FEED, NOW, QWEN, poll, prepared

from aggregator.errors import StoreError
from aggregator.storage import Store, dialect, polls, states, trying
from aggregator.storage.rules import default_rules

pytestmark = [on_postgresql, pytest.mark.usefixtures("new_database")]
GONE = "SELECT pg_terminate_backend(pg_backend_pid())"
LATER = NOW + DAY
Spoil = Callable[[Connection], Any]


def raising(state: str) -> Spoil:
    """The server finds something of this SQLSTATE."""
    words = f"DO $$ BEGIN RAISE EXCEPTION 'as the test wants it' USING ERRCODE = '{state}'; END $$"
    return lambda connection: connection.exec_driver_sql(words)


def ends(connection: Connection) -> None:
    """The server ends the connection (a restart, an administrator)."""
    connection.exec_driver_sql(GONE)


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Spoil, int], list[int]]]:
    """Spoils so many transactions of polls after their last statement; gives a list with an entry for each attempt."""
    monkeypatch.setattr(trying, "PAUSES", (0, 0))
    real = polls.commit_polls

    def use(spoil: Spoil, times: int) -> list[int]:
        attempts: list[int] = []

        def commit(connection: Connection, *rest: Any) -> Any:
            counts = real(connection, *rest)
            attempts.append(len(attempts) + 1)
            if len(attempts) <= times:
                spoil(connection)
            return counts

        monkeypatch.setattr(polls, "commit_polls", commit)
        return attempts

    yield use


def logged(store: Store) -> list[tuple[str, int]]:
    """(source, new items) of every line in the log of polls."""
    with dialect.reading(store.engine) as connection:
        rows = connection.execute(sa.select(states.POLL).order_by(states.POLL.c.seq))
        return [(row.source, row.new) for row in rows]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    "spoil", [ends, raising("40001"), raising("40P01")], ids=["ended", "serialization", "deadlock"]
)
def test_D16_a_transaction_that_the_server_undid_is_tried_again_and_stored_once(
    store: Store, spoilt: Callable[[Spoil, int], list[int]], spoil: Spoil, times: int
) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    attempts = spoilt(spoil, times)
    counts = store.commit_polls([poll([prepared("a"), prepared("b", line=QWEN)])], LATER)
    assert (len(attempts), counts[0].new) == (times + 1, 1)
    assert store.counts()["items"] == 2
    assert logged(store) == [(FEED.id, 1), (FEED.id, 1)]
    assert store.check() == []


def test_D16_after_three_attempts_it_is_told_nothing_is_stored_and_the_next_poll_goes_on(
    store: Store, spoilt: Callable[[Spoil, int], list[int]]
) -> None:
    attempts = spoilt(ends, 3)
    with pytest.raises(StoreError) as caught:
        store.commit_polls([poll([prepared("a")])], NOW)
    assert (caught.value.code, len(attempts)) == ("db_unavailable", 3)
    assert (store.counts()["items"], logged(store)) == (0, [])
    assert store.commit_polls([poll([prepared("a")])], LATER)[0].new == 1
    assert store.check() == []


@pytest.mark.parametrize("state", ["55P03", "25006", "53100", "23505"])
def test_D16_what_trying_again_does_not_mend_is_told_at_once(
    store: Store, spoilt: Callable[[Spoil, int], list[int]], state: str
) -> None:
    attempts = spoilt(raising(state), 3)
    with pytest.raises((StoreError, sa.exc.IntegrityError)):
        store.commit_polls([poll([prepared("a")])], NOW)
    assert len(attempts) == 1


@pytest.mark.parametrize("arrived", [True, False], ids=["commit arrived", "commit did not arrive"])
@pytest.mark.parametrize("fails", [False, True], ids=["a poll with news", "a poll that failed"])
def test_D16_a_connection_that_ends_during_the_commit_stores_the_poll_once_all_the_same(
    store: Store,
    postgres: Postgres,
    spoilt: Callable[[Spoil, int], list[int]],
    monkeypatch: pytest.MonkeyPatch,
    arrived: bool,
    fails: bool,
) -> None:
    store.commit_polls([poll([prepared("a")])], NOW)
    attempts = spoilt(lambda connection: None, 0)
    commit, ended = store.engine.dialect.do_commit, []

    def lose(connection: Any) -> None:
        if not attempts or ended:
            commit(connection)
            return
        ended.append(connection.dbapi_connection.info.backend_pid)
        if arrived:
            commit(connection)
        postgres.execute(f"SELECT pg_terminate_backend({ended[0]}, 10000)")
        connection.execute("SELECT 1")  # what the driver says when it finds the connection ended

    monkeypatch.setattr(store.engine.dialect, "do_commit", lose)
    one = poll([], error="refused", error_code="connect_failed") if fails else poll([prepared("b")])
    counts = store.commit_polls([one], LATER)
    assert len(ended) == 1 and len(attempts) == (1 if arrived else 2) and counts[0].new == (0 if fails else 1)
    assert logged(store) == [(FEED.id, 1), (FEED.id, counts[0].new)]
    assert store.state(FEED.id).fail_count == (1 if fails else 0)
    assert store.counts()["items"] == (1 if fails else 2)
    assert store.check() == []


def test_D16_a_server_that_cannot_be_reached_at_first_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(trying.time, "sleep", slept.append)
    engine = dialect.make_engine("postgresql+psycopg://me@127.0.0.1:9/news?connect_timeout=2")
    with pytest.raises(StoreError) as caught:
        trying.commit_polls(engine, [poll([prepared("a")])], NOW, default_rules(), {})
    assert (caught.value.code, slept) == ("db_unavailable", [])
