"""SQLite: WAL (on a network file system a rollback journal), foreign keys on, synchronous FULL, ten seconds of patience.

A transaction that writes begins as a writer (BEGIN IMMEDIATE), so that it never fails half-way on a rival's lock. Search
is an FTS5 table that holds our tokens (aggregator/searching.py) and no text: its tokenizer only parts them at spaces.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError

from aggregator import faults
from aggregator.errors import StoreError
from aggregator.searching import Phrase
from aggregator.storage.dialect import mounts
from aggregator.storage.dialect.schema import SEARCH_TABLE

PATIENCE = 10.0
"""Seconds that a statement waits for somebody else's lock."""
LOG_LIMIT = 64 * 2**20
"""Bytes to which the write-ahead log is cut once it was emptied; above it a reader keeps it from being emptied."""
LOG_PAGES = 8000
"""Pages (of 4 KiB) of the write-ahead log after which a commit empties it: in a large store each poll changes other pages of
the indexes, and a page that changed twice in between is written into the file once."""
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


def make_engine(url: URL, readonly: bool) -> Engine:
    path = _file(url)
    if path is not None:
        _check_path(path, readonly)
    engine = sa.create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False})
    journal = "delete" if path is not None and mounts.network_kind(path) else "wal"

    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        _prepare(connection, journal)

    event.listen(engine, "connect", _prepare_readonly if readonly else prepare)
    event.listen(engine, "begin", _begin)
    return engine


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite URL, or None (in memory, or another database)."""
    return _file(make_url(url))


def _file(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def name_of(url: URL) -> str:
    return str(_file(url) or "the database")


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


def _prepare(connection: sqlite3.Connection, journal: str) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for attempt in range(50):
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in (journal, "memory"):
                cursor.execute(f"PRAGMA journal_mode={journal}")
            break
        except sqlite3.OperationalError as error:
            # this change does not wait for a rival that opens the same new file
            if attempt == 49 or (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute(f"PRAGMA journal_size_limit={LOG_LIMIT}")
    cursor.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
    cursor.close()


def _prepare_readonly(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")
    connection.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def reading(connection: Connection) -> Connection:
    return connection


def writing(connection: Connection) -> Connection:
    return connection.execution_options(writes=True)


def begin(connection: Connection, by_row: bool) -> sa.RootTransaction:
    return connection.begin()  # one writer at a time is all that there is


def code_of(error: Exception) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    number = getattr(original, "sqlite_errorcode", None)
    if number is None:
        return None
    return _CODES.get(number & 0xFF, (None, ""))[0]


def was_undone(error: DBAPIError) -> bool:
    return False  # there is no server between us and the file


def advice(code: str) -> str:
    return next(words for known, words in _CODES.values() if known == code)


# ------------------------------------------------------------------------------------------------------- statements


def insert(table: sa.Table) -> Any:
    return sqlite.insert(table)


def reserve_numbers(connection: Connection, table: sa.Table, count: int) -> int:
    row = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name=:n"), {"n": table.name}).first()
    return int(row[0]) + 1 if row else 1


def settle_numbers(connection: Connection, table: sa.Table, column: str) -> None:
    """Nothing to do: a row that is inserted with its number raises the table's."""


# ----------------------------------------------------------------------------------------------------------- search

SEARCH_SCHEMA = (
    f"CREATE VIRTUAL TABLE {SEARCH_TABLE} USING fts5(title, body, content='', "
    """tokenize="ascii tokenchars '+-._/~|'")"""
)


def index_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE}(rowid, title, body) VALUES (?, ?, ?)", list(rows))


def unindex_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    connection.exec_driver_sql(
        f"INSERT INTO {SEARCH_TABLE}({SEARCH_TABLE}, rowid, title, body) VALUES ('delete', ?, ?, ?)", list(rows)
    )


def empty_index(connection: Connection) -> None:
    connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE}({SEARCH_TABLE}) VALUES ('delete-all')")


def matching(phrases: Sequence[Phrase], between: tuple[int, int] | None = None) -> sa.TextualSelect:
    found, values = _matching(phrases, between)
    return sa.text(found).bindparams(**values).columns(sa.column("seq", sa.Integer))


def _matching(phrases: Sequence[Phrase], between: tuple[int, int] | None) -> tuple[str, dict[str, Any]]:
    found = f"SELECT rowid AS seq FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH :search_words"
    values: dict[str, Any] = {"search_words": _search_words(phrases)}
    if between is not None:
        found += " AND rowid BETWEEN :search_low AND :search_high"
        values |= {"search_low": between[0], "search_high": between[1]}
    return found, values


def among(
    statement: Any, number: sa.Column[Any], phrases: Sequence[Phrase], between: tuple[int, int] | None = None
) -> Any:
    hits = matching(phrases, between).subquery("hits")  # joined, one hit comes after the other; IN gathers them first
    return statement.join(hits, hits.c.seq == number)


def originals(
    shown: sa.Select[Any], number: sa.Column[Any], phrases: Sequence[Phrase], between: tuple[int, int] | None = None
) -> sa.TextualSelect:
    hits, values = _matching(phrases, between)
    # by its number an item would be looked up in its row, a page of the file for each; this index holds all that is asked
    said = f"SELECT item.seq, item.appeared FROM ({hits}) AS hits CROSS JOIN item INDEXED BY item_shown"
    found = sa.text(f"{said} ON item.seq = hits.seq WHERE item.copy_of IS NULL")
    return found.bindparams(**values).columns(*(sa.column(c.name, c.type) for c in shown.selected_columns))


def holds(phrases: Sequence[Phrase]) -> sa.TextClause:
    inside = f"SELECT 1 FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH :search_words AND rowid = item.seq"
    return sa.text(f"EXISTS ({inside})").bindparams(search_words=_search_words(phrases))


def unindexed(column: sa.Column[Any]) -> Any:
    return sa.literal_column(f"+{column.table.name}.{column.name}", column.type)


def _search_words(phrases: Sequence[Phrase]) -> str:
    return " AND ".join(f'"{" ".join(p.tokens)}"' + (" *" if p.prefix else "") for p in phrases)


# ----------------------------------------------------------------------------------------------------------- upkeep


def problems(connection: Connection) -> list[str]:
    found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        found.append(f"foreign key: {table} row {row} names no {parent}")
    try:
        connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE}({SEARCH_TABLE}) VALUES ('integrity-check')")
    except DBAPIError as error:
        found.append(f"search index: {error.orig}")
    return found


def size_of(engine: Engine) -> int:
    path = _file(engine.url)
    if path is None:
        return 0
    return sum(p.stat().st_size for p in (path, Path(f"{path}-wal")) if p.exists())


def warnings(engine: Engine) -> dict[str, str]:
    path = _file(engine.url)
    if path is None:
        return {}
    found = {}
    if kind := mounts.network_kind(path):
        found["network_file_system"] = (
            f"{path} lies on a network file system ({kind}): locks and what is written are only as safe as that is, readers "
            "and writers wait for each other; put it on a disk of this machine, or use PostgreSQL"
        )
    log = Path(f"{path}-wal")
    with suppress(FileNotFoundError):
        if (size := log.stat().st_size) > LOG_LIMIT:
            found["log_large"] = (
                f"{log} has {size / 2**20:,.0f} MiB: a program that reads without end keeps it from being emptied, and it "
                f"grows until the disk is full; `fuser {path}` names the programs, end the one that hangs"
            )
    return found


def schema_of(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        f"AND name NOT LIKE '{SEARCH_TABLE}_%' ORDER BY type DESC, name"
    )
    return [str(row[1]).strip() for row in rows]


def watch(engine: Engine) -> Watch:
    return Watch(engine)


class Watch:
    """Asks for the version of what is in the file: a few microseconds a call."""

    def __init__(self, engine: Engine) -> None:
        self._path = _file(engine.url)
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
        with engine.connect() as connection:
            source: Any = connection.connection.dbapi_connection
            copy = sqlite3.connect(partial)
            try:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()
        _flush(partial)
        faults.at("backup.copied")
        os.replace(partial, target)
        _flush(target.parent)
        faults.at("backup.named")
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
    faults.at("restore.copied")
    kept = None
    if path.exists():
        _settle_log(path)
        kept = path.with_name(f"{path.name}.{suffix}")
        _name_also(path, kept)
        for log in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(f"{path}{log}", f"{kept}{log}")
        faults.at("restore.kept")
    os.replace(partial, path)
    _flush(path.parent)
    faults.at("restore.placed")
    return None if kept is None else str(kept)


def _name_also(path: Path, other: Path) -> None:
    """Give a file a second name in the place of whatever has it, so that at no moment there is no database; where the
    file system has no second names the file is renamed."""
    new = other.with_name(other.name + ".partial")
    new.unlink(missing_ok=True)
    try:
        os.link(path, new)
    except OSError:
        os.replace(path, other)
        return
    os.replace(new, other)
    new.unlink(missing_ok=True)  # two names of one file are left as they are


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


# ------------------------------------------------------------------------------------------------------------ views

OPEN_AT = """(SELECT json_extract(step.value, '$[1]') FROM json_each(line.details, '$.timeline') AS step
    WHERE json_extract(step.value, '$[0]') = 'open')"""


def time_words(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column})"


def value_words(column: str, path: str, kind: str = "text") -> str:
    return f"json_extract({column}, '$.{path}')"
