"""A digest is one screen on nine of ten days, whatever they bring; measured on a hundred, through store and digest."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hundred_days import DAYS, Hundred, starter_labs

from aggregator.digest import build, render
from aggregator.digest.layout import lay_out
from aggregator.digest.pages import WORDS, count_words
from aggregator.storage import Store

LANGUAGES = ("en", "fr", "zh")


def percentile(values: list[int], share: int) -> int:
    """The value at the given percent of the days: the 90th of 100."""
    return sorted(values)[len(values) * share // 100 - 1]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, list[int]], list[int], list[int], int]:
    """Words of each day's digest by language; entries and bytes of HTML of each day; items in all."""
    labs = starter_labs()
    regions = {lab.id: lab.region for lab in labs.values()}
    words: dict[str, list[int]] = {language: [] for language in LANGUAGES}
    entries, sizes = [], []
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('hundred')}/days.db", regions=regions) as store:
        days = Hundred(store, labs)
        for begin, end in days.live():
            material = store.material(begin, end, list(days.sources))
            for language in LANGUAGES:
                digest = build(material, labs, days.sources, language=language, timezone="Europe/Paris")
                words[language].append(count_words(lay_out(digest)))
            sizes.append(len(render(digest, "html").encode()))
            told = json.loads(render(digest, "json"))
            entries.append(sum(len(told[part]) for part in ("releases", "also", "peers", "rumours", "news")))
        assert store.check(regions) == []
        return words, entries, sizes, days.items


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_ninetieth_of_a_hundred_real_days_has_at_most_600_words(
    measured: tuple[Mapping[str, list[int]], list[int], list[int], int], record_property
) -> None:
    words, entries, sizes, items = measured
    print(
        f"\n{items} items; entries a day p50 {percentile(entries, 50)}, p90 {percentile(entries, 90)}, max {max(entries)}"
    )
    for language, counted in words.items():
        told = {share: percentile(counted, share) for share in (50, 90)} | {"max": max(counted)}
        record_property(f"words_{language}", json.dumps(told))
        print(f"{language}: p50 {told[50]}, p90 {told[90]}, max {told['max']} words")
        assert len(counted) == DAYS
        assert told[90] <= WORDS == 600
        assert told["max"] <= WORDS, "the page is folded until it fits"
    assert max(sizes) < 100_000


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_hundred_days_are_days_as_they_are(
    measured: tuple[Mapping[str, list[int]], list[int], list[int], int],
) -> None:
    _, entries, _, items = measured
    assert items > 1500
    assert sum(count == 0 for count in entries) >= 4, "quiet days"
    assert max(entries) >= 25, "bursts"
    assert percentile(entries, 50) >= 5, "ordinary days"
