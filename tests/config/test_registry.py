"""The sources.toml of this repository: whole, quick to load, and honest about what was checked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.model import Configuration

ROOT = Path(__file__).parents[2]
FILE = ROOT / "sources.toml"

NEVER = (
    "https://www.jiqizhixin.com/rss", "https://36kr.com/feed", "https://www.huxiu.com/rss/0.xml", "https://kr-asia.com/feed",
    "https://aiera.com.cn/feed", "https://qwenlm.github.io/blog/index.xml", "https://z.ai/blog", "https://ir.kuaishou.com/rss",
    "https://www.theverge.com/ai-artificial-intelligence/rss/index.xml", "https://venturebeat.com/category/ai/feed/",
    "https://www.anthropic.com/rss.xml", "https://x.ai/rss", "https://ai.meta.com/blog/rss",
    "https://platform.moonshot.ai/blog",
)  # fmt: skip
"""Addresses that look right and were seen dead, stale or never to have been."""


@pytest.fixture(scope="module")
def registry() -> Configuration:
    return load(FILE, {})


def test_the_registry_loads_without_a_note_but_for_kinds_that_are_not_built(registry: Configuration) -> None:
    assert [note for note in registry.notes if "is known, but not built yet" not in note] == []
    assert len(registry.labs) == 50 and len(registry.sources) > 280


def test_the_followed_labs_and_the_reference_line_are_there(registry: Configuration) -> None:
    followed = {lab.id for lab in registry.labs.values() if lab.region == "cn"}
    expected = (
        "deepseek qwen zhipu moonshot bytedance minimax stepfun tencent baidu xiaomi shlab openbmb kuaishou huawei "
        "antgroup meituan xiaohongshu 01ai baichuan sensetime iflytek skywork baai bilibili vidu manycore jd vivo oppo "
        "unitree agibot rwkv"
    )
    assert set(expected.split()) <= followed
    assert set(registry.labs) - followed == {
        "openai", "anthropic", "google", "meta", "mistral", "xai", "nvidia", "microsoft",
    }  # fmt: skip


def test_spellings_in_chinese_stand_beside_their_canonical_names(registry: Configuration) -> None:
    spellings = {family.name: set(family.spellings) for lab in registry.labs.values() for family in lab.families}
    expected = {
        "Qwen": "千问", "Wan": "万相", "Doubao": "豆包", "Spark": "星火", "ERNIE": "文心", "Kling": "可灵",
        "Hailuo": "海螺", "Hunyuan": "混元", "SenseNova": "日日新", "Pangu": "盘古", "DeepSeek": "深度求索",
    }  # fmt: skip
    for name, other in expected.items():
        assert other in spellings[name]
    assert {"Seed", "Doubao-Seed"} <= spellings["Doubao"]


def test_every_stanza_says_when_it_was_checked_and_none_is_known_to_be_wrong(registry: Configuration) -> None:
    written = [
        source for source in registry.sources.values() if source.kind not in ("github", "huggingface", "modelscope")
    ]
    assert [source.id for source in written if source.checked is None] == []
    assert [source.id for source in written if not source.title] == []
    assert [source.id for source in written if source.url in NEVER] == []


def test_sources_that_forbid_programs_or_need_a_bridge_are_off(registry: Configuration) -> None:
    for source in registry.sources.values():
        if "reddit.com" in source.url or source.url.startswith("bridge:"):
            assert not source.enabled, source.id


def test_no_folder_of_the_reference_line_is_followed_hourly_by_mistake(registry: Configuration) -> None:
    for source in registry.sources.values():
        if source.lab and registry.labs[source.lab].region == "cn":
            assert source.every is not None and source.every.total_seconds() <= 3600, source.id


@pytest.mark.timed
def test_loading_takes_under_fifty_milliseconds() -> None:
    def seconds() -> float:
        begin = time.perf_counter()
        load(FILE, {})
        return time.perf_counter() - begin

    assert min(seconds() for _ in range(5)) < 0.05


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, aggregator.config\naggregator.config.load('sources.toml', {})\n"
        "print([name for name in ('httpx', 'sqlmodel', 'sqlalchemy', 'bs4', 'lxml', 'tomlkit', 'feedparser', 'click', "
        "'rich', 'pydantic', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
