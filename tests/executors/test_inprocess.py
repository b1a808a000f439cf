"""The worker on the demo world: as a process that is told to end, and its ticks by value."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_world import QUIET, World, make_world

from aggregator import owners, slots
from aggregator.demo.server import DemoServer
from aggregator.executors import inprocess

pytestmark = pytest.mark.timeout(400)  # processes on a machine that does much else
Started = Callable[[subprocess.Popen[str]], subprocess.Popen[str]]
WORKER = """
import logging, sys
from aggregator import app
from aggregator.executors import inprocess
logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
with app.open(config=sys.argv[1], database=sys.argv[2]) as opened:
    sys.exit(inprocess.work(opened, tick=float(sys.argv[3])))
"""


def worker(world: World, started: Started, tick: float = 0.2) -> subprocess.Popen[str]:
    """A worker with short ticks."""
    with (world.folder / "log").open("a") as stream:
        return started(
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(world.config), world.database, str(tick)],
                stderr=stream,
                text=True,
                cwd=world.folder,
                env={"PATH": os.environ.get("PATH", ""), **QUIET, **world.environ},
            )
        )


def with_digests(world: World) -> World:
    """The world with a folder for digests."""
    text = world.config.read_text("utf-8")
    world.config.write_text(text + f'\n[digest]\nat = "00:00"\ndirectory = "{world.folder}/digests"\n', "utf-8")
    return world


def wait_for(condition: Callable[[], object], seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def log(world: World) -> str:
    return (world.folder / "log").read_text("utf-8")


def status(world: World) -> dict[str, object]:
    told = world.run("status", "--json")
    return {**json.loads(told.out), "exit": told.status}


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> float:
    """Tell the worker to end; the seconds that it took."""
    began = time.monotonic()
    process.send_signal(number)
    process.wait(60)
    return time.monotonic() - began


@pytest.mark.timed
def test_a_worker_polls_what_is_due_writes_the_digest_once_and_ends_in_order(
    fresh_world: World, started: Started
) -> None:
    world = with_digests(fresh_world)
    asked = len(world.server.requests)
    process = worker(world, started)
    wait_for(lambda: log(world).count("outcome=sent") == 2)
    today = slots.latest_slot(datetime.now(UTC), "00:00", "Europe/Paris")
    written = sorted(path.name for path in (world.folder / "digests").iterdir())
    assert written == [f"{today}.html", f"{today}.md"]
    content = (world.folder / "digests" / f"{today}.md").read_text("utf-8")
    assert "tidewatch" in content  # it was made after the first polls, not before

    running = status(world)
    assert (running["worker"], running["exit"]) == ("running", 0)
    assert (running["last_digest"], running["overdue"]) == (today.isoformat(), [])
    assert running["items"] > 100  # type: ignore[operator]

    second = worker(world, started)
    assert second.wait(150) == 1
    assert "another worker is running" in log(world)

    beat = status(world)["heartbeat"]
    wait_for(lambda: status(world)["heartbeat"] != beat)
    assert end(process) < 10
    assert process.returncode == 0
    assert status(world)["worker"] == "none"
    # every source was asked in one round, and nothing again before its time
    paths = [request.path for request in world.server.requests[asked:]]
    assert paths.count("/feeds/harbour") == 1
    assert log(world).count("digest of") == 1
    assert log(world).count("source=tidewatch outcome=failed") == 1
    assert "Traceback" not in log(world)


@pytest.mark.timed
def test_a_restarted_worker_asks_nothing_before_its_time_and_writes_no_second_digest(
    copied_world: World, started: Started
) -> None:
    world = with_digests(copied_world)
    process = worker(world, started)
    wait_for(lambda: log(world).count("outcome=sent") == 2)
    asked = len(world.server.requests)
    assert end(process, signal.SIGINT) < 10
    again = worker(world, started)
    beat = status(world)["heartbeat"]
    wait_for(lambda: status(world)["worker"] == "running" and status(world)["heartbeat"] != beat)
    assert end(again) < 10
    assert (process.returncode, again.returncode) == (0, 0)
    assert len(world.server.requests) == asked
    assert log(world).count("digest of") == 1


@contextmanager
def slow_world(folder: Path) -> Iterator[World]:
    with DemoServer(latency=5) as server:
        yield make_world(folder, server)


@pytest.mark.timed
def test_a_worker_ends_in_the_middle_of_a_poll(tmp_path: Path, started: Started) -> None:
    with slow_world(tmp_path) as world:
        world.server.record = lambda asked, status: None  # type: ignore[method-assign]
        seen = threading.Event()
        answer = world.server.answer
        world.server.answer = lambda asked: (seen.set(), answer(asked))[1]  # type: ignore[method-assign]
        process = worker(world, started)
        wait_for(lambda: '"worker": "running"' in world.run("status", "--json").out)
        wait_for(lambda: leased(world))
        assert end(process) < 10
        assert process.returncode == 0
        assert leased(world) == 0
    assert "Traceback" not in log(world)


def leased(world: World) -> int:
    connection = sqlite3.connect(world.file)
    try:
        return int(connection.execute("SELECT count(*) FROM source WHERE lease_owner IS NOT NULL").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.timed
def test_a_worker_that_was_killed_is_stalled_in_the_status_and_replaced_at_once(
    copied_world: World, started: Started
) -> None:
    world = copied_world
    process = worker(world, started)
    wait_for(lambda: status(world)["worker"] == "running")
    process.kill()
    process.wait(10)
    with world.open() as app:
        beat = datetime.fromisoformat(app.store.setting("heartbeat") or "")
        stalled = app.health(beat + timedelta(minutes=6))
        assert (stalled.worker, stalled.stalled) == ("stalled", True)
        app.store.save_setting("heartbeat", (beat - timedelta(minutes=6)).isoformat())
    assert status(world)["worker"] == "stalled"
    assert status(world)["exit"] == 1
    again = worker(world, started)
    wait_for(lambda: status(world)["worker"] == "running")
    assert end(again) < 10
    assert again.returncode == 0


def test_a_worker_that_was_lost_where_nobody_can_see_it_is_waited_for(
    copied_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen in a container: killed, and started again in another set of processes."""
    monkeypatch.setattr("aggregator.app.Application.due", lambda self, now: worker_stops.set() or [])
    worker_stops = threading.Event()
    with copied_world.open() as app:
        lost = datetime.now(UTC) - inprocess.WORKER_LEASE + timedelta(seconds=1)
        assert app.store.claim("worker", "2@somewhere/1:abc", inprocess.WORKER_LEASE, lost)
        caplog.set_level("INFO")
        assert inprocess.work(app, tick=0.05, until=worker_stops) == 0
    assert "waiting to see whether it still lives" in caplog.text and "worker started" in caplog.text


@pytest.mark.timed
def test_run_is_the_worker(fresh_world: World, started: Started) -> None:
    with (fresh_world.folder / "log").open("a") as stream:
        process = started(fresh_world.start("run", stderr=stream))
    wait_for(lambda: status(fresh_world)["worker"] == "running" and status(fresh_world)["items"])
    assert end(process) < 10
    assert process.returncode == 0
    assert process.stdout is not None
    assert process.stdout.read() == ""
    assert "worker ended" in log(fresh_world)


# ---------------------------------------------------------------- in this process


def test_a_tick_that_fails_is_told_and_tried_again(
    copied_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done, stop = threading.Event(), threading.Event()

    def due(self: object, now: datetime) -> list[object]:
        if not calls:
            calls.append(now)
            raise ValueError("a defect")
        done.set()
        return []

    calls: list[datetime] = []
    monkeypatch.setattr("aggregator.app.Application.due", due)
    with copied_world.open() as app:
        thread = threading.Thread(target=inprocess.work, args=(app,), kwargs={"tick": 0.05, "until": stop})
        thread.start()
        assert done.wait(10)
        stop.set()
        thread.join(40)
        assert not thread.is_alive()
    assert "tick=poll code=internal" in caplog.text


def test_a_worker_whose_right_was_taken_over_ends(
    copied_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another worker takes the right while this one polls: as by the clock of a host that is ahead, when the lease ran out."""

    def due(self: object, now: datetime) -> list[object]:
        other.store.claim("worker", "another", timedelta(minutes=10), now + timedelta(minutes=5))
        return []

    with copied_world.open() as app, copied_world.open() as other:
        monkeypatch.setattr("aggregator.app.Application.due", due)
        assert inprocess.work(app, tick=0.05) == 0  # nobody told it to end
        assert "another worker has taken over" in caplog.text
        assert not app.store.claim("worker", app.owner, timedelta(minutes=1), datetime.now(UTC))


def test_a_due_digest_waits_for_the_first_polls_but_not_for_ever(copied_world: World) -> None:
    world = with_digests(copied_world)
    began = datetime.now(UTC)
    with world.open() as app:
        worker = inprocess.Worker(app)
        assert worker.start()
        worker.tell()
        assert not (world.folder / "digests").exists()
        app.now = lambda: began + timedelta(minutes=11)
        worker.tell()
        assert len(list((world.folder / "digests").iterdir())) == 2


def test_without_any_channel_the_digest_is_planned_and_nothing_written(copied_world: World) -> None:
    with copied_world.open() as app:
        worker = inprocess.Worker(app)
        worker.polled.set()
        worker.tell()
        planned = app.store.digests()
        assert [(one.subscriber, one.state) for one in planned] == [("default", "empty")]
        assert app.store.deliveries(digest=planned[0].id) == []
    assert [path.name for path in copied_world.folder.iterdir() if path.is_dir()] == []


def test_a_backup_a_day_is_made_and_seven_are_kept(copied_world: World) -> None:
    began = datetime.now(UTC)
    with copied_world.open() as app:
        worker = inprocess.Worker(app)
        assert worker.start()
        for hours in range(0, 24 * 10, 6):
            app.now = lambda hours=hours: began + timedelta(hours=hours)  # type: ignore[misc]
            worker.care()
    kept = sorted(path.name for path in (copied_world.folder / "backups").iterdir())
    assert len(kept) == 7
    assert kept[-1] == f"aggregator-{began + timedelta(days=9):%Y-%m-%d}.db"
    with sqlite3.connect(copied_world.folder / "backups" / kept[0]) as connection:
        assert connection.execute("SELECT count(*) FROM item").fetchone()[0] > 100
    connection.close()


def test_a_valid_sources_file_is_taken_over_and_a_wrong_one_is_not(
    copied_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with copied_world.open() as app:
        worker = inprocess.Worker(app)
        assert worker.start()
        before = len(app.sources(()))
        text = copied_world.config.read_text("utf-8")
        copied_world.config.write_text(text + "\n[nonsense]\n", "utf-8")
        worker.reload.set()
        worker.care()
        assert len(app.sources(())) == before
        assert "kept as it was" in caplog.text
        copied_world.config.write_text(
            text + '\n[sources.further]\nkind = "feed"\nurl = "https://further.example/feed"\n', "utf-8"
        )
        worker.reload.set()
        worker.care()
        assert len(app.sources(())) == before + 1


@pytest.mark.timed
def test_sighup_reaches_the_worker(fresh_world: World, started: Started) -> None:
    process = worker(fresh_world, started)
    wait_for(lambda: "worker started" in log(fresh_world))
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: "sources.toml read anew" in log(fresh_world))
    assert end(process) < 10
    assert process.returncode == 0


# ---------------------------------------------------------------- whose lease it is


def test_a_process_is_dead_only_if_that_is_certain() -> None:
    place = owners.name().partition("@")[2].rpartition(":")[0]
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not owners.is_dead(owners.name())
    assert owners.is_dead(f"{gone.pid}@{place}:abc")
    assert owners.is_dead(f"{os.getpid()}@{place}:another")
    assert not owners.is_dead(f"{os.getppid()}@{place}:abc")
    assert not owners.is_dead(f"{gone.pid}@elsewhere/1:abc")
    for odd in ("", "me", "@:", f"x@{place}:abc"):
        assert not owners.is_dead(odd)
    assert owners.is_dead(f"{2**80}@{place}:abc")


def test_what_a_dead_process_held_is_given_back(copied_world: World) -> None:
    now = datetime.now(UTC)
    gone = f"{2**80}@{owners.name().partition('@')[2]}"
    with copied_world.open() as app:
        app.store.lease("harbour", gone, now + timedelta(hours=1), now)
        app.store.lease("tensor", "1@elsewhere/1:abc", now + timedelta(hours=1), now)
        app.store.claim("worker", gone, timedelta(hours=1), now)
        app.free_leases()
        assert app.store.state("harbour").error is None  # once is no reason to wait
        assert app.store.lease("harbour", "me", now + timedelta(hours=1), now)
        assert not app.store.lease("tensor", "me", now + timedelta(hours=1), now)
        assert app.store.claim("worker", "me", timedelta(hours=1), now)
    assert replace(copied_world)
