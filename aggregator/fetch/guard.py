"""Decides which URLs and addresses may be fetched: schemes, ports, and only the public internet or what is listed.

One parser (httpx's) reads a URL, and the host that it found is the one that is checked and dialled. Names are checked
by *all* their addresses. The table is our own: `ipaddress.is_global` calls NAT64 of 127.0.0.1, multicast and others
global, differently from one Python to the next. This module never resolves and never connects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx
import idna

from aggregator.errors import FetchError

PORTS = (80, 443)
SCHEMES = ("http", "https")

_DENIED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
"""IANA's special-purpose registry for IPv4 (RFC 6890 and later), multicast, the reserved class and the broadcast address."""

_GLOBAL_V6 = IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""Of 2000::/3: Teredo and other protocol assignments, documentation, 6to4, AS112. All outside of it is denied."""

_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL_SUFFIXES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def embedded_v4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to by itself (mapped, NAT64's well-known prefix, ISATAP), or None.

    6to4, Teredo, IPv4-compatible, SIIT and local-use NAT64 addresses need no unwrapping: their prefixes are denied whole.
    """
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_public(address: Address) -> bool:
    """True if `address` belongs to the public internet, whatever it embeds included."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    inner = embedded_v4(address)
    if inner is not None and not is_public(inner):
        return False
    if address in _MAPPED or address in _NAT64:
        return True
    return address in _GLOBAL_V6 and not any(address in network for network in _DENIED_V6)


def read_address(text: str) -> Address | None:
    """The address that `text` is, without a zone (`%eth0`), mapped IPv6 as its IPv4; None for a name."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address in _MAPPED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def default_port(scheme: str) -> int:
    """80 or 443."""
    return 443 if scheme == "https" else 80


def port_of(url: httpx.URL) -> int:
    """The port that a URL's connection goes to."""
    return default_port(url.scheme) if url.port is None else url.port


def host_of(url: httpx.URL) -> str:
    """A URL's host as it is resolved and compared: ASCII, lower case, without a root dot or brackets."""
    return url.raw_host.decode("ascii").lower().removesuffix(".")


def site_of(url: httpx.URL) -> str:
    """The key of a host for slots, quotas and tokens: `host` at the scheme's own port, else `host:port`."""
    port = port_of(url)
    host = host_of(url)
    shown = f"[{host}]" if ":" in host else host
    return shown if port == default_port(url.scheme) else f"{shown}:{port}"


class Guard:
    """The one place that says what may be dialled."""

    def __init__(self, allow_private_hosts: Iterable[str] = ()) -> None:
        """allow_private_hosts: names, addresses and networks (`127.0.0.0/8`) that are exempt, on all their ports.

        ValueError for an entry that is none of these.
        """
        self._names: set[str] = set()
        self._networks: list[Network] = []
        for entry in allow_private_hosts:
            text = entry.strip().lower().strip("[]").removesuffix(".")
            try:
                self._networks.append(ip_network(text, strict=False))
            except ValueError:
                if not _HOST_NAME.fullmatch(text):
                    raise ValueError(f"allow_private_hosts: {entry!r} is no host name, address or network") from None
                self._names.add(text)

    def read_url(self, text: str, base: httpx.URL | None = None) -> httpx.URL:
        """The URL of `text`, absolute and without its fragment; userinfo is kept (the caller takes it off).

        Raises FetchError: blocked_scheme, or bad_url for anything that is no http(s) URL with a host. The message
        never holds the URL, which may hold a secret.
        """
        if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
            raise FetchError("the URL contains a backslash", code="bad_url")
        scheme = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.\-]*):", text)
        if scheme and scheme[1].lower() not in SCHEMES:
            raise FetchError(f"scheme {scheme[1][:20].lower()} is not fetched", code="blocked_scheme")
        try:
            url = httpx.URL(text.strip()) if base is None or scheme else base.join(text)
            url = url.copy_with(fragment=None)
            host = host_of(url)
        except Exception as error:  # InvalidURL, IDNAError, ValueError of urljoin, UnicodeError: all mean the same
            raise FetchError(f"not a URL: {type(error).__name__}", code="bad_url") from None
        if url.scheme not in SCHEMES:
            raise FetchError("not an absolute http(s) URL", code="bad_url")
        if not 0 < port_of(url) < 65536:
            raise FetchError("the URL has no usable port", code="bad_url")
        self._check_host_text(host)
        return url

    def is_listed(self, host: str) -> bool:
        """True if this very host (name or address) is in allow_private_hosts."""
        if host in self._names:
            return True
        address = read_address(host)
        return address is not None and self._is_listed_address(address)

    def check_host(self, host: str, port: int) -> None:
        """Refuse what can be refused without resolving: FetchError blocked_port or blocked_address, stage connect."""
        if self.is_listed(host):
            return
        address = read_address(host)
        if address is not None:
            self._check_addresses(host, port, (address,))
        elif host.rpartition(".")[2] == "localhost":
            raise _blocked(host, "is this machine")
        elif port not in PORTS and not self._networks:
            raise _blocked_port(host, port)

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> tuple[str, ...]:
        """The addresses to dial, in the same order, if *all* of a host's addresses may be dialled; else FetchError.

        An address that cannot be read counts as a private one.
        """
        read = []
        for text in addresses:
            address = read_address(text)
            if address is None:
                raise _blocked(host, "resolves to something that is no address")
            read.append(address)
        if host not in self._names:
            self._check_addresses(host, port, read)
        return tuple(dict.fromkeys(str(address) for address in read))

    def check_unresolved(self, host: str) -> None:
        """Refuse names of local networks that only a proxy could resolve: FetchError blocked_address."""
        if host in self._names:
            return
        if "." not in host or any(host == suffix or host.endswith("." + suffix) for suffix in _LOCAL_SUFFIXES):
            raise _blocked(host, "is a name of a local network")

    def _check_addresses(self, host: str, port: int, addresses: Iterable[Address]) -> None:
        for address in addresses:
            if self._is_listed_address(address):
                continue
            if not is_public(address):
                raise _blocked(host, "is not on the public internet" if str(address) == host else f"leads to {address}")
            if port not in PORTS:
                raise _blocked_port(host, port)

    def _is_listed_address(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self._networks)

    def _check_host_text(self, host: str) -> None:
        if read_address(host) is not None and "%" not in host:
            return
        if not host or len(host) > 253 or not _HOST_NAME.fullmatch(host):
            raise FetchError("the URL has no usable host name", code="bad_url")
        labels = host.split(".")
        if _NUMBER.fullmatch(labels[-1]):  # 127.1, 2130706433, 0x7f.1, 017700000001: resolvers read these as addresses
            raise _blocked(host, "is an address in disguise")
        try:
            for label in labels:
                if label.startswith("xn--"):
                    idna.decode(label)
        except UnicodeError:
            raise FetchError(f"host {host} is no valid international name", code="bad_url") from None


def _blocked(host: str, why: str) -> FetchError:
    return FetchError(
        f"host {host} {why}; list it in allow_private_hosts to fetch it", code="blocked_address", stage="connect"
    )


def _blocked_port(host: str, port: int) -> FetchError:
    return FetchError(f"port {port} of {host} is not fetched (only 80 and 443)", code="blocked_port", stage="connect")
