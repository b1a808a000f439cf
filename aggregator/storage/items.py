"""Questions about items and stories: filters and words to rows, rows to nouns. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import Item, ItemQuery, Story, StoryQuery
from aggregator.searching import Phrase, search_query
from aggregator.storage import dialect, tables
from aggregator.storage.rules import Rules

ITEM = tables.table_of(tables.ItemRow)
CONTENT = tables.table_of(tables.ContentRow)
STORY = tables.table_of(tables.StoryRow)
ITEM_LINE = tables.table_of(tables.ItemLineRow)
ITEM_LAB = tables.table_of(tables.ItemLabRow)
ITEM_TOPIC = tables.table_of(tables.ItemTopicRow)
_LISTED = tuple(
    ITEM.c[name]
    for name in ("seq", "id", "source", "guid", "url", "title", "summary", "author", "language", "published",
                 "first_seen", "appeared", "kind", "topics", "labs", "lines", "mentions", "story_id", "copy_of",
                 "baseline", "late", "revision")
)  # fmt: skip
WALK_COST = 30
"""How much dearer it is to ask of one item on a walk whether it holds the words, than to sort one that does."""
_NEWEST = (ITEM.c.appeared.desc(), ITEM.c.seq.desc())


# ------------------------------------------------------------------------------------------------------------ items


def items(connection: Connection, query: ItemQuery, rules: Rules) -> tuple[list[Item], int]:
    """Return a page of the items that pass the filters, newest first (without their bodies), and how many pass in all.

    Copies are left out unless asked for, or where one source's items are asked for.
    """
    phrases = search_query(query.words)
    if query.words.strip() and not phrases:
        return [], 0
    conditions = _conditions(query, rules)
    among = [*conditions, ITEM.c.seq.in_(dialect.matching(connection, phrases))] if phrases else conditions
    total: int = connection.scalar(sa.select(sa.func.count()).select_from(ITEM).where(*among)) or 0
    if query.limit <= 0 or query.offset >= total:
        return [], total
    order = _NEWEST
    if phrases and _is_walk_short(connection, query, phrases, total):
        among = [*conditions, dialect.holds(connection, phrases)]
    elif phrases:
        order = (dialect.unindexed(connection, ITEM.c.appeared).desc(), ITEM.c.seq.desc())
    page = sa.select(*_LISTED).where(*among, *_after(query)).order_by(*order)
    page = page.limit(query.limit).offset(max(query.offset, 0))
    return [item_of(row) for row in connection.execute(page)], total


def _after(query: ItemQuery) -> list[Any]:
    """Return the condition that an item comes after the last one of the page before."""
    if query.after is None:
        return []
    appeared, seq = query.after
    return [ITEM.c.appeared <= appeared, sa.or_(ITEM.c.appeared < appeared, ITEM.c.seq < seq)]


def _is_walk_short(connection: Connection, query: ItemQuery, phrases: list[Phrase], total: int) -> bool:
    """Say whether going through the items, newest first, meets a page of hits sooner than sorting all hits does."""
    if any(phrase.prefix for phrase in phrases):
        return False
    steps = (query.limit + max(query.offset, 0)) * (connection.scalar(sa.select(sa.func.max(ITEM.c.seq))) or 0)
    return steps * WALK_COST < total * total


def _conditions(query: ItemQuery, rules: Rules) -> list[Any]:
    """Return the conditions of a query, its words apart."""
    found: list[Any] = []
    if not query.all_copies and query.source is None:
        found.append(ITEM.c.copy_of.is_(None))
    for column, value in ((ITEM.c.source, query.source), (ITEM.c.kind, query.kind), (ITEM.c.language, query.language)):
        if value is not None:
            found.append(column == value)
    if query.lab is not None:
        found.append(ITEM.c.seq.in_(sa.select(ITEM_LAB.c.seq).where(ITEM_LAB.c.lab == query.lab)))
    if query.topic is not None:
        found.append(ITEM.c.seq.in_(sa.select(ITEM_TOPIC.c.seq).where(ITEM_TOPIC.c.topic == query.topic)))
    if query.line is not None:
        about = sa.select(ITEM_LINE.c.seq).where(
            ITEM_LINE.c.line == rules.canonical(query.line), ITEM_LINE.c.role == "about"
        )
        found.append(ITEM.c.seq.in_(about))
    return found + _window(query.since, query.until)


def _window(since: datetime | None, until: datetime | None) -> list[Any]:
    found: list[Any] = []
    if since is not None:
        found.append(ITEM.c.appeared >= since)
    if until is not None:
        found.append(ITEM.c.appeared < until)
    return found


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


def stories(connection: Connection, query: StoryQuery) -> tuple[list[Story], int]:
    """Return a page of the stories with an item that passes, most covered first, and how many there are."""
    conditions: list[Any] = []
    if query.words.strip() or query.since is not None or query.until is not None:
        inside = _window(query.since, query.until)
        if query.words.strip():
            phrases = search_query(query.words)
            if not phrases:
                return [], 0
            inside.append(ITEM.c.seq.in_(dialect.matching(connection, phrases)))
        conditions.append(STORY.c.id.in_(sa.select(ITEM.c.story_id).where(ITEM.c.story_id.is_not(None), *inside)))
    total: int = connection.scalar(sa.select(sa.func.count()).select_from(STORY).where(*conditions)) or 0
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
