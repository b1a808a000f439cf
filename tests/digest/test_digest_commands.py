"""The commands around digests: periods and styles, the watch list, what fits a machine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from demo_world import World

from aggregator.cli.digest import window
from aggregator.errors import UsageError

NOW = datetime(2026, 2, 18, 12, 0, tzinfo=UTC)
ZONE = "Europe/Paris"


def days(**told: str) -> tuple[str, str]:
    start, end = window(told.get("since"), told.get("until"), told.get("day"), ZONE, NOW, told.get("period"))
    return f"{start:%Y-%m-%dT%H}", f"{end:%Y-%m-%dT%H}"


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"day": "2026-02-17"}, ("2026-02-16T23", "2026-02-17T23")),
        ({"day": "2026-02-17", "period": "week"}, ("2026-02-15T23", "2026-02-22T23")),
        ({"day": "2026-02-17", "period": "month"}, ("2026-01-31T23", "2026-02-28T23")),
        ({"day": "2026-03-31", "period": "month"}, ("2026-02-28T23", "2026-03-31T22")),
        ({"period": "week"}, ("2026-02-11T12", "2026-02-18T12")),
        ({"period": "month", "until": "2026-02-17"}, ("2026-01-18T23", "2026-02-17T23")),
        ({}, ("2026-02-17T12", "2026-02-18T12")),
    ],
)
def test_a_period_is_a_calendar_s_where_a_day_is_named_else_the_last_days(
    told: dict[str, str], wanted: tuple[str, str]
) -> None:
    assert days(**told) == wanted


def test_a_period_and_a_beginning_contradict_each_other() -> None:
    with pytest.raises(UsageError):
        days(since="2026-02-01", period="week")


def test_a_week_and_a_survey_are_printed(polled: World) -> None:
    brief = polled.run("digest", "--date", "2026-02-11", "--period", "week")
    assert brief.status == 0 and "# New AI models from China · 9–15 February 2026" in brief.out
    survey = polled.run(
        "digest", "--date", "2026-02-11", "--period", "month", "--style", "panorama", "--language", "fr"
    )
    assert survey.status == 0
    assert "## Zhipu AI (Z.ai)" in survey.out and "## Affaires et droit" in survey.out
    assert polled.run("digest", "--style", "long").status == 2


def test_the_watch_list_has_what_is_expected_and_who_says_so(polled: World) -> None:
    told = polled.run("releases", "--status", "rumoured")
    assert told.status == 0
    (row,) = [row for row in told.rows if row[1].replace(" ", "-") == "DeepSeek-V4"]
    assert (row[0], row[2], row[5], row[6]) == ("2026-02-10", "deepseek", "The Information", "pending")
    assert row[3] <= row[4]


def test_what_fits_says_how_large_it_is_and_a_wrong_size_is_wrong_use(polled: World) -> None:
    told = polled.run("releases", "--fits", "1TB", "--json").data["releases"]
    assert told and all(entry["download"]["bytes"] <= 10**12 for entry in told)
    assert polled.run("releases", "--fits", "1MB", "--json").data == {"releases": [], "total": 0}
    assert all(
        e["open"]["commercial"] == "yes" for e in polled.run("releases", "--commercial", "--json").data["releases"]
    )
    wrong = polled.run("releases", "--fits", "big")
    assert wrong.status == 2 and "24GB" in wrong.err
