"""A poll's transaction, tried again where the server undid it: it ended the connection, or found a deadlock.

Only what is known to be undone is tried again. Where the connection ended while the commit was on its way nobody knows:
the next attempt looks first whether the polls are stored, and then gives back what they changed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from aggregator.errors import StoreError
from aggregator.model import Poll, PollCounts
from aggregator.storage import dialect, polls, states
from aggregator.storage.rules import Rules

log = logging.getLogger(__name__)

PAUSES = (0.2, 2.0)
"""Seconds before the second and the third attempt, which is the last: a server that is started again takes that long."""


def commit_polls(
    engine: Engine, polls_: Sequence[Poll], now: datetime, rules: Rules, regions: Mapping[str, str]
) -> list[PollCounts]:
    """Store polls in one transaction; return what each changed, in their order. Raises StoreError."""
    quiet = all(not poll.prepared and poll.listed is None for poll in polls_)
    counts: list[PollCounts] = []
    receipt: int | None = None
    undone = False
    for attempt in range(len(PAUSES) + 1):
        try:
            with dialect.writing(engine, by_row=quiet) as connection:
                if receipt is not None and _is_there(connection, polls_[0], receipt):
                    return counts
                counts = polls.commit_polls(connection, polls_, now, rules, regions)
                if dialect.may_be_undone(engine):
                    receipt = _receipt(connection, polls_[0], now)
            return counts
        except StoreError as error:
            # a server that has ended a connection may be down for a moment before it takes another one
            undone = dialect.was_undone(engine, error) or (undone and error.code == "db_unavailable")
            if not undone or attempt == len(PAUSES):
                raise
            log.warning("store: %s; the transaction was undone and is tried again [code=%s]", error, error.code)
            time.sleep(PAUSES[attempt])
    raise AssertionError("unreachable")


def _receipt(connection: Connection, poll: Poll, now: datetime) -> int | None:
    """The number of a poll's line in the log: whether it is there later says whether this transaction was committed."""
    log_ = states.POLL.c
    mine = sa.select(sa.func.max(log_.seq)).where(log_.source == poll.source.id, log_.at == now)
    number: int | None = connection.scalar(mine)
    return number


def _is_there(connection: Connection, poll: Poll, receipt: int) -> bool:
    """Say whether the transaction with this receipt was committed; waits for it where the server is still at it."""
    states.ensure_sources(connection, {poll.source.id: poll.source.url})
    return connection.scalar(sa.select(states.POLL.c.seq).where(states.POLL.c.seq == receipt)) is not None
