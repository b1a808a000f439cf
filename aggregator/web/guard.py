"""What stands before every answer: host names, methods, security headers, ETags and 304. Knows nothing of the pages."""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from aggregator.errors import StoreError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_QUERY = 8000
"""Bytes of a query that are read."""
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The host names under which the pages answer. `addresses`: any literal address too (no rebinding has one)."""

    names: frozenset[str] = frozenset(LOOPBACK)
    addresses: bool = False

    @classmethod
    def of(cls, bound: str, allowed: tuple[str, ...] = ()) -> Hosts:
        """Those of a server that listens on `bound`: loopback names, its own, and the allowed ones."""
        names = {*LOOPBACK, bound.casefold(), *(name.casefold().strip("[]") for name in allowed)}
        return cls(frozenset(names), addresses=bound not in LOOPBACK)

    def admits(self, header: str) -> bool:
        """Whether a Host header names this server."""
        match = _HOST.fullmatch(header)
        if match is None:
            return False
        name = match["name"].strip("[]").casefold().removesuffix(".")
        return name in self.names or (self.addresses and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class _Answer:
    """What the pages sent, held back until its ETag is known."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key == name), None)


class Guard:
    """An ASGI application around another. `observe(what, status, seconds)` is told of every answer."""

    def __init__(self, app: App, hosts: Hosts, observe: Callable[[str, int, float], None] | None = None) -> None:
        self.app, self.hosts, self.observe = app, hosts, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = time.perf_counter()
        given = _given(scope)
        answer = self._refusal(scope, given)
        if answer is None:
            answer = _Answer()
            try:
                await self.app({**scope, "method": "GET"} if scope["method"] == "HEAD" else scope, receive, answer.take)
            except StoreError as error:
                answer = _plain(503, f"the database cannot be read: {error.code}")
            except Exception:
                log.exception("an answer failed: %s", scope["path"])
                answer = _plain(500, "internal error")
        _finish(answer, given.get(b"if-none-match"))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        body = b"" if scope["method"] == "HEAD" or answer.status == 304 else bytes(answer.body)
        await send({"type": "http.response.body", "body": body})
        if self.observe is not None:
            endpoint = scope.get("endpoint")
            self.observe(getattr(endpoint, "__name__", "none"), answer.status, time.perf_counter() - begun)

    def _refusal(self, scope: Scope, given: dict[bytes, bytes]) -> _Answer | None:
        if not self.hosts.admits(given.get(b"host", b"").decode("latin-1")):
            return _plain(421, "this server has another name; `aggregator serve --allow-host NAME` adds one")
        if scope["method"] not in ("GET", "HEAD"):
            answer = _plain(405, "only GET and HEAD: everything here is read-only")
            answer.headers.append((b"allow", b"GET, HEAD"))
            return answer
        if len(scope.get("query_string", b"")) > MOST_QUERY:
            return _plain(400, f"the query is longer than {MOST_QUERY} bytes")
        return None


def _given(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers; where one comes twice (two hosts) the joined value fits nothing."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        found[name] = found[name] + b", " + value if name in found else value
    return found


def _plain(status: int, words: str) -> _Answer:
    return _Answer(status, [(b"content-type", b"text/plain; charset=utf-8")], bytearray(words.encode() + b"\n"))


def _finish(answer: _Answer, known: bytes | None) -> None:
    """Add the headers that every answer has, and make it a 304 where the reader has it already."""
    names = {name for name, _ in answer.headers}
    answer.headers += [pair for pair in HEADERS if pair[0] not in names]
    if b"cache-control" not in names:
        answer.headers.append((b"cache-control", b"no-cache" if answer.status == 200 else b"no-store"))
    if answer.status == 200:
        tag = answer.header(b"etag")
        if tag is None:
            tag = b'"' + hashlib.blake2b(bytes(answer.body), digest_size=12).hexdigest().encode() + b'"'
            answer.headers.append((b"etag", tag))
        if known is not None and _matches(known, tag):
            answer.status = 304
    kept = (b"content-length", b"content-type") if answer.status == 304 else (b"content-length",)
    answer.headers = [pair for pair in answer.headers if pair[0] not in kept]
    if answer.status != 304:
        answer.headers.append((b"content-length", str(len(answer.body)).encode()))


def _matches(known: bytes, tag: bytes) -> bool:
    """If-None-Match by weak comparison (RFC 9110, 13.1.2)."""
    given = [part.strip().removeprefix(b"W/") for part in known.split(b",")]
    return b"*" in given or tag.removeprefix(b"W/") in given
