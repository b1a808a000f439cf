"""What `aggregator demo` prints, byte for byte, in three languages, and what it must say of the week's five lines.

`DEMO_GOLDEN=write pytest tests/demo/test_demo_golden.py` writes the files anew: read them as a reader would first.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from demo_world import QUIET, World, run_here

from aggregator.cli.demo import NOTICE
from aggregator.digest import Digest, render
from aggregator.digest.layout import lay_out
from aggregator.digest.pages import WORDS, count_words

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "fr", "zh")
WEEK = (datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 2, 17, 23, tzinfo=UTC))
ENDINGS = {"md": "md", "text": "txt", "html": "html"}


def neutral(written: str) -> str:
    """The output without the port at which the demo world was served."""
    return re.sub(r"http://127\.0\.0\.1:\d+", "http://demo.example", written)


@pytest.fixture(scope="module", params=LANGUAGES)
def digest(polled: World, request: pytest.FixtureRequest) -> Digest:
    with polled.open() as opened:
        return opened.digest(*WEEK, language=request.param, notice=NOTICE[request.param])


@pytest.mark.parametrize("form", list(ENDINGS))
def test_the_demo_s_digest_is_the_golden_file(digest: Digest, form: str) -> None:
    path = GOLDEN / f"week.{digest.language}.{ENDINGS[form]}"
    written = neutral(render(digest, form))
    if os.environ.get("DEMO_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(written, "utf-8")
    assert written == path.read_text("utf-8"), f"{path.name} differs; DEMO_GOLDEN=write writes it anew"


def test_the_command_prints_the_golden_file() -> None:
    told = run_here(["demo", "--language", "fr"], QUIET)
    assert told.status == 0, told.err
    assert neutral(told.out) == (GOLDEN / "week.fr.md").read_text("utf-8")


def test_the_digest_is_one_screen_and_its_mail_is_not_cut(digest: Digest) -> None:
    assert count_words(lay_out(digest)) <= WORDS
    assert len(render(digest, "html").encode()) < 100_000


MUST = {
    "Seedance 2.0": {
        "en": ["closed video model", "disney", "paramount", "netflix", "copyright"],
        "fr": ["modèle vidéo fermé", "disney", "paramount", "netflix", "droit d’auteur"],
        "zh": ["闭源视频模型", "disney", "paramount", "netflix", "版权"],
    },
    "Qwen3.5": {
        "en": [
            "hybrid",
            "201 languages",
            "200 languages",
            "according to alibaba",
            "agents",
            "github.com/qwenlm/qwen3.5",
        ],
        "fr": ["hybride", "201 langues", "200 langues", "selon alibaba", "agents", "github.com/qwenlm/qwen3.5"],
        "zh": ["混合架构", "201种语言", "200种语言", "据通义千问", "智能体", "github.com/qwenlm/qwen3.5"],
    },
    "GLM-5": {
        "en": [
            "out on 11 february 2026",
            "sparse attention",
            "trained on huawei ascend (according to zhipu",
            "licence mit (osi-approved",
        ],
        "fr": [
            "paru le 11 février 2026",
            "attention parcimonieuse",
            "entraîné sur huawei ascend (selon zhipu",
            "licence mit (approuvée par l’osi",
        ],
        "zh": ["2026年2月11日发布", "稀疏注意力", "在华为昇腾上训练（据智谱", "许可证为mit（osi认可"],
    },
    "Kimi K2.5": {
        "en": ["update, open since 27 january 2026", "mixture of experts", "not osi-approved"],
        "fr": ["mise à jour, ouvert depuis le 27 janvier 2026", "mélange d’experts", "non approuvée par l’osi"],
        "zh": ["更新，2026年1月27日起开放", "混合专家", "未获osi认可"],
    },
    "DeepSeek-V4": {
        "en": ["not out", "expected within days", "according to the information", "coding"],
        "fr": ["pas encore paru", "d’ici quelques jours", "selon the information", "programmation"],
        "zh": ["尚未发布", "数日内", "据 the information", "编程"],
    },
}


@pytest.mark.parametrize("line", list(MUST))
def test_each_line_of_the_week_says_what_it_must(digest: Digest, line: str) -> None:
    written = neutral(render(digest, "md"))
    name = re.escape(line).replace("\\ ", "[- ]").replace("\\-", "[- ]")
    block = re.search(rf"(?:^### |^- \*\*){name}\b.*?(?=^### |^## |^- \*\*|\Z)", written, re.MULTILINE | re.DOTALL)
    assert block, f"{line} is not in the digest"
    told = re.sub(r"\]\(([^)]*)\)", r" \1 ", block[0].replace("[", "")).casefold()
    read = " ".join(re.sub(r"http\S+", "", told).split())
    for words in MUST[line][digest.language]:
        assert words in (told if "github" in words else read), f"{line}: {words}"


def test_peers_are_only_peers_and_the_rumour_is_not_out(digest: Digest) -> None:
    told = {entry.release.line for entry in (*digest.releases, *digest.also)}
    assert not {"GPT-5.2", "Sora 2", "Veo 3.1", "Claude Opus 4.6", "Gemini 3 Pro", "GPT-5.3-Codex"} & told
    assert {entry.release.region for entry in (*digest.releases, *digest.also, *digest.rumours)} == {"cn"}
    assert [entry.release.line for entry in digest.rumours] == ["DeepSeek-V4"]
