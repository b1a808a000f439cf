"""Labelled headlines in three languages, for lines that do not exist, and for things that only look like lines."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aggregator.names import canonical

sys.path.insert(0, str(Path(__file__).parent))
from more_titles import LAST_TITLES, LATER_TITLES, MORE_TITLES  # noqa: E402
from titles import TITLES, Title  # noqa: E402

ALL = (*TITLES, *MORE_TITLES, *LATER_TITLES, *LAST_TITLES)
KNOWN_FAILURES = frozenset(
    {
        "昇腾完成GLM-7适配，附部署指南",  # 昇腾 is no alias of the starter's Huawei
        "Claude Code 接入 GLM-5.1 保姆级教程",
        "Former Qwen lead joins ByteDance",
        "英伟达：H20对华销售仍未恢复",
        "梁文锋登上《自然》年度十大人物",  # people are no aliases
        "Kimi K3 用了三天，我把 Claude 退订了",
        "DeepSeek-V4系列或于4月底亮相，含Pro和Flash两版",
        "ChatGPT, Gemini, Le Chat : quelle IA pollue le moins ?",  # Le Chat is no alias
        "Cognition's SWE-1.5 may be a GLM in disguise",
    }
)
"""Headlines that the rules misread: kept here so that a change that mends one is noticed."""


def cases() -> list[object]:
    marks = {True: [pytest.mark.xfail(strict=True, reason="the rules misread it")], False: []}
    return [pytest.param(t, id=t.title, marks=marks[t.title in KNOWN_FAILURES]) for t in ALL]


def keys(names: str) -> set[str]:
    return {canonical(name) for name in names.split("|") if name}


@pytest.mark.parametrize("title", cases())
def test_a_headline_is_read_as_a_person_reads_it(read, title: Title) -> None:
    labels = read(title.title, title.summary)
    assert labels.kind in title.kinds.split("|"), labels.reasons
    assert set(labels.labs) == set(title.labs.split())
    assert {line.key for line in labels.lines} == keys(title.lines)
    assert {line.key for line in labels.mentions} == keys(title.lines) | keys(title.mentions)


def test_every_label_has_a_reason(read) -> None:
    for title in ALL:
        labels = read(title.title, title.summary)
        reasons = {reason.label for reason in labels.reasons}
        assert f"kind={labels.kind}" in reasons
        assert {f"line={line.name}" for line in labels.lines} <= reasons
        assert {f"lab={lab}" for lab in labels.labs} <= reasons


def test_lines_are_always_among_the_mentions(read) -> None:
    for title in ALL:
        labels = read(title.title, title.summary)
        assert {line.key for line in labels.lines} <= {line.key for line in labels.mentions}
