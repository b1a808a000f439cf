"""Labels of what is stored made anew, after rules, labs or corrections changed: nothing is fetched, nothing becomes news.

An item is judged from what is kept of it: its clean text, its source's extra facts, and for a repository the card that is
kept beside it. Only items whose labels come out otherwise are written; `first_seen`, `appeared` and `seq` stay, so that
no digest tells them as new. What changed of a line by that is logged as a correction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import faults
from aggregator.model import Entry, Labels, Poll, Prepared, Source
from aggregator.storage import dialect, lines, polls, tables
from aggregator.storage.artifacts import repository_of
from aggregator.storage.matching import Incoming, label_hash
from aggregator.storage.rules import Rules
from aggregator.storage.writing import Touched, write

ITEM = tables.table_of(tables.ItemRow)
CONTENT = tables.table_of(tables.ContentRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)
BAND = tables.table_of(tables.BandRow)
CHANGE = tables.table_of(tables.ChangeRow)
LINE = tables.table_of(tables.LineRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
DIGEST = tables.table_of(tables.DigestRow)
TOLD = tables.table_of(tables.DigestEntryRow)
CHUNK = 500
RECENT = timedelta(days=30)

Judge = Callable[[Entry, Source, str, str, str], Labels]
"""Labels of an entry with its clean title, summary and content."""


def relabel(
    connection: Connection,
    judge: Judge,
    sources: Mapping[str, Source],
    rules: Rules,
    regions: Mapping[str, str],
    now: datetime,
) -> tuple[int, int, int]:
    """Judge all items of these sources again; return how many were judged, how many changed, and how many lines did."""
    numbers = list(
        connection.scalars(sa.select(ITEM.c.seq).where(ITEM.c.source.in_(list(sources))).order_by(ITEM.c.seq))
    )
    before = connection.scalar(sa.select(sa.func.max(CHANGE.c.seq))) or 0
    touched = Touched()
    for some in dialect.chunks(numbers, CHUNK):
        changed = [one for one in _stored(connection, some, sources) if _judged(one, judge)]
        _fill_bands(connection, changed)
        written, _ = write(connection, changed, {}, now)
        touched.update(written)
        faults.at("relabel.written")
    if touched.edited:
        polls.conclude(connection, touched, rules, regions, now)
    corrected = _as_corrections(connection, before, now)
    faults.at("relabel.committing")
    return len(numbers), len(touched.edited), corrected


def _stored(connection: Connection, numbers: list[int], sources: Mapping[str, Source]) -> Iterable[Incoming]:
    rows = connection.execute(
        sa.select(ITEM, CONTENT.c.content, CONTENT.c.signature)
        .join(CONTENT, CONTENT.c.seq == ITEM.c.seq)
        .where(ITEM.c.seq.in_(numbers))
    ).all()
    kept = connection.execute(sa.select(ARTIFACT).where(ARTIFACT.c.item.in_(numbers)))
    repositories = {row.item: row for row in kept}
    for row in rows:
        repository = repositories.get(row.seq)
        entry = Entry(
            guid=row.guid, url=row.url, title=row.title, summary=row.summary, content=row.content, author=row.author,
            published=row.published, language=row.language, dated=row.dated, extra=row.extra,
            artifact=repository_of(repository) if repository is not None else None,
            lasting_id=_lasting(repository),
        )  # fmt: skip
        prepared = Prepared(
            entry=entry, title=row.title, summary=row.summary, content=row.content, author=row.author,
            language=row.language, published=row.published, url=row.url, key=row.key, url_key=row.url_key,
            text_key=row.text_key, labels=Labels("other"), signature=row.signature,
        )  # fmt: skip
        poll = Poll(sources[row.source], (), {}, {}, False, row.first_seen)
        yield Incoming(poll, prepared, row.key, row.id, row.hash, row.label_hash, known=row)


def _lasting(repository: Any) -> str | None:
    """The hub's own identifier; None where the name stood in for one."""
    if repository is None or repository.lasting_id.startswith("name:"):
        return None
    return str(repository.lasting_id)


def _judged(one: Incoming, judge: Judge) -> bool:
    """Put the labels of now into an item; say whether they are others than those that are stored."""
    prepared = one.prepared
    if prepared.entry.artifact is None and one.known.extra.get("kind") == "model" and one.poll.source.kind != "catalog":
        return False  # a hub's item whose repository another source speaks for: there is nothing to judge it by
    labels = judge(prepared.entry, one.poll.source, prepared.title, prepared.summary, prepared.content)
    one.prepared = replace(prepared, labels=labels)
    one.label_hash = label_hash(one.prepared)
    return one.relabelled


def _fill_bands(connection: Connection, changed: list[Incoming]) -> None:
    """Keep the bands of texts, which are written together with labels."""
    found: dict[int, list[int]] = {}
    for some in dialect.chunks(one.known.seq for one in changed):
        for row in connection.execute(sa.select(BAND).where(BAND.c.seq.in_(some))):
            found.setdefault(row.seq, []).append(row.band)
    for one in changed:
        one.prepared = replace(one.prepared, bands=tuple(sorted(found.get(one.known.seq, ()))))


def _as_corrections(connection: Connection, before: int, now: datetime) -> int:
    """Log what changed of lines as corrections of what readers were told, not as news; return of how many lines.

    A line that no digest told is put right in silence. Where no digest was ever planned (they are only printed), those
    count as told that appeared in the last RECENT days.
    """
    rows = connection.execute(sa.select(CHANGE).where(CHANGE.c.seq > before, CHANGE.c.what.in_(lines.WATCHED))).all()
    told = set(connection.scalars(sa.select(TOLD.c.line).distinct()))
    if connection.scalar(sa.select(sa.func.count()).select_from(DIGEST)) == 0:
        told = set()
        for some in dialect.chunks({row.line for row in rows}):
            first = sa.select(EVIDENCE.c.line).join(ITEM, ITEM.c.seq == EVIDENCE.c.item)
            told |= set(connection.scalars(first.where(EVIDENCE.c.line.in_(some), ITEM.c.appeared >= now - RECENT)))
            gone = sa.select(LINE.c.key).where(LINE.c.key.in_(some), LINE.c.status.is_(None))
            told |= set(connection.scalars(gone))
    for row in rows:
        said = {"before": f"{row.what} {row.before}" if row.before else None, "after": f"{row.what} {row.after or '-'}"}
        # a line that nothing was known of before is not corrected by becoming known
        what = "correction" if row.before and row.line in told else f"{row.what}-relabelled"
        connection.execute(sa.update(CHANGE).where(CHANGE.c.seq == row.seq).values(what=what, **said))
    return len({row.line for row in rows})
