"""The store: one object over one database, whose methods are the whole of what others may ask of it.

Safe to use from several threads, and by several processes on one file at once. It never fetches, never reads a clock
(except to time nothing) and gives out only the nouns of aggregator/model.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from aggregator.errors import StoreError
from aggregator.model import (
    Delivery,
    Item,
    ItemQuery,
    LineHistory,
    LineMaterial,
    Material,
    Message,
    Pending,
    Plan,
    Poll,
    PollCounts,
    Release,
    ReleaseQuery,
    RuleFacts,
    SentDigest,
    Showing,
    Source,
    SourceRecord,
    SourceState,
    Story,
    StoryQuery,
    Validator,
)
from aggregator.searching import VERSION as SEARCH_VERSION
from aggregator.storage import (
    clocks,
    copying,
    deliveries,
    dialect,
    due,
    figures,
    holding,
    items,
    lines,
    outbox,
    polls,
    relabelling,
    releases,
    states,
    tables,
    trying,
    upkeep,
)
from aggregator.storage.migrations import VERSIONS
from aggregator.storage.rules import Rules, default_rules
from aggregator.storage.writing import Touched

LAB = tables.table_of(tables.LabRow)
LINE = tables.table_of(tables.LineRow)
ITEM = tables.table_of(tables.ItemRow)
KEPT_SUFFIX = "before-restore"


@dataclass(slots=True)
class Store:
    """An open database. Make one with `Store.open`; close it when done.

    `regions` maps a lab's id to its region: a line of an unlisted lab has the empty region.
    """

    engine: Engine
    rules: Rules
    regions: dict[str, str] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------ opening and upkeep

    @classmethod
    def open(
        cls,
        url: str,
        *,
        migrate: bool = True,
        readonly: bool = False,
        regions: Mapping[str, str] | None = None,
        rules: Rules | None = None,
    ) -> Self:
        """Open a database, making it or bringing its schema up to date where needed.

        `regions`: lab id to region; None takes those that were given last. Raises StoreError: db_corrupt, db_readonly,
        missing_directory, schema_newer, schema_older (migrate=False), db_busy, …
        """
        engine = dialect.make_engine(url, readonly=readonly)
        try:
            version = upkeep.version_of(engine)
            if version != VERSIONS[-1]:
                if not migrate or readonly:
                    raise StoreError(f"the schema is {version}; run `aggregator db upgrade`", code="schema_older")
                upkeep.upgrade(engine)
            store = cls(engine, rules or default_rules())
            store._settle(regions, readonly)
        except BaseException:
            engine.dispose()
            raise
        return store

    def _settle(self, regions: Mapping[str, str] | None, readonly: bool) -> None:
        """Take over the labs' regions, and build the search index anew if its tokens are another version's."""
        with dialect.reading(self.engine) as connection:
            known = {row.id: row.region for row in connection.execute(sa.select(LAB.c.id, LAB.c.region))}
            old_tokens = states.setting(connection, "search_version") != str(SEARCH_VERSION)
        self.regions = known if regions is None else {**known, **regions}
        if readonly:
            return
        if self.regions != known:
            self.save_regions(self.regions)
        if old_tokens:
            with dialect.writing(self.engine) as connection:
                upkeep.rebuild_search(connection)

    def save_regions(self, regions: Mapping[str, str]) -> None:
        """Keep the labs' regions, and bring the releases of labs whose region changed up to date."""
        self.regions = dict(regions)
        with dialect.writing(self.engine) as connection:
            rows = [{"id": i, "name": "", "region": region} for i, region in regions.items()]
            if rows:
                connection.execute(dialect.insert_or_update(connection, LAB, ["id"], ["region"]), rows)
            stored = connection.execute(sa.select(LINE.c.lab, LINE.c.region).distinct()).all()
            moved = {row.lab for row in stored if row.region != self.regions.get(row.lab, "")}
            for lab in sorted(moved):
                connection.execute(sa.update(LINE).where(LINE.c.lab == lab).values(region=self.regions.get(lab, "")))

    def close(self) -> None:
        """Close all connections; the store can still be used and opens new ones then."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def schema_version(self) -> str:
        """The version of the schema."""
        return upkeep.version_of(self.engine) or ""

    def upgrade(self) -> None:
        """Bring the schema to this version's."""
        upkeep.upgrade(self.engine)

    def check(self, regions: Mapping[str, str] | None = None) -> list[str]:
        """Return everything that is wrong with the file, foreign keys, keys, copies, stories and releases."""
        known = self.regions if regions is None else {**self.regions, **regions}
        with dialect.writing(self.engine) as connection:
            return upkeep.check(connection, self.rules, known)

    def backup(self, path: str | Path) -> None:
        """Copy the database to a SQLite file while it is in use; the file is whole or not there. Raises StoreError."""
        target = Path(path)
        if not target.parent.is_dir():
            raise StoreError(f"{target}: the folder {target.parent} is missing", code="missing_directory")
        if self.engine.dialect.name == "sqlite":
            dialect.copy_to(self.engine, target)
        else:
            copying.save(self.engine, target)

    def copy_to(self, url: str) -> copying.Copied:
        """Copy everything to the empty database of a URL, of whatever kind, and compare both. Raises StoreError."""
        with Store.open(url, rules=self.rules) as target:
            return copying.copy(self.engine, target.engine)

    @staticmethod
    def restore(url: str, backup: str | Path) -> str | None:
        """Put a backup in the place of the database of `url`; return where the former one is kept, if there was one.

        Raises StoreError, and changes nothing, if the backup is no whole database of ours or is newer than this program.
        """
        version = dialect.sound_version(Path(backup))
        if version not in VERSIONS:
            raise StoreError(f"{backup}: its schema {version} is newer than this program knows", code="schema_newer")
        path = dialect.file_of(url)
        if path is None:
            raise StoreError(
                "only a file can be put in a file's place; for PostgreSQL make an empty database and run "
                "`aggregator --database sqlite:///BACKUP db copy --to postgresql+psycopg://…`",
                code="restore_failed",
            )
        if not path.parent.is_dir():
            raise StoreError(f"{path}: the folder {path.parent} is missing", code="missing_directory")
        return dialect.put_back(path, Path(backup), KEPT_SUFFIX)

    def prune(self, before: datetime, now: datetime) -> int:
        """Remove items that appeared before a time, but no release and none of its evidence; return how many."""
        with dialect.writing(self.engine) as connection:
            return upkeep.prune(connection, before, now, self.rules, self.regions)

    def rebuild_search(self) -> int:
        """Build the search index anew; return the number of items in it."""
        with dialect.writing(self.engine) as connection:
            return upkeep.rebuild_search(connection)

    def logical_dump(self) -> str:
        """Return the logical content as sorted lines: equal for equal content, whatever the order in which it came."""
        with dialect.reading(self.engine) as connection:
            return upkeep.logical_dump(connection)

    def logical_hash(self) -> str:
        """Return the hash of the logical content."""
        return upkeep.logical_hash(self.logical_dump())

    def size(self) -> int:
        """Return the bytes that the database takes on disk."""
        return dialect.size_of(self.engine)

    def warnings(self) -> dict[str, str]:
        """Return what threatens the database where it lies, by code (network_file_system, log_large), with what to do."""
        return dialect.warnings(self.engine)

    def counts(self) -> dict[str, int]:
        """Return how many items, copies, stories, releases, artifacts and sources are stored."""
        with dialect.reading(self.engine) as connection:

            def count(table: Any, *conditions: Any) -> int:
                return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0

            return {
                "items": count(ITEM),
                "copies": count(ITEM, ITEM.c.copy_of.is_not(None)),
                "stories": count(tables.StoryRow),
                "releases": count(LINE, LINE.c.status.is_not(None)),
                "artifacts": count(tables.ArtifactRow),
                "sources": count(tables.SourceRow),
                "quarantined": count(tables.QuarantineRow),
            }

    # ---------------------------------------------------------------------------------------------------- polls

    def states(self, *, counted: bool = True) -> dict[str, SourceState]:
        """Return what is remembered of each source that was ever polled or leased; `counted` with its number of items."""
        with dialect.reading(self.engine) as connection:
            return states.states(connection, counted=counted)

    def state(self, source_id: str, *, counted: bool = True) -> SourceState:
        """Return what is remembered of a source (an empty state for one that was never polled)."""
        with dialect.reading(self.engine) as connection:
            return states.states(connection, source_id, counted=counted).get(source_id) or SourceState(source_id)

    def enrol(self, sources: Mapping[str, str], now: datetime) -> int:
        """Make sources (id to URL) known to `take_due`; see `due.enrol`."""
        with dialect.writing(self.engine) as connection:
            return due.enrol(connection, sources, now)

    def straighten(self, now: datetime) -> int:
        """Mend times that no right clock can have written; see `due.straighten`."""
        with dialect.writing(self.engine, by_row=True) as connection:
            return due.straighten(connection, now)

    def take_due(self, owner: str, until: datetime, now: datetime, limit: int) -> list[str]:
        """Lease up to `limit` due sources, longest due first; see `due.take`."""
        with dialect.writing(self.engine, by_row=True) as connection:
            return due.take(connection, owner, until, now, limit)

    def validators(self, source_id: str) -> dict[str, Validator]:
        """Return what a source's URLs last carried, by URL."""
        return self.validators_of([source_id])[source_id]

    def validators_of(self, source_ids: Sequence[str]) -> dict[str, dict[str, Validator]]:
        """Return what the URLs of each of several sources last carried, by URL."""
        with dialect.reading(self.engine) as connection:
            return states.validators_of(connection, source_ids)

    def lease(self, source_id: str, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to poll a source until a time; False while another owner holds it."""
        return bool(self.lease_all([source_id], owner, until, now))

    def lease_all(self, source_ids: Sequence[str], owner: str, until: datetime, now: datetime) -> set[str]:
        """Take the right to poll several sources until a time; return those that nobody else holds."""
        with dialect.writing(self.engine, by_row=True) as connection:
            return states.lease_all(connection, source_ids, owner, until, now)

    def release_lease(self, source_id: str, owner: str) -> None:
        """Give back the right to poll a source."""
        self.release_leases([source_id], owner)

    def release_leases(self, source_ids: Sequence[str], owner: str) -> None:
        """Give back the right to poll several sources."""
        with dialect.writing(self.engine, by_row=True) as connection:
            states.release_leases(connection, source_ids, owner)

    def free_leases(self, is_dead: Callable[[str], bool]) -> dict[str, int]:
        """Give back the leases, named rights and claims of owners that are dead, as `is_dead` says; return the sources
        that they held, each with how many of its polls in a row did not end."""
        source: Any = tables.SourceRow.__table__  # type: ignore[attr-defined]
        lease: Any = tables.LeaseRow.__table__  # type: ignore[attr-defined]
        messages = outbox.OUTBOX
        with dialect.reading(self.engine) as connection:
            owners = set(connection.scalars(sa.select(source.c.lease_owner).where(source.c.lease_owner.is_not(None))))
            owners |= set(connection.scalars(sa.select(lease.c.owner).where(lease.c.until.is_not(None))))
            owners |= set(
                connection.scalars(sa.select(messages.c.lease_owner).where(messages.c.lease_owner.is_not(None)))
            )
        dead = sorted(owner for owner in owners if is_dead(owner))
        if not dead:
            return {}
        with dialect.writing(self.engine) as connection:
            counts = states.free(connection, dead)
            outbox.free_claims(connection, dead)
        return counts

    def commit_polls(self, polls_: Sequence[Poll], now: datetime) -> list[PollCounts]:
        """Store polls in one transaction, each whole; return what each changed, in their order. Raises StoreError.

        What the server undid (it ended the connection, or found a deadlock) is tried again twice."""
        return trying.commit_polls(self.engine, polls_, now, self.rules, self.regions) if polls_ else []

    def note_failure(self, poll: Poll, now: datetime) -> None:
        """Store that a poll failed, and when its source is asked again; nothing else of it. Raises StoreError."""
        with dialect.writing(self.engine, by_row=True) as connection:
            states.note_failure(connection, poll, now)

    def release_held(self, source_id: str, now: datetime) -> int:
        """Let go of the items of a source that are held as a flood: they are news from now on; return how many."""
        with dialect.writing(self.engine) as connection:
            numbers = holding.release(connection, source_id)
            self._conclude(connection, numbers, now)
        return len(numbers)

    def mend_times(self, now: datetime) -> int:
        """Put right what a clock that was ahead stored; return how many items. Costs next to nothing where nothing is.

        Where the clock is behind now (see `clocks.was_ahead`) everything stays as it is.
        """
        with dialect.reading(self.engine) as connection:
            if not clocks.was_ahead(connection, now):
                return 0
        with dialect.writing(self.engine) as connection:
            numbers = clocks.mend(connection, now)
            self._conclude(connection, numbers, now)
        return len(numbers)

    def _conclude(self, connection: Connection, numbers: Sequence[int], now: datetime) -> None:
        """Draw anew what follows from items."""
        polls.conclude(connection, Touched(edited=set(numbers)), self.rules, self.regions, now)
        keys = lines.lines_of(connection, numbers)
        if keys:
            lines.derive_lines(connection, keys, self.rules, self.regions, now)

    def held(self) -> dict[str, int]:
        """Return the number of held items by source."""
        with dialect.reading(self.engine) as connection:
            return holding.counts(connection)

    def budgets(self) -> dict[str, Any]:
        """Return the state of each host's quota, as it was saved."""
        with dialect.reading(self.engine) as connection:
            return states.budgets(connection)

    def save_budgets(self, by_host: Mapping[str, Any], now: datetime | None = None) -> None:
        """Keep the state of hosts' quotas (plain JSON by host)."""
        if by_host:
            with dialect.writing(self.engine, by_row=True) as connection:
                states.save_budgets(connection, by_host, now or datetime.now(UTC))

    def claim(self, name: str, owner: str, length: timedelta, now: datetime) -> bool:
        """Take or prolong a named right (the worker's, a sender's); False while another owner holds it."""
        with dialect.writing(self.engine, by_row=True) as connection:
            return states.claim(connection, name, owner, length, now)

    def release_claim(self, name: str, owner: str) -> None:
        """Give back a named right."""
        with dialect.writing(self.engine, by_row=True) as connection:
            states.release_claim(connection, name, owner)

    def setting(self, key: str) -> str | None:
        """Return a remembered value."""
        with dialect.reading(self.engine) as connection:
            return states.setting(connection, key)

    def save_setting(self, key: str, value: str) -> None:
        """Remember a value."""
        with dialect.writing(self.engine, by_row=True) as connection:
            states.save_setting(connection, key, value)

    # ------------------------------------------------------------------------------------------------- deliveries

    def register(self, names: Iterable[str], now: datetime) -> list[str]:
        """Make subscribers known; return those that were not. One that is added later does not get the past."""
        wanted = list(names)
        with dialect.reading(self.engine) as connection:
            if deliveries.registered(connection) >= set(wanted):
                return []
        with dialect.writing(self.engine) as connection:
            return deliveries.register(connection, wanted, now)

    def pending(self, subscriber: str, now: datetime, sources: Sequence[str] = ()) -> Pending | None:
        """Return what was not yet planned for a subscriber; None if it is not registered."""
        with dialect.reading(self.engine) as connection:
            return deliveries.pending(connection, subscriber, now, sources)

    def registered(self) -> set[str]:
        """Return the names of the subscribers that were ever registered."""
        with dialect.reading(self.engine) as connection:
            return deliveries.registered(connection)

    def newcomer(self, subscriber: str, now: datetime, sources: Sequence[str] = ()) -> Pending:
        """Return what `pending` would be if the subscriber were registered now; nothing is kept."""
        with dialect.reading(self.engine) as connection:
            return deliveries.newcomer(connection, subscriber, now, sources)

    def progress(self) -> str:
        """Return a value that is another one after an item or a change of a line was stored."""
        with dialect.reading(self.engine) as connection:
            return deliveries.progress(connection)

    def commit_plan(self, plan: Plan) -> int | None:
        """Store a digest with its messages, whole; its number, or None if another plan was faster."""
        with dialect.writing(self.engine) as connection:
            return deliveries.commit_plan(connection, plan)

    def digests(
        self, subscriber: str | None = None, slot: str | None = None, purpose: str | None = "", limit: int = 50
    ) -> list[SentDigest]:
        """Return planned digests, latest first; `purpose` None takes alerts too."""
        with dialect.reading(self.engine) as connection:
            return deliveries.digests(connection, subscriber, slot, purpose, limit)

    def digest_body(self, digest: int, form: str) -> bytes | None:
        """Return the bytes of a planned digest (md, html, text or json), as they were planned."""
        with dialect.reading(self.engine) as connection:
            return deliveries.body(connection, digest, form)

    def claim_delivery(
        self, owner: str, now: datetime, length: timedelta, digest: int | None = None, but: Collection[int] = ()
    ) -> Delivery | None:
        """Take one message that is due (or one of a digest), `but` none of these; None if there is none."""
        with dialect.writing(self.engine, by_row=True) as connection:
            return outbox.claim(connection, owner, now, length, digest, but)

    def conclude_delivery(
        self,
        delivery: Delivery,
        *,
        sent_at: datetime | None = None,
        retry_at: datetime | None = None,
        error: tuple[str, str] | None = None,
    ) -> bool:
        """Note that a claimed message was sent, is to be tried again, or is dead; False if the claim was lost."""
        with dialect.writing(self.engine, by_row=True) as connection:
            return outbox.conclude(connection, delivery, sent_at=sent_at, retry_at=retry_at, error=error)

    def replace_delivery(self, delivery: Delivery, parts: Sequence[Message], now: datetime) -> bool:
        """Put parts into the place of a claimed message that is too large; False if the claim was lost."""
        with dialect.writing(self.engine) as connection:
            return outbox.replace(connection, delivery, parts, now)

    def sent_deliveries(self, channel: str) -> list[Delivery]:
        """Return the messages that a channel took and whose bytes are still kept, without these."""
        with dialect.reading(self.engine) as connection:
            return outbox.sent(connection, channel)

    def delivery(self, number: int) -> Delivery | None:
        """Return one message of the outbox with its bytes, or None."""
        with dialect.reading(self.engine) as connection:
            return next(iter(outbox.deliveries(connection, ids=[number], bodies=True)), None)

    def deliveries(self, *, digest: int | None = None, states: Sequence[str] | None = None) -> list[Delivery]:
        """Return messages of the outbox without their bytes: those of a digest, or in some states."""
        with dialect.reading(self.engine) as connection:
            return outbox.deliveries(connection, digest=digest, states=states)

    def forget_deliveries(self, before: datetime) -> None:
        """Let go of the bytes and items that digests planned before a time no longer need."""
        with dialect.writing(self.engine) as connection:
            deliveries.forget(connection, before)

    # ------------------------------------------------------------------------------------------------- questions

    def items(self, query: ItemQuery | None = None) -> tuple[list[Item], int]:
        """Return a page of items, newest first (without bodies), and how many pass the filters (see ItemQuery.most)."""
        with dialect.reading(self.engine) as connection:
            return items.items(connection, query or ItemQuery(), self.rules)

    def item(self, item_id: str) -> Item | None:
        """Return one item with its body, or None."""
        with dialect.reading(self.engine) as connection:
            return items.item(connection, item_id)

    def items_by_id(self, ids: Iterable[str]) -> dict[str, Item]:
        """Return items (without bodies) by id; unknown ids are left out."""
        with dialect.reading(self.engine) as connection:
            return items.items_by_id(connection, ids)

    def item_content(self, item_id: str) -> str | None:
        """Return an item's body, or None for an unknown item."""
        found = self.item(item_id)
        return None if found is None else found.content

    def explain(self, item_id: str) -> list[dict[str, str]]:
        """Return why an item has its labels: label, rule, words."""
        with dialect.reading(self.engine) as connection:
            return items.explain(connection, item_id)

    def stories(self, query: StoryQuery | None = None) -> tuple[list[Story], int]:
        """Return a page of stories, most covered first, and how many there are."""
        with dialect.reading(self.engine) as connection:
            return items.stories(connection, query or StoryQuery(), self.rules)

    def story(self, story_id: str) -> Story | None:
        """Return one story, or None."""
        with dialect.reading(self.engine) as connection:
            return items.story(connection, story_id)

    def releases(self, query: ReleaseQuery | None = None) -> tuple[list[Release], int]:
        """Return a page of release lines, newest first, and how many pass the filters."""
        with dialect.reading(self.engine) as connection:
            return releases.releases(connection, query or ReleaseQuery())

    def release(self, name_or_key: str) -> Release | None:
        """Return a line's release by any way to write its name, or None."""
        with dialect.reading(self.engine) as connection:
            return releases.release(connection, name_or_key, self.rules)

    def showings(self, name_or_key: str) -> list[Showing]:
        """Return the evidence of a line, earliest first."""
        with dialect.reading(self.engine) as connection:
            return releases.showings(connection, name_or_key, self.rules)

    def facts_of_rule(self, rule: str) -> dict[str, list[RuleFacts]]:
        """Return, by line, what all evidence that a rule gave says, earliest first."""
        with dialect.reading(self.engine) as connection:
            return releases.facts_of_rule(connection, rule)

    def showings_of(self, keys: Iterable[str]) -> dict[str, list[Showing]]:
        """Return the evidence of lines, by line, earliest first; what is held is left out."""
        with dialect.reading(self.engine) as connection:
            return lines.showings_of(connection, keys)

    def material(self, since: datetime, until: datetime, sources: Iterable[str] = ()) -> Material:
        """Return all that a digest of [since, until) is made of; `sources` are those whose last polls it accounts for."""
        with dialect.reading(self.engine) as connection:
            return releases.material(connection, since, until, sources)

    changes_between = material

    def histories(self) -> list[LineHistory]:
        """Return how each release line came to be what it is, ordered by key."""
        with dialect.reading(self.engine) as connection:
            return figures.histories(connection)

    def rumoured(self) -> list[LineMaterial]:
        """Return the lines of which a rumour was told, and those of their generations, with all their evidence, by key."""
        with dialect.reading(self.engine) as connection:
            return figures.rumoured(connection)

    def source_records(self) -> list[SourceRecord]:
        """Return what each source was first with, ordered by source."""
        with dialect.reading(self.engine) as connection:
            return figures.records(connection)

    def poll_figures(self) -> list[tuple[str, str, int, float, int]]:
        """Return (source, outcome, polls, seconds in all, new items) of the logged polls."""
        with dialect.reading(self.engine) as connection:
            return figures.polls(connection)

    def message_figures(self) -> list[tuple[str, str, int, datetime]]:
        """Return (channel, state, messages, creation of the oldest) of the outbox."""
        with dialect.reading(self.engine) as connection:
            return figures.messages(connection)

    def watch(self) -> dialect.Watch:
        """Return a watch that tells whether anybody wrote to the database; close it when done."""
        return dialect.watch(self.engine)

    def relabel(self, judge: relabelling.Judge, sources: Mapping[str, Source], now: datetime) -> tuple[int, int, int]:
        """Judge all items of these sources again; return how many were judged, how many changed, and how many lines did."""
        with dialect.writing(self.engine) as connection:
            return relabelling.relabel(connection, judge, sources, self.rules, self.regions, now)

    def rederive(self, now: datetime) -> int:
        """Derive all releases again from their evidence (after the rules changed); return how many became others."""
        with dialect.writing(self.engine) as connection:
            keys = set(connection.scalars(sa.select(LINE.c.key)))
            return lines.derive_lines(connection, keys, self.rules, self.regions, now)


def schema_sql() -> str:
    """Return the schema as SQL, as the migrations make it: what storage/schema.sql holds."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        engine = dialect.make_engine(f"sqlite:///{os.path.join(folder, 'schema.db')}")
        upkeep.upgrade(engine)
        with dialect.reading(engine) as connection:
            statements = dialect.schema_of(connection)
        engine.dispose()
    head = "-- Generated by `python -m aggregator.storage`; the tables are said in aggregator/storage/tables.py.\n"
    return head + "".join(f"\n{statement};\n" for statement in statements)
