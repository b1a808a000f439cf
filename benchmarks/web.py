"""What pages and API cost beside their bare queries: `python -m benchmarks.web [--items N] [--lines N] [--seconds S]`.

Makes a store of invented items, serves it by `aggregator serve` in a process of its own, and asks each address over
loopback with changing parameters (so that nothing comes from a memory of answers), one at a time, in turns with the bare
query in this process: both see the same machine. The bound: the 95th percentile at most three times that of the bare
query, plus 20 ms. Then the day's page, asked over eight connections at once (by wrk where it is installed), against a static
file of the same server. `--items 1000000 --through 20000 --folder PATH` makes and keeps a large store without hours of
polls.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from aggregator import app, identity
from aggregator.model import (
    Entry,
    Evidence,
    ItemQuery,
    Labels,
    Poll,
    Prepared,
    ReleaseQuery,
    Source,
    StoryQuery,
    Validator,
)
from aggregator.names import make_line
from aggregator.storage import Store
from aggregator.web.pages import COUNTED
from benchmarks.multiply import multiply

NOW = datetime.now(UTC).replace(microsecond=0)
WORDS = (
    "model", "weights", "open", "agent", "benchmark", "release", "video", "licence", "context", "token", "training",
    "模型", "开源", "权重", "发布", "推理", "智能体",
)  # fmt: skip
A_DAY = 1000
LABS = ("qwen", "deepseek", "zhipu", "moonshot", "openai")
STATUSES = ("rumoured", "announced", "available", "open")


class _Says:
    """An understanding that gives the labels that it was given."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def labels(self, entry: Entry, source: Source, **_: str) -> Labels:
        return self._labels


def fill(store: Store, items: int, lines: int, until: int) -> None:
    """The first `until` of `items` invented items about invented lines, which are spread over time."""
    chance = random.Random(7)
    sources = [Source(f"press{n}", "feed", f"https://press{n}.example/feed") for n in range(40)]
    names = [make_line(LABS[n % len(LABS)], "Fam" + "abcdefghij"[n % 10], f"{n // 10}.{n % 7}") for n in range(lines)]
    for start in range(0, until, 2000):
        made: dict[str, list[Prepared]] = {source.id: [] for source in sources}
        for number in range(start, min(until, start + 2000)):
            source, line = sources[number % len(sources)], names[number % lines]
            at = NOW - timedelta(days=(items - number) / A_DAY, seconds=60)
            shown = Evidence(
                line, STATUSES[chance.randrange(4)], 20, (("licence", "mit"), ("size", "70B")), "bench", "words"
            )
            labels = Labels("release", (line.lab,), (line,), (line,), (), (shown,))
            told = " ".join(chance.choices(WORDS, k=8))
            entry = Entry(
                guid=str(number), title=f"{line.name} {told} {number}", url=f"https://{source.id}.example/{number}",
                summary=" ".join(chance.choices(WORDS, k=30)), published=at, language="en",
            )  # fmt: skip
            made[source.id].append(identity.prepare(entry, source, _Says(labels), NOW))
        polls = [
            Poll(source, tuple(made[source.id]), {}, {source.url: Validator('"1"')}, False, NOW + timedelta(minutes=30))
            for source in sources
        ]
        store.commit_polls(polls, NOW)
        print(f"\r{min(until, start + 2000)} items", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def make(folder: Path, database: str, items: int, lines: int, through: int) -> None:
    """A store of `items`, of which `through` came by polls and the others repeat them."""
    with app.open(config=str(folder / "sources.toml"), database=database, environ={}) as opened:
        fill(opened.store, items, lines, through)
    if through < items:
        multiply(folder / "web.db", items // through, timedelta(days=through / A_DAY))


def cases(asked: app.Application, lines: list[str]) -> dict[str, tuple[Callable[[int], str], Callable[[int], object]]]:
    """Address by number, and the bare query that answers the same, by name: every kind of page, feed and API call."""
    store = asked.store
    month, week = timedelta(days=30), timedelta(days=7)
    known, _ = store.items(ItemQuery(limit=500, most=1))
    told, _ = store.stories(StoryQuery(limit=500, most=1))

    def lab(n: int) -> str:
        return LABS[n % len(LABS)]

    def word(n: int) -> str:
        return WORDS[n % len(WORDS)]

    def line(n: int) -> str:
        return lines[(n * 37) % len(lines)]

    def page(n: int) -> int:
        return 1 + n % 20

    def item(n: int) -> str:
        return known[(n * 7) % len(known)].id

    def story(n: int) -> str:
        return told[(n * 7) % len(told)].id

    def of_story(n: int) -> object:
        found = store.story(story(n))
        return store.items_by_id(found.items if found else ())

    def health(n: int) -> object:
        return asked.health(NOW)

    def sized(n: int) -> int:
        return 50 + n % 50

    return {
        "page today": (lambda n: f"/{('en', 'fr', 'zh')[n % 3]}/?{n}", lambda n: store.material(*_day(-2), ())),
        "page a day": (
            lambda n: f"/en/day/{(NOW - timedelta(days=2 + n)).date()}",
            lambda n: store.material(*_day(n), ()),
        ),
        "page models": (
            lambda n: f"/en/models?lab={lab(n)}&page={page(n)}",
            lambda n: store.releases(ReleaseQuery(lab=lab(n), limit=50, offset=(page(n) - 1) * 50)),
        ),
        "page models by words": (
            lambda n: f"/en/models?words=fam{'abcdefghij'[n % 10]}&page={page(n)}",
            lambda n: store.releases(
                ReleaseQuery(words=f"fam{'abcdefghij'[n % 10]}", limit=50, offset=(page(n) - 1) * 50)
            ),
        ),
        "page one model": (
            lambda n: f"/en/models/{line(n)}",
            lambda n: (store.release(line(n)), store.items(ItemQuery(line=line(n), limit=60)), store.showings(line(n))),
        ),
        "page labs": (lambda n: f"/en/labs?{n}", lambda n: store.histories()),
        "page one lab": (
            lambda n: f"/en/labs/{lab(n)}?page={page(n)}",
            lambda n: store.releases(ReleaseQuery(lab=lab(n), limit=50, offset=(page(n) - 1) * 50)),
        ),
        "page stories": (
            lambda n: f"/en/stories?period=30d&page={page(n)}",
            lambda n: store.stories(
                StoryQuery(since=NOW - month, limit=40, offset=(page(n) - 1) * 40, most=COUNTED)
            ),
        ),
        "page stories by words": (
            lambda n: f"/en/stories?period=all&words={word(n)}",
            lambda n: store.stories(StoryQuery(words=word(n), limit=40, most=COUNTED)),
        ),
        "page one story": (lambda n: f"/en/stories/{story(n)}", of_story),
        "page search": (
            lambda n: f"/en/search?words={word(n)}&page={page(n)}",
            lambda n: store.items(
                ItemQuery(words=word(n), limit=40, offset=(page(n) - 1) * 40, most=COUNTED)
            ),
        ),
        "page search in a lab": (
            lambda n: f"/en/search?words={word(n)}&lab={lab(n)}&page={page(n)}",
            lambda n: store.items(
                ItemQuery(words=word(n), lab=lab(n), limit=40, offset=(page(n) - 1) * 40, most=COUNTED)
            ),
        ),
        "page one item": (
            lambda n: f"/en/items/{item(n)}",
            lambda n: (store.item(item(n)), store.explain(item(n))),
        ),
        "page sources": (lambda n: f"/en/sources?{n}", health),
        "page charts": (lambda n: f"/en/charts?{n}", lambda n: (store.histories(), store.source_records())),
        "page feeds": (lambda n: f"/en/feeds?{n}", lambda n: None),
        "api items": (
            lambda n: f"/api/v1/items?lab={lab(n)}&limit={sized(n)}",
            lambda n: store.items(ItemQuery(lab=lab(n), limit=sized(n) + 1)),
        ),
        "api items by words": (
            lambda n: f"/api/v1/items?words={word(n)}&limit={sized(n)}",
            lambda n: store.items(ItemQuery(words=word(n), limit=sized(n) + 1)),
        ),
        "api one item": (
            lambda n: f"/api/v1/items/{item(n)}",
            lambda n: (store.item(item(n)), store.explain(item(n))),
        ),
        "api releases": (
            lambda n: f"/api/v1/releases?lab={lab(n)}&limit={sized(n)}",
            lambda n: store.releases(ReleaseQuery(lab=lab(n), limit=sized(n) + 1)),
        ),
        "api one release": (
            lambda n: f"/api/v1/releases/{line(n)}",
            lambda n: (store.release(line(n)), store.showings(line(n))),
        ),
        "api stories": (
            lambda n: f"/api/v1/stories?since={(NOW - week).date()}&limit={sized(n)}",
            lambda n: store.stories(StoryQuery(since=NOW - week, limit=sized(n))),
        ),
        "api one story": (lambda n: f"/api/v1/stories/{story(n)}", of_story),
        "api labs": (lambda n: f"/api/v1/labs?{n}", lambda n: None),
        "api sources": (lambda n: f"/api/v1/sources?{n}", health),
        "api digest": (
            lambda n: f"/api/v1/digest?day={(NOW - timedelta(days=2 + n)).date()}",
            lambda n: store.material(*_day(n), ()),
        ),
        "feed releases": (
            lambda n: f"/feeds/releases.atom?lab={lab(n)}&limit={sized(n)}",
            lambda n: store.releases(ReleaseQuery(lab=lab(n), limit=sized(n))),
        ),
        "feed stories": (
            lambda n: f"/feeds/stories.rss?limit={sized(n)}",
            lambda n: store.stories(StoryQuery(since=NOW - week, limit=sized(n), most=sized(n))),
        ),
        "feed items": (
            lambda n: f"/feeds/items.json?words={word(n)}&limit={sized(n)}",
            lambda n: store.items(ItemQuery(words=word(n), limit=sized(n), most=sized(n))),
        ),
        "healthz": (lambda n: "/healthz", health),
        "readyz": (lambda n: "/readyz", lambda n: store.schema_version),
        "metrics": (
            lambda n: "/metrics",
            lambda n: (store.counts(), store.poll_figures(), store.message_figures(), health(n)),
        ),
    }  # fmt: skip


def _day(n: int) -> tuple[datetime, datetime]:
    start = (NOW - timedelta(days=2 + n)).replace(hour=0, minute=0, second=0)
    return start, start + timedelta(days=1)


def compare(client: httpx.Client, opened: app.Application, lines: list[str], rounds: int) -> bool:
    """Measure each case in turns with its bare query; whether all keep to the bound."""
    well = True
    print(f"{'':22}{'bare p50':>10}{'bare p95':>10}{'web p50':>10}{'web p95':>10}{'bound':>10}  ms")
    for name, (address, bare) in cases(opened, lines).items():
        asked, answered = [], []
        for n in range(rounds + 3):
            begun = time.perf_counter()
            bare(n)
            between = time.perf_counter()
            answer = client.get(address(n))
            ended = time.perf_counter()
            assert answer.status_code == 200, (address(n), answer.status_code)
            assert len(answer.content) < 100_000 or not name.startswith("page"), (name, len(answer.content))
            if n >= 3:
                asked.append((between - begun) * 1000)
                answered.append((ended - between) * 1000)
        bound = 3 * p95(asked) + 20
        well &= p95(answered) <= bound
        verdict = "" if p95(answered) <= bound else "  TOO SLOW"
        print(
            f"{name:22}{statistics.median(asked):10.1f}{p95(asked):10.1f}{statistics.median(answered):10.1f}"
            f"{p95(answered):10.1f}{bound:10.1f}{verdict}"
        )
    return well


def p95(numbers: list[float]) -> float:
    """The 95th percentile."""
    return sorted(numbers)[int(0.95 * (len(numbers) - 1) + 0.5)]


def sustained(base: str, path: str, seconds: float, pid: int) -> tuple[float, int, int]:
    """(requests a second by eight connections at once, errors, KiB of memory that were added)."""
    before = memory(pid)
    ask = _by_wrk if shutil.which("wrk") else _by_threads
    rate, errors = ask(base + path, seconds)
    return rate, errors, memory(pid) - before


def _by_wrk(address: str, seconds: float) -> tuple[float, int]:
    """(requests a second, errors) by wrk, which costs the machine little itself."""
    command = ["wrk", "-t1", "-c8", f"-d{max(1, round(seconds))}s", "--timeout", "30s", address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate is not None, told
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    return float(rate[1]), (int(wrong[1]) if wrong else 0) + sum(map(int, broken.groups() if broken else ()))


def _by_threads(address: str, seconds: float) -> tuple[float, int]:
    """(requests a second, errors) where wrk is not installed; the client is as dear as the server then."""
    counts, errors = [0] * 8, [0] * 8
    ends = time.monotonic() + seconds

    def run(place: int) -> None:
        with httpx.Client() as client:
            while time.monotonic() < ends:
                if client.get(address).status_code != 200:
                    errors[place] += 1
                counts[place] += 1

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(counts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds, sum(errors)


def memory(pid: int) -> int:
    """KiB that a process has in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def serving(folder: Path, database: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", "--config", str(folder / "sources.toml"), "--database", database, "serve",
         "--port", "0"], stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        base = next(line for line in process.stderr if "Serving" in line).split(" at ")[1].split("/ ")[0]
        yield process, base
    finally:
        process.terminate()
        process.wait(300)  # a loaded machine takes its time


def main() -> int:
    """Fill, measure, judge: exit status 1 where a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--through", type=int, help="Take so many through polls, then repeat them (multiply.py).")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only-load", action="store_true", help="Measure only what the day's page sustains.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--folder", help="Keep the store there, or use the one that is there.")
    parser.add_argument("--only-fill", action="store_true", help="Make the store and measure nothing.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(options.folder or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        database = f"sqlite:///{folder / 'web.db'}"
        labs = "".join(
            f'[labs.{i}]\nname = "{i}"\nregion = "{"us" if i == "openai" else "cn"}"\nfamilies = ["Of {i}"]\n'
            for i in LABS
        )
        feeds = "".join(
            f'[sources.press{n}]\nkind = "feed"\nurl = "https://press{n}.example/feed"\n' for n in range(40)
        )
        (folder / "sources.toml").write_text(labs + feeds)
        if not (folder / "web.db").exists():
            make(folder, database, options.items, options.lines, options.through or options.items)
        if options.only_fill:
            return 0
        with app.open(config=str(folder / "sources.toml"), database=database, environ={}) as opened:
            print({**opened.store.counts(), "MB": opened.store.size() // 10**6})
            lines = [one.key for one in opened.store.histories()]
            for process, base in serving(folder, database):
                with httpx.Client(base_url=base, timeout=600) as client:
                    well = options.only_load or compare(client, opened, lines, options.rounds)
                    client.get("/en/")
                    style, _, _ = sustained(base, "/static/style.css", min(10, options.seconds), process.pid)
                    today, errors, grown = sustained(base, "/en/", options.seconds, process.pid)
                print(
                    f"static file {style:.0f}/s, Today {today:.0f}/s for {options.seconds:.0f} s, "
                    f"errors {errors}, {grown:+d} KiB"
                )
                well &= today >= style / 4 and errors == 0
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
