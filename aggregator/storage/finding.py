"""Which items a question means: the way to them that is shorter, along an index or through the words, and their number.

Nothing is written here. Two ways lead to the same rows: a walk goes through the items, newest first, and asks of each
whether it passes; a gathering collects all that hold the words (or belong to the lab, topic or line) and sorts them. Where
most items pass, the walk is short; where few do, the gathering is. A few bounded counts tell which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator.model import ItemQuery
from aggregator.searching import Phrase, search_query
from aggregator.storage import dialect, tables
from aggregator.storage.rules import Rules

ITEM = tables.table_of(tables.ItemRow)
ITEM_LINE = tables.table_of(tables.ItemLineRow)
ITEM_LAB = tables.table_of(tables.ItemLabRow)
ITEM_TOPIC = tables.table_of(tables.ItemTopicRow)
NEWEST = (ITEM.c.appeared.desc(), ITEM.c.seq.desc())
COUNTED = 100_000
"""As far as a filter's items are counted to choose a way."""
LOOK, SORT, ASK = 2, 5, 80
"""What it costs to look an item up by its number, to sort it, and to ask whether it holds the words, beside a step."""


@dataclass(slots=True)
class Wanted:
    """A question in parts: `plain` conditions on columns, `sets` of numbers that other tables give, and words."""

    plain: list[Any]
    sets: list[Any]
    phrases: list[Phrase]
    nothing: bool = False
    """Words that no item can hold."""


def wanted(connection: Connection, query: ItemQuery, rules: Rules) -> Wanted:
    """Return the parts of a query."""
    phrases = search_query(query.words)
    plain: list[Any] = []
    if not query.all_copies and query.source is None:
        own = ITEM.c.copy_of if query.kind is None else dialect.unindexed(connection, ITEM.c.copy_of)
        plain.append(own.is_(None))  # nearly all: an index on anything else leads on better
    for column, value in ((ITEM.c.source, query.source), (ITEM.c.kind, query.kind), (ITEM.c.language, query.language)):
        if value is not None:
            plain.append(column == value)
    sets: list[Any] = []
    if query.lab is not None:
        sets.append(sa.select(ITEM_LAB.c.seq).where(ITEM_LAB.c.lab == query.lab))
    if query.topic is not None:
        sets.append(sa.select(ITEM_TOPIC.c.seq).where(ITEM_TOPIC.c.topic == query.topic))
    if query.line is not None:
        about = (ITEM_LINE.c.line == rules.canonical(query.line), ITEM_LINE.c.role == "about")
        sets.append(sa.select(ITEM_LINE.c.seq).where(*about))
    plain += window(query.since, query.until)
    return Wanted(plain, sets, phrases, nothing=bool(query.words.strip()) and not phrases)


def window(since: datetime | None, until: datetime | None, appeared: Any = ITEM.c.appeared) -> list[Any]:
    """Return the conditions that an item appeared in [since, until)."""
    found: list[Any] = []
    if since is not None:
        found.append(appeared >= since)
    if until is not None:
        found.append(appeared < until)
    return found


def follows(query: ItemQuery, items: Any) -> list[Any]:
    """Return the condition that an item (of a table or selection with its time and number) comes after `query.after`."""
    if query.after is None:
        return []
    appeared, seq = query.after
    return [items.c.appeared <= appeared, sa.or_(items.c.appeared < appeared, items.c.seq < seq)]


class Ways:
    """The two ways to the items of one question, and what each would cost (in steps of a walk)."""

    def __init__(self, connection: Connection, query: ItemQuery, wanted: Wanted) -> None:
        self._connection = connection
        self._query = query
        self._wanted = wanted
        self._choice = bool(wanted.phrases or wanted.sets)
        columns = (query.source, query.kind, query.language)
        self._bare = not query.all_copies and all(value is None for value in columns)
        self._loose = any(phrase.prefix for phrase in wanted.phrases)  # dear to ask of one item, and to count
        self._between: tuple[int, int] | None = None
        if self._choice:
            self._measure()

    def _measure(self) -> None:
        """Count, as far as COUNTED, what each part leaves alone."""
        query, wanted = self._query, self._wanted
        self._all = max(self._connection.scalar(sa.select(sa.func.max(ITEM.c.seq))) or 0, 1)
        inside = window(query.since, query.until)
        others = [column == value for column, value in ((ITEM.c.source, query.source), (ITEM.c.kind, query.kind))
                  if value is not None]  # fmt: skip
        self._walked = self._all
        for part in (inside, *([other] for other in others)):
            if part:
                self._walked = min(self._walked, self._count(sa.select(sa.literal(1)).select_from(ITEM).where(*part)))
        if inside and wanted.phrases and self._walked < COUNTED:
            ends = sa.select(sa.func.min(ITEM.c.seq), sa.func.max(ITEM.c.seq)).where(*inside)
            low, high = self._connection.execute(ends).one()
            self._between = (low or 0, high or 0)
        self._sets = [self._count(one) for one in wanted.sets]
        self._holding = self._all
        if wanted.phrases and not self._loose:
            self._holding = self._count(dialect.matching(self._connection, wanted.phrases, self._between))

    def _count(self, statement: Any) -> int:
        some = sa.select(sa.literal(1)).select_from(statement.subquery()).limit(COUNTED + 1).subquery()
        found: int = self._connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0
        return self._all if found > COUNTED else found

    def _walk_cost(self, wanted: float | None) -> float:
        """What a walk costs that ends after so many hits (None: none before the end)."""
        share = 1.0
        for count in (*self._sets, self._holding):
            share *= max(count, 1) / self._all
        steps = self._walked if wanted is None else min(float(self._walked), wanted / min(share, 1.0))
        if self._loose:
            return float("inf")
        return steps * (1 + len(self._sets) + (ASK if self._wanted.phrases else 0))

    def _gather_cost(self, sort: int = 0) -> float:
        if self._words_first():
            return float(self._holding) * (LOOK + len(self._sets) + sort)
        return float(min(self._sets)) * (LOOK + sort + (ASK if self._wanted.phrases else 0))

    def _words_first(self) -> bool:
        """Say whether a gathering begins with the words: always without a set, and where a set is the larger."""
        if not self._wanted.phrases or not self._sets:
            return bool(self._wanted.phrases)
        return self._loose or self._holding * LOOK <= min(self._sets) * (LOOK + ASK)

    def _asks(self) -> list[Any]:
        return [dialect.holds(self._connection, self._wanted.phrases)] if self._wanted.phrases else []

    def _walking(self, columns: tuple[Any, ...]) -> Any:
        """Return the selection that goes along an index and asks of each item."""
        belongs = [sa.exists(one.where(one.selected_columns[0] == ITEM.c.seq)) for one in self._wanted.sets]
        return sa.select(*columns).select_from(ITEM).where(*self._wanted.plain, *belongs, *self._asks())

    def _gathering(self, columns: tuple[Any, ...]) -> Any:
        """Return the selection that collects all hits by their words, or by what they belong to."""
        wanted = self._wanted
        sets = [ITEM.c.seq.in_(one) for one in wanted.sets]
        if not self._words_first():
            return sa.select(*columns).select_from(ITEM).where(*wanted.plain, *sets, *self._asks())
        found = sa.select(*columns).select_from(ITEM).where(*wanted.plain, *sets)
        return dialect.among(self._connection, found, ITEM.c.seq, wanted.phrases, self._between)

    def _gathered(self) -> tuple[Any, Any]:
        """Return what a gathering goes through (it has `seq` and `appeared`), and the selection of its hits' numbers.

        Where nothing else of an item is asked for than its number, its time and that it is no copy, its row is not read."""
        if not (self._bare and self._words_first()):
            return ITEM, self._gathering((ITEM.c.seq,))
        query, wanted = self._query, self._wanted
        shown = sa.select(ITEM.c.seq, ITEM.c.appeared).where(ITEM.c.copy_of.is_(None))
        hits = dialect.originals(self._connection, shown, ITEM.c.seq, wanted.phrases, self._between).subquery("hits")
        inside = window(query.since, query.until, hits.c.appeared)
        return hits, sa.select(hits.c.seq).where(*inside, *(hits.c.seq.in_(one) for one in wanted.sets))

    def all(self, *columns: Any) -> Any:
        """Return the selection of all hits, in no order."""
        return self._gathering(columns) if self._gathers() else self._walking(columns)

    def _gathers(self) -> bool:
        """Say whether all hits are sooner collected than met on a walk."""
        return self._choice and self._gather_cost() < self._walk_cost(None)

    def total(self, most: int | None = None) -> int:
        """Return how many hits there are; `most` + 1 where there are more than `most`."""
        some = self._gathered()[1] if self._gathers() else self._walking((sa.literal(1).label("one"),))
        if most is not None:
            some = some.limit(most + 1)
        found: int = self._connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
        return found

    def dense(self, hits: int) -> bool:
        """Say whether so many hits are met sooner by asking one item after the other, in any order, than by collecting."""
        if self._query.since is not None or self._query.until is not None:
            return False
        return not self._choice or self._walk_cost(hits) < self._gather_cost(SORT)

    def each(self, *conditions: Any) -> Any:
        """Return the selection of the hits among the items of these conditions, which are few."""
        return self._walking((ITEM.c.seq,)).where(*conditions)

    def page(self, columns: tuple[Any, ...]) -> Any:
        """Return the selection of a page of the hits, newest first."""
        query = self._query
        offset = max(query.offset, 0)
        walk = not self._choice or self._walk_cost(query.limit + offset) < self._gather_cost(SORT)
        if walk:
            found = self._walking(columns).where(*follows(query, ITEM)).order_by(*NEWEST)
            return found.limit(query.limit).offset(offset)
        # what is sorted is small: the rows of a page are read once it is known which they are
        newest = (dialect.unindexed(self._connection, ITEM.c.appeared).desc(), ITEM.c.seq.desc())
        items, hits = self._gathered()
        order = newest if items is ITEM else (items.c.appeared.desc(), items.c.seq.desc())
        some = hits.where(*follows(query, items)).order_by(*order).limit(query.limit).offset(offset).subquery("some")
        return sa.select(*columns).join(some, some.c.seq == ITEM.c.seq).order_by(*newest)
