"""The queue: the scheduler's ticks and a worker's jobs on a real PostgreSQL, with the demo world behind them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from databases import Postgres
from demo_world import World

from aggregator.app import Application
from aggregator.errors import StoreError
from aggregator.executors.queue import engine, roles, worker
from aggregator.executors.queue.engine import Filling
from aggregator.executors.queue.scheduler import HELD, LEASE, Scheduler
from aggregator.model import PollOutcome


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """A database with our schema and the queue's."""
    with postgres.database() as url:
        engine.prepare(url)
        yield url


@pytest.fixture
def shared(fresh_world: World, database: str) -> World:
    """The demo world, nothing polled, on PostgreSQL."""
    return replace(fresh_world, database=database)


@pytest.fixture
def queue(database: str) -> Iterator[Filling]:
    with Filling(database) as opened:
        yield opened


def work_off(app: Application, queue: Filling, until: Callable[[], bool], seconds: float = 60) -> list[PollOutcome]:
    """Let a worker take jobs until something holds; the outcomes of its polls."""
    told: list[PollOutcome] = []
    stop = threading.Event()

    def watch() -> None:
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()

    threading.Thread(target=watch).start()
    asyncio.run(worker.take(app, stop, told.append))
    assert until(), "the jobs did not end in time"
    return told


def rows(database: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(engine.address_of(database)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type,call-overload]


def test_the_tables_of_the_queue_are_made_once_and_apart_from_ours(database: str) -> None:
    engine.prepare(database)
    names = {row[0] for row in rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'queue'")}
    assert "procrastinate_jobs" in names
    ours = {row[0] for row in rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert not [name for name in ours if str(name).startswith("procrastinate")]


def test_only_the_scripts_that_came_after_a_version_bring_its_tables_up_to_date() -> None:
    assert "procrastinate_retry_job_v2" in "".join(engine._migrations("3.3.0"))
    assert list(engine._migrations("99.0.0")) == []
    assert len(list(engine._migrations("3.0.0"))) > len(list(engine._migrations("3.3.0"))) > 0


def test_a_source_waits_once_at_most(queue: Filling) -> None:
    assert queue.put(["a", "b"]) == 2
    assert queue.put(["b", "c"]) == 1
    assert queue.put(["a", "b", "c"]) == 0
    assert queue.waiting() == 3


def test_what_the_queue_polls_is_what_one_process_polls(shared: World, queue: Filling, polled: World) -> None:
    with shared.open() as app:
        scheduler = Scheduler(app, queue)
        assert scheduler.start()
        scheduler.poll()
        assert queue.waiting() == len(app.sources(()))
        outcomes = work_off(app, queue, lambda: not queue.waiting() and not busy(shared.database))
        assert sorted(o.id for o in outcomes) == sorted(s.id for s in app.sources(()))
        scheduler.poll()
        assert queue.waiting() == 0, "nothing is due any more"
        assert scheduler.polled.is_set()
        assert shared.check() == []
    assert shared.dump() == polled.dump()


def busy(database: str) -> bool:
    return bool(rows(database, "SELECT id FROM queue.procrastinate_jobs"))


def test_a_job_whose_source_was_polled_in_the_meantime_asks_nothing(shared: World, queue: Filling) -> None:
    with shared.open() as app:
        scheduler = Scheduler(app, queue)
        scheduler.start()
        scheduler.poll()
        app.poll(app.sources(()))  # by hand, before any worker came
        asked = len(shared.server.requests)
        assert work_off(app, queue, lambda: not busy(shared.database)) == []
        assert len(shared.server.requests) == asked


def test_a_source_that_left_the_configuration_is_not_handed_over(shared: World, queue: Filling) -> None:
    with shared.open() as app:
        app.store.enrol({"gone": "https://gone.example.org/feed"}, app.now())
        scheduler = Scheduler(app, queue)
        scheduler.start()
        scheduler.poll()
        assert queue.waiting() == len(app.sources(()))


def test_a_source_whose_job_was_lost_is_handed_over_again_when_its_lease_ends(shared: World, queue: Filling) -> None:
    with shared.open() as app:
        now = app.now()
        app.now = lambda: now
        scheduler = Scheduler(app, queue)
        scheduler.start()
        scheduler.poll()
        count = queue.waiting()
        rows_gone(shared.database)
        scheduler.poll()
        assert queue.waiting() == 0
        app.now = lambda: now + HELD + timedelta(seconds=1)
        scheduler.poll()
        assert queue.waiting() == count


def rows_gone(database: str) -> None:
    with psycopg.connect(engine.address_of(database), options="-c search_path=queue") as connection:
        connection.execute("DELETE FROM procrastinate_jobs")


def test_another_scheduler_leads_within_a_minute_of_the_leaders_end(shared: World, queue: Filling) -> None:
    with shared.open() as first, shared.open() as second:
        first.__dict__["owner"], second.__dict__["owner"] = "1@host-a/1:aa", "1@host-b/1:bb"
        now = first.now()
        first.now = second.now = lambda: now
        assert Scheduler(first, queue).start()
        follower = Scheduler(second, queue)
        assert not follower.start()
        second.now = lambda: now + LEASE
        assert follower.start()
        assert timedelta(minutes=1) >= LEASE + timedelta(seconds=roles.CARE_EVERY + roles.CARE_EVERY / 2)
        first.now = lambda: now + LEASE
        former = Scheduler(first, queue)
        former.care()
        assert former.stop.is_set(), "who lost the lead ends its ticks"


def taken_by_the_dead(database: str) -> None:
    """A worker that has given no sign of life for an hour takes the job that waits."""
    with psycopg.connect(engine.address_of(database), options="-c search_path=queue") as connection:
        connection.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        connection.execute("SELECT procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))")


async def rescue(database: str) -> int:
    async with engine.application(database, lambda source: asyncio.sleep(0)).open_async() as app:
        return await engine.return_stalled(app) + 10 * await engine.return_stalled(app)


def test_jobs_of_a_worker_that_gives_no_sign_of_life_return_to_the_queue(shared: World, queue: Filling) -> None:
    queue.put(["a"])
    taken_by_the_dead(shared.database)
    assert queue.waiting() == 0
    assert asyncio.run(rescue(shared.database)) == 1
    assert queue.waiting() == 1


def test_a_lost_job_whose_source_was_handed_over_again_is_in_nobodys_way(shared: World, queue: Filling) -> None:
    """Its lock kept the new job from every worker, and it could not return beside the new one: for ever."""
    source = "feed-qbitai"
    queue.put([source])
    taken_by_the_dead(shared.database)
    assert queue.put([source]) == 1, "its lease ran out before anybody missed the worker"
    assert asyncio.run(rescue(shared.database)) == 1
    assert queue.waiting() == 1
    with shared.open() as app:
        work_off(app, queue, lambda: not busy(shared.database))


def test_a_role_needs_postgresql(fresh_world: World) -> None:
    told = fresh_world.run("run", "--role", "worker")
    assert told.status == 2
    assert "PostgreSQL" in told.err
    assert "AGGREGATOR_DATABASE_URL=postgresql+psycopg://" in told.err


def test_a_database_that_cannot_be_reached_is_waited_for(shared: World, caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    with replace(shared, database="postgresql+psycopg://nobody@127.0.0.1:1/nothing").open() as app:
        threading.Timer(0.5, stop.set).start()
        assert roles.work(app, "worker", stop) == 0
    assert "again in" in caplog.text


def test_a_database_that_fails_while_polls_are_open_is_told_as_itself(fresh_world: World) -> None:
    async def fail(app: Application) -> None:
        async with app.polling():
            raise StoreError("gone", code="db_unavailable")

    with fresh_world.open() as app, pytest.raises(StoreError, match="gone"):
        asyncio.run(fail(app))


def test_a_leader_whose_database_fails_leads_again(
    shared: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, started = threading.Event(), []

    def start(scheduler: Scheduler) -> bool:
        started.append(scheduler)
        if len(started) == 1:
            raise StoreError("gone", code="db_unavailable")
        stop.set()
        return False

    monkeypatch.setattr(Scheduler, "start", start)
    monkeypatch.setattr(roles, "CARE_EVERY", 0.02)
    with shared.open() as app:
        roles._lead(app, stop, threading.Event())
    assert len(started) == 2
    assert "gone" in caplog.text


def test_a_scheduler_that_stands_by_reads_sources_toml_anew_when_told(shared: World, queue: Filling) -> None:
    stop, reload = threading.Event(), threading.Event()
    with shared.open() as first, shared.open() as second:
        first.__dict__["owner"], second.__dict__["owner"] = "1@host-a/1:aa", "1@host-b/1:bb"
        assert Scheduler(first, queue).start()
        before = second.configuration
        reload.set()
        threading.Timer(0.5, stop.set).start()
        roles._lead(second, stop, reload)
        assert second.configuration is not before
