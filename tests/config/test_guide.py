"""docs/sources.md: what it tells people to write loads and works, and it names what the file has."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from aggregator.config import load, parse, tables
from aggregator.model import Answer
from aggregator.sources import KINDS, Endpoints

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "sources.md").read_text("utf-8")
NOW = datetime(2026, 2, 20, tzinfo=UTC)


def blocks(form: str) -> list[str]:
    return re.findall(rf"```{form}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_examples_of_the_guide_load_together() -> None:
    configuration = parse("\n".join(blocks("toml")))
    assert set(configuration.labs) == {"newlab"}
    assert {"lab-blog", "newlab-news", "github:someone/nova-fork"} <= set(configuration.sources)


def test_the_worked_example_of_a_page_finds_its_entries() -> None:
    source = parse("\n".join(blocks("toml"))).sources["newlab-news"]
    answer = Answer(source.url, 200, {"content-type": "text/html; charset=utf-8"}, blocks("html")[0].encode())
    (ask,) = KINDS["page"].asks(source, {}, Endpoints(), NOW)
    entries = KINDS["page"].read(ask, answer, source, {}, Endpoints(), NOW).entries
    assert [(each.title, each.url) for each in entries] == [
        ("Nova 2 is open", "https://lab.example/news/nova-2"),
        ("Nova 1", "https://lab.example/news/nova-1"),
    ]
    assert entries[0].summary == "Weights under MIT." and entries[0].published is not None


def test_every_key_of_a_stanza_is_explained() -> None:
    keys = {*tables.SOURCE, *(key for keys in tables.KIND_KEYS.values() for key in keys)}
    assert sorted(key for key in keys if f"`{key}`" not in GUIDE) == []


def test_every_source_that_is_off_is_explained() -> None:
    off = [each for each in load(ROOT / "sources.toml", {}).sources.values() if not each.enabled]
    explained = [each.id for each in off if f"`{each.id}`" in GUIDE or each.id.startswith("bridge-")]
    assert [each.id for each in off if each.id not in explained and each.kind in KINDS] == []
