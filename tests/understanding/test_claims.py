"""What rests on somebody's word: claims with their voice, expected dates, disputes, and what becomes of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from aggregator import releases
from aggregator.model import TRUST_PRESS, TRUST_RUMOUR, LineName, Showing
from aggregator.understand import saying, when


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


def scores(read, sentence: str) -> list[str]:
    return sorted(value for about, value, _, _ in claims(read, "Zhipu releases GLM-9", sentence) if about == "score")


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        # a number that belongs to a benchmark's name is no score
        ("Zhipu says GLM-9 has the best open score on Terminal-Bench 2.0.", []),
        ("Zhipu says GLM-9 improves its score Terminal-Bench 2.0 by far.", []),
        ("Selon Zhipu, GLM-9 améliore son score Terminal-Bench 2.0.", []),
        ("智谱称GLM-9的Terminal-Bench 2.0得分最高。", []),
        ("Zhipu says GLM-9 leads on AIME 2025 and on ARC-AGI-2.", []),
        ("Selon Zhipu, GLM-9 est premier sur AIME 2025 et LiveCodeBench v6.", []),
        ("智谱称GLM-9在AIME 2025、LiveCodeBench v6和ARC-AGI-2上领先。", []),
        # with its score
        ("Zhipu says GLM-9 scores 51.0 on Terminal-Bench 2.0.", ["Terminal-Bench 2.0 51.0"]),
        ("Zhipu says GLM-9 reaches Terminal-Bench 2.0: 51.0.", ["Terminal-Bench 2.0 51.0"]),
        ("Selon Zhipu, GLM-9 obtient 51,0 % sur Terminal-Bench 2.0.", ["Terminal-Bench 2.0 51.0"]),
        ("智谱称GLM-9在Terminal-Bench 2.0上取得51.0分。", ["Terminal-Bench 2.0 51.0"]),
        ("Zhipu says GLM-9 reaches 92.1 on AIME 2025.", ["AIME 2025 92.1"]),
        ("智谱称GLM-9在AIME 25上得分92.1。", ["AIME 25 92.1"]),
        ("Zhipu says GLM-9 gets 45% on ARC-AGI-2.", ["ARC-AGI-2 45"]),
        ("Zhipu says GLM-9 reaches 61 on Terminal-Bench.", ["Terminal-Bench 61"]),
        ("Selon Zhipu, GLM-9 atteint Terminal-Bench 61.", ["Terminal-Bench 61"]),
        # of several each has its own
        (
            "Zhipu reports 74.4 on SWE-bench Verified and 51.0 on Terminal-Bench 2.0.",
            ["SWE-bench Verified 74.4", "Terminal-Bench 2.0 51.0"],
        ),
        (
            "Zhipu annonce 50,2 % à Humanity's Last Exam et 76,8 % sur SWE-bench Verified.",
            ["Humanity's Last Exam 50.2", "SWE-bench Verified 76.8"],
        ),
        ("智谱称GLM-9的SWE-bench Verified为74.4、HLE为50.2。", ["HLE 50.2", "SWE-bench Verified 74.4"]),
        ("智谱称GLM-9在HLE和SWE-bench Verified上均为第一，得分76.8。", []),
        ("Zhipu says GLM-9 tops HMMT and HLE with 49.8.", []),
        ("Zhipu says GLM-9 trails by 3 points on HLE.", []),
        ("Zhipu says GLM-9 is up from 41.2 to 50.2 on HLE.", ["HLE 50.2"]),
        ("Selon Zhipu, GLM-9 gagne 3 points sur HLE.", []),
        ("智谱称GLM-9在HLE上提升3分。", []),
    ],
)
def test_a_score_is_a_number_that_belongs_to_no_name(read, sentence: str, told: list[str]) -> None:
    assert scores(read, sentence) == told


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
        ("in january", "2026-01-01", "2026-01-31"),
        ("in november", "2026-11-01", "2026-11-30"),
        ("expected by january 31", "2026-01-31", "2026-01-31"),
        ("attendu d'ici le 31 janvier", "2026-01-31", "2026-01-31"),
        ("预计1月31日", "2026-01-31", "2026-01-31"),
        ("expected by january 31, 2027", "2027-01-31", "2027-01-31"),
        ("attendu le 31 janvier 2027", "2027-01-31", "2027-01-31"),
        ("预计2027年1月31日", "2027-01-31", "2027-01-31"),
        ("in january next year", "2027-01-01", "2027-01-31"),
        ("next january", "2027-01-01", "2027-01-31"),
        ("en janvier prochain", "2027-01-01", "2027-01-31"),
        ("明年1月", "2027-01-01", "2027-01-31"),
        ("floated in january and expected in march", "2026-03-01", "2026-03-31"),
    ],
)  # fmt: skip
def test_words_of_time_become_days(text: str, first: str, last: str) -> None:
    told = when.read(text)
    assert told is not None
    assert when.span(told.code, SAID) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "said", "first"),
    [
        ("expected in january", "2026-12-20", "2027-01-01"),
        ("attendu le 3 janvier", "2026-12-20", "2027-01-03"),
        ("预计1月3日", "2026-12-20", "2027-01-03"),
        ("expected in december", "2026-01-05", "2025-12-01"),
        ("expected in december", "2026-03-05", "2026-12-01"),
        ("expected on february 29", "2028-02-10", "2028-02-29"),
        ("expected in the fourth quarter", "2026-12-30", "2026-10-01"),
        ("expected in the first quarter", "2026-12-30", "2027-01-01"),
    ],
)
def test_a_day_without_a_year_is_the_nearest_that_is_not_long_past(text: str, said: str, first: str) -> None:
    told = when.read(text)
    assert told is not None
    days = when.span(told.code, date.fromisoformat(said))
    assert days is not None and days[0] == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("text", "said", "day"),
    [
        ("1-31", "2026-02-10", "2026-01-31"),
        ("1-31", "2026-01-30", "2025-01-31"),
        ("12", "2026-01-05", "2025-12-01"),
        ("2", "2026-02-10", "2026-02-01"),
        ("2024/12-26", "2026-02-10", "2024-12-26"),
    ],
)
def test_what_is_told_as_done_was_on_the_nearest_such_day_in_the_past(text: str, said: str, day: str) -> None:
    days = when.past(text, date.fromisoformat(said))
    assert days is not None and days[0] == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "which floated one day later in january",
        "the company launched its assistant on 31 january",
        "launched on january 31",
        "last january",
        "since january 31",
        "la societe s'est introduite en bourse le 31 janvier",
        "lance le 31 janvier dernier",
        "le modele est sorti en janvier",
        "公司已于1月31日上市",
        "去年1月发布的r1",
        "1月发布了上一代",
    ],
)
def test_what_is_told_as_done_is_no_expectation(text: str) -> None:
    assert when.read(text) is None


@pytest.mark.parametrize(
    ("title", "summary", "language"),
    [
        ("MiniMax lines up M9.2", "MiniMax, which floated one day later in January, has a smaller step in mind.", "en"),
        ("MiniMax préparerait M9.2", "MiniMax, entrée en bourse le 31 janvier, vise une étape plus modeste.", "fr"),
        ("传MiniMax筹备M9.2", "据外媒1月31日报道，MiniMax正在筹备M9.2。", "zh"),
    ],
)
def test_a_day_that_is_past_and_not_told_as_expected_is_told_by_nobody(
    read, title: str, summary: str, language: str
) -> None:
    labels = read(title, summary, language=language)
    at = datetime(2026, 2, 10, 8, tzinfo=UTC)
    for shown in labels.evidence:
        showing = Showing(shown.line.key, shown.status, shown.trust, at, "i", None, "o", labels.kind, shown.facts)
        assert [c for c in saying.claims([showing]) if c["about"] == "expected"] == []
        assert saying.expected([showing]) is None


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
