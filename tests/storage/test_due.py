"""Which sources are due, as a scheduler of many sources asks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from databases import on_sqlite

from aggregator.model import Poll, Source
from aggregator.storage import Store
from aggregator.storage.due import QUEUED

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _polled(store: Store, name: str, next_poll_at: datetime, retry_at: datetime | None = None, url: str = "") -> None:
    source = Source(name, "feed", url or f"https://{name}.example.org/feed")
    poll = Poll(source, (), {}, {}, True, next_poll_at, 0.1, 1, retry_at=retry_at)
    store.commit_polls([poll], NOW)


def test_sources_are_taken_longest_due_first_and_only_once(store: Store) -> None:
    _polled(store, "late", NOW - 5 * MINUTE)
    _polled(store, "later", NOW - 9 * MINUTE)
    _polled(store, "not-yet", NOW + MINUTE)
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == ["later", "late"]
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == []
    assert store.take_due(QUEUED, NOW + 3 * MINUTE, NOW + MINUTE, 2) == ["later", "late"], "the lease has run out"


def test_no_more_are_taken_than_asked_for(store: Store) -> None:
    for number in range(5):
        _polled(store, f"source-{number}", NOW - number * MINUTE)
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 2) == ["source-4", "source-3"]
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == ["source-2", "source-1", "source-0"]


def test_a_retry_after_holds_a_source_back_until_its_time_or_another_address(store: Store) -> None:
    _polled(store, "asked-to-wait", NOW - MINUTE, NOW + 30 * MINUTE)
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == []
    store.enrol({"asked-to-wait": "https://corrected.example.org/feed"}, NOW)
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == ["asked-to-wait"]
    _polled(store, "waited", NOW - MINUTE, NOW - MINUTE)
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == ["waited"]


def test_a_source_that_was_never_polled_is_due_once_it_is_enrolled(store: Store) -> None:
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == []
    assert store.enrol({"new": "https://new.example.org/feed"}, NOW) == 1
    assert store.enrol({"new": "https://new.example.org/feed"}, NOW) == 0
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == ["new"]


def test_a_time_that_a_clock_wrote_which_was_set_back_since_is_mended(store: Store) -> None:
    _polled(store, "from-the-future", NOW + timedelta(days=300))
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == []
    assert store.straighten(NOW) == 1
    assert store.straighten(NOW) == 0
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == ["from-the-future"]


def test_who_polls_a_source_takes_it_over_from_the_queue_and_from_nobody_else(store: Store) -> None:
    store.enrol({"one": "https://one.example.org/feed"}, NOW)
    store.take_due(QUEUED, NOW + MINUTE, NOW, 10)
    assert store.lease("one", "worker-a", NOW + MINUTE, NOW)
    assert not store.lease("one", "worker-b", NOW + MINUTE, NOW)
    assert store.take_due(QUEUED, NOW + MINUTE, NOW, 10) == []
    store.release_lease("one", "worker-a")
    assert store.lease("one", "worker-b", NOW + MINUTE, NOW)


@on_sqlite
def test_who_looks_for_what_the_dead_hold_reads_only_what_is_held(store: Store) -> None:
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        told.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    assert store.free_leases(lambda owner: True) == {}
    sa.event.remove(store.engine, "before_cursor_execute", note)
    questions = [one for one in told if "FROM source" in one]
    assert questions
    with store.engine.connect() as connection:
        for question in questions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}").all()
            assert [row.detail for row in plan] == [
                "SEARCH source USING COVERING INDEX source_by_lease (lease_owner>?)"
            ]
