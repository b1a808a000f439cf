"""The only place that knows one database from another: engine, transactions, upserts, numbers, search, upkeep, errors.

This door holds what both share; each database has one file beside it (`sqlite`, `postgresql`), which fulfils `Side`.
A read is one consistent view. A transaction that writes begins as a writer: only one writes at a time, so that numbers
are committed in their order and what is drawn from several items together is drawn from all of them. The exception are
short transactions that lock the rows that they change (leases, claims, notes of a poll without news): `by_row`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import ExecutableDDLElement

from aggregator.errors import StoreError
from aggregator.searching import Phrase
from aggregator.storage.dialect import postgresql, sqlite
from aggregator.storage.dialect import rows as many
from aggregator.storage.dialect.schema import SEARCH_TABLE, Spoken
from aggregator.storage.dialect.sqlite import file_of, put_back, sound_version

__all__ = ["SEARCH_SCHEMA", "SEARCH_TABLE", "Spoken", "Watch", "among", "chunks", "copy_to", "empty_index", "file_of",
           "holds", "index_items", "insert_or_ignore", "insert_or_update", "insert_rows", "make_engine", "matching",
           "may_be_undone", "name_of", "originals", "problems", "put_back", "reading", "reserve_numbers", "schema_of",
           "settle_numbers", "size_of", "sound_version", "told", "unindex_items", "unindexed", "update_rows", "warnings",
           "was_undone", "watch", "writing"]  # fmt: skip

ATTEMPTS = 3
"""How often a transaction that writes tries to begin; each time it waits for ten seconds."""
CHUNK = 5000
"""Values that one statement takes in a list: well below SQLite's limit of 32,766 parameters and PostgreSQL's of 65,535."""
SEARCH_SCHEMA: ExecutableDDLElement = Spoken(sqlite=sqlite.SEARCH_SCHEMA, postgresql=postgresql.SEARCH_SCHEMA)


class Watch(Protocol):
    """Tells whether a database was written to, by whomever: `mark` is another value after each commit of anybody else.

    Has a connection of its own that only asks. Safe to use from several threads.
    """

    def mark(self) -> tuple[int, ...]: ...
    def close(self) -> None: ...


class Side(Protocol):
    """What each database's file says in its own words."""

    def make_engine(self, url: URL, readonly: bool) -> Engine: ...
    def name_of(self, url: URL) -> str: ...
    def code_of(self, error: Exception) -> str | None: ...
    def advice(self, code: str) -> str: ...
    def was_undone(self, error: DBAPIError) -> bool: ...
    def reading(self, connection: Connection) -> Connection: ...
    def writing(self, connection: Connection) -> Connection: ...
    def begin(self, connection: Connection, by_row: bool) -> sa.RootTransaction: ...
    def insert(self, table: sa.Table) -> Any: ...
    def reserve_numbers(self, connection: Connection, table: sa.Table, count: int) -> int: ...
    def settle_numbers(self, connection: Connection, table: sa.Table, column: str) -> None: ...
    def index_items(self, connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None: ...
    def unindex_items(self, connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None: ...
    def empty_index(self, connection: Connection) -> None: ...
    def matching(self, phrases: Sequence[Phrase], between: tuple[int, int] | None = None) -> Any: ...
    def among(
        self, statement: Any, number: sa.Column[Any], phrases: Sequence[Phrase], between: tuple[int, int] | None = None
    ) -> Any: ...
    def originals(
        self, shown: sa.Select[Any], number: sa.Column[Any], phrases: Sequence[Phrase],
        between: tuple[int, int] | None = None,
    ) -> Any: ...  # fmt: skip
    def holds(self, phrases: Sequence[Phrase]) -> Any: ...
    def unindexed(self, column: sa.Column[Any]) -> Any: ...
    def problems(self, connection: Connection) -> list[str]: ...
    def size_of(self, engine: Engine) -> int: ...
    def warnings(self, engine: Engine) -> dict[str, str]: ...
    def schema_of(self, connection: Connection) -> list[str]: ...
    def watch(self, engine: Engine) -> Watch: ...


_SIDES: dict[str, Side] = {"sqlite": sqlite, "postgresql": postgresql}


def _side(of: Connection | Engine) -> Side:
    return _SIDES[of.dialect.name]


# ------------------------------------------------------------------------------------------------------- the engine


def make_engine(url: str, *, readonly: bool = False) -> Engine:
    """Return the engine for a database URL. Raises StoreError for a database that this version does not speak."""
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise StoreError(
            "the database URL is none; expected sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
            code="bad_url",
        ) from error
    kind = "postgresql" if parsed.get_backend_name() == "postgres" else parsed.get_backend_name()
    if kind not in _SIDES:
        raise StoreError(
            f"databases of kind {kind} are not spoken; use sqlite:///PATH or postgresql+psycopg://…",
            code="unknown_database",
        )
    return _SIDES[kind].make_engine(parsed, readonly)


def name_of(engine: Engine) -> str:
    """Return how messages call the database: its file, or its name and host; never a password."""
    return _side(engine).name_of(engine.url)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one consistent view of the database. Raises StoreError."""
    with told(engine), engine.connect() as plain:
        connection = _side(engine).reading(plain)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, *, by_row: bool = False) -> Iterator[Connection]:
    """Open a transaction that writes, committed at the end or undone as a whole. Raises StoreError.

    `by_row`: it locks each row that it changes before it reads it, and gives no number that others go by (item,
    line_change, digest); it need not wait for another writer, where the database can do without.
    """
    with told(engine), engine.connect() as plain:
        connection = _side(engine).writing(plain)
        transaction = _begin_patiently(connection, by_row)
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        transaction.commit()


def _begin_patiently(connection: Connection, by_row: bool) -> sa.RootTransaction:
    side = _side(connection)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return side.begin(connection, by_row)
        except DBAPIError as error:
            if attempt == ATTEMPTS or side.code_of(error) != "db_busy":
                raise
    raise AssertionError("unreachable")


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what the database raises into StoreError with its code; defects of a statement stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreError(f"{name_of(engine)}: all connections are in use; try again", code="db_busy") from error
    except (DBAPIError, sqlite3.Error) as error:
        side = _side(engine)
        code = side.code_of(error)
        if code is None:
            raise
        path = file_of(engine.url.render_as_string())
        if code == "db_unavailable" and path is not None and _cannot_be_written(path):
            code = "db_readonly"  # on a read-only file system SQLite cannot open its log and says no more
        raise StoreError(f"{name_of(engine)}: {side.advice(code)}", code=code) from error


def may_be_undone(engine: Engine) -> bool:
    """Say whether the database may undo a transaction that we did nothing wrong in, or fall silent during its commit."""
    return engine.dialect.name != "sqlite"


def was_undone(engine: Engine, error: StoreError) -> bool:
    """Say whether the database undid the transaction of an error, or lost its connection: the same again may succeed."""
    cause = error.__cause__
    return isinstance(cause, DBAPIError) and _side(engine).was_undone(cause)


def _cannot_be_written(path: Path) -> bool:
    """Say whether a database is there which this user, or nobody, may write."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


# ------------------------------------------------------------------------------------------------------- statements


def insert_or_update(
    connection: Connection, table: sa.Table, keys: Sequence[str], columns: Iterable[str] | None = None
) -> Any:
    """Return an insert that, where the keys are taken, sets `columns` (all others of the row, if None).

    Rows of one execution have different keys.
    """
    statement = _side(connection).insert(table)
    names = [c.name for c in table.columns if c.name not in keys and not c.primary_key] if columns is None else columns
    return statement.on_conflict_do_update(index_elements=list(keys), set_={n: statement.excluded[n] for n in names})


def insert_or_ignore(connection: Connection, table: sa.Table) -> Any:
    """Return an insert that leaves what is there."""
    return _side(connection).insert(table).on_conflict_do_nothing()


def insert_rows(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str] = (),
    changing: Iterable[str] = (),
) -> None:  # fmt: skip
    """Insert many rows of the same columns by the driver; where `keys` are taken, set the columns `changing` instead."""
    many.insert(connection, table, rows, keys, changing)


def update_rows(connection: Connection, column: sa.Column[Any], values: Mapping[int, Any]) -> None:
    """Set one column of many rows, by their number `seq`, by the driver."""
    many.update(connection, column, values)


def reserve_numbers(connection: Connection, table: sa.Table, count: int) -> int:
    """Return the first of `count` numbers for new rows of a numbered table (the caller is the only writer)."""
    return _side(connection).reserve_numbers(connection, table, count)


def settle_numbers(connection: Connection, table: sa.Table, column: str) -> None:
    """Let the next number of a table be above all that its rows have, after rows came in with their numbers."""
    _side(connection).settle_numbers(connection, table, column)


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Yield values in lists that one statement takes."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


# ----------------------------------------------------------------------------------------------------------- search


def index_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Add (seq, tokens of the title, tokens of the rest) to the search index."""
    if rows:
        _side(connection).index_items(connection, rows)


def unindex_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Take out of the search index what was put in: the same tokens as then."""
    if rows:
        _side(connection).unindex_items(connection, rows)


def empty_index(connection: Connection) -> None:
    """Forget the whole search index."""
    _side(connection).empty_index(connection)


def matching(connection: Connection, phrases: Sequence[Phrase], between: tuple[int, int] | None = None) -> Any:
    """Return the selection of the numbers (`seq`) of the items that hold all phrases.

    `between`: the least and the greatest number that is wanted at all; the database may make use of that, or not.
    """
    return _side(connection).matching(phrases, between)


def among(
    connection: Connection, statement: Any, number: sa.Column[Any], phrases: Sequence[Phrase],
    between: tuple[int, int] | None = None,
) -> Any:  # fmt: skip
    """Return a selection narrowed to those of which the `number` (an item's `seq`) is that of an item with all phrases."""
    return _side(connection).among(statement, number, phrases, between)


def originals(
    connection: Connection, shown: sa.Select[Any], number: sa.Column[Any], phrases: Sequence[Phrase],
    between: tuple[int, int] | None = None,
) -> Any:  # fmt: skip
    """Return the selection `shown` (number and time of the items that are no copies) narrowed to items with all phrases."""
    return _side(connection).originals(shown, number, phrases, between)


def holds(connection: Connection, phrases: Sequence[Phrase]) -> Any:
    """Return the condition that the item at hand holds all phrases: for a walk along an index, where most items do."""
    return _side(connection).holds(phrases)


def unindexed(connection: Connection, column: sa.Column[Any]) -> Any:
    """Return a column as the planner does not look it up in an index: where another way is known to be the short one."""
    return _side(connection).unindexed(column)


# ----------------------------------------------------------------------------------------------------------- upkeep


def problems(connection: Connection) -> list[str]:
    """Return what the database itself finds wrong with what it keeps."""
    return _side(connection).problems(connection)


def size_of(engine: Engine) -> int:
    """Return the bytes that the database takes on disk, its log included where that is a file of its own."""
    return _side(engine).size_of(engine)


def warnings(engine: Engine) -> dict[str, str]:
    """Return what threatens the database where it lies, by code, each with what to do; nothing is read from it."""
    return _side(engine).warnings(engine)


def schema_of(connection: Connection) -> list[str]:
    """Return what the schema is made of, one text a thing, in a fixed order, without what the database makes itself."""
    return _side(connection).schema_of(connection)


def watch(engine: Engine) -> Watch:
    """Return a watch over a database."""
    return _side(engine).watch(engine)


def copy_to(engine: Engine, target: Path) -> None:
    """Copy a SQLite database, while others write, to a file that is whole or not there at all."""
    with told(engine):
        sqlite.copy_to(engine, target)
