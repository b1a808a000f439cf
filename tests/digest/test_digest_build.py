"""What goes into a digest, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import digest_worlds as worlds
import pytest
from digest_worlds import LABS, SOURCES, World, at

from aggregator.digest import Digest, build
from aggregator.digest.build import HEADLINES, NEWS
from aggregator.digest.ranking import RULES, Case, importance
from aggregator.model import STATUSES, TRUST_HUB, TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR, Release


def digest_of(world: World, language: str = "en") -> Digest:
    return build(world.material(), LABS, SOURCES, language=language, timezone=worlds.ZONE)


def changes(digest: Digest) -> dict[str, str]:
    return {entry.release.line: entry.change for entry in (*digest.releases, *digest.also)}


def one_line(*told: tuple[int, str, str, int]) -> Digest:
    """The digest of a world with one line, shown by items of (day of February, kind, status, trust)."""
    w = World()
    line = w.line("zhipu", "GLM-9", "GLM", "9")
    for number, (day, kind, status, trust) in enumerate(told):
        w.item(f"i{number}", "wire", at(day, 9), f"Headline {number}", kind=kind)
        w.shows(line, f"i{number}", status, trust)
    return digest_of(w)


def test_a_day_is_sorted_into_its_sections() -> None:
    digest = digest_of(worlds.day())
    assert changes(digest) == {"Qwen3.5": "new", "Seedance 2.0": "new", "GLM-5": "status", "Kimi K2.5": "update"}
    assert [entry.release.line for entry in digest.peers] == ["Gemini 9 Pro"]
    assert [entry.release.line for entry in digest.rumours] == ["DeepSeek-V4"]
    assert [news.title for news in digest.news] == [
        "MiniMax shares jump on first day in Hong Kong",
        "智谱宣布与华为扩大合作",
    ]
    assert [news.title for news in digest.late] == ["Zhipu ouvre un bureau à Paris"]


def test_a_line_is_new_in_the_window_of_its_first_evidence_beyond_a_rumour_and_only_there() -> None:
    assert changes(one_line((5, "rumour", "rumoured", TRUST_RUMOUR), (16, "release", "available", TRUST_PRESS))) == {
        "GLM-9": "new"
    }
    assert changes(one_line((15, "release", "available", TRUST_PRESS), (16, "release", "available", TRUST_PRESS))) == {}
    assert changes(one_line((15, "release", "available", TRUST_PRESS), (16, "update", "available", TRUST_PRESS))) == {
        "GLM-9": "update"
    }


def test_a_further_status_is_told_with_the_status_before_and_its_date() -> None:
    entry = one_line((11, "release", "announced", TRUST_LAB), (16, "release", "open", TRUST_HUB)).releases[0]
    assert (entry.change, entry.before, entry.before_at) == ("status", "announced", at(11, 9))


@pytest.mark.parametrize("kind", ["comparison", "howto", "business", "policy", "other"])
def test_items_whose_subject_is_something_else_make_nothing_new(kind: str) -> None:
    assert changes(one_line((16, kind, "available", TRUST_PRESS))) == {}


def test_what_comes_after_the_window_changes_nothing_in_it() -> None:
    digest = one_line((16, "release", "announced", TRUST_LAB), (18, "release", "open", TRUST_HUB))
    assert digest.releases[0].release.status == "announced"


def test_a_rumour_is_fulfilled_by_the_lines_of_its_generation() -> None:
    digest = digest_of(worlds.updates())
    assert digest.rumours == ()
    told = {entry.release.line: entry.rumoured_at for entry in digest.releases}
    assert told["DeepSeek-V4-Pro"] == told["DeepSeek-V4-Flash"] == at(9)


def test_a_rumour_never_counts_as_a_release() -> None:
    digest = one_line((16, "rumour", "rumoured", TRUST_RUMOUR))
    assert changes(digest) == {}
    assert [entry.release.line for entry in digest.rumours] == ["GLM-9"]


def test_added_repositories_are_named_and_linked() -> None:
    entry = next(e for e in digest_of(worlds.updates()).releases if e.change == "artifacts")
    assert [link.title for link in entry.added] == ["zai-org/GLM-5-Base", "zai-org/GLM-5-FP8"]


def test_links_lead_to_weights_code_paper_announcement_and_articles() -> None:
    entry = digest_of(worlds.day()).releases[0]
    assert [(link.kind, link.source) for link in entry.links] == [
        ("weights", "Hugging Face"), ("weights", "ModelScope"), ("code", "GitHub"), ("paper", "灯下"),
        ("announcement", "Qwen blog"), ("story", "Harbour Wire"), ("story", "灯下"), ("story", "La Gazette des modèles"),
    ]  # fmt: skip
    assert entry.sources == 6


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "MiniMax shares jump on first day in Hong Kong"), ("zh", "MiniMax 在香港上市首日大涨")],
)
def test_a_story_has_the_title_of_a_member_in_the_reader_s_language(language: str, title: str) -> None:
    assert digest_of(worlds.day(), language).news[0].title == title


def test_a_story_that_an_entry_tells_or_that_began_before_is_not_told_again() -> None:
    w = worlds.day()
    w.story("told", ("qwen",), "q-wire", "q-dengxia")
    w.item("old", "wire", at(10), "An old story of MiniMax", kind="business", labs=("minimax",))
    w.item("again", "dengxia", at(16, 9), "MiniMax 旧闻", kind="business", labs=("minimax",))
    w.story("begun", ("minimax",), "old", "again")
    assert {news.story for news in digest_of(w).news} == {"story-1", "story-2"}


def test_a_busy_day_has_five_headlines_and_ten_stories_and_counts_the_rest() -> None:
    digest = digest_of(worlds.busy())
    assert len(digest.releases) == HEADLINES == 5
    assert len(digest.releases) + len(digest.also) == 30 + 12
    assert (len(digest.news), digest.more_news) == (NEWS, 30)


def test_entries_stand_in_the_order_of_their_importance() -> None:
    digest = digest_of(worlds.busy())
    points = [entry.importance for entry in (*digest.releases, *digest.also)]
    assert points == sorted(points, reverse=True)
    for entry in (*digest.releases, *digest.also, *digest.peers, *digest.rumours):
        assert entry.importance == sum(reason.points for reason in entry.reasons) <= 100


def test_the_highest_importance_is_a_hundred_and_each_rule_counts_as_the_table_says() -> None:
    entry = digest_of(worlds.day()).releases[0]
    release = _liked(entry.release, 1200)
    points, reasons = importance(Case(release, "new", 9))
    assert points == 100
    assert {reason.rule: reason.points for reason in reasons} == {
        "followed": 20, "new": 30, "open": 10, "generation": 10, "sources": 15, "large": 10, "liked": 5,
    }  # fmt: skip
    assert {reason.rule: reason.number for reason in reasons if reason.number} == {"sources": 9, "liked": 1200}
    assert [rule.name for rule in RULES] == [
        "followed", "new", "status", "serious", "change", "open", "generation", "sources", "large", "liked",
    ]  # fmt: skip


@pytest.mark.parametrize(("likes", "points"), [(None, 0), (99, 0), (100, 2), (999, 2), (1000, 5), (10**6, 5)])
def test_likes_of_the_labs_own_repositories_count_a_little(likes: int | None, points: int) -> None:
    release = digest_of(worlds.day()).releases[0].release
    told = {reason.rule: reason.points for reason in importance(Case(_liked(release, likes), "new", 1))[1]}
    assert told.get("liked", 0) == points
    strangers = tuple(replace(artifact, first_party=False) for artifact in _liked(release, likes).artifacts)
    assert "liked" not in {r.rule for r in importance(Case(replace(release, artifacts=strangers), "new", 1))[1]}


def _liked(release: Release, likes: int | None) -> Release:
    first = replace(release.artifacts[0], likes=likes, first_party=True)
    return replace(release, artifacts=(first, *(replace(a, likes=None) for a in release.artifacts[1:])))


def test_nothing_is_told_of_an_empty_window() -> None:
    digest = digest_of(worlds.quiet())
    assert digest.empty
    assert digest.polled == 41


def test_every_window_tells_a_line_as_new_exactly_once() -> None:
    steps = [
        (3, "rumour", "rumoured"),
        (6, "release", "announced"),
        (9, "release", "available"),
        (12, "update", "open"),
    ]
    told = []
    for day in range(1, 15):
        w = World(at(day, 0), at(day, 0) + timedelta(days=1))
        line = w.line("zhipu", "GLM-9", "GLM", "9")
        for number, (when, kind, status) in enumerate(steps):
            w.item(f"i{number}", "wire", at(when, 9), f"Headline {number}", kind=kind)
            w.shows(line, f"i{number}", status, TRUST_PRESS)
        digest = digest_of(w)
        told += [(day, entry.change, entry.release.status) for entry in (*digest.releases, *digest.rumours)]
    assert told == [
        (3, "new", STATUSES[0]),
        (6, "new", STATUSES[1]),
        (9, "status", STATUSES[2]),
        (12, "status", STATUSES[3]),
    ]
