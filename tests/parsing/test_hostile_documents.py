"""Documents of the catalogue through the real readers in real workers: each ends in entries or in a documented code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hostile_documents import documents, options
from hostile_texts import texts
from parsing_desks import FIFTIETH, Desk

from aggregator import identity
from aggregator.errors import ParseError
from aggregator.model import Entry, Family, Lab, Source
from aggregator.parsing import Limits
from aggregator.understanding import Understanding

READER = "aggregator.parsing.reading:read_safely"
CODES = {
    "parse_timeout", "parse_limits", "parse_error", "not_a_feed", "empty_body", "selector_empty",
    "schema_unexpected", "not_json",
}  # fmt: skip
GOOD = b"<rss version='2.0'><channel><title>x</title><item><title>one</title><guid>1</guid></item></channel></rss>"
SMALL = documents(0.02)


@pytest.fixture(scope="module")
def small() -> Iterator[Desk]:
    one = Desk(replace(FIFTIETH, cpu=2.0, wall=3.0, patience=3.0), READER)
    yield one
    one.pool.close()


def of(identifier: str) -> list[object]:
    """The documents of one case, as parameters."""
    return [pytest.param(name, id=name.replace(" ", "_")) for name in SMALL if name.startswith(identifier)]


def entries_of(desk: Desk, name: str) -> int | str:
    """The number of entries of a document, or the code with which reading it ended."""
    kind, body = SMALL[name]
    source_kind, wanted = options(kind)
    try:
        return len(desk.read(body, source_kind, **wanted).entries)
    except ParseError as error:
        assert error.code in CODES, error.detail
        return error.code


@pytest.mark.parametrize("name", of("P14"))
def test_P14_entities_are_never_expanded(small: Desk, name: str) -> None:
    assert entries_of(small, name) in ("parse_limits", "empty_body")


@pytest.mark.parametrize("name", of("P16"))
def test_P16_many_attributes_or_namespaces_end_in_time(small: Desk, name: str) -> None:
    assert entries_of(small, name) in (0, 1, "parse_timeout")


@pytest.mark.parametrize("name", of("P17"))
def test_P17_deep_nesting_ends_in_entries_or_a_limit(small: Desk, name: str) -> None:
    assert entries_of(small, name) in (0, 1, "parse_limits", "parse_timeout", "selector_empty", "parse_error")


@pytest.mark.parametrize("name", of("P19"))
def test_P19_long_texts_are_read(small: Desk, name: str) -> None:
    assert entries_of(small, name) == 1


def test_P20_of_too_many_items_the_first_five_thousand_are_read(small: Desk) -> None:
    body = documents(0.11)["P20 items"][1]
    reading = small.read(body)
    assert len(reading.entries) == 5000 and "too_many_items" in reading.notes
    assert reading.entries[0].guid == "0" and reading.entries[-1].guid == "4999"


@pytest.mark.parametrize("name", of("P26"))
def test_P26_quadratic_pages_end_in_time(small: Desk, name: str) -> None:
    assert entries_of(small, name) in (*range(5001), "selector_empty", "parse_timeout")


@pytest.mark.parametrize("name", of("P30"))
def test_P30_json_of_great_depth_or_width_ends_in_entries_or_a_limit(small: Desk, name: str) -> None:
    found = entries_of(small, name)
    assert found == "parse_limits" if "depth" in name else found in (*range(5001), "parse_limits", "schema_unexpected")


@pytest.mark.parametrize("name", [*of("P31"), *of("markdown")])
def test_P31_junk_ends_in_entries_or_an_error_of_that_document(small: Desk, name: str) -> None:
    assert entries_of(small, name) is not None


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("batch", range(6))
@pytest.mark.timed
def test_P16_at_full_size_every_document_ends_in_forty_seconds_and_good_ones_are_on_time(batch: int) -> None:
    """All limits at their defaults; a good document is read again and again beside each hostile one."""
    one = Desk(Limits(), READER)
    chosen = [pair for number, pair in enumerate(documents(1.0).items()) if number % 6 == batch]
    late: list[float] = []
    waits: list[float] = []

    async def beat() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.02)
            late.append(time.monotonic() - begun - 0.02)

    async def good() -> None:
        while True:
            begun = time.monotonic()
            await one.take(GOOD)
            waits.append(time.monotonic() - begun)
            await asyncio.sleep(0.1)

    async def run() -> None:
        await one.take(GOOD)
        beside = [asyncio.create_task(beat()), asyncio.create_task(good())]
        for name, (kind, body) in chosen:
            source_kind, wanted = options(kind)
            begun = time.monotonic()
            try:
                await one.take(body, source_kind, **wanted)
            except ParseError as error:
                assert error.code in CODES, (name, error.detail)
            assert time.monotonic() - begun < 42, name
        for task in beside:
            task.cancel()

    try:
        asyncio.run(run())
    finally:
        one.pool.close()
    assert sorted(late)[int(len(late) * 0.999)] < 0.2
    assert max(waits) < 5


# ------------------------------------------------------------------------------------------------ what follows reading

LABS = {
    "qwen": Lab("qwen", "Alibaba", "cn", ("Alibaba", "阿里"), (Family("Qwen", ("千问", "通义千问")),)),
    "deepseek": Lab("deepseek", "DeepSeek", "cn", ("深度求索",), (Family("DeepSeek"),)),
    "zai": Lab("zai", "Zhipu", "cn", ("智谱",), (Family("GLM"),)),
    "moonshot": Lab("moonshot", "Moonshot AI", "cn", ("月之暗面",), (Family("Kimi"),)),
    "openai": Lab("openai", "OpenAI", "us", (), (Family("GPT"),)),
}
UNDERSTANDING = Understanding(LABS)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def cost(size: int, where: str) -> dict[str, float]:
    """Processor seconds that making ready takes for each hostile text in that field."""
    spent = {}
    for name, text in texts(size).items():
        entry = replace(Entry("g", None, "Qwen3.5 is out"), **{where: text})
        begun = time.thread_time()
        identity.prepare(entry, Source("x", "feed", "https://x.example/", lab="qwen"), UNDERSTANDING, NOW)
        spent[name] = time.thread_time() - begun
    return spent


@pytest.mark.timed
@pytest.mark.parametrize("where", ["title", "summary", "content"])
def test_P19_making_a_hostile_text_ready_takes_a_bounded_time(where: str) -> None:
    assert {name: spent for name, spent in cost(32 * 1024, where).items() if spent > 0.5} == {}


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("where", ["title", "summary", "content"])
def test_P19_making_a_text_of_the_largest_size_ready_takes_linear_time(where: str) -> None:
    assert {name: spent for name, spent in cost(256 * 1024, where).items() if spent > 1.5} == {}
