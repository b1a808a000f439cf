"""The stanzas of pages and lists in sources.toml, each against composed bytes in the shape that is documented for it.

The bytes are written here after api-shapes (nothing was recorded); all wording in them is invented.
"""

# ruff: noqa: E501  (composed bytes are easier to read in whole lines)
from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.config import load
from aggregator.errors import ParseError
from aggregator.model import Answer, Entry
from aggregator.sources import KINDS, Endpoints

NOW = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)
ENDPOINTS = Endpoints("https://api.github.com", "https://github.com", "https://raw.githubusercontent.com",
                      "https://huggingface.co", "https://modelscope.cn", False)  # fmt: skip
SOURCES = load(Path(__file__).parents[2] / "sources.toml", {}).sources

MINTLIFY = '# New\n\n<Update label="2026-02-11" description="GLM-5">\n  Invented. [More](https://docs.z.ai/guides/glm-5)\n</Update>\n'
SEED = {
    "sub_article_list": [
        {
            "ArticleMeta": {"ID": 1650, "ArticleID": 1770800000001, "ArticleType": 2, "Status": 2,
                            "PublishDate": 1770825600000, "IsPinned": True},
            "ArticleSubContentEn": {"Title": "Seedance 2.0", "TitleKey": "seedance-2-0", "Abstract": "Invented."},
            "ArticleSubContentZh": {"Title": "Seedance 2.0 发布", "TitleKey": "seedance-2-0-发布", "Abstract": "示例。"},
        },
        {"ArticleMeta": {"ID": 1, "ArticleID": 2, "Status": 1, "PublishDate": 1770825600000},
         "ArticleSubContentZh": {"Title": "草稿", "TitleKey": "x"}},
    ],
    "has_more": True, "next_page_token": "20", "total": 19, "BaseResp": {"StatusCode": 0, "StatusMessage": "success"},
}  # fmt: skip

CASES: dict[str, tuple[str | dict[str, Any] | list[Any], str, str, str | None]] = {
    # id of the stanza: (body, title, url, date)
    "deepseek-changelog": (
        ('<main class="theme-doc-markdown"><div><h2 id="d">Date: 2026-02-11</h2><h3 id="v4">DeepSeek-V4</h3><p>Invented.</p>'
        '<hr><h2 id="e">Date: 2026-01-05</h2><h3 id="v32">DeepSeek-V3.2</h3><p>Invented.</p></div></main>'),
        "DeepSeek-V4", "https://api-docs.deepseek.com/updates/#v4", "2026-02-11",
    ),
    "deepseek-news": (
        ('<a class="ds-research-item" href="https://arxiv.org/abs/2602.00001"><span class="ds-research-date">2026 年 2 月 11 日'
        '</span><span class="ds-research-title">An invented paper</span></a>'
        '<a class="ds-news-list-item" href="/news/x/"><h3>Invented news</h3></a>'),
        "An invented paper", "https://arxiv.org/abs/2602.00001", "2026-02-11",
    ),
    "qwen-blog": (
        {"success": True, "data": {"articles": [{"id": "u-1", "title": "Qwen3.5", "path": "qwen3.5", "content": "…",
         "extra": {"date": "2026-02-16T10:00:00+08:00", "introduction": "Invented."}}]}},
        "Qwen3.5", "https://qwen.ai/blog?id=qwen3.5", "2026-02-16",
    ),
    "bigmodel-releases": (MINTLIFY, "GLM-5", "https://docs.z.ai/guides/glm-5", "2026-02-11"),
    "zai-releases": (MINTLIFY, "GLM-5", "https://docs.z.ai/guides/glm-5", "2026-02-11"),
    "kimi-blog": (
        ('<a class="menu-card" href="/blog/kimi-k2-5"><div class="card-title">Kimi K2.5</div>'
        '<div class="card-date">2026/01/27</div></a>'),
        "Kimi K2.5", "https://www.kimi.com/blog/kimi-k2-5", "2026-01-27",
    ),
    "kimi-forum": (
        {"users": [], "topic_list": {"topics": [{"id": 7, "title": "Invented", "slug": "invented",
         "created_at": "2026-01-27T05:00:00.000Z", "pinned": False}]}},
        "Invented", "https://forum.moonshot.ai/t/invented/7", "2026-01-27",
    ),
    "bytedance-seed": (
        SEED, "Seedance 2.0 发布", "https://seed.bytedance.com/zh/blog/seedance-2-0-%E5%8F%91%E5%B8%83", "2026-02-12",
    ),
    "minimax-releases": (
        '## 2026 年 2 月 12 日\n\n<Card title="MiniMax M2.5" href="https://www.minimaxi.com/news/m25">\n  示例\n</Card>\n',
        "MiniMax M2.5", "https://www.minimaxi.com/news/m25", "2026-02-12",
    ),
    "hunyuan-research": (
        {"code": 0, "msg": "", "data": {"totalNum": 1, "list": [{"id": 11, "title": "混元示例", "desc": "示例", "customUrl": "",
         "publishedAt": 1, "displayPublishTime": 1770868800}]}},
        "混元示例", "https://hy.tencent.com/research/11", "2026-02-12",
    ),
    "jiqizhixin": (
        {"success": True, "articles": [{"id": 3, "slug": "2026-02-12-5", "title": "示例", "content": "示例",
         "publishedAt": "2026/02/12 10:00"}]},
        "示例", "https://www.jiqizhixin.com/articles/2026-02-12-5", "2026-02-12",
    ),
    "xinzhiyuan": (
        [{"id": 9, "date": "2026-02-12T10:00:00", "date_gmt": "2026-02-12T02:00:00", "link": "https://aiera.com.cn/9",
          "title": {"rendered": "示例"}, "excerpt": {"rendered": "<p>示例</p>"}}],
        "示例", "https://aiera.com.cn/9", "2026-02-12",
    ),
    "hf-papers": (
        [{"title": "Invented", "publishedAt": "2026-02-12T00:00:00.000Z", "paper": {"id": "2602.00002", "summary": "x"}}],
        "Invented", "https://huggingface.co/papers/2602.00002", "2026-02-12",
    ),
    "hn-qwen": (
        {"hits": [{"objectID": "46", "title": "Qwen3.5", "url": None, "points": 90, "created_at": "2026-02-16T09:00:00Z"}]},
        "Qwen3.5", "https://news.ycombinator.com/item?id=46", "2026-02-16",
    ),
}  # fmt: skip


def entries_of(source_id: str, body: str | dict[str, Any] | list[Any]) -> tuple[Entry, ...]:
    source = SOURCES[source_id]
    kind = KINDS[source.kind]
    (ask,) = kind.asks(source, {}, ENDPOINTS, NOW)
    content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    form = (
        "text/markdown"
        if source.options.get("format")
        else "application/json"
        if source.kind == "json"
        else "text/html"
    )
    answer = Answer(ask.url, 200, {"content-type": f"{form}; charset=utf-8"}, content.encode())
    return kind.read(ask, answer, source, {}, ENDPOINTS, NOW).entries


@pytest.mark.parametrize("source_id", CASES)
def test_a_documented_shape_gives_its_entry(source_id: str) -> None:
    body, title, url, day = CASES[source_id]
    entry = entries_of(source_id, body)[0]
    assert (entry.title, entry.url) == (title, url)
    assert entry.published is not None
    beijing = 8 if SOURCES[source_id].timezone == "Asia/Shanghai" else 0
    assert entry.published.timestamp() + beijing * 3600 == pytest.approx(
        datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp(), abs=43_200
    )


def test_every_page_and_list_that_is_on_has_its_case() -> None:
    assert {each.id for each in SOURCES.values() if each.kind in ("page", "json") and each.enabled} == set(CASES)


def test_a_draft_of_the_seed_blog_is_left_out() -> None:
    assert len(entries_of("bytedance-seed", SEED)) == 1


def test_the_year_stands_in_the_address_of_the_seed_blog() -> None:
    (ask,) = KINDS["json"].asks(SOURCES["bytedance-seed"], {}, ENDPOINTS, NOW)
    assert "publish_year=2026&" in ask.url and ask.headers["x-tt-locale"] == "US"


def test_the_hunyuan_list_is_asked_by_post() -> None:
    (ask,) = KINDS["json"].asks(SOURCES["hunyuan-research"], {}, ENDPOINTS, NOW)
    assert (ask.method, ask.body) == ("POST", b'{"pageNum":1,"pageSize":30,"renderType":0}')


# ------------------------------------------------------------------------------------------ what goes wrong with them

WORDS = "A new design of this page, with many words and none of the structure that was there before. " * 5
REDESIGNED = f'<html><body><main class="v2"><div class="x9"><b>Qwen</b><i>{WORDS}</i></div></main></body></html>'
EMPTY = "<html><head><title>News</title></head><body><h1>News</h1><p>" + WORDS + "</p></body></html>"
MOVED = "<html><head><title>Page not found</title></head><body><p>" + WORDS + "</p></body></html>"
SHELL = '<!doctype html><html><head><title>App</title></head><body><div id="root"></div><script src="/a.js"></script></body></html>'
WALL = "<!doctype html><html><head><title>Just a moment...</title></head><body><script>x</script><p>Checking your browser</p></body></html>"
WALL_ZH = (
    "<html><head><title>访问验证</title></head><body><p>请完成验证后继续访问</p><script>var a</script></body></html>"
)


def emptied(value: Any, path: str) -> Any:
    """`value` with the list at the dotted path `path` empty."""
    if path.strip("[]") == "":
        return []
    first, _, rest = path.partition(".")
    key = first.removesuffix("[]")
    return {**value, key: emptied(value[key], rest) if rest else []}


def renamed(value: Any, path: str) -> Any:
    """`value` whose records have other keys."""
    strange = [{"n1": "x", "n2": {"n3": 1}}]
    if path.strip("[]") == "":
        return strange
    first, _, rest = path.partition(".")
    key = first.removesuffix("[]")
    return {**value, key: renamed(value[key], rest) if rest else strange}


def broken(source_id: str, variant: str) -> str:
    source, (body, *_) = SOURCES[source_id], CASES[source_id]
    if variant in ("moved", "shell", "wall", "wall-zh"):
        return {"moved": MOVED, "shell": SHELL, "wall": WALL, "wall-zh": WALL_ZH}[variant]
    if source.kind == "json":
        path = str(source.options["items"])
        made: Any = {"emptied": emptied(body, path), "renamed": renamed(body, path), "redesigned": {"v2": {"rows": []}}}
        return json.dumps(made[variant])
    markdown = {
        "redesigned": f"# Changes\n\n{WORDS}\n\n- one\n- two\n",
        "emptied": "# Changes\n",
        "renamed": "# 2026\n\nx\n",
    }
    html = {
        "redesigned": REDESIGNED,
        "emptied": EMPTY,
        "renamed": str(body).replace("class=", "data-c=").replace("h2", "p"),
    }
    return (markdown if source.options.get("format") else html)[variant]


EXPLICIT = {
    # variant: codes for a page · for Markdown · for a list
    "redesigned": ("selector_empty", "selector_empty", "schema_unexpected"),
    "renamed": ("selector_empty", "selector_empty", "schema_unexpected"),
    "emptied": ("selector_empty", "selector_empty", "empty_listing"),
    "moved": ("selector_empty", "not_markdown", "not_json"),
    "shell": ("script_shell", "script_shell", "not_json"),
    "wall": ("bot_challenge", "bot_challenge", "bot_challenge"),
    "wall-zh": ("bot_challenge", "bot_challenge", "bot_challenge"),
}


@pytest.mark.parametrize("variant", EXPLICIT)
@pytest.mark.parametrize("source_id", CASES)
def test_a_broken_variant_of_it_is_an_explicit_error_and_never_no_news(source_id: str, variant: str) -> None:
    source = SOURCES[source_id]
    kind = KINDS[source.kind]
    (ask,) = kind.asks(source, {}, ENDPOINTS, NOW)
    answer = Answer(ask.url, 200, {"content-type": "text/html; charset=utf-8"}, broken(source_id, variant).encode())
    with pytest.raises(ParseError) as caught:
        kind.read(ask, answer, source, {"listed": 3}, ENDPOINTS, NOW)
    page, markdown, listed = EXPLICIT[variant]
    assert caught.value.code == (
        listed if source.kind == "json" else markdown if source.options.get("format") else page
    )
    assert source.url.split("/")[2] in caught.value.detail  # says which address


@pytest.mark.parametrize("source_id", [i for i in CASES if SOURCES[i].kind == "page"])
def test_a_page_on_which_nothing_is_found_is_an_error_the_first_time_too(source_id: str) -> None:
    source = SOURCES[source_id]
    (ask,) = KINDS["page"].asks(source, {}, ENDPOINTS, NOW)
    answer = Answer(ask.url, 200, {}, broken(source_id, "emptied").encode())
    with pytest.raises(ParseError, match=source.url.split("/")[2]):
        KINDS["page"].read(ask, answer, source, {}, ENDPOINTS, NOW)


def test_records_that_no_longer_fulfil_where_are_an_error_too() -> None:
    source = SOURCES["bytedance-seed"]
    (ask,) = KINDS["json"].asks(source, {}, ENDPOINTS, NOW)
    body = json.dumps(SEED).replace('"Status": 2', '"Status": "PUBLIC"').encode()
    with pytest.raises(ParseError) as caught:
        KINDS["json"].read(ask, Answer(ask.url, 200, {}, body), source, {"listed": 3}, ENDPOINTS, NOW)
    assert caught.value.code == "schema_unexpected"


def test_the_list_of_a_new_year_may_be_empty_in_its_first_days() -> None:
    source = SOURCES["bytedance-seed"]
    body = json.dumps({**SEED, "sub_article_list": []}).encode()
    for day, is_error in ((datetime(2027, 1, 3, tzinfo=UTC), False), (datetime(2027, 1, 20, tzinfo=UTC), True)):
        (ask,) = KINDS["json"].asks(source, {}, ENDPOINTS, day)
        if is_error:
            with pytest.raises(ParseError):
                KINDS["json"].read(ask, Answer(ask.url, 200, {}, body), source, {"listed": 3}, ENDPOINTS, day)
        else:
            assert (
                KINDS["json"].read(ask, Answer(ask.url, 200, {}, body), source, {"listed": 3}, ENDPOINTS, day).entries
                == ()
            )
