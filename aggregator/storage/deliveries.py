"""What is told to whom: what has not been planned for a subscriber, planned digests, and the outbox.

A plan goes by what was not yet planned, never by dates: items are handled one by one (`digest_item`), and a mark lies
only where no transaction can still commit below it, since numbers may be committed out of order. Nothing is rendered or
sent here. Every function takes a connection; who may write opens the transaction.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import faults
from aggregator.model import STATUSES, LineChange, Material, Pending, Plan, SentDigest
from aggregator.storage import dialect, items, lines, releases, tables

ITEM = tables.table_of(tables.ItemRow)
SOURCE = tables.table_of(tables.SourceRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)
CHANGE = tables.table_of(tables.ChangeRow)
SUBSCRIBER = tables.table_of(tables.SubscriberRow)
DIGEST = tables.table_of(tables.DigestRow)
BODY = tables.table_of(tables.DigestBodyRow)
ENTRY = tables.table_of(tables.DigestEntryRow)
DIGEST_ITEM = tables.table_of(tables.DigestItemRow)
OUTBOX = tables.table_of(tables.OutboxRow)

BASELINE_REACH = timedelta(hours=48)
"""Of a baseline only what appeared less than this before its end is news."""
GRACE = timedelta(hours=1)
"""No transaction lasts this long: below items that are older, nothing can still be committed."""
DERIVED = ("status", "licence")
SAID = ("renamed", "correction", "price", "deprecated")
"""Changes of a line that come from its evidence, and those that somebody said."""


# ------------------------------------------------------------------------------------------------------ subscribers


def register(connection: Connection, names: Iterable[str], now: datetime) -> list[str]:
    """Make rows for subscribers that have none; return their names.

    The very first ones get what is stored (of baselines only the last hours); one that is added later not the past.
    """
    known = set(connection.scalars(sa.select(SUBSCRIBER.c.name)))
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if missing:
        item, change = _first_marks(connection)
        for name in missing:
            row: dict[str, Any] = {"name": name, "since": now, "item_mark": item, "change_mark": change, "settings": {}}
            connection.execute(dialect.insert_or_ignore(connection, SUBSCRIBER), row)
    return missing


def _first_marks(connection: Connection) -> tuple[int, int]:
    """Return the marks of a subscriber that is registered now: the very first gets the items that are stored."""
    last = [connection.scalar(sa.select(sa.func.max(column))) or 0 for column in (ITEM.c.seq, CHANGE.c.seq)]
    return (last[0] if registered(connection) else 0), last[1]


def registered(connection: Connection) -> set[str]:
    """Return the names of all subscribers that were ever registered."""
    return set(connection.scalars(sa.select(SUBSCRIBER.c.name)))


# ---------------------------------------------------------------------------------------- what has not been planned


def pending(connection: Connection, subscriber: str, now: datetime, sources: Sequence[str]) -> Pending | None:
    """Return what was not yet planned for a subscriber; None if it is not registered."""
    row = connection.execute(sa.select(SUBSCRIBER).where(SUBSCRIBER.c.name == subscriber)).first()
    return None if row is None else _pending(connection, row, now, sources)


def newcomer(connection: Connection, subscriber: str, now: datetime, sources: Sequence[str]) -> Pending:
    """Return what would be pending for a subscriber that were registered now."""
    item, change = _first_marks(connection)
    return _pending(connection, _Newcomer(subscriber, now, item, change), now, sources)


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """A row of `subscriber` that is not there."""

    name: str
    since: datetime
    item_mark: int
    change_mark: int


def progress(connection: Connection) -> str:
    """Return the numbers of the last item and the last change of a line, as text."""
    last = [connection.scalar(sa.select(sa.func.max(column))) or 0 for column in (ITEM.c.seq, CHANGE.c.seq)]
    return f"{last[0]} {last[1]}"


def _pending(connection: Connection, row: Any, now: datetime, sources: Sequence[str]) -> Pending:
    subscriber: str = row.name
    last, latest = _last_digests(connection, subscriber)
    candidates = _candidates(connection, subscriber, row.item_mark)
    fresh = [c for c in candidates if _is_news(c)]
    late = [c for c in candidates if c.late and not c.baseline]
    changed, high = _changes(connection, row, now)
    since = latest.until if latest is not None else min((c.appeared for c in fresh), default=now - timedelta(days=1))
    if since >= now:
        since = now - timedelta(days=1)
    material = _material(connection, fresh, late, changed, (since, now), sources)
    told = _told(connection, subscriber, [known.line.key for known in material.lines])
    return Pending(
        subscriber=subscriber,
        last=last,
        since=since,
        planned_at=None if latest is None else latest.planned_at,
        slot=None if latest is None else latest.slot_date,
        material=material,
        told=told,
        handled=tuple((c.seq, not c.late and _is_news(c)) for c in candidates),
        item_low=row.item_mark,
        item_high=max((c.seq for c in candidates), default=row.item_mark),
        mark=_mark(connection, row.item_mark, now),
        change_low=row.change_mark,
        change_high=high,
    )


def _last_digests(connection: Connection, subscriber: str) -> tuple[int, Any]:
    """Return the number of the last digest of any purpose (0: none), and the row of the last day's digest."""
    last = connection.scalar(sa.select(sa.func.max(DIGEST.c.id)).where(DIGEST.c.subscriber == subscriber)) or 0
    daily = sa.select(DIGEST).where(DIGEST.c.subscriber == subscriber, DIGEST.c.purpose == "")
    return last, connection.execute(daily.order_by(DIGEST.c.id.desc()).limit(1)).first()


def _candidates(connection: Connection, subscriber: str, mark: int) -> Sequence[Any]:
    """Return the items above the mark that no plan for the subscriber has handled, in the order of storing."""
    handled = sa.select(DIGEST_ITEM.c.item).where(DIGEST_ITEM.c.subscriber == subscriber)
    statement = (
        sa.select(ITEM.c.seq, ITEM.c.id, ITEM.c.baseline, ITEM.c.late, ITEM.c.appeared, ITEM.c.first_seen,
                  ITEM.c.story_id, SOURCE.c.baseline_at)
        .join(SOURCE, SOURCE.c.id == ITEM.c.source, isouter=True)
        .where(ITEM.c.seq > mark, ITEM.c.held.is_(False), ITEM.c.seq.not_in(handled))
        .order_by(ITEM.c.seq)
    )  # fmt: skip
    return connection.execute(statement).all()


def _is_news(row: Any) -> bool:
    """Say whether an item is news: not found late, and of a baseline only the last hours before its end (or before it
    was seen, while the baseline lasts)."""
    if row.baseline:
        return bool(row.appeared > (row.baseline_at or row.first_seen) - BASELINE_REACH)
    return not row.late


def _mark(connection: Connection, mark: int, now: datetime) -> int:
    """Return the number up to which everything is handled and nothing can be committed any more."""
    young = sa.or_(ITEM.c.first_seen > now - GRACE, ITEM.c.held.is_(True))
    first = connection.scalar(sa.select(sa.func.min(ITEM.c.seq)).where(ITEM.c.seq > mark, young))
    # the last that is there, not the number before the first young one: that may be still on its way
    last = sa.select(sa.func.max(ITEM.c.seq))
    return max(mark, connection.scalar(last if first is None else last.where(ITEM.c.seq < first)) or 0)


def _changes(connection: Connection, row: Any, now: datetime) -> tuple[dict[str, tuple[LineChange, ...]], int]:
    """Return what edits changed of lines since the subscriber's mark, and the mark for the next time.

    Only what an edit at the source brought counts: rules that judge anew change nothing that is worth telling.
    """
    found: dict[str, list[LineChange]] = defaultdict(list)
    edited = (
        sa.select(EVIDENCE.c.line)
        .join(ITEM, ITEM.c.seq == EVIDENCE.c.item)
        .where(EVIDENCE.c.line == CHANGE.c.line, ITEM.c.edited_at == CHANGE.c.at)
    )
    derived = sa.and_(
        CHANGE.c.what.in_(DERIVED), CHANGE.c.before.is_not(None), CHANGE.c.after.is_not(None), edited.exists()
    )
    wanted = sa.select(CHANGE).where(CHANGE.c.seq > row.change_mark, sa.or_(derived, CHANGE.c.what.in_(SAID)))
    for one in connection.execute(wanted.order_by(CHANGE.c.seq)):
        if one.what == "status" and STATUSES.index(one.after) < STATUSES.index(one.before):
            continue
        found[one.line].append(LineChange(one.what, one.before, one.after, one.at, f"{one.what}:{one.after}"))
    for line, since in _withdrawn(connection, row.since):
        found[line].append(LineChange("withdrawn", None, None, since, f"withdrawn:{since:%Y-%m-%d}"))
    settled = sa.select(sa.func.max(CHANGE.c.seq)).where(CHANGE.c.at <= now - GRACE)
    mark = max(row.change_mark, connection.scalar(settled) or 0)
    told = _told(connection, row.name, found)
    kept = {
        line: tuple(change for change in changes if change.mark not in told.get(line, ()))
        for line, changes in found.items()
    }
    return {line: changes for line, changes in kept.items() if changes}, mark


def _withdrawn(connection: Connection, since: datetime) -> list[tuple[str, datetime]]:
    """Return the lines of which no hub lists any of the lab's own weights any more, and since when."""
    own = (
        ARTIFACT.c.hub.in_(lines.MODEL_HUBS),
        ARTIFACT.c.first_party.is_(True),
        ARTIFACT.c.weights.is_(True),
        ARTIFACT.c.line.is_not(None),
    )
    lost = sa.select(ARTIFACT.c.line).where(*own, ARTIFACT.c.missing_since >= since).distinct()
    there = sa.func.count().filter(ARTIFACT.c.missing_since.is_(None))
    rows = connection.execute(
        sa.select(ARTIFACT.c.line, sa.func.max(ARTIFACT.c.missing_since))
        .where(*own, ARTIFACT.c.line.in_(lost))
        .group_by(ARTIFACT.c.line)
        .having(there == 0)
    )
    return [(line, at) for line, at in rows]


def _told(connection: Connection, subscriber: str, keys: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for some in dialect.chunks(keys):
        wanted = sa.select(ENTRY.c.line, ENTRY.c.what).where(ENTRY.c.subscriber == subscriber, ENTRY.c.line.in_(some))
        for row in connection.execute(wanted):
            found[row.line].add(row.what)
    return {line: frozenset(told) for line, told in found.items()}


def _material(
    connection: Connection,
    fresh: Sequence[Any],
    late: Sequence[Any],
    changed: Mapping[str, tuple[LineChange, ...]],
    window: tuple[datetime, datetime],
    sources: Sequence[str],
) -> Material:
    """Return what a digest of these items and changes is made of."""
    keys = set(changed) | lines.lines_of(connection, [row.seq for row in fresh])
    materials = lines.materials_of(connection, lines.with_generations(connection, keys))
    stories = items.stories_by_id(connection, {row.story_id for row in fresh if row.story_id is not None})
    wanted = {row.id for row in (*fresh, *late)}
    wanted |= {showing.item for one in materials for showing in one.showings}
    wanted |= {artifact.item for one in materials for artifact in one.artifacts if artifact.item is not None}
    wanted |= {item for story in stories for item in story.items}
    polled, failed, deferred = releases.sources_told(connection, sources)
    return Material(
        since=window[0],
        until=window[1],
        lines=tuple(materials),
        items=items.items_by_id(connection, wanted),
        stories=tuple(stories),
        polled=polled,
        failed=tuple(failed),
        deferred=tuple(deferred),
        held=releases.held_of(connection, sources),
        late=tuple(sorted(row.id for row in late)),
        fresh=frozenset(row.id for row in fresh),
        changed=changed,
    )


# ---------------------------------------------------------------------------------------------------------- digests


def commit_plan(connection: Connection, plan: Plan) -> int | None:
    """Store a plan whole; return its number, or None if it is void: the subscriber has another one since, or one for it."""
    faults.at("plan.begun")
    view = plan.pending
    last, _ = _last_digests(connection, view.subscriber)
    same = sa.select(DIGEST.c.id).where(
        DIGEST.c.subscriber == view.subscriber, DIGEST.c.slot_date == plan.slot, DIGEST.c.purpose == plan.purpose
    )
    if last != view.last or connection.execute(same).first() is not None:
        return None
    daily = not plan.purpose
    waiting = any(message.fault is None for message in plan.messages)
    quiet = "empty" if plan.summary.get("empty") else "delivered"
    state = "planned" if waiting else "failed" if plan.messages else quiet
    number = dialect.reserve_numbers(connection, DIGEST, 1)
    connection.execute(sa.insert(DIGEST).values(
        id=number, subscriber=view.subscriber, slot_date=plan.slot, purpose=plan.purpose, slot_at=plan.slot_at,
        planned_at=plan.planned_at, since=plan.since, until=plan.until, item_low=view.item_low,
        item_high=view.item_high, change_low=view.change_low, change_high=view.change_high, state=state,
        language=plan.language, content_hash=None, summary=dict(plan.summary),
    ))  # fmt: skip
    bodies = [{"digest": number, "form": form, "body": zlib.compress(body)} for form, body in plan.bodies.items()]
    connection.execute(sa.insert(BODY), bodies)
    entries = [
        {"subscriber": view.subscriber, "line": line, "what": what, "digest": number, "change": 0}
        for line, what in plan.entries
    ]
    if entries:
        connection.execute(sa.insert(ENTRY), entries)
    if daily:
        _handle(connection, view, number)
    faults.at("plan.kept")
    _post(connection, plan, number)
    faults.at("plan.posted")
    return number


def _handle(connection: Connection, view: Pending, digest: int) -> None:
    """Note the items of a plan as handled, and move the subscriber's marks."""
    rows = [
        {"subscriber": view.subscriber, "item": seq, "digest": digest, "story": None, "told": told}
        for seq, told in view.handled
        if told or seq > view.mark
    ]
    for some in dialect.chunks(rows):
        connection.execute(dialect.insert_or_ignore(connection, DIGEST_ITEM), some)
    connection.execute(
        sa.update(SUBSCRIBER)
        .where(SUBSCRIBER.c.name == view.subscriber)
        .values(item_mark=view.mark, change_mark=view.change_high)
    )


def _post(connection: Connection, plan: Plan, digest: int) -> None:
    """Put the messages of a plan into the outbox."""
    rows = [
        {"digest": digest, "channel": m.channel, "recipient": m.recipient, "part": m.part, "message_id": m.message_id,
         "subject": m.subject, "body": m.body, "body_type": m.body_type, "state": "dead" if m.fault else "pending",
         "attempts": 0, "created_at": plan.planned_at, "next_try_at": None if m.fault else plan.planned_at,
         "lease_owner": None, "lease_token": 0, "lease_until": None, "sent_at": None,
         "error": m.fault[1] if m.fault else None, "error_code": m.fault[0] if m.fault else None}
        for m in plan.messages
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(OUTBOX), rows)


def digests(
    connection: Connection,
    subscriber: str | None = None,
    slot: str | None = None,
    purpose: str | None = "",
    limit: int = 50,
) -> list[SentDigest]:
    """Return planned digests, latest first; `purpose` None takes alerts too."""
    statement = sa.select(DIGEST).order_by(DIGEST.c.id.desc()).limit(limit)
    for column, value in ((DIGEST.c.subscriber, subscriber), (DIGEST.c.slot_date, slot), (DIGEST.c.purpose, purpose)):
        if value is not None:
            statement = statement.where(column == value)
    return [_digest_of(row) for row in connection.execute(statement)]


def _digest_of(row: Any) -> SentDigest:
    return SentDigest(
        id=row.id, subscriber=row.subscriber, slot=row.slot_date, purpose=row.purpose, slot_at=row.slot_at,
        planned_at=row.planned_at, since=row.since, until=row.until, language=row.language, state=row.state,
        summary=row.summary,
    )  # fmt: skip


def body(connection: Connection, digest: int, form: str) -> bytes | None:
    """Return the stored bytes of a digest in one of its forms, as they were planned."""
    found = connection.scalar(sa.select(BODY.c.body).where(BODY.c.digest == digest, BODY.c.form == form))
    return None if found is None else zlib.decompress(found)


def forget(connection: Connection, before: datetime) -> None:
    """Let go of what old digests no longer need: the bytes of their messages, and the items that they hold."""
    old = sa.select(DIGEST.c.id).where(
        DIGEST.c.planned_at < before, DIGEST.c.state.in_(("delivered", "empty", "failed"))
    )
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.digest.in_(old), OUTBOX.c.state == "sent", OUTBOX.c.body != b"")
        .values(body=b"")
    )
    behind = sa.select(SUBSCRIBER.c.item_mark).where(SUBSCRIBER.c.name == DIGEST_ITEM.c.subscriber).scalar_subquery()
    connection.execute(sa.delete(DIGEST_ITEM).where(DIGEST_ITEM.c.digest.in_(old), DIGEST_ITEM.c.item <= behind))
