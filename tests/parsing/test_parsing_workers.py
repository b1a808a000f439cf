"""The port through which bytes become entries: killable, bounded, and every failure one of the source."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from parsing_desks import FIFTIETH, NOW, Desk

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Repository, Source
from aggregator.parsing import Parser, read_safely, wire
from aggregator.sources import Endpoints
from aggregator.storage import Store

FEED = b"<rss version='2.0'><channel><title>x</title><item><title>one</title><guid>1</guid></item></channel></rss>"
Desks = Callable[..., Desk]


def is_there(pid: int) -> bool:
    """Whether a process lives (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


# ------------------------------------------------------------------------------------------------ good documents


def test_a_reading_of_a_worker_is_what_the_kind_reads_here(desk: Desks) -> None:
    made = desk(reader="aggregator.parsing.reading:read_safely").read(FEED)
    ask = Ask("https://example.org/feed")
    source = Source("x", "feed", ask.url)
    assert made == read_safely(ask, Answer(ask.url, 200, {}, FEED), source, {}, Endpoints(), NOW)
    assert [e.title for e in made.entries] == ["one"]


def test_whatever_a_reading_holds_crosses_unchanged(desk: Desks) -> None:
    made = desk().read("hello")
    assert made.follow == (Ask("https://example.org/", body=b"\xff\x00", context={"~": [1, (2,)]}),)
    assert made.cursor == {"text": "\ud800 好", "list": [1, None, True, 1.5]}
    assert made.notes == ("a note",)
    whole = Reading(
        (Entry("g", "https://x.example/", "t", published=NOW, artifact=Repository("huggingface", "a/b", created=NOW,
               relations=(("quantized", "c/d"),), gated="auto"), extra={"~": {"~": 1}, "n": 10**300}),),
        pages=(Ask("https://x.example/2"),),
    )  # fmt: skip
    assert wire.reading_of(list(wire.answer_frames(whole))) == whole


def test_thousands_of_entries_cross_in_order(desk: Desks) -> None:
    limits = replace(FIFTIETH, cpu=20, wall=30, patience=20)
    assert [e.guid for e in desk(limits).read("many 5000").entries] == [str(i) for i in range(5000)]


def test_a_worker_is_used_again_and_no_more_are_started_than_needed(desk: Desks) -> None:
    one = desk()
    assert one.pool.pids() == []  # nothing starts before the first document

    async def run() -> list[str]:
        return [(await one.take("hello")).entries[0].guid for _ in range(5)]

    assert len(set(asyncio.run(run()))) == 1
    assert len(set(asyncio.run(run()))) == 1  # another event loop, the same worker
    assert len(one.pool.pids()) == 1


def test_a_worker_that_was_idle_for_a_while_ends(desk: Desks) -> None:
    one = desk(replace(FIFTIETH, idle=0.1))
    one.read("hello")
    assert wait_until(lambda: one.pool.pids() == [])
    assert wait_until(lambda: one.pool._forge._process is None)
    assert one.read("hello").entries


def test_X9_a_worker_knows_nothing_of_our_environment(desk: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary-token")
    monkeypatch.setenv("SMTP_URL", "smtp://user:canary-password@mail.example")
    told = desk().read("hello").entries[0].extra["environment"]
    assert "canary" not in repr(told)
    assert set(told) <= {"MALLOC_ARENA_MAX", "LC_ALL", "LC_CTYPE", "PATH", "PYTHONUTF8"}


def test_X11_an_error_that_quotes_a_document_is_one_line_without_escapes(desk: Desks) -> None:
    page = b"<html><title>left\n2026 ERROR forged \x1b[2J\xe2\x80\xaeright</title></html>"
    with pytest.raises(ParseError) as caught:
        desk(replace(FIFTIETH, cpu=5, wall=9), "aggregator.parsing.reading:read_safely").read(page)
    assert caught.value.code == "not_a_feed"
    assert "forged" in caught.value.detail and caught.value.detail.isprintable()


def test_what_a_library_prints_is_not_in_the_way(desk: Desks) -> None:
    assert desk().read("print").entries[0].title == "print"


# ------------------------------------------------------------------------------------------------ bad documents


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("spin", "parse_timeout"),
        ("spin_in_c", "parse_timeout"),
        ("sleep", "parse_timeout"),
        ("stop", "parse_timeout"),
        ("eat", "parse_limits"),
        ("nest", "parse_limits"),
        ("abort", "parse_crashed"),
        ("segfault", "parse_crashed"),
        ("oom", "parse_crashed"),
        ("exit", "parse_crashed"),
        ("fail", "parse_crashed"),
        ("wrong", "parse_crashed"),
        ("refuse", "selector_empty"),
        ("connect", "parse_crashed"),
        ("write", "parse_crashed"),
    ],
)
@pytest.mark.timed
def test_P18_whatever_a_document_does_is_an_error_of_its_source_and_the_next_is_read(
    desk: Desks, document: str, code: str
) -> None:
    wall = 0.8 if document in ("sleep", "stop") else 8
    one = desk(FIFTIETH if document.startswith("spin") else replace(FIFTIETH, cpu=5, wall=wall))
    started = time.monotonic()
    with pytest.raises(ParseError) as caught:
        one.read(document)
    assert caught.value.code == code, caught.value.detail
    assert caught.value.stage == "parse"
    assert "https://example.org/feed" in caught.value.detail or code in (
        "selector_empty",
        "parse_crashed",
        "parse_limits",
    )
    assert one.read("hello").entries[0].title == "hello"
    assert time.monotonic() - started < 20
    assert len(one.pool.pids()) <= 2
    assert not Path("/tmp/aggregator-must-not-be-there").exists()  # noqa: S108


@pytest.mark.timed
def test_X17_hostile_documents_do_not_hold_up_good_ones(desk: Desks) -> None:
    """More hostile documents than there are places, and good ones behind them."""
    limits = replace(FIFTIETH, cpu=1.0, wall=1.2, patience=0.1)
    one = desk(limits)
    waits: list[float] = []

    async def hostile(word: str) -> str:
        with pytest.raises(ParseError) as caught:
            await one.take(word)
        return caught.value.code

    async def good() -> None:
        for _ in range(10):
            begun = time.monotonic()
            assert (await one.take("hello")).entries
            waits.append(time.monotonic() - begun)

    async def run() -> list[str]:
        await one.take("hello")
        bad = [asyncio.create_task(hostile("sleep")) for _ in range(8)]
        await asyncio.sleep(0)
        await good()
        return await asyncio.gather(*bad)

    assert asyncio.run(run()) == ["parse_timeout"] * 8
    assert max(waits) < 3.0, waits  # the first waits until the hostile ones have left the quick places
    assert sorted(waits)[5] < 0.8, waits


@pytest.mark.timed
def test_C8_the_loop_stays_awake_while_a_large_answer_comes_back(desk: Desks) -> None:
    one = desk(replace(FIFTIETH, cpu=20, wall=30, patience=20))
    late: list[float] = []

    async def beat() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            late.append(time.monotonic() - begun - 0.01)

    async def run() -> None:
        beating = asyncio.create_task(beat())
        assert len((await one.take("many 4000")).entries) == 4000  # 16 MB
        beating.cancel()

    asyncio.run(run())
    assert max(late) < 0.2


def test_a_reading_that_nobody_waits_for_is_ended(desk: Desks) -> None:
    one = desk(replace(FIFTIETH, cpu=60, wall=60, patience=60))

    async def run() -> None:
        task = asyncio.create_task(one.take("spin"))
        while not one.pool.pids():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        pids = one.pool.pids()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert wait_until(lambda: not any(is_there(pid) for pid in pids))

    asyncio.run(run())
    assert one.read("hello").entries


def test_a_worker_that_was_killed_while_idle_costs_no_document(desk: Desks) -> None:
    one = desk()
    one.read("hello")
    (pid,) = one.pool.pids()
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not is_there(pid))
    assert one.read("hello").entries[0].guid != f"pid:{pid}"


PARENT = """
import asyncio, sys, time
sys.path[:0] = {path!r}
from dataclasses import replace
from parsing_desks import FIFTIETH, Desk

async def main():
    desk = Desk(replace(FIFTIETH, cpu=60, wall=60, patience=0.1))
    await desk.take("hello")
    tasks = [asyncio.create_task(desk.take(word)) for word in ("sleep", "spin_in_c", "hello")]
    await asyncio.sleep(0.5)
    print(*desk.pool.pids(), flush=True)
    {end}

asyncio.run(main())
"""


@pytest.mark.parametrize("end", ["time.sleep(60)", "return", "import os; os._exit(0)"], ids=["killed", "ended", "left"])
def test_workers_die_with_their_parent(end: str, started: Callable[[Any], Any]) -> None:
    path = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    code = PARENT.format(path=path, end=end)
    parent = started(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True))
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) >= 2
    if end.startswith("time"):
        assert all(is_there(pid) for pid in pids)
        parent.kill()
    parent.wait(10)
    assert wait_until(lambda: not any(is_there(pid) for pid in pids)), [pid for pid in pids if is_there(pid)]


# ------------------------------------------------------------------------------------------------ the second and third time


def test_P18_a_document_that_took_a_worker_down_twice_is_not_read_again_until_it_changes(
    desk: Desks, tmp_path: Path
) -> None:
    one = desk()
    codes, details = [], []
    for _ in range(4):  # each time as in a new process: what is known is in the database
        with Store.open(f"sqlite:///{tmp_path}/poll.db") as store:
            one.memory = store
            with pytest.raises(ParseError) as caught:
                one.read("abort")
        codes.append(caught.value.code)
        details.append(caught.value.detail)
    assert codes == ["parse_crashed"] * 4
    assert [("not read again" in detail) for detail in details] == [False, False, True, True]
    with Store.open(f"sqlite:///{tmp_path}/poll.db") as store:
        one.memory = store
        assert one.read("hello abort").entries  # other bytes
        with pytest.raises(ParseError, match="ended"):
            one.read("abort", "page")  # another way to read the same bytes


def test_P18_an_ordinary_error_is_not_remembered(desk: Desks, tmp_path: Path) -> None:
    one = desk()
    with Store.open(f"sqlite:///{tmp_path}/poll.db") as store:
        one.memory = store
        for _ in range(4):
            with pytest.raises(ParseError, match="nothing there"):
                one.read("refuse")


def test_D18_a_forked_process_makes_workers_of_its_own() -> None:
    """In a process of its own: pytest's has threads."""
    code = (
        "import asyncio, os, sys; sys.path[:0] = sys.argv[1:]\n"
        "from aggregator.parsing import pool; from parsing_desks import Desk, FIFTIETH\n"
        "desk = Desk(FIFTIETH); desk.pool = pool._shared = pool.Pool(FIFTIETH, 'hostile_readers:read')\n"
        "before = desk.read('hello').entries[0].guid\n"
        "child = os.fork()\n"
        "after = desk.read('hello').entries[0].guid\n"
        "if child == 0:\n    os._exit(0 if after != before else 1)\n"
        "assert after == before\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    path = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    assert subprocess.run([sys.executable, "-c", code, *path], timeout=60).returncode == 0


def test_a_pool_can_be_closed_at_any_time_and_used_again(desk: Desks) -> None:
    one = desk(replace(FIFTIETH, cpu=60, wall=60))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            one.read("sleep")
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert wait_until(lambda: bool(one.pool.pids()))
    one.pool.close()
    thread.join(10)
    assert not thread.is_alive() and len(errors) == 1
    assert one.pool.pids() == []
    assert one.read("hello").entries


def test_parser_without_a_pool_uses_that_of_the_process() -> None:
    async def run() -> None:
        async with Parser() as parser:
            ask, source = Ask("https://example.org/feed"), Source("x", "feed", "https://example.org/feed")
            reading = await parser.read(ask, Answer(ask.url, 200, {}, FEED), source, {}, Endpoints(), NOW)
            assert len(reading.entries) == 1

    asyncio.run(run())


@pytest.mark.timed
def test_closing_does_not_wait_for_workers_that_are_still_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_load.py").write_text("import time; time.sleep(60)\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    pool = Desk(replace(FIFTIETH, start=30.0), "slow_to_load:read").pool
    pool.warm()
    assert wait_until(lambda: pool._forge._socket is not None)
    begun = time.monotonic()
    pool.close()
    assert time.monotonic() - begun < 2
