"""Copies: the same text in two places, and what only looks like it. All texts are invented."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.copies import fingerprint, near_copy, text_key, unpack

DAY = datetime(2026, 2, 12, 9, tzinfo=UTC)
ENGLISH = (
    "Riverlab on Thursday released Alder 7, a new generation of its language model that the company "
    "said was made for software agents. "
    "The weights can be downloaded under the Apache licence. "
    "The firm said the model costs half as much to run as the one before. "
    "Analysts called the price aggressive. Two rivals are expected to answer before the end of the month."
)
CHINESE = (
    "河畔实验室周四发布新一代大模型桤木7，公司称其专为智能体打造，权重以宽松许可证开放下载。"
    "运行成本约为上一代的一半，分析人士认为定价激进，预计两家对手将在月底前作出回应。"
)


def mark(title: str, summary: str = "", content: str = "", language: str = "en", day: datetime = DAY) -> bytes:
    return fingerprint(title, summary, content, language, day).signature


COPIES = [
    (
        "agency text with another headline",
        ("Riverlab releases Alder 7", ENGLISH[:150], ENGLISH),
        ("Alder 7 is out, says Riverlab", ENGLISH[:150], "Feb 12 (Wire) - " + ENGLISH),
        "en",
    ),
    (
        "with and without a body",
        ("Riverlab releases Alder 7 for agents everywhere", ENGLISH[:140], ENGLISH),
        ("Riverlab releases Alder 7 for agents everywhere", ENGLISH[:140], ""),
        "en",
    ),
    (
        "a sentence added to the lead",
        ("Riverlab releases Alder 7 for agents everywhere", ENGLISH[:140], ""),
        ("Riverlab releases Alder 7 for agents everywhere", ENGLISH[:140] + " Rivals declined to comment.", ""),
        "en",
    ),
    (
        "a Chinese flash with a mark in front",
        ("河畔发布并开源桤木7：七百亿参数", CHINESE, ""),
        ("河畔发布并开源桤木7：七百亿参数", "【快讯】" + CHINESE.replace("周四", "今日"), ""),
        "zh",
    ),
    (
        "words of the headline in another order",
        ("河畔发布桤木7正式版", CHINESE, ""),
        ("河畔桤木7正式版发布", CHINESE, ""),
        "zh",
    ),
    ("full width and blanks", ("河畔发布桤木７　正式版", CHINESE, ""), ("河畔发布桤木7 正式版", CHINESE, ""), "zh"),
    (
        "a summary that is the other's first sentence",
        ("Riverlab releases Alder 7 for agents everywhere", ENGLISH[:150], ""),
        ("Riverlab releases Alder 7 for agents everywhere", "", ENGLISH),
        "en",
    ),
]
APART = [
    (
        "another version",
        ("Riverlab releases Alder 7", ENGLISH, ""),
        ("Riverlab releases Alder 8", ENGLISH.replace("Alder 7", "Alder 8"), ""),
        "en",
    ),
    (
        "another version, Chinese",
        ("河畔发布桤木7", CHINESE, ""),
        ("河畔发布桤木7.5", CHINESE.replace("桤木7", "桤木7.5"), ""),
        "zh",
    ),
    (
        "another report of the event",
        ("Riverlab releases Alder 7", ENGLISH[:150], ""),
        (
            "Riverlab's Alder 7 undercuts its rivals",
            "The new open model runs at half the price of its predecessor, the Shanghai company says.",
            "",
        ),
        "en",
    ),
    ("short headlines alone", ("Release notes", "", ""), ("Release notes", "", ""), "en"),
    (
        "boilerplate under other headlines",
        (
            "Riverlab hires a chief scientist",
            "Read the whole article and many more on our site with a free account today.",
            "",
        ),
        (
            "Market opens lower in Tokyo",
            "Read the whole article and many more on our site with a free account today.",
            "",
        ),
        "en",
    ),
    (
        "a daily series",
        ("AI morning brief for 12 February: all that matters", "", ""),
        ("AI morning brief for 13 February: all that matters", "", ""),
        "en",
    ),
]


@pytest.mark.parametrize(("what", "one", "other", "language"), COPIES, ids=[case[0] for case in COPIES])
def test_a_copy_is_recognised_and_found(
    what: str, one: tuple[str, str, str], other: tuple[str, str, str], language: str
) -> None:
    a, b = fingerprint(*one, language, DAY), fingerprint(*other, language, DAY + timedelta(hours=5))
    assert near_copy(a.signature, b.signature)
    assert set(a.bands) & set(b.bands)


@pytest.mark.parametrize(("what", "one", "other", "language"), APART, ids=[case[0] for case in APART])
def test_what_only_looks_alike_is_no_copy(
    what: str, one: tuple[str, str, str], other: tuple[str, str, str], language: str
) -> None:
    assert not near_copy(mark(*one, language=language), mark(*other, language=language))


def test_languages_are_never_copies_of_each_other() -> None:
    assert not near_copy(mark("GLM", ENGLISH, ENGLISH, "en"), mark("GLM", ENGLISH, ENGLISH, "fr"))


def test_near_copies_appear_within_days() -> None:
    title = "Riverlab releases Alder 7 for agents everywhere"
    assert near_copy(mark(title), mark(title, day=DAY + timedelta(days=2)))
    assert not near_copy(mark(title), mark(title, day=DAY + timedelta(days=9)))
    assert not near_copy(mark(title, ENGLISH), mark(title, ENGLISH, day=DAY + timedelta(days=60)))


def test_the_exact_key_ignores_case_width_and_blanks_and_needs_enough_text() -> None:
    assert text_key("Title", ENGLISH) == text_key("TITLE", ENGLISH.upper().replace(" ", "  "))
    assert text_key("Title", ENGLISH) != text_key("Title", ENGLISH.replace("7", "8"))
    assert text_key("Title", "Bug fixes.") is None


def test_nothing_is_a_copy_of_no_text() -> None:
    assert not near_copy(b"", b"") and not near_copy(mark("a"), b"") and not near_copy(b"x" * 40, b"x" * 40)


def test_signatures_are_the_same_in_another_process() -> None:
    code = (
        "from datetime import *; from aggregator.copies import fingerprint; "
        "f = fingerprint('Riverlab releases Alder 7', 'one two three four five six seven eight', '', 'en', "
        "datetime(2026, 2, 12, tzinfo=UTC)); print(f.signature.hex(), f.bands)"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            check=True,
        ).stdout
        for seed in "12"
    }
    assert len(runs) == 1 and len(runs.pop()) > 40


def test_reposts_with_a_twentieth_of_the_words_changed_are_found() -> None:
    chance = random.Random(7)
    words = [
        f"w{chance.randrange(5000):04}x".replace("0", "a")
        .replace("1", "b")
        .replace("2", "c")
        .replace("3", "d")
        .replace("4", "e")
        for _ in range(20_000)
    ]
    words = ["".join(chance.choices("abcdefghijklmnop", k=7)) for _ in words]
    found = 0
    for _ in range(200):
        sentences = [chance.choices(words, k=14) for _ in range(4)]
        title = chance.choices(words, k=9)
        flat = [title, *sentences]
        changed = [[chance.choice(words) if chance.random() < 0.05 else word for word in sentence] for sentence in flat]
        a, b = (
            fingerprint(" ".join(text[0]), ". ".join(" ".join(s) for s in text[1:]) + ".", "", "en", DAY)
            for text in (flat, changed)
        )
        found += bool(set(a.bands) & set(b.bands)) and near_copy(a.signature, b.signature)
    assert found >= 196


_texts = st.text(alphabet="ab 智谱12.。\n", max_size=200)


@given(_texts, _texts, _texts, _texts)
def test_the_decision_is_symmetric(title: str, text: str, other_title: str, other: str) -> None:
    a, b = mark(title, text, other), mark(other_title, other, text)
    assert near_copy(a, b) == near_copy(b, a)


@given(_texts, _texts, _texts)
def test_a_signature_can_be_taken_apart(title: str, summary: str, content: str) -> None:
    made = fingerprint(title, summary, content, "zh", DAY)
    assert unpack(made.signature).language == b"zh" and len(made.signature) < 1100
    assert len(made.bands) <= 14


def test_a_feed_that_puts_the_whole_article_into_its_one_field_is_compared_body_with_body() -> None:
    body = (
        ENGLISH
        + " "
        + "The company did not say when the larger version follows, nor what the training had cost it. " * 3
    )
    with_both = mark("Riverlab unveils Alder 7", "The laboratory calls it its cheapest model so far.", body)
    in_one = mark("Alder 7: Riverlab shows its hand", "The laboratory calls it its cheapest model so far.\n" + body)
    assert near_copy(with_both, in_one)
