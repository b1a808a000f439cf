"""faultd: a server on loopback whose path chooses the misbehaviour. It runs in a thread of its own, for any test.

    with Faultd() as server:
        server.answer("/feed", reply(body=b"<rss/>"), reply(304))     # scripted: one after the other, the last for ever
        ... http://127.0.0.1:{server.port}/drip ...                    # a behaviour by its name

`server.requests` is what arrived, in order. TLS listeners are opened by `server.listen_tls(name, context)`. Behaviours
take their parameters from the query (`/drip?every=0.05`). Nothing here knows the code under test.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>http://a/</link></channel></rss>'


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived. `headers` have lower-case names; `connection` numbers the connections from 1."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(slots=True)
class Talk:
    """What a behaviour gets: the request, its query's values, and the connection."""

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    query: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        return float(self.query.get(name, default))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(
            0
        )  # drain does not yield while the buffer has room: a loop of sends would starve the server

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Talk], Awaitable[None]]
BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(function: Behaviour) -> Behaviour:
    """Register a misbehaviour under its function's name (`slow_headers` is served at /slow_headers)."""
    BEHAVIOURS[function.__name__] = function
    return function


def reply(
    status: int = 200, body: bytes = b"", headers: Iterable[tuple[str, str | bytes]] = (), *, length: int | None = -1
) -> bytes:
    """An answer's bytes. length: the Content-Length to state; -1: the true one; None: none at all."""
    lines = [f"HTTP/1.1 {status} X".encode()]
    for name, value in headers:
        lines.append(name.encode() + b": " + (value if isinstance(value, bytes) else value.encode("utf-8")))
    if length is not None:
        lines.append(b"Content-Length: %d" % (len(body) if length == -1 else length))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED = reply(headers=[("Transfer-Encoding", "chunked")], length=None)


@behaviour
async def silent(talk: Talk) -> None:
    """Takes the request and says nothing."""
    await asyncio.sleep(talk.number("seconds", 60))


@behaviour
async def drip(talk: Talk) -> None:
    """One byte after another, for ever."""
    await talk.send(CHUNKED)
    while True:
        await talk.send(chunk(b"x"))
        await asyncio.sleep(talk.number("every", 0.05))


@behaviour
async def early_hints(talk: Talk) -> None:
    """Interim answers without end; `every=0` is a storm."""
    while True:
        await talk.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
        await asyncio.sleep(talk.number("every", 0.05))


@behaviour
async def endless(talk: Talk) -> None:
    """A chunked body as fast as it is read."""
    await talk.send(CHUNKED)
    block = chunk(b"x" * 65536)
    while True:
        await talk.send(block)


@behaviour
async def many_bytes(talk: Talk) -> None:
    """`size` bytes, declared."""
    size = int(talk.number("size", 100 * 1024 * 1024))
    await talk.send(reply(length=size))
    for _ in range(size // 65536):
        await talk.send(b"x" * 65536)


@behaviour
async def reset_in_body(talk: Talk) -> None:
    await talk.send(reply(length=100_000) + b"x" * 1024)
    await asyncio.sleep(0.05)
    talk.reset()


@behaviour
async def short_body(talk: Talk) -> None:
    """States 1000 bytes, sends 10, closes."""
    await talk.send(reply(length=1000) + b"x" * 10)
    talk.writer.close()


@behaviour
async def short_chunks(talk: Talk) -> None:
    """A chunked body without its last chunk."""
    await talk.send(CHUNKED + chunk(b"x" * 10))
    talk.writer.close()


@behaviour
async def hang_up(talk: Talk) -> None:
    """Closes without an answer."""
    talk.writer.close()


@behaviour
async def bomb(talk: Talk) -> None:
    """gzip of `size` zeros."""
    packed = gzip.compress(bytes(int(talk.number("size", 200 * 1024 * 1024))), 9)
    await talk.send(reply(body=packed, headers=[("Content-Encoding", "gzip")]))


@behaviour
async def endless_header(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await talk.send(b"X-Filler: " + b"x" * 1000 + b"\r\n")


@behaviour
async def loop(talk: Talk) -> None:
    """Redirects to itself."""
    await talk.send(reply(302, headers=[("Location", talk.request.target)]))


@behaviour
async def maze(talk: Talk) -> None:
    """Redirects to another URL each time, `status` 302 unless told."""
    step = int(talk.number("step", 0)) + 1
    await talk.send(reply(int(talk.number("status", 302)), headers=[("Location", f"/maze?step={step}")]))


@behaviour
async def ok(talk: Talk) -> None:
    await asyncio.sleep(talk.number("seconds", 0))
    await talk.send(reply(body=FEED, headers=[("Content-Type", "application/rss+xml")]))


class Faultd:
    """The server. `with Faultd() as server:` opens it on a free port of 127.0.0.1; leaving closes every connection."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.port = 0
        self._is_closing = False
        self._scripts: dict[str, list[bytes]] = {}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faultd", daemon=True)

    def __enter__(self) -> Faultd:
        self._thread.start()
        self.port = self._run(self._listen(None))
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def answer(self, path: str, *answers: bytes) -> None:
        """Serve raw answers at a path, one after the other; the last one again and again."""
        self._scripts[path] = list(answers)

    def clear(self) -> None:
        """Forget requests and scripts."""
        self.requests.clear()
        self._scripts.clear()
        self.connections = 0

    def paths(self) -> list[str]:
        """The targets asked for, in order."""
        return [request.target for request in self.requests]

    def listen_tls(self, context: ssl.SSLContext) -> int:
        """One more listener that speaks TLS; returns its port."""
        return self._run(self._listen(context))

    def listen_raw(self, say: bytes | None) -> int:
        """One more listener that sends `say` to whoever connects (None: stays silent); returns its port."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._keep_task()
            if say is not None:
                writer.write(say)
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await reader.read()
            writer.transport.abort()

        async def open_it() -> int:
            server = await asyncio.start_server(talk, "127.0.0.1", 0)
            self._servers.append(server)
            return int(server.sockets[0].getsockname()[1])

        return self._run(open_it())

    def _run(self, coroutine):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    async def _listen(self, context: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context, backlog=512)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._is_closing = True
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # connections report their end in the next turns of the loop

    def _keep_task(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._keep_task()
        self.connections += 1
        number = self.connections
        try:
            while (request := await _read_request(reader, number)) is not None:
                self.requests.append(request)
                await self._serve(Talk(request, reader, writer))
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()
            if self._is_closing:
                writer.transport.abort()

    async def _serve(self, talk: Talk) -> None:
        path, _, query = talk.request.target.partition("?")
        script = self._scripts.get(talk.request.target) or self._scripts.get(path)
        if script:
            await talk.send(script[0] if len(script) == 1 else script.pop(0))
            return
        name = path.strip("/").split("/")[0]
        if name not in BEHAVIOURS:
            await talk.send(reply(404, b"no such behaviour"))
            return
        talk.query = {key: values[-1] for key, values in parse_qs(query).items()}
        await BEHAVIOURS[name](talk)


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body, time.monotonic(), connection)
