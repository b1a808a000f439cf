"""How the rumours of each outlet ended: by what it said last, from evidence, on the command line and on the web."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from demo_world import World

from aggregator.model import TRUST_PRESS, TRUST_RUMOUR, LineMaterial, LineName, Showing
from aggregator.outlets import OUTCOMES, as_data, outlets

TITLES = {"wire": "The Wire", "post": "The Post"}


def name(line: str, generation: str = "g") -> LineName:
    return LineName("deepseek", line, line.casefold(), "DeepSeek", "V7", "", generation, "DeepSeek-V7")


def told(day: int, code: str = "", who: str = "", source: str = "wire", month: int = 2, **facts: str) -> Showing:
    claims = [("claim", json.dumps({"about": "expected", "value": code, "voice": "press" if who else "anonymous",
                                    "name": who or None, "via": "The Wire", "when": code}))] if code else []  # fmt: skip
    at = datetime(2026, month, day, 8, tzinfo=UTC)
    return Showing(
        "x", "rumoured", TRUST_RUMOUR, at, f"r{month}{day}", None, source, "rumour", (*claims, *facts.items())
    )


def out(day: int, month: int = 2, kind: str = "release") -> Showing:
    at = datetime(2026, month, day, 8, tzinfo=UTC)
    return Showing("x", "open", TRUST_PRESS, at, f"o{month}{day}", None, "post", kind)


def ended(*showings: Showing, kin: tuple[Showing, ...] = ()) -> dict[str, str]:
    materials = [LineMaterial(name("V7"), showings, ())]
    materials += [LineMaterial(name("V7-Pro"), kin, ())] if kin else []
    return {outlet.name: rumour.outcome for outlet in outlets(materials, TITLES) for rumour in outlet.rumours}


@pytest.mark.parametrize(
    ("showings", "outcome"),
    [
        ((told(10, "days"), out(14)), "kept"),
        ((told(10, "days"), out(25)), "late"),
        ((told(10, "days"), out(25, 5)), "wrong"),
        ((told(10, "days"),), "pending"),
        ((told(10, "days"), told(12, source="post", denied="denies")), "denied"),
        ((told(10), out(14)), "came"),
        ((told(10),), "pending"),
        ((told(10), told(12, source="post", denied="denies")), "denied"),
        ((told(10, "days"), told(20, "weeks"), out(28)), "kept"),
        ((told(10, "days"), out(14, kind="comparison")), "pending"),
    ],
)
def test_a_rumour_ends_by_what_its_outlet_said_last(showings: tuple[Showing, ...], outcome: str) -> None:
    assert ended(*showings)["The Wire"] == outcome
    assert ended(*reversed(showings))["The Wire"] == outcome


def test_each_outlet_answers_for_its_own_words() -> None:
    rumours = (told(10, "days", "The Information"), told(11, "month+0", "Reuters"), told(12, source="post"), out(26))
    assert ended(*rumours) == {"The Information": "late", "Reuters": "kept", "The Post": "came"}


def test_the_first_line_of_the_generation_fulfils_the_rumour() -> None:
    assert ended(told(10, "days"), kin=(out(14),)) == {"The Wire": "kept"}


def test_copies_and_what_is_told_after_the_line_was_out_do_not_count() -> None:
    copied = replace(told(9, "days", source="post"), copy_of="r210")
    assert ended(copied, told(10, "days"), out(14), told(20, "days", "Reuters")) == {"The Wire": "kept"}


def test_the_command_the_json_and_the_page_say_the_same(polled: World) -> None:
    data = polled.run("sources", "rumours", "--json").data
    assert data["total"] == len(data["outlets"]) > 0
    for outlet in data["outlets"]:
        assert sum(outlet[outcome] for outcome in OUTCOMES) == outlet["rumours"] == len(outlet["lines"])
    rows = [[o["outlet"], str(o["rumours"]), *(str(o[outcome]) for outcome in OUTCOMES)] for o in data["outlets"]]
    assert polled.run("sources", "rumours").rows == rows or polled.run("sources", "rumours").rows[1:] == rows
    single = data["outlets"][0]
    assert single["lines"][0]["line"] in polled.run("sources", "rumours", single["outlet"]).out
    with polled.open() as opened:
        assert as_data(opened.outlets()) == data
    assert "The Information" in {outlet["outlet"] for outlet in data["outlets"]}
