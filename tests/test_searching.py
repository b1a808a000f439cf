"""The index finds exactly what a scan for the same words finds. All texts are invented."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.searching import Phrase, fold, scan, search_query, search_tokens
from aggregator.storage import dialect

TEXTS = (
    "智谱GLM-5.3今日开源，参数规模翻倍",
    "智谱GLM-5今日开源：面向智能体的大模型",
    "GLM-5V sees pictures; GLM-4.6V did before it",
    "阿里通义千问Qwen3.5发布，开源权重可下载",
    "Qwen3.5-397B-A17B: open weights under Apache-2.0",
    "Qwen 3.5 and Qwen-3 compared, with qwen2.5 as a base",
    "月之暗面Kimi K2.5模型更新，长文本能力增强",
    "字节跳动Seedance 2.0视频生成模型引发版权争议",
    "DeepSeek V4 传闻：下周发布？代码能力最强",
    "DeepSeek‑V4 (non-breaking hyphen) and deepseek_v4 and deepseek/v4",
    "Moonshot AI raises $500 million; chips are scarce",
    "芯片短缺，算力价格上涨，开源社区受影响",
    "语音视频模型齐发，多模态时代来临",
    "今日开 源自北京的团队",
    "Le modèle Qwen3.5 est « open source », dit l’équipe",
    "ＧＬＭ－５ 全角写法 Ｑｗｅｎ３．５",
    "Version 5.3.1 of the tool, 13.5 and 5.35 are others",
    "U.S. export rules; C++ and R&D; a.b-c_d/e",
    "模型 模 型",
    "的",
    "",
)
QUERIES = (
    # two Chinese characters
    "开源", "智谱", "今日", "模型", "参数", "阿里", "千问", "权重", "下载", "视频", "版权", "芯片", "价格", "社区", "语音",
    "传闻", "发布", "代码", "全角", "北京", "源自", "写法", "更新",
    # Latin (and numbers) glued to Chinese
    "GLM-5", "GLM-5.3", "Qwen3.5", "qwen", "K2.5", "Seedance", "智谱GLM-5", "5.3今日", "千问Qwen", "K2.5模型",
    "2.0视频", "GLM",
    # others
    "源", "的", "3.5", "5", "V4", "deepseek-v4", "open weights", '"open weights"', "GLM-5V", "apache-2.0",
    "DeepSeek V4", "开源 模型", "语音视频", "«open source»", "U.S.", "c++", "今日开源", "A17B", "17B", '"模型 模"',
    "5.3.1", "5.35", "a.b", "??",
)  # fmt: skip


class Index:
    """A search index as a store makes it, on one of the databases."""

    def __init__(self, url: str) -> None:
        self.engine = dialect.make_engine(url)
        if self.engine.dialect.name == "sqlite":
            with dialect.writing(self.engine) as connection:
                connection.execute(dialect.SEARCH_SCHEMA)

    def fill(self, texts: tuple[str, ...]) -> Index:
        rows = [(n, search_tokens(text[: len(text) // 2]), search_tokens(text)) for n, text in enumerate(texts)]
        with dialect.writing(self.engine) as connection:
            dialect.empty_index(connection)
            dialect.index_items(connection, rows)
        return self

    def find(self, words: str) -> list[int]:
        phrases = search_query(words)
        if not phrases:
            return []
        with dialect.reading(self.engine) as connection:
            return sorted(connection.scalars(dialect.matching(connection, phrases)))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    if request.param == "sqlite":
        yield Index(f"sqlite:///{tmp_path_factory.mktemp('search')}/index.db")
        return
    with request.getfixturevalue("postgres").database() as url:
        made = Index(url)
        yield made
        made.engine.dispose()


@pytest.fixture(scope="module")
def built(empty: Index) -> Index:
    return empty.fill(TEXTS)


def test_the_index_finds_what_a_scan_finds(built: Index) -> None:
    for words in QUERIES:
        expected = [n for n, text in enumerate(TEXTS) if scan(words, text[: len(text) // 2], text)]
        assert (words, expected) == (words, built.find(words))


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("GLM-5", "GLM-5.3", False),
        ("GLM-5", "GLM-5V", False),
        ("GLM-5", "GLM-51", False),
        ("GLM-5", "智谱GLM-5今日", True),
        ("GLM-5", "GLM-5. Then", True),
        ("GLM-5", "GLM-5-Air", True),
        ("GLM-5", "ChatGLM-5", False),
        ("GLM-5", "GLM 5", False),
        ("qwen", "Qwen3.5", True),
        ("qwen", "Qwens", False),
        ("3.5", "Qwen3.5", True),
        ("3", "Qwen3.5", False),
        ("5", "3.5", False),
        ("开源", "今日开 源", False),
        ("开源 芯片", "芯片 and 开源", True),
        ('"芯片 开源"', "开源 芯片", False),
        ("DeepSeek-V4", "DeepSeek\u2011V4", True),
        ("  ", "anything", False),
    ],
)
def test_what_a_word_finds(empty: Index, words: str, text: str, found: bool) -> None:
    assert found == scan(words, text)
    assert ([0] if found else []) == empty.fill((text,)).find(words)


LONG = " ".join(f"w{n}x" for n in range(40_000))
"""More tokens than one vector of PostgreSQL has places for."""


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        (LONG, '"w14999x w15000x w15001x"', True),
        (LONG, '"w0x w1x" "w39998x w39999x"', True),
        (LONG, '"w1x w3x"', False),
        ("the same " * 2000 + "end of it", '"the same end"', True),
        ("the same " * 2000 + "end of it", '"the end"', False),
        ("x" * 5000 + " y", '"' + "x" * 5000 + ' y"', True),
        ("x" * 5000 + " y", "x" * 4999, False),
        ("模型" * 30_000 + "开源", "型开", True),
        ("模型" * 30_000 + "开源", "开模", False),
    ],
    ids=range(9),
)
def test_a_long_text_is_found_by_what_it_says_wherever_that_stands(
    empty: Index, text: str, words: str, found: bool
) -> None:
    assert found == scan(words, "", text)
    with dialect.writing(empty.engine) as connection:
        dialect.empty_index(connection)
        dialect.index_items(connection, [(7, "", search_tokens(text))])
    assert ([7] if found else []) == empty.find(words)


PIECES = ("glm", "Qwen", "v", "5", "5.3", "12", "开", "源", "开源", "模型", "の", "-", ".", "_", "/", " ", "，", "--", "+", '"',
          "é", "\u2011", "３", "|", "~", "*", "'")  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_for_any_text_and_words_index_and_scan_agree(empty: Index, seed: int) -> None:
    rng = random.Random(seed)
    lines = ["".join(rng.choices(PIECES, k=rng.randrange(13))) for _ in range(150)]
    empty.fill(tuple(lines))
    for words in ["".join(rng.choices(PIECES, k=rng.randrange(1, 5))) for _ in range(150)]:
        expected = [n for n, text in enumerate(lines) if scan(words, text[: len(text) // 2], text)]
        assert (words, expected) == (words, empty.find(words))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_tokens_hold_nothing_that_a_database_could_misread(text: str) -> None:
    tokens = search_tokens(text).split(" ") if search_tokens(text) else []
    assert all(token and not set(token) & set("\"'()*:^\0\n\t") for token in tokens)
    assert fold(fold(text)) == fold(text)
    assert scan(text, text) or not search_query(text) or '"' in fold(text)


def test_a_single_chinese_character_is_a_prefix_and_a_run_is_its_pairs() -> None:
    assert [Phrase(("源",), prefix=True)] == search_query("源")
    assert [Phrase(("今日", "日开", "开源"))] == search_query("今日开源")
    assert search_tokens("今日开源GLM-5V") == "今日 日开 开源 源 + glm - 5~ v"
