"""What an item shows about its lines: status, trust, facts."""

from __future__ import annotations

import pytest

from aggregator.model import TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR


@pytest.mark.parametrize(
    ("title", "summary", "status"),
    [
        ("Zhipu releases GLM-7", "The weights are on Hugging Face under the MIT licence.", "open"),
        ("智谱发布GLM-7", "权重以MIT协议开放，可在魔搭下载。", "open"),
        ("Zhipu publie GLM-7", "Les poids sont téléchargeables sous licence MIT.", "open"),
        ("字节发布豆包9.0", "API已在火山引擎上线。", "available"),
        ("ByteDance launches Doubao 9.0", "It is available by API today.", "available"),
        ("MiniMax presents M8", "There is a waiting list; it is not yet available.", "announced"),
        ("DeepSeek V7 expected to arrive in March", "", "rumoured"),
        ("据悉DeepSeek V7将于3月发布", "", "rumoured"),
        ("DeepSeek pourrait dévoiler V7 en mars", "", "rumoured"),
        ("DeepSeek denies that V7 is out", "", "rumoured"),
        ("阿里发布Qwen9-Max", "该模型闭源，仅通过API提供。", "available"),
        ("Alibaba launches Qwen9-Max", "Weights will be released later this month.", "available"),
        ("MiniMax shares jump after M8", "", "fact"),
    ],
)  # fmt: skip
def test_the_status_follows_the_words(read, title: str, summary: str, status: str) -> None:
    assert read(title, summary).evidence[0].status == status


def test_closed_and_promised_weights_are_facts(read) -> None:
    closed = read("阿里发布Qwen9-Max", "该模型闭源，仅通过API提供。").evidence[0]
    assert ("weights", "no") in closed.facts
    promised = read("Alibaba launches Qwen9-Max", "Weights will be released later this month.").evidence[0]
    assert ("weights", "promised") in promised.facts


def test_trust_is_that_of_who_says_it(read) -> None:
    assert read("Zhipu releases GLM-7").evidence[0].trust == TRUST_PRESS
    assert read("GLM-7 is here", lab="zhipu").evidence[0].trust == TRUST_LAB
    assert read("GLM-7 leaked").evidence[0].trust == TRUST_RUMOUR


def test_facts_are_read_where_the_text_states_them(read) -> None:
    text = (
        "总参数744B，激活40B，采用混合专家与稀疏注意力，支持200K上下文和52种语言，权重以MIT协议开源，完全基于昇腾训练。"
    )
    facts = read("智谱发布GLM-7", text).evidence[0].facts
    for fact in (
        ("params_total", "744000000000"), ("params_active", "40000000000"), ("architecture", "moe"),
        ("architecture", "sparse attention"),
        ("context", "200000"), ("languages", "52"), ("licence", "MIT"), ("lab_says", "open-source"), ("weights", "yes"),
        ("hardware", "Huawei Ascend"), ("modality", "text"),
    ):  # fmt: skip
        assert fact in facts


def test_sizes_come_from_names_and_dates_from_rumours(read) -> None:
    assert ("size", "397B-A17B") in read("Alibaba opens Qwen9-397B-A17B").evidence[0].facts
    assert ("expected", "下月") in read("传阿里下月推出Qwen9").evidence[0].facts


def test_a_roundup_does_not_make_the_awaited_line_available(read) -> None:
    labels = read("早报：智谱GLM-7开源；MiniMax M8上线；DeepSeek V7在路上")
    assert {e.line.key: e.status for e in labels.evidence}["deepseekv7"] == "rumoured"


def test_topics_are_told_by_words(read) -> None:
    assert read("美国拟将智谱列入出口管制名单").topics == ("export-control",)
    assert "copyright" in read("Disney sues MiniMax over copyright").topics
    assert "funding" in read("月之暗面完成新一轮融资").topics
