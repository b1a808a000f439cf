"""Which stored item each prepared entry is: by its key, a former or further key, or the source's own lasting identifier.

A few set queries a batch, however many entries there are. Nothing is written here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import Poll, Prepared
from aggregator.searching import fold
from aggregator.storage import tables
from aggregator.storage.columns import dump_json
from aggregator.storage.dialect import chunks
from aggregator.storage.rules import Rules

ITEM = tables.table_of(tables.ItemRow)
ALIAS = tables.table_of(tables.AliasRow)
TOMBSTONE = tables.table_of(tables.TombstoneRow)
TITLE_WEIGHT = 12
"""Characters that a title needs before it and a time may stand for an item whose guid and link have changed."""
_KNOWN = (ITEM.c.seq, ITEM.c.id, ITEM.c.source, ITEM.c.key, ITEM.c.guid, ITEM.c.url_key, ITEM.c.text_key, ITEM.c.title,
          ITEM.c.published, ITEM.c.hash, ITEM.c.label_hash, ITEM.c.first_seen, ITEM.c.revision, ITEM.c.copy_of)  # fmt: skip


@dataclass(slots=True)
class Incoming:
    """A prepared entry on its way in. `known` is the row of the item that it is, `further` its other keys."""

    poll: Poll
    prepared: Prepared
    key: str
    id: str
    hash: str
    label_hash: str
    further: dict[str, str] = field(default_factory=dict)
    known: Any = None
    buried: bool = False
    seq: int = 0

    @property
    def edited(self) -> bool:
        """Whether the source says something else than what is stored."""
        return self.known is not None and self.known.hash != self.hash

    @property
    def relabelled(self) -> bool:
        """Whether the rules say something else of the same words."""
        return self.known is not None and self.known.label_hash != self.label_hash


def ident(source: str, key: str) -> str:
    """Return the public id of a source's key: the first 16 hexadecimal digits of sha256(source, NUL, key)."""
    return hashlib.sha256(f"{source}\0{key}".encode()).hexdigest()[:16]


def still_listed(connection: Connection, polls: Sequence[Poll]) -> tuple[set[int], set[str]]:
    """Return the items that the polls list as they were, and the sources of which one of those is not stored after all."""
    sources = {ident(poll.source.id, key): poll.source.id for poll in polls for key in poll.unchanged}
    found: dict[str, int] = {}
    for some in chunks(sources):
        for table in (ITEM, ALIAS):
            rows = connection.execute(sa.select(table.c.id, table.c.seq).where(table.c.id.in_(some)))
            found.update((row.id, row.seq) for row in rows)
    missing = sources.keys() - found.keys()
    return set(found.values()), {sources[one] for one in missing - _buried(connection, missing)}


def match(connection: Connection, polls: Sequence[Poll], rules: Rules, listed: set[int]) -> list[Incoming]:
    """Return one `Incoming` for each thing that the polls (of different sources) hold, in their order.

    `listed`: items that the same polls list as they were; an entry that is one of those by another key says nothing new.
    """
    arrived = [_incoming(poll, prepared, rules) for poll in polls for prepared in poll.prepared]
    stored = _stored(connection, (i for a in arrived for i in (a.id, *a.further)))
    _tell_apart(connection, arrived, stored)
    buried = _buried(connection, (i for a in arrived for i in (a.id, *a.further)))
    for one in arrived:
        one.known = next((stored[i] for i in (one.id, *one.further) if i in stored), None)
    _know_by_number(arrived, stored)
    kept: dict[str, Incoming] = {}
    for one in arrived:
        one.buried = one.known is None and any(i in buried for i in (one.id, *one.further))
        if one.known is not None and one.known.seq in listed:
            continue
        # the same thing twice in one listing: the first is what the source says now
        kept.setdefault(one.known.id if one.known is not None else one.id, one)
    unique = _merged_by_alias(list(kept.values()))
    _find_rekeyed(connection, unique, listed)
    return unique


def _know_by_number(arrived: Sequence[Incoming], stored: dict[str, Any]) -> None:
    """What was made again has another lasting identifier, and is known by its name: keep both. But a name under which
    something is stored that is listed by its own identifier too has passed to another thing, which is new."""
    named = [one for one in arrived if one.prepared.entry.lasting_id and one.known is not None]
    itself = {one.known.seq for one in named if one.id in stored}
    for one in named:
        if one.id in stored:
            continue
        if one.known.seq in itself:
            one.known, one.further = None, {i: key for i, key in one.further.items() if i not in stored}
        else:
            one.further[one.id] = one.key


def _incoming(poll: Poll, prepared: Prepared, rules: Rules) -> Incoming:
    source = poll.source.id
    further: dict[str, str] = {}
    names = list(prepared.entry.aliases)
    if prepared.entry.lasting_id and prepared.entry.guid:
        # its key is made of the lasting id; elsewhere (an Atom feed) it may come by its guid alone
        names.insert(0, prepared.entry.guid)
    for key in (rules.alias_key(source, name) for name in names):
        if key != prepared.key:
            further[ident(source, key)] = key
    return Incoming(poll, prepared, prepared.key, ident(source, prepared.key), *_hashes(prepared), further=further)


def _hashes(prepared: Prepared) -> tuple[str, str]:
    """Return the hash of what the source said and that of what the rules made of it."""
    said: list[Any] = [prepared.title, prepared.summary, prepared.content, prepared.author or "", prepared.url or ""]
    if prepared.published is not None:
        said.append(prepared.published.isoformat())
    repository = prepared.entry.artifact
    if repository is not None:
        facts = (repository.id, repository.licence, repository.licence_name, repository.licence_link, repository.gated,
                 repository.private, sorted(repository.tags), repository.pipeline, sorted(repository.relations),
                 repository.files and sorted(repository.files), repository.parameters, repository.context)  # fmt: skip
        said.append(dump_json(facts))
    return _hash(*said), label_hash(prepared)


def label_hash(prepared: Prepared) -> str:
    """Return the hash of what the rules made of an entry."""
    labels, repository = prepared.labels, prepared.entry.artifact
    judged = (labels.kind, labels.labs, labels.topics, tuple(line.key for line in labels.lines),
              tuple(line.key for line in labels.mentions), labels.artifact and labels.artifact.line.key,
              labels.artifact and (labels.artifact.kind, labels.artifact.size, labels.artifact.precision),
              repository and repository.download,
              tuple((e.line.key, e.status, e.trust, e.facts, e.rule) for e in labels.evidence))  # fmt: skip
    return _hash(repr(judged))


def _hash(*texts: str) -> str:
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _tell_apart(connection: Connection, arrived: Sequence[Incoming], stored: dict[str, Any]) -> None:
    """Give different things under one guid a key each (some feeds repeat a guid): by guid, link and title.

    The one that is stored under the plain key keeps it, else the smallest; so the same things get the same keys again.
    """
    groups: dict[str, list[Incoming]] = defaultdict(list)
    for one in arrived:
        groups[one.id].append(one)
    doubtful = {
        i: group
        for i, group in groups.items()
        if len({(o.prepared.url_key, o.prepared.title) for o in group}) > 1 or _is_another(stored.get(i), group[0])
    }
    if not doubtful:
        return
    seconds = [ident(o.poll.source.id, _second_key(o)) for group in doubtful.values() for o in group]
    stored.update(_stored(connection, seconds))
    for group_id, group in doubtful.items():
        row = stored.get(group_id)
        same = [o for o in group if row is not None and not _is_another(row, o)]
        keeper = min(same or group, key=lambda o: (o.prepared.url_key or "", o.prepared.title))
        for one in group:
            other = _second_key(one)
            is_stored = ident(one.poll.source.id, other) in stored
            apart = _differs(one, keeper) if one is not keeper else row is not None and not same and is_stored
            if apart:
                one.key, one.id = other, ident(one.poll.source.id, other)
                one.further = {}


def _second_key(one: Incoming) -> str:
    return _hash("apart", one.prepared.key, one.prepared.url_key or "", one.prepared.title)


def _is_another(row: Any, one: Incoming) -> bool:
    return row is not None and row.url_key != one.prepared.url_key and row.title != one.prepared.title


def _differs(one: Incoming, other: Incoming) -> bool:
    return one.prepared.url_key != other.prepared.url_key and one.prepared.title != other.prepared.title


def _stored(connection: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """Return rows of items by their id and by the ids of their further keys."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Any] = {}
    by_seq: dict[int, list[str]] = defaultdict(list)
    for some in chunks(wanted):
        found.update((row.id, row) for row in connection.execute(sa.select(*_KNOWN).where(ITEM.c.id.in_(some))))
        for alias in connection.execute(sa.select(ALIAS.c.id, ALIAS.c.seq).where(ALIAS.c.id.in_(some))):
            by_seq[alias.seq].append(alias.id)
    for numbers in chunks(by_seq):
        for row in connection.execute(sa.select(*_KNOWN).where(ITEM.c.seq.in_(numbers))):
            for alias_id in by_seq[row.seq]:
                found.setdefault(alias_id, row)
    return found


def _buried(connection: Connection, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(dict.fromkeys(ids)):
        found.update(connection.scalars(sa.select(TOMBSTONE.c.id).where(TOMBSTONE.c.id.in_(some))))
    return found


def _merged_by_alias(arrived: list[Incoming]) -> list[Incoming]:
    """Join new entries of one listing that share a lasting identifier or an alias (a repository under two names)."""
    taken: dict[str, Incoming] = {}
    kept = []
    for one in arrived:
        ids = (one.id, *one.further)
        twin = next((taken[i] for i in ids if i in taken), None) if one.known is None else None
        if twin is not None and twin.known is None:
            twin.further.update({ident(one.poll.source.id, one.key): one.key, **one.further})
            twin.further.pop(twin.id, None)
        else:
            kept.append(one)
            twin = one
        taken.update(dict.fromkeys(ids, twin))
    return kept


def _find_rekeyed(connection: Connection, arrived: Sequence[Incoming], unchanged: set[int]) -> None:
    """Recognise a stored item whose guid its source has changed: the same title with the same link, or the same time.

    Only where the old guid is no longer listed: a source that lists both means two things.
    """
    unknown = [o for o in arrived if o.known is None and not o.buried and o.prepared.entry.lasting_id is None]
    links = {o.prepared.url_key for o in unknown if o.prepared.url_key}
    rows: list[Any] = []
    for some in chunks(links):
        rows += connection.execute(sa.select(*_KNOWN).where(ITEM.c.url_key.in_(some))).all()
    times: dict[str, set[datetime]] = defaultdict(set)
    for one in unknown:
        if one.prepared.published is not None and len(one.prepared.title) >= TITLE_WEIGHT:
            times[one.poll.source.id].add(one.prepared.published)
    for source, moments in times.items():
        for some in chunks(moments):
            same_time = sa.select(*_KNOWN).where(ITEM.c.source == source, ITEM.c.published.in_(some))
            rows += connection.execute(same_time).all()
    candidates: dict[tuple[str, str], dict[int, Any]] = defaultdict(dict)
    for row in rows:
        candidates[row.source, fold(row.title)][row.seq] = row
    listed = unchanged | {o.known.seq for o in arrived if o.known is not None}
    for one in unknown if candidates else ():
        found = candidates.get((one.poll.source.id, fold(one.prepared.title)), {})
        same = [row for row in found.values() if row.seq not in listed and _same_thing(row, one.prepared)]
        if same:
            one.known = min(same, key=lambda row: row.seq)
            listed.add(one.known.seq)
            one.further[one.id] = one.key


def _same_thing(row: Any, prepared: Prepared) -> bool:
    """The titles are the same: so is the thing if the time is too, or the link where there is no time."""
    if row.published is not None and prepared.published is not None:
        return bool(row.published == prepared.published)
    return bool(row.url_key and row.url_key == prepared.url_key)


def by_time(published: datetime | None, first_seen: datetime) -> datetime | None:
    """Return the time that the source gives, or None where it gives none or one in the future."""
    return published if published is not None and published <= first_seen else None
