"""Figures over what is stored: histories of lines for charts, counts of polls and messages for metrics. Reads only."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import STATUSES, LineHistory, LineMaterial, SourceRecord
from aggregator.storage import lines, tables

LINE = tables.table_of(tables.LineRow)
ITEM = tables.table_of(tables.ItemRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
POLL = tables.table_of(tables.PollRow)
OUTBOX = tables.table_of(tables.OutboxRow)
_NEWS = sa.or_(LINE.c.new_at.is_not(None), LINE.c.status == "rumoured")
"""What is new or still rumoured: a line of a baseline is neither."""


def histories(connection: Connection) -> list[LineHistory]:
    """Return how each release line came to be what it is, ordered by key."""
    columns = (LINE.c.key, LINE.c.name, LINE.c.lab, LINE.c.region, LINE.c.status, LINE.c.openness, LINE.c.appeared,
               LINE.c.new_at, LINE.c.details)  # fmt: skip
    rows = connection.execute(sa.select(*columns).where(LINE.c.status.is_not(None)).order_by(LINE.c.key))
    return [
        LineHistory(
            key=row.key, line=row.name, lab=row.lab, region=row.region, status=row.status, openness=row.openness,
            appeared=row.appeared, new_at=row.new_at,
            steps=tuple((step[0], datetime.fromisoformat(step[1])) for step in row.details.get("timeline", ())),
        )
        for row in rows
    ]  # fmt: skip


def records(connection: Connection) -> list[SourceRecord]:
    """Return what each source was first with, ordered by source.

    Only new lines of the window count (`new_at` set, or still rumoured); copies of others' articles do not.
    """
    news = set(connection.scalars(sa.select(LINE.c.key).where(_NEWS)))
    shown = (  # in the order of storing, each item read once: sorted by line it would be looked for all over the file
        sa.select(
            EVIDENCE.c.line, sa.type_coerce(ITEM.c.appeared, sa.Text), EVIDENCE.c.trust, ITEM.c.seq, ITEM.c.source
        )
        .join(ITEM, ITEM.c.seq == EVIDENCE.c.item)
        .where(EVIDENCE.c.status.in_(STATUSES), ITEM.c.copy_of.is_(None))
    )
    first: dict[str, tuple[Any, int, int, str]] = {}
    for line, appeared, trust, seq, source in connection.execute(shown):
        place = (appeared, -trust, seq, source)
        if line in news and (line not in first or place < first[line]):
            first[line] = place
    counted = Counter(source for *_, source in first.values())
    return [SourceRecord(source, count) for source, count in sorted(counted.items())]


def rumoured(connection: Connection) -> list[LineMaterial]:
    """Return the lines of which a rumour was told, and those of their generations, with all their evidence, by key."""
    told = (
        sa.select(EVIDENCE.c.line)
        .join(ITEM, ITEM.c.seq == EVIDENCE.c.item)
        .join(LINE, LINE.c.key == EVIDENCE.c.line)
        .where(EVIDENCE.c.status == "rumoured", ITEM.c.held.is_(False), _NEWS)
        .distinct()
    )
    return lines.materials_of(connection, lines.with_generations(connection, connection.scalars(told)))


def polls(connection: Connection) -> list[tuple[str, str, int, float, int]]:
    """Return (source, outcome, polls, seconds in all, new items) of the logged polls."""
    statement = sa.select(
        POLL.c.source, POLL.c.outcome, sa.func.count(), sa.func.sum(POLL.c.seconds), sa.func.sum(POLL.c.new)
    ).group_by(POLL.c.source, POLL.c.outcome)
    rows: Any = connection.execute(statement.order_by(POLL.c.source, POLL.c.outcome)).all()
    return [(row[0], row[1], row[2], float(row[3] or 0), row[4] or 0) for row in rows]


def messages(connection: Connection) -> list[tuple[str, str, int, datetime]]:
    """Return (channel, state, messages, creation of the oldest) of the outbox."""
    statement = sa.select(OUTBOX.c.channel, OUTBOX.c.state, sa.func.count(), sa.func.min(OUTBOX.c.created_at))
    grouped = statement.group_by(OUTBOX.c.channel, OUTBOX.c.state).order_by(OUTBOX.c.channel, OUTBOX.c.state)
    return [tuple(row) for row in connection.execute(grouped).all()]
