"""What a trial tells of a source, by value: a fetcher from a table, the real readers, one fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from aggregator import checking
from aggregator.errors import Deferred, FetchError
from aggregator.model import Answer, Ask, Source, Validator
from aggregator.parsing import Parser
from aggregator.sources import Endpoints, page

NOW = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)
FEED = Source("s", "feed", "https://a.example/feed")


@dataclass
class Table:
    """A fetcher that answers by URL; `asked` is what it was asked, and whether with a validator."""

    replies: Mapping[str, Answer | Exception]
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer:
        self.asked.append((ask.url, validator is not None))
        reply = self.replies[ask.url]
        if isinstance(reply, Exception):
            raise reply
        return reply


def check(
    source: Source, *replies: Answer | Exception, token: bool = False, **by_url: Answer | Exception
) -> checking.Checked:
    table = Table({source.url: replies[0]} if replies else by_url)
    tools = checking.Tools(table, Parser(), Endpoints(github_token=token), NOW)
    return asyncio.run(checking.check_source(source, tools))


def answer(body: str, url: str = FEED.url, **more: Any) -> Answer:
    return Answer(url, 200, {"content-type": "text/html; charset=utf-8"}, body.encode(), **more)


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>"


def item(days: int | None = 1, link: str = "<link>https://a.example/1</link>") -> str:
    at = "" if days is None else f"<pubDate>{format_datetime(NOW - timedelta(days=days), True)}</pubDate>"
    return f"<item><guid isPermaLink='false'>{days}</guid>{link}<title>T</title>{at}</item>"


def codes(found: checking.Checked) -> list[str]:
    return [warning.code for warning in found.warnings]


def test_a_good_feed_is_ok() -> None:
    found = check(FEED, answer(rss(item(3), item(9))))
    assert (found.outcome, found.entries, found.newest, codes(found)) == ("ok", 2, NOW - timedelta(days=3), [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rss(), ["empty"]), (rss(item(None)), ["undated"]), (rss(item(61)), ["stale"]), (rss(item(60)), []),
        (rss(item(-3)), ["future"]), (rss(item(1, "")), ["no_links"]),
        (rss(item(1)).replace("</channel></rss>", "<item><title>cut"), ["parse_truncated"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_feed_that_can_be_read_is_a_warning(body: str, expected: list[str]) -> None:
    found = check(FEED, answer(body))
    assert codes(found)[: len(expected)] == expected and found.outcome == ("warning" if expected else "ok")
    assert found.error is None


def test_a_permanent_move_names_the_new_address() -> None:
    found = check(FEED, answer(rss(item()), permanent_url="https://b.example/feed"))
    assert codes(found) == ["moved"] and found.moved_to == "https://b.example/feed"
    assert 'url = "https://b.example/feed"' in found.warnings[0].detail


def test_a_guessed_encoding_is_a_warning() -> None:
    body = rss(item()).replace("<title>T</title>", "<title>量子位报道新模型发布</title>").encode("gb18030")
    found = check(FEED, Answer(FEED.url, 200, {}, body))
    assert codes(found) == ["encoding_guessed"]


def test_every_code_that_a_fetch_or_a_reading_gives_comes_with_advice() -> None:
    import re
    from pathlib import Path

    import aggregator

    folder = Path(aggregator.__file__).parent
    given = {
        code
        for room in ("fetch", "sources")
        for file in (folder / room).glob("*.py")
        for code in re.findall(r'code="([a-z_]+)"', file.read_text("utf-8"))
    }
    ours = {"bad_request", "bad_url", "parse_limits", "protocol_error", "decode_error", "decode_truncated", "proxy_failed",
            "encoding_refused", "body_truncated", "bad_redirect"}  # fmt: skip
    assert given - ours - set(checking.ADVICE) == set()


def test_an_error_is_told_with_its_code_and_advice() -> None:
    found = check(FEED, FetchError("no", code="not_found", status=404))
    assert (found.outcome, found.code, found.entries) == ("failed", "not_found", 0) and found.advice is not None
    found = check(FEED, answer("<html><body><h1>Blog</h1></body></html>"))
    assert found.code == "not_a_feed" and "sources add" in (found.advice or "")


def test_a_quota_defers_until_its_time() -> None:
    until = NOW + timedelta(minutes=20)
    found = check(FEED, Deferred("used up", code="quota_used_up", retry_at=until))
    assert (found.outcome, found.retry_at) == ("deferred", until)


def test_an_organisation_that_is_a_user_is_asked_as_one() -> None:
    source = Source("github:x", "github", "https://github.com/x", options={"organisation": "x"})
    listing = "https://api.github.com/{}/x/repos?type={}&sort=pushed&direction=desc&per_page=100"
    at = '"created_at": "2026-02-01T00:00:00Z", "pushed_at": "2026-02-19T00:00:00Z"'
    row = f'[{{"id": 1, "full_name": "x/y", "name": "y", "html_url": "https://github.com/x/y", {at}}}]'
    found = check(
        source, token=True, **{listing.format("orgs", "public"): FetchError("no", code="not_found"),
        listing.format("users", "owner"): answer(row, listing.format("users", "owner"))},
    )  # fmt: skip
    assert (found.outcome, found.entries, found.requests) == ("ok", 1, 2)


def test_a_kind_or_bridge_that_cannot_be_asked_says_so() -> None:
    assert check(Source("c", "telex", "https://a.example")).code == "not_built"
    assert check(Source("b", "feed", "bridge:/x")).code == "no_bridge"


def test_a_wrong_selector_is_told_without_a_request() -> None:
    source = Source("p", "page", "https://a.example/", options={"item": "li", "title": "a:nope"})
    found = check(source)
    assert found.code == "selector_invalid" and "title: `a:nope`" in (found.error or "") and found.requests == 0


def test_one_source_that_makes_us_stumble_stops_no_other() -> None:
    class Broken:
        async def read(self, *_: Any) -> Any:
            raise RuntimeError("a defect")

    tools = checking.Tools(Table({FEED.url: answer(rss())}), Broken(), Endpoints(), NOW)
    told: list[tuple[str, int]] = []
    found = asyncio.run(
        checking.check_sources(
            [FEED, Source("b", "feed", "bridge:/x")], tools, lambda one, left: told.append((one.id, left))
        )
    )
    assert [(each.id, each.code) for each in found] == [("s", "internal"), ("b", "no_bridge")]
    assert sorted(left for _, left in told) == [0, 1]


def test_selectors_of_the_registry_compile() -> None:
    from pathlib import Path

    from aggregator.config import load

    sources = load(Path(__file__).parents[2] / "sources.toml", {}).sources.values()
    assert [s.id for s in sources if s.kind == "page" and page.wrong_selectors(s.options)] == []
