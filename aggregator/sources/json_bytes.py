"""Bytes to plain JSON values, with limits, and cautious access to what the values hold. Pure.

A record may lack any field or hold another type in it: the readers here return None (or an empty tuple) for what is
not of the wanted type, so that a reader of a wire format never trusts one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from aggregator import dates
from aggregator.errors import ParseError
from aggregator.model import Answer
from aggregator.sources.decoding import decode
from aggregator.sources.walls import is_wall

_LONG_NUMBER = 400
"""Digits of a number: longer ones are no fact of any source, and turning them into integers is slow."""


def load(answer: Answer) -> Any:
    """Return the JSON value of an answer's body.

    Raises ParseError: `empty_body`; `bot_challenge`; `not_json` (HTML and anything else); `parse_limits` for nesting or
    numbers that no honest document holds. NaN and Infinity are refused (RFC 8259); of equal keys the last wins.
    """
    if not answer.body.strip():
        raise ParseError(f"{answer.url}: the answer is empty", code="empty_body")
    text = decode(answer.body, answer.headers).text.lstrip("\ufeff \t\r\n")
    if text[:1] == "<" and is_wall(text):
        raise ParseError(f"{answer.url}: a bot challenge came instead of JSON", code="bot_challenge")
    if text[:1] == "<":
        raise ParseError(f"{answer.url}: an HTML or XML document came instead of JSON", code="not_json")
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_integer, parse_float=_number)
    except RecursionError as error:
        raise ParseError(f"{answer.url}: JSON is nested too deeply", code="parse_limits") from error
    except ValueError as error:
        raise ParseError(f"{answer.url}: not JSON ({error})", code="not_json") from error


def _refuse(name: str) -> NoReturn:
    raise ParseError(f"JSON holds {name}, which is no JSON number", code="parse_limits")


def _integer(digits: str) -> int:
    if len(digits) > _LONG_NUMBER:
        raise ParseError("JSON holds a number of more than 400 digits", code="parse_limits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ParseError(f"JSON holds {digits[:20]}, which is out of range", code="parse_limits")
    return value


def rows_of(value: Any, answer: Answer) -> list[Any]:
    """Return `value` if it is a list; raises ParseError `schema_unexpected` (with the message of an error object)
    otherwise.
    """
    if isinstance(value, list):
        return value
    told = complaint(value)
    raise ParseError(
        f"{answer.url}: expected a list, got {type(value).__name__}" + (f" ({told})" if told else ""),
        code="schema_unexpected",
    )


def object_of(value: Any, answer: Answer) -> Mapping[str, Any]:
    """Return `value` if it is an object; raises ParseError `schema_unexpected` otherwise."""
    if isinstance(value, dict):
        return value
    raise ParseError(f"{answer.url}: expected an object, got {type(value).__name__}", code="schema_unexpected")


def complaint(value: Any) -> str:
    """The message of an error object, at most 200 characters, or ""."""
    if not isinstance(value, dict):
        return ""
    for key in ("message", "error", "errors", "Message", "msg"):
        found = value.get(key)
        if found:
            return str(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))[:200]
    return ""


def text_in(record: Mapping[str, Any], key: str) -> str | None:
    """A non-empty string, stripped; None for anything else."""
    value = record.get(key)
    return value.strip() or None if isinstance(value, str) else None


def number_in(record: Mapping[str, Any], key: str) -> int | None:
    """A whole number that fits into 64 bits; None for anything else (booleans too)."""
    value = record.get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def strings_in(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The strings of a field that may be one string or a list (YAML of model cards has both)."""
    value = record.get(key)
    if isinstance(value, str):
        value = [value]
    return tuple(v.strip() for v in value if isinstance(v, str) and v.strip()) if isinstance(value, list) else ()


def mapping_in(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object; an empty one for anything else."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)\Z")


def time_in(record: Mapping[str, Any], key: str) -> datetime | None:
    """A time: ISO 8601 with a zone is read here (the usual case, fast), other text by `dates.parse`, numbers as epoch
    seconds or ms.
    """
    value = record.get(key)
    if isinstance(value, str):
        if _ISO.match(value):
            try:
                return datetime.fromisoformat(value).astimezone(UTC)
            except (ValueError, OverflowError):
                return None
        return dates.parse(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return epoch(value)
    return None


def epoch(value: float, unit: str | None = None) -> datetime | None:
    """A time from a count since 1970: `unit` "s" or "ms"; without one by magnitude. None if it is before 2000 or
    after 2100.
    """
    seconds = value / 1000 if unit == "ms" or (unit is None and value > 100_000_000_000) else value
    if not 946_684_800 <= seconds < 4_102_444_800:
        return None
    return datetime.fromtimestamp(seconds, UTC)
