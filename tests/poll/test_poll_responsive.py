"""Whatever a source serves, up to 16 MiB of it: the service answers within 200 ms, and the poll ends in time (case C8).

A heartbeat runs in the event loop of the poll, which fetches from a server on loopback, reads in worker processes, makes
ready and commits. A beat is late by the clock and by the processor time that this process used meanwhile, whichever is
less: what other programs of the machine take away is not ours.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rigs import Rig

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "parsing")]

from faultd import Faultd, reply  # noqa: E402  (tests/ is no package)
from hostile_documents import documents, feed, options  # noqa: E402
from hostile_texts import texts  # noqa: E402

from aggregator import collecting  # noqa: E402
from aggregator.fetch import Fetcher, Limits, dial  # noqa: E402
from aggregator.model import Family, Lab, PollOutcome, Source  # noqa: E402
from aggregator.parsing import Limits as ReadingLimits  # noqa: E402
from aggregator.parsing import Parser, Pool  # noqa: E402
from aggregator.poll import poll_sources  # noqa: E402
from aggregator.understanding import Understanding  # noqa: E402

LATE = 0.2
LABS = {
    "qwen": Lab("qwen", "Alibaba", "cn", ("Alibaba", "阿里"), (Family("Qwen", ("千问", "通义千问")),)),
    "deepseek": Lab("deepseek", "DeepSeek", "cn", ("深度求索",), (Family("DeepSeek"),)),
}
UNDERSTANDING = Understanding(LABS)
CHOSEN = (
    "P16 attributes", "P16 author", "P17 nested elements", "P17 nested divs in a summary", "P19 content", "P19 title",
    "P20 items", "P26 open attributes", "P30 keys", "P30 rows", "P31 dates", "markdown headings",
)  # fmt: skip


def hostile(scale: float) -> dict[str, tuple[str, bytes]]:
    """Documents of at most 16 MiB at scale 1: what is deep, wide, long, full of entries, or slow to understand."""
    size = int(16 * 2**20 * scale)
    found = {name: made for name, made in documents(scale).items() if name in CHOSEN}
    found["one tag"] = ("feed", feed("<item><title>t</title><description>" + "&lt;b&gt;" * (size // 9)))
    found["many entries"] = ("feed", feed("<item><title>t</title></item>" * (size // 29)))
    found["numbers"] = ("json", b'[{"title":1e' + b"9" * (size - 100) + b"}]")
    for name in ("name dashes", "titles that repeat", "ligatures", "one sentence", "half entities"):
        unit = texts(size)[name]
        found[f"one text: {name}"] = ("feed", feed(f"<item><title>t</title><description><![CDATA[{unit}]]>"))
        small = texts(3000)[name]
        one = f"<item><title><![CDATA[{small[:400]}]]></title><description><![CDATA[{small}]]></description></item>"
        found[f"many texts: {name}"] = ("feed", feed(one * (size // len(one.encode()))))
    return {name: (kind, body[: 16 * 2**20]) for name, (kind, body) in found.items()}


@pytest.fixture(scope="module")
def server() -> Iterator[Faultd]:
    with Faultd() as running:
        yield running


async def beating(late: list[float]) -> None:
    """Note by how much each beat is late, in seconds."""
    while True:
        clock, processor = time.monotonic(), time.process_time()
        await asyncio.sleep(0.02)
        late.append(min(time.monotonic() - clock - 0.02, time.process_time() - processor))


def polled(rig: Rig, server: Faultd, sources: Sequence[Source]) -> tuple[list[PollOutcome], float]:
    """The outcomes of one poll with everything that a service has, and by how much its latest beat was late."""
    late: list[float] = []

    async def to_server(address: str, port: int, seconds: float) -> Any:
        return await dial("127.0.0.1", server.port, seconds)

    async def run() -> list[PollOutcome]:
        limits = Limits(total=60.0)
        pool = Pool(ReadingLimits())
        async with Fetcher(
            user_agent="aggregator/0 (+https://example.org/about)",
            limits=limits,
            resolver=lambda host, port: ["93.184.216.34"],
            dialer=to_server,
        ) as fetcher:
            beat = asyncio.create_task(beating(late))
            try:
                means = rig.means(fetcher=fetcher, parser=Parser(None, pool), understanding=UNDERSTANDING, labs=LABS)
                with collecting.put_off():
                    return await poll_sources(sources, means)
            finally:
                beat.cancel()
                await asyncio.to_thread(pool.close)

    return asyncio.run(run()), max(late)


def served(server: Faultd, number: int, kind: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> Source:
    """A source whose address serves this body."""
    source_kind, wanted = options(kind)
    server.answer(f"/{number}", reply(body=body, headers=headers))
    return Source(f"hostile{number}", source_kind, f"http://hostile{number}.example/{number}", options=wanted)


SMALL = hostile(0.01)


@pytest.mark.timed
def test_C8_the_loop_stays_awake_beside_small_hostile_documents(rig: Rig, server: Faultd) -> None:
    sources = [served(server, number, kind, body) for number, (kind, body) in enumerate(SMALL.values())]
    outcomes, late = polled(rig, server, sources)
    assert {outcome.code for outcome in outcomes} <= {
        None, "parse_limits", "parse_timeout", "parse_error", "empty_body", "schema_unexpected", "selector_empty",
    }, outcomes  # fmt: skip
    assert late < LATE


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SMALL)
@pytest.mark.timed
def test_C8_the_loop_stays_awake_and_a_poll_ends_whatever_16_mebibytes_hold(
    rig: Rig, server: Faultd, name: str
) -> None:
    kind, body = hostile(1.0)[name]
    began = time.monotonic()
    _, late = polled(rig, server, [served(server, 0, kind, body)])
    print(f"{name}: {len(body) / 2**20:.1f} MiB, {time.monotonic() - began:.1f} s, latest beat {late * 1000:.0f} ms")
    assert late < LATE
    assert time.monotonic() - began < 40 + 40 + 20, "reading, making ready, storing"


@pytest.mark.soak
@pytest.mark.timed
def test_C8_the_loop_stays_awake_beside_a_bomb(rig: Rig, server: Faultd) -> None:
    bomb = gzip.compress(bytes(200 * 2**20), 9)
    (outcome,), late = polled(rig, server, [served(server, 0, "feed", bomb, [("Content-Encoding", "gzip")])])
    assert outcome.code == "too_large"
    assert late < LATE
