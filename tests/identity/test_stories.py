"""Stories: which items report one event, and the laws of the relation. All texts are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.names.line import make_line
from aggregator.stories import Event, components, event, same_event, story_buckets

DAY = datetime(2026, 2, 12, 9, tzinfo=UTC)
G5, G53, G5_FLASH = (
    make_line("zhipu", "GLM", "5"),
    make_line("zhipu", "GLM", "5.3"),
    make_line("zhipu", "GLM", "5", "Flash"),
)
TTS, CODER = make_line("qwen", "Qwen", "3", "TTS"), make_line("qwen", "Qwen", "3", "Coder-Next")
K25, V4 = make_line("moonshot", "Kimi", "K2.5"), make_line("deepseek", "DeepSeek", "V4")


def news(
    id: str,
    title: str,
    *lines: object,
    kind: str = "release",
    labs: tuple[str, ...] = (),
    hours: float = 0,
    language: str = "en",
) -> Event:
    labs = labs or tuple(sorted({line.lab for line in lines}))  # type: ignore[attr-defined]
    return event(
        id, title=title, kind=kind, labs=labs, lines=lines, appeared=DAY + timedelta(hours=hours), language=language
    )  # type: ignore[arg-type]


TOGETHER = [
    (
        "one launch in two languages",
        news("a", "Zhipu unveils GLM-5", G5),
        news("b", "智谱发布GLM-5", G5, hours=9, language="zh"),
    ),
    ("a generation and its sizes", news("a", "GLM-5 is here", G5), news("b", "GLM-5 Flash tested", G5_FLASH, hours=9)),
    (
        "an accusation of several labs",
        news("a", "X accuses two labs", kind="policy", labs=("x", "y", "z")),
        news("b", "X指控两家公司", kind="policy", labs=("x", "y", "z"), hours=20, language="zh"),
    ),
    (
        "a funding round",
        news("a", "Moonshot raises $1 billion", kind="business", labs=("moonshot",)),
        news("b", "月之暗面完成新一轮融资", kind="business", labs=("moonshot",), hours=12, language="zh"),
    ),
    (
        "two roundups of the week",
        news("a", "The week: GLM-5, K2.5, V4", G5, K25, V4),
        news("b", "本周：GLM-5、K2.5、V4", G5, K25, V4, hours=5, language="zh"),
    ),
]
SEPARATE = [
    ("another version", news("a", "Zhipu unveils GLM-5", G5), news("b", "Zhipu unveils GLM-5.3", G53)),
    ("two models of one generation", news("a", "Qwen3-TTS is open", TTS), news("b", "Qwen3-Coder-Next is open", CODER)),
    (
        "a launch and a rumour",
        news("a", "Zhipu unveils GLM-5", G5),
        news("b", "GLM-5 expected next week", G5, kind="rumour", hours=-30),
    ),
    (
        "a launch and a guide",
        news("a", "Zhipu unveils GLM-5", G5),
        news("b", "GLM-5 on your Mac", G5, kind="howto", hours=6),
    ),
    (
        "the launch and a month later",
        news("a", "Zhipu unveils GLM-5", G5),
        news("b", "Zhipu unveils GLM-5", G5, hours=700),
    ),
    (
        "a roundup and one of its lines",
        news("a", "Zhipu unveils GLM-5", G5),
        news("b", "The week: GLM-5, K2.5, V4", G5, K25, V4),
    ),
    (
        "funding and revenue",
        news("a", "Moonshot raises $1 billion", kind="business", labs=("moonshot",)),
        news("b", "Moonshot revenue doubles", kind="business", labs=("moonshot",), hours=12),
    ),
    (
        "a letter and the reply to it",
        news("a", "Studio sues over GLM-5", G5, kind="policy"),
        news("b", "Zhipu responds to lawsuit", G5, kind="policy", hours=12),
    ),
    ("nothing in particular", news("a", "Snow in the Alps", kind="other"), news("b", "Snow in the Alps", kind="other")),
    ("a line and no line", news("a", "Zhipu unveils GLM-5", G5), news("b", "Zhipu unveils its model", labs=("zhipu",))),
]


@pytest.mark.parametrize(("what", "a", "b"), TOGETHER, ids=[case[0] for case in TOGETHER])
def test_reports_of_one_event_are_one_story(what: str, a: Event, b: Event) -> None:
    assert same_event(a, b) and same_event(b, a)
    assert set(story_buckets(a)) & set(story_buckets(b))
    assert components([a, b]) == [("a", "b")]


@pytest.mark.parametrize(("what", "a", "b"), SEPARATE, ids=[case[0] for case in SEPARATE])
def test_different_events_are_different_stories(what: str, a: Event, b: Event) -> None:
    assert not same_event(a, b)
    assert components([a, b]) == [("a",), ("b",)]


def test_only_an_item_that_names_both_joins_two_versions() -> None:
    both = news("c", "GLM-5 and GLM-5.3 side by side", G5, G53)
    apart = [news("a", "Zhipu unveils GLM-5", G5), news("b", "Zhipu unveils GLM-5.3", G53)]
    unnamed = news("d", "Zhipu unveils its models", labs=("zhipu",))
    assert len(components([*apart, unnamed])) == 3
    assert components([*apart, both]) == [("a", "b", "c")]


LINES = [G5, G53, G5_FLASH, TTS, CODER, K25, V4]
_titles = st.sampled_from(
    [
        "Zhipu unveils GLM-5",
        "智谱发布GLM-5",
        "Moonshot raises money",
        "GLM-5 expected next week",
        "Firm sues",
        "Firm responds to lawsuit",
        "The week in models, all of it",
    ]
)
_events = st.builds(
    lambda title, kind, lines, labs, hours, language: news(
        "", title, *lines, kind=kind, labs=tuple(labs), hours=hours, language=language
    ),
    _titles,
    st.sampled_from(["release", "update", "rumour", "policy", "business", "other"]),
    st.lists(st.sampled_from(LINES), max_size=4, unique=True),
    st.lists(st.sampled_from(["zhipu", "qwen", "x"]), max_size=3, unique=True),
    st.integers(-120, 120),
    st.sampled_from(["en", "zh"]),
)


def numbered(events: list[Event]) -> list[Event]:
    from dataclasses import replace

    return [replace(value, id=f"{at:03}") for at, value in enumerate(events)]


@given(_events, _events)
def test_the_relation_is_symmetric_and_covered_by_buckets(a: Event, b: Event) -> None:
    assert same_event(a, b) == same_event(b, a)
    if same_event(a, b):
        assert set(story_buckets(a)) & set(story_buckets(b))


@settings(max_examples=60)
@given(st.lists(_events, max_size=25), st.randoms())
def test_stories_do_not_depend_on_the_order_of_arrival(events: list[Event], chance: object) -> None:
    values = numbered(events)
    expected = components(values)
    chance.shuffle(values)  # type: ignore[attr-defined]
    assert components(values) == expected


@settings(max_examples=60)
@given(st.lists(_events, max_size=25))
def test_buckets_leave_no_related_pair_apart(events: list[Event]) -> None:
    values = numbered(events)
    story = {id: group for group in components(values) for id in group}
    for at, a in enumerate(values):
        for b in values[:at]:
            assert not same_event(a, b) or story[a.id] == story[b.id]
