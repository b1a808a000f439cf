"""The JSON API: the contract's forms, cursors that pass by everything once, errors that say what is wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from demo_world import World
from web_world import DAY, Web


def walk(web: Web, path: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = web.get(f"{path}{cursor}").json()
        found += page[name]
        if page["next"] is None:
            assert len(found) == page["total"]
            return found
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize(("name", "key"), [("items", "id"), ("releases", "line"), ("stories", "id")])
def test_cursors_pass_by_everything_once_and_in_order(web: Web, name: str, key: str) -> None:
    found = walk(web, f"/api/v1/{name}?limit=3", name)
    whole = web.get(f"/api/v1/{name}?limit=200").json()
    assert [one[key] for one in found] == [one[key] for one in whole[name]]
    assert whole["next"] is None


@pytest.mark.parametrize("command", ["items", "releases", "stories"])
def test_the_forms_are_those_of_the_commands(web: Web, polled: World, command: str) -> None:
    told = polled.run(command, "--json", "--limit", "200").data
    assert web.get(f"/api/v1/{command}?limit=200").json() == {**told, "next": None}


def test_filters_are_those_of_the_commands(web: Web, polled: World) -> None:
    for command, filters in (
        ("items", {"words": "Qwen3.5", "language": "zh"}),
        ("items", {"lab": "zhipu", "kind": "release"}),
        ("items", {"source": "huggingface:Qwen"}),
        ("items", {"line": "glm5", "since": DAY}),
        ("releases", {"lab": "qwen"}),
        ("releases", {"status": "rumoured"}),
        ("releases", {"region": "cn", "modality": "video"}),
        ("releases", {"licence": "mit"}),
        ("stories", {"words": "Seedance"}),
    ):
        words = [filters["words"]] if "words" in filters else []
        options = [f"--{name}={value}" for name, value in filters.items() if name != "words"]
        told = polled.run(command, *words, *options, "--json", "--limit", "200").data
        answer = web.client.get(f"/api/v1/{command}", params={**filters, "limit": 200}).json()
        assert answer == {**told, "next": None} and answer["total"], (command, filters)


def test_one_line_comes_with_its_evidence_and_one_item_with_its_reasons(web: Web) -> None:
    line = web.get("/api/v1/releases/Qwen 3.5").json()
    assert line["release"]["line"] == "Qwen3.5" and line["evidence"][0]["rule"]
    item = web.get(f"/api/v1/items/{line['evidence'][0]['item']}").json()
    assert item["explain"] and item["item"]["lines"] == ["Qwen3.5"]
    story = web.get(f"/api/v1/stories/{item['item']['story']}").json()
    assert item["item"]["id"] in [one["id"] for one in story["items"]]


def test_a_digest_is_that_of_the_command(web: Web, polled: World) -> None:
    told = polled.run("digest", "--date", DAY, "--format", "json", "--language", "fr").data
    assert web.get(f"/api/v1/digest?day={DAY}&language=fr").json() == told
    assert web.get("/api/v1/digest").json()["to"] == "2026-02-17T20:00:00Z"


def test_labs_and_sources_are_listed(web: Web) -> None:
    assert "qwen" in [lab["id"] for lab in web.get("/api/v1/labs").json()["labs"]]
    sources = web.get("/api/v1/sources").json()
    assert {"failing", "ok"} <= {source["state"] for source in sources["sources"]}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/items?limit=0",
        "/api/v1/items?limit=201",
        "/api/v1/items?limit=x",
        "/api/v1/items?kind=news",
        "/api/v1/items?since=soon",
        "/api/v1/items?until=2026-02-31",
        "/api/v1/releases?status=closed",
        "/api/v1/digest?language=de",
        f"/api/v1/digest?day={DAY}&since=7d",
        "/api/v1/digest?since=2025-01-01",
        "/api/v1/digest?day=0001-01-01",
        "/api/v1/items?words=" + "x" * 201,
    ],
)
def test_what_is_no_value_is_refused_with_its_name(web: Web, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 422
    assert answer.json()["code"] == "usage" and path.split("?")[1].split("=")[0][:5] in answer.json()["detail"]


def forged(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "____",
        forged("i"),
        forged("r", "2026-01-01T00:00:00+00:00", "a"),
        forged("i", "soon", 1),
        forged("i", "2026-01-01T00:00:00+00:00", -1),
        forged("i", "2026-01-01T00:00:00+00:00", 2**70),
        forged("i", "0001-01-01T00:00:00+14:00", 1),
        forged("i", 1, 1),
        forged(["i"]),
        base64.urlsafe_b64encode(b"[" * 200).decode().rstrip("="),
    ],
)
def test_a_forged_cursor_is_refused(web: Web, cursor: str) -> None:
    answer = web.get(f"/api/v1/items?cursor={cursor}")
    assert answer.status_code == 422 and "cursor" in answer.json()["detail"]


def test_what_is_not_there_is_a_problem_too(web: Web) -> None:
    for path in ("releases/nothing", "items/0", "stories/0", "nothing", "releases/a%00b"):
        answer = web.get(f"/api/v1/{path}")
        assert (answer.status_code, set(answer.json())) == (404, {"code", "detail"}), path


def test_a_page_stays_where_it_is_while_news_come(copied_world: World) -> None:
    import sqlite3
    from contextlib import closing

    from web_world import served

    with copied_world.open() as application, served(application) as web:
        first = web.get("/api/v1/items?limit=5").json()
        with closing(sqlite3.connect(copied_world.file)) as other, other:
            other.execute(
                "UPDATE item SET appeared = '2026-03-01 00:00:00.000000' WHERE id = ?", (first["items"][4]["id"],)
            )
        second = web.get(f"/api/v1/items?limit=5&cursor={first['next']}").json()
        assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}


def test_the_description_names_every_address_and_form(web: Web) -> None:
    described = web.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert {"/api/v1/releases", "/api/v1/items/{id}", "/feeds/releases.{form}", "/healthz", "/metrics"} <= set(
        described["paths"]
    )
    assert not [path for path in described["paths"] if path.startswith("/{language}")]
    for path, methods in described["paths"].items():
        assert list(methods) == ["get"], path
        assert methods["get"]["summary"], path
