"""The application: configuration, store, fetcher and rules put together for one call of a command or one worker.

Everything is opened when it is first needed, so that a command pays only for what it uses. No rule stands here.
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aggregator import __version__, collecting, config, faults, owners
from aggregator.errors import UsageError
from aggregator.model import Configuration, Entry, Labels, PollOutcome, Source

if TYPE_CHECKING:
    from aggregator import deliver
    from aggregator.adding import Discovery
    from aggregator.checking import Checked, Tools
    from aggregator.corrections import Corrections
    from aggregator.digest import Digest
    from aggregator.fetch import Fetcher
    from aggregator.gap import Measured
    from aggregator.health import Health
    from aggregator.labelling import Labelling
    from aggregator.outlets import Outlet
    from aggregator.poll import Means, Polling
    from aggregator.recording import Case
    from aggregator.sources import Endpoints
    from aggregator.storage import Store

log = logging.getLogger(__name__)

USER_AGENT = (
    f"aggregator/{__version__} (+https://github.com/aggregator-digest/aggregator; daily digest of AI model releases)"
)


def open(  # noqa: A001  (app.open reads as what it does)
    *,
    config: str | None = None,
    database: str | None = None,
    environ: Mapping[str, str] | None = None,
    now: Callable[[], datetime] | None = None,
) -> Application:
    """An application with the options of the command line; they win over `environ`'s variables. `now` is its clock.

    Raises ConfigurationError at once for a wrong environment; the sources file and the database are opened when needed.
    """
    opened = Application(dict(os.environ if environ is None else environ), config, database)
    if now is not None:
        opened.now = now
    return opened


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
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
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
    def corrections(self) -> Corrections:
        """corrections.toml beside sources.toml, checked whole. Raises ConfigurationError."""
        from aggregator.config import correcting

        return correcting.load(self._path)

    @cached_property
    def understanding(self) -> Labelling:
        """The rules, compiled for the labs of sources.toml, with a person's corrections over them."""
        from aggregator.labelling import Labelling

        return Labelling(self.configuration.labs, self.corrections)

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
        shown = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", self.database)
        return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1***", shown)

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

    def free_leases(self, patience: int = owners.ALONE) -> None:
        """Give back what processes held that were killed on this host. A source whose polls ended so `patience` times in
        a row waits for its interval."""
        for source_id, count in self.store.free_leases(owners.is_dead).items():
            source = self.configuration.sources.get(source_id)
            if source is not None and count >= patience:
                self._leave_alone(source, count)

    def _leave_alone(self, source: Source, count: int) -> None:
        from aggregator.poll import bare_failure

        told = f"the process that polled it was killed {count} times in a row"
        configuration, state = self.configuration, self.store.state(source.id, counted=False)
        failed = bare_failure(
            source, state, configuration.settings, configuration.labs, self.now(), told,
            code="interrupted", stage="poll", failures=0,
        )  # fmt: skip
        self.store.note_failure(failed, self.now())

    # ----------------------------------------------------------------- the main job

    def due(self, now: datetime) -> list[Source]:
        """The enabled sources whose time has come, longest due first; see `schedule.is_due`."""
        from aggregator import schedule

        states = self.store.states(counted=False)
        early = datetime.min.replace(tzinfo=UTC)
        times = {s.id: (states[s.id].next_poll_at if s.id in states else None) or early for s in self.sources(())}
        waits = {s.id: states[s.id].retry_at for s in self.sources(()) if s.id in states and states[s.id].url == s.url}
        return sorted(
            (s for s in self.sources(()) if schedule.is_due(now, times[s.id], waits.get(s.id))),
            key=lambda s: times[s.id],
        )

    def poll(
        self, sources: Sequence[Source], progress: Callable[[PollOutcome, int], None] | None = None
    ) -> list[PollOutcome]:
        """Poll these sources once; see `poll.poll_sources`. Interrupted by `stop_polls`: what is stored stays stored."""
        collecting.one_arena()
        with collecting.seldom():
            return asyncio.run(self._poll(sources, progress))

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[tuple[Polling, Fetcher]]:
        """Polls that come one by one, as a queue's worker has them, and the fetcher that they share."""
        from aggregator.poll import Polling

        collecting.one_arena()
        await asyncio.to_thread(self.free_leases, owners.SHARED)
        await asyncio.to_thread(self.register)
        fetcher = self._fetcher()
        async with fetcher, Polling(self._means(fetcher)) as polling:
            yield polling, fetcher

    def share_quotas(self, fetcher: Fetcher) -> None:
        """Give what a fetcher learnt of hosts' quotas to other processes, and it what they learnt."""
        fetcher.absorb_quotas(self.store.budgets())
        self.store.save_budgets(fetcher.quota_state(), self.now())

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
        await asyncio.to_thread(self.store.mend_times, self.now())
        await asyncio.to_thread(self.register)
        fetcher = self._fetcher()
        async with fetcher:
            means = self._means(fetcher)
            self._loop = asyncio.get_running_loop()
            self._running = asyncio.create_task(poll_sources(sources, means, progress))
            if self._stopping.is_set():  # told so before there was anything to cancel
                self._running.cancel()
            try:
                with collecting.put_off():
                    return await self._running
            except asyncio.CancelledError:
                if self._stopping.is_set():
                    return []
                raise
            finally:
                self._loop = self._running = None
                await asyncio.to_thread(self.store.save_budgets, fetcher.quota_state())
                faults.at("quota.saved")

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

    def record(self, source: Source, requests: int = 1) -> list[Case]:
        """A source's answers as cases for tests; see `recording.record`. Stores nothing and opens no database."""
        from aggregator.recording import record

        configuration, environment = self.configuration, self.environment
        readers = (configuration.digest, *configuration.subscribers)
        named = [
            self.secret(one) for one in (*(n for reader in readers for n in reader.notify), configuration.ping) if one
        ]
        secrets = [environment.github_token, environment.huggingface_token, environment.smtp_url, *named]

        async def run() -> list[Case]:
            async with self._fetcher({}) as fetcher:
                return await record(source, self._tools(fetcher), [s for s in secrets if s], requests)

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

    def _fetcher(self, quotas: Mapping[str, Mapping[str, Any]] | None = None, secrets: Collection[str] = ()) -> Fetcher:
        """A fetcher; `quotas` is what is known of hosts' quotas (None: what the database remembers). Its errors show none
        of the `secrets`."""
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
            secrets=secrets,
            now=self.now,
        )

    def _means(self, fetcher: Fetcher) -> Means:
        from aggregator.parsing import Parser, preparing
        from aggregator.poll import Means

        understanding = self.understanding
        return Means(
            store=self.store,
            fetcher=fetcher,
            parser=Parser(self.store, rules=preparing.pack(understanding)),
            understanding=understanding,
            endpoints=self.endpoints,
            settings=self.configuration.settings,
            labs=self.configuration.labs,
            now=self.now,
            owner=self.owner,
        )

    def digest(
        self,
        since: datetime,
        until: datetime,
        *,
        language: str | None = None,
        notice: str = "",
        style: str = "brief",
    ) -> Digest:
        """The digest of [since, until); changes nothing. `style`: brief (one screen) or panorama (by lab, by theme)."""
        from aggregator.digest import build

        configuration = self.configuration
        return build(
            self.store.material(since, until, [s.id for s in self.sources(())]),
            configuration.labs,
            configuration.sources,
            language=language or configuration.digest.language,
            timezone=self.timezone,
            notice=notice,
            style=style,
        )

    # ----------------------------------------------------------------- delivery

    @cached_property
    def owner(self) -> str:
        """The name of this process in leases and claims."""
        return owners.name()

    def register(self) -> None:
        """Make the readers of sources.toml known: what is stored from now on is news to them."""
        digest = self.configuration.digest
        self.store.register([one.name for one in (digest, *self.configuration.subscribers)], self.now())

    def means(self) -> deliver.Means:
        """What planning and sending work with, as sources.toml is now."""
        from aggregator import deliver
        from aggregator.channels import channels

        return deliver.Means(
            store=self.store,
            configuration=self.configuration,
            channels=channels(),
            secrets=self.secret,
            now=self.now,
            owner=self.owner,
            ping=self.ping,
        )

    def secret(self, name: str) -> str | None:
        """The secret of a name: SMTP_URL, or `env:NAME` as sources.toml has it; None if it is not set."""
        return self.environment.smtp_url if name == "SMTP_URL" else config.secret_url(name, self._environ)

    def ping(self, url: str) -> None:
        """Ask the dead man's switch, whose URL is a secret. Raises FetchError; any answer of the 2xx kind will do."""
        from aggregator.errors import FetchError
        from aggregator.model import Ask

        async def run() -> None:
            async with self._fetcher({}, secrets=(url,)) as fetcher:
                await fetcher.get(Ask(url))

        try:
            asyncio.run(run())
        except FetchError as error:
            if error.status is None or not 200 <= error.status < 300:
                raise

    def reload(self) -> bool:
        """Read sources.toml anew; False (and the former one is kept) if it is wrong. Raises nothing."""
        try:
            loaded = config.load(self._path, self._environ)
        except UsageError as error:
            log.error("sources.toml is kept as it was: %s [code=%s]", error, error.code)
            return False
        self.configuration = loaded
        for derived in ("understanding", "corrections"):
            self.__dict__.pop(derived, None)
        self.store.save_regions(self.regions)
        self.register()
        log.info("sources.toml read anew: %d sources", len(self.sources(())))
        return True

    def measured(self) -> list[Measured]:
        """What third parties' indices say of each stored line, as catalogues give them; of several values the last."""
        from aggregator.gap import INDEX, Measured
        from aggregator.model import ReleaseQuery
        from aggregator.released import released

        facts = self.store.facts_of_rule("catalogue-model")
        showings = self.store.showings_of(facts)
        found: list[Measured] = []
        for release in self.store.releases(ReleaseQuery(limit=100_000))[0] if facts else ():
            seen = min((s.at for s in release.timeline if s.status != "rumoured"), default=release.appeared)
            told = facts.get(release.key, ())
            if not told:
                continue
            out = released(showings.get(release.key, ()), release.artifacts, [one.published for one in told], seen)
            values: dict[str, Measured] = {}
            for one in told:
                source = one.source
                title = self.configuration.sources[source].title if source in self.configuration.sources else source
                for name, value in one.facts:
                    if name.startswith(INDEX):
                        index = name.removeprefix(INDEX)
                        who = (release.line, release.lab, release.region, release.openness)
                        values[index] = Measured(index, *who, out.at, float(value), title or source, out.by)
            found += values.values()
        return found

    def outlets(self) -> list[Outlet]:
        """How the rumours of each outlet ended, most rumours first."""
        from aggregator.outlets import outlets

        titles = {source.id: source.title or source.id for source in self.configuration.sources.values()}
        return outlets(self.store.rumoured(), titles)

    def reunderstand(self, now: datetime) -> tuple[int, int, int]:
        """Label all that is stored anew by the rules, labs and corrections of now.

        Returns how many items were judged, how many changed, and how many lines did. What is stored of a source that
        sources.toml no longer has keeps its labels.
        """
        rules = self.understanding

        def judge(entry: Entry, source: Source, title: str, summary: str, content: str) -> Labels:
            return rules.labels(entry, source, title=title, summary=summary, content=content)

        return self.store.relabel(judge, self.configuration.sources, now)

    def correction_cases(self) -> list[dict[str, str]]:
        """Each correction as a case for tests of the rules: what the items that it concerns say, and what is right."""
        from aggregator.corrections import as_case
        from aggregator.model import ItemQuery

        cases = []
        for correction in self.corrections.all:
            query = ItemQuery(
                line=correction.line or None, source=correction.source or None, limit=10_000, all_copies=True
            )
            for item in self.store.items(query)[0]:
                named = not correction.item or correction.item in (item.guid, item.url)
                if named and correction.words.casefold() in f"{item.title} {item.guid}".casefold():
                    cases.append(as_case(correction, item.title, item.source))
        return cases

    def health(self, now: datetime) -> Health:
        """The health of sources, deliveries and worker at `now`."""
        from aggregator.health import judge

        heartbeat, ended = self.store.setting("heartbeat"), self.store.setting("worker_ended")
        return judge(
            list(self.configuration.sources.values()),
            self.store.states(),
            now,
            datetime.fromisoformat(heartbeat) if heartbeat else None,
            running=heartbeat is not None and (ended is None or ended < heartbeat),
            messages=self.store.deliveries(states=("pending", "sending", "dead")),
        )
