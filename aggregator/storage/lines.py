"""From evidence to the stored release: kinds of hub items, and each touched line's release as the rules derive it.

All of it is a function of what is stored, so the order of polls changes nothing; `upkeep.check` derives it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import Artifact, LineMaterial, LineName, Release, Showing, Step
from aggregator.storage import dialect, tables
from aggregator.storage.columns import dump_json
from aggregator.storage.rules import Rules

ITEM = tables.table_of(tables.ItemRow)
LINE = tables.table_of(tables.LineRow)
CHANGE = tables.table_of(tables.ChangeRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)
ITEM_LINE = tables.table_of(tables.ItemLineRow)
MODEL_HUBS = ("huggingface", "modelscope")
WATCHED = ("status", "openness", "licence")
_PLAIN = ("status", "openness", "licence", "osi", "first_seen", "appeared", "new_at", "modalities", "items", "stories",
          "region")  # fmt: skip
_DETAILS = ("open", "sizes", "params_total", "params_active", "context", "languages", "architecture", "capabilities",
            "claims", "disputes", "expected")  # fmt: skip


# ------------------------------------------------------------------------------------------------ kinds of hub items


def judge_artifacts(connection: Connection, lines: Iterable[str]) -> set[int]:
    """Set the kinds of the items of these lines' artifacts; return the items whose kind changed.

    The earliest first-party repository of a line over all model hubs is its `release`, a further one an `update`, a third
    party's a `howto`. A GitHub repository is a `release` where no other repository of the line is older, else `other`.
    """
    by_line: dict[str, list[Any]] = defaultdict(list)
    for some in dialect.chunks(lines):
        rows = connection.execute(
            sa.select(ARTIFACT.c.line, ARTIFACT.c.hub, ARTIFACT.c.name, ARTIFACT.c.created, ARTIFACT.c.first_party,
                      ARTIFACT.c.kind.label("artifact_kind"), ITEM.c.seq, ITEM.c.kind, ITEM.c.own_kind)
            .join(ITEM, ITEM.c.seq == ARTIFACT.c.item).where(ARTIFACT.c.line.in_(some))
        )  # fmt: skip
        for row in rows:
            by_line[row.line].append(row)
    changes = []
    for artifacts in by_line.values():
        kinds = kinds_of_artifacts(artifacts)
        changes += [{"seq_": row.seq, "kind": kinds[row.seq]} for row in artifacts if kinds[row.seq] != row.kind]
    if changes:
        statement = sa.update(ITEM).where(ITEM.c.seq == sa.bindparam("seq_")).values(kind=sa.bindparam("kind"))
        connection.execute(statement, changes)
    return {change["seq_"] for change in changes}


def kinds_of_artifacts(rows: Sequence[Any]) -> dict[int, str]:
    """Return the kind of each of one line's artifacts' items, by the item's number."""
    own = sorted((row for row in rows if row.first_party and row.own_kind != "howto"), key=_age)
    first_model = next((row for row in own if row.hub in MODEL_HUBS), None)
    kinds: dict[int, str] = {}
    for row in rows:
        if row.hub not in MODEL_HUBS:
            is_new = row is own[0] if row in own else False
            kinds[row.seq] = row.own_kind if row.own_kind != "release" else "release" if is_new else "other"
        elif row not in own:
            kinds[row.seq] = "howto"
        else:
            kinds[row.seq] = "release" if row is first_model else "update"
    return kinds


def _age(row: Any) -> tuple[bool, str, str, str]:
    return (row.created is None, "" if row.created is None else row.created.isoformat(), row.name, row.hub)


# ------------------------------------------------------------------------------------------------------- releases


def lines_of(connection: Connection, numbers: Iterable[int]) -> set[str]:
    """Return the lines that these items show something about."""
    found: set[str] = set()
    for some in dialect.chunks(numbers):
        found.update(connection.scalars(sa.select(EVIDENCE.c.line).where(EVIDENCE.c.item.in_(some)).distinct()))
    return found


def derive_lines(
    connection: Connection, keys: Iterable[str], rules: Rules, regions: Mapping[str, str], now: datetime
) -> int:
    """Derive the releases of these lines and of the other lines of their generations; return how many changed."""
    wanted = with_generations(connection, keys)
    changed = 0
    for some in dialect.chunks(sorted(wanted), 500):
        rows = {row.key: row for row in connection.execute(sa.select(LINE).where(LINE.c.key.in_(some)))}
        derived = derive(connection, rows.values(), rules, regions)
        updates, changes = [], []
        for key, release in derived.items():
            values = release_columns(release, regions.get(rows[key].lab, ""))
            if all(same(getattr(rows[key], name), value) for name, value in values.items()):
                continue
            updates.append({"key_": key, **values})
            changes += _changes(rows[key], values, release, now)
        if updates:
            columns = [name for name in updates[0] if name != "key_"]
            statement = sa.update(LINE).where(LINE.c.key == sa.bindparam("key_"))
            connection.execute(statement.values({name: sa.bindparam(name) for name in columns}), updates)
            changed += len(updates)
        log_changes(connection, changes)
    return changed


def _changes(row: Any, values: dict[str, Any], release: Release | None, now: datetime) -> list[dict[str, Any]]:
    """Return what a reader of the line would call a change."""
    found = []
    for name in WATCHED:
        before, after = getattr(row, name), values[name]
        if before != after:
            item = release.timeline[-1].item if name == "status" and release is not None and release.timeline else None
            found.append({"line": row.key, "what": name, "before": before, "after": after, "at": now, "item": item})
    return found


def log_changes(connection: Connection, changes: list[dict[str, Any]]) -> None:
    """Keep changes of lines (rows of `line_change` without a number), and each line's mark."""
    if not changes:
        return
    number = dialect.reserve_numbers(connection, CHANGE, len(changes))
    rows = [{"seq": number + place, **change} for place, change in enumerate(changes)]
    connection.execute(sa.insert(CHANGE), rows)
    marks = {row["line"]: row["seq"] for row in rows}
    connection.execute(
        sa.update(LINE).where(LINE.c.key == sa.bindparam("key_")).values(change=sa.bindparam("mark")),
        [{"key_": key, "mark": mark} for key, mark in marks.items()],
    )


def with_generations(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return these lines and all others of their generations: a rumour's status depends on them."""
    found = set(keys)
    generations: set[str] = set()
    for some in dialect.chunks(found):
        generations.update(connection.scalars(sa.select(LINE.c.generation).where(LINE.c.key.in_(some)).distinct()))
    for some in dialect.chunks(generations - {""}):
        rumoured = sa.select(LINE.c.key).where(LINE.c.generation.in_(some), LINE.c.status.is_not(None))
        found.update(connection.scalars(rumoured))
    return found


def derive(
    connection: Connection, rows: Iterable[Any], rules: Rules, regions: Mapping[str, str]
) -> dict[str, Release | None]:
    """Return what the rules make of the stored evidence of these lines, None where nothing but mentions is stored."""
    lines = {row.key: row for row in rows}
    generations = {row.generation for row in lines.values() if row.generation}
    kin: dict[str, list[str]] = defaultdict(list)
    for some in dialect.chunks(generations):
        for row in connection.execute(sa.select(LINE.c.key, LINE.c.generation).where(LINE.c.generation.in_(some))):
            kin[row.generation].append(row.key)
    showings = showings_of(connection, {*lines, *(key for keys in kin.values() for key in keys)})
    artifacts = artifacts_of(connection, lines)
    stories = stories_of(connection, lines)
    found: dict[str, Release | None] = {}
    for key, row in lines.items():
        others = [s for other in kin.get(row.generation, ()) if other != key for s in showings.get(other, ())]
        found[key] = rules.derive(
            line_name(row), regions.get(row.lab, ""), showings.get(key, ()), artifacts.get(key, ()),
            stories=stories.get(key, 0), generation=others,
        )  # fmt: skip
    return found


def line_name(row: Any) -> LineName:
    """Return a line's name from its row."""
    return LineName(lab=row.lab, name=row.name, key=row.key, family=row.family, version=row.version, tier=row.tier,
                    generation=row.generation, generation_name=row.generation_name)  # fmt: skip


def showings_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[Showing]]:
    """Return the stored evidence of lines, by line, in an order that the order of storing does not change."""
    found: dict[str, list[Showing]] = defaultdict(list)
    for some in dialect.chunks(keys):
        rows = connection.execute(
            sa.select(EVIDENCE.c.line, EVIDENCE.c.status, EVIDENCE.c.trust, EVIDENCE.c.facts, EVIDENCE.c.rule,
                      EVIDENCE.c.words, ITEM.c.appeared, ITEM.c.id, ITEM.c.url, ITEM.c.source, ITEM.c.kind,
                      ITEM.c.baseline, ITEM.c.seq, ITEM.c.copy_of)
            .join(ITEM, ITEM.c.seq == EVIDENCE.c.item).where(EVIDENCE.c.line.in_(some), ITEM.c.held.is_(False))
            .order_by(EVIDENCE.c.line, ITEM.c.appeared, ITEM.c.id, EVIDENCE.c.status, EVIDENCE.c.rule, EVIDENCE.c.facts)
        )  # fmt: skip
        for row in rows:
            found[row.line].append(Showing(
                line=row.line, status=row.status, trust=row.trust, at=row.appeared, item=row.id, url=row.url,
                source=row.source, item_kind=row.kind, facts=tuple((str(n), str(v)) for n, v in row.facts),
                rule=row.rule, words=row.words, baseline=row.baseline, seq=row.seq, copy_of=row.copy_of,
            ))  # fmt: skip
    return found


def artifacts_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[Artifact]]:
    """Return the repositories of lines, by line, oldest first."""
    found: dict[str, list[Artifact]] = defaultdict(list)
    for some in dialect.chunks(keys):
        rows = connection.execute(
            sa.select(ARTIFACT, ITEM.c.id.label("item_id"))
            .join(ITEM, ITEM.c.seq == ARTIFACT.c.item, isouter=True).where(ARTIFACT.c.line.in_(some))
        )  # fmt: skip
        for row in sorted(rows, key=lambda row: (row.created is None, row.created, row.hub, row.name)):
            found[row.line].append(Artifact(
                hub=row.hub, id=row.name, kind=row.kind or "other", size=row.size, precision=row.precision,
                bytes=row.bytes, licence=row.licence, url=row.url, created=row.created, item=row.item_id,
                weights=row.weights and row.missing_since is None, gated=row.gated, first_party=row.first_party,
                download=row.extra.get("download"), missing_since=row.missing_since if row.weights else None,
                formats=tuple(row.extra.get("formats") or ()), likes=row.likes,
            ))  # fmt: skip
    return found


def stories_of(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Return the number of stories that the items about each line belong to."""
    found: dict[str, int] = {}
    for some in dialect.chunks(keys):
        rows = connection.execute(
            sa.select(ITEM_LINE.c.line, sa.func.count(sa.distinct(ITEM.c.story_id)).label("stories"))
            .join(ITEM, ITEM.c.seq == ITEM_LINE.c.seq)
            .where(ITEM_LINE.c.line.in_(some), ITEM_LINE.c.role == "about").group_by(ITEM_LINE.c.line)
        )  # fmt: skip
        found.update((row.line, row.stories) for row in rows)
    return found


def materials_of(connection: Connection, keys: Iterable[str]) -> list[LineMaterial]:
    """Return lines with all their evidence, ordered by key."""
    wanted = sorted(set(keys))
    showings, artifacts = showings_of(connection, wanted), artifacts_of(connection, wanted)
    stories = stories_of(connection, wanted)
    rows: list[Any] = []
    for some in dialect.chunks(wanted):
        rows += connection.execute(sa.select(LINE).where(LINE.c.key.in_(some))).all()
    return [
        LineMaterial(line_name(row), tuple(showings.get(row.key, ())), tuple(artifacts.get(row.key, ())),
                     stories.get(row.key, 0))
        for row in sorted(rows, key=lambda row: row.key)
    ]  # fmt: skip


# -------------------------------------------------------------------------------------------- releases in their rows


def release_columns(release: Release | None, region: str) -> dict[str, Any]:
    """Return the columns of a line's row that hold its release (empty ones where it has none)."""
    if release is None:
        empty: dict[str, Any] = dict.fromkeys(_PLAIN)
        return empty | {"modalities": [], "items": 0, "stories": 0, "region": region, "details": {}}
    values = {name: getattr(release, name) for name in _PLAIN} | {"modalities": list(release.modalities)}
    details: dict[str, Any] = {name: getattr(release, name) for name in _DETAILS}
    details["timeline"] = [[step.status, step.at, step.item, step.url] for step in release.timeline]
    return values | {"details": details}


def release_of(row: Any, artifacts: Sequence[Artifact]) -> Release:
    """Return the release that a line's row holds."""
    details = dict(row.details)
    steps = tuple(Step(s, datetime.fromisoformat(at), item, url) for s, at, item, url in details.pop("timeline"))
    for name in ("sizes", "architecture", "capabilities", "claims", "disputes"):
        details[name] = tuple(details[name])
    return Release(
        line=row.name, key=row.key, generation=row.generation_name or row.name, lab=row.lab, region=row.region,
        family=row.family, version=row.version, status=row.status, openness=row.openness, licence=row.licence,
        osi=row.osi, modalities=tuple(row.modalities), first_seen=row.first_seen, appeared=row.appeared,
        timeline=steps, artifacts=tuple(artifacts), items=row.items, stories=row.stories, new_at=row.new_at, **details,
    )  # fmt: skip


def same(stored: Any, derived: Any) -> bool:
    """Say whether a stored value is the derived one (JSON makes lists of tuples and text of times)."""
    if isinstance(derived, list | dict):
        return dump_json(stored) == dump_json(derived)
    return bool(stored == derived)
