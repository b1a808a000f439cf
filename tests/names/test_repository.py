"""A repository is an artifact of a line: relations first, then its name; third parties never make a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from aggregator.model import ArtifactName, Lab, Repository
from aggregator.names import read_repository

WEIGHTS = ("config.json", "model.safetensors")


def read(labs: Mapping[str, Lab], identifier: str, lab: str | None = None, **fields: Any) -> ArtifactName | None:
    repo = Repository("huggingface", identifier, **{"files": WEIGHTS, "library": "transformers", **fields})
    return read_repository(repo, labs, lab)


FIRST_PARTY = [
    # id, fields, line, kind, size
    ("Qwen/Qwen9.1-Omni-30B-A3B", {}, "Qwen9.1-Omni", "instruct", "30B-A3B"),
    ("moonshotai/Kimi-K9-Thinking", {"tags": ("compressed-tensors",)}, "Kimi-K9", "thinking", None),
    ("MiniMaxAI/MiniMax-M2", {"tags": ("fp8",)}, "MiniMax-M2", "instruct", None),
    ("Qwen/Qwen3.8-27B", {"relations": (("finetune", "Qwen/Qwen3.8-27B-Base"),)}, "Qwen3.8", "instruct", "27B"),
    ("Qwen/Qwen3.8-27B-Base", {}, "Qwen3.8", "base", "27B"),
    ("zai-org/GLM-7-FP8", {"relations": (("quantized", "zai-org/GLM-7"),)}, "GLM-7", "quantized", None),
    ("zai-org/GLM-7V-FP8", {"relations": (("finetune", "zai-org/GLM-7-Air-Base"),)}, "GLM-7V", "quantized", None),
    (
        "Qwen/Qwen9-Embedding-8B-GGUF",
        {"relations": (("quantized", "Qwen/Qwen9-8B-Base"),)},
        "Qwen9-Embedding",
        "quantized",
        "8B",
    ),
    ("deepseek-ai/DeepSeek-R9-Distill-Qwen-7B", {}, "DeepSeek-R9-Distill", "distill", "7B"),
    ("deepseek-ai/DeepSeek-R9-0928-Qwen9-8B", {}, "DeepSeek-R9", "distill", "8B"),
    ("deepseek-ai/DeepSeek-V9-Flash-DSpark", {}, "DeepSeek-V9-Flash", "draft", None),
    ("moonshotai/Kimi-K9-Eagle3", {}, "Kimi-K9", "draft", None),
    ("stepfun-ai/Step-3.5-Flash-2603", {}, "Step-3.5-Flash", "instruct", None),
    ("Wan-AI/Wan3.1-TI2V-5B", {"pipeline": "image-to-video"}, "Wan3.1", "other", "5B"),
    ("Wan-AI/Wan3.1-TI2V-5B-Diffusers", {"pipeline": "image-to-video"}, "Wan3.1", "format", "5B"),
    ("Qwen/Qwen9-Reranker-4B", {"pipeline": "text-ranking"}, "Qwen9-Reranker", "embedding", "4B"),
    ("Qwen/Qwen9-Math-PRM-7B", {}, "Qwen9-Math-PRM", "reward", "7B"),
    ("Qwen/Qwen9Guard-8B", {}, "Qwen9Guard", "other", "8B"),
    ("Qwen/Qwen9-27B-LoRA", {"relations": (("adapter", "Qwen/Qwen9-27B"),)}, "Qwen9", "adapter", "27B"),
    ("zai-org/GLM-7-Voice-tokenizer", {}, "GLM-7-Voice", "other", None),
    ("openbmb/MiniCPM9-8B-MLX", {}, "MiniCPM9", "format", "8B"),
    ("openbmb/MiniCPM9-8B-MLX-4bit", {}, "MiniCPM9", "quantized", "8B"),
    ("openbmb/MiniCPM9-8B-BF16", {}, "MiniCPM9", "format", "8B"),
    ("baidu/ERNIE-7.5-21B-A3B-Base-PT", {}, "ERNIE-7.5", "base", "21B-A3B"),
    (
        "yunmeng-ai/Lingxi-4-30B-A3B-Instruct",
        {"relations": (("finetune", "Qwen/Qwen9-30B-A3B"),)},
        "Lingxi-4",
        "instruct",
        "30B-A3B",
    ),
    ("yunmeng-ai/Lingxi-4-30B", {"relations": (("finetune", "Qwen/Qwen9-30B"),)}, "Lingxi-4", "finetune", "30B"),
]


@pytest.mark.parametrize(("identifier", "fields", "line", "kind", "size"), FIRST_PARTY, ids=[r[0] for r in FIRST_PARTY])
def test_a_labs_repository_is_an_artifact_of_its_line(
    labs: Mapping[str, Lab], identifier: str, fields: dict[str, Any], line: str, kind: str, size: str | None
) -> None:
    found = read(labs, identifier, **fields)
    assert found is not None
    assert (found.line.name, found.kind, found.size, found.first_party) == (line, kind, size, True)


THIRD_PARTY = [
    ("unsloth/Qwen3.8-27B-GGUF", (("quantized", "Qwen/Qwen3.8-27B"),), "Qwen3.8", "quantized"),
    ("unsloth/Qwen3.8-27B-GGUF", (), "Qwen3.8", "quantized"),
    ("bartowski/Qwen_Qwen3.8-27B-GGUF", (), "Qwen3.8", "quantized"),
    ("someone/zai-org_GLM-7-Flash-GGUF", (), "GLM-7-Flash", "quantized"),
    ("unsloth/GLM-7", (("finetune", "zai-org/GLM-7"),), "GLM-7", "format"),
    ("nvidia/Kimi-K9-NVFP4", (("quantized", "moonshotai/Kimi-K9"),), "Kimi-K9", "quantized"),
    ("RedHatAI/Qwen9-8B-speculator.eagle3", (("finetune", "Qwen/Qwen9-8B"),), "Qwen9", "draft"),
    ("mlx-community/GLM-7-bf16", (("finetune", "zai-org/GLM-7"),), "GLM-7", "format"),
]


@pytest.mark.parametrize(("identifier", "relations", "line", "kind"), THIRD_PARTY)
def test_a_third_partys_form_belongs_to_the_base_line(
    labs: Mapping[str, Lab], identifier: str, relations: tuple[tuple[str, str], ...], line: str, kind: str
) -> None:
    found = read(labs, identifier, relations=relations)
    assert found is not None
    assert (found.line.name, found.kind, found.first_party) == (line, kind, False)


@pytest.mark.parametrize(
    ("identifier", "relations"),
    [
        ("someone/MyCoder-7B", (("finetune", "Qwen/Qwen9-7B"),)),
        ("someone/Qwen9-8B-abliterated-GGUF", (("quantized", "Qwen/Qwen9-8B"),)),
        ("someone/Qwen9-8B-Roleplay", (("finetune", "Qwen/Qwen9-8B"),)),
        ("someone/Wan3.1-Lightning", (("adapter", "Wan-AI/Wan3.1-TI2V-5B"),)),
        ("unknown-lab/Nova-4-GGUF", (("quantized", "unknown-lab/Nova-4"),)),
        ("nvidia/Qwen9-8B-DMS-8x", (("finetune", "Qwen/Qwen9-8B"),)),
        ("tencent/CL-bench", ()),
    ],
)
def test_what_others_change_is_nobodys_line(
    labs: Mapping[str, Lab], identifier: str, relations: tuple[tuple[str, str], ...]
) -> None:
    assert read(labs, identifier, relations=relations) is None


def test_a_repository_without_weights_is_a_placeholder(labs: Mapping[str, Lab]) -> None:
    found = read(labs, "deepseek-ai/DeepSeek-V9", files=("README.md", "config.json"))
    assert found is not None and found.reason.endswith("placeholder")
    for files in (None, WEIGHTS, ("README.md", "model_index.json"), ("model-00001-of-00008.safetensors",)):
        found = read(labs, "deepseek-ai/DeepSeek-V9", files=files)
        assert found is not None and "placeholder" not in found.reason


def test_an_unknown_family_of_a_followed_organisation_is_its_own_line(labs: Mapping[str, Lab]) -> None:
    found = read(labs, "yunmeng-ai/Canglong-2-13B-Chat")
    assert found is not None
    assert (found.line.name, found.line.family, found.line.version, found.line.lab) == (
        "Canglong-2",
        "Canglong",
        "2",
        "yunmeng",
    )


def test_an_asked_organisation_that_is_not_listed_belongs_to_the_lab_that_was_asked(labs: Mapping[str, Lab]) -> None:
    found = read(labs, "yunmeng-research/Yunque-X3", lab="yunmeng")
    assert found is not None and found.first_party and found.line.lab == "yunmeng"
