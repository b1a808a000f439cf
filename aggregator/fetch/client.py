"""The fetcher: one GET (or POST) of one `Ask`, bounded in time and bytes, to an `Answer` or a FetchError; nothing else.

httpx carries the requests; what it does not promise is done here and around it: one deadline for the whole fetch,
caps, our own redirects and decompression, slots per host, quotas. No cookie is kept, the environment's proxies and
certificates are not read, and no exception but FetchError (and cancellation) leaves `get`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from aggregator.errors import ConfigurationError, Deferred, FetchError
from aggregator.fetch.decoding import Inflater, content_coding
from aggregator.fetch.dialling import Dialer, Lookups, Resolver, dial, resolve
from aggregator.fetch.flight import Flight, prepare
from aggregator.fetch.guard import Guard, host_of, port_of, site_of
from aggregator.fetch.limits import Limits
from aggregator.fetch.quota import LONGEST_WINDOW, Ledger, Quota
from aggregator.fetch.redact import detail_of, secret_forms
from aggregator.fetch.refusals import REDIRECTS, SUCCESSES, is_challenge, refusal
from aggregator.fetch.slots import Slots
from aggregator.fetch.transport import GuardedTransport, Hop, MeteredStream, PinnedBackend, current_hop
from aggregator.model import Answer, Ask, Validator

_GONE_WITH_THE_BODY = ("content-encoding", "content-length", "transfer-encoding")
_STALE_CONNECTIONS = 3


@dataclass(slots=True)
class HostCounts:
    """What was done with one host in this Fetcher's life; `bytes` are those read from the wire."""

    requests: int = 0
    connections: int = 0
    answers: int = 0
    not_modified: int = 0
    failures: int = 0
    deferred: int = 0
    bytes: int = 0


class Fetcher:
    """Everything that is fetched is fetched by one of these; use it as an async context manager, from one event loop.

    Any number of tasks may `get` at once.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        proxy: str = "",
        allow_private_hosts: Collection[str] = (),
        tokens: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        quotas: Mapping[str, Mapping[str, Any]] | None = None,
        budgets: Mapping[str, int] | None = None,
        secrets: Collection[str] = (),
        resolver: Resolver = resolve,
        dialer: Dialer = dial,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Nothing is opened yet.

        user_agent: names the program and holds a URL. proxy: an http(s) proxy for everything; empty: none.
        allow_private_hosts: as in sources.toml. tokens: Authorization values by `host` (at its scheme's own port) or
        `host:port`. quotas: what `quota_state()` returned before. budgets: requests that this run may spend, by the same
        keys. secrets: further values that no message may show. tls: replaces the trusted certificates (tests).
        ConfigurationError (code bad_secret for a token) for an argument that cannot work.
        """
        if "://" not in user_agent or not user_agent.isascii() or not user_agent.isprintable():
            raise ConfigurationError("user_agent", "must be printable ASCII and hold a URL that says who asks")
        self._user_agent = user_agent
        self._limits = limits or Limits()
        try:
            self._guard = Guard(allow_private_hosts)
        except ValueError as error:
            raise ConfigurationError("settings.allow_private_hosts", str(error)) from None
        self._tokens = _checked_tokens(tokens or {})
        self._proxy = _checked_proxy(proxy)
        known = [*self._tokens.values(), *secrets]
        if self._proxy is not None:
            known += [self._proxy.password, self._proxy.userinfo.decode("ascii", "replace")]
        self._secrets = frozenset(form for value in known if value for form in secret_forms(value))
        self._ledger = Ledger({s: Quota.from_json(q) for s, q in (quotas or {}).items()}, budgets or {})
        self._resolver, self._dialer, self._tls, self._now = resolver, dialer, tls, now
        self.counts: defaultdict[str, HostCounts] = defaultdict(HostCounts)

    async def __aenter__(self) -> Fetcher:
        for name in ("httpx", "httpcore"):  # their INFO and DEBUG lines show URLs and headers, secrets included
            logging.getLogger(name).setLevel(logging.WARNING)
        limits = self._limits
        self._lookups = lookups = Lookups(self._resolver, limits.resolve, limits.resolver_threads)
        self._backend = PinnedBackend(self._guard, lookups, self._dialer, limits, self._proxy)
        transport = GuardedTransport(self._backend, limits, self._proxy, self._tls)
        self._client = httpx.AsyncClient(transport=transport, trust_env=False)
        self._slots = Slots(limits)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._lookups.close()
        await self._client.aclose()

    def quota_state(self) -> dict[str, dict[str, Any]]:
        """What is known of every host's quota, as plain JSON values by host: store it, and give it to the next Fetcher."""
        return self._ledger.state()

    def absorb_quotas(self, quotas: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over what another fetcher's `quota_state()` says."""
        self._ledger.absorb({site: Quota.from_json(quota) for site, quota in quotas.items()})

    def authorised(self, url: str) -> bool:
        """Whether a request to this URL carries a token of ours (its validators hold for that state only)."""
        parts = urlsplit(url)
        return parts.netloc in self._tokens or (parts.hostname or "") in self._tokens

    async def get(self, ask: Ask, validator: Validator | None = None, deadline: float | None = None) -> Answer:
        """Fetch `ask`: conditional if `validator` holds validators (and the method is GET), following redirects.

        deadline: seconds for this fetch, in place of the limit for the whole (never more than it); waiting for a slot
        does not count. Returns a 200's decoded body, never empty, or an answer with `not_modified`. Raises Deferred
        (with `retry_at`) when a quota or the host forbids the request now, FetchError with code and stage for
        everything else; `retry_at` is set if the host or the kind of refusal names a time.
        """
        secrets = self._secrets
        site = ""
        try:
            flight = prepare(
                ask, validator, self._guard, self._tokens, self._user_agent,
                (self._limits.wire_for(ask.limit), self._limits.decoded_for(ask.limit)),
            )  # fmt: skip
            site = site_of(flight.origin)
            secrets |= flight.secrets()
            total = self._limits.total
            return await self._fly(flight, total if deadline is None else min(deadline, total))
        except FetchError as error:
            self._count_failure(site, error)
            error.detail = detail_of(error.detail, secrets)
            error.args = (error.detail,)
            raise
        except Exception as error:
            failure = FetchError(detail_of(f"unforeseen {type(error).__name__}: {error}", secrets))
            self._count_failure(site, failure)
            raise failure from None

    def _count_failure(self, site: str, error: FetchError) -> None:
        if site:
            counts = self.counts[site]
            if isinstance(error, Deferred):
                counts.deferred += 1
            else:
                counts.failures += 1

    async def _fly(self, flight: Flight, seconds: float) -> Answer:
        """Hop after hop, each with a turn at its host; only the time of the hops themselves counts."""
        loop = asyncio.get_running_loop()
        left = seconds
        gave_up = False
        while True:
            site = site_of(flight.url)
            async with self._slots.turn(site, is_slow=gave_up) as turn:
                self._ledger.admit(site, self._now())
                try:
                    async with asyncio.timeout(left) as timeout:
                        can_give_up = not gave_up and flight.method == "GET"
                        with self._slots.can_give_up(turn, timeout) if can_give_up else nullcontext():
                            answer = await self._hop(flight, site)
                except TimeoutError:
                    self._slots.learn(turn, is_done=False)
                    if turn.gave_up:  # others were waiting: this hop begins again, in the lane of the slow
                        gave_up, left = True, seconds
                        continue
                    stage = flight.hop.stage
                    raise FetchError(f"not done after {seconds:g} s", code="deadline", stage=stage) from None
                self._slots.learn(turn, is_done=True)
                left -= loop.time() - turn.began
            if answer is not None:
                return answer

    async def _hop(self, flight: Flight, site: str) -> Answer | None:
        """One request; None if it was a redirect, after which the flight points to the next URL."""
        flight.hop = hop = Hop(looks=flight.method != "GET")
        reset = current_hop.set(hop)
        counts = self.counts[site]
        headers: Mapping[str, str] | None = None
        free = False
        try:
            if self._proxy is not None:
                await self._backend.check_behind_proxy(host_of(flight.url), port_of(flight.url))
            counts.requests += 1
            response = await self._send(flight, hop)
            try:
                headers = _header_map(response.headers.raw)
                free = response.status_code == 304 and flight.is_authorised and flight.is_home
                return await self._read(flight, response, headers, site)
            finally:
                stream = response.extensions["network_stream"]
                counts.bytes += stream.received if isinstance(stream, MeteredStream) else 0
                await response.aclose()
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            OSError,
        ) as error:
            raise _translated(error, hop, self._limits) from error
        finally:
            counts.connections += hop.dialled
            current_hop.reset(reset)
            self._ledger.settle(site, headers, free=free, now=self._now())

    async def _send(self, flight: Flight, hop: Hop) -> httpx.Response:
        """Send the request; again, in silence, if a kept connection turns out to be closed (a GET only)."""
        limits = self._limits
        timeout = {"connect": limits.connect, "read": limits.idle, "write": limits.idle, "pool": None}
        for attempt in range(_STALE_CONNECTIONS):
            request = httpx.Request(
                flight.method, flight.url, headers=flight.request_headers(), content=flight.body,
                extensions={"timeout": timeout},
            )  # fmt: skip
            try:
                return await self._client.send(request, stream=True, follow_redirects=False, auth=None)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                if hop.dialled or flight.method != "GET" or attempt == _STALE_CONNECTIONS - 1:
                    raise
                hop.looks = True
        raise AssertionError("unreachable")

    async def _read(
        self, flight: Flight, response: httpx.Response, headers: Mapping[str, str], site: str
    ) -> Answer | None:
        status = response.status_code
        if response.extensions["head_size"] > self._limits.headers:
            raise FetchError(f"headers exceed {self._limits.headers} bytes", code="protocol_error", status=status)
        stream = response.extensions["network_stream"]
        if isinstance(stream, MeteredStream):
            stream.allow_body(flight.wire)
        flight.hop.in_body = True
        if status == 304:
            return await self._not_modified(flight, response, headers, site)
        if status in REDIRECTS:
            await _first_bytes(response, self._limits.refusal)
            self._ledger.forgive(site)
            flight.redirect(status, response.extensions["location"], self._guard, self._limits.redirects)
            return None
        if status not in SUCCESSES or is_challenge(status, headers, b""):
            raise await self._refused(flight, response, headers, site)
        body = await _body(response, headers, flight)
        if not body:
            raise FetchError(f"{status} with an empty body", code="empty_body", status=status)
        self._ledger.forgive(site)
        self.counts[site].answers += 1
        kept = {name: value for name, value in headers.items() if name not in _GONE_WITH_THE_BODY}
        return Answer(str(flight.url), status, kept, body, flight.permanent_url())

    async def _not_modified(
        self, flight: Flight, response: httpx.Response, headers: Mapping[str, str], site: str
    ) -> Answer:
        if not flight.conditional:
            raise FetchError("304 although nothing was asked about", code="protocol_error", status=304)
        await _first_bytes(response, self._limits.refusal)
        self._ledger.forgive(site)
        self.counts[site].answers += 1
        self.counts[site].not_modified += 1
        return Answer(str(flight.url), 304, headers, b"", flight.permanent_url(), not_modified=True)

    async def _refused(
        self, flight: Flight, response: httpx.Response, headers: Mapping[str, str], site: str
    ) -> FetchError:
        raw = await _first_bytes(response, self._limits.refusal)
        body = _decoded_start(raw, headers, self._limits.refusal)
        now = self._now()
        shown = f"{flight.method} {flight.url}"
        error = refusal(response.status_code, headers, body, now, strikes=self._ledger.strikes(site), shown=shown)
        if isinstance(error, Deferred) and error.retry_at is not None:
            self._ledger.strike(site)
            until = min(error.retry_at, now + LONGEST_WINDOW + timedelta(seconds=1))
            self._ledger.hold(site, until, f"it answered {response.status_code}")
        return error


async def _body(response: httpx.Response, headers: Mapping[str, str], flight: Flight) -> bytes:
    """The decoded body within its caps. encoding_refused and a declared excess end it before its first byte."""
    coding = content_coding(headers.get("content-encoding", ""))
    declared = headers.get("content-length", "")
    most = flight.wire if coding else min(flight.wire, flight.decoded)
    if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) > most:
        raise FetchError(f"{declared} bytes are announced, {most} allowed", code="too_large")
    inflater = Inflater(coding, flight.decoded)
    async with aclosing(_chunks(response)) as chunks:
        async for chunk in chunks:
            for _ in inflater.feed(chunk):
                await asyncio.sleep(0)
    flight.hop.stage = "decode"
    return inflater.finish()


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in response.stream:  # type: ignore[union-attr]  # an async client's answers have an async stream
        yield chunk


async def _first_bytes(response: httpx.Response, most: int) -> bytes:
    """The body's start, undecoded; the rest of a short one too, so that the connection can be kept. Never fails."""
    start = bytearray()
    try:
        async with aclosing(_chunks(response)) as chunks:
            async for chunk in chunks:
                start += chunk
                if len(start) >= most:
                    break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, FetchError):
        pass  # the status already says all; a broken explanation changes nothing
    return bytes(start[:most])


def _decoded_start(raw: bytes, headers: Mapping[str, str], most: int) -> bytes:
    try:
        coding = content_coding(headers.get("content-encoding", ""))
        if not coding:
            return raw
        inflater = Inflater(coding, most)
        for _ in inflater.feed(raw):
            pass
        return inflater.finish()
    except FetchError:
        return b""


def _header_map(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; several of a name are joined by a comma (RFC 9110, 5.3); UTF-8 if it is, else Latin-1."""
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name = name_bytes.decode("latin-1").lower()
        try:
            value = value_bytes.decode("utf-8")
        except UnicodeDecodeError:
            value = value_bytes.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _translated(error: Exception, hop: Hop, limits: Limits) -> FetchError:
    """httpcore's errors in our codes. What ends in mid body is body_truncated; before the headers it is protocol_error."""
    text = str(error) or type(error).__name__
    if isinstance(error, httpcore.TimeoutException):
        return FetchError(f"nothing came for {limits.idle:g} s", code="deadline", stage=hop.stage)
    if isinstance(error, httpcore.ProxyError):
        return FetchError(f"the proxy refused: {text}", code="proxy_failed", stage="connect")
    if hop.in_body and (isinstance(error, httpcore.NetworkError | OSError) or "closed connection" in text):
        return FetchError(f"the body ends early: {text}", code="body_truncated")
    if isinstance(error, httpcore.NetworkError | OSError):
        return FetchError(f"the connection broke before an answer: {text}", code="protocol_error", stage=hop.stage)
    return FetchError(f"not HTTP as it should be: {text}", code="protocol_error", stage=hop.stage)


def _checked_tokens(tokens: Mapping[str, str]) -> dict[str, str]:
    checked = {}
    for site, value in tokens.items():
        if not value.strip() or not value.isascii() or not value.strip().isprintable():
            error = ConfigurationError(f"token of {site}", "is empty or holds a character that no header can carry")
            error.code = "bad_secret"
            raise error
        checked[site.lower()] = value.strip()
    return checked


def _checked_proxy(proxy: str) -> httpx.URL | None:
    if not proxy:
        return None
    try:
        url = httpx.URL(proxy)
        if url.scheme in ("http", "https") and url.raw_host:
            return url
    except Exception:  # whatever a parser raises, the setting is wrong; its text may hold a password
        pass
    raise ConfigurationError("settings.proxy", "must be an http:// or https:// URL of a proxy")
