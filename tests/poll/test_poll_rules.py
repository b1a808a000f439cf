"""One poll of one source, step by step, with a fetcher that answers from a table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from rigs import NOW, Rig, feed, guids, ok, outcome_words, source

from aggregator import owners
from aggregator.errors import Deferred, FetchError, StoreError
from aggregator.model import Ask, Reading
from aggregator.owners import LEASE
from aggregator.poll import poll_sources
from aggregator.sources import KINDS

NEWS = source("news")


def test_the_second_poll_is_conditional_and_finds_nothing_new(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a", "b"))
    assert outcome_words(rig.poll(NEWS)) == [("new", 2, 0)]
    assert outcome_words(rig.poll(NEWS)) == [("unchanged", 0, 0)]
    assert rig.asked == [(NEWS.url, False), (NEWS.url, True)]
    state = rig.store.state("news")
    assert (state.baseline_at, state.fail_count, state.error) == (NOW, 0, None)


def test_the_same_bytes_without_a_validator_are_not_read_again(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a"), etag=None)
    rig.poll(NEWS)
    assert outcome_words(rig.poll(NEWS)) == [("unchanged", 0, 0)]


def test_after_a_day_the_whole_document_is_asked_for_again(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a"))
    rig.poll(NEWS)
    rig.later(hours=25)
    rig.poll(NEWS)
    assert [conditional for _, conditional in rig.asked] == [False, False]


def test_other_selectors_read_the_same_page_anew(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a"))
    rig.poll(NEWS)
    rig.poll(source("news", options={"item": "li"}))
    assert [conditional for _, conditional in rig.asked] == [False, False]


def paged(rig: Rig, second: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed kind, but with a second page behind the first."""
    original = KINDS["feed"].read

    def read(ask: Ask, *arguments: Any) -> Reading:
        reading = original(ask, *arguments)
        more = (Ask(NEWS.url + "?page=2"),) if ask.url == NEWS.url else ()
        return Reading(reading.entries, pages=more, cursor={"seen": ask.url}, last=not more)

    monkeypatch.setattr(KINDS["feed"], "read", read)
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a", "b"))
    rig.replies[NEWS.url + "?page=2"] = second


def test_a_failing_second_page_keeps_the_entries_but_neither_cursor_nor_validators(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged(rig, FetchError("503 from the server", code="server_error", status=503), monkeypatch)
    (outcome,) = rig.poll(NEWS)
    assert (outcome.outcome, outcome.new, outcome.code) == ("partial", 2, "server_error")
    state = rig.store.state("news")
    assert (state.cursor, state.baseline_at, state.fail_count, state.error) == ({}, None, 1, "503 from the server")
    assert rig.store.validators("news") == {}
    assert guids(rig.store) == ["a", "b"]

    rig.replies[NEWS.url + "?page=2"] = ok(NEWS.url + "?page=2", feed("c"))
    assert outcome_words(rig.poll(NEWS)) == [("new", 1, 0)]
    assert [conditional for _, conditional in rig.asked] == [False] * 4
    state = rig.store.state("news")
    assert (state.cursor, state.baseline_at, state.fail_count) == ({"seen": NEWS.url + "?page=2"}, NOW, 0)


def test_a_quota_that_ends_between_two_pages_keeps_the_entries_and_is_deferred_everywhere(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = NOW + timedelta(minutes=20)
    paged(rig, Deferred("the quota is used up", code="quota_used_up", retry_at=until), monkeypatch)
    (outcome,) = rig.poll(NEWS)
    assert (outcome.outcome, outcome.new, outcome.retry_at) == ("deferred", 2, until)
    state = rig.store.state("news")
    assert (state.fail_count, state.baseline_at, state.retry_at) == (0, None, until)
    assert [(source, word, new) for source, word, _, _, new in rig.store.poll_figures()] == [("news", "deferred", 2)]
    material = rig.store.material(NOW, NOW + timedelta(days=1), ["news"])
    assert (material.failed, material.deferred) == ((), ("news",))


def test_a_304_of_the_first_page_still_asks_for_the_pages_behind_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    paged(rig, ok(NEWS.url + "?page=2", feed("c")), monkeypatch)
    rig.poll(NEWS)
    rig.replies[NEWS.url + "?page=2"] = ok(NEWS.url + "?page=2", feed("c", "d"), etag='"2"')
    assert outcome_words(rig.poll(NEWS)) == [("new", 1, 0)]
    assert rig.asked[2:] == [(NEWS.url, True), (NEWS.url + "?page=2", True)]


def test_a_retry_after_defers_and_is_obeyed(rig: Rig) -> None:
    until = NOW + timedelta(minutes=20)
    rig.replies[NEWS.url] = Deferred("429: not before 08:20", code="rate_limited", retry_at=until, status=429)
    (first,) = rig.poll(NEWS)
    assert (first.outcome, first.retry_at, first.code) == ("deferred", until, "rate_limited")
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a"))
    rig.later(minutes=19)
    (second,) = rig.poll(NEWS)
    assert (second.outcome, second.retry_at) == ("deferred", until)
    assert "08:20" in (second.error or "")
    assert len(rig.asked) == 1
    rig.later(minutes=2)
    assert outcome_words(rig.poll(NEWS)) == [("new", 1, 0)]
    state = rig.store.state("news")
    assert (state.fail_count, state.error, state.retry_at) == (0, None, None)


def test_another_processs_lease_defers_and_runs_out(rig: Rig) -> None:
    rig.replies[NEWS.url] = ok(NEWS.url, feed("a"))
    assert rig.store.lease("news", "somebody else", NOW + LEASE, NOW)
    (outcome,) = rig.poll(NEWS)
    assert (outcome.outcome, outcome.code, rig.asked) == ("deferred", "leased", [])
    rig.now += LEASE + timedelta(seconds=1)
    assert outcome_words(rig.poll(NEWS)) == [("new", 1, 0)]


def test_a_lease_is_given_back_whatever_happened(rig: Rig) -> None:
    rig.replies[NEWS.url] = FetchError("no route", code="connect_failed")
    rig.poll(NEWS)
    assert rig.store.lease("news", "somebody else", NOW + LEASE, NOW)


def test_leases_are_renewed_while_a_poll_lasts(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "RENEW_EVERY", 0.01)
    leased: list[Any] = []
    lease = rig.store.lease_all

    class Noted:
        def __getattr__(self, name: str) -> Any:
            return getattr(rig.store, name)

        def lease_all(self, *arguments: Any) -> set[str]:
            leased.append(arguments)
            rig.later(seconds=1)
            return set(lease(*arguments))

    rig.replies[NEWS.url] = ok(NEWS.url, feed("a"))
    rig.delay = 0.15
    assert outcome_words(rig.poll(NEWS, store=Noted())) == [("new", 1, 0)]
    assert len(leased) >= 2
    assert leased[-1][2] > leased[0][2]


def test_an_organisation_that_is_a_user_is_asked_for_as_a_user(rig: Rig) -> None:
    github = source("github:alice", "github", url="https://web.example/alice", options={"organisation": "alice"})
    asks = KINDS["github"].asks(github, {}, rig.means(endpoints=_with_token(rig)).endpoints, NOW)
    assert asks[0].fallback is not None
    user = asks[0].fallback.url
    rig.replies[user] = ok(user, b"[]", etag='"user"')
    (outcome,) = rig.poll(github, endpoints=_with_token(rig))
    assert (outcome.outcome, outcome.error) == ("unchanged", None)
    assert [url for url, _ in rig.asked] == [asks[0].url, user]


def _with_token(rig: Rig) -> Any:
    from dataclasses import replace

    return replace(rig.means().endpoints, github_token=True)


def test_a_failing_source_costs_only_itself(rig: Rig) -> None:
    sources = [source(f"s{n}") for n in range(5)]
    for one in sources:
        rig.replies[one.url] = ok(one.url, feed(one.id))
    rig.replies[sources[2].url] = FetchError("no such name", code="dns_failed", stage="dns")
    outcomes = rig.poll(*sources)
    assert [o.id for o in outcomes] == [s.id for s in sources]
    assert [o.outcome for o in outcomes] == ["new", "new", "failed", "new", "new"]


def test_sources_that_hang_delay_no_other(rig: Rig) -> None:
    hanging = [source(f"h{n}") for n in range(60)]
    good = source("good")
    told: list[str] = []

    async def run() -> None:
        release = asyncio.Event()

        async def get(ask: Ask, validator: Any = None) -> Any:
            if ask.url == good.url:
                return ok(good.url, feed("a"))
            await release.wait()
            raise FetchError("not done after 60 s", code="deadline")

        def note(outcome: Any, left: int) -> None:
            told.append(outcome.id)
            if outcome.id == "good":
                release.set()

        rig.get = get  # type: ignore[method-assign]
        async with asyncio.timeout(20):
            await poll_sources([*hanging, good], rig.means(), note)

    asyncio.run(run())
    assert told[0] == "good"
    assert len(told) == 61


def test_a_defect_of_a_rule_costs_only_its_entry_and_is_told(rig: Rig) -> None:
    class Broken:
        def labels(self, entry: Any, source: Any, **texts: str) -> Any:
            if entry.guid == "bad":
                raise KeyError("a rule is wrong")
            return rig.means().understanding.labels(entry, source, **texts)

    sources = [source(f"s{n}") for n in range(3)]
    for one, entries in zip(sources, (["s0"], ["s1", "bad"], ["bad"]), strict=True):
        rig.replies[one.url] = ok(one.url, feed(*entries))
    outcomes = rig.poll(*sources, understanding=Broken())
    assert [(o.outcome, o.new, o.code) for o in outcomes] == [
        ("new", 1, None), ("partial", 1, "internal"), ("failed", 0, "internal"),
    ]  # fmt: skip
    assert rig.store.validators("s1") == {}
    assert rig.store.state("s1").fail_count == 1
    assert outcome_words(rig.poll(sources[1])) == [("new", 1, 0)]


class Refusing:
    """A store whose transactions fail with `error` while they hold a poll of `refused` (of any source, if None)."""

    def __init__(self, store: Any, error: Exception, refused: str | None = None) -> None:
        self._store, self._error, self._refused = store, error, refused

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit_polls(self, polls: Any, now: Any) -> Any:
        if any(self._refused in (None, p.source.id) and p.error is None for p in polls):
            raise self._error
        return self._store.commit_polls(polls, now)


def test_a_store_that_refuses_is_one_error_and_not_a_group(rig: Rig) -> None:
    sources = [source(f"s{n}") for n in range(4)]
    for one in sources:
        rig.replies[one.url] = ok(one.url, feed(one.id))
    with pytest.raises(StoreError) as caught:
        rig.poll(*sources, store=Refusing(rig.store, StoreError("the disk is full", code="disk_full")))
    assert caught.value.code == "disk_full"
    assert guids(rig.store) == []
    assert rig.store.lease("s0", "somebody else", NOW + LEASE, NOW)


def test_a_poll_that_the_store_cannot_take_fails_alone_and_is_told(rig: Rig) -> None:
    sources = [source(f"s{n}") for n in range(4)]
    for one in sources:
        rig.replies[one.url] = ok(one.url, feed(one.id))
    outcomes = rig.poll(*sources, store=Refusing(rig.store, ValueError("a constraint"), "s2"))
    assert [(o.outcome, o.code) for o in outcomes] == [
        ("new", None), ("new", None), ("failed", "internal"), ("new", None),
    ]  # fmt: skip
    state = rig.store.state("s2")
    assert (state.fail_count, state.error_code) == (1, "internal")
    assert state.next_poll_at > NOW
    assert guids(rig.store) == ["s0", "s1", "s3"]


class Defective(Refusing):
    """A store that takes no poll of a source, not even one that says that it failed."""

    def commit_polls(self, polls: Any, now: Any) -> Any:
        if any(p.source.id == self._refused for p in polls):
            raise self._error
        return self._store.commit_polls(polls, now)


def test_a_source_whose_failure_cannot_be_stored_either_backs_off_as_any_that_fails(rig: Rig) -> None:
    sources = [source("s0"), source("s1")]
    for one in sources:
        rig.replies[one.url] = ok(one.url, feed(one.id))
    assert [o.outcome for o in rig.poll(*sources)] == ["new", "new"]
    store, waits = Defective(rig.store, ValueError("a defect"), "s1"), []
    for failures in (1, 2, 3):
        _, outcome = rig.poll(*sources, store=store)
        assert (outcome.outcome, outcome.code) == ("failed", "internal")
        state = rig.store.state("s1")
        assert (state.fail_count, state.error_code, state.error) == (
            failures,
            "internal",
            "internal error: ValueError: a defect",
        )
        assert state.next_poll_at is not None
        waits.append(state.next_poll_at - rig.now)
        rig.now = state.next_poll_at
    assert waits == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)]
    assert [row[1] for row in rig.store.poll_figures() if row[0] == "s1"] == ["failed", "new"]
    assert guids(rig.store) == ["s0", "s1"]
    rig.poll(sources[1])
    assert (rig.store.state("s1").fail_count, rig.store.state("s1").error) == (0, None)


def test_a_defect_before_anything_was_asked_backs_off_too(rig: Rig) -> None:
    class Forgetful(Refusing):
        def validators_of(self, source_ids: Sequence[str]) -> Any:
            if "news" in source_ids:
                raise KeyError("a column")
            return rig.store.validators_of(source_ids)

    others = [source(f"s{n}") for n in range(3)]
    outcome, *rest = rig.poll(NEWS, *others, store=Forgetful(rig.store, ValueError()))
    assert (outcome.outcome, outcome.code) == ("failed", "internal")
    assert sorted(url for url, _ in rig.asked) == [one.url for one in others]
    assert {one.code for one in rest} == {"not_found"}
    state = rig.store.state("news")
    assert (state.fail_count, state.error_code, state.next_poll_at) == (1, "internal", NOW + timedelta(hours=1))


def test_progress_counts_down_to_nothing(rig: Rig) -> None:
    sources = [source(f"s{n}") for n in range(5)]
    left: list[int] = []
    asyncio.run(poll_sources(sources, rig.means(), lambda outcome, rest: left.append(rest)))
    assert left == [4, 3, 2, 1, 0]


def test_a_poll_of_nothing_is_nothing(rig: Rig) -> None:
    assert rig.poll() == []


def test_a_listing_that_never_ends_is_cut_and_is_not_complete(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(ask: Ask, *arguments: Any) -> Reading:
        number = int(ask.url.rpartition("=")[2]) if "=" in ask.url else 1
        return Reading(pages=(Ask(f"{NEWS.url}?page={number + 1}"),), last=False)

    monkeypatch.setattr(KINDS["feed"], "read", read)
    monkeypatch.setattr(Rig, "get", _anything)
    (outcome,) = rig.poll(NEWS)
    assert "too_many_pages" in outcome.notes
    assert len(rig.asked) == 20
    assert rig.store.state("news").baseline_at is None


async def _anything(rig: Rig, ask: Ask, validator: Any = None) -> Any:
    rig.asked.append((ask.url, False))
    return ok(ask.url, b"x", etag=None)


def test_C8_making_entries_ready_ends_in_time_and_each_poll_begins_elsewhere(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source of 5,000 hostile entries costs the service half a minute, not five; and none of them is lost for ever."""
    from aggregator.poll import work

    turns = iter(range(1000))

    class Ticking(work.Clock):
        def is_over(self) -> bool:
            return next(turns) % 3 == 2  # two entries are made ready, then the time is over

    monkeypatch.setattr(work, "Clock", Ticking)
    rig.replies[NEWS.url] = ok(NEWS.url, feed(*"abcdefgh"))
    (outcome,) = rig.poll(NEWS)
    assert (outcome.outcome, outcome.new, outcome.code) == ("partial", 2, "parse_timeout")
    assert rig.store.validators("news") == {} and guids(rig.store) == ["a", "b"]
    for _ in range(3):
        rig.poll(NEWS)
    assert guids(rig.store) == list("abcdefgh")


def test_C8_the_clock_of_making_ready_counts_processor_and_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    from aggregator.poll import work

    assert not work.Clock().is_over()
    monkeypatch.setattr(work, "PREPARING", -1.0)
    assert work.Clock().is_over()
    monkeypatch.setattr(work, "PREPARING", 30.0)
    monkeypatch.setattr(work, "PREPARING_WALL", -1.0)
    assert work.Clock().is_over()
