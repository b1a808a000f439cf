"""The benchmark's world: a thousand feeds on a thousand hosts of this machine, served by a process of its own.

    with world.opened(1000) as served:
        served.url(7)                      # http://127.1.0.8:PORT/7.xml
        served.change(after=True)          # every feed has one new entry
        served.change(latency=0.05)        # every answer comes 50 ms later
        served.count()                     # what was asked since

    python -m benchmarks.world [--feeds 1000] [--seconds 5]     what the server itself can give, by the raw client

Nothing outside the repository is needed. What the feeds say stands in `benchmarks.documents`.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks import raw
from benchmarks.documents import ENTRIES, form_of


@dataclass(frozen=True, slots=True)
class Counts:
    """Answers that the server gave."""

    full: int
    unchanged: int
    other: int
    seconds: float
    """CPU time of the server."""


class World:
    """A server that is running. All feeds answer at once and with their first entries until `change` is called."""

    def __init__(self, process: subprocess.Popen[str], feeds: int) -> None:
        self._process = process
        self.feeds = feeds
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    @property
    def entries(self) -> int:
        """How many entries all feeds list together."""
        return self.feeds * ENTRIES

    def url(self, number: int, *, json: bool = True) -> str:
        """The address of a feed; without `json` that of its RSS form, for who reads no JSON Feed."""
        name = f"{number}.xml" if json or form_of(number) != "json" else f"{number}.plain.xml"
        return f"http://{host_of(number)}:{self.port}/{name}"

    def urls(self, *, json: bool = True) -> list[str]:
        """The addresses of all feeds, in the order of their numbers."""
        return [self.url(number, json=json) for number in range(self.feeds)]

    def change(self, *, after: bool | None = None, latency: float | None = None) -> None:
        """From now on: with each feed's new entry or without it; each answer `latency` seconds later."""
        if after is not None:
            self._order(f"entries {'after' if after else 'before'}")
        if latency is not None:
            self._order(f"latency {latency}")

    def count(self) -> Counts:
        """The answers since the last count."""
        full, unchanged, other, seconds = self._order("count").split()
        return Counts(int(full), int(unchanged), int(other), float(seconds))

    def _order(self, line: str) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def host_of(number: int) -> str:
    """The address that only this feed has, for up to 63,750 feeds."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


@contextmanager
def opened(feeds: int) -> Iterator[World]:
    """A world of `feeds` feeds while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(feeds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield World(process, feeds)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--feeds", type=int, default=1000)
    words.add_argument("--seconds", type=float, default=5)
    asked = words.parse_args()
    with opened(asked.feeds) as served:
        for name, known in (("200", False), ("304", True)):
            etags = [f'"f{number}-0"' for number in range(asked.feeds)] if known else None
            served.count()
            asked_for, started, own = 0, time.perf_counter(), time.process_time()
            while time.perf_counter() - started < asked.seconds:
                asked_for += len(asyncio.run(raw.fetch_all(served.urls(), etags)))
            took, own = time.perf_counter() - started, time.process_time() - own
            given = served.count().seconds
            print(
                f"{name}: {asked_for / took:,.0f} answers/s; of CPU time {given / asked_for * 1e6:.0f} us an answer "
                f"(so {asked_for / given:,.0f}/s on a core of its own), the client's own {own / asked_for * 1e6:.0f} us"
            )


if __name__ == "__main__":
    main()
