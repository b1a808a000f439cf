"""Column types that read the same on every database: aware UTC times and plain JSON. Nothing here knows a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; SQLite numbers rows only by a column that is called INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware time. Written in UTC, read back aware and in UTC; a naive time is a defect of the caller and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A plain JSON value as text with sorted keys, so that equal values are equal bytes on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not value and type(value) in _EMPTY:  # most lists are empty, and encoding one takes a microsecond or two
            return _EMPTY[type(value)]
        text = dump_json(value)
        # half a surrogate pair in a cursor or a note must not cost the poll
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return [] if value == "[]" else load_json(value)


_EMPTY: dict[type, str] = {list: "[]", tuple: "[]", dict: "{}"}


def dump_json(value: Any) -> str:
    """Return a JSON value as compact text with sorted keys (mappings and tuples of any kind, times as ISO 8601)."""
    return _ENCODER.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"not plain JSON: {type(value).__name__}")


def load_json(text: str) -> Any:
    """Return what json.loads returns, in a third of its time for a short text of `dump_json` (no blanks around)."""
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        end = -1
    return value if end == len(text) else json.loads(text)


_DECODER = json.JSONDecoder()
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
