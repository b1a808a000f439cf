"""How many items are understood in a second of one core: titles and summaries, and with bodies of 1.4 KB.

    python -m benchmarks.understanding [--items 20000] [--rounds 5]

Seconds are of CPU time, so that a busy machine changes little. Prints medians over rounds, and the ratio to a floor
measured in the same run: folding the same texts with NFKC.
"""

from __future__ import annotations

import argparse
import statistics
import time
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

from aggregator import config
from aggregator.model import Entry, Source
from aggregator.understanding import Understanding
from benchmarks.corpus import Text, texts

SOURCE = Source("bench", "feed", "https://bench.example/feed", language=None)


def label_all(rules: Understanding, corpus: list[Text]) -> None:
    for text in corpus:
        entry = Entry(guid=str(text.number), url=None, title=text.title, published=text.published)
        rules.labels(entry, SOURCE, title=text.title, summary=text.summary, content=text.body)


def fold_all(corpus: list[Text]) -> None:
    for text in corpus:
        unicodedata.normalize("NFKC", f"{text.title}\n{text.summary}\n{text.body}").casefold()


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--items", type=int, default=20_000)
    words.add_argument("--rounds", type=int, default=5)
    asked = words.parse_args()
    labs = config.load(Path(__file__).parent.parent / "sources.toml", {}).labs
    ready = statistics.median(seconds(lambda: Understanding(labs)) for _ in range(3))
    rules = Understanding(labs)
    print(f"construction: {ready * 1000:.0f} ms")
    for name, body in (("title and summary", 0), ("with bodies of 1.4 KB", 1400)):
        corpus = list(texts(asked.items, body=body))
        label_all(rules, corpus[:500])
        rounds = [
            (seconds(partial(label_all, rules, corpus)), seconds(partial(fold_all, corpus)))
            for _ in range(asked.rounds)
        ]
        took = statistics.median(ours for ours, _ in rounds)
        ratio = statistics.median(ours / floor for ours, floor in rounds)
        print(
            f"{name}: {asked.items / took:,.0f} items/s (median of {asked.rounds}); {ratio:.1f} x the floor of folding"
        )


if __name__ == "__main__":
    main()
