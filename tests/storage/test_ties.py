"""Copies, stories, kinds of artifacts and releases: the same whatever the order in which the items came."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from storage_world import DAY, FEED, GLM, HUB, NOW, OTHER, QWEN, about, poll, prepared, repository

from aggregator.model import ItemQuery, Poll, Source
from aggregator.storage import Store

THIRD = Source("third", "feed", "https://third.example/feed")
TEXT = (
    "The laboratory presented its newest model on Monday and said that the weights can be downloaded from its page today. "
    "It has four hundred billion parameters, of which seventeen billion work at a time, and it reads pictures too. "
    "Developers who tried it said that it writes programs well, and that it needs less memory than the one before it did."
)


def copies(store: Store) -> dict[str, str | None]:
    items = store.items(ItemQuery(all_copies=True, limit=1000))[0]
    names = {item.id: f"{item.source}/{item.guid}" for item in items}
    return {names[i.id]: names[i.copy_of] if i.copy_of else None for i in items}


def test_the_same_address_in_two_sources_is_a_copy_of_the_earlier(store: Store) -> None:
    link = "https://lab.example/news/1"
    store.commit_polls([poll([prepared("a", url=link + "?utm_source=x", published=NOW - DAY)])], NOW)
    store.commit_polls([poll([prepared("b", source=OTHER, url=link, published=NOW - 2 * DAY)], OTHER)], NOW)
    store.commit_polls([poll([prepared("c", source=THIRD, url=link)], THIRD)], NOW)
    assert copies(store) == {"press/a": "other/b", "other/b": None, "third/c": "other/b"}
    assert [item.guid for item in store.items()[0]] == ["b"]
    assert [item.guid for item in store.items(ItemQuery(source="press"))[0]] == ["a"]
    assert store.items(ItemQuery(all_copies=True))[1] == 3


def test_one_address_twice_in_one_source_is_two_things(store: Store) -> None:
    store.commit_polls([poll([prepared(g, f"title {g}", url="https://lab.example/changelog") for g in "ab"])], NOW)
    assert copies(store) == {"press/a": None, "press/b": None}


def test_the_same_text_under_another_address_is_a_copy_and_a_chain_has_one_root(store: Store) -> None:
    first = prepared("a", "A new model of a laboratory", summary=TEXT, published=NOW - timedelta(hours=3))
    second = prepared(
        "b", "A new model of a laboratory", source=OTHER, summary=TEXT, published=NOW - timedelta(hours=2)
    )
    third = prepared(
        "c", "Something else", source=THIRD, url="https://other.example/b", published=NOW - timedelta(hours=1)
    )
    for one, source in ((third, THIRD), (first, FEED), (second, OTHER)):
        store.commit_polls([poll([one], source)], NOW)
    assert copies(store) == {"press/a": None, "other/b": "press/a", "third/c": "press/a"}
    assert store.check() == []


def test_an_edit_can_part_what_was_a_copy(store: Store) -> None:
    link = "https://lab.example/news/1"
    store.commit_polls(
        [poll([prepared("a", url=link, published=NOW)]), poll([prepared("b", source=OTHER, url=link)], OTHER)], NOW
    )
    store.commit_polls([poll([prepared("c", source=THIRD, url=link)], THIRD)], NOW)
    store.commit_polls([poll([prepared("a", url="https://lab.example/news/2", published=NOW)])], NOW)
    assert copies(store) == {"press/a": None, "other/b": None, "third/c": "other/b"}
    assert store.check() == []


def test_items_about_one_release_are_one_story_and_other_versions_are_not(store: Store) -> None:
    a = prepared("a", "Qwen3.5 is out", line=QWEN, published=NOW)
    b = prepared("b", "通义千问 Qwen3.5 今日开源", source=OTHER, line=QWEN, published=NOW)
    c = prepared("c", "GLM-5 is out", source=THIRD, line=GLM, published=NOW)
    store.commit_polls([poll([a]), poll([b], OTHER), poll([c], THIRD)], NOW)
    first, *rest = store.stories()[0]
    assert (first.sources, len(first.items), first.lines) == (2, 2, ("Qwen3.5",))
    assert [story.lines for story in rest] == [("GLM-5",)]
    assert first == store.story(first.id)


def test_an_item_on_the_same_line_that_tells_of_something_else_leaves_a_story_whole(store: Store) -> None:
    for guid, title in (("a", "Qwen3.5 is out"), ("b", "通义千问 Qwen3.5 今日开源")):
        store.commit_polls([poll([prepared(guid, title, line=QWEN, published=NOW)])], NOW)
    before = {story.items for story in store.stories()[0]}
    apart = prepared("c", "Lawsuit over Qwen3.5", source=OTHER, labels=about(QWEN, "policy", "mention"), published=NOW)
    store.commit_polls([poll([apart], OTHER)], NOW)
    after = {story.items for story in store.stories()[0]}
    assert len(before) == 1
    assert before < after
    assert store.check() == []


def test_the_earliest_repository_of_a_line_is_its_release_whenever_it_was_seen(store: Store) -> None:
    late, early = (repository(f"Qwen/Qwen3.5-{n}", n, QWEN, created=NOW - d * DAY) for n, d in (("7B", 1), ("1B", 2)))
    tuned = repository("somebody/Qwen3.5-tuned", "9", QWEN, created=NOW - 3 * DAY, first_party=False)
    for one in (late, tuned, early):
        store.commit_polls([poll([one], HUB)], NOW)
    kinds = {item.guid: item.kind for item in store.items()[0]}
    assert kinds == {"Qwen/Qwen3.5-1B": "release", "Qwen/Qwen3.5-7B": "update", "somebody/Qwen3.5-tuned": "howto"}
    release = store.release("qwen 3.5")
    assert release is not None
    assert (release.status, release.openness, release.region) == ("open", "open-weights", "cn")
    assert (release.licence or "").lower() == "apache-2.0"
    assert store.check() == []


def test_a_repository_that_two_organisations_list_is_one_whichever_was_read_first(
    new_database: Callable[[str], str],
) -> None:
    second = Source("huggingface:Moved", "huggingface", "https://hub.example/Moved")
    here = repository("Qwen/Qwen3.5-7B", "1", QWEN)
    there = prepared("Moved/Qwen3.5-7B", "Qwen/Qwen3.5-7B", source=second, labels=here.labels, lasting_id="1",
                     artifact=replace(here.entry.artifact, id="Moved/Qwen3.5-7B"), published=NOW - DAY)  # fmt: skip
    polls = [poll([here], HUB), poll([there], second)]
    dumps = set()
    orders = ([polls], [polls[::-1]], [polls[:1], polls[1:]], [polls[1:], polls[:1], polls[1:]])
    for number, parts in enumerate(orders):
        with Store.open(new_database(str(number))) as store:
            for part in parts:
                store.commit_polls(part, NOW)
            assert store.check() == []
            assert store.counts()["artifacts"] == 1
            dumps.add(store.logical_dump())
    assert len(dumps) == 1


def test_a_repository_that_its_hub_no_longer_lists_is_withdrawn_and_may_return(store: Store) -> None:
    one, two = repository("Qwen/A", "1", QWEN), repository("Qwen/B", "2", QWEN)
    store.commit_polls([poll([one, two], HUB, listed=(one.key, two.key))], NOW)
    store.commit_polls([poll([one], HUB, listed=(one.key,))], NOW + DAY)
    weights = {a.id: a.weights for a in store.releases()[0][0].artifacts}
    assert weights == {"Qwen/A": True, "Qwen/B": False}
    store.commit_polls([poll([one, two], HUB, listed=(one.key, two.key))], NOW + 2 * DAY)
    assert all(a.weights for a in store.releases()[0][0].artifacts)
    assert store.check() == []


def world() -> list[Poll]:
    """Polls of four sources with copies, edits within reach, stories and repositories."""
    link = "https://lab.example/news/1"
    press = []
    for i in range(8):
        title = f"Qwen3.5 report number {i} of the day"
        press.append(prepared(f"p{i}", title, line=QWEN, published=NOW - timedelta(hours=9 * i)))
    press.append(
        prepared("link", "The announcement of Qwen3.5", line=QWEN, url=link, published=NOW - timedelta(hours=5))
    )
    press.append(
        prepared("text", "A new model of a laboratory", summary=TEXT, line=GLM, published=NOW - timedelta(hours=4))
    )
    maybe = about(GLM, "rumour", "rumoured")
    court = about(QWEN, "policy", "mention")
    other = [prepared("o1", "Announced: Qwen3.5", source=OTHER, line=QWEN, url=link, published=NOW - timedelta(hours=6)),
             prepared("o2", "A new model of a laboratory", source=OTHER, summary=TEXT.replace("Monday", "Tuesday"), line=GLM,
                      published=NOW - timedelta(hours=3)),
             prepared("o3", "GLM-5 今日开源", source=OTHER, labels=maybe, published=NOW - 3 * DAY),
             prepared("o4", "Lawsuit over Qwen3.5", source=OTHER, labels=court, published=NOW - DAY)]  # fmt: skip
    third = [prepared("t1", "A new model of a laboratory", source=THIRD, summary=TEXT, published=NOW - timedelta(hours=2)),
             prepared("t2", "Elsewhere", source=THIRD, url="https://other.example/o2", published=NOW - timedelta(hours=1)),
             prepared("t3", "Undated word", source=THIRD, url="https://press.example/p0")]  # fmt: skip
    hub = [repository(f"Qwen/Qwen3.5-{n}B", str(n), QWEN, created=NOW - n * DAY) for n in range(1, 6)]
    hub.append(repository("zai/GLM-5", "z", GLM))
    return [poll(press), poll(other, OTHER), poll(third, THIRD), poll(hub, HUB)]


def halves(polls: list[Poll]) -> list[Poll]:
    """Each poll in two, neither complete: all stays baseline, so that times of first sight do not differ."""
    parts = []
    for one in polls:
        middle = len(one.prepared) // 2
        parts += [poll(part, one.source, complete=False) for part in (one.prepared[:middle], one.prepared[middle:])]
    return parts


@pytest.mark.slow
def test_twenty_orders_of_polls_give_the_same_logical_content(new_database: Callable[[str], str]) -> None:
    dumps = set()
    for seed in range(20):
        rng = random.Random(seed)
        parts = halves(world())
        rng.shuffle(parts)
        with Store.open(new_database(str(seed)), regions={"qwen": "cn"}) as store:
            while parts:
                some = [parts.pop() for _ in range(min(len(parts), rng.choice((1, 1, 2, 3))))]
                store.commit_polls(some, NOW)
            for again in rng.sample(halves(world()), 4):
                store.commit_polls([again], NOW)
            assert store.check() == []
            dumps.add(store.logical_dump())
    assert len(dumps) == 1


def test_an_edit_and_its_undoing_give_the_content_of_never(new_database: Callable[[str], str]) -> None:
    for number, (kept, edited) in enumerate(itertools.product(world(), world())):
        del kept
        with Store.open(new_database(str(number)), regions={"qwen": "cn"}) as store:
            store.commit_polls(world(), NOW)
            stories, roots = {s.items for s in store.stories()[0]}, copies(store)
            changed = [prepared(p.entry.guid, "Nothing of the kind", source=edited.source, url=f"https://e.example/{p.entry.guid}")
                       for p in edited.prepared[:3] if p.entry.artifact is None]  # fmt: skip
            store.commit_polls([poll(changed, edited.source)], NOW)
            assert store.check() == []
            store.commit_polls(world(), NOW)
            assert (stories, roots) == ({s.items for s in store.stories()[0]}, copies(store))
        if number >= 3:
            break
