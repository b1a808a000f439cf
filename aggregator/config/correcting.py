"""corrections.toml, beside sources.toml: a person's word over the rules, read and checked whole, or refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

from aggregator.config import values as v
from aggregator.corrections import Corrections, parse

NAME = "corrections.toml"
MAXIMUM_BYTES = 2**20


def corrections_beside(sources_file: str | Path) -> Path:
    """Where the corrections of a sources file are."""
    return Path(sources_file).with_name(NAME)


def load(sources_file: str | Path) -> Corrections:
    """The corrections that belong to a sources file; none if there is no such file.

    Raises ConfigurationError if the file is unreadable, no UTF-8 TOML, or wrong in any correction.
    """
    path = corrections_beside(sources_file)
    try:
        raw = path.read_bytes()[: MAXIMUM_BYTES + 1]
    except FileNotFoundError:
        return Corrections()
    except OSError as error:
        v.refuse(str(path), f"cannot be read: {error.strerror or error}")
    if len(raw) > MAXIMUM_BYTES:
        v.refuse(str(path), "expected at most 1 MiB")
    try:
        document = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        v.refuse(str(path), f"expected TOML in UTF-8: {error}")
    rows = document.get("correction", [])
    others = sorted(set(document) - {"correction"})
    if others or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        v.refuse(str(path), "expected [[correction]] tables only")
    found, problems = parse(rows)
    if problems:
        v.refuse(str(path), problems[0])
    return found
