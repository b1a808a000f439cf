"""Many rows at once, by the driver: SQLAlchemy's own way costs more for each row than SQLite's work on it.

Values go through the columns' types as in any other statement. What is inserted names all columns of the table but a number
that the database gives: no default of a column is filled in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

_Bind = Callable[[Any], Any] | None


def insert(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str] = (),
    changing: Iterable[str] = (),
) -> None:  # fmt: skip
    """Insert rows that all have the columns of the first one; where `keys` are taken, set the columns `changing` instead.

    Raises what a statement of SQLAlchemy raises. Rows of one call have different keys.
    """
    if not rows:
        return
    names = tuple(rows[0])
    statement = _insertion(connection.dialect, table, names, tuple(keys), tuple(changing))
    connection.exec_driver_sql(statement, _bound(connection.dialect, table, names, rows))


def update(connection: Connection, column: sa.Column[Any], values: Mapping[int, Any]) -> None:
    """Set one column of a table's rows, by their number `seq`."""
    if not values:
        return
    dialect, table = connection.dialect, column.table
    rows = [{column.name: value, "seq": seq} for seq, value in values.items()]
    quote, mark = dialect.identifier_preparer.quote, _mark(dialect)
    statement = f"UPDATE {quote(table.name)} SET {quote(column.name)} = {mark} WHERE seq = {mark}"
    connection.exec_driver_sql(statement, _bound(dialect, table, (column.name, "seq"), rows))


def _bound(
    dialect: Dialect, table: sa.Table, names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Return the rows as the driver takes them."""
    columns = [
        [row[name] for row in rows] if bind is None else [bind(row[name]) for row in rows]
        for name, bind in zip(names, _binds(dialect, table, names), strict=True)
    ]
    return list(zip(*columns, strict=True))


@lru_cache(maxsize=256)
def _binds(dialect: Dialect, table: sa.Table, names: tuple[str, ...]) -> tuple[_Bind, ...]:
    """Return what the values of each column go through on their way to the driver."""
    return tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)


def _mark(dialect: Dialect) -> str:
    return "?" if dialect.paramstyle == "qmark" else "%s"


@lru_cache(maxsize=256)
def _insertion(
    dialect: Dialect, table: sa.Table, names: tuple[str, ...], keys: tuple[str, ...], changing: tuple[str, ...]
) -> str:
    counted = table.autoincrement_column
    if missing := {column.name for column in table.columns if column is not counted} - set(names):
        raise ValueError(f"rows of {table.name} lack {', '.join(sorted(missing))}")
    quote, marks = dialect.identifier_preparer.quote, ", ".join([_mark(dialect)] * len(names))
    said = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({marks})"
    if keys:
        sets = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in changing)
        said += f" ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {sets}"
    return said
