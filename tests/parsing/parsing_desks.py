"""Parsers over pools of their own, for the tests of workers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from aggregator.model import Answer, Ask, Reading, Source
from aggregator.parsing import Limits, Parser, Pool
from aggregator.sources import Endpoints

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ASK = Ask("https://example.org/feed")
FIFTIETH = Limits(cpu=0.6, wall=0.8, memory=256 * 2**20, patience=0.2, quick=2, slow=2, idle=5.0)
"""The limits of the tests: a fiftieth of the time."""


class Desk:
    """A parser over a pool of its own, with readers of the tests or the real ones."""

    def __init__(self, limits: Limits, reader: str = "hostile_readers:read") -> None:
        self.pool = Pool(limits, reader)
        self.memory: Any = None

    async def take(self, body: bytes | str, kind: str = "feed", **options: Any) -> Reading:
        """Read one document."""
        raw = body.encode() if isinstance(body, str) else body
        source = Source("x", kind, ASK.url, options=options)
        parser = Parser(self.memory, self.pool)
        return await parser.read(ASK, Answer(ASK.url, 200, {}, raw), source, {}, Endpoints(), NOW)

    def read(self, body: bytes | str, kind: str = "feed", **options: Any) -> Reading:
        return asyncio.run(self.take(body, kind, **options))
