"""Items and releases for other programs: JSON Lines, CSV and feeds, one piece at a time. No I/O.

JSON Lines and CSV hold the forms of the contract (`items`, `releases`); a list in a CSV cell is its members joined by
`; `, what is more than a list of words is JSON. A cell that a spreadsheet would take for a formula begins with `'`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from aggregator import shapes
from aggregator.model import Item, ItemQuery, Release, ReleaseQuery

FORMATS = ("jsonl", "csv", "atom", "rss", "jsonfeed")
ITEM_COLUMNS = (
    "id", "source", "guid", "url", "title", "summary", "author", "language", "published", "first_seen", "appeared",
    "kind", "topics", "labs", "lines", "mentions", "story", "copy_of", "late", "baseline",
)  # fmt: skip
RELEASE_COLUMNS = (
    "line", "generation", "lab", "region", "family", "version", "status", "openness", "licence", "modalities", "sizes",
    "params_total", "params_active", "context", "languages", "architecture", "capabilities", "first_seen", "timeline",
    "artifacts", "claims", "disputes", "expected", "items", "stories",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula (OWASP, CSV injection): the wide forms count where a spreadsheet folds them, as in Japan."""
STEP = 500
"""Items or releases that are read at once."""


def items(ask: Callable[[ItemQuery], tuple[list[Item], int]], query: ItemQuery, most: int | None) -> Iterator[Item]:
    """All items that pass, newest first, at most `most`; read page by page, so that memory stays small."""
    left = most
    while left is None or left > 0:
        size = STEP if left is None else min(STEP, left)
        page, _ = ask(replace(query, limit=size))
        yield from page
        if len(page) < size:
            return
        left = None if left is None else left - len(page)
        query = replace(query, offset=0, after=(page[-1].appeared, page[-1].seq))


def releases(
    ask: Callable[[ReleaseQuery], tuple[list[Release], int]], query: ReleaseQuery, most: int | None
) -> Iterator[Release]:
    """All releases that pass, newest first, at most `most`."""
    left = most
    while left is None or left > 0:
        size = STEP if left is None else min(STEP, left)
        page, _ = ask(replace(query, limit=size))
        yield from page
        if len(page) < size:
            return
        left = None if left is None else left - len(page)
        query = replace(query, offset=0, after=(page[-1].appeared, page[-1].key))


def form_of(thing: Item | Release) -> dict[str, Any]:
    """The contract's form of an item or a release."""
    return shapes.of_item(thing) if isinstance(thing, Item) else shapes.of_release(thing)


def json_lines(things: Iterable[Item | Release]) -> Iterator[str]:
    """One JSON document a line."""
    for thing in things:
        yield shapes.as_json(form_of(thing)) + "\n"


def csv_lines(things: Iterable[Item | Release], columns: Sequence[str]) -> Iterator[str]:
    """RFC 4180 with a line of names first."""
    yield csv_line(columns)
    for thing in things:
        form = form_of(thing)
        yield csv_line([form[name] for name in columns])


def csv_line(values: Sequence[Any]) -> str:
    """Values of a form as one line of CSV, none of them a formula."""
    line = io.StringIO()
    csv.writer(line).writerow(map(_cell, values))
    return line.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        value = "; ".join(value)
    if not isinstance(value, str):
        return shapes.as_json(value) if value else ""
    value = value.replace("\0", "")
    return f"'{value}" if value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA) else value
