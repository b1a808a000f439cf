"""Laws of understanding, for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Reader

from aggregator.understand.folding import low, normal
from aggregator.understanding import Understanding

READ = Reader()
PIECES = """
智谱 GLM-5 Qwen3.5 发布 开源 将于 DeepSeek V4 Kimi K2.5 Step 3.5 Flash, Lite and Mini than contre pourrait lance releases
? ： ， 。 4.1.1 -FP8 397B-A17B Ring
"""
WORDS = st.sampled_from(sorted(set(PIECES.split())))
TEXTS = st.one_of(
    st.text(max_size=80), st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS, max_size=14).map("".join)
)


@given(TEXTS, TEXTS, TEXTS)
@settings(deadline=None, max_examples=200)
def test_labels_never_fail_and_are_the_same_every_time(title: str, summary: str, content: str) -> None:
    first, second = READ(title, summary, content), READ(title, summary, content)
    assert first == second
    assert {line.key for line in first.lines} <= {line.key for line in first.mentions}
    assert {line.lab for line in first.lines} <= set(first.labs)
    assert {e.line.key for e in first.evidence} == {line.key for line in first.lines}


@given(st.text(max_size=200))
@settings(deadline=None)
def test_folding_is_idempotent_and_keeps_the_length(text: str) -> None:
    folded = normal(text)
    assert len(low(folded)) == len(folded)
    assert low(low(folded)) == low(folded)


@pytest.mark.timed
def test_construction_is_quick() -> None:
    started = time.perf_counter()
    Understanding(READ.labs)
    assert time.perf_counter() - started < 0.5
