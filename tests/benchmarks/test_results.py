"""What is written into docs/performance.md is what was measured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import guard, plots, report, results  # noqa: E402  (benchmarks/ is no installed package)
from benchmarks.results import Results, Sample  # noqa: E402

SPEED = Results(
    about=results.about(feeds=10),
    contestants={"reader": "3.27; workers 16"},
    missing={"sfeed": "is not installed"},
    samples=[
        Sample(0, "aggregator", "cold", 2.0, 3.0, 100.0),
        Sample(0, "reader", "cold", 10.0, 10.0, 40.0),
        Sample(1, "aggregator", "cold", 7.0, 9.0, 100.0),
        Sample(1, "reader", "cold", 20.0, 20.0, 40.0),
        Sample(2, "aggregator", "cold", 3.0, 3.0, 100.0),
    ],
    wrong=["reader, cold: 9 entries are stored, 10 were expected"],
)


def test_a_ratio_is_taken_within_a_round() -> None:
    assert SPEED.ratio(("aggregator", "cold"), ("reader", "cold")) == pytest.approx((0.2 + 0.35) / 2)
    assert SPEED.ratio(("aggregator", "cold"), ("newsboat", "cold")) is None
    assert (SPEED.median("aggregator", "cold"), SPEED.rounds("aggregator", "cold")) == (3.0, 3)


def test_the_95th_percentile_is_one_of_the_numbers() -> None:
    assert [
        results.percentile(map(float, range(1, 101)), 0.95), results.percentile([10.0], 0.95), results.percentile([1.0, 3.0], 0.95)
    ] == [95.0, 10.0, 3.0]  # fmt: skip


def test_results_are_read_as_they_were_saved(tmp_path: Path) -> None:
    SPEED.save(tmp_path / "results.json")
    assert results.load(tmp_path / "results.json") == SPEED


def test_the_page_says_who_is_missing_what_was_wrong_and_which_goal_is_not_reached(tmp_path: Path) -> None:
    made = report.sections(SPEED)
    assert "**sfeed** is missing: is not installed" in made["speed"]
    assert "**WRONG**: reader, cold: 9 entries" in made["speed"]
    rows = {line.split(" | ")[0].strip("| "): line for line in made["speed goals"].splitlines()}
    assert "| 0.28 | 0.38 | 0.3 (stretch 0.25) | reached |" in rows["cold poll / reader"]
    assert "not measured" in rows["cold poll / sfeed"]


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    places = "".join(
        f"<!-- {name}: written by the benchmark -->\nwhat was there\n<!-- {name} ends -->\nby hand\n"
        for name in report.sections(SPEED)
    )
    page.write_text(places)
    report.write(SPEED, page)
    assert "what was there" not in page.read_text() and page.read_text().count("by hand") == len(report.sections(SPEED))
    page.write_text("no place")
    with pytest.raises(LookupError):
        report.write(SPEED, page)


def test_the_page_of_the_documentation_has_every_section_as_it_was_measured() -> None:
    page = report.PAGE.read_text("utf-8")
    for name, words in report.sections(results.load()).items():
        assert f"<!-- {name}: written by the benchmark -->\n{words}\n<!-- {name} ends -->" in page, name


def test_a_flat_line_is_drawn_flat_and_each_line_has_its_name() -> None:
    picture = plots.growth({"flat": {10: 2.0, 1000: 2.0}, "leaning": {10: 1.0, 1000: 8.0}, "alone": {10: 1.0}})
    heights = [point.split(",")[1] for point in picture.split('points="')[1].split('"')[0].split()]
    assert heights[0] == heights[1]
    assert ">flat 1.00<" in picture and ">leaning 8.00<" in picture and "alone" not in picture


def test_the_guard_complains_only_of_what_is_worse_by_more_than_half() -> None:
    kept = {"a": 10.0, "b": 10.0, "gone": 1.0}
    told = guard.complaints({"a": 14.9, "b": 15.1, "new": 3.0}, kept)
    assert [line.partition(":")[0] for line in told] == ["b", "new", "gone"]
