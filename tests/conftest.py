"""What tests of the whole share: the demo world served on loopback, and a store polled from it.

Everything that is written lies in pytest's temporary folders. The polled world is made once and only read; a test that
changes something takes `copied_world`, a copy of its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from databases import Postgres, server, sqlite_template  # noqa: E402  (tests/ is no package)
from demo_world import World, make_world  # noqa: E402

from aggregator.demo.server import DemoServer  # noqa: E402

# `make test` draws the same examples every time, so that a red run means a change; `make soak` draws new ones.
# How long an example takes says nothing on a machine that others use.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("PROPERTIES", "fixed"))


ATTEMPTS = 5
"""How often a test marked `timed` may try to keep its bound."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A bound of wall time is a claim about our code; what else the machine does comes on top, so the best attempt counts."""
    for item in items:
        if item.get_closest_marker("timed"):
            item.add_marker(pytest.mark.flaky(reruns=ATTEMPTS - 1, only_rerun=["AssertionError"]))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server, started when the first test asks for it."""
    with server(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)[:12]) as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes databases by name, all of one kind, each with an up-to-date schema and nothing in it; returns their URLs.

    A test that takes it (or `database`) runs on SQLite and on PostgreSQL.
    """
    with ExitStack() as made:

        def make(name: str = "aggregator") -> str:
            if request.param == "sqlite":
                shutil.copyfile(sqlite_template(), tmp_path / f"{name}.db")
                return f"sqlite:///{tmp_path}/{name}.db"
            postgres: Postgres = request.getfixturevalue("postgres")
            return made.enter_context(postgres.database())

        yield make


@pytest.fixture
def database(new_database: Callable[[str], str]) -> str:
    """The URL of a database of its own, empty: on SQLite, and on PostgreSQL."""
    return new_database("aggregator")


@pytest.fixture(scope="session")
def demo_server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


@pytest.fixture(scope="session")
def polled(demo_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The demo world, polled once. Only read it."""
    world = make_world(tmp_path_factory.mktemp("polled"), demo_server)
    return replace(world, outcomes=world.poll())


@pytest.fixture
def copied_world(polled: World, tmp_path: Path) -> World:
    """A copy of the polled world that may be changed."""
    source, target = sqlite3.connect(polled.file), sqlite3.connect(tmp_path / "demo.db")
    source.backup(target)
    source.close()
    target.close()
    (tmp_path / "sources.toml").write_bytes(polled.config.read_bytes())
    return replace(
        polled, folder=tmp_path, config=tmp_path / "sources.toml", database=f"sqlite:///{tmp_path / 'demo.db'}"
    )


@pytest.fixture
def fresh_world(demo_server: DemoServer, tmp_path: Path) -> World:
    """The demo world with an empty database."""
    return make_world(tmp_path, demo_server)


@pytest.fixture
def started() -> Iterator[Callable[[subprocess.Popen[str]], subprocess.Popen[str]]]:
    """Ends the processes that a test started, whatever happens in it."""
    running: list[subprocess.Popen[str]] = []

    def note(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
        running.append(process)
        return process

    yield note
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()
