"""Ties between items: copies (the same address in two sources, the same or nearly the same text) and stories.

Both are connected components: it does not matter in which order the items came. A new item joins the components of those
it is tied to; when an item was edited its component is taken apart and found afresh.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import LineName
from aggregator.storage import dialect, tables
from aggregator.storage.lines import line_name
from aggregator.storage.matching import by_time
from aggregator.storage.rules import Rules
from aggregator.storage.writing import Touched

ITEM = tables.table_of(tables.ItemRow)
CONTENT = tables.table_of(tables.ContentRow)
BAND = tables.table_of(tables.BandRow)
BUCKET = tables.table_of(tables.BucketRow)
STORY = tables.table_of(tables.StoryRow)
LINE = tables.table_of(tables.LineRow)
ITEM_LINE = tables.table_of(tables.ItemLineRow)
CROWD = 300
"""A band that more items share says nothing: a boilerplate of a site."""


class Groups:
    """Disjoint sets of items by number. Only `add` and `join` make an item a member of anything; asking does not."""

    def __init__(self, members: Iterable[int] = ()) -> None:
        self._parent: dict[int, int] = {one: one for one in members}

    def find(self, one: int) -> int:
        """Return the representative of an item's set (itself, if it is in none)."""
        parent = self._parent.get(one, one)
        while parent != self._parent.get(parent, parent):
            self._parent[parent] = self._parent[self._parent[parent]]
            parent = self._parent[parent]
        if one in self._parent:
            self._parent[one] = parent
        return parent

    def join(self, one: int, other: int) -> None:
        """Unite the sets of two items."""
        for each in (one, other):
            self._parent.setdefault(each, each)
        first, second = self.find(one), self.find(other)
        self._parent[first] = second

    def sets(self) -> list[set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for one in self._parent:
            found[self.find(one)].add(one)
        return list(found.values())


# ----------------------------------------------------------------------------------------------------------- copies


def link_copies(connection: Connection, touched: Touched, rules: Rules) -> set[int]:
    """Set `copy_of` for all items that are tied to touched ones; return those whose root changed."""
    loose = touched.edited | _component(connection, ITEM.c.copy_of, touched.edited, by_id=True)
    start = touched.new | loose
    groups = Groups(start)
    rows = _rows(connection, start)
    tied = _same_keys(connection, rows.values()) + _near(connection, start, rules)
    for one, other in tied:
        groups.join(one, other)
    others = {seq for pair in tied for seq in pair} - start
    rows |= _rows(connection, others)
    # what is tied to an item that stays where it is comes into that item's component, whole
    roots = {rows[seq].copy_of or rows[seq].id for seq in others}
    members = _members(connection, roots)
    by_id = {row.id: seq for seq, row in {**rows, **members}.items()}
    for seq, row in members.items():
        if seq not in start and row.copy_of in by_id:
            groups.join(seq, by_id[row.copy_of])
    rows = members | rows
    changes = [change for group in groups.sets() for change in _new_roots([rows[s] for s in group])]
    dialect.update_rows(connection, ITEM.c.copy_of, dict(changes))
    return {seq for seq, _ in changes}


_TIES = (ITEM.c.seq, ITEM.c.id, ITEM.c.source, ITEM.c.guid, ITEM.c.url_key, ITEM.c.text_key, ITEM.c.published,
         ITEM.c.first_seen, ITEM.c.copy_of)  # fmt: skip


def _rows(connection: Connection, numbers: Iterable[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in dialect.chunks(numbers):
        found.update((row.seq, row) for row in connection.execute(sa.select(*_TIES).where(ITEM.c.seq.in_(some))))
    return found


def _members(connection: Connection, roots: Iterable[str]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in dialect.chunks(roots):
        for column in (ITEM.c.copy_of, ITEM.c.id):
            found.update((row.seq, row) for row in connection.execute(sa.select(*_TIES).where(column.in_(some))))
    return found


def _component(connection: Connection, column: Any, numbers: Iterable[int], *, by_id: bool) -> set[int]:
    """Return all items of the components that the given items are in now (roots name themselves by id, or by value)."""
    found: set[int] = set()
    for some in dialect.chunks(numbers):
        rows = connection.execute(sa.select(ITEM.c.id, column.label("at")).where(ITEM.c.seq.in_(some))).all()
        values = {row.at for row in rows if row.at is not None} | ({row.id for row in rows} if by_id else set())
        for part in dialect.chunks(values):
            found.update(connection.scalars(sa.select(ITEM.c.seq).where(column.in_(part))))
            if by_id:
                found.update(connection.scalars(sa.select(ITEM.c.seq).where(ITEM.c.id.in_(part))))
    return found


def _same_keys(connection: Connection, rows: Iterable[Any]) -> list[tuple[int, int]]:
    """Return pairs with the same address in different sources, or with the same text."""
    rows = list(rows)
    pairs: list[tuple[int, int]] = []
    other = ITEM.alias("other")
    for column, name in ((ITEM.c.url_key, "url_key"), (ITEM.c.text_key, "text_key")):
        by_key: dict[str, dict[int, str]] = defaultdict(dict)
        values: set[str] = set()
        for some in dialect.chunks(row.seq for row in rows if getattr(row, name) is not None):
            shared = sa.exists().where(other.c[name] == column, other.c.seq != ITEM.c.seq)
            values.update(connection.scalars(sa.select(column).where(ITEM.c.seq.in_(some), shared).distinct()))
        for some in dialect.chunks(values):
            for row in connection.execute(
                sa.select(ITEM.c.seq, ITEM.c.source, column.label("at")).where(column.in_(some))
            ):
                by_key[row.at][row.seq] = row.source
        for same in by_key.values():
            if len(same) > 1 and (name == "text_key" or len(set(same.values())) > 1):
                first, *rest = same
                pairs += [(first, seq) for seq in rest]
    return pairs


def _near(connection: Connection, start: set[int], rules: Rules) -> list[tuple[int, int]]:
    """Return pairs whose texts are nearly the same; only texts that share a band are compared."""
    bands: dict[int, set[int]] = defaultdict(set)
    shared: set[int] = set()
    small: set[int] = set()
    other = BAND.alias("other")
    for some in dialect.chunks(start):  # most bands belong to one item: the database keeps those for itself
        meets = sa.exists().where(other.c.band == BAND.c.band, other.c.seq != BAND.c.seq)
        shared.update(connection.scalars(sa.select(BAND.c.band).where(BAND.c.seq.in_(some), meets).distinct()))
    for some in dialect.chunks(shared):
        crowds = sa.select(BAND.c.band).where(BAND.c.band.in_(some)).group_by(BAND.c.band)
        small.update(connection.scalars(crowds.having(sa.func.count() <= CROWD)))
    for some in dialect.chunks(small):
        for row in connection.execute(sa.select(BAND).where(BAND.c.band.in_(some))):
            bands[row.band].add(row.seq)
    candidates = {
        (min(one, other), max(one, other))
        for seqs in bands.values()
        for one in seqs & start
        for other in seqs
        if one != other
    }
    if not candidates:
        return []
    signatures: dict[int, bytes] = {}
    for some in dialect.chunks({seq for pair in candidates for seq in pair}):
        for row in connection.execute(sa.select(CONTENT.c.seq, CONTENT.c.signature).where(CONTENT.c.seq.in_(some))):
            signatures[row.seq] = row.signature
    return [(a, b) for a, b in sorted(candidates) if rules.near_copy(signatures.get(a, b""), signatures.get(b, b""))]


def _new_roots(rows: Sequence[Any]) -> list[tuple[int, str | None]]:
    root = min(rows, key=root_order)
    wanted = {row.seq: None if row is root else root.id for row in rows}
    return [(row.seq, wanted[row.seq]) for row in rows if row.copy_of != wanted[row.seq]]


def root_order(row: Any) -> tuple[bool, str, str, str]:
    """Order by the time that the source gives (those without one last), the source and the guid."""
    given = by_time(row.published, row.first_seen)
    return (given is None, given.isoformat() if given else "", row.source, row.guid)


# ---------------------------------------------------------------------------------------------------------- stories


_TOLD = (ITEM.c.seq, ITEM.c.id, ITEM.c.source, ITEM.c.guid, ITEM.c.title, ITEM.c.own_kind, ITEM.c.language,
         ITEM.c.published, ITEM.c.first_seen, ITEM.c.appeared, ITEM.c.labs, ITEM.c.lines, ITEM.c.story_id,
         ITEM.c.copy_of)  # fmt: skip
"""What of an item decides its story, and what its story is made of: read once for each item of a transaction."""


def link_stories(connection: Connection, touched: Touched, moved: set[int], rules: Rules) -> set[int]:
    """Set the story of all items that are tied to touched ones; return the items whose story changed."""
    loose = touched.edited | moved
    loose |= _component(connection, ITEM.c.story_id, loose, by_id=False)
    start = touched.new | loose
    rows = _told(connection, ITEM.c.seq, start)
    told = _events(connection, rows, start, rules)
    _write_buckets(connection, told, touched.new | touched.edited, rules)
    near = _bucket_mates(connection, start)
    mates = {seq for some in near.values() for seq in some} - start
    rows |= _told(connection, ITEM.c.seq, mates)
    told |= _events(connection, rows, mates, rules)
    groups = Groups(start)
    others: set[int] = set()
    roots = _roots_of_copies(connection, start)
    for seq, root in roots.items():
        groups.join(seq, root)
        others.add(root)
    for one in sorted(near):
        for other in near[one]:
            if other < one and other in near:
                continue  # was compared from the other side
            if groups.find(one) != groups.find(other) and rules.same_event(told[one], told[other]):
                groups.join(one, other)
                others.add(other)
    others -= start
    rows |= _told(connection, ITEM.c.seq, others - rows.keys())
    rows |= _join_stories(connection, groups, [rows[seq] for seq in sorted(others)])
    return _write_stories(connection, groups, rows)


def _told(connection: Connection, column: Any, values: Iterable[Any]) -> dict[int, Any]:
    """Return items by number: those of which `column` is one of `values`."""
    found: dict[int, Any] = {}
    for some in dialect.chunks(values):
        found.update((row.seq, row) for row in connection.execute(sa.select(*_TOLD).where(column.in_(some))))
    return found


def _roots_of_copies(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Return the numbers of the roots of those items that are copies."""
    root = ITEM.alias("root")
    found: dict[int, int] = {}
    for some in dialect.chunks(numbers):
        rows = connection.execute(
            sa.select(ITEM.c.seq, root.c.seq.label("root"))
            .join(root, root.c.id == ITEM.c.copy_of)
            .where(ITEM.c.seq.in_(some))
        )
        found.update((row.seq, row.root) for row in rows)
    return found


def _events(connection: Connection, rows: Mapping[int, Any], numbers: Iterable[int], rules: Rules) -> dict[int, Any]:
    """Return items as the story rules see them: when their source says, else when they appeared; in the rules' own kind.

    An item on no lab and no line is left out: nothing but copies meets it, and most of a general feed is such.
    """
    names: dict[int, list[LineName]] = defaultdict(list)
    for some in dialect.chunks(numbers):
        about = sa.select(ITEM_LINE.c.seq, LINE).join(LINE, LINE.c.key == ITEM_LINE.c.line)
        about = about.where(ITEM_LINE.c.seq.in_(some), ITEM_LINE.c.role == "about").order_by(LINE.c.key)
        for row in connection.execute(about):
            names[row.seq].append(line_name(row))
    return {
        seq: rules.event(
            row.id, title=row.title, kind=row.own_kind, labs=row.labs, lines=names[seq],
            appeared=by_time(row.published, row.first_seen) or row.appeared, language=row.language,
        )
        for seq in numbers if (row := rows[seq]).labs or seq in names
    }  # fmt: skip


def _write_buckets(connection: Connection, told: dict[int, Any], numbers: set[int], rules: Rules) -> None:
    for some in dialect.chunks(numbers):
        connection.execute(sa.delete(BUCKET).where(BUCKET.c.seq.in_(some)))
    rows = [
        {"bucket": bucket, "seq": seq}
        for seq in sorted(numbers & set(told))
        for bucket in sorted(set(rules.buckets(told[seq])))
    ]
    dialect.insert_rows(connection, BUCKET, rows)


def _bucket_mates(connection: Connection, start: set[int]) -> dict[int, list[int]]:
    own: dict[int, set[str]] = defaultdict(set)
    for some in dialect.chunks(start):
        for row in connection.execute(sa.select(BUCKET).where(BUCKET.c.seq.in_(some))):
            own[row.seq].add(row.bucket)
    inside: dict[str, list[int]] = defaultdict(list)
    for some in dialect.chunks({bucket for buckets in own.values() for bucket in buckets}):
        for row in connection.execute(sa.select(BUCKET).where(BUCKET.c.bucket.in_(some)).order_by(BUCKET.c.seq)):
            inside[row.bucket].append(row.seq)
    mates: dict[int, list[int]] = {}
    for seq, buckets in own.items():
        found = {other for bucket in buckets for other in inside[bucket] if other != seq}
        mates[seq] = sorted(found)
    return mates


def _join_stories(connection: Connection, groups: Groups, others: Sequence[Any]) -> dict[int, Any]:
    """Bring the whole stories of items that stay into the groups that those are tied to; return the stories' items."""
    stories: dict[str, int] = {}
    for row in others:
        if row.story_id is not None:
            if row.story_id in stories:
                groups.join(row.seq, stories[row.story_id])
            stories[row.story_id] = row.seq
    members = _told(connection, ITEM.c.story_id, stories)
    for seq, row in members.items():
        groups.join(seq, stories[row.story_id])
    return members


def _write_stories(connection: Connection, groups: Groups, rows: Mapping[int, Any]) -> set[int]:
    """Write the stories of the groups, whose items are all among `rows`; return the items whose story changed."""
    stories: list[dict[str, Any]] = []
    changes: dict[int, str] = {}
    gone: set[str] = set()
    for group in groups.sets():
        members = [rows[seq] for seq in group]
        story = story_row(members)
        stories.append(story)
        changes |= {row.seq: story["id"] for row in members if row.story_id != story["id"]}
        gone |= {row.story_id for row in members if row.story_id not in (None, story["id"])}
    dialect.update_rows(connection, ITEM.c.story_id, changes)
    gone -= {story["id"] for story in stories}
    for some in dialect.chunks(gone):
        connection.execute(sa.delete(STORY).where(STORY.c.id.in_(some)))
    dialect.insert_rows(connection, STORY, stories, ["id"], _CHANGING)
    return set(changes)


_CHANGING = tuple(c.name for c in STORY.columns if c.name != "id")


def story_row(members: Sequence[Any]) -> dict[str, Any]:
    """Return a story of its members: its id is a hash of its first item's id, its title that item's."""
    if len(members) == 1:  # most are stories of one item
        row = members[0]
        return {
            "id": story_id(row.id),
            "root": row.id,
            "title": row.title,
            "first_seen": row.first_seen,
            "last_seen": row.first_seen,
            "appeared": row.appeared,
            "sources": 1,
            "items": 1,
            "labs": sorted(set(row.labs)),
            "lines": sorted(set(row.lines)),
            "languages": [row.language] if row.language else [],
        }
    ordered = sorted(members, key=root_order)
    root = ordered[0]
    return {
        "id": story_id(root.id),
        "root": root.id,
        "title": root.title,
        "first_seen": min(row.first_seen for row in ordered),
        "last_seen": max(row.first_seen for row in ordered),
        "appeared": min(row.appeared for row in ordered),
        "sources": len({row.source for row in ordered}),
        "items": len(ordered),
        "labs": sorted({lab for row in ordered for lab in row.labs}),
        "lines": sorted({line for row in ordered for line in row.lines}),
        "languages": sorted({row.language for row in ordered if row.language}),
    }


def story_id(root: str) -> str:
    """Return the id of the story whose first item has the id `root`."""
    return hashlib.sha256(f"story\0{root}".encode()).hexdigest()[:16]
