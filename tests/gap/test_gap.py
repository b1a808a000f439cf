"""How far behind: each index by its name, over time, without a word where there is none."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from demo_world import World

from aggregator.gap import Measured, as_data, disagreements, gaps, svg, text
from aggregator.model import TRUST_LAB, TRUST_PRESS, Artifact, Showing
from aggregator.released import released
from aggregator.understand import when


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


def test_a_line_is_dated_by_the_earliest_day_that_cannot_be_too_early() -> None:
    seen, listed = datetime(2026, 2, 17, tzinfo=UTC), datetime(2025, 9, 1, tzinfo=UTC)

    def hub(day: int, **more: bool) -> Artifact:
        made = datetime(2025, 8, day, tzinfo=UTC)
        return replace(Artifact("huggingface", "x/y", "instruct", None, None, None, None, None, made), **more)

    def told(code: str, trust: int = TRUST_PRESS) -> Showing:
        return Showing("x", "available", trust, seen, "i", None, "o", "release", (("out_on", code),))

    assert released([], [], [None], seen) == (seen, "seen")
    assert released([], [], [listed, None], seen) == (listed, "catalogue")
    assert released([], [hub(25)], [listed], seen) == (listed, "catalogue"), "made a few days before it was public"
    assert released([], [hub(1)], [listed], seen) == (hub(1).created, "hub")
    assert released([], [hub(1, weights=False)], [listed], seen) == (listed, "catalogue")
    assert released([told("2025/3-14")], [], [listed], seen)[1] == "announced"
    assert released([told("2-11")], [], [], seen)[0].date().isoformat() == "2026-02-11"
    assert released([told("2025/3-14"), told("2025/4-1", TRUST_LAB)], [], [], seen)[0].month == 4, "the lab's own word"
    assert released([], [hub(1)], [], hub(1).created or seen) == (hub(1).created, "hub")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("gpt-9, released on 3 november 2025, is", "2025/11-3"),
        ("gpt-9 was launched on november 3", "11-3"),
        ("gpt-9, sorti le 3 novembre 2025,", "2025/11-3"),
        ("2025年11月3日发布的gpt-9", "2025/11-3"),
        ("gpt-9发布于2025年11月3日", "2025/11-3"),
        ("gpt-9 will be released on 3 november", None),
        ("gpt-9 sera publie le 3 novembre", None),
        ("gpt-9将于11月3日发布", None),
        ("gpt-9 lost its lead on 3 november", None),
        ("gpt-9 was released in november", None),
    ],
)
def test_the_day_of_a_release_is_read_where_a_text_names_it_as_done(text: str, code: str | None) -> None:
    told = when.out_on(text)
    assert (told.code if told else None) == code


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
