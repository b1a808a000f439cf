"""What one more item costs when 10 thousand, 100 thousand or a million are stored: copies, stories, search and all.

    python -m benchmarks.growth [--sizes 10000,100000,1000000] [--database PATH] [--probe 500] [--rounds 5]

A store is filled with the invented corpus through the ordinary poll transaction. At each size the same number of new
items is added (as polls of 25 entries, as in life) and searches are made; medians and ratios to the first size are printed.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from aggregator import config, identity
from aggregator.model import Entry, ItemQuery, Poll, Prepared, Source
from aggregator.storage import Store
from aggregator.understanding import Understanding
from benchmarks.corpus import Text, texts

NOW = datetime(2027, 1, 1, tzinfo=UTC)
FEEDS = 200
WORDS = ("开源", "weights", "Qwen", "open weights", "DeepSeek-V1.3")


def source_of(number: int) -> Source:
    return Source(f"bench-{number % FEEDS}", "feed", f"https://outlet{number % FEEDS}.example/feed")


def prepared(text: Text, source: Source, rules: Understanding) -> Prepared:
    entry = Entry(
        guid=f"urn:bench:{text.number}",
        url=f"https://outlet{text.number % FEEDS}.example/{text.number}",
        title=text.title,
        summary=text.summary,
        content=text.body,
        published=text.published,
        language=text.language,
    )
    return identity.prepare(entry, source, rules, NOW)


def poll(source: Source, entries: tuple[Prepared, ...]) -> Poll:
    return Poll(source, entries, {}, {}, complete=True, next_poll_at=NOW + timedelta(hours=1))


def chunks(rows: Iterable[Text], size: int) -> Iterator[list[Text]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def add(store: Store, rules: Understanding, rows: Iterable[Text], together: int) -> tuple[int, float]:
    """Store `rows` as polls of 25 entries, `together` polls a transaction; how many, and the seconds inside the store."""
    count, inside = 0, 0.0
    for some in chunks(rows, 25 * together):
        polls = []
        for place, chunk in enumerate(chunks(some, 25)):
            source = source_of(chunk[0].number // 25 + place)
            polls.append(poll(source, tuple(prepared(text, source, rules) for text in chunk)))
        started = time.perf_counter()
        store.commit_polls(polls, NOW)
        inside += time.perf_counter() - started
        count += len(some)
    return count, inside


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sizes", default="10000,100000")
    words.add_argument("--database")
    words.add_argument("--probe", type=int, default=500)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--body", type=int, default=600)
    asked = words.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    labs = config.load(Path(__file__).parent.parent / "sources.toml", {}).labs
    rules = Understanding(labs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(asked.database or Path(folder) / "growth.db")
        store = Store.open(f"sqlite:///{path}", regions={lab.id: lab.region for lab in labs.values()})
        corpus = texts(max(sizes) + len(sizes) * asked.rounds * asked.probe, body=asked.body)
        stored, first = 0, 0.0
        for size in sizes:
            started = time.perf_counter()
            done, inside = add(store, rules, islice(corpus, size - stored), 400)
            stored += done
            filling = time.perf_counter() - started
            costs = []
            for _ in range(asked.rounds):
                count, seconds = add(store, rules, islice(corpus, asked.probe), 1)
                stored += count
                costs.append(seconds / count * 1000)
            cost = statistics.median(costs)
            first = first or cost
            bytes_ = path.stat().st_size
            print(
                f"{size:>9,} items: one more costs {cost:.2f} ms in the store ({cost / first:.2f} x the first size); "
                f"filled in {filling:.0f} s ({inside:.0f} s in the store); {bytes_ / stored / 1000:.1f} kB an item",
                flush=True,
            )
            for word in WORDS:
                times = []
                for _ in range(9):
                    started = time.perf_counter()
                    _, total = store.items(ItemQuery(words=word, limit=20))
                    times.append((time.perf_counter() - started) * 1000)
                print(f"          search {word}: {statistics.median(times):.1f} ms ({total:,} hits)", flush=True)
        store.close()


if __name__ == "__main__":
    main()
