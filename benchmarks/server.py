"""Serves the feeds of `benchmarks.documents` on every address of 127.0.0.0/8, from memory, in a process of its own.

    python -m benchmarks.server FEEDS

Feed N is `http://127.1.(N // 250).(N % 250 + 1):PORT/N.xml`; every path works on every address. An ETag and a
Last-Modified come with each answer, and a request that repeats either gets a 304. `/N.plain.xml` is a JSON Feed as RSS.
The port is the first line on standard output. Then each line of standard input is an order, answered by one line:
`entries before|after` (before or after each feed's new entry), `latency SECONDS`, `count` (how many 200, 304 and others
were given since the last count, and the CPU seconds that this took). It ends with its standard input. Answers are made
before the first request.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass

from benchmarks.documents import CONTENT_TYPES, Feed, feeds

DATES = (b"Thu, 18 Jan 2024 06:00:00 GMT", b"Thu, 18 Jan 2024 12:00:00 GMT")
_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answers:
    """What one path answers in one state."""

    full: bytes
    unchanged: bytes
    etag: bytes
    date: bytes


class World:
    """The answers of both states, and how they are given now."""

    def __init__(self, count: int) -> None:
        self.states: tuple[dict[bytes, Answers], dict[bytes, Answers]] = ({}, {})
        for feed in feeds(count):
            for state, answers in enumerate(self.states):
                answers.update(_answers(feed, state))
        self.now = self.states[0]
        self.latency = 0.0
        self.counts: Counter[str] = Counter()
        self.began = time.process_time()

    def order(self, line: str) -> str:
        """Carry out one order; what is said to it."""
        match line.split():
            case ["entries", ("before" | "after") as which]:
                self.now = self.states[which == "after"]
            case ["latency", seconds]:
                self.latency = float(seconds)
            case ["count"]:
                spent = time.process_time() - self.began
                told = f"{self.counts['full']} {self.counts['unchanged']} {self.counts['other']} {spent}"
                self.counts.clear()
                self.began += spent
                return told
            case _:
                return "unknown"
        return "done"


def _answers(feed: Feed, state: int) -> dict[bytes, Answers]:
    kind = CONTENT_TYPES[feed.form]
    made = {b"/%d.xml" % feed.number: _answer(feed.number, state, (feed.before, feed.after)[state], kind)}
    if feed.plain is not None:
        plain = CONTENT_TYPES["content"]
        made[b"/%d.plain.xml" % feed.number] = _answer(feed.number, state, feed.plain[state], plain)
    return made


def _answer(number: int, state: int, body: bytes, kind: str) -> Answers:
    etag, date = b'"f%d-%d"' % (number, state), DATES[state]
    validators = b"ETag: %s\r\nLast-Modified: %s\r\n" % (etag, date)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (kind.encode(), len(body))
    return Answers(
        head + validators + b"\r\n" + body, b"HTTP/1.1 304 Not Modified\r\n" + validators + b"\r\n", etag, date.lower()
    )


class Connection(asyncio.Protocol):
    """One connection: requests without bodies, answered in their order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head, self._waiting = self._waiting[:end], self._waiting[end + 4 :]
            if self._world.latency:
                asyncio.get_running_loop().call_later(self._world.latency, self._answer, head)
            else:
                self._answer(head)

    def _answer(self, head: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        line, _, fields = head.partition(b"\r\n")
        fields = fields.lower()
        world, answers = self._world, self._world.now.get(line.split(b" ", 2)[1])
        if answers is None or not line.startswith(b"GET "):
            world.counts["other"] += 1
            self._transport.write(_MISSING)
        elif _is_known(fields, answers):
            world.counts["unchanged"] += 1
            self._transport.write(answers.unchanged)
        else:
            world.counts["full"] += 1
            self._transport.write(answers.full)
        if b"connection: close" in fields or line.endswith(b"/1.0"):
            self._transport.close()


def _is_known(fields: bytes, answers: Answers) -> bool:
    """Whether the request says that it has this very document: by its ETag, else by its date."""
    if b"if-none-match:" in fields:
        return answers.etag in fields
    return b"if-modified-since:" in fields and answers.date in fields


async def serve(count: int) -> None:
    """Serve until standard input ends."""
    world, loop = World(count), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(world), "0.0.0.0", 0, backlog=4096)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await orders.readline():
        print(world.order(line.decode()), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
