"""The transport under the client: one place that resolves, checks and dials, so that the checked address is the dialled one.

httpcore's pool asks `PinnedBackend` for a connection to a host; it resolves once, has the guard check *all* addresses,
dials one of those, and leaves Host, SNI and certificate checks to the name. Bytes are counted on the stream, below
every parser. No cookie and no redirect ever reaches httpx: Set-Cookie is dropped here, Location moved out of its sight
(httpx prepares the next request even when it is told not to follow, and raises on a bad one).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

import certifi
import httpcore
import httpx

from aggregator.errors import FetchError
from aggregator.fetch.dialling import Dialer, Lookups, Stream, connect
from aggregator.fetch.guard import Guard, default_port, read_address
from aggregator.fetch.limits import Limits

_READ = 64 * 1024


@dataclass(slots=True)
class Hop:
    """What one request is at: its stage, whether it dialled (or used an open connection), whether its body is being read,
    whether it must not meet a connection that is closed already (it cannot be sent again, or was).
    """

    stage: str = "http"
    dialled: bool = False
    in_body: bool = False
    looks: bool = False


LOOK_AGAIN = 0.05
"""Seconds: a GET that gets a connection that was closed meanwhile notices, and is sent again."""
_NOBODY = Hop()
current_hop: ContextVar[Hop] = ContextVar("current_hop")
"""Set by the client around each request. httpcore dials in the task of the request, so this is that request's."""


class MeteredStream(httpcore.AsyncNetworkStream):
    """A stream that counts what it receives since the last request was written, and stops at its allowance."""

    def __init__(self, stream: Stream, head: int, connect_by: float) -> None:
        """head: bytes that may come before the client has seen the headers. connect_by: the loop time that ends TLS."""
        self._stream = stream
        self._head = head
        self._connect_by = connect_by
        self._body: int | None = None
        self._allowance = head
        self._is_reading = False
        self._look_at = 0.0
        self.received = 0

    def allow_body(self, most: int) -> None:
        """The headers are in: up to `most` bytes more may come until the next request."""
        self._body = most
        self._allowance = self.received + most

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        chunk = await self._stream.read(min(max_bytes, _READ), timeout)
        self._is_reading = True
        if not self.received and chunk and chunk[:5] != b"HTTP/"[: len(chunk)]:
            # said at once: a parser would wait for the end of "headers" that never come
            raise FetchError("the other side does not speak HTTP", code="protocol_error")
        self.received += len(chunk)
        if self.received > self._allowance:
            if self._body is None:
                raise FetchError("the answer's headers do not end", code="protocol_error")
            raise FetchError(f"the answer exceeds {self._body} bytes on the wire", code="too_large")
        return chunk

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._is_reading:  # a new request begins on a kept connection
            self._is_reading = False
            self._body = None
            self._allowance = self._head
            self.received = 0
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> MeteredStream:
        """TLS within what is left of the connection's budget. FetchError tls_invalid, tls_timeout or protocol_error."""
        hop = current_hop.get(Hop())
        hop.stage = "tls"
        left = max(0.05, self._connect_by - asyncio.get_running_loop().time())
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectTimeout:
            raise FetchError("TLS took too long", code="tls_timeout", stage="tls") from None
        except (httpcore.ConnectError, httpcore.ReadError, httpcore.WriteError, OSError, ValueError) as error:
            raise _tls_error(error, server_hostname) from error
        hop.stage = "http"
        return MeteredStream(stream, self._head, self._connect_by)

    def get_extra_info(self, info: str) -> object:
        """As httpcore's. Whether an idle connection was closed by the other side is looked at every LOOK_AGAIN seconds
        only, but for a request that `looks`: the pool asks for each of its connections whenever any request begins or ends.
        """
        if info == "is_readable" and not current_hop.get(_NOBODY).looks:
            now = asyncio.get_running_loop().time()
            if now < self._look_at:
                return False
            self._look_at = now + LOOK_AGAIN
        return self._stream.get_extra_info(info)


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's network: resolves, checks and dials in one step."""

    def __init__(self, guard: Guard, lookups: Lookups, dialer: Dialer, limits: Limits, proxy: httpx.URL | None) -> None:
        self._guard = guard
        self._lookups = lookups
        self._dialer = dialer
        self._limits = limits
        self._proxy = (proxy.raw_host.decode("ascii"), proxy.port or default_port(proxy.scheme)) if proxy else None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: object = None,
    ) -> MeteredStream:
        """A connection to `host`, to an address that was checked a moment ago."""
        hop = current_hop.get(Hop())
        hop.dialled = True
        hop.stage = "dns"
        addresses = await self.addresses(host, port)
        hop.stage = "connect"
        connect_by = asyncio.get_running_loop().time() + self._limits.connect
        stream = await connect(addresses, port, self._dialer, self._limits.connect, self._limits.stagger)
        hop.stage = "http"
        return MeteredStream(stream, self._limits.headers + _READ, connect_by)

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of `host`, all of them allowed. An address is its own; the configured proxy is not checked."""
        name = host.lower().removesuffix(".")
        if (host, port) == self._proxy:
            return tuple(await self._lookups.addresses(name, port))
        self._guard.check_host(name, port)
        found = (name,) if read_address(name) else await self._lookups.addresses(name, port)
        return self._guard.check_addresses(name, port, found)

    async def check_behind_proxy(self, host: str, port: int) -> None:
        """Check a target that the proxy will dial: its addresses as seen from here, or its name if it has none here.

        The proxy has the last word on where it connects; this keeps out what is private from our side.
        """
        try:
            await self.addresses(host, port)
        except FetchError as error:
            if error.code not in ("dns_failed", "dns_timeout"):
                raise
            self._guard.check_unresolved(host)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: object = None
    ) -> Stream:
        raise FetchError("unix sockets are not fetched", code="blocked_scheme")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's transport over httpcore's pool over `PinnedBackend`. HTTP/1.1 only.

    The pool has no limit of its own: the client's slots bound it. (A full pool queues, scans its list for each
    request and loses connections whose waiter was cancelled.)
    """

    def __init__(
        self, backend: PinnedBackend, limits: Limits, proxy: httpx.URL | None, context: ssl.SSLContext | None
    ) -> None:
        self._context = context or trusting_context()
        self._limits = limits
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=self._context,
            proxy=None if proxy is None else _proxy(proxy, self._context),
            max_connections=None,
            max_keepalive_connections=limits.in_flight,
            keepalive_expiry=limits.keep_alive,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; errors are httpcore's or FetchError (the client maps them, once)."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        headers = [(name.lower(), value) for name, value in answer.headers]
        return httpx.Response(
            status_code=answer.status,
            headers=[header for header in headers if header[0] not in (b"set-cookie", b"location")],
            stream=_Body(answer),
            extensions={
                "location": [value for name, value in headers if name == b"location"],
                "head_size": sum(len(name) + len(value) + 4 for name, value in headers),
                "network_stream": answer.extensions.get("network_stream"),
            },
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


@cache
def trusting_context() -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates and names checked against certifi's list; no environment variable is read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    return context


def _proxy(url: httpx.URL, context: ssl.SSLContext) -> httpcore.Proxy:
    return httpcore.Proxy(
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/"),
        auth=(url.username, url.password) if url.userinfo else None,
        ssl_context=context if url.scheme == "https" else None,
    )


def _tls_error(error: BaseException, host: str | None) -> FetchError:
    """tls_invalid if the certificate or the offered TLS is refused; protocol_error if the other side does not speak TLS."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(f"certificate of {host} refused: {cause.verify_message}", code="tls_invalid", stage="tls")
    reason = getattr(cause, "reason", None) or ""
    if "ALERT" in reason or "CERTIFICATE" in reason or "PROTOCOL" in reason or "KEY_TOO_SMALL" in reason:
        return FetchError(f"no common TLS with {host}: {reason}", code="tls_invalid", stage="tls")
    return FetchError(f"{host} does not speak TLS: {reason or 'connection closed'}", code="protocol_error", stage="tls")
