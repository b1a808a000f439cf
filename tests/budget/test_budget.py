"""The whole registry costs what is promised: counted at a server that answers for every host, by an injected clock."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from registry_world import API, HF, PUBLIC

from aggregator.model import PollOutcome

HOUR = timedelta(hours=1)


def words(outcomes: list[PollOutcome]) -> dict[str, int]:
    return dict(Counter(outcome.outcome for outcome in outcomes))


def told(outcomes: list[PollOutcome]) -> list[tuple[str, str | None]]:
    return [(o.id, o.error) for o in outcomes if o.outcome not in ("new", "unchanged", "updated")]


@pytest.mark.slow
def test_a_cold_poll_without_a_token_calls_no_api_of_github_and_reads_every_source(rig: Callable[..., object]) -> None:
    world = rig(token=False, rows=3)
    outcomes = world.poll()
    assert told(outcomes) == []
    assert len(outcomes) > 270 and world.server.points() == 0 and world.server.calls(API) == 0
    assert world.dialled == {PUBLIC}  # the guard saw a public address for every host
    assert max(world.server.most_in_flight.values()) <= 2


@pytest.mark.slow
def test_a_cold_poll_with_a_token_needs_at_most_150_calls(rig: Callable[..., object]) -> None:
    world = rig(token=True, rows=9)
    outcomes = world.poll()
    assert told(outcomes) == []
    assert 50 < world.server.points() <= 150
    print(f"cold with a token: {world.server.points()} points, {world.server.calls(HF)} calls of Hugging Face")


def test_what_a_small_quota_does_not_allow_is_deferred_and_goes_on_after_the_reset(rig: Callable[..., object]) -> None:
    world = rig(token=True, rows=3, quota=25)
    github = [source for source in world.sources if source.kind == "github"]
    first = world.poll(github)
    waiting = [outcome for outcome in first if outcome.outcome == "deferred"]
    assert set(words(first)) == {"new", "deferred"} and world.server.points() <= 25
    reset = world.server.window + HOUR
    assert {o.code for o in waiting} <= {"quota_used_up", "rate_limited"}
    assert all(o.retry_at is not None and timedelta(0) <= o.retry_at - reset < timedelta(minutes=2) for o in waiting)
    states = world.store.states()
    assert all(states[o.id].fail_count == 0 for o in waiting)

    world.now += timedelta(minutes=10)  # still used up: nothing is asked
    asked = world.server.calls(API)
    assert {o.outcome for o in world.poll([s for s in github if s.id in {o.id for o in waiting}])} == {"deferred"}
    assert world.server.calls(API) == asked

    done = {o.id for o in first} - {o.id for o in waiting}
    for _ in range(5):  # each hour the quota carries some more of them, and none is lost
        world.now += timedelta(minutes=61)
        again = world.poll([s for s in github if s.id not in done])
        assert not [o for o in again if o.outcome == "failed"]
        done |= {o.id for o in again if o.outcome != "deferred"}
    assert done == {source.id for source in github}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_steady_day_stays_within_its_budget(rig: Callable[..., object]) -> None:
    """Every hour the stars of 35 organisations move (so their listing is another), and four of them push into a model's
    repository; once a day everything is asked in full."""
    world = rig(token=True, rows=9)
    world.hosts = ("github.com", HF)
    world.poll()
    organisations = [s.options["organisation"] for s in world.sources if s.kind == "github" and "/" not in s.id]
    points, calls = [], []
    for hour in range(26):
        for number in range(35):
            name = organisations[(hour * 35 + number) % len(organisations)]
            world.server.starred[name] = hour + 1
            if number < 4:
                world.server.pushed[f"{name}/{hour % 9}"] = 60 * 24 * 40 + hour
        world.server.forget()
        assert told(world.work(HOUR, timedelta(minutes=10))) == []
        points.append(world.server.points())
        calls.append(world.server.calls(HF))
    print(f"points an hour: most {max(points)}, mean {sum(points) / len(points):.1f}; Hugging Face: most {max(calls)}")
    assert max(points) <= 60
    assert max(calls) <= 200


def test_a_quiet_day_costs_hardly_a_point(rig: Callable[..., object]) -> None:
    world = rig(token=True, rows=2)
    world.hosts = ("github.com",)
    world.poll()
    world.server.forget()
    world.work(timedelta(hours=6), timedelta(minutes=15))
    assert world.server.points() == 0 and world.server.calls(API) > 300


def test_followed_labs_are_asked_every_hour(rig: Callable[..., object]) -> None:
    world = rig(token=False, rows=1)
    followed = [s for s in world.sources if s.lab and world.configuration.labs[s.lab].region == "cn"]
    world.poll(followed)
    states = world.store.states()
    for source in followed:
        wait = states[source.id].next_poll_at - world.now
        assert wait <= timedelta(minutes=66.1), source.id  # an hour and its jitter


def test_every_source_of_the_registry_can_be_tried_and_nothing_is_stored(rig: Callable[..., object]) -> None:
    world = rig(token=True, rows=3)
    found = world.check()
    assert [(each.id, each.error) for each in found if each.outcome in ("failed", "deferred")] == []
    assert len(found) > 270 and world.server.points() <= 150
    assert world.store.states() == {} and {each.kind for each in found} == {s.kind for s in world.sources}


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("token", [False, True])
def test_a_cold_poll_of_everything_ends_within_three_minutes_at_100_ms(rig: Callable[..., object], token: bool) -> None:
    world = rig(token=token, rows=100, latency=0.1)
    left: list[int] = []
    began = time.monotonic()
    outcomes = world.poll(progress=lambda outcome, remaining: left.append(remaining))
    took = time.monotonic() - began
    items, asked = sum(o.new for o in outcomes), len(world.server.seen)
    print(f"token={token}: {len(outcomes)} sources, {asked} requests, {items} items, {took:.1f} s")
    assert told(outcomes) == []
    assert left == list(range(len(outcomes) - 1, -1, -1))
    assert took < 180
