"""Names are compared without case and separators, and written as their labs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.names import canonical, make_line

WORDS = st.text(alphabet="abcdfgABCDFG.0123456789dD", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DeepSeek-V4", "DeepSeek V4"),
        ("DeepSeek‑V4", "deepseekv4"),
        ("DeepSeek–V4", "DEEPSEEK—V4"),
        ("Qwen2_5-VL", "qwen2.5 vl"),
        ("Qwen2d5", "Qwen2.5"),
        ("Kimi:K2.5", "Kimi·K2.5"),
        ("ＧＬＭ－５", "GLM-5"),
        ("GLM\u00a05", "GLM 5"),
    ],
)
def test_two_spellings_of_a_name_are_equal(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GLM-5", "GLM-5.3"),
        ("Qwen3", "Qwen3.5"),
        ("Hunyuan3D-2", "Hunyuan3.2"),
        ("GLM-5", "GLM-5V"),
        ("Wan2.1", "Wan21"),
    ],
)
def test_two_models_are_never_equal(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from(" -–‑:·"))
def test_separators_never_count(words: list[str], separator: str) -> None:
    assert canonical(separator.join(words)) == canonical("-".join(words))


@given(st.text(max_size=40))
def test_any_text_has_a_stable_key(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == canonical(canonical(once))


@pytest.mark.parametrize(
    ("family", "version", "tier", "name", "generation"),
    [
        ("Qwen", "3.5", "", "Qwen3.5", "Qwen3.5"),
        ("Qwen", "9.1", "Coder-Next", "Qwen9.1-Coder-Next", "Qwen9.1"),
        ("GLM", "5", "", "GLM-5", "GLM-5"),
        ("GLM", "5", "V-Turbo", "GLM-5V-Turbo", "GLM-5"),
        ("Kimi", "K2.5", "", "Kimi-K2.5", "Kimi-K2.5"),
        ("DeepSeek", "V4", "Pro", "DeepSeek-V4-Pro", "DeepSeek-V4"),
        ("Seedance", "2.0", "", "Seedance 2.0", "Seedance 2.0"),
        ("Seedance", "2.0", "Pro", "Seedance 2.0 Pro", "Seedance 2.0"),
        ("Qwen-Image", "2.0", "", "Qwen-Image-2.0", "Qwen-Image-2.0"),
        ("Intern-S", "3", "", "Intern-S3", "Intern-S3"),
        ("CosyVoice", "", "", "CosyVoice", "CosyVoice"),
    ],
)
def test_a_line_is_written_as_its_lab_writes_it(
    family: str, version: str, tier: str, name: str, generation: str
) -> None:
    line = make_line("lab", family, version, tier)
    assert (line.name, line.generation_name) == (name, generation)
    assert line.key == canonical(name)
    assert line.generation == f"lab:{canonical(generation)}"


def test_a_name_of_its_own_word_order_keeps_it() -> None:
    line = make_line("openbmb", "MiniCPM-V", "4.6", name="MiniCPM-V-4.6")
    assert (line.name, line.generation_name) == ("MiniCPM-V-4.6", "MiniCPM-V-4.6")
