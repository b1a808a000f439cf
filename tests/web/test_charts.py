"""Charts: the numbers by hand, and pictures that are well-formed, inside their frame and safe."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator import charts
from aggregator.model import LineHistory

START = datetime(2026, 2, 2, 12, tzinfo=UTC)
"""A Monday."""


def line(
    day: int, *, region: str = "cn", openness: str = "open-weights", status: str = "open", **steps: int
) -> LineHistory:
    at = START + timedelta(days=day)
    reached = tuple((name, START + timedelta(days=when)) for name, when in steps.items())
    return LineHistory(
        f"k{day}", f"K{day}", "lab", region, status, openness, at, None if status == "rumoured" else at, reached
    )


def test_new_lines_are_counted_by_the_week_of_their_first_evidence() -> None:
    found = charts.weeks(
        [line(0), line(6), line(7), line(7, region="us"), line(8, status="rumoured")], date(2026, 2, 11), 3
    )
    assert found == [(date(2026, 1, 26), 0, 0), (date(2026, 2, 2), 2, 0), (date(2026, 2, 9), 1, 1)]


def test_shares_are_those_of_followed_labs_by_month() -> None:
    found = charts.shares([line(0), line(1, openness="closed"), line(-3), line(2, region="us")], date(2026, 2, 28), 2)
    assert found == [(date(2026, 1, 1), {"open-weights": 1}), (date(2026, 2, 1), {"open-weights": 1, "closed": 1})]


def test_waits_are_from_the_first_step_to_open_weights() -> None:
    lines = [
        line(0, open=0),
        line(1, rumoured=0, open=7),
        line(2, announced=0, open=40),
        line(3, available=0),
        line(4, open=1),
    ]
    assert charts.waits(lines) == ([2, 1, 0, 1, 0], 3.5)
    assert charts.waits([]) == ([0, 0, 0, 0, 0], None)


WORDS = st.text(max_size=30)
NUMBERS = st.lists(st.integers(0, 100_000), min_size=1, max_size=30)


@given(st.data())
def test_a_picture_is_well_formed_and_stays_in_its_frame(data: st.DataObject) -> None:
    numbers = data.draw(NUMBERS)
    labels = tuple(data.draw(WORDS) for _ in numbers)
    chart = charts.Chart(
        data.draw(WORDS), data.draw(WORDS), labels, (("a<b", tuple(numbers)), ("c", tuple(reversed(numbers))))
    )
    for drawn in (charts.columns(chart, "x"), charts.columns(chart, "x", whole=True), charts.rows(chart, "x")):
        root = etree.fromstring("".join(c for c in drawn if c >= " " and c not in "\ufffe\uffff"))
        wide, high = (float(part) for part in root.get("viewBox").split()[2:])
        for bar in root.iter("rect"):
            x, y, w, h = (float(bar.get(name)) for name in ("x", "y", "width", "height"))
            assert x >= 0 and x + w <= wide + 0.2 and y >= -0.2 and y + h <= high + 0.2
        assert {element.tag for element in root.iter()} <= {"svg", "title", "desc", "rect", "line", "text"}
        assert not any(name.startswith("on") or name == "style" for element in root.iter() for name in element.attrib)


def test_a_chart_of_nothing_knows_it() -> None:
    assert charts.Chart("", "", ("a",), (("s", (0,)),)).empty
    assert "rect" not in charts.columns(charts.Chart("", "", ("a",), (("s", (0,)),)), "x")


def test_the_gap_is_two_stairs_with_the_names_of_who_led() -> None:
    told = (
        ("open", ((date(2025, 1, 20), 45.0, "DeepSeek-R1"), (date(2026, 2, 11), 60.0, "GLM-5 <b>"))),
        ("peer", ((date(2025, 1, 1), 50.0, "o1"), (date(2026, 1, 5), 60.0, "GPT-5.2"))),
    )
    root = etree.fromstring(charts.stairs(charts.Chart("t", "d", (), ()), told, "x"))
    assert [path.get("class") for path in root.iter("path")] == ["l0", "l1"]
    assert [text.text for text in root.iter("text") if text.get("class") == "label"] == ["GLM-5 <b>", "GPT-5.2"]
    levels = [float(text.get("y")) for text in root.iter("text") if text.get("class") == "label"]
    assert abs(levels[0] - levels[1]) >= 15, "names do not lie upon each other"
    assert len(list(root.iter("circle"))) == 4
