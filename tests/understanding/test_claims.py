"""What rests on somebody's word: claims with their voice, expected dates, disputes, and what becomes of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from aggregator import releases
from aggregator.model import TRUST_PRESS, TRUST_RUMOUR, LineName, Showing
from aggregator.understand import when


def claims(
    read, title: str, summary: str = "", content: str = "", **more: Any
) -> list[tuple[str, str, str, str | None]]:
    labels = read(title, summary, content, **more)
    told = [json.loads(value) for name, value in labels.evidence[0].facts if name == "claim"]
    return [(c["about"], c["value"], c["voice"], c["name"]) for c in told]


CLAIMS = (
    ("Zhipu unveils GLM-9", "The company says it was trained entirely on Huawei's Ascend chips.",
    ("training hardware", "Huawei Ascend", "lab", "Zhipu")),
    ("Zhipu dévoile GLM-9", "Selon le laboratoire, il a été entraîné sur des puces Ascend de Huawei.",
    ("training hardware", "Huawei Ascend", "lab", "Zhipu")),
    ("智谱发布GLM-9", "官方称训练全程使用华为昇腾芯片训练。", ("training hardware", "Huawei Ascend", "lab", "Zhipu")),
    ("Alibaba launches Qwen9", "It covers 200 languages, Reuters reports.", ("languages", "200", "press", "Reuters")),
    ("Alibaba lance Qwen9", "Alibaba revendique 201 langues.", ("languages", "201", "lab", "Alibaba")),
    ("阿里发布千问9", "支持201种语言和方言，阿里称。", ("languages", "201", "lab", "Alibaba")),
    ("Zhipu releases GLM-9", "The lab reports 81.2 on SWE-bench Verified.", ("score", "SWE-bench Verified 81.2",
    "lab", "Zhipu")),
    ("Zhipu releases GLM-9", "It scores 61 on HLE, according to Artificial Analysis.", ("score", "HLE 61",
    "third-party-test", "Artificial Analysis")),
    ("智谱发布GLM-9", "据The Information报道，其成绩超过GPT-9。", ("comparison", "> GPT-9", "press",
    "The Information")),
    ("Zhipu releases GLM-9", "The company claims results level with Gemini 9 Pro.", ("comparison",
    "≈ Gemini 9 Pro", "lab", "Zhipu")),
    ("Zhipu releases GLM-9", "The company says it costs 60% less to run.", ("running cost", "-60%", "lab", "Zhipu")),
    ("智谱发布GLM-9", "智谱称推理成本下降六成。", ("running cost", "-60%", "lab", "Zhipu")),
    ("DeepSeek could release V7 within days, The Information reports", "", ("expected", "within days", "press",
    "The Information")),
    ("DeepSeek V7 serait attendu dans les prochains jours", "D'après Reuters, le modèle est prêt.", ("expected",
    "dans les prochains jours", "press", "Reuters")),
    ("传DeepSeek V7下周发布", "知情人士透露，V7将于下周发布。", ("expected", "下周", "anonymous", None)),
)  # fmt: skip


@pytest.mark.parametrize(("title", "summary", "claim"), CLAIMS)
def test_a_claim_carries_its_voice(read, title: str, summary: str, claim: tuple[str, str, str, str | None]) -> None:
    assert claim in claims(read, title, summary)


def test_what_an_article_says_in_its_own_voice_is_the_outlets_word(read) -> None:
    assert claims(read, "Zhipu releases GLM-9", "It speaks 120 languages.") == [("languages", "120", "press", "s")]


def test_what_a_labs_page_says_is_the_labs_word(read) -> None:
    assert claims(read, "GLM-9 is here", "It speaks 120 languages.", lab="zhipu") == [
        ("languages", "120", "lab", "Zhipu")
    ]


def test_what_an_item_says_twice_it_says_once_with_the_better_voice(read) -> None:
    told = claims(
        read, "Zhipu releases GLM-9", "It speaks 120 languages.", "Zhipu said that GLM-9 speaks 120 languages."
    )
    assert told == [("languages", "120", "lab", "Zhipu")]


@pytest.mark.parametrize(
    ("title", "summary", "disputes"),
    [
        ("Disney accuses ByteDance of copying its characters in Seedance 9", "", {"copyright:Disney"}),
        ("Seedance 9 : Paramount met ByteDance en demeure", "Le studio dénonce une contrefaçon.",
        {"copyright:Paramount"}),
        ("迪士尼致函字节：Seedance 9抄了我们的角色", "", {"copyright:Disney"}),
        ("Anthropic accuses Moonshot of distilling Claude into Kimi K9", "", {"distillation:Anthropic"}),
        ("CNIL warns over privacy in Kimi K9", "CNIL accuses Moonshot of collecting personal data.",
        {"privacy:CNIL"}),
        ("ByteDance promises safeguards for Seedance 9", "", set()),
        ("ByteDance launches Seedance 9", "Disney is watching.", set()),
    ],
)  # fmt: skip
def test_a_dispute_names_who_accuses_and_of_what(read, title: str, summary: str, disputes: set[str]) -> None:
    labels = read(title, summary)
    assert {value for e in labels.evidence for name, value in e.facts if name == "dispute"} == disputes


SAID = date(2026, 2, 10)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("within days", "2026-02-10", "2026-02-17"),
        ("dans les prochains jours", "2026-02-10", "2026-02-17"),
        ("将在数日内", "2026-02-10", "2026-02-17"),
        ("in the coming weeks", "2026-02-10", "2026-03-10"),
        ("几周内", "2026-02-10", "2026-03-10"),
        ("next week", "2026-02-16", "2026-02-22"),
        ("la semaine prochaine", "2026-02-16", "2026-02-22"),
        ("下周", "2026-02-16", "2026-02-22"),
        ("this week", "2026-02-10", "2026-02-15"),
        ("next month", "2026-03-01", "2026-03-31"),
        ("le mois prochain", "2026-03-01", "2026-03-31"),
        ("下月", "2026-03-01", "2026-03-31"),
        ("d'ici la fin du mois", "2026-02-10", "2026-02-28"),
        ("月底", "2026-02-10", "2026-02-28"),
        ("mid-february", "2026-02-11", "2026-02-20"),
        ("mi-fevrier", "2026-02-11", "2026-02-20"),
        ("2月中旬", "2026-02-11", "2026-02-20"),
        ("in april", "2026-04-01", "2026-04-30"),
        ("en avril", "2026-04-01", "2026-04-30"),
        ("四月", "2026-04-01", "2026-04-30"),
        ("april 24", "2026-04-24", "2026-04-24"),
        ("le 24 avril", "2026-04-24", "2026-04-24"),
        ("4月24日", "2026-04-24", "2026-04-24"),
        ("before the lunar new year", "2026-02-10", "2026-02-24"),
        ("春节前后", "2026-02-10", "2026-02-24"),
        ("in the third quarter", "2026-07-01", "2026-09-30"),
        ("第三季度", "2026-07-01", "2026-09-30"),
        ("by year end", "2026-02-10", "2026-12-31"),
        ("明年", "2027-01-01", "2027-12-31"),
        ("in january", "2027-01-01", "2027-01-31"),
    ],
)  # fmt: skip
def test_words_of_time_become_days(text: str, first: str, last: str) -> None:
    told = when.read(text)
    assert told is not None
    assert when.span(told.code, SAID) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["2024年底发布", "at some time", "il y a un an", "it may be big"])
def test_other_words_are_no_date(text: str) -> None:
    assert when.read(text) is None


LINE = LineName("deepseek", "DeepSeek-V7", "deepseekv7", "DeepSeek", "V7", "", "deepseek:deepseekv7", "DeepSeek V7")


def rumoured(day: int, code: str, name: str = "The Information", **more: str) -> Showing:
    claim = json.dumps(
        {"about": "expected", "value": code, "voice": "press", "name": name, "via": "Outlet", "when": code}
    )
    facts = (("claim", claim), *more.items())
    return Showing(
        "deepseekv7",
        "rumoured",
        TRUST_RUMOUR,
        datetime(2026, 2, day, 8, tzinfo=UTC),
        f"r{day}",
        None,
        "o",
        "rumour",
        facts,
    )


def out(day: int, month: int = 2) -> Showing:
    return Showing(
        "deepseekv7", "open", TRUST_PRESS, datetime(2026, month, day, 8, tzinfo=UTC), f"o{day}", None, "o", "release"
    )


@pytest.mark.parametrize(
    ("showings", "outcome"),
    [
        ([rumoured(10, "days")], "pending"),
        ([rumoured(10, "days"), out(14)], "kept"),
        ([rumoured(10, "days"), out(25)], "late"),
        ([rumoured(10, "days"), out(25, 5)], "wrong"),
        ([rumoured(10, "month+1"), out(14)], "wrong"),
        ([rumoured(10, "days", denied="denies")], "denied"),
    ],
)  # fmt: skip
def test_a_rumours_term_ends_by_what_came(showings: list[Showing], outcome: str) -> None:
    release = releases.derive(LINE, "cn", showings, [])
    assert release is not None and release.expected is not None
    assert (release.expected["outcome"], release.expected["said_by"]) == (outcome, "The Information")


def test_conflicting_claims_stand_side_by_side_and_equal_ones_once() -> None:
    told = [rumoured(10, "days"), rumoured(11, "days"), rumoured(12, "weeks"), rumoured(13, "days", "Reuters")]
    release = releases.derive(LINE, "cn", told, [])
    assert release is not None
    assert [(c["value"], c["name"], c["item"]) for c in release.claims] == [
        ("within days", "The Information", "r10" ), ("within weeks", "The Information", "r12" ), ("within days",
        "Reuters", "r13"),
    ]  # fmt: skip
