"""How far behind: each index by its name, over time, without a word where there is none."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from demo_world import World

from aggregator.gap import Measured, as_data, disagreements, gaps, svg, text


def one(index: str, line: str, region: str, month: int, value: float, openness: str = "open-weights") -> Measured:
    return Measured(
        index, line, f"lab of {line}", region, openness, datetime(2026, month, 1, tzinfo=UTC), value, "Catalogue"
    )


ROWS = [
    one("A Index", "GPT-8", "us", 1, 60, "closed"),
    one("A Index", "GLM-8", "cn", 2, 50),
    one("A Index", "GPT-9", "us", 3, 70, "closed"),
    one("A Index", "GLM-9", "cn", 4, 60),
    one("A Index", "Qwen-Max", "cn", 5, 99, "closed"),
    one("B Elo", "GPT-9", "us", 3, 1200, "closed"),
    one("B Elo", "Kimi 9", "cn", 5, 1250),
]


def test_the_best_open_line_stands_against_the_best_peer() -> None:
    a, b = gaps(ROWS)
    assert ([s.line for s in a.open], [s.line for s in a.peers]) == (["GLM-8", "GLM-9"], ["GPT-8", "GPT-9"])
    assert (a.behind, a.days, a.reached and a.reached.line) == (10, 90, "GPT-8")
    assert (b.behind, b.days, b.reached) == (-50, None, None)


def test_a_closed_line_of_a_followed_lab_takes_no_part() -> None:
    assert all(step.line != "Qwen-Max" for gap in gaps(ROWS) for step in gap.open)


def test_measures_that_disagree_are_named() -> None:
    told = text(gaps(ROWS))
    assert "A Index (from Catalogue)" in told and "10 behind; GPT-8 reached that value 90 days earlier" in told
    assert "The measures disagree: A Index names GLM-9 (10 behind), B Elo Kimi 9 (50 ahead)." in told
    assert len(disagreements(gaps(ROWS))) == 1


def test_without_an_index_it_says_so(polled: World) -> None:
    assert text([]).startswith("No third party's index is stored")
    told = polled.run("gap")
    assert (told.status, told.out) == (0, text([]))
    assert polled.run("gap", "--json").data == {"indices": [], "disagreements": []}


def test_the_form_is_plain_and_the_order_of_rows_changes_nothing() -> None:
    assert as_data(gaps(ROWS)) == as_data(gaps(reversed(ROWS)))


def test_the_chart_is_sound_svg_that_says_what_it_shows_and_loads_nothing() -> None:
    hostile = [one("A <b>&", 'L"<script>', "cn", 1, 5), *ROWS]
    for gap in gaps(hostile):
        picture = svg(gap)
        root = ET.fromstring(picture)
        assert root.get("role") == "img" and root.find("{http://www.w3.org/2000/svg}title") is not None
        assert "<script" not in picture and "href" not in picture and "url(" not in picture
        assert "prefers-color-scheme" in picture or not gap.open + gap.peers
