"""Hugging Face, ModelScope, pages and lists: what they ask, and the parts that a single body cannot show."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Source
from aggregator.sources import KINDS, Endpoints
from aggregator.sources.json_bytes import load
from aggregator.sources.links import MAXIMUM_PAGES, is_cut, next_page

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HUB = "https://huggingface.co/api/models"


def test_a_hub_listing_is_asked_newest_first_with_every_field_by_expand() -> None:
    source = Source("huggingface:Qwen", "huggingface", "", options={"organisation": "Qwen"})
    (ask,) = KINDS["huggingface"].asks(source, {}, Endpoints(huggingface="http://127.0.0.1:1/hf"), NOW)
    query = parse_qs(urlsplit(ask.url).query)
    assert ask.url.startswith("http://127.0.0.1:1/hf/api/models?")
    assert (query["author"], query["sort"], query["limit"]) == (["Qwen"], ["createdAt"], ["100"])
    assert {"safetensors", "siblings", "cardData", "config", "createdAt", "gated"} <= set(query["expand"])
    assert "full" not in query


def test_a_modelscope_listing_is_asked_fifty_a_page_by_last_change() -> None:
    source = Source("modelscope:ZhipuAI", "modelscope", "", options={"organisation": "ZhipuAI"})
    (ask,) = KINDS["modelscope"].asks(source, {}, Endpoints(), NOW)
    assert ask.url == (
        "https://modelscope.cn/openapi/v1/models?owner=ZhipuAI&sort=last_modified&page_number=1&page_size=50"
    )


def test_a_later_empty_page_of_a_hub_is_no_error() -> None:
    source = Source("huggingface:Qwen", "huggingface", "", options={"organisation": "Qwen"})
    ask = Ask(HUB + "?cursor=x", context={"page": 2})
    reading = KINDS["huggingface"].read(ask, Answer(ask.url, 200, {}, b"[]"), source, {}, Endpoints(), NOW)
    assert (reading.entries, reading.last) == ((), True)


def test_pages_end_after_twenty() -> None:
    ask = Ask(HUB)
    for number in range(MAXIMUM_PAGES - 1):
        answer = Answer(ask.url, 200, {"link": f'<{HUB}?cursor={number}>; rel="next"'}, b"[]")
        assert not is_cut(ask, answer)
        following = next_page(ask, answer)
        assert following is not None
        ask = following
    answer = Answer(ask.url, 200, {"link": f'<{HUB}?cursor=last>; rel="next"'}, b"[]")
    assert (next_page(ask, answer), is_cut(ask, answer)) == (None, True)


def test_a_page_that_was_read_three_pages_ago_is_a_circle() -> None:
    ask = Ask(HUB + "?cursor=3", context={"page": 4, "seen": [HUB, HUB + "?cursor=1", HUB + "?cursor=2"]})
    with pytest.raises(ParseError) as caught:
        next_page(ask, Answer(ask.url, 200, {"link": f'<{HUB}?cursor=1>; rel="next"'}, b"[]"))
    assert caught.value.code == "bad_pagination"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 200_000, "parse_limits"),
        (b'{"a":' * 100_000, "parse_limits"),
        (b"[" + b"9" * 5000 + b"]", "parse_limits"),
        (b"[-Infinity]", "parse_limits"),
        (b"nothing", "not_json"),
        (b"  ", "empty_body"),
        (b"<html>", "not_json"),
    ],
)
def test_hostile_json_is_an_error_of_its_source(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        load(Answer("https://example.org/", 200, {}, body))
    assert caught.value.code == code


def test_a_list_is_asked_with_method_headers_body_and_year() -> None:
    options = {"method": "POST", "headers": {"x-tt-locale": "US"}, "body": {"pageNum": 1, "year": "{year}"}}
    source = Source("x", "json", "https://example.org/list?publish_year={year}", options=options)
    (ask,) = KINDS["json"].asks(source, {}, Endpoints(), NOW)
    assert (ask.url, ask.method) == ("https://example.org/list?publish_year=2026", "POST")
    assert json.loads(ask.body or b"") == {"pageNum": 1, "year": "2026"}
    assert ask.headers == {"Accept": "application/json", "x-tt-locale": "US", "Content-Type": "application/json"}


def test_where_takes_lists_and_says_when_it_leaves_nothing() -> None:
    rows = [{"t": "a", "u": "/a", "k": [1, 2]}, {"t": "b", "u": "/b", "k": [3]}]
    answer = Answer("https://example.org/x", 200, {}, json.dumps(rows).encode())

    def found(where: dict[str, object]) -> tuple[list[str], tuple[str, ...]]:
        source = Source("x", "json", answer.url, options={"title": "t", "link": "u", "where": where})
        reading = KINDS["json"].read(Ask(answer.url), answer, source, {}, Endpoints(), NOW)
        return [e.title for e in reading.entries], reading.notes

    assert found({"k[]": 2}) == (["a"], ())
    assert found({"t": ["a", "b"]}) == (["a", "b"], ())
    assert found({"t": "z"}) == ([], ("where_empty",))


def test_entries_of_a_page_that_share_one_link_are_told_apart_by_title_and_date() -> None:
    body = "".join(
        f'<div class="e"><h3>{t}</h3><a href="/notes">x</a><time>2026-02-1{n}</time></div>' for n, t in enumerate("abb")
    )
    source = Source("x", "page", "https://example.org/notes", options={"item": ".e", "title": "h3", "date": "time"})
    answer = Answer(source.url, 200, {}, f"<html><body>{body}</body></html>".encode())
    reading = KINDS["page"].read(Ask(source.url), answer, source, {}, Endpoints(), NOW)
    assert len({e.guid for e in reading.entries}) == 3
    assert {e.url for e in reading.entries} == {"https://example.org/notes"}
