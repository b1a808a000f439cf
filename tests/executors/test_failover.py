"""Two schedulers as processes on one PostgreSQL: the leader is frozen past its lease, thawed, and killed.

The other takes over within a minute, the one that comes back stands by, and nothing is polled, planned or mailed twice.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from databases import Postgres
from demo_world import World

from aggregator.executors.queue import engine

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))

from wires import Wire  # noqa: E402  (tests/ is no package)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Started = Callable[["subprocess.Popen[str]"], "subprocess.Popen[str]"]
LIMIT = 60.0
"""Seconds within which another scheduler leads."""


@pytest.fixture
def shared(fresh_world: World, postgres: Postgres) -> Iterator[World]:
    """The demo world, nothing polled, on PostgreSQL, with a digest by mail that is due."""
    text = fresh_world.config.read_text("utf-8")
    more = '\n[digest]\nat = "00:00"\nto = ["team@example.org"]\nsender = "digest@example.org"\n'
    fresh_world.config.write_text(text + more, "utf-8")
    with postgres.database() as url:
        yield replace(fresh_world, database=url)


@dataclass
class Role:
    """A process and its lines."""

    process: subprocess.Popen[str]
    log: Path

    def count(self, words: str) -> int:
        return self.log.read_text("utf-8").count(words)


def wait_for(condition: Callable[[], object], seconds: float = 120) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - began


def test_c3_a_leader_that_was_frozen_stands_by_and_one_that_was_killed_is_followed_within_a_minute(
    shared: World, started: Started, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with Wire() as wire:
        wire.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        environ = {"SMTP_URL": wire.url, "SSL_CERT_FILE": str(tmp_path / "ca.pem")}

        def start(role: str, name: str) -> Role:
            log = tmp_path / f"{name}.log"
            with log.open("a") as stream:
                return Role(started(shared.start("run", "--role", role, stderr=stream, environ=environ)), log)

        first = start("scheduler", "first")
        wait_for(lambda: first.count("scheduler: leads") == 1)
        second, worker = start("scheduler", "second"), start("worker", "worker")
        wait_for(lambda: second.count("stands by") == 1)
        wait_for(lambda: wire.mails)
        wait_for(lambda: _states(shared) == ["sent"])

        first.process.send_signal(signal.SIGSTOP)  # alive, so that only its lease can show that it is lost
        lease = wait_for(lambda: second.count("scheduler: leads") == 1, LIMIT)
        first.process.send_signal(signal.SIGCONT)
        wait_for(lambda: first.count("stands by") == 1)
        assert first.count("another worker has taken over") == 1
        assert (first.process.poll(), second.count("taken over")) == (None, 0)

        second.process.kill()
        killed = wait_for(lambda: first.count("scheduler: leads") == 2, LIMIT)
        beat = _status(shared)["heartbeat"]
        wait_for(lambda: _status(shared)["heartbeat"] != beat)  # it does what a leader does
        print(f"followed {lease:.1f} s after the leader froze, {killed:.1f} s after kill -9")
        record_property("failover", f"{lease:.1f} s after the leader froze, {killed:.1f} s after kill -9")

        for role in (first, worker):
            role.process.send_signal(signal.SIGTERM)
        assert [role.process.wait(20) for role in (first, worker)] == [0, 0]
    assert len(wire.mails) == 1
    with psycopg.connect(engine.address_of(shared.database)) as connection:
        slots = Counter(connection.execute("SELECT subscriber, slot_date FROM digest").fetchall())
        polls = Counter(connection.execute("SELECT source FROM poll_log").fetchall())
    assert set(slots.values()) == {1} and set(polls.values()) == {1}


def _status(world: World) -> dict[str, object]:
    return dict(json.loads(world.run("status", "--json").out))


def _states(world: World) -> list[object]:
    return [one["state"] for one in _status(world)["deliveries"]]  # type: ignore[attr-defined]
