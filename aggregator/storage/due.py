"""Which sources are due, asked of an index: what a scheduler of many sources reads instead of all their states.

A source is due when its time has come, no Retry-After holds it back and nobody has it. Whoever hands sources over to a
queue leases them in the queue's name; the process that polls one takes the lease over from there (`states.lease`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import schedule
from aggregator.storage import dialect, states

SOURCE, QUEUED = states.SOURCE, states.QUEUED


def enrol(connection: Connection, sources: Mapping[str, str], now: datetime) -> int:
    """Give each source (id to URL) a row and a time: new ones are due now, and so is one whose address a person has
    corrected. Return how many were changed."""
    known: dict[str, str] = {}
    for some in dialect.chunks(sources):
        rows = connection.execute(sa.select(SOURCE.c.id, SOURCE.c.url).where(SOURCE.c.id.in_(some)))
        known.update((row.id, row.url) for row in rows)
    fresh = {i: url for i, url in sources.items() if i not in known}
    for some in dialect.chunks(fresh):
        states.ensure_sources(connection, dict.fromkeys(some, ""))
    corrected = [i for i, url in known.items() if url and url != sources[i]]
    for some in dialect.chunks(corrected):
        connection.execute(sa.update(SOURCE).where(SOURCE.c.id.in_(some)).values(retry_at=None, next_poll_at=now))
    return len(corrected) + straighten(connection, now)


def straighten(connection: Connection, now: datetime) -> int:
    """Make due what has no time, or one that only a clock that was set back since can have written; return how many."""
    odd = SOURCE.c.next_poll_at.is_(None) | (SOURCE.c.next_poll_at > now + schedule.LONGEST + timedelta(minutes=1))
    return connection.execute(sa.update(SOURCE).where(odd).values(next_poll_at=now)).rowcount


def take(connection: Connection, owner: str, until: datetime, now: datetime, limit: int) -> list[str]:
    """Lease up to `limit` due sources to `owner` until a time, longest due first; return their ids in that order."""
    free = SOURCE.c.lease_until.is_(None) | (SOURCE.c.lease_until <= now)
    held_back = SOURCE.c.retry_at.is_not(None) & SOURCE.c.retry_at.between(now, now + 8 * schedule.LONGEST)
    found = (
        sa.select(SOURCE.c.id)
        .where(SOURCE.c.next_poll_at <= now, free, ~held_back)
        .order_by(SOURCE.c.next_poll_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(found))
    for some in dialect.chunks(ids):
        leased = sa.update(SOURCE).where(SOURCE.c.id.in_(some))
        connection.execute(leased.values(lease_owner=owner, lease_until=until, lease_token=SOURCE.c.lease_token + 1))
    return ids
