"""What a source kind is: the two pure functions that every kind gives, and the endpoints that it may ask.

Nothing here (and nothing in any kind) opens a connection, reads a file or asks a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aggregator.model import Answer, Ask, Reading, Source


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Base URLs without a trailing slash, and whether a GitHub token is there (the token itself is known to `fetch`
    only).
    """

    github_api: str = "https://api.github.com"
    github_web: str = "https://github.com"
    github_raw: str = "https://raw.githubusercontent.com"
    huggingface: str = "https://huggingface.co"
    modelscope: str = "https://modelscope.cn"
    github_token: bool = False


class SourceKind(Protocol):
    """A way to read sources. A kind is a module with these two functions.

    `cursor` is what earlier readings of the source merged (key by key; None means that a key is gone); within a poll a
    reading sees what the readings before it said. A reading with `pages` is not the last of its listing; `last` False
    without `pages` says that the listing is known to be incomplete (a cut document), so the poll does not count as
    whole.
    """

    def asks(
        self, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
    ) -> tuple[Ask, ...]: ...

    def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime
    ) -> Reading: ...
