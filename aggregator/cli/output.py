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


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, elastic: Sequence[int] = ()) -> None:
    """A table that fits the terminal (the columns of `elastic` give way first); tab-separated lines when piped."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(neutral(cell if cell is not None else "") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    for place, column in enumerate(columns):
        table.add_column(column, no_wrap=place not in elastic, overflow="fold" if place in elastic else "ellipsis")
    for row in rows:
        table.add_row(*(Text(neutral(cell) if cell is not None else "") for cell in row))
    Console(no_color=bool(os.environ.get("NO_COLOR"))).print(table)


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
