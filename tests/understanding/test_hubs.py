"""Entries of hubs and GitHub: names decide, tools have no line."""

from __future__ import annotations

import pytest

from aggregator.model import TRUST_HUB, Entry, Labels, Repository, Source

WEIGHTS = ("config.json", "model-00001-of-00002.safetensors")


def hub(read, name: str, *, files: tuple[str, ...] | None = WEIGHTS, **fields: object) -> Labels:
    entry = Entry(name, None, name, artifact=Repository("huggingface", name, files=files, **fields))
    source = Source(f"huggingface:{name.split('/')[0]}", "huggingface", "https://hub.example")
    return read.understanding.labels(entry, source, title=name, summary="", content="")


def github(read, repository: str, kind: str, tag: str = "", content: str = "", **extra: object) -> Labels:
    guid = f"{repository}@{tag}" if tag else repository
    entry = Entry(guid, None, tag or repository, extra={"kind": kind, "repository": repository, "tag": tag, **extra})
    source = Source("github:x", "github", "https://git.example")
    return read.understanding.labels(entry, source, title=entry.title, summary="", content=content)


def test_a_repository_with_weights_opens_its_line(read) -> None:
    labels = hub(
        read,
        "Qwen/Qwen9-35B-A3B",
        licence="apache-2.0",
        pipeline="image-text-to-text",
        context=262144,
        languages=("zh", "en"),
    )
    assert (labels.kind, labels.labs, labels.lines[0].key) == ("release", ("qwen",), "qwen9")
    shown = labels.evidence[0]
    assert (shown.status, shown.trust) == ("open", TRUST_HUB)
    for fact in (
        ("weights", "yes"),
        ("licence", "apache-2.0"),
        ("size", "35B-A3B"),
        ("context", "262144"),
        ("modality", "image"),
    ):
        assert fact in shown.facts


@pytest.mark.parametrize("name", ["Qwen/Qwen9-35B-A3B-FP8", "Qwen/Qwen9-35B-A3B-GGUF"])
def test_a_quantisation_is_an_update(read, name: str) -> None:
    assert hub(read, name).kind == "update"


def test_a_placeholder_without_weights_shows_nothing(read) -> None:
    labels = hub(read, "zai-org/GLM-7", files=("README.md",))
    assert (labels.kind, labels.evidence[0].status) == ("other", "mention")


def test_somebody_elses_conversion_is_a_howto_and_no_evidence(read) -> None:
    labels = hub(read, "unsloth/Qwen9-27B-GGUF", relations=(("quantized", "Qwen/Qwen9-27B"),))
    assert (labels.kind, labels.evidence[0].status) == ("howto", "mention")


def test_a_tools_release_has_no_line_whatever_its_notes_name(read) -> None:
    labels = github(read, "QwenLM/qwen-code", "release", "v0.25.0", "Adds Qwen9 and GLM-7")
    assert (labels.kind, labels.lines, labels.evidence) == ("other", (), ())
    assert {line.key for line in labels.mentions} == {"qwen9", "glm7"}


def test_a_model_repositorys_tag_is_an_update_of_its_line(read) -> None:
    labels = github(read, "zai-org/GLM-OCR", "release", "v0.1.2")
    assert (labels.kind, labels.lines[0].key) == ("update", "glmocr")


def test_a_new_model_repository_announces_its_line(read) -> None:
    labels = github(read, "zai-org/GLM-7", "repository")
    assert (labels.kind, labels.lines[0].key, labels.evidence[0].status) == ("release", "glm7", "announced")
    assert github(read, "zai-org/some-toolkit", "repository").kind == "other"


def test_a_readme_announces_the_lines_that_it_newly_names(read) -> None:
    labels = github(read, "zai-org/GLM-5", "readme", names=["GLM-7", "GLM-7-Flash"], content="GLM-7 is out")
    assert [line.key for line in labels.lines] == ["glm7", "glm7flash"]
    assert {e.status for e in labels.evidence} == {"announced"}
