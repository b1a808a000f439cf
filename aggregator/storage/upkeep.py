"""Upkeep: the schema's version, checks, retention, the search index, and the logical content as text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from aggregator import faults
from aggregator.errors import StoreError
from aggregator.searching import VERSION as SEARCH_VERSION
from aggregator.storage import dialect, lines, states, tables, ties
from aggregator.storage.columns import dump_json
from aggregator.storage.migrations import VERSIONS
from aggregator.storage.polls import conclude
from aggregator.storage.rules import Rules
from aggregator.storage.writing import Touched, stored_tokens

ITEM = tables.table_of(tables.ItemRow)
CONTENT = tables.table_of(tables.ContentRow)
ALIAS = tables.table_of(tables.AliasRow)
LINE = tables.table_of(tables.LineRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
ARTIFACT = tables.table_of(tables.ArtifactRow)
STORY = tables.table_of(tables.StoryRow)
TOMBSTONE = tables.table_of(tables.TombstoneRow)
DIGEST_ITEM = tables.table_of(tables.DigestItemRow)
VALIDATOR = tables.table_of(tables.ValidatorRow)
POLL = tables.table_of(tables.PollRow)
ITEM_LINE = tables.table_of(tables.ItemLineRow)
SCRIPTS = Path(__file__).parent / "migrations"


# ------------------------------------------------------------------------------------------------------- the schema


def version_of(engine: Engine) -> str | None:
    """Return the schema's version, or None for a database without one. Raises StoreError for one that is newer than we."""
    with dialect.reading(engine) as connection:
        version = _version(connection)
    if version is not None and version not in VERSIONS:
        raise StoreError(
            f"{dialect.name_of(engine)}: its schema is {version}, newer than this program knows ({VERSIONS[-1]}); "
            "install the newer aggregator, or restore a backup",
            code="schema_newer",
        )
    return version


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        if sa.inspect(connection).get_table_names():
            raise StoreError(
                "the database is another program's: it has tables, but no schema of ours", code="db_foreign"
            )
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version


def upgrade(engine: Engine) -> None:
    """Bring the schema to this version's, in one transaction; a copy of the former one is kept beside the file."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    before = version_of(engine)
    if before == VERSIONS[-1]:
        return
    path = dialect.file_of(engine.url.render_as_string())
    if before is not None and path is not None:
        dialect.copy_to(engine, path.with_name(f"{path.name}.schema-{before}"))
        faults.at("schema.copied")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with dialect.writing(engine) as connection, EnvironmentContext(config, script, fn=steps) as environment:
        if _version(connection) in VERSIONS[-1:]:
            return  # another process was faster
        faults.at("schema.begun")
        environment.configure(
            connection=connection,
            target_metadata=tables.metadata,
            on_version_apply=lambda **_: faults.at("schema.stepped"),
        )
        environment.run_migrations()
        states.save_setting(connection, "search_version", str(SEARCH_VERSION))
        faults.at("schema.made")
    faults.at("schema.upgraded")


# ----------------------------------------------------------------------------------------------------------- search


def rebuild_search(connection: Connection) -> int:
    """Build the search index anew from what is stored; return the number of items."""
    dialect.empty_index(connection)
    last, count = 0, 0
    while True:
        some = sa.select(ITEM.c.seq).where(ITEM.c.seq > last).order_by(ITEM.c.seq).limit(2000)
        numbers = list(connection.scalars(some))
        if not numbers:
            break
        rows = list(stored_tokens(connection, numbers))
        dialect.index_items(connection, rows)
        last, count = numbers[-1], count + len(rows)
    states.save_setting(connection, "search_version", str(SEARCH_VERSION))
    return count


# ----------------------------------------------------------------------------------------------------------- checks


def check(connection: Connection, rules: Rules, regions: Mapping[str, str]) -> list[str]:
    """Return everything that is wrong with what is stored, one sentence each; empty when all is well."""
    found = dialect.problems(connection)
    if found:
        return found
    return [*_keys(connection), *_copies(connection), *_stories(connection), *_releases(connection, rules, regions)]


def _keys(connection: Connection) -> Iterator[str]:
    twice = sa.select(ITEM.c.source, ITEM.c.key).group_by(ITEM.c.source, ITEM.c.key).having(sa.func.count() > 1)
    for row in connection.execute(twice):
        yield f"two items of {row.source} have the key {row.key}"
    for row in connection.execute(sa.select(ITEM.c.id).join(TOMBSTONE, TOMBSTONE.c.id == ITEM.c.id)):
        yield f"item {row.id} is stored and pruned"
    without = (
        sa.select(ITEM.c.id).join(CONTENT, CONTENT.c.seq == ITEM.c.seq, isouter=True).where(CONTENT.c.seq.is_(None))
    )
    for row in connection.execute(without):
        yield f"item {row.id} has no content row"


def _copies(connection: Connection) -> Iterator[str]:
    root = ITEM.alias("root")
    rows = connection.execute(
        sa.select(ITEM.c.id, ITEM.c.copy_of, root.c.id.label("root"), root.c.copy_of.label("above"))
        .join(root, root.c.id == ITEM.c.copy_of, isouter=True)
        .where(ITEM.c.copy_of.is_not(None))
    )
    for row in rows:
        if row.root is None:
            yield f"item {row.id} is a copy of {row.copy_of}, which is not stored"
        elif row.above is not None:
            yield f"item {row.id} is a copy of {row.copy_of}, which is a copy itself"


def _stories(connection: Connection) -> Iterator[str]:
    members = sa.select(ITEM.c.story_id, sa.func.count(), sa.func.count(sa.distinct(ITEM.c.source)))
    members = members.where(ITEM.c.story_id.is_not(None)).group_by(ITEM.c.story_id)
    counted = {story: (count, sources) for story, count, sources in connection.execute(members)}
    for row in connection.execute(
        sa.select(STORY.c.id, STORY.c.root, STORY.c["items"].label("count"), STORY.c.sources)
    ):
        has = counted.pop(row.id, (0, 0))
        if has != (row[2], row.sources):
            yield f"story {row.id} says {row[2]} items of {row.sources} sources; it has {has[0]} of {has[1]}"
        if row.id != ties.story_id(row.root):
            yield f"story {row.id} is not named after its first item {row.root}"
    for story in counted:
        yield f"story {story} has items, but no row"


def _releases(connection: Connection, rules: Rules, regions: Mapping[str, str]) -> Iterator[str]:
    rows = {row.key: row for row in connection.execute(sa.select(LINE))}
    keys = sorted(rows)
    for some in dialect.chunks(keys, 500):
        for key, release in lines.derive(connection, [rows[k] for k in some], rules, regions).items():
            values = lines.release_columns(release, regions.get(rows[key].lab, ""))
            wrong = [name for name, value in values.items() if not lines.same(getattr(rows[key], name), value)]
            if wrong:
                yield f"line {rows[key].name}: stored {', '.join(wrong)} are not what its evidence shows"


# -------------------------------------------------------------------------------------------------------- retention


def prune(connection: Connection, before: datetime, now: datetime, rules: Rules, regions: Mapping[str, str]) -> int:
    """Remove items that appeared before a time; return how many.

    Kept are the evidence of releases, items of hubs, those in a digest, and the roots of copies that are kept. A tombstone
    for each key keeps what was removed from coming back as new; a copy of it that stays finds another root.
    """
    evidence = sa.select(EVIDENCE.c.item).where(EVIDENCE.c.status != "mention")
    repositories = sa.select(ARTIFACT.c.item).where(ARTIFACT.c.item.is_not(None))
    kept_roots = sa.select(ITEM.c.copy_of).where(ITEM.c.copy_of.is_not(None), ITEM.c.seq.in_(evidence))
    rows = connection.execute(
        sa.select(ITEM.c.seq, ITEM.c.id, ITEM.c.source, ITEM.c.key, ITEM.c.copy_of, ITEM.c.story_id).where(
            ITEM.c.appeared < before,
            ITEM.c.first_seen < before,
            ITEM.c.seq.not_in(evidence),
            ITEM.c.seq.not_in(repositories),
            ITEM.c.seq.not_in(sa.select(DIGEST_ITEM.c.item)),
            ITEM.c.id.not_in(kept_roots),
        )
    ).all()
    _forget_log(connection, before)
    if not rows:
        return 0
    touched = Touched()
    for some in dialect.chunks(rows, 1000):
        numbers = [row.seq for row in some]
        left = _left_behind(connection, some)
        touched.edited |= left - {row.seq for row in rows}
        _bury(connection, some, now)
        dialect.unindex_items(connection, list(stored_tokens(connection, numbers)))
        touched.lines |= lines.lines_of(connection, numbers) | _about(connection, numbers)
        connection.execute(sa.delete(ITEM).where(ITEM.c.seq.in_(numbers)))
    empty = sa.select(ITEM.c.story_id).where(ITEM.c.story_id.is_not(None))
    connection.execute(sa.delete(STORY).where(STORY.c.id.not_in(empty)))
    conclude(connection, touched, rules, regions, now)
    faults.at("care.pruning")
    return len(rows)


def _about(connection: Connection, numbers: list[int]) -> set[str]:
    return set(connection.scalars(sa.select(ITEM_LINE.c.line).where(ITEM_LINE.c.seq.in_(numbers)).distinct()))


def _left_behind(connection: Connection, rows: list[Any]) -> set[int]:
    """Return the items that share copies or a story with those that go."""
    ids = {row.id for row in rows} | {row.copy_of for row in rows if row.copy_of}
    stories = {row.story_id for row in rows if row.story_id}
    found = set(connection.scalars(sa.select(ITEM.c.seq).where(ITEM.c.copy_of.in_(ids))))
    return found | set(connection.scalars(sa.select(ITEM.c.seq).where(ITEM.c.story_id.in_(stories))))


def _bury(connection: Connection, rows: list[Any], now: datetime) -> None:
    stones = [{"id": row.id, "source": row.source, "key": row.key, "at": now} for row in rows]
    aliases = connection.execute(sa.select(ALIAS).where(ALIAS.c.seq.in_([row.seq for row in rows])))
    stones += [{"id": row.id, "source": row.source, "key": row.key, "at": now} for row in aliases]
    connection.execute(dialect.insert_or_ignore(connection, TOMBSTONE), stones)


def _forget_log(connection: Connection, before: datetime) -> None:
    connection.execute(sa.delete(POLL).where(POLL.c.at < before))
    connection.execute(sa.delete(VALIDATOR).where(VALIDATOR.c.fetched_at < before))


# --------------------------------------------------------------------------------------------------- logical content


def logical_dump(connection: Connection) -> str:
    """Return the logical content as sorted lines: everything but row ids, first sight, sequence numbers and seconds.

    A time that is only when an item was first seen is left out wherever it went (a timeline, a story, a line).
    """
    return "\n".join(sorted(_logical(connection))) + "\n"


def logical_hash(text: str) -> str:
    """Return the hash of a logical dump."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _logical(connection: Connection) -> Iterator[str]:
    ids: dict[int, str] = {}
    given: dict[str, bool] = {}
    for row in connection.execute(sa.select(ITEM, CONTENT.c.content).join(CONTENT, CONTENT.c.seq == ITEM.c.seq)):
        ids[row.seq] = row.id
        given[row.id] = row.appeared != row.first_seen
        appeared = row.appeared if given[row.id] else None
        yield _line("item", row, "seq first_seen edited_at", appeared=appeared)
    for row in connection.execute(sa.select(ALIAS)):
        yield _line("alias", row, "seq", item=ids[row.seq])
    for row in connection.execute(sa.select(ITEM_LINE)):
        yield _line("item_line", row, "seq", item=ids[row.seq])
    for row in connection.execute(sa.select(EVIDENCE)):
        yield _line("evidence", row, "seq", item=ids[row.item])
    for row in connection.execute(sa.select(ARTIFACT)):
        missing = row.missing_since is not None
        yield _line("artifact", row, "seq first_seen missing_since", item=ids.get(row.item), missing=missing)
    for row in connection.execute(sa.select(STORY)):
        yield _line("story", row, "first_seen last_seen appeared")
    for row in connection.execute(sa.select(LINE)):
        yield _line("line", row, "first_seen appeared new_at change", details=_timeless(row.details, given))
    for row in connection.execute(sa.select(TOMBSTONE)):
        yield _line("tombstone", row, "at")


def _timeless(details: Mapping[str, Any], given: Mapping[str, bool]) -> dict[str, Any]:
    steps = [[s, at if given.get(item) else None, item, url] for s, at, item, url in details.get("timeline", ())]
    return {**details, "timeline": steps}


def _line(name: str, row: Any, left_out: str, **more: Any) -> str:
    values = {k: v for k, v in row._mapping.items() if k not in left_out.split()}
    return f"{name} {dump_json(values | more)}"
