"""Entries that a feed lists as at the last poll are not made ready again, and the store comes out as if they had been."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import sqlite_template
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs import NOW, Inline, Rig, guids, ok, outcome_words, source

from aggregator.labelling import Labelling
from aggregator.model import Answer, Ask, Entry, Family, Lab, Reading, Source
from aggregator.parsing import preparing
from aggregator.sources import Endpoints
from aggregator.storage import Store

LABS = {"qwen": Lab("qwen", "Alibaba Qwen", "cn", (), (Family("Qwen"),))}
NEWS = source("news")


class Remembering(Inline):
    """A parser that makes entries ready where it reads them, as the workers do; `forgetful`: always all of them."""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.rules = preparing.pack(Labelling(LABS))
        self.forgetful = forgetful
        self.readings: list[Reading] = []

    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints, now: datetime,
        *, known: str = "",
    ) -> Reading:  # fmt: skip
        read = await super().read(ask, answer, source, cursor, endpoints, now)
        made = preparing.prepare(read, source, self.rules, len(answer.body), now, "" if self.forgetful else known)
        self.readings.append(made)
        return made


Thing = tuple[str, str, str, int | None]
"""Guid, title, link and hours before now of an entry."""


def feed(*things: Thing) -> bytes:
    def when(hours: int | None) -> str:
        at = NOW - timedelta(hours=hours or 0)
        return "" if hours is None else f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"

    entries = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://news.example/{link}</link><title>{title}</title>"
        f"<description>{title}: told by {guid * 9}.</description>"
        f"{when(hours)}</item>"
        for guid, title, link, hours in things
    )
    return f"<rss version='2.0'><channel><title>News</title>{entries}</channel></rss>".encode()


SUBJECTS = {"a": "Harbour lights before dawn", "b": "Nine tenders for a bridge", "c": "Rain over the northern plain"}


def thing(guid: str, title: str = "", hours: int | None = 30) -> Thing:
    return guid, title or SUBJECTS.get(guid, f"Number {guid} stands alone"), guid, hours


def polled(rig: Rig, parser: Remembering, *things: Thing, of: Source = NEWS) -> list[tuple[str, int, int]]:
    rig.later(hours=1)
    body = feed(*things)
    rig.replies[of.url] = ok(of.url, body, etag=None)
    return outcome_words(rig.poll(of, parser=parser, understanding=Labelling(LABS)))


def test_only_what_is_new_or_edited_is_made_ready(rig: Rig) -> None:
    parser = Remembering()
    assert polled(rig, parser, thing("a"), thing("b")) == [("new", 2, 0)]
    assert polled(rig, parser, thing("c"), thing("a"), thing("b", "Another title of the second")) == [("new", 1, 1)]
    assert [one.entry.guid for one in parser.readings[-1].prepared or ()] == ["c", "b"]
    assert len(parser.readings[-1].unchanged) == 1
    assert guids(rig.store) == ["a", "b", "c"]
    assert polled(rig, parser, thing("b", "Another title of the second"), thing("c")) == [("unchanged", 0, 0)]
    assert parser.readings[-1].prepared == ()


def test_other_rules_or_another_description_of_the_source_make_all_ready_again(rig: Rig) -> None:
    parser = Remembering()
    polled(rig, parser, thing("a"), thing("b"))
    polled(rig, parser, thing("a"), thing("b"), thing("c"), of=replace(NEWS, language="fr"))
    assert len(parser.readings[-1].prepared or ()) == 3
    parser.rules = preparing.pack(Labelling({**LABS, "x": Lab("x", "X", "cn", (), (Family("Xmodel"),))}))
    polled(rig, parser, thing("a"), thing("b"), of=replace(NEWS, language="fr"))
    assert len(parser.readings[-1].prepared or ()) == 2


def test_a_date_too_far_ahead_is_looked_at_again(rig: Rig) -> None:
    parser = Remembering()
    polled(rig, parser, thing("a", hours=-40), thing("b"))
    rig.later(hours=20)
    assert polled(rig, parser, thing("a", hours=-40), thing("b"), thing("c")) == [("new", 1, 1)]
    found, _ = rig.store.items()
    assert {item.guid: item.published for item in found}["a"] == NOW + timedelta(hours=40)


def test_a_listing_that_names_something_twice_is_made_ready_whole() -> None:
    rules = preparing.pack(Labelling(LABS))
    listing = Reading(tuple(Entry("a", f"https://news.example/{title}", title) for title in ("One", "Other")))
    made = preparing.prepare(listing, NEWS, rules, 100, NOW)
    assert (len(made.prepared or ()), made.known) == (2, "")
    alone = preparing.prepare(replace(listing, entries=listing.entries[:1]), NEWS, rules, 100, NOW)
    assert preparing.prepare(listing, NEWS, rules, 100, NOW, alone.known).unchanged == ()


def test_what_is_listed_as_before_but_is_not_stored_is_read_again(rig: Rig) -> None:
    parser = Remembering()
    polled(rig, parser, thing("a"), thing("b"))
    with rig.store.engine.begin() as connection:  # as no command of ours would
        connection.execute(sa.text("delete from item where guid = 'a'"))
    assert polled(rig, parser, thing("a"), thing("b"), thing("c")) == [("new", 1, 0)]
    assert "known" not in rig.store.state("news").facts
    assert all(v.body_hash is None for v in rig.store.validators("news").values())
    assert polled(rig, parser, thing("a"), thing("b"), thing("c")) == [("new", 1, 0)]
    assert guids(rig.store) == ["a", "b", "c"]


def test_what_was_pruned_is_not_looked_for(rig: Rig) -> None:
    parser = Remembering()
    polled(rig, parser, thing("a"), thing("b"))
    rig.store.prune(rig.now + timedelta(days=1), rig.now)
    assert polled(rig, parser, thing("a"), thing("b"), thing("c")) == [("new", 1, 0)]
    assert guids(rig.store) == ["c"]
    assert "known" in rig.store.state("news").facts


def test_an_entry_beside_an_unchanged_one_of_the_same_title_and_link_is_another_thing(rig: Rig) -> None:
    parser = Remembering()
    one = ("a", "The same long title twice", "same", 30)
    polled(rig, parser, one, thing("b"))
    assert polled(rig, parser, one, thing("b"), ("z", *one[1:])) == [("new", 1, 0)]
    assert polled(rig, parser, one, thing("b"), ("z", *one[1:]), thing("c")) == [("new", 1, 0)]


def test_a_feed_of_which_something_stayed_is_no_other_site(rig: Rig) -> None:
    parser = Remembering()
    polled(rig, parser, *(thing(str(n)) for n in range(5)))
    elsewhere = [(f"n{n}", f"Something new numbered {n}", f"../../other.example/{n}", 2) for n in range(4)]
    assert polled(rig, parser, thing("0"), *elsewhere) == [("new", 4, 0)]
    assert rig.store.state("news").facts.get("another_site") is None


@pytest.mark.parametrize("known", ["", "!", "AAAA", "x" * 4000])
def test_damaged_memory_only_costs_time(known: str) -> None:
    assert all(len(one) == preparing.DIGEST for one in preparing._taken_apart(known))


TITLES = ("Qwen3.5 is out today", "Qwen3.5 is out today!", "A quiet day in spring", "A noisy day in spring")
LONG = os.environ.get("PROPERTIES") == "soak"
THINGS = st.tuples(
    st.sampled_from("abcd"), st.sampled_from(TITLES), st.sampled_from("abce"), st.sampled_from((None, -40, 2, 50))
)


@settings(max_examples=200 if LONG else 12, deadline=None)
@given(st.lists(st.lists(THINGS, max_size=5, unique_by=lambda one: one[0]), min_size=2, max_size=5))
def test_the_store_comes_out_as_if_all_had_been_made_ready(
    tmp_path_factory: pytest.TempPathFactory, listings: list[list[Thing]]
) -> None:
    dumps, words = [], []
    for forgetful in (False, True):
        path: Path = tmp_path_factory.mktemp("law") / "a.db"
        shutil.copyfile(sqlite_template(), path)
        with Store.open(f"sqlite:///{path}") as store:
            rig, parser = Rig(store), Remembering(forgetful=forgetful)
            words.append([polled(rig, parser, *things) for things in listings])
            dumps.append(store.logical_dump())
    assert words[0] == words[1]
    assert dumps[0] == dumps[1]
