"""How many items are understood in a second of one core: titles and summaries, and with bodies of 1.4 KB.

    python -m benchmarks.understanding [--items 20000] [--rounds 5]

Seconds are of CPU time, so that a busy machine changes little. Medians over rounds, and the ratio to a floor measured in
the same round: folding the same texts with NFKC.
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
SORTS = {"title and summary": 0, "with bodies of 1.4 KB": 1400}


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


def measured(items: int = 10_000, rounds: int = 3) -> dict[str, dict[str, float]]:
    """{what: {rate: items a second of CPU time, ratio: to the floor}}, and how long the rules take to be made (ms)."""
    labs = config.load(Path(__file__).parent.parent / "sources.toml", {}).labs
    rules = Understanding(labs)
    ready = statistics.median(seconds(lambda: Understanding(labs)) for _ in range(3))
    found: dict[str, dict[str, float]] = {"construction": {"ms": ready * 1000}}
    for name, body in SORTS.items():
        corpus = list(texts(items, body=body))
        label_all(rules, corpus[:500])
        took = [(seconds(partial(label_all, rules, corpus)), seconds(partial(fold_all, corpus))) for _ in range(rounds)]
        found[name] = {
            "rate": items / statistics.median(own for own, _ in took),
            "ratio": statistics.median(own / floor for own, floor in took),
        }
    return found


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--items", type=int, default=20_000)
    words.add_argument("--rounds", type=int, default=5)
    asked = words.parse_args()
    found = measured(asked.items, asked.rounds)
    print(f"construction: {found.pop('construction')['ms']:.0f} ms")
    for name, figures in found.items():
        print(f"{name}: {figures['rate']:,.0f} items/s; {figures['ratio']:.1f} x the floor of folding")


if __name__ == "__main__":
    main()
