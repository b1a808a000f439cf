"""What hubs do to their releases, repositories and pages: nothing is told twice, and nothing is missed."""

from __future__ import annotations

from typing import Any

import pytest
from hubs import API, GLM5, LISTING, QWEN, ZAI, Hub, Reader, model, release, repository
from rigs import Rig, guids

from aggregator.sources import KINDS

RELEASES, TAGS = (f"{API}/repos/zai-org/GLM-5/{what}?per_page=100" for what in ("releases", "tags"))
FIRST = "2026-02-17T09:00:00Z"


@pytest.fixture
def reader(rig: Rig) -> Reader:
    return Reader(rig)


def show(hub: Hub, *releases: dict[str, Any], tags: tuple[str, ...] | None = None) -> None:
    """GLM-5's repository with these releases, and tags (theirs, unless others are named)."""
    named = [row["tag_name"] for row in releases if not row["draft"]] if tags is None else tags
    hub.serve(f"{API}/repos/zai-org/GLM-5", repository(1, "zai-org/GLM-5"))
    hub.serve(RELEASES, [row for row in releases if not row["draft"]])
    hub.serve(TAGS, [{"name": name, "commit": {"sha": f"{number:040}"}} for number, name in enumerate(named)])


def started(reader: Reader, tag: str = "GLM-5.1") -> None:
    """A repository whose reader was told of its one release, number 10."""
    show(reader.hub)
    reader.poll(GLM5)
    reader.rig.later(hours=1)
    show(reader.hub, release(10, tag, FIRST))
    assert reader.poll(GLM5).new == 1
    assert reader.day() == [("glm5.1", "new")]


STEPS = {
    "edited": [release(10, "GLM-5.1", FIRST, body="More was written.")],
    "promoted": [release(10, "GLM-5.1", FIRST, prerelease=True)],
    "its name is another": [release(10, "GLM-5.1", FIRST, name="GLM-5.1, at last")],
    "re-tagged": [release(10, "v5.1", FIRST, name="GLM-5.1")],
    "deleted": [],
    "made again under another number": [release(11, "GLM-5.1", "2026-02-19T09:00:00Z")],
    "that one edited": [release(11, "GLM-5.1", "2026-02-19T09:00:00Z", body="More was written.")],
    "that one re-tagged": [release(11, "v5.1.0", "2026-02-19T09:00:00Z", name="GLM-5.1")],
    "made again by the new tag": [release(12, "v5.1.0", "2026-02-20T09:00:00Z", name="GLM-5.1")],
}


def test_S17_a_release_edited_retagged_deleted_and_made_again_is_one_item_and_told_once(reader: Reader) -> None:
    started(reader)
    for word, rows in STEPS.items():
        show(reader.hub, *rows)
        assert reader.poll(GLM5).new == 0, word
        assert reader.day() == [], word
        reader.rig.later(hours=1)
    assert len(guids(reader.rig.store)) == 2  # the repository and the release
    assert reader.rig.store.check() == []


def test_S17_between_its_deletion_and_its_return_the_tag_alone_is_no_news(reader: Reader) -> None:
    started(reader)
    for rows, tags in (((), ("GLM-5.1",)), ((), ()), ((), ("GLM-5.1",)), ((release(11, "GLM-5.1", FIRST),), None)):
        show(reader.hub, *rows, tags=tags)
        assert reader.poll(GLM5).new == 0
        assert reader.day() == []


def test_S17_a_tag_that_its_release_gave_up_may_carry_another_one(reader: Reader) -> None:
    show(reader.hub, release(10, "v5.2", FIRST, name="GLM-5.1"))  # tagged wrongly
    reader.poll(GLM5)
    show(reader.hub, release(10, "v5.1", FIRST, name="GLM-5.1"))
    assert reader.poll(GLM5).new == 0
    reader.day()
    later = "2026-02-18T09:00:00Z"
    for _ in range(2):
        show(reader.hub, release(11, "v5.2", later, name="GLM-5.2"), release(10, "v5.1", FIRST, name="GLM-5.1"))
        reader.poll(GLM5)
    assert reader.day() == [("glm5.2", "new")]
    assert {item.title for item in reader.rig.store.items()[0]} == {"zai-org/GLM-5", "GLM-5.1", "GLM-5.2"}
    assert reader.day() == []


def test_S19_a_draft_that_is_published_late_stands_low_in_the_list_and_is_found(reader: Reader) -> None:
    reader.hub.size = 10
    old = [release(100 + n, f"GLM-5.{n}", f"2026-01-{31 - n:02}T00:00:00Z") for n in range(1, 30)]
    draft = release(50, "GLM-4.9", "2026-01-01T00:00:00Z", draft=True)
    show(reader.hub, *old, draft)
    reader.poll(GLM5)
    assert "zai-org/GLM-5@GLM-4.9" not in guids(reader.rig.store)
    reader.rig.later(hours=1)
    published = {**draft, "draft": False, "published_at": "2026-02-17T08:30:00Z"}
    show(reader.hub, *old, published)
    asked = len(reader.rig.asked)
    assert reader.poll(GLM5).new == 1
    assert "zai-org/GLM-5@GLM-4.9" in guids(reader.rig.store)
    assert (f"{RELEASES}&after=20", True) in reader.rig.asked[asked:]  # behind two pages that did not change
    assert reader.day() == [("glm4.9", "new")]


def organisation(hub: Hub, *releases: dict[str, Any], tags: tuple[str, ...], pushed: str) -> None:
    """An organisation of one repository of models."""
    show(hub, *releases, tags=tags)
    hub.serve(LISTING, [repository(1, "zai-org/GLM-5", pushed)])


def test_S19_of_an_organisation_a_draft_that_makes_its_tag_is_found_at_once(reader: Reader) -> None:
    old = [release(100 + n, f"GLM-5.{n}", f"2026-01-{31 - n:02}T00:00:00Z") for n in range(1, 30)]
    draft = release(50, "GLM-4.9", "2026-01-01T00:00:00Z", published_at="2026-02-17T08:30:00Z")
    reader.hub.size = 10
    tags = tuple(row["tag_name"] for row in old)
    organisation(reader.hub, *old, tags=tags, pushed="2026-02-16T00:00:00Z")
    reader.poll(ZAI)
    organisation(reader.hub, *old, draft, tags=(*tags, "GLM-4.9"), pushed="2026-02-17T08:30:00Z")
    reader.poll(ZAI)
    assert "zai-org/GLM-5@GLM-4.9" in guids(reader.rig.store)


def test_S19_of_an_organisation_a_draft_that_is_published_without_a_push_is_found_within_a_day(reader: Reader) -> None:
    hub, pushed = reader.hub, "2026-02-17T07:00:00Z"
    organisation(hub, tags=(), pushed="2026-02-16T00:00:00Z")
    reader.poll(ZAI)
    organisation(hub, tags=("v5.1",), pushed=pushed)
    assert reader.poll(ZAI).new == 1  # the tag
    draft = release(50, "v5.1", "2026-02-17T07:00:00Z", name="GLM-5.1", published_at="2026-02-18T06:00:00Z")
    organisation(hub, draft, tags=("v5.1",), pushed=pushed)
    assert reader.poll(ZAI).outcome == "unchanged"  # once a day is enough
    reader.rig.later(days=1)
    asked = len(reader.rig.asked)
    reader.poll(ZAI)
    assert [url for url, _ in reader.rig.asked[asked:]].count(RELEASES) == 1
    assert "GLM-5.1" in {item.title for item in reader.rig.store.items()[0]}
    reader.rig.later(days=31)
    asked = len(reader.rig.asked)
    reader.poll(ZAI)
    assert RELEASES not in [url for url, _ in reader.rig.asked[asked:]]  # nor for ever


def test_S19_a_daily_look_comes_behind_what_waits(reader: Reader) -> None:
    hub = reader.hub
    for day in (16, 17):
        hub.serve(LISTING, [repository(n, f"zai-org/GLM-{n}", f"2026-02-{day}T0{n}:00:00Z") for n in range(1, 9)])
        for n in range(1, 9):
            hub.serve(f"{API}/repos/zai-org/GLM-{n}/releases?per_page=100", [])
            hub.serve(f"{API}/repos/zai-org/GLM-{n}/tags?per_page=100", [])
        reader.poll(ZAI)
        reader.poll(ZAI)
    reader.rig.later(days=1)
    looks = []
    for _ in range(3):
        asked = len(reader.rig.asked)
        reader.poll(ZAI)
        looks.append(sum("/releases?" in url for url, _ in reader.rig.asked[asked:]))
    assert looks == [5, 3, 0]


def test_S20_a_readme_edit_that_moves_only_the_time_of_a_repository_is_no_release(reader: Reader) -> None:
    (ask,) = KINDS["huggingface"].asks(QWEN, {}, reader.rig.means().endpoints, reader.rig.now)
    row = model(1, "Qwen3.5-9B", "2026-01-20T00:00:00Z")
    reader.hub.serve(ask.url, [row])
    reader.poll(QWEN)
    reader.day()
    before = reader.rig.store.items()[0], reader.rig.store.release("Qwen3.5")
    for day in range(19, 23):
        reader.hub.serve(ask.url, [{**row, "lastModified": f"2026-02-{day}T05:00:00Z"}])
        outcome = reader.poll(QWEN)
        assert (outcome.outcome, outcome.new, outcome.updated) == ("unchanged", 0, 0)
        assert reader.day() == []
    assert (reader.rig.store.items()[0], reader.rig.store.release("Qwen3.5")) == before


@pytest.mark.parametrize("inserted", [1, 3, 7])
def test_A8_what_is_inserted_between_two_pages_shifts_them_and_none_is_missed(reader: Reader, inserted: int) -> None:
    hub = reader.hub
    hub.size = 4
    names = [f"zai-org/{letter}" for letter in "abcdefghijklmnopq"]
    rows = [repository(n, names[n]) for n in range(9, -1, -1)]
    new = [repository(n, names[n], "2026-02-17T08:00:00Z") for n in range(9 + inserted, 9, -1)]
    hub.serve(LISTING, rows)
    hub.between = lambda: hub.serve(LISTING, [*new, *rows])
    seen = max(0, inserted - hub.size)  # of the new ones; those at whose place the first page was are not
    assert reader.poll(ZAI).new == 10 + seen
    assert set(names[:10]) <= set(guids(reader.rig.store))
    reader.rig.later(minutes=30)
    assert reader.poll(ZAI).new == inserted - seen
    assert guids(reader.rig.store) == names[: 10 + inserted]
    assert reader.poll(ZAI).new == 0


def test_A8_on_a_hub_of_models_none_is_missed_and_none_is_told_to_be_withdrawn(reader: Reader) -> None:
    hub = reader.hub
    hub.size = 2
    (ask,) = KINDS["huggingface"].asks(QWEN, {}, reader.rig.means().endpoints, reader.rig.now)
    rows = [model(n, f"Qwen3.{n}-9B", f"2026-01-0{n}T00:00:00Z") for n in range(5, 0, -1)]
    hub.serve(ask.url, rows)
    reader.poll(QWEN)
    reader.day()
    hub.serve(ask.url, [*rows[:1], {**rows[1], "gated": "auto"}, *rows[2:]])  # the first page is another one
    more = [model(6, "Qwen3.6-9B", "2026-02-18T00:00:00Z"), *rows]
    hub.between = lambda: hub.serve(ask.url, more)
    reader.poll(QWEN)
    hub.serve(ask.url, more)
    reader.poll(QWEN)
    assert [told for told in reader.day() if told[1] != "new"] == []
    assert guids(reader.rig.store) == sorted(f"Qwen/Qwen3.{n}-9B" for n in range(1, 7))


def test_a_repository_that_is_deleted_while_it_waits_for_its_turn_costs_nothing_else(reader: Reader) -> None:
    hub = reader.hub
    hub.serve(LISTING, [repository(n, f"zai-org/GLM-{n}") for n in range(1, 9)])
    for _ in range(2):
        reader.poll(ZAI)
    moved = [repository(n, f"zai-org/GLM-{n}", f"2026-02-17T0{n}:00:00Z") for n in range(1, 9)]
    for n in range(1, 9):
        hub.serve(f"{API}/repos/zai-org/GLM-{n}/releases?per_page=100", [release(n, f"GLM-{n}.1", FIRST)])
        hub.serve(f"{API}/repos/zai-org/GLM-{n}/tags?per_page=100", [])
    hub.serve(LISTING, moved)
    assert reader.poll(ZAI).new == 5  # at most so many at a poll, those last pushed first
    for n in (1, 3):
        del reader.rig.replies[f"{API}/repos/zai-org/GLM-{n}/releases?per_page=100"]
    hub.serve(LISTING, [row for row in moved if row["id"] not in (1, 3)])
    assert reader.poll(ZAI).new == 1
    assert "zai-org/GLM-2@GLM-2.1" in guids(reader.rig.store)
    assert reader.poll(ZAI).outcome == "unchanged"
