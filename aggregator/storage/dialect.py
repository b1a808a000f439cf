"""The only place that knows one database from another: engine, transactions, upserts, numbers, search, upkeep, errors.

SQLite: WAL, foreign keys on, synchronous FULL, ten seconds of patience for a lock; a transaction that writes begins as
a writer (BEGIN IMMEDIATE), so that it never fails half-way on a rival's lock. Search is an FTS5 table that holds our
tokens (aggregator/searching.py) and no text: its tokenizer only parts them at spaces. PostgreSQL is the scale issue's.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from aggregator.errors import StoreError
from aggregator.searching import Phrase

PATIENCE = 10.0
"""Seconds that a statement waits for somebody else's lock; a transaction that writes tries three times to begin."""
ATTEMPTS = 3
CHUNK = 5000
"""Values that one statement takes in a list: well below SQLite's limit of 32,766 parameters."""
SEARCH_TABLE = "item_search"
_CODES = {
    sqlite3.SQLITE_FULL: ("disk_full", "the disk is full; free some space, polls go on by themselves"),
    sqlite3.SQLITE_BUSY: ("db_busy", "another process holds the database; try again"),
    sqlite3.SQLITE_LOCKED: ("db_busy", "another process holds the database; try again"),
    sqlite3.SQLITE_CORRUPT: ("db_corrupt", "the file is damaged; `aggregator db restore BACKUP` puts a backup in its place"),
    sqlite3.SQLITE_NOTADB: ("db_corrupt", "the file is no SQLite database; `aggregator db restore BACKUP` replaces it"),
    sqlite3.SQLITE_READONLY: ("db_readonly", "the file or its folder cannot be written by this user"),
    sqlite3.SQLITE_PERM: ("db_readonly", "the file or its folder cannot be written by this user"),
    sqlite3.SQLITE_CANTOPEN: ("db_unavailable", "the file cannot be opened; is its folder there and writable?"),
    sqlite3.SQLITE_IOERR: ("db_io", "the disk failed to read or write"),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------- the engine


def make_engine(url: str, *, readonly: bool = False) -> Engine:
    """Return the engine for a database URL. Raises StoreError for a database that this version does not speak."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise StoreError("the database URL is none; expected sqlite:///PATH", code="bad_url") from error
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"databases of kind {parsed.get_backend_name()} come with their issue; use sqlite:///PATH",
                         code="unknown_database")  # fmt: skip
    path = file_of(url)
    if path is not None:
        _check_path(path, readonly)
    engine = sa.create_engine(parsed, connect_args={"timeout": PATIENCE, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_readonly if readonly else _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite URL, or None (in memory, or another database)."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def _check_path(path: Path, readonly: bool) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder; the database must be a file", code="db_unavailable")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the folder {path.parent} is missing; create it or run `aggregator init`",
                         code="missing_directory")  # fmt: skip
    if readonly and not path.exists():
        raise StoreError(f"{path}: there is no database yet", code="db_missing")
    if path.exists():
        with suppress(OSError), path.open("rb") as file:
            head = file.read(16)
            if head and head != b"SQLite format 3\0":
                raise StoreError(f"{path}: {_CODES[sqlite3.SQLITE_NOTADB][1]}", code="db_corrupt")


def _prepare(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for attempt in range(50):
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
                cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            # the change to WAL does not wait for a rival that opens the same new file
            if attempt == 49 or (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.close()


def _prepare_readonly(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")
    connection.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one consistent view of the database. Raises StoreError."""
    with told(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes, committed at the end or undone as a whole. Raises StoreError."""
    with told(engine), engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        transaction = _begin_patiently(connection)
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        transaction.commit()


def _begin_patiently(connection: Connection) -> sa.RootTransaction:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return connection.begin()
        except DBAPIError as error:
            if attempt == ATTEMPTS or _code_of(error) != "db_busy":
                raise
    raise AssertionError("unreachable")


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what the database raises into StoreError with its code; defects of a statement stay what they are."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        code = _code_of(error)
        if code is None:
            raise
        raise StoreError(f"{_place(engine)}: {_advice(code)}", code=code) from error


def _place(engine: Engine) -> str:
    return str(file_of(engine.url.render_as_string(hide_password=True)) or "the database")


def _code_of(error: Exception) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    number = getattr(original, "sqlite_errorcode", None)
    if number is None:
        return None
    return _CODES.get(number & 0xFF, (None, ""))[0]


def _advice(code: str) -> str:
    return next(advice for known, advice in _CODES.values() if known == code)


# ------------------------------------------------------------------------------------------------------- statements


def insert_or_update(table: sa.Table, keys: Sequence[str], columns: Iterable[str] | None = None) -> Any:
    """Return an insert that, where the keys are taken, sets `columns` (all others of the row, if None)."""
    statement = sqlite.insert(table)
    names = [c.name for c in table.columns if c.name not in keys and not c.primary_key] if columns is None else columns
    return statement.on_conflict_do_update(index_elements=list(keys), set_={n: statement.excluded[n] for n in names})


def insert_or_ignore(table: sa.Table) -> Any:
    """Return an insert that leaves what is there."""
    return sqlite.insert(table).on_conflict_do_nothing()


def reserve_numbers(connection: Connection, table: sa.Table, count: int) -> int:
    """Return the first of `count` numbers for new rows of a numbered table (the caller holds the writer's lock)."""
    row = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name=:n"), {"n": table.name}).first()
    return int(row[0]) + 1 if row else 1


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Yield values in lists that one statement takes."""
    rest = list(values)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


# ----------------------------------------------------------------------------------------------------------- search

SEARCH_SCHEMA = (
    f"CREATE VIRTUAL TABLE {SEARCH_TABLE} USING fts5(title, body, content='', "
    """tokenize="ascii tokenchars '+-._/~|'")"""
)


def index_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Add (seq, tokens of the title, tokens of the rest) to the search index."""
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE}(rowid, title, body) VALUES (?, ?, ?)", list(rows))


def unindex_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Take out of the search index what was put in: the same tokens as then."""
    if rows:
        connection.exec_driver_sql(
            f"INSERT INTO {SEARCH_TABLE}({SEARCH_TABLE}, rowid, title, body) VALUES ('delete', ?, ?, ?)", list(rows)
        )


def empty_index(connection: Connection) -> None:
    """Forget the whole search index."""
    connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE}({SEARCH_TABLE}) VALUES ('delete-all')")


def matching(phrases: Sequence[Phrase]) -> sa.TextualSelect:
    """Return the selection of the numbers (`seq`) of the items that hold all phrases."""
    found = sa.text(f"SELECT rowid AS seq FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH :search_words")
    return found.bindparams(search_words=_search_words(phrases)).columns(sa.column("seq", sa.Integer))


def holds(phrases: Sequence[Phrase]) -> sa.TextClause:
    """Return the condition that the item at hand holds all phrases: for a walk along an index, where most items do."""
    inside = f"SELECT 1 FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH :search_words AND rowid = item.seq"
    return sa.text(f"EXISTS ({inside})").bindparams(search_words=_search_words(phrases))


def unindexed(column: sa.Column[Any]) -> Any:
    """Return a column as the planner does not look it up in an index: where another way is known to be the short one."""
    return sa.literal_column(f"+{column.table.name}.{column.name}", column.type)


def _search_words(phrases: Sequence[Phrase]) -> str:
    return " AND ".join(f'"{" ".join(p.tokens)}"' + (" *" if p.prefix else "") for p in phrases)


# ----------------------------------------------------------------------------------------------------------- upkeep


def problems(connection: Connection) -> list[str]:
    """Return what the database itself finds wrong with its file."""
    found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        found.append(f"foreign key: {table} row {row} names no {parent}")
    try:
        connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE}({SEARCH_TABLE}) VALUES ('integrity-check')")
    except DBAPIError as error:
        found.append(f"search index: {error.orig}")
    return found


def size_of(engine: Engine) -> int:
    """Return the bytes that the database takes on disk, its log included."""
    path = file_of(engine.url.render_as_string())
    if path is None:
        return 0
    return sum(p.stat().st_size for p in (path, Path(f"{path}-wal")) if p.exists())


def schema_of(connection: Connection) -> list[str]:
    """Return the statements that make the schema, ordered by name, without what the database makes itself."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        f"AND name NOT LIKE '{SEARCH_TABLE}_%' ORDER BY type DESC, name"
    )
    return [str(row[1]).strip() for row in rows]


class Watch:
    """Tells whether a database was written to, by whomever: `mark` is another value after each commit of anybody else.

    Has a connection of its own that only asks; a few microseconds a call. Safe to use from several threads.
    """

    def __init__(self, engine: Engine) -> None:
        self._path = file_of(engine.url.render_as_string())
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file = 0

    def mark(self) -> tuple[int, int]:
        """Return (the file's number, the version of what is in it)."""
        if self._path is None:
            return (0, time.monotonic_ns())
        with self._lock, suppress(OSError, sqlite3.Error):
            file = os.stat(self._path).st_ino
            if self._connection is None or file != self._file:  # opened anew after a restore
                self._forget()
                self._connection = sqlite3.connect(
                    f"{self._path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=PATIENCE
                )
                self._file = file
            return (file, int(self._connection.execute("PRAGMA data_version").fetchone()[0]))
        return (0, time.monotonic_ns())

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def copy_to(engine: Engine, target: Path) -> None:
    """Copy the database, while others write, to a file that is whole or not there at all."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with told(engine), engine.connect() as connection:
            source: Any = connection.connection.dbapi_connection
            copy = sqlite3.connect(partial)
            try:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()
        _flush(partial)
        os.replace(partial, target)
        _flush(target.parent)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}", code="backup_failed") from error
    finally:
        partial.unlink(missing_ok=True)


def put_back(path: Path, backup: Path, suffix: str) -> str | None:
    """Put a sound backup in the place of a database file; return where the former file is kept, if there was one.

    Whoever has the database open must close it first: this takes the writer's lock to make sure that nobody writes.
    """
    partial = path.with_name(path.name + ".partial")
    source = sqlite3.connect(f"file:{backup}?mode=ro", uri=True)
    target = sqlite3.connect(partial)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    _flush(partial)
    kept = None
    if path.exists():
        _settle_log(path)
        kept = path.with_name(f"{path.name}.{suffix}")
        os.replace(path, kept)
        for log in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(f"{path}{log}", f"{kept}{log}")
    os.replace(partial, path)
    _flush(path.parent)
    return None if kept is None else str(kept)


def _settle_log(path: Path) -> None:
    """Bring the write-ahead log into the file, if it is a database; raise StoreError while somebody writes."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise StoreError(f"{path}: another process writes to it; stop it first", code="db_busy") from error
    finally:
        connection.close()


def sound_version(path: Path) -> str:
    """Return the schema version of a database file that is whole. Raises StoreError where it is not."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no such file", code="restore_failed")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise StoreError(f"{path} is damaged; nothing was restored", code="db_corrupt")
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise StoreError(f"{path} is no database of aggregator; nothing was restored", code="db_corrupt") from error
    finally:
        connection.close()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
