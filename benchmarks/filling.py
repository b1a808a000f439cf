"""Stores of a given size, filled with the invented corpus through the ordinary poll transaction, as time went by.

    python -m benchmarks.filling FOLDER [--sizes 10000,100000,1000000]

makes `FOLDER/items-SIZE.db` for each size that is not there yet, and `FOLDER/sources.toml` for them. A million items take
about half an hour of one core; nothing of it is measured.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from multiprocessing import Pool
from pathlib import Path

import tomlkit
from sqlalchemy import event

from aggregator import config, identity
from aggregator.model import Entry, Poll, Prepared, Source
from aggregator.storage import Store
from aggregator.understanding import Understanding
from benchmarks import ours
from benchmarks.corpus import Text, texts

FEEDS = 200
BODY = 600
"""Characters of an item's body."""
TOGETHER = 20
"""Polls of 25 entries a transaction while filling: eight hours of news."""
MARGIN = 50_000
"""Texts beyond the largest size, for who adds some more."""
SOON = timedelta(minutes=40)
"""How long after its last text a batch is polled."""


def source_of(number: int) -> Source:
    """The source that gave text number `number`'s batch."""
    return Source(f"bench-{number % FEEDS}", "feed", f"https://outlet{number % FEEDS}.example/feed")


def prepared(text: Text, source: Source, rules: Understanding, now: datetime) -> Prepared:
    """A text made ready for the store."""
    entry = Entry(
        guid=f"urn:bench:{text.number}",
        url=f"https://outlet{text.number % FEEDS}.example/{text.number}",
        title=text.title,
        summary=text.summary,
        content=text.body,
        published=text.published,
        language=text.language,
    )
    return identity.prepare(entry, source, rules, now)


def polls_of(rows: list[Text], rules: Understanding) -> tuple[list[Poll], datetime]:
    """`rows` as polls of 25 entries, and the time at which they are made: soon after the last text appeared."""
    now, polls = rows[-1].published + SOON, []
    for chunk in chunks(rows, 25):
        source = source_of(chunk[0].number // 25)
        entries = tuple(prepared(text, source, rules, now) for text in chunk)
        polls.append(Poll(source, entries, {}, {}, complete=True, next_poll_at=now + timedelta(hours=1)))
    return polls, now


def add(store: Store, rules: Understanding, rows: Iterable[Text], together: int) -> tuple[int, float]:
    """Store `rows` as polls of 25 entries, `together` polls a transaction; how many, and the seconds inside the store."""
    count, seconds = 0, 0.0
    for some in chunks(rows, 25 * together):
        polls, now = polls_of(some, rules)
        started = time.perf_counter()
        store.commit_polls(polls, now)
        seconds += time.perf_counter() - started
        count += len(some)
    return count, seconds


def chunks(rows: Iterable[Text], size: int) -> Iterator[list[Text]]:
    """`rows` in lists of `size`, the last one perhaps shorter."""
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def path_of(folder: Path, size: int) -> Path:
    """Where the store of that size is."""
    return folder / f"items-{size}.db"


def opened(path: Path, understood: Path) -> tuple[Store, Understanding]:
    """A store and the rules by which it was filled."""
    labs = config.load(understood, {}).labs
    store = Store.open(f"sqlite:///{path}", regions={lab.id: lab.region for lab in labs.values()})
    return store, Understanding(labs)


def corpus(after: int, largest: int) -> Iterator[Text]:
    """The texts that follow the first `after` of those of which a store of `largest` items has the first ones."""
    return islice(texts(largest + MARGIN, body=BODY), after, None)


def configure(folder: Path) -> Path:
    """Write sources.toml: the repository's labs and the invented sources."""
    document = ours.starter()
    stanzas = "".join(
        f'[sources.{source.id}]\nkind = "feed"\nurl = "{source.url}"\n\n' for source in map(source_of, range(FEEDS))
    )
    path = folder / "sources.toml"
    path.write_text(f"{tomlkit.dumps(document)}\n{stanzas}", "utf-8")
    return path


def fill(folder: Path, sizes: Iterable[int]) -> None:
    """Make the stores that are not there yet; a larger one begins as a copy of the next smaller one.

    What was interrupted goes on where it was: whole transactions are stored.
    """
    folder.mkdir(parents=True, exist_ok=True)
    understood = configure(folder)
    done = 0
    for size in sorted(sizes):
        target, growing = path_of(folder, size), folder / f"growing-{size}.db"
        if not target.exists():
            if not growing.exists():
                copy(path_of(folder, done) if done else None, growing)
            _grow(growing, understood, size)
            copy(growing, target)
            remove(growing)
        done = size


def _grow(path: Path, understood: Path, size: int) -> None:
    """Fill a store up to `size` items. Texts are made ready in a process beside this one, which stores them."""
    store, _ = opened(path, understood)
    event.listen(store.engine, "connect", _hurry)
    store.engine.dispose()  # so that every connection is made anew
    started = time.perf_counter()
    with sqlite3.connect(path) as database:
        (done,) = database.execute("select count(*) from item").fetchone()
    batches = chunks(islice(texts(size, body=BODY), done, None), 25 * TOGETHER)
    with store, Pool(1, _learn, (understood,)) as pool:
        while some := list(islice(batches, 20)):  # so that no more than twenty batches lie ready
            for polls, now in pool.imap(_ready, some):
                store.commit_polls(polls, now)
            done = some[-1][-1].number + 1
            print(f"{done:,} of {size:,} items after {time.perf_counter() - started:,.0f} s", flush=True)


def _hurry(connection: sqlite3.Connection, _: object) -> None:
    """Let a connection remember much and wait for no disk: nothing here is measured, and nothing would be lost."""
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-2000000")


_rules: Understanding
"""The rules of the process that makes texts ready."""


def _learn(understood: Path) -> None:
    global _rules
    _rules = Understanding(config.load(understood, {}).labs)


def _ready(rows: list[Text]) -> tuple[list[Poll], datetime]:
    return polls_of(rows, _rules)


def copy(source: Path | None, target: Path) -> None:
    """Copy a database, whole and without its log; without a source there is none afterwards."""
    remove(target)
    if source is not None:
        with sqlite3.connect(source) as from_, sqlite3.connect(target) as to:
            from_.backup(to, pages=-1)


def remove(path: Path) -> None:
    """Remove a database and what belongs to it."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", type=Path)
    words.add_argument("--sizes", default="10000,100000,1000000")
    asked = words.parse_args()
    fill(asked.folder, [int(size) for size in asked.sizes.split(",")])


if __name__ == "__main__":
    main()
