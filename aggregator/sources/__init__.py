"""Source kinds: what to ask for, and how the bytes that come back become entries. Pure: no I/O, no clock.

A kind is one module with `asks` and `read` (`SourceKind` in port.py); `KINDS` has one line for each. Modules are
imported when a kind is first used, so that naming the kinds costs nothing at start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import cast

from aggregator.sources.port import Endpoints, SourceKind

__all__ = ["KINDS", "Endpoints", "SourceKind"]

_MODULES = {
    "feed": "aggregator.sources.feed",
    "page": "aggregator.sources.page",
    "json": "aggregator.sources.json_list",
    "github": "aggregator.sources.github",
    "huggingface": "aggregator.sources.huggingface",
    "modelscope": "aggregator.sources.modelscope",
    "catalog": "aggregator.sources.catalog",
}


class _Kinds(Mapping[str, SourceKind]):
    """The kinds by name."""

    def __getitem__(self, kind: str) -> SourceKind:
        return cast(SourceKind, import_module(_MODULES[kind]))

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


KINDS: Mapping[str, SourceKind] = _Kinds()
