"""The rig of the fetch tests: names resolve to public-looking addresses, the dialer maps those to loopback.

So the address guard is on in every test, and what is dialled is written down.
"""

from __future__ import annotations

import asyncio
import datetime
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

sys.path.insert(0, str(Path(__file__).parent.parent))

from faultd import Faultd  # noqa: E402  (tests/ is no package)

from aggregator.errors import FetchError  # noqa: E402
from aggregator.fetch import Fetcher, Limits, dial  # noqa: E402
from aggregator.model import Answer, Ask, Validator  # noqa: E402

PUBLIC = "93.184.216.34"
USER_AGENT = "aggregator/0 (+https://example.org/about)"
NOW = datetime.datetime(2026, 2, 17, 8, 0, tzinfo=datetime.UTC)
QUICK = Limits(total=1.2, resolve=0.4, connect=0.6, idle=5.0, stagger=0.1)


@dataclass
class World:
    """What a Fetcher under test sees: names, where ports lead, and what it did."""

    server: Faultd
    ports: dict[int, int]
    names: dict[str, Sequence[str] | Exception | Callable[[], Sequence[str]]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    dead: Mapping[str, Exception | float] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    now: datetime.datetime = NOW

    def resolve(self, host: str, port: int) -> Sequence[str]:
        assert isinstance(host, str)
        self.resolved.append(host)
        found = self.names.get(host, [PUBLIC])
        if isinstance(found, Exception):
            raise found
        return found() if callable(found) else found

    async def dial(self, address: str, port: int, seconds: float) -> Any:
        self.dialled.append((address, port))
        fault = self.dead.get(address)
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            await asyncio.sleep(fault)
        return await dial("127.0.0.1", self.ports.get(port, port), seconds)

    def fetcher(self, **options: Any) -> Fetcher:
        settings: dict[str, Any] = {
            "user_agent": USER_AGENT, "limits": QUICK, "resolver": self.resolve, "dialer": self.dial,
            "tls": self.tls, "now": lambda: self.now, **options,
        }  # fmt: skip
        return Fetcher(**settings)

    def get(self, *asks: str | Ask, validator: Validator | None = None, **options: Any) -> Answer:
        """Fetch asks one after the other with one Fetcher; returns the last answer or raises what the last one raised."""

        async def run() -> Answer:
            async with self.fetcher(**options) as fetcher:
                for ask in asks[:-1]:
                    await fetcher.get(ask if isinstance(ask, Ask) else Ask(ask))
                last = asks[-1]
                return await fetcher.get(last if isinstance(last, Ask) else Ask(last), validator)

        return asyncio.run(run())

    def fail(self, *asks: str | Ask, validator: Validator | None = None, **options: Any) -> FetchError:
        """The error of the last of the asks."""
        with pytest.raises(FetchError) as caught:
            self.get(*asks, validator=validator, **options)
        assert len(caught.value.detail) <= 300
        return caught.value


@pytest.fixture(scope="session")
def server() -> Iterator[Faultd]:
    with Faultd() as running:
        yield running


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def tls_port(server: Faultd, authority: trustme.CA) -> int:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example", "other.example", "api.github.com").configure_cert(context)
    return server.listen_tls(context)


@pytest.fixture
def world(server: Faultd, authority: trustme.CA, tls_port: int) -> World:
    server.clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return World(server, {80: server.port, 443: tls_port}, tls=context)
