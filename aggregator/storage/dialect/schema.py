"""Statements of the schema that each database says in its own words; the migrations give them out as they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

SEARCH_TABLE = "item_search"


class Spoken(ExecutableDDLElement):
    """A statement of the schema in the words of each database."""

    def __init__(self, *, sqlite: str, postgresql: str) -> None:
        self.words = {"sqlite": sqlite, "postgresql": postgresql}


@compiles(Spoken)
def _say(element: Spoken, compiler: Any, **_: Any) -> str:
    return element.words[compiler.dialect.name]
