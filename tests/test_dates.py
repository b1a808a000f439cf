"""Dates: a table of what sources write and what it means (RELIABILITY S12-S14, T12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dates import day_only, parse, window
from aggregator.errors import UsageError

NOON = "2026-02-12T09:30:05"
EIGHT = "2026-02-12T01:30:05"
DAY = "2026-02-12T00:00:00"
MINUTE = "2026-02-12T09:30:00"
TABLE: list[tuple[str, str | None]] = [
    # ISO 8601 and what passes for it
    *[
        (text, NOON)
        for text in (
            "2026-02-12T09:30:05Z",
            "2026-02-12T09:30:05z",
            "2026-02-12t09:30:05Z",
            "2026-02-12T09:30:05+00:00",
            "2026-02-12T09:30:05-00:00",
            "2026-02-12T09:30:05.123Z",
            "2026-02-12T09:30:05,123Z",
            "2026-02-12T09:30:05.123456789Z",
            "2026-02-12T09:30:05",
            "2026-02-12 09:30:05",
            "2026-02-12 09:30:05 UTC",
            "2026-02-12 09:30:05 GMT",
            "2026-02-12 09:30:05 +0000",
            "2026-02-12  09:30:05",
            " 2026-02-12T09:30:05Z \n",
            "2026/02/12 09:30:05",
            "2026.02.12 09:30:05",
            "2026-2-12 9:30:05",
            "20260212T093005Z",
            "20260212093005",
            "20260212T093005+0000",
            "2026-02-12T10:30:05+01:00",
            "2026-02-12T17:30:05+0800",
            "2026-02-12T17:30:05+08",
            "2026-02-11T23:30:05-10:00",
            "2026-02-12T23:30:05+14:00",
            "2026-02-12T15:00:05+05:30",
            "2026-02-12T22:15:05+12:45",
            "2026-02-12 17:30:05 GMT+8",
            "2026-02-12 17:30:05 UTC+08:00",
        )
    ],
    *[
        (text, EIGHT)
        for text in (
            "2026-02-12 09:30:05  +0800",
            "2026-02-12 09:30:05 +08:00",
            "2026-02-12T09:30:05+08:00",
            "2026-02-12T09:30:05.000+0800",
            "2026/02/12 09:30:05 +0800",
            "2026-02-12 09:30:05 HKT",
            "2026-02-12 09:30:05 SGT",
        )
    ],
    *[
        (text, DAY)
        for text in (
            "2026-02-12",
            "2026/02/12",
            "2026.02.12",
            "2026-2-12",
            "20260212",
            "2026-02-12 00:00:00",
            "2026-02-12T00:00Z",
            "2026-02-12 周四",
        )
    ],
    *[
        (text, MINUTE)
        for text in (
            "2026-02-12T09:30",
            "2026-02-12T09:30Z",
            "2026-02-12 09:30",
            "2026/2/12 9:30",
            "202602120930",
            "2026-02-12 周四 09:30",
            "2026-02-12, 09:30",
        )
    ],
    # RFC 822, 850, 1123, 2822, asctime
    *[
        (text, NOON)
        for text in (
            "Thu, 12 Feb 2026 09:30:05 GMT",
            "Thu, 12 Feb 2026 09:30:05 UT",
            "Thu, 12 Feb 2026 09:30:05 Z",
            "Thu, 12 Feb 2026 09:30:05 +0000",
            "Mon, 12 Feb 2026 09:30:05 GMT",
            "12 Feb 2026 09:30:05 GMT",
            "Thu,  12 Feb 2026  09:30:05 GMT",
            "Thu 12 Feb 2026 09:30:05 GMT",
            "Thursday, 12 February 2026 09:30:05 GMT",
            "Thu, 12 Feb 26 09:30:05 GMT",
            "Thursday, 12-Feb-26 09:30:05 GMT",
            "Thu, 12-Feb-2026 09:30:05 GMT",
            "THU, 12 FEB 2026 09:30:05 GMT",
            "thu, 12 feb 2026 09:30:05 gmt",
            "Thu, 12 Feb 2026 09:30:05 +0000 (UTC)",
            "Thu, 12 Feb 2026 09:30:05",
            "Thu Feb 12 09:30:05 2026",
            "Thu Feb 12 09:30:05 UTC 2026",
            "Thu Feb 12 09:30:05 +0000 2026",
            "Thu Feb 12 2026 09:30:05 GMT+0000",
            "Thu Feb 12 2026 17:30:05 GMT+0800 (China Standard Time)",
            "Thu, 12 Feb 2026 10:30:05 CET",
            "Thu, 12 Feb 2026 10:30:05 MEZ",
            "Thu, 12 Feb 2026 11:30:05 CEST",
            "Thu, 12 Feb 2026 01:30:05 PST",
            "Thu, 12 Feb 2026 02:30:05 PDT",
            "Thu, 12 Feb 2026 04:30:05 EST",
            "Thu, 12 Feb 2026 05:30:05 EDT",
            "Thu, 12 Feb 2026 03:30:05 CST",
            "Thu, 12 Feb 2026 04:30:05 CDT",
            "Thu, 12 Feb 2026 02:30:05 MST",
            "Thu, 12 Feb 2026 18:30:05 JST",
            "Thu, 12 Feb 2026 18:30:05 KST",
            "Thu, 12 Feb 2026 17:30:05 +0800",
            "Thu, 12 Feb 2026 17:30:05 +08:00",
            "Thu, 12 Feb 2026 12:30:05 MSK",
            "Thu, 12 Feb 2026 20:30:05 AEDT",
            "Thu, 12 Feb 2026 10:30:05 BST",
        )
    ],
    *[
        (text, MINUTE)
        for text in ("Thu, 12 Feb 2026 09:30 GMT", "12 Feb 2026 09:30 +0000", "Thu, 12 Feb 2026 9:30 GMT")
    ],
    # month names
    *[
        (text, DAY)
        for text in (
            "Feb 12, 2026",
            "February 12, 2026",
            "Feb. 12, 2026",
            "FEB 12, 2026",
            "feb 12 2026",
            "February 12th, 2026",
            "Thursday, February 12, 2026",
            "12 Feb 2026",
            "12 February 2026",
            "12th February 2026",
            "12-Feb-2026",
            "2026 Feb 12",
            "2026-Feb-12",
            "12 février 2026",
            "jeudi 12 février 2026",
            "12 févr. 2026",
            "le 12 février 2026",
            "Publié le 12 février 2026",
            "12 fév 2026",
            "12 FÉVRIER 2026",
            "12. Februar 2026",
            "12 de febrero de 2026",
            "12 febbraio 2026",
            "12 de fevereiro de 2026",
            "Thu, Feb 12, 2026",
            "Published: February 12, 2026",
            "12.02.2026",
        )
    ],
    *[
        (text, MINUTE)
        for text in (
            "Feb 12, 2026 9:30 AM",
            "Feb 12, 2026 at 9:30 am",
            "February 12, 2026, 9:30 a.m.",
            "12 février 2026 à 09h30",
            "12 février 2026 09:30",
            "jeudi 12 février 2026 à 9h30",
            "Feb 12, 2026 09:30",
            "12.02.2026 09:30",
            "Feb 12, 2026 1:30 am PST",
            "12 Feb 2026, 09:30",
        )
    ],
    ("1er mars 2026", "2026-03-01T00:00:00"),
    ("mar. 3 mars 2026", "2026-03-03T00:00:00"),
    ("3 août 2026", "2026-08-03T00:00:00"),
    ("15 déc. 2025", "2025-12-15T00:00:00"),
    ("May 1, 2024", "2024-05-01T00:00:00"),
    ("1 mai 2024", "2024-05-01T00:00:00"),
    ("Sept. 9, 2025", "2025-09-09T00:00:00"),
    ("Feb 12, 2026 12:15 am", "2026-02-12T00:15:00"),
    ("Feb 12, 2026 12:15 pm", "2026-02-12T12:15:00"),
    # Chinese, Japanese, Korean
    *[
        (text, DAY)
        for text in (
            "2026年2月12日",
            "2026年02月12日",
            "2026 年 2 月 12 日",
            "2026年2月12号",
            "2026年2月12日 星期四",
            "２０２６年２月１２日",
            "二〇二六年二月十二日",
            "2026년 2월 12일",
            "发布时间：2026年2月12日",
        )
    ],
    *[
        (text, MINUTE)
        for text in (
            "2026年2月12日 09:30",
            "2026年2月12日09:30",
            "2026年02月12日 9时30分",
            "2026年2月12日 星期四 09:30",
            "2026年2月12日 上午9:30",
            "2026年2月12日 9点30分",
        )
    ],
    ("2024年5月1日 08:30", "2024-05-01T08:30:00"),
    ("2024年5月1日", "2024-05-01T00:00:00"),
    ("2026年2月12日 下午3:05", "2026-02-12T15:05:00"),
    ("2026年2月12日 晚上11点", "2026-02-12T23:00:00"),
    ("2026年2月12日09时30分05秒", NOON),
    ("2026年12月31日 凌晨12:10", "2026-12-31T00:10:00"),
    # numbers
    ("1770888605", NOON),
    ("1770888605000", NOON),
    ("1770888605123", NOON),
    ("1770888605.9", NOON),
    ("1770888605000000", NOON),
    ("1700000000", "2023-11-14T22:13:20"),
    # instants at the edge
    ("2026-02-12T24:00:00Z", "2026-02-13T00:00:00"),
    ("2026-02-12 24:00", "2026-02-13T00:00:00"),
    ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00"),
    ("2028-02-29", "2028-02-29T00:00:00"),
    ("25/12/2026", "2026-12-25T00:00:00"),
    ("12/25/2026", "2026-12-25T00:00:00"),
    ("02/02/2026", "2026-02-02T00:00:00"),
    ("1990-01-01", "1990-01-01T00:00:00"),
    ("2100-12-31", "2100-12-31T00:00:00"),
    # nothing certain, nothing real, nothing at all
    *[
        (text, None)
        for text in (
            "",
            " ",
            "today",
            "yesterday",
            "2 hours ago",
            "3小时前",
            "昨天 08:30",
            "il y a 3 heures",
            "2026",
            "2026-02",
            "Feb 2026",
            "2月12日",
            "12 février",
            "09:30",
            "03/04/2026",
            "03-04-2026",
            "3/4/26",
            "2026-02-30",
            "2026-13-01",
            "2024-13-45",
            "2026-00-10",
            "2026-02-00",
            "2023-02-29",
            "2026-02-12T25:00:00Z",
            "2026-02-12T09:60:00Z",
            "2026-02-12T24:00:01Z",
            "2026-02-12T09:30:61Z",
            "Thu, 12 Feb 2026 09:30:05 +9999",
            "Thu, 12 Feb 2026 09:30:05 XYZ",
            "Thu, 12 Feb 2026 09:30:05 IST",
            "Thu, 31 Feb 2026 09:30:05 GMT",
            "2524-01-01",
            "Fri, 01 Jan 2524 00:00:00 GMT",
            "9999-12-31T23:59:59Z",
            "-001-01-01",
            "1969-12-31",
            "1989-12-31",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "0",
            "-1",
            "1",
            "170000000000000000000",
            "99999999999",
            "2026-02-12T09:30:05Z and more",
            "Foo 12, 2026",
            "12 Foo 2026",
            "Feb 12, 2026 13:30 pm",
            "2026年13月1日",
            "2026年2月30日",
            "2026-W07-4",
            "v2026.02",
            "x" * 500,
            "0000-00-00 00:00:00",
            "2026-02-12T09:30:05+25:00",
            "二〇二六年十三月一日",
        )
    ],
]


def test_the_table_holds_at_least_two_hundred_dates() -> None:
    assert len(TABLE) >= 200


@pytest.mark.parametrize(("raw", "expected"), TABLE)
def test_s13_a_date_means_what_its_writer_meant_or_nothing(raw: str, expected: str | None) -> None:
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert parse(raw) == wanted


@pytest.mark.parametrize("raw", ["2026-02-12", "Feb 12, 2026", "2026年2月12日", "12 février 2026", "20260212"])
def test_a_day_without_a_time_is_known_as_such(raw: str) -> None:
    assert day_only(raw)


@pytest.mark.parametrize("raw", ["2026-02-12T00:00:00Z", "1770888605", "2026年2月12日 08:30", "junk", None])
def test_a_time_of_day_or_junk_is_no_bare_day(raw: str | None) -> None:
    assert not day_only(raw)


def test_s14_a_date_without_a_zone_is_the_sources_time() -> None:
    assert parse("2026-02-12 08:00", "Asia/Shanghai") == datetime(2026, 2, 12, tzinfo=UTC)
    assert parse("2026年2月12日", "Asia/Shanghai") == datetime(2026, 2, 11, 16, tzinfo=UTC)
    assert parse("2026-07-01 08:00", "Europe/Paris") == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_cst_is_chinas_time_for_a_chinese_source_and_americas_by_rfc_822() -> None:
    assert parse("Thu, 12 Feb 2026 08:00:00 CST", "Asia/Shanghai") == datetime(2026, 2, 12, tzinfo=UTC)
    assert parse("Thu, 12 Feb 2026 08:00:00 CST") == datetime(2026, 2, 12, 14, tzinfo=UTC)


def test_numbers_are_taken_as_numbers_too() -> None:
    assert (
        parse(1770888605) == parse(1770888605000) == parse(1770888605.0) == datetime(2026, 2, 12, 9, 30, 5, tzinfo=UTC)
    )
    assert parse(True) is None


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)), st.integers(-12 * 4, 14 * 4))
def test_every_instant_comes_back_from_every_common_shape(naive: datetime, quarters: int) -> None:
    naive = naive.replace(microsecond=0)
    offset = timedelta(minutes=15 * quarters)
    sign, minutes = ("-" if quarters < 0 else "+"), abs(quarters) * 15
    zone = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    expected = (naive - offset).replace(tzinfo=UTC)
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][naive.month - 1]
    for text in (
        naive.isoformat() + zone[:3] + ":" + zone[3:],
        naive.strftime("%Y-%m-%d %H:%M:%S  ") + zone,
        f"Mon, {naive.day:02} {month} {naive.year} {naive:%H:%M:%S} {zone}",
        f"{naive.year}年{naive.month}月{naive.day}日 {naive:%H:%M:%S} {zone}",
    ):
        assert parse(text) == expected, text


@given(st.text(max_size=40))
def test_any_text_gives_a_date_in_range_or_none(raw: str) -> None:
    found = parse(raw)
    assert found is None or (found.tzinfo is UTC and 1990 <= found.year <= 2100)


NOW = datetime(2026, 2, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("24h", False, datetime(2026, 2, 11, 9, tzinfo=UTC)),
        ("7d", False, datetime(2026, 2, 5, 9, tzinfo=UTC)),
        ("30m", False, datetime(2026, 2, 12, 8, 30, tzinfo=UTC)),
        ("2026-02-10", False, datetime(2026, 2, 9, 23, tzinfo=UTC)),
        ("2026-02-10", True, datetime(2026, 2, 10, 23, tzinfo=UTC)),
        ("2026-03-29", True, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("2026-02-10T08:00", False, datetime(2026, 2, 10, 7, tzinfo=UTC)),
        ("2026-02-10T08:00:00Z", True, datetime(2026, 2, 10, 8, tzinfo=UTC)),
        ("today", False, datetime(2026, 2, 11, 23, tzinfo=UTC)),
        ("yesterday", True, datetime(2026, 2, 11, 23, tzinfo=UTC)),
        ("now", False, NOW),
    ],
)
def test_a_window_is_read_in_the_readers_zone(text: str, end: bool, expected: datetime) -> None:
    assert window(text, NOW, "Europe/Paris", end=end) == expected


@pytest.mark.parametrize("text", ["", "soon", "12/02/2026", "2026-02-30", "7 years", "Feb 12, 2026"])
def test_a_window_that_means_nothing_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError):
        window(text, NOW)
