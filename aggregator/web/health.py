"""What monitoring asks: /healthz (is anything stuck), /readyz (can it answer), /metrics (Prometheus)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.responses import Response

from aggregator import shapes
from aggregator.errors import AggregatorError
from aggregator.health import STATES
from aggregator.web import forms
from aggregator.web.site import Site

router = APIRouter(tags=["health"])
SILENT = timedelta(seconds=120)
"""A worker that said nothing for longer is stuck."""
UNSENT = timedelta(hours=1)
"""A message that waits for longer is stuck."""
FAILING = 0.2
"""More failing sources than this share are an illness."""
WAITING = ("planned", "pending", "retry", "sending", "queued", "due")
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Meter:
    """How long answers took, by what answered and the class of the status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._seconds = Histogram(
            "aggregator_http_seconds", "Seconds that an answer took", ["endpoint", "status"],
            registry=self.registry, buckets=BUCKETS,
        )  # fmt: skip

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Note one answer."""
        self._seconds.labels(endpoint, f"{status // 100}xx").observe(seconds)


def illnesses(site: Site, now: datetime) -> dict[str, Any]:
    """What is wrong now, by name; empty when all is well."""
    found: dict[str, Any] = {}
    health = site.application.health(now)
    if health.worker != "none" and health.heartbeat is not None and now - health.heartbeat > SILENT:
        found["worker"] = f"no sign of the worker since {shapes.moment(health.heartbeat)}"
    enabled = [source for source in health.sources if source.enabled]
    if enabled and len(health.failing) > FAILING * len(enabled):
        found["sources"] = f"{len(health.failing)} of {len(enabled)} sources fail"
    unsent = [made for _, state, _, made in site.store.message_figures() if state in WAITING and now - made > UNSENT]
    if unsent:
        found["deliveries"] = f"a message waits since {shapes.moment(min(unsent))}"
    path = site.store.engine.url.database
    if path and path != ":memory:" and not os.access(path, os.W_OK):
        found["database"] = "the database cannot be written"
    return found


@router.get(
    "/healthz", response_model=forms.Health, responses={503: {"model": forms.Health}}, summary="Is anything stuck?"
)
def healthz(request: Request) -> Response:
    """503 with what is wrong: a silent worker, too many failing sources, a stuck message, a database that is read-only."""
    from aggregator.web.api import answer

    site: Site = request.app.state.site
    try:
        wrong = illnesses(site, site.now())
    except AggregatorError as error:
        wrong = {"database": f"the database cannot be read: {error.code}"}
    return answer({"ok": not wrong, "wrong": wrong}, 503 if wrong else 200)


@router.get("/readyz", response_model=forms.Ready, responses={503: {"model": forms.Ready}}, summary="Can it answer?")
def readyz(request: Request) -> Response:
    """200 when the database can be read and its schema is this program's."""
    from aggregator.web.api import answer

    try:
        schema = request.app.state.site.store.schema_version
    except AggregatorError:
        schema = ""
    return answer({"ok": bool(schema), "version": schema}, 200 if schema else 503)


@router.get("/metrics", response_class=Response, summary="Prometheus metrics")
def metrics(request: Request) -> Response:
    """Polls by outcome and host, the age of the oldest due source, items, queue, deliveries, latency of answers."""
    site: Site = request.app.state.site
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Store(site))
    body = generate_latest(registry) + generate_latest(request.app.state.meter.registry)
    return Response(body, headers={"content-type": METRICS_TYPE})


class _Store:
    """What the store knows, as metrics."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def collect(self) -> Iterable[Metric]:
        """Read the figures once."""
        site, now = self.site, self.site.now()
        health = site.application.health(now)
        yield from _polls(site)
        yield from _stored(site)
        due = [(now - s.next_poll_at).total_seconds() for s in health.sources if s.enabled and s.next_poll_at]
        yield GaugeMetricFamily("aggregator_oldest_due_seconds", "Age of the oldest due source", value=max([0.0, *due]))
        states = GaugeMetricFamily("aggregator_sources", "Sources by state", labels=["state"])
        for state in STATES:
            states.add_metric([state], sum(s.state == state for s in health.sources))
        yield states
        if health.heartbeat is not None:
            beat = GaugeMetricFamily("aggregator_worker_heartbeat_timestamp_seconds", "The worker's last sign")
            beat.add_metric([], health.heartbeat.timestamp())
            yield beat


def _polls(site: Site) -> Iterable[Metric]:
    sources = site.application.configuration.sources
    polls = CounterMetricFamily("aggregator_polls", "Polls by host and outcome", labels=["host", "outcome"])
    seconds = CounterMetricFamily("aggregator_poll_seconds", "Seconds spent on polls by host", labels=["host"])
    counts: dict[tuple[str, str], int] = {}
    spent: dict[str, float] = {}
    for source, outcome, number, took, _ in site.store.poll_figures():
        known = sources.get(source)
        host = (urlsplit(known.url).hostname or "unknown") if known is not None else "unknown"
        counts[host, outcome] = counts.get((host, outcome), 0) + number
        spent[host] = spent.get(host, 0.0) + took
    for (host, outcome), number in sorted(counts.items()):
        polls.add_metric([host, outcome], number)
    for host, took in sorted(spent.items()):
        seconds.add_metric([host], took)
    yield polls
    yield seconds


def _stored(site: Site) -> Iterable[Metric]:
    for name, count in site.store.counts().items():
        yield GaugeMetricFamily(f"aggregator_stored_{name}", f"Stored {name}", value=count)
    yield GaugeMetricFamily("aggregator_database_bytes", "Bytes of the database on disk", value=site.store.size())
    queue = GaugeMetricFamily("aggregator_queue", "Messages that wait", labels=["channel"])
    sent = CounterMetricFamily("aggregator_deliveries", "Messages by channel and state", labels=["channel", "state"])
    waiting: dict[str, int] = {}
    for channel, state, count, _ in site.store.message_figures():
        sent.add_metric([channel, state], count)
        if state in WAITING:
            waiting[channel] = waiting.get(channel, 0) + count
    for channel, count in sorted(waiting.items()):
        queue.add_metric([channel], count)
    yield queue
    yield sent
