"""Items that are held: what a flood brought is stored, but is no news and shows nothing until a person releases it.

Every function takes a connection; who may write opens the transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import floods
from aggregator.model import Poll
from aggregator.storage import dialect, tables
from aggregator.storage.matching import Incoming

ITEM = tables.table_of(tables.ItemRow)
SOURCE = tables.table_of(tables.SourceRow)
LATEST = 50
"""Stored items of a source whose hosts say where it lies."""


def judge(
    connection: Connection, arrived: Sequence[Incoming], rows: Mapping[str, Any], now: datetime
) -> dict[str, str]:
    """Return the sources whose new items are to be held, with the reason; `rows` are the sources' rows as they were."""
    found: dict[str, str] = {}
    by_source: dict[str, list[Incoming]] = defaultdict(list)
    for one in arrived:
        by_source[one.poll.source.id].append(one)
    for source, some in by_source.items():
        row, new = rows[source], [one for one in some if one.known is None and not one.buried]
        if row.baseline_at is None or not new or some[0].poll.source.kind not in floods.KINDS:
            continue
        if row.facts.get("another_site"):
            found[source] = "another_site"
            continue
        if len(new) < floods.FEWEST_OF_ANOTHER:
            continue
        gap = timedelta(seconds=row.facts["gap"]) if "gap" in row.facts else None
        elapsed = None if row.last_ok_at is None else now - row.last_ok_at
        stored, hosts = _former(connection, source)
        if floods.is_flood(len(new), elapsed, gap, int(row.facts.get("window") or stored)):
            found[source] = "flood"
        elif (
            len(new) == len(some)
            and not some[0].poll.unchanged
            and floods.is_another_site(
                _hosts(one.prepared.url for one in new),
                hosts,
                new=len(new),
                listed=len(some),
                stored=stored,
                renamed=_is_renamed(row, some[0].poll),
            )
        ):
            found[source] = "another_site"
    return found


def _is_renamed(row: Any, poll: Poll) -> bool:
    """Whether a feed has another's name; not where a person has given it another address."""
    return row.url == poll.source.url and floods.is_another_name(row.cursor.get("title"), poll.cursor.get("title"))


def _hosts(urls: Iterable[str | None]) -> set[str]:
    return {urlsplit(url).netloc.removeprefix("www.") for url in urls if url}


def _former(connection: Connection, source: str) -> tuple[int, set[str]]:
    """The number of a source's latest items (at most LATEST), and the hosts on which they lie."""
    latest = sa.select(ITEM.c.url).where(ITEM.c.source == source, ITEM.c.held.is_(False))
    urls = list(connection.scalars(latest.order_by(ITEM.c.appeared.desc(), ITEM.c.seq.desc()).limit(LATEST)))
    return len(urls), _hosts(urls)


def hold(connection: Connection, numbers: Iterable[int]) -> None:
    """Hold items that were just written."""
    for some in dialect.chunks(numbers):
        connection.execute(sa.update(ITEM).where(ITEM.c.seq.in_(some)).values(held=True))


def counts(connection: Connection) -> dict[str, int]:
    """Return the number of held items by source."""
    sources = list(connection.scalars(sa.select(SOURCE.c.id).where(SOURCE.c.held_since.is_not(None))))
    found: dict[str, int] = {}
    for source in sources:
        number = sa.select(sa.func.count()).select_from(ITEM).where(ITEM.c.source == source, ITEM.c.held.is_(True))
        found[source] = connection.scalar(number) or 0
    return found


def release(connection: Connection, source: str) -> list[int]:
    """Let go of what is held of a source: it is news from now on; return the items' numbers."""
    numbers = list(connection.scalars(sa.select(ITEM.c.seq).where(ITEM.c.source == source, ITEM.c.held.is_(True))))
    for some in dialect.chunks(numbers):
        connection.execute(sa.update(ITEM).where(ITEM.c.seq.in_(some)).values(held=False))
    facts = connection.scalar(sa.select(SOURCE.c.facts).where(SOURCE.c.id == source)) or {}
    kept = {name: value for name, value in facts.items() if name != "another_site"}
    connection.execute(sa.update(SOURCE).where(SOURCE.c.id == source).values(held_since=None, facts=kept))
    return numbers
