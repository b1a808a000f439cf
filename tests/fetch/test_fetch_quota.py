"""RELIABILITY.md: H23 and the group API rate limits. Times are exact: the clock is an argument."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from conftest import NOW, World
from faultd import FEED, reply

from aggregator.errors import Deferred, FetchError
from aggregator.fetch import Fetcher, Quota
from aggregator.fetch.quota import Ledger, read_quota, retry_after
from aggregator.model import Ask, Validator

URL = "https://api.github.com/orgs/deepseek-ai/repos"
PATH = "/orgs/deepseek-ai/repos"
HUB = "http://hub.example/api/models"
TOKENS = {"api.github.com": "Bearer canary"}
CONDITIONAL = Validator(etag='"a"')


def github(remaining: int, reset: int, date: datetime | None = NOW) -> list[tuple[str, str]]:
    headers = [
        ("X-RateLimit-Limit", "60"),
        ("X-RateLimit-Remaining", str(remaining)),
        ("X-RateLimit-Reset", str(reset)),
    ]
    return headers + ([("Date", format_datetime(date, usegmt=True))] if date else [])


def seconds_until(error: FetchError, now: datetime = NOW) -> float:
    assert error.retry_at is not None
    return (error.retry_at - now).total_seconds()


def epoch(delta: float, now: datetime = NOW) -> int:
    return int(now.timestamp() + delta)


async def codes(fetcher: Fetcher, *urls: str, validator: Validator | None = None) -> list[str]:
    found = []
    for url in urls:
        try:
            found.append(str((await fetcher.get(Ask(url), validator)).status))
        except FetchError as error:
            found.append(error.code)
    return found


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("120", 120), (" 120 ", 120), ("1.5", 1.5), ("0", 0), ("-5", 0), ("315360000", 86400), ("9" * 15, 86400),
        ("Tue, 17 Feb 2026 08:02:00 GMT", 120), ("Tue, 17 Feb 2026 07:00:00 GMT", 0),
        ("Tue, 17 Feb 2036 07:00:00 GMT", 86400),
        ("Tuesday, 17-Feb-26 08:02:00 GMT", 120), ("soon", None), ("", None), ("١٢", None), ("1e9", None), ("9" * 400, None),
        ("Tue, 99 Feb 2026 08:02:00 GMT", None), ("inf", None), ("120, 120", None),
    ],
)  # fmt: skip
def test_H23_retry_after_is_read_and_clamped(raw: str, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"retry-after": raw, "date": "Tue, 17 Feb 2026 08:00:00 GMT"}, NOW) == expected


def test_H23_a_date_counts_from_the_answer_s_own_clock() -> None:
    headers = {"retry-after": "Mon, 01 Jan 2018 00:01:00 GMT", "date": "Mon, 01 Jan 2018 00:00:00 GMT"}
    assert retry_after(headers, NOW) == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("0", 0), ("-5", 0), ("315360000", 86400), ("junk", 60), (None, 60)]
)
def test_H23_429_is_deferred_as_asked(world: World, header: str | None, seconds: int) -> None:
    world.server.answer("/feed", reply(429, headers=[("Retry-After", header)] if header is not None else []))
    error = world.fail("http://news.example/feed")
    assert isinstance(error, Deferred)
    assert (error.code, error.status, seconds_until(error)) == ("rate_limited", 429, seconds)


def test_H23_503_with_retry_after_is_a_failure_that_names_its_time(world: World) -> None:
    world.server.answer("/feed", reply(503, headers=[("Retry-After", "600")]))
    error = world.fail("http://news.example/feed")
    assert not isinstance(error, Deferred)
    assert (error.code, seconds_until(error)) == ("server_error", 600)


def test_H23_a_host_that_asked_to_wait_is_left_alone_by_everybody_for_at_most_an_hour(world: World) -> None:
    world.server.answer("/a", reply(429, headers=[("Retry-After", "86400")]))

    async def run() -> list[str]:
        async with world.fetcher() as fetcher:
            found = await codes(fetcher, "http://news.example/a", "http://news.example/ok", "http://other.example/ok")
            world.now = NOW + timedelta(hours=1, seconds=2)
            return found + await codes(fetcher, "http://news.example/ok")

    assert asyncio.run(run()) == ["rate_limited", "quota_used_up", "200", "200"]
    assert world.server.paths() == ["/a", "/ok", "/ok"]


@pytest.mark.parametrize("status", [403, 429])
def test_A1_a_used_up_quota_defers_until_its_reset_and_later_requests_without_sending_them(
    world: World, status: int
) -> None:
    world.server.answer(PATH, reply(status, b'{"message":"API rate limit exceeded"}', github(0, epoch(600))))

    async def run() -> tuple[list[str], Deferred, dict[str, object]]:
        async with world.fetcher(tokens=TOKENS) as fetcher:
            found = await codes(fetcher, URL)
            with pytest.raises(Deferred) as caught:
                await fetcher.get(Ask(URL))
            return found, caught.value, dict(fetcher.quota_state())

    found, error, state = asyncio.run(run())
    assert (found, len(world.server.requests)) == (["rate_limited"], 1)
    assert seconds_until(error) == 601
    assert "2026-02-17T08:10:01Z" in error.detail

    error = world.fail(URL, tokens=TOKENS, quotas=state)
    assert (error.code, seconds_until(error), len(world.server.requests)) == ("quota_used_up", 601, 1)
    world.now = NOW + timedelta(seconds=602)
    world.server.answer(PATH, reply(body=b"[]"))
    assert world.get(URL, tokens=TOKENS, quotas=state).body == b"[]"


def test_A1_the_last_point_is_spent_once(world: World) -> None:
    world.server.answer(PATH, reply(body=b"[]", headers=github(2, epoch(600))), reply(body=b"[]"))

    async def run() -> list[str]:
        async with world.fetcher() as fetcher:
            await fetcher.get(Ask(URL))
            slow = URL.replace(PATH, "/ok?seconds=0.2")
            return sorted(await asyncio.gather(*(codes(fetcher, slow) for _ in range(2)), codes(fetcher, HUB)))

    world.server.answer("/api/models", reply(body=b"[]"))
    assert asyncio.run(run()) == [["200"], ["200"], ["200"]]
    world.server.clear()
    world.server.answer(PATH, reply(body=b"[]", headers=github(1, epoch(600))))

    async def run_one() -> list[str]:
        async with world.fetcher() as fetcher:
            await fetcher.get(Ask(URL))
            slow = URL.replace(PATH, "/ok?seconds=0.2")
            return [code for each in await asyncio.gather(*(codes(fetcher, slow) for _ in range(2))) for code in each]

    assert sorted(asyncio.run(run_one())) == ["200", "quota_used_up"]


def test_A2_secondary_limits_wait_what_they_ask_or_a_minute_and_then_double(world: World) -> None:
    said = b'{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}'
    world.server.answer("/asked", reply(403, said, [("Retry-After", "90"), *github(40, epoch(600))]))
    world.server.answer(PATH, reply(403, said, github(40, epoch(600))))

    async def run() -> list[float]:
        waits = []
        async with world.fetcher() as fetcher:
            for url in (URL.replace(PATH, "/asked"), URL, URL, URL):
                with pytest.raises(Deferred) as caught:
                    await fetcher.get(Ask(url))
                waits.append(seconds_until(caught.value, world.now))
                world.now = caught.value.retry_at or world.now
        return waits

    assert asyncio.run(run()) == [90, 120, 240, 480]


@pytest.mark.parametrize(
    ("reset", "date", "seconds"),
    [
        (epoch(600), NOW, 601),
        (epoch(600), None, 601),
        (epoch(600, datetime(2019, 1, 1, tzinfo=UTC)), datetime(2019, 1, 1, tzinfo=UTC), 601),
        (epoch(-600), NOW, 60),
        (epoch(10_000_000), NOW, 3601),
        (90, NOW, 91),
    ],
)
def test_A3_a_reset_counts_from_the_answer_s_date_and_is_clamped(
    world: World, reset: int, date: datetime | None, seconds: int
) -> None:
    world.server.answer(PATH, reply(403, b"{}", github(0, reset, date)))
    assert seconds_until(world.fail(URL)) == seconds


def test_A4_conditional_requests_are_authorised_and_a_304_costs_no_budget(world: World) -> None:
    world.server.answer(PATH, reply(304, headers=github(59, epoch(600)), length=None))

    async def run(tokens: dict[str, str]) -> list[str]:
        async with world.fetcher(tokens=tokens, budgets={"api.github.com": 2}) as fetcher:
            found = await codes(fetcher, *[URL] * 4, validator=CONDITIONAL)
            assert fetcher.counts["api.github.com"].not_modified == found.count("304")
            return found

    assert asyncio.run(run(TOKENS)) == ["304"] * 4
    assert {("Bearer canary", '"a"')} == {
        (r.headers["authorization"], r.headers["if-none-match"]) for r in world.server.requests
    }
    assert asyncio.run(run({})) == ["304", "304", "quota_used_up", "quota_used_up"]


def test_a_budget_bounds_the_requests_of_one_run_and_names_the_reset(world: World) -> None:
    world.server.answer(PATH, reply(body=b"[]", headers=github(50, epoch(900))))

    async def run() -> Deferred:
        async with world.fetcher(budgets={"api.github.com": 3}) as fetcher:
            for _ in range(3):
                await fetcher.get(Ask(URL))
            with pytest.raises(Deferred) as caught:
                await fetcher.get(Ask(URL))
            assert fetcher.counts["api.github.com"].deferred == 1
            return caught.value

    assert seconds_until(asyncio.run(run())) == 900
    assert len(world.server.requests) == 3


def test_A5_an_expired_token_is_auth_failed_for_an_hour_and_never_shown(world: World) -> None:
    world.server.answer(PATH, reply(401, b'{"message":"Bad credentials","status":"401"}', github(50, epoch(600))))
    error = world.fail(URL, tokens={"api.github.com": "Bearer canary-token"})
    assert (error.code, seconds_until(error)) == ("auth_failed", 3600)
    assert "canary" not in error.detail


def test_A9_hugging_face_s_limit_is_waited_for(world: World) -> None:
    limit = [("RateLimit", '"api";r=0;t=55'), ("RateLimit-Policy", '"fixed window";"api";q=500;w=300')]
    world.server.answer("/api/models", reply(body=b"[]", headers=limit), reply(429, b"<html>", limit))

    async def run() -> list[str]:
        async with world.fetcher() as fetcher:
            found = await codes(fetcher, HUB, HUB)
            world.now = NOW + timedelta(seconds=57)
            return found + await codes(fetcher, HUB)

    assert asyncio.run(run()) == ["200", "quota_used_up", "rate_limited"]
    world.now = NOW
    error = world.fail(HUB)
    assert (error.code, seconds_until(error)) == ("rate_limited", 56)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"ratelimit": '"api";r=499;t=300'}, Quota(None, 499, NOW + timedelta(seconds=300))),
        (
            {"ratelimit": '"api";r=499;t=300, "pages";r=3;t=20', "ratelimit-policy": '"fixed window";"pages";q=100;w=300'},
            Quota(100, 3, NOW + timedelta(seconds=20)),
        ),
        ({"ratelimit": "junk"}, None),
        ({"ratelimit": '"api";r=x;t=y'}, None),
        ({"ratelimit": '"api"' + ";r=1" * 5000}, Quota(None, 1, None)),
        ({"x-ratelimit-remaining": "98.0", "x-ratelimit-reset": "333"}, Quota(None, 98, NOW + timedelta(seconds=333))),
        ({"ratelimit-remaining": "9", "ratelimit-reset": "30", "ratelimit-limit": "10"},
         Quota(10, 9, NOW + timedelta(seconds=30))),
        ({"x-ratelimit-remaining": "-3"}, Quota(None, 0, None)),
        ({"x-ratelimit-remaining": "many"}, None),
    ],
)  # fmt: skip
def test_quota_headers_of_several_conventions_are_read(headers: dict[str, str], expected: Quota | None) -> None:
    assert read_quota(headers, NOW) == expected


def test_answers_in_another_order_never_raise_what_remains_in_a_window() -> None:
    ledger = Ledger({}, {})
    reset = NOW + timedelta(seconds=300)
    for remaining in (7, 9, 8):
        ledger.admit("h", NOW)
        ledger.settle("h", {"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": "300"}, free=False, now=NOW)
    assert ledger.state()["h"]["remaining"] == 7
    later = NOW + timedelta(seconds=301)
    ledger.settle("h", {"x-ratelimit-remaining": "60", "x-ratelimit-reset": "300"}, free=False, now=later)
    assert ledger.state()["h"] == {
        "limit": None, "remaining": 60, "reset_at": (reset + timedelta(seconds=301)).isoformat(), "held_until": None,
        "reason": "",
    }  # fmt: skip


@pytest.mark.parametrize("junk", [{}, {"remaining": "x", "reset_at": 5, "held_until": "no"}, {"remaining": True}])
def test_a_stored_quota_that_cannot_be_read_counts_as_unknown(world: World, junk: dict[str, object]) -> None:
    assert world.get("http://news.example/ok", quotas={"news.example": junk}).body == FEED


def test_a_quota_survives_its_journey_through_json() -> None:
    quota = Quota(60, 3, NOW, NOW + timedelta(hours=1), "it answered 429")
    assert Quota.from_json(quota.to_json()) == quota


def test_what_another_process_learnt_only_ever_makes_a_quota_stricter_within_a_window() -> None:
    soon, later = NOW + timedelta(minutes=5), NOW + timedelta(minutes=9)
    ledger = Ledger({"a": Quota(60, 30, soon), "b": Quota(60, 5, soon), "c": Quota(60, 9, later, NOW, "wait")}, {})
    ledger.absorb(
        {
            "a": Quota(60, 12, soon, later, "it answered 429"),
            "b": Quota(60, 50, soon),
            "c": Quota(60, 50, soon),
            "d": Quota(500, 1, soon),
        }
    )
    expected = {
        "a": Quota(60, 12, soon, later, "it answered 429"),
        "b": Quota(60, 5, soon),
        "c": Quota(60, 9, later, NOW, "wait"),
        "d": Quota(500, 1, soon),
    }
    assert {site: quota.to_json() for site, quota in expected.items()} == ledger.state()


def test_a_later_window_of_another_process_replaces_the_one_that_is_known() -> None:
    ledger = Ledger({"a": Quota(60, 0, NOW)}, {})
    ledger.absorb({"a": Quota(60, 58, NOW + timedelta(hours=1))})
    assert Quota(60, 58, NOW + timedelta(hours=1)).to_json() == ledger.state()["a"]
