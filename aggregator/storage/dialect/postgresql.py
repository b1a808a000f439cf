"""PostgreSQL 14 or newer, through psycopg 3: the same store for several hosts.

A transaction that writes takes one advisory lock, so that numbers are committed in their order, as with SQLite; readers
see one snapshot and wait for nobody. Text is compared byte by byte (COLLATE "C"), whatever the database's own language.
Search keeps our tokens (aggregator/searching.py) as lexemes with their places: the server's parser never sees a text.
No extension is needed.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from aggregator.errors import StoreError
from aggregator.searching import BREAK, Phrase
from aggregator.storage.columns import Moment
from aggregator.storage.dialect.schema import SEARCH_TABLE

PATIENCE = 10.0
"""Seconds that a statement waits for somebody else's lock."""
DIAL = 10
"""Seconds that a connection waits for its server."""
IDLE = 300.0
"""Seconds after which the server ends a transaction whose program has fallen silent (its host is gone)."""
OLDEST = 14
"""The first version of the server that is spoken."""
WRITER = 0x6167_6772_6567_6174
"""The advisory lock of the one that writes ("aggregat")."""
_STATES = {
    "53100": "disk_full", "53200": "db_io", "53300": "db_busy", "53400": "db_busy", "55P03": "db_busy",
    "55006": "db_busy", "40001": "db_busy", "40P01": "db_busy", "25006": "db_readonly", "42501": "db_denied",
    "28P01": "db_denied", "28000": "db_denied", "3D000": "db_missing", "XX001": "db_corrupt", "XX002": "db_corrupt",
    "58030": "db_io", "57P01": "db_unavailable", "57P02": "db_unavailable", "57P03": "db_unavailable",
    "57P05": "db_unavailable", "25P03": "db_unavailable", "57014": "db_busy",
}  # fmt: skip
"""Codes by SQLSTATE."""
_UNDONE = frozenset({"40001", "40P01", "57P01", "57P02", "57P05", "25P03"})
"""SQLSTATEs of a transaction that the server undid by itself: serialization, deadlock, the end of the connection."""
_WORDS = (
    ("disk_full", r"no space left on device"),
    ("db_denied", (r"password authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist"
     r"|is not permitted to log in|permission denied for database")),
    ("db_missing", r"database .* does not exist"),
    ("db_busy", r"too many clients|remaining connection slots|too many connections"),
)  # fmt: skip
"""Codes of a connection that was refused: the driver gives no SQLSTATE then, only the server's words."""
_ADVICE = {
    "disk_full": "the server's disk is full; free some space there, polls go on by themselves",
    "db_busy": "another process holds what is asked for, or all connections are taken; try again",
    "db_readonly": "the server takes no writes (a standby, or default_transaction_read_only); name the primary in "
                   "AGGREGATOR_DATABASE_URL",
    "db_denied": "the server refuses this user: check user and password in AGGREGATOR_DATABASE_URL, pg_hba.conf, and "
                 "that the user owns the database (GRANT ALL ON SCHEMA public)",
    "db_missing": "there is no such database on this server; create it (createdb -E UTF8 NAME)",
    "db_corrupt": "the server found a damaged page or index; stop writing and restore a backup",
    "db_io": "the server failed to read or write its disk, or has no memory left",
    "db_unavailable": "the server cannot be reached, or has ended the connection; is it running, and is its address "
                      "right? Polls go on by themselves when it is back",
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------- the engine


def make_engine(url: URL, readonly: bool) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs its driver; install it with: pip install 'aggregator[postgres]'",
            code="missing_dependency",
        ) from error
    url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=15,
        pool_timeout=PATIENCE,
        connect_args={"connect_timeout": DIAL, "application_name": "aggregator"},
    )
    engine.dialect.type_compiler_instance = _types(engine.dialect)

    def prepare(connection: Any, record: Any) -> None:
        _prepare(connection, name_of(url), readonly)

    event.listen(engine, "connect", prepare)
    return engine


def _types(dialect: sa.Dialect) -> Any:
    """How this database's types are written: columns of text compare as bytes do, as in SQLite."""
    from sqlalchemy.dialects.postgresql.base import PGTypeCompiler  # loaded by who speaks it: SQLite does without

    class Types(PGTypeCompiler):
        def visit_TEXT(self, type_: Any, **kw: Any) -> str:
            plain = super().visit_TEXT(type_, **kw)
            # `type_expression` is given where a column is made
            return f'{plain} COLLATE "C"' if "type_expression" in kw and "COLLATE" not in plain else plain

    return Types(dialect)


def _prepare(connection: Any, name: str, readonly: bool) -> None:
    version = connection.info.server_version // 10000
    if version < OLDEST:
        raise StoreError(f"{name}: the server is PostgreSQL {version}; it must be {OLDEST} or newer", code="db_too_old")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(f"{name}: it keeps text as {encoding}; it must be UTF8 (createdb -E UTF8)", code="db_encoding")
    settings = {"TimeZone": "UTC", "lock_timeout": f"{int(PATIENCE * 1000)}ms", "tcp_keepalives_idle": "60",
                "idle_in_transaction_session_timeout": f"{int(IDLE * 1000)}ms"}  # fmt: skip
    if readonly:
        settings["default_transaction_read_only"] = "on"
    _leave_out_nul(connection)
    connection.autocommit = True
    connection.execute("; ".join(f"SET {key} = '{value}'" for key, value in settings.items()))
    connection.autocommit = False


def _leave_out_nul(connection: Any) -> None:
    """Let texts go in without the one character that the server does not keep, whatever a source has put into them."""
    from psycopg.types.string import StrDumperUnknown

    class Dumper(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, Dumper)


def name_of(url: URL) -> str:
    return f"PostgreSQL database {url.database or url.username or ''} on {url.host or 'this machine'}"


def reading(connection: Connection) -> Connection:
    # not `postgresql_readonly`: it would end with READ WRITE, against a server's default_transaction_read_only
    return connection.execution_options(isolation_level="REPEATABLE READ")


def writing(connection: Connection) -> Connection:
    return connection.execution_options(isolation_level="READ COMMITTED")


def begin(connection: Connection, by_row: bool) -> sa.RootTransaction:
    transaction = connection.begin()
    if by_row:
        return transaction
    try:
        # each statement after this one sees what the writer before has committed
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")
    except BaseException:
        transaction.rollback()
        raise
    return transaction


def code_of(error: Exception) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    if state is not None:
        return _STATES.get(state, "db_unavailable" if state.startswith("08") else None)
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        said = str(original)
        return next((code for code, words in _WORDS if re.search(words, said, re.I)), "db_unavailable")
    return None


def was_undone(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _UNDONE


def advice(code: str) -> str:
    return _ADVICE[code]


# ------------------------------------------------------------------------------------------------------- statements


def insert(table: sa.Table) -> Any:
    from sqlalchemy.dialects.postgresql import insert as inserting

    return inserting(table)


def reserve_numbers(connection: Connection, table: sa.Table, count: int) -> int:
    sequence = _sequence(table, str(table.autoincrement_column.name if table.autoincrement_column is not None else ""))
    last = connection.exec_driver_sql(f"SELECT setval({sequence}, nextval({sequence}) + {int(count) - 1})").scalar_one()
    return int(last) - count + 1


def settle_numbers(connection: Connection, table: sa.Table, column: str) -> None:
    last = connection.scalar(sa.select(sa.func.max(table.c[column])))
    if last is not None:
        connection.exec_driver_sql(f"SELECT setval({_sequence(table, column)}, {int(last)})")


def _sequence(table: sa.Table, column: str) -> str:
    return f"pg_get_serial_sequence('{table.name}', '{column}')"


# ----------------------------------------------------------------------------------------------------------- search

PLACES = 15_000
"""Tokens of one part of an item's text: the server counts places up to 16,383, and 256 of one lexeme."""
SAME = 250
WEIGHT = 400_000
"""Bytes of the lexemes of one part: the server takes 1 MiB."""
OVERLAP = 64
"""Tokens that the next part begins with again, so that a phrase of up to 65 tokens is whole in one of them."""
LONGEST = 500
"""Characters of a lexeme (the server takes 2,046 bytes); a longer token stands there as its hash."""
SEARCH_SCHEMA = f"""DO $$ BEGIN
CREATE TABLE {SEARCH_TABLE} (
  seq bigint NOT NULL, part integer NOT NULL, tokens tsvector NOT NULL, PRIMARY KEY (seq, part));
CREATE INDEX {SEARCH_TABLE}_by_tokens ON {SEARCH_TABLE} USING gin (tokens);
CREATE INDEX {SEARCH_TABLE}_long ON {SEARCH_TABLE} (seq) WHERE part = 1;
END $$"""


def index_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    parts = [
        (seq, number, part)
        for seq, title, rest in rows
        for number, part in enumerate(_parts([*title.split(), BREAK, *rest.split()]))
    ]
    connection.exec_driver_sql(f"INSERT INTO {SEARCH_TABLE} VALUES (%s, %s, %s::tsvector)", parts)


def _parts(tokens: list[str]) -> Iterator[str]:
    """Yield vectors that hold all tokens at their places, as few as the server's limits allow."""
    start = 0
    while True:
        places: dict[str, list[int]] = defaultdict(list)
        weight, end = 0, start
        while end < len(tokens) and end - start < PLACES and weight < WEIGHT:
            lexeme = _lexeme(tokens[end])
            if len(places[lexeme]) >= SAME:
                break
            if not places[lexeme]:
                weight += len(lexeme.encode())
            end += 1
            places[lexeme].append(end - start)
        yield " ".join(f"{_quoted(x)}:{','.join(map(str, at))}" for x, at in places.items() if at)
        if end >= len(tokens):
            return
        start = max(end - OVERLAP, start + 1)


def _lexeme(token: str) -> str:
    return token if len(token) <= LONGEST else f"#{sha256(token.encode()).hexdigest()}"


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def unindex_items(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    connection.exec_driver_sql(f"DELETE FROM {SEARCH_TABLE} WHERE seq = ANY(%s)", ([row[0] for row in rows],))


def empty_index(connection: Connection) -> None:
    connection.exec_driver_sql(f"DELETE FROM {SEARCH_TABLE}")


def matching(phrases: Sequence[Phrase], between: tuple[int, int] | None = None) -> Any:
    asked = [_asked(phrase) for phrase in phrases]
    values = {f"search_{n}": words for n, words in enumerate(asked)} | {"search_all": " & ".join(asked)}
    found = f"SELECT seq FROM {SEARCH_TABLE} WHERE tokens @@ CAST(:search_all AS tsquery)"
    if len(asked) > 1:
        # the text of few items is in several parts: there each part may hold another of the phrases
        long = f"SELECT seq FROM {SEARCH_TABLE} WHERE part = 1"
        each = [f"SELECT seq FROM {SEARCH_TABLE} WHERE seq IN ({long}) AND tokens @@ CAST(:search_{n} AS tsquery)"
                for n in range(len(asked))]  # fmt: skip
        found += f" UNION ({' INTERSECT '.join(each)})"
    else:
        del values["search_0"]
    return sa.text(found).bindparams(**values).columns(sa.column("seq", sa.BigInteger))


def among(
    statement: Any, number: sa.Column[Any], phrases: Sequence[Phrase], between: tuple[int, int] | None = None
) -> Any:
    return statement.where(number.in_(matching(phrases)))  # an item's parts may each be a hit


def originals(
    shown: sa.Select[Any], number: sa.Column[Any], phrases: Sequence[Phrase], between: tuple[int, int] | None = None
) -> Any:
    return among(shown, number, phrases, between)


def holds(phrases: Sequence[Phrase]) -> Any:
    inside = (
        f"SELECT 1 FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE}.seq = item.seq AND tokens @@ CAST(:search_{{}} AS tsquery)"
    )
    values = {f"search_{n}": _asked(phrase) for n, phrase in enumerate(phrases)}
    return sa.text(" AND ".join(f"EXISTS ({inside.format(n)})" for n in range(len(phrases)))).bindparams(**values)


def unindexed(column: sa.Column[Any]) -> Any:
    return column + sa.text("interval '0'") if isinstance(column.type, Moment) else column


def _asked(phrase: Phrase) -> str:
    lexemes = [_quoted(_lexeme(token)) for token in phrase.tokens]
    return "(" + " <-> ".join(lexemes) + (":*" if phrase.prefix else "") + ")"


# ----------------------------------------------------------------------------------------------------------- upkeep


def problems(connection: Connection) -> list[str]:
    found = [
        f"index {row[0]} is not valid; REINDEX it"
        for row in connection.exec_driver_sql("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
    ]
    pages = "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
    if damaged := connection.exec_driver_sql(pages).scalar():
        found.append(f"the server has counted {damaged} damaged pages")
    strays = (
        f"SELECT count(*) FROM {SEARCH_TABLE} WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.seq = {SEARCH_TABLE}.seq)"
    )
    missing = (
        f"SELECT count(*) FROM item WHERE NOT EXISTS (SELECT 1 FROM {SEARCH_TABLE} WHERE seq = item.seq AND part = 0)"
    )
    for words, count in (
        ("rows of the search index have no item", strays),
        ("items are not in the search index", missing),
    ):
        if number := connection.exec_driver_sql(count).scalar():
            found.append(f"{number} {words}")
    return found


def size_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def warnings(engine: Engine) -> dict[str, str]:
    return {}


def schema_of(connection: Connection) -> list[str]:
    asked = (
        (
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '"
            " || coalesce(collation_name, '') FROM information_schema.columns WHERE table_schema = current_schema()"
        ),
        (
            "SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'"
        ),
        "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        "SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = current_schema()",
    )
    return sorted(str(row[0]) for one in asked for row in connection.exec_driver_sql(one))


def watch(engine: Engine) -> Watch:
    return Watch(engine)


class Watch:
    """Asks which transactions are through: a round trip a call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def mark(self) -> tuple[int, ...]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                through = self._connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one()
                return tuple(int(number) for number in re.findall(r"\d+", str(through)))
            except (SQLAlchemyError, StoreError):
                self._forget()
        return (0, time.monotonic_ns())

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None


# ------------------------------------------------------------------------------------------------------------ views


OPEN_AT = """(SELECT step.value ->> 1 FROM json_array_elements(line.details::json -> 'timeline') AS step
    WHERE step.value ->> 0 = 'open' LIMIT 1)"""


def time_words(column: str) -> str:
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def value_words(column: str, path: str, kind: str = "text") -> str:
    value = f"({column}::json #>> '{{{path.replace('.', ',')}}}')"
    return value if kind == "text" else f"{value}::numeric::{kind}"
