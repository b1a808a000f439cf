"""From a catalogue with third parties' indices to the gap: polled over HTTP on loopback, told as text, JSON and SVG."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from demo_world import QUIET, World
from faultd import Faultd, reply

from aggregator.demo.server import DemoServer

SVG = "{http://www.w3.org/2000/svg}"
CONFIG = """
[settings]
timezone = "UTC"
allow_private_hosts = ["127.0.0.1"]

[labs.zhipu]
name = "Zhipu AI (Z.ai)"
region = "cn"
aliases = ["Z.ai"]
families = ["GLM"]
huggingface = ["zai-org"]

[labs.moonshot]
name = "Moonshot AI"
region = "cn"
families = ["Kimi"]
huggingface = ["moonshotai"]

[labs.qwen]
name = "Alibaba Qwen"
region = "cn"
families = ["Qwen"]

[labs.openai]
name = "OpenAI"
region = "us"
families = ["GPT"]

[labs.anthropic]
name = "Anthropic"
region = "us"
families = ["Claude"]

[sources.wire]
kind = "feed"
url = "http://127.0.0.1:{port}/wire"
title = "The Wire"

[sources.catalogue]
kind = "catalog"
url = "http://127.0.0.1:{port}/models"
title = "Catalogue"
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>w</title><link>http://w.example/</link>
<item><guid>1</guid><title>GPT-8 against Claude Opus 8: a test</title>
<description>GPT-8, released on 14 March 2025, still writes well.</description>
<pubDate>Tue, 10 Feb 2026 08:00:00 GMT</pubDate></item></channel></rss>"""


def row(
    model: str, name: str, created: str | None, intelligence: float | None, elo: int | None = None
) -> dict[str, Any]:
    """A row in OpenRouter's shape; `created` is a day."""
    index = {} if intelligence is None else {"artificial_analysis": {"intelligence_index": intelligence}}
    arena = {} if elo is None else {"design_arena": [{"arena": "models", "elo": elo}]}
    day = None if created is None else int(datetime.fromisoformat(created).replace(tzinfo=UTC).timestamp())
    return {
        "id": model, "name": name, "created": day, "context_length": 200_000,
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {"prompt": "0.000001", "completion": "0.000004"}, "benchmarks": index | arena,
    }  # fmt: skip


ROWS = [
    row("openai/gpt-9", "OpenAI: GPT-9", "2026-01-20", 64, 1300),
    row("openai/gpt-8", "OpenAI: GPT-8", "2025-12-01", 52),  # listed long after it came out
    row("anthropic/claude-opus-8", "Anthropic: Claude Opus 8", "2025-09-01", 55),
    row("z-ai/glm-5", "Z.AI: GLM 5", "2026-02-11", 50, 1250),
    row("moonshotai/kimi-k2.5", "MoonshotAI: Kimi K2.5", None, 45, 1320),
    row("qwen/qwen9-max", "Qwen: Qwen9 Max", "2026-02-01", 70, 1400),  # closed: no open line
]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory, demo_server: DemoServer) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("gap")
    with Faultd() as server:
        body = json.dumps({"data": ROWS}).encode()
        server.answer("/models", reply(200, body=body, headers=[("Content-Type", "application/json")]))
        server.answer("/wire", reply(200, body=FEED.encode(), headers=[("Content-Type", "application/rss+xml")]))
        config = folder / "sources.toml"
        config.write_text(CONFIG.format(port=server.port), "utf-8")
        environ = {**QUIET, **demo_server.environment()}
        world = World(folder, demo_server, config, f"sqlite:///{folder}/gap.db", environ)
        assert world.run("poll").status == 0
        yield world


def steps(side: list[dict[str, Any]]) -> list[tuple[str, str, float, str]]:
    return [(step["line"], step["at"][:10], step["value"], step["dated"]) for step in side]


def test_each_line_stands_on_its_own_release_and_says_what_that_day_rests_on(listed: World) -> None:
    intelligence, arena = listed.run("gap", "--json").data["indices"]
    assert intelligence["index"] == "Artificial Analysis Intelligence Index"
    assert steps(intelligence["peers"]) == [
        ("GPT-8", "2025-03-14", 52, "announced"),
        ("Claude-Opus-8", "2025-09-01", 55, "catalogue"),
        ("GPT-9", "2026-01-20", 64, "catalogue"),
    ]
    assert steps(intelligence["open"]) == [
        ("Kimi-K2.5", "2026-01-27", 45, "hub"),
        ("GLM-5", "2026-02-11", 50, "catalogue"),
    ]
    assert (intelligence["behind"], intelligence["days"], intelligence["reached"]["line"]) == (14, 334, "GPT-8")
    assert arena["index"] == "Design Arena Elo (best arena)"
    assert (arena["behind"], arena["days"], arena["open"][-1]["line"]) == (-20, None, "Kimi-K2.5")


def test_the_text_names_the_index_the_days_and_where_the_measures_disagree(listed: World) -> None:
    told = listed.run("gap").out
    assert "Artificial Analysis Intelligence Index (from Catalogue)" in told
    assert "best open, followed: GLM-5 (zhipu) 50, out 2026-02-11 by the catalogue's date" in told
    assert "best peers: GPT-9 (openai) 64, out 2026-01-20 by the catalogue's date" in told
    assert "14 behind; GPT-8 reached that value 334 days earlier (out 2025-03-14 by what a text says)" in told
    assert "20 ahead; no peer has reached that value" in told
    assert (
        "The measures disagree: Artificial Analysis Intelligence Index names GLM-5 (14 behind), "
        "Design Arena Elo (best arena) Kimi-K2.5 (20 ahead)."
    ) in told
    assert "Qwen9" not in told


def test_the_chart_is_svg_with_every_step_and_its_ground(listed: World) -> None:
    root = ET.fromstring(listed.run("gap", "--svg", "--index", "intelligence").out)
    assert root.tag == f"{SVG}svg"
    told = [title.text for title in root.iter(f"{SVG}title")]
    assert "GPT-8 (openai): 52, out 2025-03-14 by what a text says" in told
    assert "Kimi-K2.5 (moonshot): 45, out 2026-01-27 by its repository's creation" in told
    assert "334 days earlier" in (root.findtext(f"{SVG}desc") or "")


def test_a_second_poll_changes_nothing(listed: World) -> None:
    before = listed.run("gap", "--json").out
    listed.run("poll")
    assert listed.run("gap", "--json").out == before
