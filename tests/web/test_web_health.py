"""What monitoring asks: is anything stuck, can it answer, how much of what."""

from __future__ import annotations

from datetime import timedelta

from demo_world import World
from prometheus_client.parser import text_string_to_metric_families
from web_world import NOW, Web, served


def test_all_is_well_where_no_worker_ever_ran(web: Web) -> None:
    assert web.get("/healthz").json() == {"ok": True, "wrong": {}}
    ready = web.get("/readyz")
    assert (ready.status_code, ready.json()["ok"]) == (200, True)


def test_a_worker_that_says_nothing_is_told(copied_world: World) -> None:
    with copied_world.open() as application:
        application.store.save_setting("heartbeat", (NOW - timedelta(seconds=121)).isoformat())
        with served(application) as web:
            answer = web.get("/healthz")
            assert answer.status_code == 503 and "worker" in answer.json()["wrong"]
            application.store.save_setting("heartbeat", (NOW - timedelta(seconds=100)).isoformat())
            assert web.get("/healthz").status_code == 200


def test_many_failing_sources_are_told(copied_world: World) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(copied_world.file)) as other, other:
        other.execute("UPDATE source SET error = 'down', retry_at = NULL")
    with copied_world.open() as application, served(application) as web:
        answer = web.get("/healthz")
        assert answer.status_code == 503 and "sources fail" in answer.json()["wrong"]["sources"]


def test_metrics_can_be_read_by_prometheus(web: Web) -> None:
    web.get("/en/models")
    answer = web.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    polls = {sample.labels["outcome"] for sample in families["aggregator_polls"].samples}
    assert {"new", "failed"} <= polls
    assert all(sample.labels["host"] for sample in families["aggregator_polls"].samples)
    assert families["aggregator_stored_items"].samples[0].value == web.site.store.counts()["items"]
    for name in (
        "aggregator_oldest_due_seconds",
        "aggregator_queue",
        "aggregator_deliveries",
        "aggregator_sources",
        "aggregator_http_seconds",
        "aggregator_database_bytes",
    ):
        assert name in families, name
    endpoints = {sample.labels["endpoint"] for sample in families["aggregator_http_seconds"].samples}
    assert "models" in endpoints
