"""Text: markup, entities, invisible characters, cuts and languages (RELIABILITY P7-P13, P17, P25)."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text import CONTENT_LIMIT, clean, cut, cut_bytes, excerpt, fold, language, tamed, title


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>One &amp; two</p><p>three<br>four</p>", "One & two\nthree\nfour"),
        ("plain\n\n\ntext  with   blanks", "plain\ntext with blanks"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a<script>alert('<p>')</script>b<style>p{}</style>c<!-- d -->e", "abce"),
        ("line\nbreaks <b>are</b> blanks", "line breaks are blanks"),
        ("&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>"),
        ("<p>&amp;lt;img&amp;gt;</p>", "&lt;img&gt;"),
        ("a\x00b\x07c\x1b[31md", "abc[31md"),
        ("a\u202egpj.exe\u200b\u2066x\ufeff", "agpj.exex"),
        ("a\u2028b\u0085c", "a\nb\nc"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "\U0001f600"),
        ("<p>&#xD83D;&#xDE00;</p>", "\U0001f600"),
        ("&#xD800;&#x110000;&#0;x", "\ufffd\ufffd\ufffdx"),
        ("👨\u200d👩\u200d👧 a\u200db", "👨\u200d👩\u200d👧 ab"),
        ("x\U000e0041\U000e007f\ufffe", "x"),
        ("e\u0301", "é"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<img alt='1>2'>x", "x"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        (None, ""),
    ],
)
def test_clean_gives_plain_text(raw: str | None, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Qwen3 &amp; GLM-5", "Qwen3 & GLM-5"),
        ("&amp;lt;img onerror&amp;gt;", "&lt;img onerror&gt;"),
        ("<b>GLM-5</b> is <em>out</em>", "GLM-5 is out"),
        ("How <think> works in List<int>", "How <think> works in List<int>"),
        ("two\r\nlines\u2028here", "two lines here"),
        ("Z.ai&#8217;s model", "Z.ai’s model"),
        ("=?utf-8?q?a=0D=0ABcc=3A?=", "=?utf-8?q?a=0D=0ABcc=3A?="),
    ],
)
def test_p25_a_title_is_one_line_unescaped_once(raw: str, expected: str) -> None:
    assert title(raw) == expected


def test_p19_a_title_of_a_megabyte_is_cut() -> None:
    assert len(title("GLM-5 " * 200_000)) <= 500


@pytest.mark.parametrize(
    "raw",
    [
        "<div>" * 100_000,
        "<p><b>" * 50_000,
        "<x>" * 100_000,
        "<a x" * 100_000,
        "<script>" * 100_000,
        '<p title="' * 100_000,
        "<!--" * 100_000,
        "<" * 500_000,
        "<p " + "a='" * 200_000,
        "&" * 500_000,
        "<x><div>" * 50_000,
    ],
)
def test_p17_hostile_markup_takes_linear_time(raw: str) -> None:
    begun = time.process_time()
    clean(raw)
    assert time.process_time() - begun < 2


def test_fold_makes_spellings_equal() -> None:
    assert fold("ＧＬＭ－５") == fold("GLM‑5") == "glm-5"
    assert fold("Qwen\xa03.5") == fold("QWEN 3.5") == "qwen 3.5"


@pytest.mark.parametrize(
    ("text", "n", "expected"),
    [
        ("abc", 2, "ab"),
        ("👨\u200d👩\u200d👧x", 4, ""),
        ("a👨\u200d👩\u200d👧x", 4, "a"),
        ("🇫🇷🇨🇳", 3, "🇫🇷"),
        ("🇫🇷🇨🇳", 1, ""),
        ("e\u0301x", 1, ""),
        ("👍🏽x", 1, ""),
        ("智谱发布", 2, "智谱"),
        ("ab cd", 3, "ab"),
        ("x", 0, ""),
    ],
)
def test_p13_a_cut_never_breaks_a_grapheme(text: str, n: int, expected: str) -> None:
    assert cut(text, n) == expected


def test_cut_bytes_keeps_whole_characters() -> None:
    assert cut_bytes("智谱发布", 7) == "智谱"
    assert cut_bytes("abc", 10) == "abc"


def test_an_excerpt_is_one_line_of_whole_words_with_its_cut_marked() -> None:
    assert excerpt("one\ntwo", 280) == "one two"
    shown = excerpt("word " * 100, 280)
    assert len(shown) <= 280 and shown.endswith("word…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("智谱发布并开源GLM-5：744B参数", "zh"),
        ("字節推出豆包2.0", "zh"),
        ("Kimi K2.5 Agent Swarm 发布", "zh"),
        ("Alibaba releases Qwen3.5 model built for the agentic AI era", "en"),
        ("DeepSeek to launch a new model (深度求索), sources say", "en"),
        ("Zhipu publie GLM-5, un modèle ouvert taillé pour les agents", "fr"),
        ("Alibaba lance Qwen 3.5 et relance la course", "fr"),
        ("新しいモデルを公開しました", "ja"),
        ("새로운 모델을 공개했다", "ko"),
        ("GLM-5", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_from_scripts_and_function_words(text: str, expected: str | None) -> None:
    assert language(text) == expected


@given(st.text())
def test_cleaned_text_holds_nothing_that_hurts(raw: str) -> None:
    result = clean(raw)
    assert result.encode("utf-8").decode("utf-8") == result
    assert unicodedata.is_normalized("NFC", result)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n" for char in result)
    assert "\u202e" not in result and "\u200b" not in result and "\n\n" not in result


@given(st.text(alphabet=st.characters(exclude_characters="<&")))
def test_cleaning_plain_text_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once


@given(st.text(), st.integers(0, 50))
def test_a_cut_is_a_beginning_that_fits(text: str, n: int) -> None:
    short = cut(text, n)
    assert len(short) <= n and text.startswith(short)


_clusters = st.sampled_from(
    [
        "a",
        "智",
        "é",
        "e\u0301",
        "👍🏽",
        "👨\u200d👩\u200d👧",
        "🇫🇷",
        "❤\ufe0f",
        "각",
        "\u1100\u1161\u11a8",
        "नि",
        "x\u0300\u0301",
    ]
)


@given(st.lists(_clusters, max_size=20), st.integers(0, 60))
def test_cuts_fall_between_clusters(clusters: list[str], n: int) -> None:
    ends = {0}
    for cluster in clusters:
        ends.add(max(ends) + len(cluster))
    text = "".join(clusters)
    assert len(cut(text, n)) in ends or "🇫🇷🇫🇷" in text


def test_an_english_genitive_makes_no_text_french() -> None:
    assert language("Kimi K2.5's agent swarm reaches all paying users") == "en"
    assert language("Moonshot s’apprête à publier K3") == "fr"


@given(st.text() | st.lists(st.sampled_from(["<", ">", "&", "&lt;", "&amp;", "<p>", "<script>", "\n", "\u202e", "é", "a ", "]]>", "&#x41;", "&#xD83D;"])).map("".join))  # fmt: skip
def test_c8_what_a_worker_has_tamed_is_the_same_text(markup: str) -> None:
    assert clean(tamed(markup)) == clean(markup)


def test_c8_what_a_worker_has_tamed_is_short() -> None:
    short = tamed("<p>" + "漢<b>" * 300_000)
    assert len(clean(short).encode()) <= CONTENT_LIMIT
    assert clean(short) == cut_bytes(clean("<p>" + "漢<b>" * 300_000), CONTENT_LIMIT)
