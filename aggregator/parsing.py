"""Reading answers apart from the event loop: the one port through which bytes become entries.

Today each reading runs in a worker thread: the loop stays free, but a document that keeps the parser busy keeps its
thread busy too. The seam for killable worker processes is `Parser._run`: everything that crosses it (kind, ask,
answer, source, cursor, endpoints, now → Reading or SourceError) is plain frozen data that pickles, and `read_safely`
is a module-level function, so that a process pool with time and memory limits replaces `_run` alone. Codes for that
day: `parse_timeout`, `parse_limits`, `parse_crashed`. Nothing here opens a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
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


class Parser:
    """Reads answers by their source's kind, beside the event loop. An async context manager, for the day it owns
    processes.
    """

    async def __aenter__(self) -> Parser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
    ) -> Reading:
        """Return what `source`'s kind makes of `answer`; raises ParseError (see `read_safely`)."""
        return await self._run(ask, answer, source, cursor, endpoints, now)

    async def _run(self, *arguments: Any) -> Reading:
        """The seam: where a reading runs."""
        return await asyncio.to_thread(read_safely, *arguments)
