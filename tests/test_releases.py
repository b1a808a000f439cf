"""From a set of evidence to a release."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from aggregator import releases
from aggregator.model import STATUSES, TRUST_HUB, TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR, Artifact, LineName, Showing

LINE = LineName("zhipu", "GLM-9", "glm9", "GLM", "9", "", "zhipu:glm9", "GLM-9")


def day(number: int) -> datetime:
    return datetime(2027, 2, number, 8, tzinfo=UTC)


def showing(status: str, at: int, kind: str = "release", trust: int = TRUST_PRESS, **more: Any) -> Showing:
    item = more.pop("item", f"{status}-{at}-{kind}")
    return Showing("glm9", status, trust, day(at), item, f"https://outlet.example/{item}", "outlet", kind, **more)


def artifact(**more: Any) -> Artifact:
    values = {"kind": "instruct", "size": "700B-A40B", "precision": None, "bytes": None, "licence": "mit"}
    return Artifact(
        "huggingface", "zai-org/GLM-9", url="https://hub.example/zai-org/GLM-9", created=day(11), **{**values, **more}
    )


def test_mentions_alone_make_no_release() -> None:
    assert releases.derive(LINE, "cn", [showing("mention", 1)], []) is None


def test_the_timeline_has_each_step_with_the_item_that_showed_it_first() -> None:
    told = [
        showing("rumoured", 1, "rumour", TRUST_RUMOUR),
        showing("rumoured", 3, "rumour", TRUST_RUMOUR),
        showing("announced", 8, trust=TRUST_LAB),
        showing("available", 9),
        showing("announced", 10),
        showing("open", 11, trust=TRUST_HUB),
        showing("available", 12),
    ]
    release = releases.derive(LINE, "cn", told, [])
    assert release is not None
    assert [(s.status, s.at, s.item) for s in release.timeline] == [
        ("rumoured", day(1), "rumoured-1-rumour"),
        ("announced", day(8), "announced-8-release"),
        ("available", day(9), "available-9-release"),
        ("open", day(11), "open-11-release"),
    ]
    assert (release.status, release.first_seen, release.new_at) == ("open", day(1), day(1))


def test_a_step_that_comes_after_a_further_one_is_no_step() -> None:
    release = releases.derive(LINE, "cn", [showing("open", 5), showing("announced", 6), showing("rumoured", 7)], [])
    assert release is not None
    assert [s.status for s in release.timeline] == ["open"]


def test_a_comparison_or_how_to_makes_no_line_new() -> None:
    told = [showing("available", 2, "comparison"), showing("available", 3, "howto"), showing("available", 6)]
    release = releases.derive(LINE, "cn", told, [])
    assert release is not None
    assert (release.first_seen, release.new_at) == (day(2), day(6))


def test_openness_follows_evidence_and_not_what_the_lab_calls_it() -> None:
    called = showing("announced", 1, facts=(("lab_says", "open-source"),), trust=TRUST_LAB)
    release = releases.derive(LINE, "cn", [called], [])
    assert release is not None
    assert (release.openness, release.open["weights"], release.open["lab_says"]) == (
        "unknown",
        "unknown",
        "open-source",
    )
    with_weights = releases.derive(LINE, "cn", [called], [artifact()])
    assert with_weights is not None
    assert (with_weights.openness, with_weights.osi, with_weights.licence) == ("open-weights", True, "mit")
    closed = releases.derive(LINE, "cn", [showing("available", 2, facts=(("weights", "no"),))], [])
    assert closed is not None
    assert closed.openness == "closed"


def test_weights_that_a_placeholder_or_a_third_party_has_open_nothing() -> None:
    placeholder, foreign = artifact(weights=False), artifact(first_party=False)
    release = releases.derive(LINE, "cn", [showing("announced", 1)], [placeholder, foreign])
    assert release is not None
    assert release.openness == "unknown"


def test_a_rumoured_line_takes_the_furthest_status_of_its_generation() -> None:
    tier = [showing("open", 20)]
    release = releases.derive(LINE, "cn", [showing("rumoured", 1, "rumour")], [], generation=tier)
    assert release is not None
    assert release.status == "open"


def test_sizes_come_in_the_order_of_their_parameters() -> None:
    sizes = ["397B-A17B", "0.6B", "1T", "27B", "35B-A3B"]
    own = [artifact(size=size) for size in sizes]
    release = releases.derive(LINE, "cn", [showing("open", 1)], own)
    assert release is not None
    assert release.sizes == ("0.6B", "27B", "35B-A3B", "397B-A17B", "1T")


evidence = st.builds(
    showing,
    st.sampled_from([*STATUSES, "mention", "fact"]),
    st.integers(1, 28),
    st.sampled_from(["release", "update", "rumour", "comparison", "howto"]),
    st.sampled_from([TRUST_RUMOUR, TRUST_PRESS, TRUST_LAB, TRUST_HUB]),
    facts=st.lists(
        st.tuples(
            st.sampled_from(["weights", "licence", "size", "context"]), st.sampled_from(["yes", "no", "mit", "7B", "9"])
        ),
        max_size=3,
    ).map(tuple),
)


@example(
    [
        showing("rumoured", 1, "update", TRUST_PRESS, facts=(("licence", "yes"),)),
        showing("rumoured", 1, "update", TRUST_PRESS, facts=(("licence", "no"),)),
    ]
)
@given(st.lists(evidence, max_size=5))
def test_the_order_in_which_evidence_came_changes_nothing(told: list[Showing]) -> None:
    derived = {repr(releases.derive(LINE, "cn", list(order), [])) for order in itertools.permutations(told)}
    assert len(derived) == 1


@given(st.lists(evidence, min_size=1, max_size=8))
def test_a_timeline_rises_in_status_and_time_and_ends_at_the_status(told: list[Showing]) -> None:
    release = releases.derive(LINE, "cn", told, [])
    if release is None or not release.timeline:
        return
    ranks = [STATUSES.index(s.status) for s in release.timeline]
    times = [s.at for s in release.timeline]
    assert ranks == sorted(set(ranks))
    assert times == sorted(times)
    assert (
        release.status
        == release.timeline[-1].status
        == max((s.status for s in told if s.status in STATUSES), key=STATUSES.index)
    )
