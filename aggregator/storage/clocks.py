"""What a clock that was ahead wrote, put right once it has been set back.

Items that were stored meanwhile would lie in the future, and what came out that very day was judged to be found late.
A clock that is behind now (a machine that starts without one of its own) sees the same; what tells them apart are the
sources' own clocks: they dated nothing later than now unless ours is behind.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.storage import dialect, tables
from aggregator.storage.matching import by_time
from aggregator.storage.writing import LATE

ITEM = tables.table_of(tables.ItemRow)
DIGEST_ITEM = tables.table_of(tables.DigestItemRow)
AHEAD = timedelta(hours=1)
"""An item that appeared later than this after now was stored by a clock that was ahead, or ours is behind."""
SAMPLE = 300


def was_ahead(connection: Connection, now: datetime) -> bool:
    """Say whether anything was stored by a clock that was ahead, and ours is not behind (asked of an index).

    Ours is behind if of the latest SAMPLE items a third of those with a time of their source have one that is still to
    come, or none has a time: a source that dates everything ahead does not count for much among others.
    """
    latest = sa.select(ITEM.c.published).where(ITEM.c.appeared > now + AHEAD).order_by(ITEM.c.appeared.desc())
    dated = [at for at in connection.scalars(latest.limit(SAMPLE)) if at is not None]
    still_to_come = sum(1 for at in dated if at > now + AHEAD)
    return 3 * still_to_come < len(dated)


def mend(connection: Connection, now: datetime) -> list[int]:
    """Let what appears in the future appear now, and be late only if it still is; return the items' numbers.

    What is not late any more is news again for whoever was told that it was found late. Only where the clock `was_ahead`.
    """
    columns = (ITEM.c.seq, ITEM.c.published, ITEM.c.late)
    rows = connection.execute(sa.select(*columns).where(ITEM.c.appeared > now + AHEAD).with_for_update()).all()
    on_time = []
    for row in rows:
        given = by_time(row.published, now)
        if row.late and (given is None or given >= now - LATE):
            on_time.append(row.seq)
    numbers = [row.seq for row in rows]
    for some in dialect.chunks(numbers):
        connection.execute(sa.update(ITEM).where(ITEM.c.seq.in_(some)).values(first_seen=now, appeared=now))
    for some in dialect.chunks(on_time):
        connection.execute(sa.update(ITEM).where(ITEM.c.seq.in_(some)).values(late=False))
        passed_over = (DIGEST_ITEM.c.item.in_(some), DIGEST_ITEM.c.told.is_(False))
        connection.execute(sa.delete(DIGEST_ITEM).where(*passed_over))
    return numbers
