"""How commands speak: JSON or tables on standard output, messages and progress on standard error. No domain rules."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from aggregator import shapes

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


def print_json(document: Any) -> None:
    """Write one JSON document and a newline."""
    sys.stdout.write(shapes.as_json(document, indent=2) + "\n")


def say(message: str) -> None:
    """A message to the person, on standard error."""
    print(message, file=sys.stderr)


def neutral(text: object) -> str:
    """Text of others without anything that a terminal would obey: it becomes visible."""
    return shapes.OBEYED.sub("�", str(text))


ROOM = 32
"""Cells that the first of the elastic columns gets before any column is left out for it."""


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    elastic: Sequence[int] = (),
    shed: Sequence[int] = (),
) -> None:
    """A table that fits the terminal; tab-separated lines with all columns when piped.

    Where it is too narrow for ROOM cells of the first of the `elastic` columns, those of `shed` are left out, one after the
    other; then the elastic ones are folded.
    """
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(neutral(cell if cell is not None else "") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(no_color=bool(os.environ.get("NO_COLOR")))
    widths = fitting(columns, rows, console.width, elastic, shed)
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    for place, width in widths.items():
        folded = place in elastic
        table.add_column(
            columns[place],
            no_wrap=not folded,
            overflow="fold" if folded else "ellipsis",
            max_width=width if folded else None,
        )
    for row in rows:
        table.add_row(*(Text(neutral(row[place]) if row[place] is not None else "") for place in widths))
    console.print(table)


def fitting(
    columns: Sequence[str], rows: Sequence[Sequence[object]], width: int, elastic: Sequence[int], shed: Sequence[int]
) -> dict[int, int]:
    """Return the columns that a terminal of `width` cells has room for, by their place, each with the cells that it gets."""
    from rich.cells import cell_len

    wide = {
        place: max(
            [cell_len(columns[place]), *(cell_len(neutral(row[place])) for row in rows if row[place] is not None)]
        )
        for place in range(len(columns))
    }
    least = {place: min(wide[place], ROOM // (2 if nth else 1)) for nth, place in enumerate(elastic)}

    def left() -> int:
        """Cells that are left for the elastic columns; two stand between two columns."""
        return width - 2 * (len(wide) - 1) - sum(cells for place, cells in wide.items() if place not in least)

    for place in shed:
        if sum(cells for one, cells in least.items() if one in wide) <= left():
            break
        del wide[place]
    room = left()
    for place in reversed([place for place in elastic if place in wide]):
        if place != elastic[0]:
            wide[place] = max(min(wide[place], room // 3), cell_len(columns[place]))
            room -= wide[place]
        else:
            wide[place] = max(min(wide[place], room), 1)
    return wide


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar on standard error that knows what is left; silent when that is no terminal or `quiet`."""
    if quiet or not sys.stderr.isatty() or total == 0:
        yield lambda words, left: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("polling", total=total)
        yield lambda words, left: bar.update(task, completed=total - left, description=neutral(words)[:40].ljust(40))
