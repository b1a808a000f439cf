"""The reader's language leads every entry, whatever the language of the evidence."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import digest_worlds as worlds
import pytest
from demo_world import World as Demo
from digest_worlds import LABS, SOURCES

from aggregator.digest import Digest, build
from aggregator.digest.layout import lay_out
from aggregator.digest.pages import Page, plain
from aggregator.model import Item

HAN = re.compile(r"[\u4e00-\u9fff]")


def in_chinese(item: Item) -> Item:
    """The item as a Chinese outlet would have told it."""
    return replace(item, title="一条关于模型的消息", language="zh", source="dengxia")


def leads(page: Page) -> list[tuple[str, bool]]:
    """The beginning of every entry, and whether it is in the reader's language."""
    found = []
    for section in page.sections:
        for block in section.blocks:
            lines = (block.head, *(block.below if section.key == "affairs" else ()))
            for line in lines:
                first = next(run for run in line if run.words.strip())
                found.append((plain(line), first.language is None))
    return found


@pytest.mark.parametrize(
    ("language", "lead"), [("fr", "Sur Zhipu AI (Z.ai)\u00a0: "), ("en", "About Zhipu AI (Z.ai): ")]
)
def test_a_story_that_no_kind_names_begins_with_a_word_and_not_with_a_name(language: str, lead: str) -> None:
    w = worlds.World()
    w.item(
        "n", "dengxia", worlds.at(16, 10), "智谱致歉：规则变动沟通不足", kind="other", labs=("zhipu",), lines=("GLM-9",)
    )
    w.story("s", ("zhipu",), "n")
    page = lay_out(build(w.material(), LABS, SOURCES, language=language, timezone=worlds.ZONE))
    told = [plain(block.head) for section in page.sections for block in section.blocks]
    assert [line for line in told if line.startswith(lead)], told


def only_chinese(world: str, language: str) -> Digest:
    material = getattr(worlds, world)().material()
    items = {key: in_chinese(item) for key, item in material.items.items()}
    return build(replace(material, items=items), LABS, SOURCES, language=language, timezone=worlds.ZONE)


@pytest.mark.parametrize(
    ("world", "language", "style"), list(product(["day", "updates", "busy"], ["fr", "en"], ["brief", "panorama"]))
)
def test_with_only_chinese_evidence_every_entry_begins_in_the_reader_s_language(
    world: str, language: str, style: str
) -> None:
    page = lay_out(replace(only_chinese(world, language), style=style))
    told = leads(page)
    assert told
    right = [line for line, own in told if own and not HAN.match(line)]
    assert len(right) >= 0.98 * len(told), [line for line, _ in told if line not in right]


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_so_does_the_demo_world(polled: Demo, language: str) -> None:
    from datetime import UTC, datetime

    with polled.open() as opened:
        digest = opened.digest(
            datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 2, 17, 23, tzinfo=UTC), language=language
        )
    told = leads(lay_out(digest))
    assert len(told) > 10
    assert all(own for _, own in told)
