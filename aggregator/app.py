"""The application: configuration, store, fetcher and rules put together for one call of a command or one worker.

Everything is opened when it is first needed, so that a command pays only for what it uses. No rule stands here.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aggregator import __version__, config, owners
from aggregator.errors import UsageError
from aggregator.model import Configuration, PollOutcome, Source

if TYPE_CHECKING:
    from aggregator.adding import Discovery
    from aggregator.checking import Checked, Tools
    from aggregator.digest import Digest
    from aggregator.fetch import Fetcher
    from aggregator.health import Health
    from aggregator.poll import Means
    from aggregator.sources import Endpoints
    from aggregator.storage import Store
    from aggregator.understanding import Understanding

USER_AGENT = (
    f"aggregator/{__version__} (+https://github.com/aggregator-digest/aggregator; daily digest of AI model releases)"
)


def open(  # noqa: A001  (app.open reads as what it does)
    *,
    config: str | None = None,
    database: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Application:
    """An application with the options of the command line; they win over `environ`'s variables.

    Raises ConfigurationError at once for a wrong environment; the sources file and the database are opened when needed.
    """
    return Application(dict(os.environ if environ is None else environ), config, database)


def restore(
    *, config: str | None, database: str | None, backup: str, environ: Mapping[str, str] | None = None
) -> str | None:
    """Put `backup` in the place of the database; the path under which the former one was kept, if there was one.

    Raises StoreError if the backup is no whole database of ours; then nothing was changed.
    """
    from aggregator.storage import Store

    return Store.restore(
        Application(dict(os.environ if environ is None else environ), config, database).database, backup
    )


class Application:
    """What a command works with. Use it as a context manager, or call `close`."""

    def __init__(self, environ: Mapping[str, str], path: str | None, database: str | None) -> None:
        self._environ = environ
        self.environment = config.environment(environ)
        self._path = path or self.environment.config
        self.database = database or self.environment.database
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[list[PollOutcome]] | None = None

    def __enter__(self) -> Application:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store if it was opened."""
        if "store" in self.__dict__:
            self.store.close()

    # ----------------------------------------------------------------- what is opened on first use

    @cached_property
    def configuration(self) -> Configuration:
        """sources.toml, checked whole. Raises ConfigurationError."""
        return config.load(self._path, self._environ)

    @cached_property
    def store(self) -> Store:
        """The database, its schema upgraded. The configuration is checked first: with a wrong one nothing is touched."""
        from aggregator.storage import Store

        _ = self.configuration
        return Store.open(self.database, regions=self.regions)

    @cached_property
    def understanding(self) -> Understanding:
        """The rules, compiled for the labs of sources.toml."""
        from aggregator.understanding import Understanding

        return Understanding(self.configuration.labs)

    @property
    def timezone(self) -> str:
        """The IANA name of the zone in which a day is a day."""
        return self.configuration.settings.timezone

    @property
    def regions(self) -> dict[str, str]:
        """Lab id to region."""
        return {lab.id: lab.region for lab in self.configuration.labs.values()}

    @property
    def database_shown(self) -> str:
        """The database's URL as it may be shown: without a password."""
        return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", self.database)

    def sources(self, ids: Iterable[str]) -> list[Source]:
        """The enabled sources in the order of the file, or those named. Raises UsageError for an unknown id."""
        every = self.configuration.sources
        wanted = list(ids)
        for one in wanted:
            if one not in every:
                near = difflib.get_close_matches(one, every, n=1)
                raise UsageError(
                    f"--source {one}: no such source in {self._path}" + (f'; did you mean "{near[0]}"?' if near else "")
                )
        return [every[i] for i in dict.fromkeys(wanted)] if wanted else [s for s in every.values() if s.enabled]

    def free_leases(self) -> None:
        """Give back what processes held that were killed on this host."""
        self.store.free_leases(owners.is_dead)

    # ----------------------------------------------------------------- the main job

    def due(self, now: datetime) -> list[Source]:
        """The enabled sources whose time has come, longest due first."""
        states = self.store.states()
        early = datetime.min.replace(tzinfo=UTC)
        times = {s.id: (states[s.id].next_poll_at if s.id in states else None) or early for s in self.sources(())}
        return sorted((s for s in self.sources(()) if times[s.id] <= now), key=lambda s: times[s.id])

    def poll(
        self, sources: Sequence[Source], progress: Callable[[PollOutcome, int], None] | None = None
    ) -> list[PollOutcome]:
        """Poll these sources once; see `poll.poll_sources`. Interrupted by `stop_polls`: what is stored stays stored."""
        return asyncio.run(self._poll(sources, progress))

    def stop_polls(self) -> None:
        """End a poll that runs in another thread; no new one begins. Safe to call at any time."""
        self._stopping.set()
        loop, running = self._loop, self._running
        if loop is not None and running is not None:
            loop.call_soon_threadsafe(running.cancel)

    async def _poll(
        self, sources: Sequence[Source], progress: Callable[[PollOutcome, int], None] | None
    ) -> list[PollOutcome]:
        from aggregator.poll import poll_sources

        if self._stopping.is_set():
            return []
        await asyncio.to_thread(self.free_leases)
        fetcher = self._fetcher()
        async with fetcher:
            means = self._means(fetcher)
            self._loop = asyncio.get_running_loop()
            self._running = asyncio.create_task(poll_sources(sources, means, progress))
            try:
                return await self._running
            except asyncio.CancelledError:
                if self._stopping.is_set():
                    return []
                raise
            finally:
                self._loop = self._running = None
                await asyncio.to_thread(self.store.save_budgets, fetcher.quota_state())

    # ----------------------------------------------------------------- trying out, without a database

    def check(self, sources: Sequence[Source], progress: Callable[[Checked, int], None] | None = None) -> list[Checked]:
        """Try each of these sources once; see `checking.check_sources`. Stores nothing and opens no database."""
        from aggregator.checking import check_sources

        async def run() -> list[Checked]:
            async with self._fetcher({}) as fetcher:
                return await check_sources(sources, self._tools(fetcher), progress)

        return asyncio.run(run())

    def discover(self, url: str) -> Discovery:
        """The feed behind an address; see `adding.discover`. Stores nothing and opens no database."""
        from aggregator.adding import discover

        async def run() -> Discovery:
            async with self._fetcher({}) as fetcher:
                return await discover(url, self.configuration, self._tools(fetcher))

        return asyncio.run(run())

    def _tools(self, fetcher: Fetcher) -> Tools:
        from aggregator.checking import Tools
        from aggregator.parsing import Parser

        return Tools(fetcher, Parser(), self.endpoints, datetime.now(UTC))

    @property
    def path(self) -> str:
        """The sources file."""
        return self._path

    @property
    def endpoints(self) -> Endpoints:
        """Where GitHub and the hubs are asked."""
        from aggregator.sources import Endpoints

        environment = self.environment
        return Endpoints(
            github_api=environment.github_api,
            github_web=environment.github_web,
            github_raw=environment.github_raw,
            huggingface=environment.huggingface,
            modelscope=environment.modelscope,
            github_token=environment.github_token is not None,
        )

    def _fetcher(self, quotas: Mapping[str, Mapping[str, Any]] | None = None) -> Fetcher:
        """A fetcher; `quotas` is what is known of hosts' quotas (None: what the database remembers)."""
        from aggregator.fetch import Fetcher

        settings, environment = self.configuration.settings, self.environment
        tokens = {}
        if environment.github_token:
            tokens[urlsplit(environment.github_api).netloc] = f"Bearer {environment.github_token}"
        if environment.huggingface_token:
            tokens[urlsplit(environment.huggingface).netloc] = f"Bearer {environment.huggingface_token}"
        return Fetcher(
            user_agent=USER_AGENT,
            proxy=settings.proxy,
            allow_private_hosts=settings.allow_private_hosts,
            tokens=tokens,
            quotas=self.store.budgets() if quotas is None else quotas,
        )

    def _means(self, fetcher: Fetcher) -> Means:
        from aggregator.parsing import Parser
        from aggregator.poll import Means

        return Means(
            store=self.store,
            fetcher=fetcher,
            parser=Parser(),
            understanding=self.understanding,
            endpoints=self.endpoints,
            settings=self.configuration.settings,
            labs=self.configuration.labs,
            now=lambda: datetime.now(UTC),
            owner=owners.name(),
        )

    def digest(self, since: datetime, until: datetime, *, language: str | None = None, notice: str = "") -> Digest:
        """The digest of [since, until); changes nothing."""
        from aggregator.digest import build

        configuration = self.configuration
        return build(
            self.store.material(since, until, [s.id for s in self.sources(())]),
            configuration.labs,
            configuration.sources,
            language=language or configuration.digest.language,
            timezone=self.timezone,
            notice=notice,
        )

    def write_digest(self, day: date) -> list[Path]:
        """Write the digest of the 24 hours before the slot of `day` into [digest] directory, Markdown and HTML."""
        from aggregator import slots
        from aggregator.channels.file import write_whole
        from aggregator.digest import render

        settings = self.configuration.digest
        end = slots.moment_of(day, settings.at, self.timezone)
        start = slots.moment_of(date.fromordinal(day.toordinal() - 1), settings.at, self.timezone)
        digest = self.digest(start, end)
        written = []
        for form in ("md", "html"):
            path = Path(settings.directory) / f"{day.isoformat()}.{form}"
            write_whole(path, render(digest, form))
            written.append(path)
        return written

    def health(self, now: datetime) -> Health:
        """The health of sources and worker at `now`."""
        from aggregator.health import judge

        heartbeat, ended = self.store.setting("heartbeat"), self.store.setting("worker_ended")
        return judge(
            list(self.configuration.sources.values()),
            self.store.states(),
            now,
            datetime.fromisoformat(heartbeat) if heartbeat else None,
            running=heartbeat is not None and (ended is None or ended < heartbeat),
        )
