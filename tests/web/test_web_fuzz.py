"""The JSON API and the feeds, fuzzed by schemathesis after their own description: no crash, nothing undescribed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hostile_world import NOW, open_hostile
from hypothesis import HealthCheck, given, settings
from web_world import Web, served

schemathesis = pytest.importorskip("schemathesis", reason="the package schemathesis is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with open_hostile(tmp_path_factory.mktemp("fuzz")) as application, served(application, now=NOW) as running:
        yield running


PATHS = (
    "/api/v1/releases",
    "/api/v1/releases/{line}",
    "/api/v1/items",
    "/api/v1/items/{id}",
    "/api/v1/stories",
    "/api/v1/stories/{id}",
    "/api/v1/labs",
    "/api/v1/sources",
    "/api/v1/digest",
    "/feeds/releases.{form}",
    "/feeds/stories.{form}",
    "/feeds/items.{form}",
    "/healthz",
    "/readyz",
    "/metrics",
)


@pytest.fixture(scope="module")
def described(hostile: Web) -> Any:
    return schemathesis.openapi.from_url(f"{hostile.base}/api/v1/openapi.json")


def test_every_address_is_fuzzed(described: Any) -> None:
    assert {operation.ok().path for operation in described.get_all_operations()} == set(PATHS)


def without_what_no_schema_says(case: Any) -> None:
    """Take from data that fits the description what a schema cannot refuse: a cursor that nobody was given (the tests of
    the API follow real ones), and for the digest a window that is wrong as a whole."""
    query = case.query or {}
    query.pop("cursor", None)
    if case.path.endswith("/digest"):
        for name in ("since", "until") if "day" in query else ("since",):
            query.pop(name, None)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_the_api_answers_as_it_says(described: Any, path: str, mode: str) -> None:
    from schemathesis import GenerationMode

    operation = described[path]["GET"]
    if mode == "negative" and path in ("/api/v1/labs", "/api/v1/sources", "/healthz", "/readyz", "/metrics"):
        pytest.skip("it has no parameter that could be wrong")

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
    def ask(case: Any) -> None:
        if mode == "positive":
            without_what_no_schema_says(case)
        case.call_and_validate()

    ask()
