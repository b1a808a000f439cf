"""Many rows by the driver: the same in the tables as by SQLAlchemy's own insert, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from databases import on_sqlite

from aggregator.model import LineName
from aggregator.storage import Store, dialect, tables
from aggregator.storage.writing import save_lines

CONTENT = tables.table_of(tables.ContentRow)
ITEM = tables.table_of(tables.ItemRow)
STORY = tables.table_of(tables.StoryRow)
BAND = tables.table_of(tables.BandRow)
EVIDENCE = tables.table_of(tables.EvidenceRow)
PARIS = datetime(2026, 2, 17, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
SHANGHAI = datetime(2026, 2, 17, 9, 30, tzinfo=timezone(timedelta(hours=8)))


def _item(seq: int, **more: Any) -> dict[str, Any]:
    row = {
        "seq": seq, "id": f"item{seq}", "source": "news", "key": f"k{seq}", "guid": "'; DROP TABLE item; --", "url": None,
        "url_key": None, "text_key": "t", "title": "通义千问 %s ? :x {y}", "summary": "", "author": None, "language": "zh",
        "published": None, "dated": "", "first_seen": PARIS, "appeared": SHANGHAI, "edited_at": None, "kind": "release",
        "own_kind": "release", "topics": [], "labs": ["qwen"], "lines": ("Qwen3.5",), "mentions": [],
        "reasons": [["kind", "rule", "words é"]], "baseline": False, "late": True, "held": False, "revision": 0,
        "truncated": False, "copy_of": None, "story_id": None, "hash": "h", "label_hash": "", "extra": {"b": 1, "a": None},
    }  # fmt: skip
    return row | more


def _all(connection: sa.Connection, table: sa.Table) -> list[Any]:
    return [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]


def test_rows_are_stored_as_by_the_ordinary_insert(store: Store) -> None:
    rows = [_item(1), _item(2, published=PARIS, revision=2**31 - 1), _item(3, extra={}, reasons=[])]
    contents = [{"seq": seq, "content": "\x01 text", "signature": bytes(range(256))} for seq in (1, 2, 3)]
    bands = [{"band": band, "seq": 1} for band in (-(2**63), 0, 2**63 - 1)]
    evidence = [
        {"item": 1, "line": "qwen3.5", "status": "open", "trust": 3, "facts": [["a", "b"]], "rule": "r", "words": "w"}
    ]
    parts = ((ITEM, rows), (CONTENT, contents), (BAND, bands), (EVIDENCE, evidence))
    with dialect.writing(store.engine) as connection:
        name = {"lab": "qwen", "name": "Qwen3.5", "key": "qwen3.5", "family": "Qwen", "version": "3.5", "tier": ""}
        save_lines(connection, [LineName(**name, generation="qwen3.5", generation_name="Qwen3.5")])
    found = []
    for ordinary in (True, False):
        with dialect.writing(store.engine) as connection:
            for table, some in parts:
                if ordinary:
                    connection.execute(sa.insert(table), some)
                else:
                    dialect.insert_rows(connection, table, some)
            found.append(
                [[row[-6:] if table is EVIDENCE else row for row in _all(connection, table)] for table, _ in parts]
            )
            for table, _ in reversed(parts):
                connection.execute(sa.delete(table))
    assert found[0] == found[1]
    assert len(found[0][0]) == 3 and len(found[0][3]) == 1


def test_where_the_key_is_taken_only_the_named_columns_change(store: Store) -> None:
    row = {
        "id": "s", "root": "item1", "title": "first", "first_seen": PARIS, "last_seen": PARIS, "appeared": PARIS, "sources": 1,
        "items": 1, "labs": [], "lines": [], "languages": ["en"],
    }  # fmt: skip
    with dialect.writing(store.engine) as connection:
        dialect.insert_rows(connection, STORY, [row], ["id"], ["items"])
        again = [row | {"title": "second", "items": 2}, row | {"id": "other", "items": 7}]
        dialect.insert_rows(connection, STORY, again, ["id"], ["items"])
        told = connection.execute(sa.select(STORY.c.id, STORY.c.title, STORY.c["items"]).order_by(STORY.c.id)).all()
    assert [tuple(one) for one in told] == [("other", "first", 7), ("s", "first", 2)]


def test_one_column_of_many_rows_is_set_by_their_numbers(store: Store) -> None:
    with dialect.writing(store.engine) as connection:
        dialect.insert_rows(connection, ITEM, [_item(seq, labs=["qwen"]) for seq in (1, 2, 3)])
        dialect.update_rows(connection, ITEM.c.copy_of, {1: "item3", 3: None, 9: "nobody"})
        dialect.update_rows(connection, ITEM.c.labs, {2: []})
        dialect.update_rows(connection, ITEM.c.labs, {})
        told = connection.execute(sa.select(ITEM.c.seq, ITEM.c.copy_of, ITEM.c.labs).order_by(ITEM.c.seq)).all()
    assert [tuple(row) for row in told] == [(1, "item3", ["qwen"]), (2, None, []), (3, None, ["qwen"])]


@on_sqlite
def test_a_row_that_lacks_a_column_is_refused_before_anything_is_written(store: Store) -> None:
    lacking = {name: value for name, value in _item(1).items() if name not in ("title", "labs")}
    with dialect.writing(store.engine) as connection, pytest.raises(ValueError, match="rows of item lack labs, title"):
        dialect.insert_rows(connection, ITEM, [lacking])


def test_values_go_through_the_types_of_their_columns(store: Store) -> None:
    with pytest.raises(ValueError, match="without a zone"), dialect.writing(store.engine) as connection:
        dialect.insert_rows(connection, ITEM, [_item(1, first_seen=datetime(2026, 2, 17))])
    with dialect.writing(store.engine) as connection:
        dialect.insert_rows(connection, ITEM, [])
        dialect.insert_rows(connection, ITEM, [_item(1)])
        (row,) = connection.execute(sa.select(ITEM.c.first_seen, ITEM.c.lines, ITEM.c.extra)).all()
    assert (row.first_seen, row.lines, row.extra) == (PARIS.astimezone(UTC), ["Qwen3.5"], {"a": None, "b": 1})
