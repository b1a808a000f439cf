"""Rows of items: what an entry becomes in the tables, when it is new and when its source has edited it.

A batch is written by a handful of statements. An entry that the database refuses is found by halving the batch and goes
to quarantine with the reason; the others are stored. What follows from several items together (copies, stories, kinds
of artifacts, releases) is made by the rooms copies, stories and lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from aggregator import faults
from aggregator.model import LineName, Prepared
from aggregator.searching import search_tokens
from aggregator.storage import dialect, tables
from aggregator.storage.artifacts import write_artifacts
from aggregator.storage.matching import Incoming, by_time, ident

LATE = timedelta(days=7)
TITLE_LIMIT = 500
CONTENT_LIMIT = 256 * 1024
ITEM = tables.table_of(tables.ItemRow)
CONTENT = tables.table_of(tables.ContentRow)
ALIAS = tables.table_of(tables.AliasRow)
LAB = tables.table_of(tables.LabRow)
LINE = tables.table_of(tables.LineRow)
GENERATION = tables.table_of(tables.GenerationRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
QUARANTINE = tables.table_of(tables.QuarantineRow)
ITEM_LINE = tables.table_of(tables.ItemLineRow)
ITEM_LAB = tables.table_of(tables.ItemLabRow)
ITEM_TOPIC = tables.table_of(tables.ItemTopicRow)
BAND = tables.table_of(tables.BandRow)
_PARTS = (ITEM_LINE, ITEM_LAB, ITEM_TOPIC, BAND)


@dataclass(slots=True)
class Touched:
    """What a transaction has changed so far, for the rooms that draw conclusions from it."""

    new: set[int] = field(default_factory=set)
    edited: set[int] = field(default_factory=set)
    """Items whose text, link or labels are other than before."""
    loose: set[int] = field(default_factory=set)
    """Items whose ties (copies, story) must be found afresh."""
    lines: set[str] = field(default_factory=set)

    def update(self, other: Touched) -> None:
        self.new |= other.new
        self.edited |= other.edited
        self.loose |= other.loose
        self.lines |= other.lines


def write(
    connection: Connection, arrived: Sequence[Incoming], baselines: Mapping[str, bool], now: datetime
) -> tuple[Touched, dict[str, list[str]]]:
    """Store what is new and what was edited; return what was touched, and the reasons of refusals by source."""
    wanted = [one for one in arrived if not one.buried and (one.known is None or one.edited or one.relabelled)]
    touched = Touched()
    refused: dict[str, list[str]] = {}
    _write_or_halve(connection, wanted, baselines, now, touched, refused)
    _write_aliases(connection, [one for one in arrived if one.known is not None and one.further])
    return touched, refused


def _write_or_halve(
    connection: Connection,
    wanted: Sequence[Incoming],
    baselines: Mapping[str, bool],
    now: datetime,
    touched: Touched,
    refused: dict[str, list[str]],
) -> None:
    if not wanted:
        return
    attempt = connection.begin_nested()
    try:
        done = _write_all(connection, wanted, baselines, now)
    except (SQLAlchemyError, OverflowError, UnicodeError, ValueError, TypeError) as error:
        if isinstance(error, SQLAlchemyError) and _is_outage(error):
            raise  # a full disk has undone the whole transaction already: there is no savepoint to go back to
        attempt.rollback()
        if len(wanted) == 1:
            reason = f"{type(error).__name__}: {str(getattr(error, 'orig', error))[:200]}"
            wanted[0].seq = 0
            _quarantine(connection, wanted[0], reason, now)
            refused.setdefault(wanted[0].poll.source.id, []).append(reason)
            return
        middle = len(wanted) // 2
        _write_or_halve(connection, wanted[:middle], baselines, now, touched, refused)
        _write_or_halve(connection, wanted[middle:], baselines, now, touched, refused)
    else:
        attempt.commit()
        touched.update(done)


def _is_outage(error: SQLAlchemyError) -> bool:
    """Say whether the database itself failed, and not one row."""
    return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)


def _write_all(
    connection: Connection, wanted: Sequence[Incoming], baselines: Mapping[str, bool], now: datetime
) -> Touched:
    touched = Touched()
    new = [one for one in wanted if one.known is None]
    old = [one for one in wanted if one.known is not None]
    save_lines(connection, {line for one in wanted for line in lines_of(one.prepared)})
    if new:
        number = dialect.reserve_numbers(connection, ITEM, len(new))
        rows = []
        for place, one in enumerate(new):
            one.seq = number + place
            rows.append(_new_row(one, baselines[one.poll.source.id], now))
        dialect.insert_rows(connection, ITEM, rows)
        dialect.insert_rows(connection, CONTENT, [_content_row(one) for one in new])
        _write_aliases(connection, [one for one in new if one.further])
        touched.new.update(one.seq for one in new)
    for one in old:
        one.seq = one.known.seq
    if old:
        touched.lines |= _forget(connection, [one.seq for one in old])
        _update_rows(connection, old, now)
        touched.edited.update(one.seq for one in old)
    faults.at("store.items")
    _write_parts(connection, wanted)
    faults.at("store.evidence")
    touched.lines |= write_artifacts(connection, wanted, now)
    faults.at("store.artifacts")
    dialect.index_items(connection, [(one.seq, *tokens_of(one.prepared)) for one in wanted])
    faults.at("store.indexed")
    touched.lines |= {e.line.key for one in wanted for e in one.prepared.labels.evidence}
    return touched


# ------------------------------------------------------------------------------------------------------ item rows


def _new_row(one: Incoming, baseline: bool, now: datetime) -> dict[str, Any]:
    prepared = one.prepared
    given = by_time(prepared.published, now)
    is_repository = prepared.entry.artifact is not None
    late = not baseline and not is_repository and given is not None and given < now - LATE
    return _said(one) | {
        "seq": one.seq,
        "id": one.id,
        "source": one.poll.source.id,
        "key": one.key,
        "first_seen": now,
        "appeared": (given or now) if baseline else now,
        "edited_at": None,
        "baseline": baseline,
        "late": late,
        "held": False,
        "revision": 0,
        "copy_of": None,
        "story_id": None,
    }


def _said(one: Incoming) -> dict[str, Any]:
    """Return the columns that an edit changes."""
    prepared, labels = one.prepared, one.prepared.labels
    content = cut_bytes(prepared.content, CONTENT_LIMIT)
    return {
        "guid": prepared.entry.guid.replace("\0", ""),  # PostgreSQL keeps no NUL
        "url": prepared.url,
        "url_key": prepared.url_key,
        "text_key": prepared.text_key,
        "title": prepared.title[:TITLE_LIMIT],
        "summary": prepared.summary,
        "author": prepared.author,
        "language": prepared.language,
        "published": prepared.published,
        "dated": prepared.entry.dated,
        "kind": labels.kind,
        "own_kind": labels.kind,
        "topics": list(labels.topics),
        "labs": list(labels.labs),
        "lines": [line.name for line in labels.lines],
        "mentions": [line.name for line in mentioned(prepared)],
        "reasons": [[r.label, r.rule, r.words] for r in labels.reasons],
        "truncated": content != prepared.content,
        "hash": one.hash,
        "label_hash": one.label_hash,
        "extra": dict(prepared.entry.extra),
    }


def _content_row(one: Incoming) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "content": cut_bytes(one.prepared.content, CONTENT_LIMIT),
        "signature": one.prepared.signature,
    }


def _update_rows(connection: Connection, old: Sequence[Incoming], now: datetime) -> None:
    """Write edits: `first_seen` and `appeared` stay, and an edit is no news."""
    rows, contents = [], []
    for one in old:
        revision = one.known.revision + (1 if one.edited else 0)
        said = _said(one) | {"revision": revision, "seq_": one.seq}
        rows.append(said)
        contents.append({"seq_": one.seq} | {k: v for k, v in _content_row(one).items() if k != "seq"})
    columns = [c for c in rows[0] if c != "seq_"]
    # a listing without a time does not take away the one that was known
    values: dict[str, Any] = {c: sa.bindparam(c) for c in columns}
    values["published"] = sa.func.coalesce(sa.bindparam("published", type_=ITEM.c.published.type), ITEM.c.published)
    connection.execute(sa.update(ITEM).where(ITEM.c.seq == sa.bindparam("seq_")).values(values), rows)
    connection.execute(
        sa.update(CONTENT)
        .where(CONTENT.c.seq == sa.bindparam("seq_"))
        .values({c: sa.bindparam(c) for c in contents[0] if c != "seq_"}),
        contents,
    )
    edited = [one.seq for one in old if one.edited]
    for some in dialect.chunks(edited):
        connection.execute(sa.update(ITEM).where(ITEM.c.seq.in_(some)).values(edited_at=now))


def _forget(connection: Connection, numbers: Sequence[int]) -> set[str]:
    """Take out what edited items said before; return the lines that their evidence was about."""
    lines: set[str] = set()
    for some in dialect.chunks(numbers):
        lines.update(connection.scalars(sa.select(EVIDENCE.c.line).where(EVIDENCE.c.item.in_(some)).distinct()))
        connection.execute(sa.delete(EVIDENCE).where(EVIDENCE.c.item.in_(some)))
        dialect.unindex_items(connection, list(stored_tokens(connection, some)))
        for table in _PARTS:
            connection.execute(sa.delete(table).where(table.c.seq.in_(some)))
    return lines


def stored_tokens(connection: Connection, numbers: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    """Yield the tokens of stored items as they are in the search index."""
    rows = connection.execute(
        sa.select(ITEM.c.seq, ITEM.c.title, ITEM.c.summary, CONTENT.c.content)
        .join(CONTENT, CONTENT.c.seq == ITEM.c.seq)
        .where(ITEM.c.seq.in_(numbers))
    )
    for row in rows:
        yield row.seq, search_tokens(row.title), search_tokens(row.summary, row.content)


def tokens_of(prepared: Prepared) -> tuple[str, str]:
    """Return an entry's tokens, those that came with it where nothing of its text was cut."""
    content = cut_bytes(prepared.content, CONTENT_LIMIT)
    whole = len(prepared.title) <= TITLE_LIMIT and content == prepared.content
    if whole and prepared.search_title and prepared.search_text:
        return prepared.search_title, prepared.search_text
    return search_tokens(prepared.title[:TITLE_LIMIT]), search_tokens(prepared.summary, content)


def cut_bytes(text: str, limit: int) -> str:
    """Return the beginning of text that takes at most `limit` bytes of UTF-8."""
    if len(text) * 4 <= limit:
        return text
    encoded = text.encode("utf-8", "surrogatepass")
    return text if len(encoded) <= limit else encoded[:limit].decode("utf-8", "ignore")


def _write_aliases(connection: Connection, some: Sequence[Incoming]) -> None:
    rows = []
    for one in some:
        seq = one.seq or one.known.seq
        rows += [{"id": i, "source": one.poll.source.id, "key": key, "seq": seq} for i, key in one.further.items()]
    if rows:
        connection.execute(dialect.insert_or_ignore(connection, ALIAS), rows)


# ---------------------------------------------------------------------------------------------------- parts of items


def mentioned(prepared: Prepared) -> list[LineName]:
    """Return all lines that an entry names, those that it is about first, each once."""
    names = {line.key: line for line in (*prepared.labels.lines, *prepared.labels.mentions)}
    return list(names.values())


def lines_of(prepared: Prepared) -> list[LineName]:
    """Return all lines that an entry's labels name anywhere."""
    labels = prepared.labels
    lines = [*labels.lines, *labels.mentions, *(e.line for e in labels.evidence)]
    return lines + ([labels.artifact.line] if labels.artifact is not None else [])


def _write_parts(connection: Connection, wanted: Sequence[Incoming]) -> None:
    lines, labs, topics, bands, evidence = [], [], [], [], []
    for one in wanted:
        labels = one.prepared.labels
        about = {line.key for line in labels.lines}
        lines += [{"seq": one.seq, "line": key, "role": "about"} for key in about]
        rest = {line.key for line in labels.mentions} - about
        lines += [{"seq": one.seq, "line": key, "role": "mention"} for key in rest]
        labs += [{"seq": one.seq, "lab": lab} for lab in dict.fromkeys(labels.labs)]
        topics += [{"seq": one.seq, "topic": topic} for topic in dict.fromkeys(labels.topics)]
        bands += [{"band": signed(band), "seq": one.seq} for band in dict.fromkeys(one.prepared.bands)]
        for e in labels.evidence:
            facts = [list(fact) for fact in e.facts]
            evidence.append({"item": one.seq, "line": e.line.key, "status": e.status, "trust": e.trust,
                             "facts": facts, "rule": e.rule, "words": e.words})  # fmt: skip
    for table, rows in (
        (ITEM_LINE, lines),
        (ITEM_LAB, labs),
        (ITEM_TOPIC, topics),
        (BAND, bands),
        (EVIDENCE, evidence),
    ):
        dialect.insert_rows(connection, table, rows)


def signed(number: int) -> int:
    """Return a 64-bit number as databases keep it."""
    number &= 0xFFFF_FFFF_FFFF_FFFF
    return number - (1 << 64) if number >= 1 << 63 else number


def save_lines(connection: Connection, names: Iterable[LineName]) -> None:
    """Keep the names of lines; where one key is written in two ways the same one wins in every order."""
    wanted: dict[str, LineName] = {}
    for name in names:
        other = wanted.get(name.key)
        if other is None or _name_order(name) < _name_order(other):
            wanted[name.key] = name
    if not wanted:
        return
    known: dict[str, Any] = {}
    for some in dialect.chunks(wanted):
        known.update((row.key, row) for row in connection.execute(sa.select(LINE).where(LINE.c.key.in_(some))))
    regions = {row.id: row.region for row in connection.execute(sa.select(LAB.c.id, LAB.c.region))}
    rows = []
    for name in wanted.values():
        row = known.get(name.key)
        if row is None or _name_order(name) < _name_order(row):
            rows.append({"key": name.key, "name": name.name, "lab": name.lab, "family": name.family,
                         "version": name.version, "tier": name.tier, "generation": name.generation,
                         "generation_name": name.generation_name, "region": regions.get(name.lab, ""),
                         "modalities": [], "details": {}, "items": 0, "stories": 0, "change": 0})  # fmt: skip
    if not rows:
        return
    columns = ("name", "lab", "region", "family", "version", "tier", "generation", "generation_name")
    connection.execute(dialect.insert_or_update(connection, LINE, ["key"], columns), rows)
    generations = {row["generation"]: {"key": row["generation"], "lab": row["lab"], "name": row["generation_name"],
                                       "family": row["family"], "version": row["version"]}
                   for row in rows if row["generation"]}  # fmt: skip
    if generations:
        connection.execute(dialect.insert_or_update(connection, GENERATION, ["key"]), list(generations.values()))


def _name_order(name: Any) -> tuple[Any, ...]:
    """A line that is known in more detail comes first, then the name with fewer spaces, as repositories are called."""
    known = (not name.lab, not name.generation, name.lab)
    return (*known, name.name.count(" "), name.name, name.family, name.version, name.tier, name.generation)


def _quarantine(connection: Connection, one: Incoming, reason: str, now: datetime) -> None:
    row = {"id": ident(one.poll.source.id, one.key), "source": one.poll.source.id, "at": now, "reason": _plain(reason),
           "guid": _plain(one.prepared.entry.guid)[:500], "payload": _plain(one.prepared.title)[:500]}  # fmt: skip
    connection.execute(
        dialect.insert_or_update(connection, QUARANTINE, ["id"], ["at", "reason", "guid", "payload"]), row
    )


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
