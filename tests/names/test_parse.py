"""A name is taken apart into its line and what describes one artifact; tools are no models."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Lab
from aggregator.names import read_name, read_release, take_apart

# lab, name, line, size, precision, stage, snapshot
PARTS = [
    ("qwen", "Qwen9.1-Omni", "Qwen9.1-Omni", None, None, None, None),
    ("qwen", "Qwen-1_8B-Chat", "Qwen", "1.8B", None, "chat", None),
    ("qwen", "Qwen3.9-397B-A17B-FP8", "Qwen3.9", "397B-A17B", "FP8", None, None),
    ("qwen", "Qwen3-30B-A3B-Thinking-2507", "Qwen3", "30B-A3B", None, "thinking", "2507"),
    ("qwen", "Qwen3-Coder-Next", "Qwen3-Coder-Next", None, None, None, None),
    ("qwen", "Qwen_Qwen3.8-27B-Q4_K_M", "Qwen3.8", "27B", "Q4_K_M", None, None),
    ("qwen", "Alibaba Qwen3.5", "Qwen3.5", None, None, None, None),
    ("qwen", "Wan2.9-TI2V-5B", "Wan2.9", "5B", None, None, None),
    ("qwen", "gte-Qwen2-7B-instruct", "gte-Qwen2", "7B", None, "instruct", None),
    ("qwen", "Qwen2.5-14B-Instruct-1M", "Qwen2.5", "14B", None, "instruct", None),
    ("qwen", "Qwen3-TTS-12Hz-1.7B-CustomVoice", "Qwen3-TTS", "1.7B", None, None, None),
    ("zhipu", "GLM-7V-Flash", "GLM-7V-Flash", None, None, None, None),
    ("zhipu", "glm-4-9b-chat-1m", "GLM-4", "9B", None, "chat", None),
    ("zhipu", "GLM-9-2611", "GLM-9", None, None, None, "2611"),
    ("moonshot", "Kimi-K9-Thinking", "Kimi-K9", None, None, "thinking", None),
    ("moonshot", "Kimi-Dev-72B", "Kimi-Dev", "72B", None, None, None),
    ("moonshot", "Kimi-VL-A3B-Thinking-2506", "Kimi-VL", "A3B", None, "thinking", "2506"),
    ("deepseek", "DeepSeek-R1-Distill-Qwen-7B", "DeepSeek-R1-Distill", "7B", None, None, None),
    ("deepseek", "deepseek-coder-7b-instruct-v1.5", "DeepSeek-Coder-V1.5", "7B", None, "instruct", None),
    ("deepseek", "deepseek-vl2-small", "DeepSeek-VL2", None, None, None, None),
    ("deepseek", "DeepSeek-V4-Flash-0731", "DeepSeek-V4-Flash", None, None, None, "0731"),
    ("deepseek", "DeepSeek-V9-Vision-Exp-W4A8", "DeepSeek-V9-Vision-Exp", None, "W4A8", None, None),
    ("tencent", "HY-MT1.5-1.8B", "HY-MT1.5", "1.8B", None, None, None),
    ("tencent", "Hy3-preview", "Hy3", None, None, "preview", None),
    ("tencent", "Hunyuan3D-7", "Hunyuan3D-7", None, None, None, None),
    ("stepfun", "Step-3.5-Flash-2603", "Step-3.5-Flash", None, None, None, "2603"),
    ("meituan", "LongCat-Flash-Thinking-2601", "LongCat-Flash", None, None, "thinking", "2601"),
    ("antgroup", "Ling-2.5-1T", "Ling-2.5", "1T", None, None, None),
    ("antgroup", "Ling-4.0-tiny", "Ling-4.0", None, None, None, None),
    ("minimax", "MiniMax-Text-01-hf", "MiniMax-Text-01", None, None, None, None),
    ("minimax", "MiniMax-M9-80k", "MiniMax-M9", None, None, None, None),
    ("shlab", "InternVL4_5-241B-A28B-Instruct", "InternVL4.5", "241B-A28B", None, "instruct", None),
    ("openbmb", "MiniCPM-V-4_6-int4", "MiniCPM-V-4.6", None, "int4", None, None),
    ("xiaohongshu", "dots.llm2.inst", "dots.llm2", None, None, "inst", None),
    ("mistral", "Mistral-Small-9.2-24B-Instruct-2606", "Mistral-Small-9.2", "24B", None, "instruct", "2606"),
    ("mistral", "Mixtral-8x7B", "Mixtral", "8x7B", None, None, None),
    ("yunmeng", "Yunque-X2-Pro-13B-Base", "Yunque-X2-Pro", "13B", None, "base", None),
    ("yunmeng", "Lingxi-4-Coder-30B-A3B-GPTQ-Int4", "Lingxi-4-Coder", "30B-A3B", "GPTQ-Int4", None, None),
    ("yunmeng", "云雀3.0-Pro", "云雀3.0-Pro", None, None, None, None),
]


@pytest.mark.parametrize(
    ("lab", "name", "line", "size", "precision", "stage", "snapshot"), PARTS, ids=[p[1] for p in PARTS]
)
def test_a_name_is_taken_apart(
    labs: Mapping[str, Lab],
    lab: str,
    name: str,
    line: str,
    size: str | None,
    precision: str | None,
    stage: str | None,
    snapshot: str | None,
) -> None:
    parsed = take_apart(name, labs[lab])
    assert parsed is not None
    assert (parsed.line.name, parsed.size, parsed.precision, parsed.stage, parsed.snapshot) == (
        line,
        size,
        precision,
        stage,
        snapshot,
    )


@pytest.mark.parametrize(
    ("lab", "name", "generation"),
    [
        ("deepseek", "DeepSeek-V4-Pro", "DeepSeek-V4"),
        ("qwen", "Qwen3.6-Plus", "Qwen3.6"),
        ("zhipu", "GLM-5V-Turbo", "GLM-5"),
        ("qwen", "Qwen-Image-2.0", "Qwen-Image-2.0"),
        ("deepseek", "DeepSeek-OCR-2", "DeepSeek-OCR-2"),
        ("tencent", "Hy3-preview", "Hy3"),
        ("minimax", "MiniMax-M2.7", "MiniMax-M2.7"),
    ],
)
def test_a_generation_has_no_tier(labs: Mapping[str, Lab], lab: str, name: str, generation: str) -> None:
    parsed = take_apart(name, labs[lab])
    assert parsed is not None and parsed.line.generation_name == generation


@pytest.mark.parametrize(
    ("lab", "name", "line"),
    [
        ("openbmb", "MiniCPM 5.0", "MiniCPM-5.0"),
        ("qwen", "Qwen3.5", "Qwen3.5"),
        ("zhipu", "GLM-OCR", "GLM-OCR"),
        ("qwen", "CosyVoice", "CosyVoice"),
        ("deepseek", "DeepSeek-V3", "DeepSeek-V3"),
    ],
)
def test_a_code_repository_named_like_a_model_is_one(labs: Mapping[str, Lab], lab: str, name: str, line: str) -> None:
    parsed = read_name(name, labs[lab])
    assert parsed is not None and parsed.line.key == line.casefold().replace("-", "")


@pytest.mark.parametrize(
    ("lab", "name"),
    [
        ("qwen", "qwen-code"),
        ("qwen", "Qwen-Agent"),
        ("qwen", "Qwen3.5-webui"),
        ("zhipu", "slime"),
        ("shlab", "lmdeploy"),
        ("deepseek", "DeepGEMM"),
        ("moonshot", "kimi-cli"),
        ("tencent", "CL-bench"),
        ("qwen", "v0.10.0"),
        ("qwen", ""),
    ],
)
def test_a_tool_is_no_model(labs: Mapping[str, Lab], lab: str, name: str) -> None:
    assert read_name(name, labs[lab]) is None


@pytest.mark.parametrize(
    ("lab", "repository", "tag", "title", "line"),
    [
        ("bilibili", "index-tts/IndexTTS", "v2.5.0", "v2.5.0", "IndexTTS-2.5"),
        ("deepseek", "deepseek-ai/DeepSeek-V3", "v1.0.0", "v1.0.0", "DeepSeek-V3"),
        ("zhipu", "zai-org/GLM-OCR", "v0.1.4", "", "GLM-OCR"),
        ("qwen", "QwenLM/Qwen3.5", "qwen3.5-medium", "", "Qwen3.5"),
        ("openbmb", "OpenBMB/MiniCPM", "5.0.0", "MiniCPM 5.0", "MiniCPM-5.0"),
        ("moonshot", "MoonshotAI/kimi-cli", "1.47.0", "Kimi K2.5 support", None),
        ("zhipu", "THUDM/slime", "v0.3.1", "v0.3.1", None),
    ],
)
def test_a_release_names_its_model(
    labs: Mapping[str, Lab], lab: str, repository: str, tag: str, title: str, line: str | None
) -> None:
    parsed = read_release(repository, tag, title, labs[lab])
    assert (parsed and parsed.line.key) == (line and line.casefold().replace("-", ""))


@given(st.text(max_size=60))
def test_no_name_breaks_the_parser(name: str) -> None:
    take_apart(name, None)


@given(
    st.sampled_from(["Qwen9.1", "Kimi-K9", "GLM-7V-Flash", "DeepSeek-V9-Pro"]),
    st.lists(
        st.sampled_from(["7B", "Instruct", "FP8", "GGUF", "2611", "128k", "AWQ", "Base", "hf", "720P"]), max_size=5
    ),
)
def test_what_is_left_out_never_changes_the_line(name: str, marks: list[str]) -> None:
    plain, marked = take_apart(name), take_apart("-".join([name, *marks]))
    assert plain is not None and marked is not None
    assert marked.line == plain.line
