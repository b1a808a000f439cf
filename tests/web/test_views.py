"""The public views: the columns that people build upon, and the same content as the commands."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from demo_world import World

ITEMS = [
    "id",
    "source",
    "guid",
    "url",
    "title",
    "summary",
    "author",
    "language",
    "published",
    "first_seen",
    "appeared",
    "kind",
    "topics",
    "labs",
    "lines",
    "mentions",
    "story",
    "copy_of",
    "late",
    "baseline",
]
RELEASES = [
    "key",
    "line",
    "generation",
    "lab",
    "region",
    "family",
    "version",
    "status",
    "openness",
    "licence",
    "osi",
    "weights",
    "commercial",
    "modalities",
    "sizes",
    "params_total",
    "params_active",
    "context",
    "first_seen",
    "appeared",
    "new_at",
    "open_at",
    "artifacts",
    "items",
    "stories",
]


def ask(world: World, statement: str) -> tuple[list[str], list[dict[str, object]]]:
    with closing(sqlite3.connect(f"file:{world.file}?mode=ro", uri=True)) as connection:
        found = connection.execute(statement)
        columns = [column[0] for column in found.description]
        return columns, [dict(zip(columns, row)) for row in found]


def test_the_columns_stay_in_their_order(polled: World) -> None:
    assert ask(polled, "SELECT * FROM items_v1 LIMIT 0")[0][: len(ITEMS)] == ITEMS
    assert ask(polled, "SELECT * FROM releases_v1 LIMIT 0")[0][: len(RELEASES)] == RELEASES


def test_the_views_say_what_the_commands_say(polled: World) -> None:
    told = {one["line"]: one for one in polled.run("releases", "--json").data["releases"]}
    _, rows = ask(polled, "SELECT * FROM releases_v1")
    assert {row["line"] for row in rows} == set(told)
    for row in rows:
        one = told[str(row["line"])]
        for name in (
            "generation",
            "lab",
            "region",
            "status",
            "openness",
            "licence",
            "params_total",
            "items",
            "stories",
        ):
            assert row[name] == one[name], (row["line"], name)
        assert json.loads(str(row["sizes"])) == one["sizes"] and row["artifacts"] == len(one["artifacts"])
        opened = [step["at"][:19] for step in one["timeline"] if step["status"] == "open"]
        assert [str(row["open_at"])[:19]] == (opened or ["None"])
    items = polled.run("items", "--all-copies", "--json", "--limit", "1000").data["items"]
    _, rows = ask(polled, "SELECT * FROM items_v1")
    assert {row["id"]: row["kind"] for row in rows} == {item["id"]: item["kind"] for item in items}
    assert all(len(str(row["summary"])) <= 280 for row in rows)


def test_a_question_in_sql_is_short(polled: World) -> None:
    _, rows = ask(polled, "SELECT line FROM releases_v1 WHERE region = 'cn' AND weights = 'yes' ORDER BY appeared DESC")
    assert {"Qwen3.5", "GLM-5"} <= {str(row["line"]) for row in rows}
