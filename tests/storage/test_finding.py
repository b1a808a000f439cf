"""The ways to the items of a question lead to the same rows, in the same order, and to the same number."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from storage_world import DAY, GLM, NOW, OTHER, QWEN, about, poll, prepared

from aggregator.model import Item, ItemQuery, ReleaseQuery, StoryQuery
from aggregator.storage import Store, finding

WORDS = ("", "even", "rare number", '"number 7"', "数", "数字", "none of it")
WINDOWS = ((None, None), (NOW - 3 * DAY, None), (NOW - 4 * DAY, NOW - 2 * DAY))


@pytest.fixture
def many(store: Store) -> Store:
    """Two hundred items of two sources and two labs, copies among them, stored in another order than they appeared."""
    made = []
    for number in range(200):
        told = (
            f"number {number} {'even' if number % 2 == 0 else 'odd'} {'rare' if number % 40 == 0 else ''} 数字{number}"
        )
        labels = about(
            QWEN if number % 3 else GLM, "release" if number % 5 else "rumour", topics=("agents",) * (number % 2)
        )
        made.append(
            prepared(f"g{number}", told, labels=labels, published=NOW - (number * 37 % 200) * timedelta(hours=1))
        )
    twins = [
        prepared("t1", "number 1 odd  数字1", published=NOW - DAY),
        prepared("t2", "alone and even", published=NOW),
    ]
    store.commit_polls([poll(made), poll(twins, OTHER)], NOW)
    return store


@pytest.mark.parametrize("words", WORDS)
def test_every_way_leads_to_the_same_items(many: Store, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filters = ({}, {"lab": "qwen"}, {"topic": "agents"}, {"kind": "rumour"}, {"source": "press"}, {"line": "glm5"},
               {"lab": "qwen", "topic": "agents"}, {"language": "en"}, {"all_copies": True},
               {"source": ""}, {"kind": ""}, {"language": ""})  # fmt: skip
    for chosen, (since, until) in itertools.product(filters, WINDOWS):
        found: set[tuple[tuple[str, ...], int]] = set()
        for look, ask in ((2, 80), (0, 10**9), (10**9, 0), (1, 1)):
            monkeypatch.setattr(finding, "LOOK", look)
            monkeypatch.setattr(finding, "SORT", look)
            monkeypatch.setattr(finding, "ASK", ask)
            query = ItemQuery(words=words, since=since, until=until, limit=7, offset=3, **chosen)  # type: ignore[arg-type]
            page, total = many.items(query)
            found.add((tuple(item.guid for item in page), total))
        ((guids, total),) = found
        everything, _ = many.items(ItemQuery(limit=500, **chosen))  # type: ignore[arg-type]
        inside = [one for one in everything if (since is None or one.appeared >= since) and (until is None or one.appeared < until)]  # fmt: skip
        passing = [one for one in inside if _has(one, words)]
        assert (list(guids), total) == ([one.guid for one in passing[3:10]], len(passing)), (chosen, since, until)


def _has(item: Item, words: str) -> bool:
    from aggregator.searching import scan

    return not words or scan(words, f"{item.title} | {item.summary} | {item.content}")


def test_a_number_beyond_the_most_is_the_most_and_one(many: Store) -> None:
    for words, most, told in (("even", 10, 11), ("even", 100, 101), ("even", 500, 101), ("", 30, 31), ("zzz", 5, 0)):
        page, total = many.items(ItemQuery(words=words, most=most, limit=4, offset=2))
        assert (total, len(page)) == (told, 4 if told else 0), (words, most)
    page, total = many.items(ItemQuery(words="even", most=3, limit=5, offset=20))
    assert (len(page), total) == (5, 4), "pages beyond what was counted are there"
    stories, total = many.stories(StoryQuery(most=2, limit=5))
    assert (len(stories), total) == (min(5, many.stories()[1]), min(3, many.stories()[1]))


@pytest.mark.parametrize("words", ["", "even", "number", "数", "rare", "zzz"])
def test_every_way_leads_to_the_same_stories(many: Store, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for since, until in WINDOWS:
        found = set()
        for look, ask in ((2, 80), (0, 10**9), (10**9, 0)):
            monkeypatch.setattr(finding, "LOOK", look)
            monkeypatch.setattr(finding, "SORT", look)
            monkeypatch.setattr(finding, "ASK", ask)
            stories, total = many.stories(StoryQuery(words=words, since=since, until=until, limit=4, offset=1))
            found.add((tuple(story.id for story in stories), total))
        assert len(found) == 1, (words, since, until)


def test_pages_of_lines_are_cut_from_what_passes(many: Store) -> None:
    everything, total = many.releases(ReleaseQuery())
    assert total == len(everything) == 2
    for query in ({}, {"words": "g"}, {"modality": "text"}, {"smallest": 0}):
        passing, number = many.releases(ReleaseQuery(**query))  # type: ignore[arg-type]
        assert number == len(passing)
        for offset in range(3):
            page, told = many.releases(ReleaseQuery(limit=1, offset=offset, **query))  # type: ignore[arg-type]
            assert (page, told) == (passing[offset : offset + 1], number)
        if passing:
            after = (passing[0].appeared, passing[0].key)
            assert many.releases(ReleaseQuery(after=after, **query))[0] == passing[1:]  # type: ignore[arg-type]
