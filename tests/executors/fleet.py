"""A scheduler and several workers as processes on one PostgreSQL, with very many sources on loopback; some are killed.

Each due source must be polled once a cycle, nothing stored twice, nothing lost, and no source wait for longer than the
lease of a process that was killed.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from demo_world import QUIET

from aggregator.executors.queue import engine

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{0}</title><link>https://{0}.example/</link>
<description>d</description><item><title>Notes on {0}, part {1}</title><link>https://{0}.example/{1}</link>
<guid>{0}-{1}</guid><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
HOSTS = 200
PATIENCE = 900.0
"""Seconds that a whole cycle may take, on a machine that does much else."""
LEASE = 90.0
"""Seconds for which a process that was killed may keep a source from others (owners.LEASE)."""


class Feeds:
    """A server of many small feeds on many addresses of this machine; `part` is what each lists now."""

    def __init__(self) -> None:
        self.part, self.asked = 1, Counter[str]()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self.port = 0

    def __enter__(self) -> Feeds:
        threading.Thread(target=self._serve, daemon=True).start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def url(self, number: int) -> str:
        host = number % HOSTS
        return f"http://127.2.{host // 100}.{host % 100 + 1}:{self.port}/s{number}"

    def _serve(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._answer, "0.0.0.0", 0, backlog=1024))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                name = head.split(b" ", 2)[1].decode().strip("/")
                self.asked[name] += 1
                etag = f'"{self.part}"'
                if f"if-none-match: {etag}" in head.decode("latin-1").casefold():
                    writer.write(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n")
                    continue
                body = FEED.format(name, self.part).encode()
                told = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: {etag}\r\nContent-Length: {len(body)}"
                writer.write(told.encode() + b"\r\n\r\n" + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@dataclass
class Figures:
    """What was seen."""

    sources: int
    workers: int
    kills: int = 0
    polls: int = 0
    seconds: float = 0.0
    latest: float = 0.0
    """Seconds after the last disturbance until the last source had been polled."""
    returned: float = 0.0
    """Seconds after a kill until nobody had to wait for what the killed worker held, at most."""
    wrong: list[str] = field(default_factory=list)


class Fleet:
    """The processes, and questions to their database."""

    def __init__(self, folder: Path, database: str, feeds: Feeds, sources: int) -> None:
        self.folder, self.database, self.sources = folder, database, sources
        self.config = folder / "sources.toml"
        stanzas = "".join(
            f'[sources.s{n}]\nkind = "feed"\nurl = "{feeds.url(n)}"\nevery = "24h"\n' for n in range(sources)
        )
        self.config.write_text(f'[settings]\nallow_private_hosts = ["127.0.0.0/8"]\n{stanzas}', "utf-8")

    def start(self, role: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{role}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "aggregator", "--config", str(self.config), "run", "--role", role],
                stderr=log, stdout=log, cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), **QUIET, "AGGREGATOR_DATABASE_URL": self.database},
            )  # fmt: skip

    @contextmanager
    def running(self, workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        """A scheduler and workers; the list may be changed, and what is in it is ended in order."""
        scheduler, hands = self.start("scheduler"), [self.start("worker") for _ in range(workers)]
        try:
            yield hands
        finally:
            for process in (scheduler, *hands):
                process.send_signal(signal.SIGTERM)
            for process in (scheduler, *hands):
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(engine.address_of(self.database)) as connection:
            cursor = connection.execute(query)  # type: ignore[arg-type,call-overload]
            return cursor.fetchall() if cursor.description else []

    def due(self) -> int:
        """How many sources are due or were never polled."""
        query = "SELECT count(*) FROM source WHERE next_poll_at <= now() OR last_poll_at IS NULL"
        known = self.ask("SELECT count(*) FROM source")[0][0]
        return int(str(self.ask(query)[0][0])) + max(0, self.sources - int(str(known)))

    def holders(self) -> set[int]:
        """The processes that hold sources."""
        rows = self.ask("SELECT DISTINCT lease_owner FROM source WHERE lease_owner LIKE '%@%' AND lease_until > now()")
        return {int(str(owner).partition("@")[0]) for (owner,) in rows}

    def polls(self) -> int:
        return int(str(self.ask("SELECT count(*) FROM poll_log")[0][0]))

    def victim(self, hands: list[subprocess.Popen[bytes]], draw: random.Random, before: int) -> int:
        """One of the workers that hold sources, once more has been polled than `before`: kills shall meet work."""
        begun = time.monotonic()
        while True:
            holders = self.holders()
            working = [place for place, hand in enumerate(hands) if hand.pid in holders]
            if working and self.polls() > before:
                return draw.choice(working)
            assert time.monotonic() - begun < LEASE + PATIENCE, "no worker works"
            if not self.due():
                self.make_due()
            time.sleep(0.05)

    def make_due(self) -> None:
        self.ask("UPDATE source SET next_poll_at = now() - interval '1 minute'")

    def wait(self, seconds: float) -> float:
        """Wait until no source is due; the seconds that it took. Raises AssertionError."""
        begun = time.monotonic()
        while self.due():
            assert time.monotonic() - begun < seconds, f"{self.due()} sources are still due after {seconds} s"
            time.sleep(0.2)
        return time.monotonic() - begun


def one_cycle(fleet: Fleet, feeds: Feeds, workers: int) -> Figures:
    """Everything is due; nobody is disturbed."""
    figures = Figures(fleet.sources, workers)
    feeds.asked.clear()
    with fleet.running(workers):
        figures.seconds = fleet.wait(PATIENCE)
    polls = Counter(str(row[0]) for row in fleet.ask("SELECT source FROM poll_log"))
    figures.polls = sum(polls.values())
    twice = [name for name, count in polls.items() if count != 1]
    figures.wrong += [f"{name}: polled {polls[name]} times" for name in twice]
    figures.wrong += [f"{name}: asked {count} times" for name, count in feeds.asked.items() if count != 1]
    figures.wrong += [f"{n}: never asked" for n in range(fleet.sources) if not feeds.asked[f"s{n}"]]
    _check(fleet, figures, parts=1)
    return figures


def disturbed(fleet: Fleet, feeds: Feeds, workers: int, kills: int, seed: int, told: Callable[[str], None]) -> Figures:
    """Sources become due again and again, each time with something new, while workers are killed at random."""
    figures, draw = Figures(fleet.sources, workers), random.Random(seed)
    begun = time.monotonic()
    lost: dict[int, float] = {}
    before = fleet.polls()

    def look() -> None:
        holders, now = fleet.holders(), time.monotonic()
        for pid in [one for one in lost if one not in holders]:
            figures.returned = max(figures.returned, now - lost.pop(pid))

    with fleet.running(workers) as hands:
        while figures.kills < kills:
            if fleet.due() == 0:
                feeds.part += 1
                fleet.make_due()
            time.sleep(draw.uniform(0.2, 1.5))
            look()
            place = fleet.victim(hands, draw, before)
            hands[place].kill()
            hands[place].wait()
            lost[hands[place].pid] = time.monotonic()
            hands[place] = fleet.start("worker")
            figures.kills, before = figures.kills + 1, fleet.polls()
            told(f"{figures.kills} of {kills} kills, {fleet.due()} sources due")
        while lost:
            time.sleep(0.2)
            look()
            if lost and time.monotonic() - min(lost.values()) > LEASE:
                figures.wrong.append(f"what {len(lost)} killed workers held is not free after {LEASE:.0f} s")
                break
        figures.latest = fleet.wait(LEASE + PATIENCE)
        feeds.part += 1
        fleet.make_due()
        fleet.wait(PATIENCE)
    figures.seconds = time.monotonic() - begun
    figures.polls = fleet.polls()
    _check(fleet, figures, parts=feeds.part)
    return figures


def _check(fleet: Fleet, figures: Figures, parts: int) -> None:
    """The last part of every feed is stored, nothing twice."""
    last = fleet.ask(f"SELECT count(DISTINCT source) FROM item WHERE guid LIKE '%-{parts}'")[0][0]
    if last != fleet.sources:
        figures.wrong.append(f"only {last} of {fleet.sources} sources have their last entry stored")
    twice = fleet.ask("SELECT source, guid FROM item GROUP BY source, guid HAVING count(*) > 1")
    figures.wrong += [f"stored twice: {row}" for row in twice]
    held = fleet.ask("SELECT id, lease_owner FROM source WHERE lease_owner IS NOT NULL AND lease_owner <> 'queue'")
    if held:
        figures.wrong.append(f"{len(held)} leases were not given back: {held[:3]}")
