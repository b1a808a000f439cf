"""One reading: whatever a source kind does with bytes ends in entries or in an error of the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator import text
from aggregator.errors import AggregatorError, ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.sources import KINDS, Endpoints

LONG = 64 * 1024
"""Characters from which a text is cleaned by the worker: what follows in the service then takes milliseconds."""


def read_safely(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Read one answer by the source's kind; whatever goes wrong comes out as an error of this source.

    Long texts are cleaned here, where that may take long; they come out as markup of the same text.

    Raises ParseError: those of the kind; `parse_limits` when the document exhausts the stack or the memory;
    `parse_crashed` for a defect of a reader, which names the exception.
    """
    try:
        return _tamed(KINDS[source.kind].read(ask, answer, source, cursor, endpoints, now))
    except AggregatorError:
        raise
    except (RecursionError, MemoryError) as error:
        raise ParseError(f"{answer.url}: too deep or too large to be read", code="parse_limits") from error
    except Exception as error:
        raise ParseError(
            f"{answer.url}: the reader failed ({type(error).__name__}: {error})", code="parse_crashed"
        ) from error


def _tamed(reading: Reading) -> Reading:
    """The reading, its long texts made short and plain."""
    if not any(len(entry.summary) > LONG or len(entry.content) > LONG for entry in reading.entries):
        return reading
    return replace(reading, entries=tuple(map(_tame, reading.entries)))


def _tame(entry: Entry) -> Entry:
    return replace(entry, summary=_short(entry.summary), content=_short(entry.content))


def _short(written: str) -> str:
    return text.tamed(written) if len(written) > LONG else written
