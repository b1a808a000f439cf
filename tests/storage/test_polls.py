"""What a poll's transaction promises: once, whole, edits that are no news, baselines, what was pruned stays away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from storage_world import DAY, FEED, HUB, NOW, OTHER, QWEN, about, poll, prepared, repository

from aggregator.model import Ask, ItemQuery, Validator
from aggregator.storage import Store


def found(store: Store, **query: object) -> list[str]:
    return sorted(item.guid for item in store.items(ItemQuery(all_copies=True, limit=1000, **query))[0])  # type: ignore[arg-type]


def test_the_same_poll_twice_changes_nothing(store: Store) -> None:
    one = poll([prepared(f"g{i}", line=QWEN, published=NOW - DAY) for i in range(5)])
    first = store.commit_polls([one], NOW)
    before = store.logical_dump()
    second = store.commit_polls([one], NOW + DAY)
    assert (first[0].new, first[0].updated, second[0].new, second[0].updated) == (5, 0, 0, 0)
    assert before == store.logical_dump()


def test_an_edit_updates_the_item_and_is_no_news(store: Store) -> None:
    store.commit_polls([poll([prepared("a", "Old words", published=NOW - DAY)])], NOW)
    store.commit_polls([poll([prepared("b", "Newer", published=NOW)])], NOW + DAY)
    before = store.items(ItemQuery(words="old"))[0][0]
    counts = store.commit_polls([poll([prepared("a", "New words", published=NOW - DAY)])], NOW + 2 * DAY)
    after = store.item(before.id)
    assert after is not None
    assert (counts[0].new, counts[0].updated) == (0, 1)
    assert ("New words", before.first_seen, before.appeared, 1) == (
        after.title,
        after.first_seen,
        after.appeared,
        after.revision,
    )
    assert (found(store, words="old"), found(store, words="new words")) == ([], ["a"])


def test_what_a_source_held_at_first_is_baseline_until_its_listing_was_read_whole(store: Store) -> None:
    early = prepared("early", published=NOW - 30 * DAY)
    undated, future = prepared("undated"), prepared("future", published=NOW + timedelta(hours=2))
    store.commit_polls([poll([early, undated], complete=False)], NOW)
    store.commit_polls([poll([early, undated, future])], NOW + timedelta(minutes=30))
    store.commit_polls([poll([prepared("fresh", published=NOW)])], NOW + DAY)
    items = {item.guid: item for item in store.items()[0]}
    assert [items[g].baseline for g in ("early", "undated", "future", "fresh")] == [True, True, True, False]
    assert items["early"].appeared == NOW - 30 * DAY
    assert items["undated"].appeared == NOW
    assert NOW + timedelta(minutes=30) == items["future"].appeared
    assert items["fresh"].appeared == NOW + DAY


def test_an_item_dated_long_before_the_baseline_ended_is_late_but_a_repository_is_not(store: Store) -> None:
    store.commit_polls([poll([prepared("x")]), poll([], HUB)], NOW)
    old = prepared("old", published=NOW - 8 * DAY)
    hub = repository("Qwen/Qwen3.5-7B", "1", QWEN, created=NOW - 8 * DAY)
    store.commit_polls([poll([old]), poll([hub], HUB)], NOW + DAY)
    items = {item.guid: item for item in store.items()[0]}
    assert (items["old"].late, items["Qwen/Qwen3.5-7B"].late) == (True, False)


def test_a_failed_poll_stores_what_arrived_and_ends_no_baseline(store: Store) -> None:
    failed = poll(
        [prepared("a")], complete=False, error="boom", error_code="deadline", validators={}, cursor={"old": 1}
    )
    store.commit_polls([failed], NOW)
    state = store.state(FEED.id)
    assert (found(store), state.cursor) == (["a"], {"old": 1})
    assert (state.fail_count, state.baseline_at, state.last_ok_at) == (1, None, None)
    assert state.error_code == "deadline"
    store.commit_polls([poll([prepared("a")])], NOW + DAY)
    assert (store.state(FEED.id).fail_count, store.state(FEED.id).baseline_at) == (0, NOW + DAY)


def test_a_deferred_poll_is_no_failure(store: Store) -> None:
    told = poll([], complete=False, error="wait", error_code="quota_used_up", retry_at=NOW + DAY, validators={})
    store.commit_polls([told], NOW)
    assert (store.state(FEED.id).fail_count, store.state(FEED.id).retry_at) == (0, NOW + DAY)
    material = store.material(NOW, NOW + DAY, [FEED.id])
    assert (material.failed, material.deferred) == ((), (FEED.id,))


def test_validators_come_back_with_their_pages(store: Store) -> None:
    page = Ask("https://press.example/feed?page=2", headers={"accept": "x"}, body=b"\xff", context={"n": 1})
    kept = Validator('W/"1"', "Mon", "h", (page,), NOW)
    store.commit_polls([poll([], validators={FEED.url: kept})], NOW)
    assert {FEED.url: kept} == store.validators(FEED.id)


def test_what_was_pruned_does_not_come_back_as_new(store: Store) -> None:
    entries = [prepared("old", published=NOW - 500 * DAY), prepared("held", line=QWEN, published=NOW - 500 * DAY)]
    store.commit_polls([poll(entries)], NOW - 450 * DAY)
    assert store.prune(NOW - 400 * DAY, NOW) == 1
    assert found(store) == ["held"]
    assert store.commit_polls([poll(entries)], NOW)[0].new == 0
    assert (found(store), store.check()) == (["held"], [])


def test_an_entry_under_an_alias_is_the_stored_item(store: Store) -> None:
    store.commit_polls([poll([repository("Qwen/Old", "id1", QWEN)], HUB)], NOW)
    renamed = repository("Qwen/New", "id1", QWEN)
    counts = store.commit_polls([poll([renamed], HUB)], NOW + DAY)
    by_name = prepared("Qwen/Old", source=HUB)
    again = store.commit_polls([poll([by_name], HUB)], NOW + 2 * DAY)
    assert (counts[0].new, counts[0].updated, again[0].new) == (0, 1, 0)
    assert store.counts()["artifacts"] == 1


def test_a_source_that_changes_all_its_guids_brings_nothing_new(store: Store) -> None:
    dated = [prepared(f"g{i}", f"A headline of some length {i}", published=NOW - i * DAY) for i in range(1, 6)]
    store.commit_polls([poll(dated)], NOW)
    moved = [prepared(f"new-{i}", f"A headline of some length {i}", published=NOW - i * DAY, url=f"https://press.example/moved/{i}")
             for i in range(1, 6)]  # fmt: skip
    assert [store.commit_polls([poll(moved)], NOW + n * DAY)[0].new for n in (1, 2)] == [0, 0]
    assert store.counts()["items"] == 5


def test_two_things_with_one_link_and_title_are_two_while_both_are_listed(store: Store) -> None:
    first = prepared("g1", "Weekly", url="https://press.example/")
    second = prepared("g2", "Weekly", url="https://press.example/")
    store.commit_polls([poll([first])], NOW)
    assert store.commit_polls([poll([first, second])], NOW + DAY)[0].new == 1


def test_different_things_under_one_guid_are_kept_apart_in_every_order(store: Store) -> None:
    one = prepared("same", "First thing of all", url="https://press.example/1")
    two = prepared("same", "Second thing of all", url="https://press.example/2")
    counts = [
        store.commit_polls([poll(p)], NOW + n * DAY)[0] for n, p in enumerate([(one, two), (two, one), (two,), (one,)])
    ]
    assert [(c.new, c.updated) for c in counts] == [(2, 0), (0, 0), (0, 0), (0, 0)]


def test_a_row_that_the_database_refuses_costs_only_itself(store: Store) -> None:
    bad = replace(prepared("bad"), title="lone \ud800 surrogate", search_title="")
    counts = store.commit_polls([poll([prepared("a"), bad, prepared("b")])], NOW)
    assert (counts[0].new, len(counts[0].rejected), found(store)) == (2, 1, ["a", "b"])
    assert (store.counts()["quarantined"], store.check()) == (1, [])


@pytest.mark.parametrize("search", [True, False])
def test_the_index_follows_edits_whoever_made_the_tokens(store: Store, search: bool) -> None:
    store.commit_polls([poll([prepared("a", "One", content="body of it", search=search)])], NOW)
    store.commit_polls([poll([prepared("a", "Two", content="other", search=not search)])], NOW)
    assert (found(store, words="body"), found(store, words="two"), found(store, words="other")) == ([], ["a"], ["a"])
    before = found(store, words="two")
    assert store.rebuild_search() == 1
    assert before == found(store, words="two")


def test_leases_and_claims_belong_to_one_owner_at_a_time(store: Store) -> None:
    assert store.lease(FEED.id, "me", NOW + timedelta(minutes=5), NOW)
    assert not store.lease(FEED.id, "you", NOW + timedelta(minutes=5), NOW)
    assert store.lease(FEED.id, "you", NOW + timedelta(minutes=9), NOW + timedelta(minutes=6))
    store.release_lease(FEED.id, "me")
    assert not store.lease(FEED.id, "me", NOW + DAY, NOW + timedelta(minutes=7))
    assert store.claim("worker", "me", timedelta(minutes=2), NOW)
    assert not store.claim("worker", "you", timedelta(minutes=2), NOW + timedelta(minutes=1))
    store.release_claim("worker", "me")
    assert store.claim("worker", "you", timedelta(minutes=2), NOW + timedelta(minutes=1))


def test_one_transaction_takes_several_polls_of_one_source(store: Store) -> None:
    counts = store.commit_polls([poll([prepared("a")]), poll([prepared("a"), prepared("b")]), poll([], OTHER)], NOW)
    assert [c.new for c in counts] == [1, 1, 0]


def test_labels_that_change_are_stored_without_a_revision(store: Store) -> None:
    store.commit_polls([poll([prepared("a", labels=about(QWEN))])], NOW)
    store.commit_polls([poll([prepared("a", labels=about(None, "other"))])], NOW)
    item = store.items()[0][0]
    assert (item.kind, item.revision, item.lines, store.release("Qwen3.5")) == ("other", 0, (), None)
    assert store.check() == []


def test_a_nul_or_half_a_character_anywhere_costs_at_most_its_own_item(store: Store) -> None:
    """Both databases keep the same items: PostgreSQL takes no NUL, and neither takes a lone surrogate."""
    odd = [prepared("nul\0guid", "one"), prepared("b", "nul\0title"), prepared("c", url="https://press.example/\0c"),
           prepared("d", author="a\0b", extra={"key\0": "value\0"}), prepared("half\ud800", "two"),
           prepared("e", "fine"), prepared("f", content="body \0 of it"), prepared("g", summary="\ud83d half")]  # fmt: skip
    notes = poll(odd, error="reset by \0 peer", error_code="network", complete=False, notes=("note \0 \ud800",),
                 validators={FEED.url: Validator('"\0"', None, "hash", (), NOW)})  # fmt: skip
    counts = store.commit_polls([notes], NOW)
    assert counts[0].new + len(counts[0].rejected) == len(odd)
    assert {item.title for item in store.items()[0]} >= {"one", "fine"}
    assert store.commit_polls([notes], NOW)[0].new == 0
    assert store.check() == []
