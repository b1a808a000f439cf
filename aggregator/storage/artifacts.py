"""Rows of repositories: one for each that a hub has, known by the hub's lasting id through every change of its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import openness
from aggregator.model import Repository
from aggregator.running import formats_of
from aggregator.storage import dialect, lines, tables
from aggregator.storage.matching import Incoming

ITEM = tables.table_of(tables.ItemRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)


def write_artifacts(connection: Connection, wanted: Sequence[Incoming], now: datetime) -> set[str]:
    """Store the repositories of entries; return the lines that they belong to now or did before."""
    touched: set[str] = set()
    rows = [_artifact_row(one, one.prepared.entry.artifact, now) for one in wanted if one.prepared.entry.artifact]
    if not rows:
        return touched
    known: dict[tuple[str, str], Any] = {}
    for some in dialect.chunks({row["lasting_id"] for row in rows}):
        stored = (
            sa.select(ARTIFACT, ITEM.c.id.label("item_id"))
            .join(ITEM, ITEM.c.seq == ARTIFACT.c.item, isouter=True)
            .where(ARTIFACT.c.lasting_id.in_(some))
        )
        known.update(((found.hub, found.lasting_id), dict(found._mapping)) for found in connection.execute(stored))
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    silent: set[int] = set()
    edits: list[dict[str, Any]] = []
    for row in rows:
        key = (row["hub"], row["lasting_id"])
        before = merged.get(key) or known.get(key)
        merged[key] = row if before is None else _merge(before, row, silent)
        edits += _edits(known.get(key), merged[key], now)
        touched.update(one["line"] for one in (before, row) if one is not None and one["line"] is not None)
    columns = [column.name for column in ARTIFACT.columns if column.name != "seq"]
    kept = [{name: row[name] for name in columns} for row in merged.values()]
    connection.execute(dialect.insert_or_update(connection, ARTIFACT, ["hub", "lasting_id"]), kept)
    for some in dialect.chunks(silent):
        connection.execute(sa.update(ITEM).where(ITEM.c.seq.in_(some)).values(kind=ITEM.c.own_kind))
    lines.log_changes(connection, edits)
    return touched


def _edits(before: dict[str, Any] | None, row: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Return what the hub changed about a repository of the lab's own that a reader must hear of: its licence, its name.

    Two sources may list it under different names: only what one and the same source says differently is a change.
    """
    if before is None or row["line"] is None or not row["first_party"] or before["source"] != row["source"]:
        return []
    found = []
    if before["licence"] and row["licence"] and _licence(before["licence"]) != _licence(row["licence"]):
        found.append(("relicensed", before["licence"], row["licence"]))
    if before["name"] != row["name"] and before["line"] == row["line"]:
        found.append(("renamed", before["name"], row["name"]))
    return [{"line": row["line"], "what": what, "before": old, "after": new, "at": now, "item": row["item_id"]}
            for what, old, new in found]  # fmt: skip


def _licence(written: str) -> str:
    return openness.licence(written).spdx or written.casefold()


def _merge(before: dict[str, Any], row: dict[str, Any], silent: set[int]) -> dict[str, Any]:
    """Return what is kept of a repository that was known.

    Where two sources list it (a hub answers for an organisation's old name too), the organisation that its lab names
    first speaks for it, then the smaller item id.
    """
    names = {before["name"], row["name"], *before["former_names"], *row["former_names"]}
    places = [(one["extra"].get("rank", 0), one["item_id"]) for one in (before, row)]
    stays = before["item_id"] is not None and places[0] < places[1]
    winner, loser = (before, row) if stays else (row, before)
    if loser["item"] is not None and loser["item"] != winner["item"]:
        silent.add(loser["item"])
    first_seen = min(before["first_seen"], row["first_seen"])
    # sizes are asked once: what was known stays known
    extra = {**winner["extra"], "download": winner["extra"].get("download") or loser["extra"].get("download")}
    former = sorted(names - {winner["name"]})
    return winner | {"former_names": former, "first_seen": first_seen, "extra": extra}


def _artifact_row(one: Incoming, repository: Repository, now: datetime) -> dict[str, Any]:
    prepared, name = one.prepared, one.prepared.labels.artifact
    says = {v for e in prepared.labels.evidence for fact, v in e.facts if fact == "weights"}
    has_weights = bool(says & {"yes", "gated"}) if says else repository.hub != "github"
    licence = repository.licence_name if repository.licence == "other" else repository.licence
    return {
        "hub": repository.hub,
        "lasting_id": prepared.entry.lasting_id or f"name:{repository.id}",
        "name": repository.id,
        "former_names": [],
        "item": one.seq,
        "item_id": one.known.id if one.known is not None else one.id,
        "source": one.poll.source.id,
        "line": name.line.key if name else None,
        "kind": name.kind if name else None,
        "size": name.size if name else None,
        "precision": name.precision if name else None,
        "stage": name.stage if name else None,
        "snapshot": name.snapshot if name else None,
        "base": name.base if name else None,
        "first_party": name.first_party if name else True,
        "weights": has_weights,
        "gated": bool(repository.gated),
        "licence": licence or repository.licence,
        "licence_name": repository.licence_name,
        "licence_link": repository.licence_link,
        "bytes": _stored_number(repository.bytes),
        "parameters": _stored_number(repository.parameters),
        "context": _stored_number(repository.context),
        "url": prepared.url,
        "created": repository.created,
        "modified": repository.modified,
        "first_seen": now,
        "missing_since": None,
        "likes": _stored_number(repository.likes),
        "downloads": _stored_number(repository.downloads),
        "extra": {
            "pipeline": repository.pipeline,
            "library": repository.library,
            "rank": one.poll.source.options.get("rank", 0),
            "download": _stored_number(repository.download),
            "formats": list(formats_of(repository)),
            "card": stored_card(repository),
        },
    }


CARD = ("private", "tags", "languages", "relations", "files", "architectures", "model_type", "datasets", "parameters",
        "gated")  # fmt: skip
"""What of a repository the row's other columns do not hold, so that it can be judged again without asking the hub."""


def stored_card(repository: Repository) -> dict[str, Any]:
    """Return the rest of a repository as plain values, without what says nothing."""
    told = {name: getattr(repository, name) for name in CARD} | {"licence": repository.licence}
    return {name: value for name, value in told.items() if value not in (None, (), False)}


def repository_of(row: Any) -> Repository:
    """Return the repository that a row was made of (its counts and its files' sizes aside)."""
    card = row.extra.get("card") or {}
    rest = {name: _tupled(card[name]) for name in CARD if name in card}
    return Repository(
        hub=row.hub, id=row.name, created=row.created, modified=row.modified, licence=card.get("licence"),
        licence_name=row.licence_name, licence_link=row.licence_link, pipeline=row.extra.get("pipeline"),
        library=row.extra.get("library"), bytes=row.bytes, context=row.context, likes=row.likes,
        downloads=row.downloads, download=row.extra.get("download"), **rest,
    )  # fmt: skip


def _tupled(value: Any) -> Any:
    return tuple(_tupled(one) for one in value) if isinstance(value, list) else value


def _stored_number(value: int | None) -> int | None:
    """Return a number that a database can keep; a hub's nonsense is unknown."""
    return value if value is not None and -(1 << 63) <= value < 1 << 63 else None
