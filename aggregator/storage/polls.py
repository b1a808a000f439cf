"""A poll's transaction: whole polls go in at once, or nothing does.

    match → write items → copies → stories → kinds of artifacts → withdrawn artifacts → releases → state of the sources

Each step is a few set queries over what the step before touched. The same poll twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import faults
from aggregator.model import Poll, PollCounts
from aggregator.storage import dialect, holding, lines, states, tables, ties, windows
from aggregator.storage.matching import match, still_listed
from aggregator.storage.rules import Rules
from aggregator.storage.writing import Touched, write

ITEM = tables.table_of(tables.ItemRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)
ALIAS = tables.table_of(tables.AliasRow)


def commit_polls(
    connection: Connection, polls: Sequence[Poll], now: datetime, rules: Rules, regions: Mapping[str, str]
) -> list[PollCounts]:
    """Store polls (a writer's transaction is open) and return what each changed, in their order."""
    faults.at("store.begun")
    counts: dict[int, PollCounts] = {}
    touched = Touched()
    for wave in _waves(polls):
        counts |= _store(connection, wave, now, rules, touched)
    conclude(connection, touched, rules, regions, now)
    faults.at("store.committing")
    return [counts[id(poll)] for poll in polls]


def conclude(connection: Connection, touched: Touched, rules: Rules, regions: Mapping[str, str], now: datetime) -> None:
    """Draw from touched items what follows: copies, stories, kinds and releases."""
    moved: set[int] = set()
    if touched.new or touched.edited:
        moved = ties.link_copies(connection, touched, rules)
        faults.at("store.copies")
        moved |= ties.link_stories(connection, touched, moved, rules)
        faults.at("store.stories")
    moved |= lines.judge_artifacts(connection, touched.lines)
    keys = touched.lines | lines.lines_of(connection, moved)
    if keys:
        lines.derive_lines(connection, keys, rules, regions, now)
        faults.at("store.releases")


def _waves(polls: Sequence[Poll]) -> Iterator[list[Poll]]:
    """Yield the polls in parts in which no source comes twice."""
    wave: list[Poll] = []
    for poll in polls:
        if any(poll.source.id == other.source.id for other in wave):
            yield wave
            wave = []
        wave.append(poll)
    if wave:
        yield wave


def _store(
    connection: Connection, polls: list[Poll], now: datetime, rules: Rules, touched: Touched
) -> dict[int, PollCounts]:
    sources = states.ensure_sources(connection, {poll.source.id: poll.source.url for poll in polls})
    listed, incomplete = still_listed(connection, polls)
    arrived = match(connection, polls, rules, listed)
    baselines = {i: row.baseline_at is None for i, row in sources.items()}
    reasons = holding.judge(connection, arrived, sources, now)
    another = {source for source, reason in reasons.items() if reason == "another_site"}
    overrun = windows.overrun(polls, arrived, sources, another)
    written, refused = write(connection, arrived, baselines, now)
    holding.hold(connection, (o.seq for o in arrived if o.poll.source.id in reasons and o.seq in written.new))
    touched.update(written)
    new = Counter(one.poll.source.id for one in arrived if one.seq in written.new)
    updated = Counter(one.poll.source.id for one in arrived if one.seq in written.edited and one.edited)
    counts = {
        id(poll): PollCounts(
            new[poll.source.id],
            updated[poll.source.id],
            tuple(refused.get(poll.source.id, ())),
            held=reasons.get(poll.source.id, ""),
            overrun=poll.source.id in overrun,
        )
        for poll in polls
    }
    for poll in polls:
        if poll.listed is not None and poll.error is None and poll.source.kind in lines.MODEL_HUBS:
            touched.lines |= _mark_missing(connection, poll.source.id, poll.listed, now)
    done = [(poll, counts[id(poll)], sources[poll.source.id]) for poll in polls]
    states.finish_polls(connection, done, now, incomplete)
    faults.at("store.states")
    return counts


def _mark_missing(connection: Connection, source: str, listed: Sequence[str], now: datetime) -> set[str]:
    """Note which of a hub's repositories its complete listing no longer names, and which are back; return their lines."""
    there = set(listed)
    rows = connection.execute(
        sa.select(ARTIFACT.c.seq, ARTIFACT.c.line, ARTIFACT.c.missing_since, ITEM.c.key, ITEM.c.seq.label("item"))
        .join(ITEM, ITEM.c.seq == ARTIFACT.c.item)
        .where(ARTIFACT.c.source == source)
    ).all()
    unnamed = [row.item for row in rows if row.key not in there]
    for some in dialect.chunks(unnamed):
        aliases = connection.execute(sa.select(ALIAS.c.seq, ALIAS.c.key).where(ALIAS.c.seq.in_(some)))
        by_alias = {row.seq for row in aliases if row.key in there}
        there |= {row.key for row in rows if row.item in by_alias}
    gone = [row for row in rows if row.key not in there and row.missing_since is None]
    back = [row for row in rows if row.key in there and row.missing_since is not None]
    for changed, since in ((gone, now), (back, None)):
        for some in dialect.chunks(row.seq for row in changed):
            connection.execute(sa.update(ARTIFACT).where(ARTIFACT.c.seq.in_(some)).values(missing_since=since))
    return {row.line for row in (*gone, *back) if row.line is not None}
