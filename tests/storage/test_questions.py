"""Questions to the store: filters, words, pages, lines by any name, the material of a digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from storage_world import DAY, GLM, HUB, NOW, OTHER, QWEN, about, poll, prepared, repository

from aggregator.model import ItemQuery, ReleaseQuery, StoryQuery
from aggregator.searching import scan
from aggregator.storage import Store
from aggregator.storage.columns import Moment


@pytest.fixture
def filled(store: Store) -> Store:
    topical = about(QWEN, "release", topics=("agents",))
    press = [
        prepared("q", "Qwen3.5 opens its weights", labels=topical, language="en", published=NOW - 3 * DAY),
        prepared("g", "智谱GLM-5今日开源", labels=about(GLM), published=NOW - 2 * DAY),
        prepared("r", "GLM-5 wird erwartet", labels=about(GLM, "rumour", "rumoured"), published=NOW - 5 * DAY),
        prepared("x", "Nothing of the kind", content="a body that names 开源 and Qwen3.5", published=NOW - DAY),
    ]
    store.commit_polls([poll(press), poll([repository("Qwen/Qwen3.5-7B", "1", QWEN)], HUB)], NOW)
    return store


def guids(store: Store, **query: object) -> list[str]:
    return [item.guid for item in store.items(ItemQuery(**query))[0]]  # type: ignore[arg-type]


def test_items_come_newest_first_and_each_filter_leaves_its_own(filled: Store) -> None:
    assert guids(filled) == ["Qwen/Qwen3.5-7B", "x", "g", "q", "r"] or guids(filled)[2:] == ["g", "q", "r"]
    assert guids(filled, lab="zhipu") == ["g", "r"]
    assert guids(filled, kind="rumour") == ["r"]
    assert guids(filled, topic="agents") == ["q"]
    assert guids(filled, source="press", language="zh") == ["g"]
    assert guids(filled, line="Qwen 3.5") == ["Qwen/Qwen3.5-7B", "q"]
    assert guids(filled, line="glm5", since=NOW - 3 * DAY, until=NOW) == ["g"]
    assert guids(filled, words="开源", source="press") == ["x", "g"]
    assert guids(filled, words="qwen3.5 weights") == ["q"]
    assert guids(filled, words="?!") == []
    assert guids(filled, lab="nobody") == []
    assert filled.items(ItemQuery(limit=2, offset=1))[1] == 5


def test_the_total_counts_what_the_filters_leave(filled: Store) -> None:
    page, total = filled.items(ItemQuery(source="press", limit=1, offset=3))
    assert ([item.guid for item in page], total) == (["r"], 4)
    assert filled.items(ItemQuery(source="press", limit=1, offset=4)) == ([], 4)


def test_a_walk_and_a_sort_give_the_same_pages(store: Store) -> None:
    texts = [f"number {n} " + ("even " if n % 2 == 0 else "odd ") + ("rare" if n % 50 == 0 else "") for n in range(150)]
    store.commit_polls(
        [poll([prepared(f"g{n}", t, published=NOW - n * timedelta(hours=1)) for n, t in enumerate(texts)])], NOW
    )
    for words in ("number", "even", "rare", "odd number"):
        expected = [f"g{n}" for n, text in enumerate(texts) if scan(words, text)]
        for limit in (1, 2, 7, 200):
            found = [
                guid
                for at in range(0, len(expected), limit)
                for guid in guids(store, words=words, limit=limit, offset=at)
            ]
            assert found == expected


def test_an_item_comes_with_its_body_and_with_reasons(filled: Store) -> None:
    item = filled.items(ItemQuery(words="body"))[0][0]
    whole = filled.item(item.id)
    assert whole is not None
    assert (item.content, whole.content) == ("", "a body that names 开源 and Qwen3.5")
    assert filled.item_content(item.id) == whole.content
    assert (filled.item("nobody"), filled.explain("nobody")) == (None, [])


def test_releases_are_filtered_and_found_by_any_way_to_write_the_name(filled: Store) -> None:
    def names(**query: object) -> list[str]:
        return [release.line for release in filled.releases(ReleaseQuery(**query))[0]]  # type: ignore[arg-type]

    assert sorted(names()) == ["GLM-5", "Qwen3.5"]
    assert names(status="open") == ["Qwen3.5"]
    assert names(openness="open-weights", region="cn", licence="APACHE-2.0") == ["Qwen3.5"]
    assert (names(words="glm"), names(words="glm-5"), names(words="GLM 5"), names(lab="zhipu")) == (["GLM-5"],) * 4
    assert (names(modality="video"), names(region="us")) == ([], [])
    assert names(since=NOW - 4 * DAY) == ["Qwen3.5"]
    for name in ("Qwen3.5", "qwen 3.5", "QWEN-3.5", QWEN.key):
        found = filled.release(name)
        assert found is not None
        assert found.line == "Qwen3.5"
    assert filled.release("Qwen9") is None
    assert {showing.status for showing in filled.showings("GLM 5")} == {"available", "rumoured"}


def test_stories_are_found_by_the_words_and_the_time_of_their_items(filled: Store) -> None:
    assert len(filled.stories()[0]) == filled.counts()["stories"]
    assert [s.lines for s in filled.stories(StoryQuery(words="今日开源"))[0]] == [("GLM-5",)]
    assert filled.stories(StoryQuery(since=NOW + DAY)) == ([], 0)


def test_a_digest_gets_the_lines_of_its_window_with_all_their_evidence(filled: Store) -> None:
    filled.commit_polls([poll([prepared("late", "Old thing", source=OTHER)], OTHER)], NOW)
    filled.commit_polls([poll([prepared("old", "Older", source=OTHER, published=NOW - 30 * DAY)], OTHER)], NOW + DAY)
    material = filled.material(
        NOW - 2 * DAY - timedelta(hours=1), NOW - 2 * DAY + timedelta(hours=1), ["press", "unknown"]
    )
    assert [one.line.name for one in material.lines] == ["GLM-5"]
    assert len(material.lines[0].showings) == 2
    assert {item.guid for item in material.items.values()} == {"g", "r"}
    assert material.polled == 1
    assert [material.items[i].guid for i in material.late] == []
    later = filled.material(NOW + timedelta(hours=1), NOW + 2 * DAY, [])
    assert [later.items[i].guid for i in later.late] == ["old"]


def test_a_root_that_is_pruned_leaves_its_copy_as_root(store: Store) -> None:
    link = "https://lab.example/news"
    old = prepared("a", url=link, published=NOW - 500 * DAY)
    kept = prepared("b", source=OTHER, url=link, labels=about(QWEN), published=NOW - 2 * DAY)
    store.commit_polls([poll([old]), poll([kept], OTHER)], NOW - 450 * DAY)
    assert store.prune(NOW - 400 * DAY, NOW) in (0, 1)
    assert store.check() == []


@given(
    st.datetimes(
        min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30),
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)  # fmt: skip
def test_an_aware_time_comes_back_as_the_same_instant_in_utc(moment: datetime) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        back = Moment().process_result_value(Moment().process_bind_param(moment, dialect), dialect)
        assert back is not None
        assert (back, back.tzinfo) == (moment, UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())
