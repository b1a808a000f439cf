"""Labs and lines in text: forms, short forms, boundaries, common words."""

from __future__ import annotations

import pytest

from aggregator.names import canonical

FORMS = (
    ("智谱GLM-5今日开源", "GLM-5"),
    ("千问3.5登场", "Qwen3.5"),
    ("通義千問３．５發布", "Qwen3.5"),
    ("Alibaba dégaine «\u00a0Qwen\u00a03.5\u00a0»", "Qwen3.5"),
    ("GLM\u20114.7\u2011Flash on a laptop, says Zhipu", "GLM-4.7-Flash"),
    ("ＧＬＭ－４．５", "GLM-4.5"),
    ("混元图像3.0图生图版本", "HunyuanImage 3.0"),
    ("豆包大模型2.0 Code", "Doubao 2.0 Code"),
    ("Doubao en version 2.0", "Doubao 2.0"),
    ("Qwen3.5-397B-A17B-FP8", "Qwen3.5"),
    ("Kimi-K2.5-Thinking", "Kimi K2.5"),
    ("LongCat-Flash-Thinking-2601", "LongCat-Flash"),
    ("GLM-4.6V-Flash", "GLM-4.6V-Flash"),
    ("GLM-7V-Flash", "GLM-7V-Flash"),
    ("Qwen9.1-Omni", "Qwen9.1-Omni"),
    ("豆包9.0上线", "Doubao 9.0"),
    ("Qwen7-Brandnew arrives", "Qwen7-Brandnew"),
    ("佐微3.0发布", "Zorvex 3.0"),
    ("Nubila ships Zorvex-4-Coder", "Zorvex-4-Coder"),
    ("DeepSeek开源OCR 2", "DeepSeek-OCR 2"),
    ("百川开源医疗大模型M3", "Baichuan-M3"),
    ("DeepSeek: still no V7", "DeepSeek-V7"),
    ("Seed2.0 Pro, Lite and Mini by ByteDance", "Doubao 2.0 Pro|Doubao 2.0 Lite|Doubao 2.0 Mini"),
    ("豆包2.0系列（Pro、Lite、Mini）", "Doubao 2.0|Doubao 2.0 Pro|Doubao 2.0 Lite|Doubao 2.0 Mini"),
    ("Qwen3.5/3.6", "Qwen3.5|Qwen3.6"),
    ("Kimi K2.5和K2", "Kimi K2.5|Kimi K2"),
    ("DeepSeek-R1-Distill-Qwen-32B", "DeepSeek-R1-Distill"),
    ("Claude Opus 4.6 und Opus 4.5 by Anthropic", "Claude Opus 4.6|Claude Opus 4.5"),
    ("Nano Banana Pro from Google", "Nano Banana Pro"),
    ("MiniCPM-o 4.5：9B 全双工", "MiniCPM-o 4.5"),
    ("Ming-flash-omni 2.0 模型", "Ming-flash-omni 2.0"),
    ("Ling-2.5-1T与Ring-2.5-1T", "Ling-2.5|Ring-2.5"),
    ("Step 3.5 Flash 模型", "Step 3.5 Flash"),
    ("gpt-oss-120b", "gpt-oss"),
    ("GPT-4o mini", "GPT-4o mini"),
    ("Wan2.2-T2V-A14B 视频模型", "Wan2.2"),
    ("Qwen-Image-Edit-2511", "Qwen-Image-Edit"),
    ("GLM-5, 4-bit on a Mac", "GLM-5"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), FORMS)
def test_a_line_is_found_in_the_forms_that_three_languages_give_it(read, text: str, lines: str) -> None:
    assert {line.key for line in read(text).mentions} == {canonical(name) for name in lines.split("|")}


@pytest.mark.parametrize(
    "text",
    [
        "Flash your router without tears: step 3.5 is the one everybody skips, says an AI",
        "Apache Spark 4.1.1 released with AI functions",
        "GLM 5: contrasts in the general linear model, with R code",
        "Sa2VA-Qwen3-VL is somebody else's model",
        "Ducati Panigale V4",
        "K2 winter expedition called off",
        "Kimi has 16 million users of its AI",
        "Qwen 3 years later: what AI taught us",
        "Qwen2.5.7 is a version of a tool",
        "千问3款应用上线",
        "DeepSeek 2025年大事记",
        "MacBook with M4 Max runs AI from MiniMax",
        "qwen-code v0.25.0",
        "the qwen-powered AI assistant",
    ],
)  # fmt: skip
def test_what_is_no_line_is_not_taken_for_one(read, text: str) -> None:
    assert read(text).mentions == ()


def test_the_longest_name_wins_and_no_shorter_one_is_added(read) -> None:
    assert [line.key for line in read("GLM-5.3-Flash").mentions] == ["glm5.3flash"]


def test_a_version_alone_counts_only_where_its_lab_was_named(read) -> None:
    assert read("V7 is here").mentions == ()
    assert [line.key for line in read("Nothing yet", "V7 will come, says DeepSeek").mentions] == ["deepseekv7"]


def test_a_version_alone_belongs_to_the_lab_named_last_before_it(read) -> None:
    labels = read("DeepSeek and Xiaomi both ship: DeepSeek's V7 today, MiMo's V9 next")
    assert {line.key for line in labels.mentions} == {"deepseekv7", "mimov9"}


def test_peers_and_predecessors_are_mentions_only(read) -> None:
    labels = read(
        "Zhipu releases GLM-7, faster than GPT-9 and Claude Opus 9.5", "Built on GLM-6, it beats Gemini 9 Pro."
    )
    assert [line.key for line in labels.lines] == ["glm7"]
    assert {line.key for line in labels.mentions} == {"glm7", "gpt9", "claudeopus9.5", "glm6", "gemini9pro"}
    assert labels.labs == ("zhipu",)


def test_lines_of_the_same_generation_in_the_text_belong_to_the_subject(read) -> None:
    labels = read("Alibaba launches Qwen9", "A hosted edition, Qwen9-Plus, is available. It follows Qwen8-Max.")
    assert {line.key for line in labels.lines} == {"qwen9", "qwen9plus"}


def test_a_house_without_its_models_is_a_lab_without_lines(read) -> None:
    labels = read("百度分拆昆仑芯赴港上市")
    assert (labels.labs, labels.lines, labels.kind) == (("baidu",), (), "business")


def test_traditional_characters_are_read_like_simplified_ones(read) -> None:
    a, b = read("智譜開源GLM-7，月之暗面發布Kimi K5"), read("智谱开源GLM-7，月之暗面发布Kimi K5")
    assert (a.kind, a.labs, a.lines) == (b.kind, b.labs, b.lines)


def test_an_own_voice_names_its_lab_even_where_the_text_does_not(read) -> None:
    assert read("Step 9 is out", lab="stepfun").lines[0].key == "step9"
    assert read("Notes of the week", lab="stepfun").labs == ("stepfun",)
