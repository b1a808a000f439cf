"""The rig of the budget tests: the registry, the server that answers for all of it, a store, and one clock for all."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests" / "config")]

import registry_world  # noqa: E402  (tests/ is no package)
from test_hooks import CASES  # noqa: E402

from aggregator import checking  # noqa: E402
from aggregator.config import load  # noqa: E402
from aggregator.fetch import Fetcher, dial  # noqa: E402
from aggregator.model import Configuration, PollOutcome, Source  # noqa: E402
from aggregator.parsing import Parser  # noqa: E402
from aggregator.poll import Means, poll_sources  # noqa: E402
from aggregator.sources import Endpoints  # noqa: E402
from aggregator.storage import Store  # noqa: E402
from aggregator.understanding import Understanding  # noqa: E402


@dataclass
class Rig:
    """The registry being polled by an injected clock. Each `poll` is what a new process would do: quotas come from rows."""

    configuration: Configuration
    server: registry_world.RegistryServer
    store: Store
    understanding: Understanding
    tls: ssl.SSLContext
    token: bool
    now: datetime = registry_world.EPOCH + timedelta(hours=8)
    dialled: set[str] = field(default_factory=set)
    hosts: tuple[str, ...] = ()
    _ticks: int = 0

    @property
    def sources(self) -> list[Source]:
        """The sources that are on; with `hosts` only those on these hosts (by their page's address)."""
        enabled = [source for source in self.configuration.sources.values() if source.enabled]
        return [s for s in enabled if not self.hosts or urlsplit(s.url).hostname in self.hosts]

    def poll(self, sources: Sequence[Source] | None = None, progress: Any = None) -> list[PollOutcome]:
        """Poll these (or all) once."""
        return asyncio.run(self._poll(self.sources if sources is None else sources, progress))

    async def _poll(self, sources: Sequence[Source], progress: Any) -> list[PollOutcome]:
        fetcher = self._fetcher()
        async with fetcher:
            means = Means(
                store=self.store, fetcher=fetcher, parser=Parser(), understanding=self.understanding,
                endpoints=Endpoints(github_token=self.token), settings=self.configuration.settings,
                labs=self.configuration.labs, now=lambda: self.now, owner="rig", jitter=self._jitter,
            )  # fmt: skip
            try:
                return await poll_sources(sources, means, progress)
            finally:
                self.store.save_budgets(fetcher.quota_state(), self.now)

    def check(self) -> list[checking.Checked]:
        """Try each once, as `sources check` does."""

        async def run() -> list[checking.Checked]:
            async with self._fetcher() as fetcher:
                tools = checking.Tools(fetcher, Parser(), Endpoints(github_token=self.token), self.now)
                return await checking.check_sources(self.sources, tools)

        return asyncio.run(run())

    def _fetcher(self) -> Fetcher:
        return Fetcher(
            user_agent="aggregator/test (+https://example.org/)",
            tokens={registry_world.API: f"Bearer {self.server.token}"} if self.token else {},
            quotas=self.store.budgets(),
            resolver=lambda host, port: [registry_world.PUBLIC],
            dialer=self._dial,
            tls=self.tls,
            now=lambda: self.now,
        )

    async def _dial(self, address: str, port: int, seconds: float) -> Any:
        self.dialled.add(address)
        return await dial("127.0.0.1", self.server.ports[port], seconds)

    def _jitter(self) -> float:
        """The whole range of jitter, in a fixed order."""
        self._ticks += 1
        return (self._ticks * 0.618034 % 1) * 2 - 1

    def due(self) -> list[Source]:
        """The sources whose rows say that their time has come."""
        states = self.store.states()
        times = {source.id: states[source.id].next_poll_at for source in self.sources}
        return [source for source in self.sources if (at := times[source.id]) is None or at <= self.now]

    def work(self, length: timedelta, tick: timedelta = timedelta(minutes=5), each: Any = None) -> list[PollOutcome]:
        """What a worker does in this time: at each tick it polls what is due."""
        outcomes: list[PollOutcome] = []
        end = self.now + length
        while self.now < end:
            self.now += tick
            if each is not None:
                each(self)
            if due := self.due():
                outcomes += self.poll(due)
        return outcomes


def page_bodies(configuration: Configuration) -> Mapping[str, bytes]:
    """The composed pages and lists of tests/config/test_hooks.py by host and path."""
    bodies = {}
    for source_id, (body, *_) in CASES.items():
        parts = urlsplit(configuration.sources[source_id].url)
        content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        bodies[f"{parts.hostname}{parts.path}"] = content.encode()
    model = {"id": "qwen/qwen3.5", "name": "Qwen: Qwen3.5", "created": 1_770_000_000, "context_length": 262_144}
    bodies["openrouter.ai/api/v1/models"] = json.dumps({"data": [model]}).encode()
    listed = {"qwen3.5": {"id": "qwen3.5", "name": "Qwen3.5", "release_date": "2026-02-16"}}
    bodies["models.dev/api.json"] = json.dumps({"alibaba": {"id": "alibaba", "models": listed}}).encode()
    return bodies


def families_of(configuration: Configuration) -> Mapping[str, tuple[str, ...]]:
    """How the names of a lab's repositories begin, by the source's id (GitHub's under the owner alone)."""
    found: dict[str, tuple[str, ...]] = {}
    for source in configuration.sources.values():
        if source.lab and ":" in source.id:
            names = tuple(family.name for family in configuration.labs[source.lab].families)
            found[source.id.split("/")[0]] = names
    return found


@pytest.fixture(scope="session")
def registry() -> Configuration:
    return load(ROOT / "sources.toml", {})


@pytest.fixture(scope="session")
def understanding(registry: Configuration) -> Understanding:
    return Understanding(registry.labs)


@pytest.fixture(scope="session")
def certificates(registry: Configuration) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of the server and of the client: one certificate names every host of the registry."""
    hosts = {urlsplit(source.url).hostname or "" for source in registry.sources.values() if source.enabled}
    hosts |= {registry_world.API, registry_world.WEB, registry_world.RAW, registry_world.HF, registry_world.MS}
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert(*sorted(hosts)).configure_cert(theirs)
    authority.configure_trust(ours)
    return theirs, ours


@pytest.fixture
def rig(
    registry: Configuration,
    understanding: Understanding,
    certificates: tuple[ssl.SSLContext, ssl.SSLContext],
    tmp_path: Path,
) -> Iterator[Callable[..., Rig]]:
    """Makes rigs: rig(token=True, rows=5, latency=0.1, quota=20)."""
    with ExitStack() as stack:

        def make(*, token: bool, **options: Any) -> Rig:
            made: list[Rig] = []
            server = registry_world.RegistryServer(
                now=lambda: made[0].now, context=certificates[0], pages=page_bodies(registry),
                families=families_of(registry), **options,
            )  # fmt: skip
            store = Store.open(f"sqlite:///{tmp_path / 'budget.db'}")
            stack.callback(store.close)
            made.append(Rig(registry, server, store, understanding, certificates[1], token))
            stack.enter_context(server)
            return made[0]

        yield make
