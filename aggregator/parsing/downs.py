"""Which documents took a worker down, kept between runs: by the hash of their bytes, the newest few hundred."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

KEY = "parse_downs"
ENOUGH = 2
"""A document that took this many workers down is not read again."""
_KEPT = 500


class Remembers(Protocol):
    """The part of `storage.Store` that is used: values by key."""

    def setting(self, key: str) -> str | None: ...
    def save_setting(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Record:
    """How often a document took a worker down, by which code, and the day of the last time."""

    count: int
    code: str
    source: str
    at: str

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH


class Downs:
    """The record of documents; `memory` None: for the life of this object only."""

    def __init__(self, memory: Remembers | None = None) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._known: dict[str, Record] | None = None

    async def of(self, digest: str) -> Record | None:
        """What is known of the document with this hash."""
        if self._known is None:
            await asyncio.to_thread(self._load)
        return (self._known or {}).get(digest)

    async def note(self, digest: str, source: str, code: str, now: datetime) -> None:
        """The document took a worker down once more."""
        await asyncio.to_thread(self._note, digest, source, code, now)

    def _load(self) -> None:
        with self._lock:
            self._known = self._read()

    def _read(self) -> dict[str, Record]:
        raw = self._memory.setting(KEY) if self._memory is not None else None
        try:
            found: Any = json.loads(raw or "{}")
            return {k: Record(int(v[0]), str(v[1]), str(v[2]), str(v[3])) for k, v in found.items()}
        except (ValueError, TypeError, IndexError, AttributeError):
            return {}

    def _note(self, digest: str, source: str, code: str, now: datetime) -> None:
        with self._lock:
            known = self._read() if self._memory is not None else dict(self._known or {})
            before = known.pop(digest, None)
            known[digest] = Record((before.count if before else 0) + 1, code, source, now.date().isoformat())
            known = dict(list(known.items())[-_KEPT:])
            if self._memory is not None:
                self._memory.save_setting(
                    KEY, json.dumps({k: [r.count, r.code, r.source, r.at] for k, r in known.items()})
                )
            self._known = known
