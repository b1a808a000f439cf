"""A large store from a small one, for benchmarks that read: a store filled through polls, its items repeated over time.

Filling a million items through polls takes hours beside other work; what a page costs depends on how many rows there are
and how they lie, not on how they came. Each repetition has numbers, ids, addresses and times of its own, in order; lines,
labs and sources stay. Of each repetition one item in twelve speaks of a line, as in life. What only writing reads (near
copies, buckets of stories) is not repeated, so nothing is ever polled into such a store.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from aggregator.searching import search_tokens

ABOUT = 12
"""One item in so many speaks of a line."""
_TIMES = ("published", "first_seen", "appeared", "last_seen")
_NAMES = {
    "item": ("id", "key", "guid", "url", "url_key", "text_key", "story_id"), "story": ("id", "root"),
    "evidence": (), "item_content": (), "item_lab": (), "item_line": (), "item_topic": (),
}  # fmt: skip
"""Tables that are repeated, with the columns that hold a name of the repetition's own."""
_OF_LINES = ("evidence", "item_line")


def multiply(path: Path, times: int, every: timedelta) -> None:
    """Make the store at `path` hold `times` as many items, each repetition `every` later than the one before."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = off")
        connection.execute("PRAGMA cache_size = -200000")
        height = connection.execute("SELECT max(seq) FROM item").fetchone()[0]
        tokens = [
            (seq, search_tokens(title), search_tokens(summary, content))
            for seq, title, summary, content in connection.execute(
                "SELECT item.seq, title, summary, content FROM item JOIN item_content USING (seq)"
            )
        ]
        for number in range(1, times):
            with connection:
                for table, names in _NAMES.items():
                    connection.execute(_repetition(connection, table, names, number, height, every))
                shifted = ((seq + number * height, title, body) for seq, title, body in tokens)
                connection.executemany("INSERT INTO item_search(rowid, title, body) VALUES (?, ?, ?)", shifted)
            print(f"\r{number + 1} of {times}", end="", flush=True)
        print()
        with connection:
            told = "SELECT count(*) FROM item_line WHERE item_line.line = line.key AND role = 'about'"
            connection.execute(f"UPDATE line SET items = ({told}), stories = ({told})")  # noqa: S608
        connection.execute("ANALYZE")


def _repetition(
    connection: sqlite3.Connection, table: str, names: tuple[str, ...], number: int, height: int, every: timedelta
) -> str:
    """The statement that adds one repetition of the first `height` items' rows of a table."""
    later = f"+{int(every.total_seconds()) * number} seconds"
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    item = "item" if table == "evidence" else "seq"
    chosen = f"{item} % {ABOUT} = {number % ABOUT}"
    made = []
    for column in columns:
        if column == item and table != "story":
            made.append(f"{column} + {number * height}")
        elif column == "seq":
            made.append("NULL")  # a number of its own
        elif column in names:
            made.append(f"\"{column}\" || '-{number}'")
        elif column in ("lines", "mentions"):
            made.append(f"CASE WHEN {chosen} THEN \"{column}\" ELSE '[]' END" if table == "item" else f'"{column}"')
        elif column in _TIMES:
            made.append(f"strftime('%Y-%m-%d %H:%M:%S.000000', \"{column}\", '{later}')")
        else:
            made.append(f'"{column}"')
    listed = ", ".join(f'"{column}"' for column in columns)
    own = "instr(id, '-') = 0" if table == "story" else f"{item} <= {height}"
    own += f" AND {chosen}" if table in _OF_LINES else ""
    return f"INSERT INTO {table} ({listed}) SELECT {', '.join(made)} FROM {table} WHERE {own}"  # noqa: S608
