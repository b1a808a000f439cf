"""Questions about release lines, and the material of a digest. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import Item, LineChange, Material, Release, ReleaseQuery, RuleFacts, Showing
from aggregator.releases import size_order
from aggregator.running import smallest_of
from aggregator.searching import scan
from aggregator.storage import holding, items, lines, states, tables
from aggregator.storage.dialect import chunks
from aggregator.storage.rules import Rules

LINE = tables.table_of(tables.LineRow)
ITEM = tables.table_of(tables.ItemRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
CHANGE = tables.table_of(tables.ChangeRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)
FOLLOWED = "cn"


def releases(connection: Connection, query: ReleaseQuery) -> tuple[list[Release], int]:
    """Return a page of the release lines that pass the filters, newest first, and how many pass in all."""
    conditions: list[Any] = [LINE.c.status.is_not(None)]
    for column, value in ((LINE.c.lab, query.lab), (LINE.c.region, query.region), (LINE.c.status, query.status),
                          (LINE.c.openness, query.openness)):  # fmt: skip
        if value is not None:
            conditions.append(column == value)
    if query.elsewhere:
        conditions.append(LINE.c.region != FOLLOWED)
    if query.licence is not None:
        conditions.append(sa.func.lower(LINE.c.licence) == query.licence.lower())
    if query.since is not None:
        conditions.append(LINE.c.appeared >= query.since)
    if query.until is not None:
        conditions.append(LINE.c.appeared < query.until)
    order = (LINE.c.appeared.desc(), LINE.c.key)
    following = conditions if query.after is None else [*conditions, _follows(*query.after)]
    start, size = max(query.offset, 0), max(query.limit, 0)
    columns = _asked(query)
    if not columns:
        total: int = connection.scalar(sa.select(sa.func.count()).select_from(LINE).where(*conditions)) or 0
        found = sa.select(LINE).where(*following).order_by(*order).limit(size).offset(start)
        return _releases(connection, connection.execute(found).all()), total
    rows = connection.execute(sa.select(*columns).where(*conditions).order_by(*order)).all()
    keys = [row.key for row in rows if _passes(row, query)]
    if query.fits is not None:
        fitting = {
            r.key
            for r in _releases(connection, lines_by_key(connection, keys))
            if (smallest_of(r) or (query.fits + 1, True))[0] <= query.fits
        }
        keys = [key for key in keys if key in fitting]
    if query.after is not None:
        later = set(connection.scalars(sa.select(LINE.c.key).where(*following)))
        page = [key for key in keys if key in later][start : start + size]
    else:
        page = keys[start : start + size]
    known = {row.key: row for row in lines_by_key(connection, page)}
    return _releases(connection, [known[key] for key in page]), len(keys)


def _follows(appeared: datetime, key: str) -> Any:
    """Return the condition that a line comes after the one that appeared then and has this key."""
    return sa.or_(LINE.c.appeared < appeared, sa.and_(LINE.c.appeared == appeared, LINE.c.key > key))


def _asked(query: ReleaseQuery) -> list[Any]:
    """Return the columns that the filters need which are no conditions of the database; none where there is no such."""
    names: list[str] = []
    if query.words.strip():
        names += ["name", "generation_name", "family", "lab"]
    if query.modality is not None:
        names.append("modalities")
    if query.commercial or query.smallest is not None or query.largest is not None:
        names.append("details")
    if not names and query.fits is None:
        return []
    return [LINE.c[name] for name in ("key", *names)]


def _passes(row: Any, query: ReleaseQuery) -> bool:
    """Say whether a line passes the filters that are no columns: there are thousands of lines, not millions."""
    if query.modality is not None and query.modality not in row.modalities:
        return False
    if query.commercial and (row.details.get("open") or {}).get("commercial") != "yes":
        return False
    if query.smallest is not None or query.largest is not None:
        parameters = _parameters(row)
        if not parameters or not (query.smallest or 0) <= parameters < (query.largest or parameters + 1):
            return False
    if not query.words.strip():
        return True
    spoken = (row.name, row.name.replace("-", " "), row.generation_name, row.family, row.lab, row.key)
    return scan(query.words, " | ".join(spoken))


def _parameters(row: Any) -> float:
    """Return the parameters of the largest size of a line that is known, or 0."""
    named = [size_order(size)[0] for size in row.details.get("sizes") or ()]
    return max([row.details.get("params_total") or 0, *named])


def _releases(connection: Connection, rows: Sequence[Any]) -> list[Release]:
    artifacts = lines.artifacts_of(connection, [row.key for row in rows])
    return [lines.release_of(row, artifacts.get(row.key, ())) for row in rows]


def release(connection: Connection, name: str, rules: Rules) -> Release | None:
    """Return a line's release by any way to write its name (or by its key); None where nothing is stored about it."""
    statement = sa.select(LINE).where(LINE.c.key.in_([name, rules.canonical(name)]), LINE.c.status.is_not(None))
    return next(iter(_releases(connection, connection.execute(statement).all())), None)


def showings(connection: Connection, name: str, rules: Rules) -> list[Showing]:
    """Return the evidence of a line, earliest first."""
    keys = {name, rules.canonical(name)}
    return [showing for found in lines.showings_of(connection, keys).values() for showing in found]


def facts_of_rule(connection: Connection, rule: str) -> dict[str, list[RuleFacts]]:
    """Return, by line, what all evidence that a rule gave says, earliest first."""
    found: dict[str, list[RuleFacts]] = {}
    rows = connection.execute(
        sa.select(EVIDENCE.c.line, EVIDENCE.c.facts, ITEM.c.source, ITEM.c.published)
        .join(ITEM, ITEM.c.seq == EVIDENCE.c.item)
        .where(EVIDENCE.c.rule == rule)
        .order_by(ITEM.c.appeared, ITEM.c.id)
    )
    for row in rows:
        facts = tuple((str(n), str(v)) for n, v in row.facts)
        found.setdefault(row.line, []).append(RuleFacts(row.source, facts, row.published))
    return found


def material(connection: Connection, since: datetime, until: datetime, sources: Iterable[str]) -> Material:
    """Return all that a digest of [since, until) is made of, and how the given sources were at their last poll.

    A line belongs to it with evidence or a step in the window, and so do the other lines of its generation: the first
    that comes out fulfils the rumour of another. Each comes with all its evidence, so that its state at the window's ends
    can be derived.
    """
    inside = (ITEM.c.appeared >= since, ITEM.c.appeared < until, ITEM.c.held.is_(False))
    shown = sa.select(EVIDENCE.c.line).join(ITEM, ITEM.c.seq == EVIDENCE.c.item).where(*inside).distinct()
    keys = set(connection.scalars(shown))
    changed = _changed(connection, since, until)
    keys |= set(changed)
    materials = lines.materials_of(connection, lines.with_generations(connection, keys))
    told = connection.scalars(sa.select(ITEM.c.story_id).where(ITEM.c.story_id.is_not(None), *inside).distinct())
    stories = items.stories_by_id(connection, told)
    alone = connection.execute(sa.select(ITEM.c.id, ITEM.c.late).where(*inside)).all()
    wanted = {row.id for row in alone}
    wanted |= {showing.item for one in materials for showing in one.showings}
    wanted |= {artifact.item for one in materials for artifact in one.artifacts if artifact.item is not None}
    wanted |= {item for story in stories for item in story.items}
    found: dict[str, Item] = items.items_by_id(connection, wanted)
    wanted_sources = list(sources)
    polled, failed, deferred = sources_told(connection, wanted_sources)
    return Material(since, until, tuple(materials), found, tuple(stories), polled, tuple(failed), tuple(deferred),
                    tuple(sorted(row.id for row in alone if row.late)), changed=changed,
                    held=held_of(connection, wanted_sources))  # fmt: skip


_SAID = {"relicensed": "licence", "renamed": "renamed", "correction": "correction"}
"""What the log of changes calls it, and what a digest does."""


def _changed(connection: Connection, since: datetime, until: datetime) -> dict[str, tuple[LineChange, ...]]:
    """Return what changed of lines in a window without a fresh item: on a hub, by a person's word, by a withdrawal."""
    found: dict[str, list[LineChange]] = {}
    wanted = sa.select(CHANGE).where(CHANGE.c.at >= since, CHANGE.c.at < until, CHANGE.c.what.in_(list(_SAID)))
    for row in connection.execute(wanted.order_by(CHANGE.c.seq)):
        change = LineChange(_SAID[row.what], row.before, row.after, row.at, f"{_SAID[row.what]}:{row.after}")
        found.setdefault(row.line, []).append(change)
    own = (ARTIFACT.c.hub.in_(lines.MODEL_HUBS), ARTIFACT.c.first_party.is_(True), ARTIFACT.c.weights.is_(True),
           ARTIFACT.c.line.is_not(None))  # fmt: skip
    last = sa.func.max(ARTIFACT.c.missing_since)
    gone = (
        sa.select(ARTIFACT.c.line, last)
        .where(*own)
        .group_by(ARTIFACT.c.line)
        .having(sa.func.count() == sa.func.count(ARTIFACT.c.missing_since), last >= since, last < until)
    )
    for line, at in connection.execute(gone):
        found.setdefault(line, []).append(LineChange("withdrawn", None, None, at, f"withdrawn:{at:%Y-%m-%d}"))
    return {line: tuple(changes) for line, changes in found.items()}


def sources_told(connection: Connection, sources: Iterable[str]) -> tuple[int, list[str], list[str]]:
    """Return how many of the sources were polled at all, which failed last time, and which were deferred."""
    known = states.states(connection, counted=False)
    polled = [known[source] for source in sources if source in known and known[source].last_poll_at is not None]
    deferred = [s.id for s in polled if states.is_deferred(s)]
    failed = [s.id for s in polled if s.error is not None and s.id not in deferred]
    return len(polled), failed, deferred


def held_of(connection: Connection, sources: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return the sources of which items are held, with the number of these."""
    held = holding.counts(connection)
    return tuple((source, held[source]) for source in sources if source in held)


def lines_by_key(connection: Connection, keys: Iterable[str]) -> list[Any]:
    """Return rows of lines."""
    return [row for some in chunks(keys) for row in connection.execute(sa.select(LINE).where(LINE.c.key.in_(some)))]
