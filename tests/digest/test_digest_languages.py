"""Every language says the same things in its own way, and none borrows another's words."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime

import digest_worlds as worlds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest import build, render
from aggregator.digest.catalogue import CATALOGUES
from aggregator.digest.phrases import LANGUAGES, NBSP, NNBSP, Phrases
from aggregator.digest.ranking import RULES
from aggregator.model import ITEM_KINDS, OPENNESS, STATUSES
from aggregator.understand.topics import TOPICS

FORMS = ("md", "text", "html")
WORLDS = ("day", "updates", "claims", "quiet", "busy")


def shown(world: str, language: str, form: str) -> str:
    material = getattr(worlds, world)().material(deferred=("github:QwenLM", "github:zai-org"))
    return render(build(material, worlds.LABS, worlds.SOURCES, language=language, timezone=worlds.ZONE), form)


def forms_of(phrase: str | tuple[str, str]) -> tuple[str, ...]:
    return phrase if isinstance(phrase, tuple) else (phrase,)


def fields(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_all_catalogues_have_the_same_keys_in_the_same_order() -> None:
    assert list(CATALOGUES["en"]) == list(CATALOGUES["fr"]) == list(CATALOGUES["zh"])


@pytest.mark.parametrize("key", list(CATALOGUES["en"]))
def test_a_phrase_has_the_same_places_to_fill_in_every_language(key: str) -> None:
    english = set().union(*(fields(form) for form in forms_of(CATALOGUES["en"][key])))
    for language in LANGUAGES:
        told = forms_of(CATALOGUES[language][key])
        assert set().union(*(fields(form) for form in told)) == english
        assert all(told) or key in ("space",)


def test_every_word_of_a_closed_list_is_in_the_catalogues() -> None:
    keys = set(CATALOGUES["en"])
    assert {f"kind.{kind}" for kind in ITEM_KINDS} <= keys
    assert {f"openness.{name}" for name in OPENNESS} | {f"what.{name}" for name in OPENNESS} <= keys
    assert {f"status.{name}" for name in STATUSES} | {f"state.{name}" for name in STATUSES} <= keys
    assert {f"since.{name}" for name in STATUSES} | {f"change.status.{name}" for name in STATUSES} <= keys
    assert {f"topic.{name}" for name in TOPICS} <= keys
    assert {f"reason.{rule.name}" for rule in RULES} <= keys


def own_words(written: str) -> str:
    """What we said: without addresses, headlines, names and commands."""
    written = re.sub(
        r"<style>.*?</style>|`[^`]*`|<code>.*?</code>|https?://\S+|<[^>]*>|github:[\w-]+", " ", written, flags=re.S
    )
    for text in {item.title for world in WORLDS for item in getattr(worlds, world)().items.values()}:
        written = written.replace(text, " ")
    return written


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["fr", "zh"])
@pytest.mark.parametrize("world", ["day", "updates", "claims", "quiet"])
def test_no_english_word_is_in_another_language_digest(world: str, language: str, form: str) -> None:
    written = own_words(shown(world, language, form))
    months = "January February March April May June July August September October November December".split()  # noqa: SIM905
    same = {
        "source",
        "sources",
        "image",
        "code",
        "audio",
        "dense",
        "diffusion",
        "distillation",
        "open",
        "article",
        "3d",
    }
    english = {
        word.casefold()
        for phrase in CATALOGUES["en"].values()
        for form_ in forms_of(phrase)
        for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"\{\w+\}", " ", form_))
    } | {month.casefold() for month in months}
    own = {
        word.casefold()
        for phrase in CATALOGUES[language].values()
        for form_ in forms_of(phrase)
        for word in re.findall(r"[A-Za-zÀ-ÿœ]{3,}", re.sub(r"\{\w+\}", " ", form_))
    }
    names = {"qwen", "open", "vision", "model", "ai", "kimi", "the"}
    found = {word.casefold() for word in re.findall(r"(?<![\w’-])[A-Za-zÀ-ÿœ]{3,}(?![\w-])", written)}
    assert found & (english - own - same - names) == set()


@pytest.mark.parametrize("form", ["md", "text"])
@pytest.mark.parametrize("world", WORLDS)
def test_french_puts_no_break_spaces_where_they_belong(world: str, form: str) -> None:
    written = own_words(shown(world, "fr", form))
    assert not re.search(r"(?<![\u00a0\u202f\d\\])[:;?!»](?![/\d])", written)
    assert not re.search(r"«(?!\u00a0)", written)
    assert " :" not in written
    assert "'" not in written, "an apostrophe is ’"


@pytest.mark.parametrize("world", WORLDS)
def test_chinese_uses_full_width_punctuation(world: str) -> None:
    written = own_words(shown(world, "zh", "md"))
    assert not re.search(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?(][\u4e00-\u9fff]", written)
    assert not re.search(r"[\u4e00-\u9fff]\.(?!\w)", written)


@pytest.mark.parametrize(
    ("language", "number", "wanted"),
    [
        ("en", 0, "0 sources"), ("en", 1, "1 source"), ("en", 2, "2 sources"), ("en", 1234, "1,234 sources"),
        ("fr", 0, "0 source"), ("fr", 1, "1 source"), ("fr", 2, "2 sources"), ("fr", 1234, f"1{NNBSP}234 sources"),
        ("zh", 0, "0个来源"), ("zh", 1, "1个来源"), ("zh", 1234, "1,234个来源"),
    ],
)  # fmt: skip
def test_plurals_follow_the_language(language: str, number: int, wanted: str) -> None:
    assert Phrases(language)("sources", n=number) == wanted


@pytest.mark.parametrize(
    ("language", "number", "wanted"),
    [
        ("en", 397 * 10**9, "397 billion"), ("en", 1_040_000_000_000, "1.04 trillion"), ("en", 600_000_000, "600 million"),
        ("fr", 397 * 10**9, "397 milliards"), ("fr", 15 * 10**8, "1,5 milliard"), ("fr", 10**12, f"1{NNBSP}000 milliards"),
        ("zh", 397 * 10**9, "3970亿"), ("zh", 1_040_000_000_000, "1.04万亿"), ("zh", 600_000_000, "6亿"),
    ],
)  # fmt: skip
def test_large_numbers_are_in_the_words_of_the_language(language: str, number: int, wanted: str) -> None:
    assert Phrases(language).amount(number) == wanted


def test_dates_are_in_the_language_and_the_reader_s_zone() -> None:
    moment = datetime(2026, 2, 28, 23, 5, tzinfo=UTC)
    assert Phrases("en").time(moment, "Europe/Paris") == "1 March 2026, 00:05"
    assert Phrases("fr").time(moment, "Europe/Paris") == f"1er mars 2026 à 0{NBSP}h{NBSP}05"
    assert Phrases("zh").time(moment, "Asia/Shanghai") == "2026年3月1日07:05"
    assert Phrases("en").day(moment) == "28 February 2026"


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (date(2026, 2, 10), date(2026, 2, 10), ("10 February 2026", "10 février 2026", "2026年2月10日")),
        (date(2026, 2, 1), date(2026, 2, 17), ("1–17 February 2026", "1er–17 février 2026", "2026年2月1日至17日")),
        (date(2026, 1, 30), date(2026, 2, 1),
         ("30 January – 1 February 2026", "30 janvier – 1er février 2026", "2026年1月30日至2月1日")),
        (date(2025, 12, 31), date(2026, 1, 6),
         ("31 December 2025 – 6 January 2026", "31 décembre 2025 – 6 janvier 2026", "2025年12月31日至2026年1月6日")),
    ],
)  # fmt: skip
def test_a_stretch_of_days_names_no_month_or_year_twice(first: date, last: date, wanted: tuple[str, str, str]) -> None:
    assert tuple(Phrases(language).days(first, last) for language in ("en", "fr", "zh")) == wanted


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=5), st.sampled_from(LANGUAGES))
def test_a_list_holds_all_its_parts_in_order(parts: list[str], language: str) -> None:
    say = Phrases(language)
    written = say.list(parts)
    assert [part for part in re.split(r", | and | et |、|和", written) if part] == parts


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(KeyError):
        Phrases("de")
