"""The interface's words: the same keys and places in every language, and the choice of a language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aggregator.web
from aggregator.web.catalogue import CATALOGUES
from aggregator.web.words import preferred, words_of


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_a_language_has_the_same_keys_and_places_as_english(language: str) -> None:
    assert list(CATALOGUES[language]) == list(CATALOGUES["en"])
    for key, english in CATALOGUES["en"].items():
        other = CATALOGUES[language][key]
        places = [
            set(re.findall(r"\{(\w+)\}", "".join(words) if isinstance(words, tuple) else words))
            for words in (english, other)
        ]
        assert places[0] == places[1], key


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    folder = Path(aggregator.web.__file__).parent
    source = "".join(p.read_text("utf-8") for p in (*folder.glob("*.py"), *(folder / "templates").glob("*.html")))
    used = set(re.findall(r"\bw\(f?[\"']([a-z_.0-9{} ]+)[\"']", source))
    assert {key for key in used if "{" not in key and not key.endswith(".")} <= set(CATALOGUES["en"])
    for key in CATALOGUES["en"]:
        stem = key.rpartition(".")[0] + "."
        built = "." in key and (stem in used or f'"{stem}" ~' in source or any(word.startswith(stem) for word in used))
        assert key in used or f'"{key}"' in source or built, key


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("zh-Hant-TW,zh;q=0.8", "zh"),
        ("*", "en"),
        ("da, en-gb;q=0.8, fr;q=0.7", "en"),
        ("fr;q=0", "en"),
        ("fr;q=x,zh;q=0.1", "zh"),
        ("," * 900, "en"),
    ],
)
def test_the_readers_language_is_the_one_it_likes_best(header: str, language: str) -> None:
    assert preferred(header) == language


def test_sizes_are_written_as_the_language_writes_them() -> None:
    assert words_of("en", "UTC").bytes(806_600_000_000) == "807\u00a0GB"
    assert words_of("fr", "UTC").bytes(1_500_000) == "1,5\u00a0MB"
    assert words_of("zh", "UTC").bytes(None) == ""
