"""Questions about items and stories: filters and words to rows, rows to nouns. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import Item, ItemQuery, Story, StoryQuery
from aggregator.storage import dialect, finding, tables
from aggregator.storage.rules import Rules

ITEM = tables.table_of(tables.ItemRow)
CONTENT = tables.table_of(tables.ContentRow)
STORY = tables.table_of(tables.StoryRow)
_LISTED = tuple(
    ITEM.c[name]
    for name in ("seq", "id", "source", "guid", "url", "title", "summary", "author", "language", "published",
                 "first_seen", "appeared", "kind", "topics", "labs", "lines", "mentions", "story_id", "copy_of",
                 "baseline", "late", "revision")
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ items


def items(connection: Connection, query: ItemQuery, rules: Rules) -> tuple[list[Item], int]:
    """Return a page of the items that pass the filters, newest first (without their bodies), and how many pass in all.

    Copies are left out unless asked for, or where one source's items are asked for. Where more pass than `query.most`,
    the number is `query.most` + 1.
    """
    wanted = finding.wanted(connection, query, rules)
    if wanted.nothing:
        return [], 0
    ways = finding.Ways(connection, query, wanted)
    total = ways.total(query.most)
    capped = query.most is not None and total > query.most
    if query.limit <= 0 or (query.offset >= total and not capped):
        return [], total
    page = ways.page(_LISTED)
    return [item_of(row) for row in connection.execute(page)], total


def item_of(row: Any, content: str = "") -> Item:
    """Return the item of a row; its body only where it was read too."""
    return Item(
        id=row.id, source=row.source, guid=row.guid, url=row.url, title=row.title, summary=row.summary, content=content,
        author=row.author, language=row.language, published=row.published, first_seen=row.first_seen,
        appeared=row.appeared, kind=row.kind, topics=tuple(row.topics), labs=tuple(row.labs), lines=tuple(row.lines),
        mentions=tuple(row.mentions), story=row.story_id, copy_of=row.copy_of, seq=row.seq, baseline=row.baseline,
        late=row.late, revision=row.revision,
    )  # fmt: skip


def item(connection: Connection, item_id: str) -> Item | None:
    """Return one item with its body."""
    statement = sa.select(*_LISTED, CONTENT.c.content).join(CONTENT, CONTENT.c.seq == ITEM.c.seq, isouter=True)
    row = connection.execute(statement.where(ITEM.c.id == item_id)).first()
    return None if row is None else item_of(row, row.content or "")


def items_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Item]:
    """Return items (without their bodies) by id; unknown ids are left out."""
    found: dict[str, Item] = {}
    for some in dialect.chunks(dict.fromkeys(ids)):
        found.update(
            (row.id, item_of(row)) for row in connection.execute(sa.select(*_LISTED).where(ITEM.c.id.in_(some)))
        )
    return found


def explain(connection: Connection, item_id: str) -> list[dict[str, str]]:
    """Return why an item has its labels: label, rule and the words that fired it, as they were stored."""
    why = sa.select(ITEM.c.kind, ITEM.c.own_kind, ITEM.c.reasons, ITEM.c.copy_of).where(ITEM.c.id == item_id)
    row = connection.execute(why).first()
    if row is None:
        return []
    found = [{"label": label, "rule": rule, "words": words} for label, rule, words in row.reasons]
    if row.kind != row.own_kind:
        found.append({"label": f"kind={row.kind}", "rule": "place among the line's artifacts", "words": ""})
    if row.copy_of is not None:
        found.append({"label": f"copy_of={row.copy_of}", "rule": "same address or same text", "words": ""})
    return found


# ---------------------------------------------------------------------------------------------------------- stories


def stories(connection: Connection, query: StoryQuery, rules: Rules) -> tuple[list[Story], int]:
    """Return a page of the stories with an item that passes, most covered first, and how many there are.

    Where there are more than `query.most`, the number is `query.most` + 1.
    """
    if not (query.words.strip() or query.since is not None or query.until is not None):
        return _ranked(connection, query, [], _counted(connection, sa.select(STORY.c.id), query.most))
    asked = ItemQuery(words=query.words, since=query.since, until=query.until, all_copies=True)
    wanted = finding.wanted(connection, asked, rules)
    if wanted.nothing:
        return [], 0
    story_id = dialect.unindexed(connection, ITEM.c.story_id)  # the window or the words lead to few, its index to all
    wanted.plain.append(story_id.is_not(None))
    ways = finding.Ways(connection, asked, wanted)
    ids = ways.all(story_id.label("story_id")).distinct()
    total = _counted(connection, ids, query.most)
    if ways.dense(query.limit + max(query.offset, 0)):
        told = ways.each(ITEM.c.story_id == STORY.c.id)
        return _ranked(connection, query, [sa.exists(told)], total)
    return _ranked(connection, query, [STORY.c.id.in_(ids)], total)


def _counted(connection: Connection, statement: Any, most: int | None) -> int:
    some = statement if most is None else statement.limit(most + 1)
    return connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def _ranked(connection: Connection, query: StoryQuery, conditions: list[Any], total: int) -> tuple[list[Story], int]:
    order = (STORY.c.sources.desc(), STORY.c["items"].desc(), STORY.c.appeared.desc(), STORY.c.id)
    rows = connection.execute(
        sa.select(STORY).where(*conditions).order_by(*order).limit(max(query.limit, 0)).offset(max(query.offset, 0))
    ).all()
    return stories_of(connection, rows), total


def story(connection: Connection, story_id: str) -> Story | None:
    """Return one story."""
    rows = connection.execute(sa.select(STORY).where(STORY.c.id == story_id)).all()
    return next(iter(stories_of(connection, rows)), None)


def stories_by_id(connection: Connection, ids: Iterable[str]) -> list[Story]:
    """Return stories, most covered first; unknown ids are left out."""
    rows: list[Any] = []
    for some in dialect.chunks(dict.fromkeys(ids)):
        rows += connection.execute(sa.select(STORY).where(STORY.c.id.in_(some))).all()
    return stories_of(connection, sorted(rows, key=lambda row: (-row.sources, -row.items, row.id)))


def stories_of(connection: Connection, rows: Iterable[Any]) -> list[Story]:
    """Return the stories of rows with the ids of their items, earliest first."""
    rows = list(rows)
    members: dict[str, list[str]] = defaultdict(list)
    for some in dialect.chunks(row.id for row in rows):
        statement = sa.select(ITEM.c.id, ITEM.c.story_id).where(ITEM.c.story_id.in_(some))
        for row in connection.execute(statement.order_by(ITEM.c.appeared, ITEM.c.source, ITEM.c.guid)):
            members[row.story_id].append(row.id)
    return [
        Story(id=row.id, title=row.title, first_seen=row.first_seen, last_seen=row.last_seen, labs=tuple(row.labs),
              lines=tuple(row.lines), items=tuple(members[row.id]), sources=row.sources, languages=tuple(row.languages))
        for row in rows
    ]  # fmt: skip
