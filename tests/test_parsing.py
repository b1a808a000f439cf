"""The port through which bytes become entries: off the loop, and every failure one of the source."""

from __future__ import annotations

import asyncio
import pickle
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator import parsing
from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Reading, Source
from aggregator.sources import Endpoints

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ASK = Ask("https://example.org/feed")
SOURCE = Source("x", "feed", ASK.url)
BODY = b"<rss version='2.0'><channel><title>x</title><item><title>one</title></item></channel></rss>"


class Fake:
    """A kind whose reader does what it is told."""

    def __init__(self, act: Any) -> None:
        self.act = act

    def read(self, *arguments: Any) -> Reading:
        found: Reading = self.act()
        return found


def read(**more: Any) -> Reading:
    async def run() -> Reading:
        async with parsing.Parser() as parser:
            return await parser.read(ASK, Answer(ASK.url, 200, {}, BODY), SOURCE, {}, Endpoints(), NOW)

    return asyncio.run(run())


def test_a_reading_comes_back_and_could_cross_to_another_process() -> None:
    reading = read()
    assert [e.title for e in reading.entries] == ["one"]
    assert pickle.loads(pickle.dumps(reading)) == reading  # noqa: S301 (our own bytes)


def test_reading_does_not_run_on_the_loops_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    monkeypatch.setattr(
        parsing, "KINDS", {"feed": Fake(lambda: threads.append(threading.current_thread().name) or Reading())}
    )
    read()
    assert threads != [threading.main_thread().name]


def fail(error: BaseException) -> Any:
    def act() -> Reading:
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ParseError("x", code="selector_empty"), "selector_empty"),
        (RecursionError("deep"), "parse_limits"),
        (MemoryError(), "parse_limits"),
        (ZeroDivisionError("a defect"), "parse_crashed"),
    ],
)
def test_whatever_goes_wrong_is_an_error_of_the_source(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: str
) -> None:
    monkeypatch.setattr(parsing, "KINDS", {"feed": Fake(fail(error))})
    with pytest.raises(ParseError) as caught:
        read()
    assert caught.value.code == code
