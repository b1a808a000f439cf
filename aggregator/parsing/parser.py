"""The port of the event loop: `Parser.read` waits for a worker without blocking anybody."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Reading, Source
from aggregator.parsing import wire
from aggregator.parsing.downs import Downs, Remembers
from aggregator.parsing.pool import Down, Job, Pool, shared
from aggregator.sources.port import Endpoints


class Parser:
    """Reads answers by their source's kind in killable processes.

    `memory` keeps which documents took a worker down (the store's settings; without one it is forgotten with this
    object). `rules` (`preparing.pack`): the worker makes a feed's entries ready by them. A worker starts with the first
    document, and is used for the next ones, also those of another `Parser`.
    """

    def __init__(self, memory: Remembers | None = None, pool: Pool | None = None, rules: bytes = b"") -> None:
        self._pool = pool or shared()
        self._downs = Downs(memory)
        self._rules = rules

    async def __aenter__(self) -> Parser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime,
        *, known: str = "",
    ) -> Reading:  # fmt: skip
        """Return what `source`'s kind makes of `answer`; `known` is `Reading.known` of the last poll, or empty.

        Raises ParseError: those of the kind; parse_timeout, parse_limits and parse_crashed when the document took its
        worker down. One that did so twice is not read again until its bytes are others: the same code, at once.
        """
        if answer.not_modified or not answer.body:
            return await self._run(ask, answer, source, cursor, endpoints, now, known)
        digest = hashlib.sha256(f"{source.kind}\0".encode() + answer.body).hexdigest()
        before = await self._downs.of(digest)
        if before is not None and before.is_enough:
            raise ParseError(
                f"{answer.url}: it took a parser down {before.count} times ({before.code}, last on {before.at}); it is not "
                "read again until the document changes",
                code=before.code,
            )
        try:
            return await self._run(ask, answer, source, cursor, endpoints, now, known)
        except Down as down:
            await self._downs.note(digest, source.id, down.code, now)
            raise

    async def _run(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime,
        known: str,
    ) -> Reading:  # fmt: skip
        packed = wire.pack((ask, replace(answer, body=b""), source, dict(cursor), endpoints, now, known))
        job = Job(packed, answer.body, answer.url, self._rules)
        self._pool.submit(job)
        try:
            return await asyncio.wrap_future(job.result)
        except asyncio.CancelledError:
            with suppress(Exception):
                self._pool.cancel(job)
            raise
