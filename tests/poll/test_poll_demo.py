"""Polls of the demo world: over again, in any order, from two processes, without a network, interrupted."""

from __future__ import annotations

import os
import random
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from demo_world import ROOT, World, make_world, run_here

from aggregator import app as application
from aggregator.app import Application
from aggregator.demo.server import DemoServer
from aggregator.errors import StoreError
from aggregator.fetch import Fetcher
from aggregator.model import PollOutcome, Source
from aggregator.storage import Store

Started = Callable[[subprocess.Popen[str]], subprocess.Popen[str]]


# ---------------------------------------------------------------- twice


@pytest.mark.parametrize("with_token", [True, False], ids=["with a token", "without a token"])
def test_the_second_poll_finds_nothing_and_is_conditional_wherever_it_can_be(tmp_path: Path, with_token: bool) -> None:
    with DemoServer() as server:
        world = make_world(tmp_path, server, with_token=with_token)
        tagged = note_validators(server)
        first = world.poll()
        dump, asked = world.dump(), list(server.requests)
        server.requests.clear()
        second = world.poll()
        again = list(server.requests)
    assert sum(o.new for o in first) > 100
    assert [(o.id, o.new, o.updated) for o in second if o.new or o.updated] == []
    assert {o.outcome for o in second} == {"unchanged", "failed"}
    assert world.dump() == dump
    # an answer that could not be read is asked for in full until it can be: a 304 would hide that it still fails
    unread = {"/feeds/lanterne"}
    could = [r for r in again if r.method == "GET" and r.path in tagged - unread]
    assert len(could) >= 25
    assert [r.path for r in could if not r.conditional] == []
    assert {r.status for r in could} == {304}
    assert len(again) <= len(asked)


def note_validators(server: DemoServer) -> set[str]:
    """The paths whose last full answer carried a validator, kept up to date while the server runs."""
    tagged: set[str] = set()
    answer = server.answer

    def noting(asked: Any) -> Any:
        reply = answer(asked)
        validated = reply.tagged or any(name == "Last-Modified" for name, _ in reply.headers)
        if reply.status == 200 and validated:
            tagged.add(asked.target)
        return reply

    server.answer = noting  # type: ignore[method-assign]
    return tagged


# ---------------------------------------------------------------- any order, any number of processes


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_random_orders_come_to_the_same_content(demo_server: DemoServer, tmp_path: Path, polled: World) -> None:
    expected = logical(polled)
    with polled.open() as first:
        rules = first.understanding  # compiled once: it is the same for all of them
    for seed in range(20):
        world = make_world(tmp_path, demo_server, name=f"order-{seed}")
        rng = random.Random(seed)
        with world.open() as app:
            app.__dict__["understanding"] = rules
            sources = app.sources(())
            rng.shuffle(sources)
            size = rng.choice((1, 7, 29))
            poll_in_parts(app, sources, size)
        assert differences(expected, logical(world)) == [], f"seed {seed}, {size} at a time"
        assert world.check() == []


def poll_in_parts(app: Application, sources: Sequence[Source], size: int) -> None:
    if size == 1:  # one after the other is slow only in its connections: a few at a time, a few alone
        for source in sources[:5]:
            app.poll([source])
        sources, size = sources[5:], 12
    for start in range(0, len(sources), size):
        app.poll(sources[start : start + size])


def differences(expected: Sequence[str], found: Sequence[str]) -> list[str]:
    """What differs between two logical dumps, a line each, cut short: what a person needs to see first."""
    gone, come = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    return [f"- {line[:400]}" for line in gone] + [f"+ {line[:400]}" for line in come]


def logical(world: World) -> list[str]:
    return sorted(world.dump().splitlines())


def test_two_processes_at_once_come_to_the_content_of_one(
    demo_server: DemoServer, tmp_path: Path, polled: World, started: Started
) -> None:
    world = make_world(tmp_path, demo_server)
    with world.open() as app:
        ids = [source.id for source in app.sources(())]
    random.Random(5).shuffle(ids)
    both = [started(world.start("poll", "--json")) for _ in range(2)]
    both += [started(world.start("poll", "--json", *(f"--source={i}" for i in ids[:15])))]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert process.returncode in (0, 3), err
        assert '"outcome"' in out
    assert "failed" in {o.outcome for o in world.poll()}
    assert differences(logical(polled), logical(world)) == []
    assert world.check() == []


def test_a_store_that_refuses_is_one_line_and_exit_1(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> Any:
        raise StoreError("demo.db: the disk is full; free some space", code="disk_full")

    monkeypatch.setattr(Store, "commit_polls", full)
    told = fresh_world.run("poll", "--json")
    assert (told.status, told.out) == (1, "")
    assert told.err == "aggregator: demo.db: the disk is full; free some space [code=disk_full]\n"
    assert leases(fresh_world) == []


def test_an_entry_that_the_database_refuses_is_told_and_the_others_are_stored(fresh_world: World) -> None:
    fresh_world.poll(["harbour"])
    connection = sqlite3.connect(fresh_world.file)
    connection.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON item WHEN new.title LIKE '%Qwen%' "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    )
    connection.commit()
    connection.close()
    told = fresh_world.run("poll", "--json", "--source", "tensor")
    assert told.status == 3
    (outcome,) = told.data["sources"]
    assert (outcome["outcome"], outcome["code"]) == ("partial", "rejected")
    assert outcome["new"] >= 3
    assert "could not be stored" in outcome["error"]


def test_a_read_only_database_is_one_line_and_exit_1(copied_world: World) -> None:
    copied_world.file.unlink()
    copied_world.file.mkdir()
    told = copied_world.run("poll")
    assert (told.status, told.out) == (1, "")
    assert len(told.err.splitlines()) == 1
    assert "code=" in told.err


# ---------------------------------------------------------------- which sources


def test_an_unknown_source_is_wrong_use_with_a_hint(copied_world: World) -> None:
    told = copied_world.run("poll", "--source", "harbor")
    assert (told.status, told.out) == (2, "")
    assert 'did you mean "harbour"' in told.err


def test_only_the_named_sources_are_polled_and_the_status_is_theirs(fresh_world: World) -> None:
    told = fresh_world.run("poll", "--json", "--source", "harbour", "--source", "tensor")
    assert told.status == 0
    assert [s["id"] for s in told.data["sources"]] == ["harbour", "tensor"]
    assert fresh_world.run("poll", "--json", "--source", "tidewatch").status == 1
    assert fresh_world.run("poll", "--json", "--source", "tidewatch", "--source", "harbour").status == 3


def test_a_poll_of_the_world_ends_with_3_and_names_what_failed(fresh_world: World) -> None:
    told = fresh_world.run("poll")
    assert told.status == 3
    rows = {row[0]: row for row in told.rows}
    assert len(rows) == 29
    assert rows["tidewatch"][1] == "failed"
    assert "503" in rows["tidewatch"][5]
    assert "2 failed" in told.err


# ---------------------------------------------------------------- without a network


def unreachable() -> str:
    """An address on loopback on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{holder.getsockname()[1]}"


@pytest.mark.timed
def test_without_names_every_source_of_the_registry_fails_within_30_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*arguments: Any, **options: Any) -> Fetcher:
        def resolve(host: str, port: int) -> Sequence[str]:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        return Fetcher(*arguments, **options, resolver=resolve)

    monkeypatch.setattr("aggregator.fetch.Fetcher", offline)
    started = time.monotonic()
    told = run_here(
        ["--config", str(ROOT / "sources.toml"), "--database", f"sqlite:///{tmp_path}/off.db", "poll", "--json"], {}
    )
    assert time.monotonic() - started < 30
    assert told.status == 1, told.err
    with application.open(
        config=str(ROOT / "sources.toml"), database=f"sqlite:///{tmp_path}/off.db", environ={}
    ) as app:
        ids = [source.id for source in app.sources(())]
        assert app.store.check(app.regions) == []
        assert app.store.counts()["items"] == 0
    assert [s["id"] for s in told.data["sources"]] == ids
    assert {s["outcome"] for s in told.data["sources"]} == {"failed"}
    assert all(s["error"] for s in told.data["sources"])
    assert told.data["failed"] == len(ids) > 50


@pytest.mark.timed
def test_with_closed_ports_every_source_is_named_and_the_database_stays_whole(
    polled: World, tmp_path: Path, started: Started, copied_world: World
) -> None:
    place = unreachable()
    copied_world.config.write_text(polled.config.read_text("utf-8").replace(polled.server.base, f"http://{place}"))
    environ = {name: value.replace(polled.server.base, f"http://{place}") for name, value in polled.environ.items()}
    before = copied_world.dump()
    clock = time.monotonic()
    process = started(copied_world.start("poll", environ=environ))
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - clock < 30
    assert process.returncode == 1, err
    rows = [line.split("\t") for line in out.splitlines()]
    assert len(rows) == 29
    assert all(row[1] == "failed" and "connect" in row[5] for row in rows), rows
    assert "Traceback" not in err
    assert copied_world.dump() == before
    assert copied_world.check() == []


# ---------------------------------------------------------------- interrupted


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN], ids=["in-front", "in-a-scripts-background"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.timed
def test_a_poll_that_is_told_to_end_ends_in_order(
    tmp_path: Path, started: Started, number: int, before: signal.Handlers
) -> None:
    with DemoServer(latency=1.0) as server:
        world = make_world(tmp_path, server)
        process = started(world.start("poll", preexec_fn=lambda: signal.signal(signal.SIGINT, before)))
        wait_for(lambda: len(server.requests) >= 4)
        clock = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert time.monotonic() - clock < 10
        assert process.returncode == 1
        assert (out, err.strip()) == ("", "aggregator: interrupted; what was stored stays stored")
        server.latency = 0
        assert leases(world) == []
        assert {o.outcome for o in world.poll()} <= {"new", "unchanged", "failed"}
    assert world.check() == []


def test_a_killed_polls_leases_hold_nobody_up(tmp_path: Path, started: Started) -> None:
    with DemoServer(latency=0.2) as server:
        world = make_world(tmp_path, server)
        process = started(world.start("poll"))
        wait_for(lambda: len(server.requests) >= 4)
        process.kill()
        process.wait(10)
        server.latency = 0
        assert leases(world)
        outcomes = world.poll()
    assert [o.id for o in outcomes if o.outcome == "deferred"] == []


def leases(world: World) -> list[str]:
    connection = sqlite3.connect(world.file)
    try:
        return [row[0] for row in connection.execute("SELECT lease_owner FROM source WHERE lease_owner IS NOT NULL")]
    finally:
        connection.close()


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_a_poll_in_another_thread_is_ended_by_stop_polls(tmp_path: Path) -> None:
    import threading

    with DemoServer(latency=0.2) as server:
        world = make_world(tmp_path, server)
        ended: list[list[PollOutcome]] = []
        with world.open() as app:
            thread = threading.Thread(target=lambda: ended.append(app.poll(app.sources(()))))
            thread.start()
            wait_for(lambda: len(server.requests) >= 2)
            app.stop_polls()
            thread.join(5)
            assert not thread.is_alive()
            assert ended == [[]]
            assert app.poll(app.sources(())) == []
    assert os.getpid()
    assert replace(world).check() == []
