"""One fetch on its way through its redirects: what is sent at each hop, and where a redirect may lead. Pure, no I/O.

Credentials and every header that is not plainly harmless go to the origin (scheme, host and port) that was asked for,
and to no other, whatever a redirect says.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from aggregator.errors import FetchError
from aggregator.fetch.decoding import ACCEPTED
from aggregator.fetch.guard import Guard, host_of, port_of, site_of
from aggregator.fetch.redact import secret_forms
from aggregator.fetch.refusals import PERMANENT_REDIRECTS
from aggregator.fetch.transport import Hop
from aggregator.fetch.validators import conditional_headers
from aggregator.model import Ask, Validator

METHODS = ("GET", "POST")
_HARMLESS = frozenset(("accept", "accept-language", "x-github-api-version"))
_OURS = frozenset(
    ("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "te",
     "trailer", "transfer-encoding", "upgrade", "user-agent", "if-none-match", "if-modified-since", "range")
)  # fmt: skip
"""Headers that an ask cannot set: they belong to the connection, to this module or to the validator."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")


@dataclass(slots=True)
class Flight:
    """The state of one `get`. `url` is where the next request goes; `origin` is what was asked for (userinfo taken off)."""

    origin: httpx.URL
    url: httpx.URL
    method: str
    body: bytes | None
    headers: Mapping[str, str]
    private_headers: Mapping[str, str]
    conditional: Mapping[str, str]
    is_authorised: bool
    known: frozenset[str]
    wire: int
    decoded: int
    redirects: int = 0
    is_permanent: bool = True
    seen: set[tuple[str, str]] = field(default_factory=set)
    hop: Hop = field(default_factory=Hop)

    @property
    def is_home(self) -> bool:
        """True while the next request goes to the origin that was asked for."""
        return _origin(self.url) == _origin(self.origin)

    def request_headers(self) -> list[tuple[str, str]]:
        """All headers of the next request but Host and Content-Length."""
        sent = {**self.headers, **self.conditional}
        if self.is_home:
            sent.update(self.private_headers)
        return list(sent.items())

    def secrets(self) -> frozenset[str]:
        """Spellings of this ask's own secrets, for redaction: its userinfo, and whatever it sends to its origin only."""
        values = [value for name, value in self.private_headers.items() if name != "content-type"]
        return self.known | {form for value in values for form in secret_forms(value)}

    def redirect(self, status: int, locations: Sequence[bytes], guard: Guard, most: int) -> None:
        """Turn to where a redirect points. FetchError: bad_redirect, redirect_loop, blocked_scheme, insecure_redirect."""
        url = self._target(locations, guard)
        self.redirects += 1
        if self.redirects > most:
            raise FetchError(f"more than {most} redirects", code="redirect_loop", status=status)
        if self.url.scheme == "https" and url.scheme == "http" and self.private_headers:
            raise FetchError(
                f"redirected from https to http at {site_of(url)} although credentials were sent",
                code="insecure_redirect",
                status=status,
            )
        self.seen.add((self.method, str(self.url)))
        if status == 303 or (status in (301, 302) and self.method == "POST"):
            self.method, self.body = "GET", None
        self.url = url
        if self.body is not None and not self.is_home:
            raise FetchError(f"a POST is not repeated at {site_of(url)}", code="bad_redirect", status=status)
        if (self.method, str(url)) in self.seen:
            raise FetchError("the redirects lead in a circle", code="redirect_loop", status=status)
        self.is_permanent = self.is_permanent and status in PERMANENT_REDIRECTS

    def permanent_url(self) -> str | None:
        """Where a chain of only permanent redirects led, or None."""
        return str(self.url) if self.redirects and self.is_permanent else None

    def _target(self, locations: Sequence[bytes], guard: Guard) -> httpx.URL:
        if len(set(locations)) != 1 or not locations[0].strip():
            raise FetchError("a redirect without one Location", code="bad_redirect")
        try:
            text = locations[0].decode("utf-8").strip()
        except UnicodeDecodeError:
            text = locations[0].decode("latin-1").strip()
        try:
            return guard.read_url(text, base=self.url).copy_with(userinfo=b"")
        except FetchError as error:
            if error.code != "bad_url":
                raise
            raise FetchError(f"a redirect to no usable URL: {error.detail}", code="bad_redirect") from None


def prepare(
    ask: Ask,
    validator: Validator | None,
    guard: Guard,
    tokens: Mapping[str, str],
    user_agent: str,
    sizes: tuple[int, int],
) -> Flight:
    """The flight of an ask. sizes: (wire, decoded) bytes. FetchError: bad_url, blocked_scheme, bad_request.

    A token goes out over https, or over http to a host that is listed as private; never in clear to the internet.
    """
    url = guard.read_url(ask.url)
    origin = url.copy_with(userinfo=b"")
    if ask.method.upper() not in METHODS:
        raise FetchError(f"method {ask.method[:20]} is not sent", code="bad_request")
    method = ask.method.upper()
    plain = {"user-agent": user_agent, "accept": "*/*", "accept-encoding": ACCEPTED}
    private: dict[str, str] = {}
    for name, value in _checked(ask.headers).items():
        (plain if name in _HARMLESS else private)[name] = value
    if "authorization" not in private:
        token = tokens.get(site_of(origin))
        if token and (origin.scheme == "https" or guard.is_listed(host_of(origin))):
            private["authorization"] = token
        elif url.userinfo:
            pair = f"{url.username}:{url.password}".encode()
            private["authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
    return Flight(
        origin=origin,
        url=origin,
        method=method,
        body=ask.body if method == "POST" else None,
        headers=plain,
        private_headers=private,
        conditional=conditional_headers(validator) if method == "GET" else {},
        is_authorised="authorization" in private,
        known=secret_forms(url.userinfo.decode("ascii", "replace")) | secret_forms(url.password),
        wire=sizes[0],
        decoded=sizes[1],
    )


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Lower-case headers of an ask without those that are ours; bad_request for a name or value that HTTP cannot carry."""
    checked = {}
    for name, raw in headers.items():
        value = raw.strip()
        if not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise FetchError(f"header {name[:40]!r} cannot be sent", code="bad_request")
        if name.lower() not in _OURS:
            checked[name.lower()] = value
    return checked


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, host_of(url), port_of(url)
