"""One reading: whatever a source kind does with bytes ends in entries or in an error of the source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aggregator.errors import AggregatorError, ParseError
from aggregator.model import Answer, Ask, Reading, Source
from aggregator.sources import KINDS, Endpoints


def read_safely(
    ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
) -> Reading:
    """Read one answer by the source's kind; whatever goes wrong comes out as an error of this source.

    Raises ParseError: those of the kind; `parse_limits` when the document exhausts the stack or the memory;
    `parse_crashed` for a defect of a reader, which names the exception.
    """
    try:
        return KINDS[source.kind].read(ask, answer, source, cursor, endpoints, now)
    except AggregatorError:
        raise
    except (RecursionError, MemoryError) as error:
        raise ParseError(f"{answer.url}: too deep or too large to be read", code="parse_limits") from error
    except Exception as error:
        raise ParseError(
            f"{answer.url}: the reader failed ({type(error).__name__}: {error})", code="parse_crashed"
        ) from error
