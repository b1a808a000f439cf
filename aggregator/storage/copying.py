"""Moving a store to another database, of whatever kind: every row with its number, verified, or nothing at all.

The source is read in one snapshot and not changed. The target must hold nothing; it is written in one transaction, so a
copy that was broken off leaves it as empty as it was and is simply run again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from aggregator.errors import StoreError
from aggregator.storage import dialect, tables, upkeep

ROWS = 500
"""Rows that are held at a time."""
OWN = frozenset({"setting", "lab"})
"""Tables in which opening a store leaves something: they are emptied, not asked for."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: rows by table, values out of which NUL was taken, the logical hash of both databases."""

    rows: dict[str, int]
    mended: int
    hash: str


def copy(source: Engine, target: Engine) -> Copied:
    """Copy all rows to an empty database that has the schema of now, and compare both. Raises StoreError.

    Codes: target_not_empty (nothing was written), copy_differs (the target was left as it was), db_*.
    """
    with dialect.reading(source) as from_, dialect.writing(target) as to:
        _demand_empty(to, target)
        rows: dict[str, int] = {}
        mended = 0
        for table in tables.metadata.sorted_tables:
            if table.name in OWN:
                to.execute(sa.delete(table))
            digest, count, nulls = _copy_table(from_, to, table)
            mended += nulls
            rows[table.name] = count
            if digest != _digest(to, table):
                raise StoreError(f"{dialect.name_of(target)}: the rows of `{table.name}` came out otherwise; nothing was "
                                 "kept there", code="copy_differs")  # fmt: skip
        said = upkeep.logical_hash(upkeep.logical_dump(from_))
        upkeep.rebuild_search(to)
        found = upkeep.logical_hash(upkeep.logical_dump(to))
        if said != found and not mended:
            raise StoreError(
                f"{dialect.name_of(target)}: its logical hash is {found}, that of the source {said}; nothing was kept "
                "there",
                code="copy_differs",
            )
    return Copied(rows, mended, found)


def save(source: Engine, path: Path) -> None:
    """Copy a database that is no file to a SQLite file, which is whole or not there at all. Raises StoreError."""
    partial = path.with_name(path.name + ".partial")
    for rest in ("", "-wal", "-shm"):
        Path(f"{partial}{rest}").unlink(missing_ok=True)
    engine = dialect.make_engine(f"sqlite:///{partial}")
    try:
        upkeep.upgrade(engine)
        copy(source, engine)
        dialect.copy_to(engine, path)
    finally:
        engine.dispose()
        for rest in ("", "-wal", "-shm"):
            Path(f"{partial}{rest}").unlink(missing_ok=True)
    os.chmod(path, 0o600)


def _demand_empty(to: Connection, target: Engine) -> None:
    for table in tables.metadata.sorted_tables:
        if table.name not in OWN and to.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise StoreError(
                f"{dialect.name_of(target)} is not empty: `{table.name}` has rows; copy to a database of its own",
                code="target_not_empty",
            )


def _copy_table(from_: Connection, to: Connection, table: sa.Table) -> tuple[str, int, int]:
    """Copy a table; return the digest of its rows as they were written, their number, and how many values had NUL."""
    found = sha256()
    count = mended = 0
    for some in _pages(from_, table):
        values = []
        for row in some:
            clean = {name: _without_nul(value) for name, value in row._mapping.items()}
            mended += sum(clean[name] is not value for name, value in row._mapping.items())
            found.update(repr(tuple(clean.values())).encode("utf-8", "replace"))
            values.append(clean)
        to.execute(sa.insert(table), values)
        count += len(values)
    number = table.autoincrement_column
    if number is not None:
        dialect.settle_numbers(to, table, number.name)
    return found.hexdigest(), count, mended


def _digest(connection: Connection, table: sa.Table) -> str:
    found = sha256()
    for some in _pages(connection, table):
        for row in some:
            found.update(repr(tuple(row)).encode("utf-8", "replace"))
    return found.hexdigest()


def _pages(connection: Connection, table: sa.Table) -> Iterator[Any]:
    """Yield the rows of a table in the order of their keys."""
    wanted = sa.select(table).order_by(*table.primary_key.columns)
    return connection.execute(wanted, execution_options={"stream_results": True, "yield_per": ROWS}).partitions()


def _without_nul(value: Any) -> Any:
    """PostgreSQL keeps no NUL in a text; a source's nonsense may have one."""
    return value.replace("\0", "") if isinstance(value, str) and "\0" in value else value
