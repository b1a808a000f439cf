"""Entries made ready in a worker are what the poll itself would have made of them, and cross the pipe unharmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from parsing_desks import ASK, NOW, Desk

from aggregator import identity
from aggregator.corrections import Correction, Corrections
from aggregator.gathering import Gathering
from aggregator.labelling import Labelling
from aggregator.model import Answer, Family, Lab, Reading, Source
from aggregator.parsing import Limits, Parser, preparing, wire
from aggregator.sources import KINDS, Endpoints

LABS = {
    "zhipu": Lab("zhipu", "Zhipu AI", "cn", ("智谱",), (Family("GLM", ("ChatGLM",)),)),
    "qwen": Lab("qwen", "Alibaba Qwen", "cn", ("阿里",), (Family("Qwen"),)),
}
CORRECTIONS = Corrections((Correction("kind", item="2", kind="opinion", why="seen"),))
FEED = """<rss version='2.0'><channel><title>x</title>
<item><title>智谱GLM-5.3今日开源</title><guid isPermaLink='false'>1</guid><link>https://example.org/1</link>
<description>&lt;p&gt;权重已在 Hugging Face 上架，MIT 许可证。&lt;/p&gt;</description><pubDate>Tue, 24 Nov 2026 00:10:00 GMT</pubDate></item>
<item><title>Qwen3.5-397B-A17B is out</title><guid isPermaLink='false'>2</guid><link>https://example.org/2?utm_source=x</link>
<description>Open weights under Apache 2.0.</description></item></channel></rss>""".encode()
SOURCE = Source("x", "feed", ASK.url)


def reading() -> Reading:
    return KINDS["feed"].read(ASK, Answer(ASK.url, 200, {}, FEED), SOURCE, {}, Endpoints(), NOW)


def expected() -> Reading:
    found, rules = reading(), Labelling(LABS, CORRECTIONS)
    keys = identity.item_keys(SOURCE.id, found.entries)
    ready = tuple(
        replace(
            identity.prepare(entry, SOURCE, rules, NOW), key=key, entry=replace(entry, title="", summary="", content="")
        )
        for entry, key in zip(found.entries, keys, strict=True)
    )
    return replace(found, entries=(), prepared=ready)


def test_a_worker_makes_entries_ready_as_the_poll_would(desk: Callable[..., Desk]) -> None:
    pool = desk(Limits(), "aggregator.parsing.reading:read_safely").pool
    parser = Parser(None, pool, preparing.pack(Labelling(LABS, CORRECTIONS)))
    answer = Answer(ASK.url, 200, {}, FEED)

    async def twice() -> list[Reading]:
        return [await parser.read(ASK, answer, SOURCE, {}, Endpoints(), NOW) for _ in range(2)]

    assert [replace(one, known="") for one in asyncio.run(twice())] == [expected()] * 2
    assert [one.labels.kind for one in expected().prepared or ()][1] == "opinion"


def test_a_reader_without_rules_gets_entries_from_a_worker_that_made_some_ready(desk: Callable[..., Desk]) -> None:
    pool = desk(Limits(), "aggregator.parsing.reading:read_safely").pool
    answer, rules = Answer(ASK.url, 200, {}, FEED), preparing.pack(Labelling(LABS, CORRECTIONS))

    async def in_turns() -> list[bool]:
        parsers = [Parser(None, pool, rules), Parser(None, pool), Parser(None, pool, rules), Parser(None, pool)]
        readings = [await parser.read(ASK, answer, SOURCE, {}, Endpoints(), NOW) for parser in parsers]
        return [reading.prepared is not None for reading in readings]

    assert asyncio.run(in_turns()) == [True, False, True, False]


def test_an_understanding_that_only_this_process_has_is_not_told_to_a_worker() -> None:
    class Doubts(Labelling):
        """Rules with something that a worker could not know."""

    assert preparing.pack(Labelling(LABS, CORRECTIONS))
    assert preparing.pack(Doubts(LABS, CORRECTIONS)) == b""
    assert preparing.pack(object()) == b""


def test_without_rules_or_beyond_the_limit_the_entries_come_as_they_are() -> None:
    found, rules = reading(), preparing.pack(Labelling(LABS, CORRECTIONS))
    assert preparing.prepare(found, SOURCE, b"", len(FEED), NOW) == found
    assert preparing.prepare(found, SOURCE, rules, preparing.LARGEST + 1, NOW) == found
    assert preparing.prepare(found, replace(SOURCE, kind="page"), rules, len(FEED), NOW) == found


def test_an_entry_that_the_rules_stumble_over_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = identity.prepare

    def stumble(entry: object, *rest: object) -> object:
        if getattr(entry, "guid", "") == "1":
            raise ValueError("x")
        return prepare(entry, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(identity, "prepare", stumble)
    found = preparing.prepare(reading(), SOURCE, preparing.pack(Labelling(LABS, CORRECTIONS)), len(FEED), NOW)
    assert [one.entry.guid for one in found.prepared or ()] == ["2"]
    assert found.stumbled == ("internal error at 1: ValueError: x",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": 1},
        {"bands": ("x",)},
        {"signature": "x"},
        {"url": 3},
        {"published": "today"},
        {"labels": None},
        {"entry": 1},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_worker_that_answers_with_other_types_is_not_believed(wrong: dict[str, object]) -> None:
    whole = expected()
    bent = replace(whole, prepared=(replace((whole.prepared or ())[0], **wrong),))  # type: ignore[arg-type]
    assert wire.reading_of(list(wire.answer_frames(whole))) == whole
    with pytest.raises(ValueError, match=r"wrong types|no reading|no time"):
        wire.reading_of(list(wire.answer_frames(bent)))


def test_what_is_asked_during_an_answer_is_asked_together_after_it() -> None:
    asked: list[list[str]] = []

    def ask(keys: list[str]) -> dict[str, str]:
        asked.append(keys)
        if keys == ["bad"]:
            raise ValueError("bad")
        return {key: key.upper() for key in keys}

    async def run() -> list[str | BaseException]:
        gathering: Gathering[str] = Gathering(ask)  # type: ignore[arg-type]
        first = await asyncio.gather(*(gathering.of(key) for key in ("a", "b", "b", "c")))
        return [*first, *await asyncio.gather(gathering.of("bad"), return_exceptions=True), await gathering.of("d")]

    answers = asyncio.run(run())
    assert answers[:4] == ["A", "B", "B", "C"]
    assert isinstance(answers[4], ValueError)
    assert answers[5] == "D"
    assert sorted(key for keys in asked for key in keys) == ["a", "b", "bad", "c", "d"]
    assert len(asked) <= 4
