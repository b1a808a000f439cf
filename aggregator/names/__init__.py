"""Model names: from a repository's, a tag's or a text's name to the release line and what describes one artifact.

Pure: no I/O, no list of models. `words` holds the vocabularies.
"""

from __future__ import annotations

from aggregator.names.line import canonical, join, make_line, tidy
from aggregator.names.parse import ParsedName, read_name, read_release, take_apart
from aggregator.names.repository import has_weights, read_repository

__all__ = [
    "ParsedName",
    "canonical",
    "has_weights",
    "join",
    "make_line",
    "read_name",
    "read_release",
    "read_repository",
    "take_apart",
    "tidy",
]
