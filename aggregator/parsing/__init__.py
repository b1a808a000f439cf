"""Reading answers apart from this process: bytes in, entries out, in worker processes that can be killed.

`Parser.read` is the one port through which bytes become entries. The walk: parser.py (the event loop's side) → pool.py
(which document when) → process.py (one worker, watched) → wire.py (what crosses the pipe) → worker.py (the process
itself, with its limits) → reading.py (`read_safely`: the source kind) → preparing.py (a feed's entries made ready by the
rules). A document that needs too many seconds, too much memory, or crashes its worker costs its own source an error,
parse_timeout, parse_limits or parse_crashed; downs.py remembers it. Names are loaded when first used, so that a worker
does not load what only the parent needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.parsing.limits import Limits
    from aggregator.parsing.parser import Parser
    from aggregator.parsing.pool import Pool
    from aggregator.parsing.reading import read_safely

__all__ = ["Limits", "Parser", "Pool", "read_safely"]
_WHERE = {"Limits": "limits", "Parser": "parser", "Pool": "pool", "read_safely": "reading"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
