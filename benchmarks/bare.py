"""The floor and the bare client as commands, so that they are measured as the peers are: whole processes.

    python -m benchmarks.bare cold URLS DATABASE     GET, lxml, SQLite: see benchmarks.raw; prints CPU seconds of each part
    python -m benchmarks.bare warm URLS              the same URLs again, conditionally, and nothing else
    python -m benchmarks.bare httpx URLS             the same conditional requests by one httpx client

URLS is a file with an address a line. The conditions are the ETags that the world's feeds have before their new entry.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def cold(urls: list[str], database: str) -> None:
    """Fetch, parse and store; print the CPU seconds of each as JSON."""
    from benchmarks import raw

    spent: dict[str, float] = {}
    answers = _timed(spent, "fetch", lambda: asyncio.run(raw.fetch_all(urls)))
    rows = _timed(
        spent, "parse", lambda: [(place, row) for place, (_, body) in enumerate(answers) for row in raw.rows_of(body)]
    )
    with sqlite3.connect(database) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=normal")
        _timed(spent, "store", lambda: raw.store(connection, rows))
    print(json.dumps(spent))


def warm(urls: list[str]) -> None:
    """Ask conditionally. Exits with 1 if not all answers are 304."""
    from benchmarks import raw

    answers = asyncio.run(raw.fetch_all(urls, _etags(urls)))
    sys.exit(any(status != 304 for status, _ in answers))


def by_httpx(urls: list[str]) -> None:
    """Ask conditionally with one httpx client. Exits with 1 if not all answers are 304."""
    import httpx

    async def ask() -> list[int]:
        gate = asyncio.Semaphore(64)
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with httpx.AsyncClient(timeout=30, trust_env=False, limits=limits) as client:

            async def one(url: str, etag: str) -> int:
                async with gate:
                    return (await client.get(url, headers={"If-None-Match": etag})).status_code

            return list(await asyncio.gather(*map(one, urls, _etags(urls))))

    sys.exit(any(status != 304 for status in asyncio.run(ask())))


def _etags(urls: list[str]) -> list[str]:
    return [f'"f{place}-0"' for place in range(len(urls))]


def _timed(spent: dict[str, float], name: str, work: Callable[[], T]) -> T:
    started = time.process_time()
    result = work()
    spent[name] = time.process_time() - started
    return result


def main() -> None:
    mode, path = sys.argv[1], sys.argv[2]
    urls = Path(path).read_text().split()
    if mode == "cold":
        cold(urls, sys.argv[3])
    elif mode == "warm":
        warm(urls)
    else:
        by_httpx(urls)


if __name__ == "__main__":
    main()
