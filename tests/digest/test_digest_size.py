"""However much a day brings, the digest stays what one reads in a few minutes and what a mail program shows whole."""

from __future__ import annotations

import json
import random
import re

import digest_worlds as worlds
import pytest

from aggregator.digest import Digest, build, is_counted, render
from aggregator.digest.layout import lay_out
from aggregator.digest.pages import WORDS, count_words, words_in
from aggregator.digest.plain import WIDTH, columns, wrap


def digest_of(world: worlds.World, language: str = "en") -> Digest:
    return build(world.material(), worlds.LABS, worlds.SOURCES, language=language, timezone=worlds.ZONE)


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
@pytest.mark.parametrize(("releases", "stories"), [(5, 5), (10, 40), (30, 40), (100, 200)])
def test_a_busy_day_is_at_most_600_words(language: str, releases: int, stories: int) -> None:
    digest = digest_of(worlds.busy(releases, stories), language)
    assert count_words(lay_out(digest)) <= WORDS == 600
    read = re.sub(r"\]\([^)]*\)|`[^`]*`|[*#\\\[\]]", " ", render(digest, "md"))
    assert words_in(read) <= 640, "as Markdown shows it (a name and its comma are not one word here)"


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_a_hundred_entries_make_less_than_90_kilobytes_of_html(language: str) -> None:
    assert len(render(digest_of(worlds.busy(100, 100), language), "html").encode()) < 90_000


def test_every_model_of_thirty_is_named() -> None:
    digest = digest_of(worlds.busy(30))
    for form in ("md", "text", "html"):
        written = render(digest, form)
        assert all(entry.release.line in written for entry in (*digest.releases, *digest.also))


def test_thousands_of_models_are_counted_and_say_how_to_list_them() -> None:
    digest = digest_of(worlds.busy(2000, 0))
    written = render(digest, "md")
    assert re.search(r"\+1,\d{3} more models: `aggregator releases --since \S+ --until \S+`", written)
    assert len(render(digest, "html").encode()) < 90_000


@pytest.mark.slow
def test_m18_of_ten_thousand_models_each_is_in_the_digest_s_data_and_the_page_says_how_many_it_only_counts() -> None:
    digest = digest_of(worlds.busy(10_000, 0))
    page = render(digest, "html")
    assert len(page.encode()) < 90_000
    data = json.loads(render(digest, "json"))
    names = {one["line"] for key in ("releases", "also", "peers", "rumours") for one in data[key]}
    entries = (*digest.releases, *digest.also, *digest.peers, *digest.rumours)
    assert names == {entry.release.line for entry in entries} and len(entries) >= 9_000
    counted = [int(number.replace(",", "")) for number in re.findall(r"\+([\d,]+) more models", page)]
    named = {entry.release.line for entry in entries if f">{entry.release.line}<" in page}
    assert counted and len(named) + sum(counted) == len(entries)
    assert is_counted(digest) and not is_counted(digest_of(worlds.busy(30)))


def test_a_quiet_day_is_one_line_and_the_sources() -> None:
    written = [line for line in render(digest_of(worlds.quiet()), "md").splitlines() if line]
    assert written == [
        "# New AI models from China · 17 February 2026",
        "Nothing new from 16 February 2026, 07:30 to 17 February 2026, 07:30 (Europe/Paris).",
        "**Sources**: 41 sources polled; 1 could not be read: wire.",
    ]


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_plain_text_keeps_to_its_width_except_for_addresses(language: str) -> None:
    for line in render(digest_of(worlds.day(), language), "text").splitlines():
        assert columns(line) <= WIDTH or "https://" in line


def test_a_line_never_begins_with_a_closing_mark_nor_ends_with_an_opening_one() -> None:
    lines = wrap("权重现可下载（公布）。开放权重的文本模型，许可证为（认可，可商用）。" * 8)
    assert not any(line[0] in "，。）" or line[-1] == "（" for line in lines)
    assert "".join(lines) == "权重现可下载（公布）。开放权重的文本模型，许可证为（认可，可商用）。" * 8


def test_words_are_counted_as_a_reader_counts() -> None:
    assert words_in("Open weights, licence MIT (OSI-approved) · 2 sources") == 7
    assert words_in("开放权重的模型MIT") == 5


def test_the_page_asks_for_nothing_and_follows_the_reader_s_colours() -> None:
    written = render(digest_of(worlds.day(), "zh"), "html")
    assert '<html lang="zh-Hans">' in written
    assert '<meta name="color-scheme" content="light dark">' in written
    assert "@media (prefers-color-scheme: dark)" in written
    assert not re.search(r"<(script|img|form|link|iframe|object)\b|url\(|@import", written)
    assert 'lang="en"' in written, "a headline in another language says so"


def simulated(day: int) -> worlds.World:
    """One of a hundred days: most have a few models and stories, some a flood, some nothing."""
    chance = random.Random(day)
    if chance.random() < 0.1:
        return worlds.quiet()
    flood = 5 if chance.random() < 0.1 else 1
    return worlds.busy(chance.randint(0, 8) * flood, chance.randint(0, 25) * flood)


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_the_ninetieth_of_a_hundred_days_fits_one_screen(language: str) -> None:
    counted = sorted(count_words(lay_out(digest_of(simulated(day), language))) for day in range(100))
    assert counted[89] <= WORDS
    assert counted[0] < 40, "a quiet day is one line and the sources"
