"""Feeds out: valid by the letter of each format, with ids that last and conditional requests."""

from __future__ import annotations

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import feedparser
import pytest
from demo_world import World
from lxml import etree
from web_world import Web, served

from aggregator import feeds_out

ATOM = {"a": feeds_out.ATOM}
KINDS = ("releases?region=cn", "stories?period=all", "items?words=Qwen3.5", "releases?words=nothing-has-this-name")


def address(kind: str, form: str) -> str:
    path, _, query = kind.partition("?")
    return f"/feeds/{path}.{form}?{query}"


def absolute(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and link.isascii() and " " not in link


def strict_atom(body: bytes) -> list[str]:
    """What RFC 4287 finds wrong; empty when all is well."""
    wrong: list[str] = []
    root = etree.fromstring(body)
    moment = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
    if root.tag != f"{{{feeds_out.ATOM}}}feed":
        wrong.append("the root is no feed")
    entries = root.findall("a:entry", ATOM)
    for node in (root, *entries):
        for name in ("id", "title", "updated"):
            if (
                len(node.findall(f"a:{name}", ATOM)) != 1
                or not (node.findtext(f"a:{name}", namespaces=ATOM) or "").strip()
            ):
                wrong.append(f"{name}: not exactly one with words")
        for name in ("updated", "published"):
            for found in node.findall(f"a:{name}", ATOM):
                if not moment.fullmatch(found.text or ""):
                    wrong.append(f"{name}: {found.text}")
        if not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", node.findtext("a:id", namespaces=ATOM) or ""):
            wrong.append("id: no IRI")
        if not node.findtext("a:author/a:name", namespaces=ATOM):
            wrong.append("author without a name")
        alternates = [link.get("hreflang") for link in node.findall("a:link", ATOM) if link.get("rel") == "alternate"]
        if len(alternates) != len(set(alternates)):
            wrong.append("two alternates alike")
        for link in node.findall("a:link", ATOM):
            if not absolute(link.get("href") or ""):
                wrong.append(f"link: {link.get('href')}")
        if node is not root and not alternates and node.find("a:content", ATOM) is None:
            wrong.append("an entry with neither alternate nor content")
        known = {"id", "title", "updated", "published", "author", "link", "category", "summary", "entry", "generator"}
        wrong += [str(child.tag) for child in node if etree.QName(child).localname not in known]
        wrong += ["category without term" for one in node.findall("a:category", ATOM) if not one.get("term")]
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    if len(ids) != len(set(ids)):
        wrong.append("two entries with one id")
    if not [link for link in root.findall("a:link", ATOM) if link.get("rel") == "self"]:
        wrong.append("no link to itself")
    return wrong


def strict_rss(body: bytes) -> list[str]:
    """What the RSS 2.0 specification and the advisory board's profile find wrong."""
    wrong: list[str] = []
    root = etree.fromstring(body)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None or len(root) != 1:
        return ["no RSS 2.0 channel"]
    for name in ("title", "link", "description"):
        if len(channel.findall(name)) != 1 or not channel.findtext(name):
            wrong.append(f"channel: {name}")
    if len(channel.findall("a:link", ATOM)) != 1:
        wrong.append("no atom:link to itself")
    guids = []
    for item in channel.findall("item"):
        wrong += [
            f"two {name}" for name in ("title", "link", "guid", "pubDate", "description") if len(item.findall(name)) > 1
        ]
        if not item.findtext("title") or not item.findtext("description"):
            wrong.append("an item without words")
        guid = item.find("guid")
        if guid is None or guid.get("isPermaLink") != "false":
            wrong.append("guid")
        else:
            guids.append(guid.text)
        if item.findtext("link") and not absolute(item.findtext("link") or ""):
            wrong.append(f"link: {item.findtext('link')}")
    for node in (*channel.findall("lastBuildDate"), *channel.findall("item/pubDate")):
        if parsedate_to_datetime(node.text or "").tzinfo is None or not re.fullmatch(
            r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000", node.text or ""
        ):
            wrong.append(f"date: {node.text}")
    if len(guids) != len(set(guids)):
        wrong.append("two items with one guid")
    return wrong


def strict_json(body: bytes) -> list[str]:
    """What JSON Feed 1.1 finds wrong."""
    wrong: list[str] = []
    feed = json.loads(body)
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not feed.get("title"):
        wrong.append("no feed of version 1.1 with a title")
    wrong += [name for name in ("home_page_url", "feed_url") if not absolute(feed.get(name, ""))]
    for item in feed["items"]:
        if not isinstance(item.get("id"), str) or not item.get("content_text"):
            wrong.append("an item without id or content")
        wrong += [
            f"{name}: {item[name]}" for name in ("url", "external_url") if name in item and not absolute(item[name])
        ]
        for name in ("date_published", "date_modified"):
            if datetime.fromisoformat(item[name]).tzinfo is None:
                wrong.append(name)
        if not all(isinstance(tag, str) and tag for tag in item["tags"]):
            wrong.append("tags")
    if len({item["id"] for item in feed["items"]}) != len(feed["items"]):
        wrong.append("two items with one id")
    return wrong


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("form", "strict"), [("atom", strict_atom), ("rss", strict_rss), ("json", strict_json)])
def test_a_feed_is_valid_by_the_letter(web: Web, kind: str, form: str, strict) -> None:  # type: ignore[no-untyped-def]
    answer = web.get(address(kind, form))
    assert (answer.status_code, strict(answer.content)) == (200, [])
    wanted = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}[form]
    assert answer.headers["content-type"] == f"{wanted}; charset=utf-8"


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_reader_reads_what_is_stored(web: Web, form: str) -> None:
    read = feedparser.parse(web.get(address(KINDS[0], form)).content)
    assert read.bozo == 0
    titles = {entry.title for entry in read.entries}
    assert {"Qwen3.5 · Alibaba Qwen", "GLM-5 · Zhipu AI (Z.ai)"} <= titles
    assert all(entry.published_parsed for entry in read.entries)
    assert all(entry.link.startswith(web.base) for entry in read.entries)


def test_new_open_models_of_chinese_labs_are_one_subscription(web: Web) -> None:
    read = feedparser.parse(web.get("/feeds/releases.atom?region=cn&openness=open-weights").content)
    assert {entry.title.split(" · ")[0] for entry in read.entries} == {"Qwen3.5", "GLM-5", "Kimi-K2.5"}
    assert "China · open weights" in read.feed.title


def test_a_feed_of_a_search_speaks_chinese(web: Web) -> None:
    read = feedparser.parse(web.get("/feeds/items.atom?words=千问").content)
    assert read.entries and any("千问" in entry.title or "千问" in entry.summary for entry in read.entries)


def test_ids_are_the_same_after_a_rebuild(web: Web, fresh_world: World) -> None:
    fresh_world.poll()
    with fresh_world.open() as application, served(application) as again:
        for kind in KINDS[:3]:
            ids = [
                sorted(i["id"] for i in json.loads(one.get(address(kind, "json") + "&limit=200").content)["items"])
                for one in (web, again)
            ]
            assert ids[0] == ids[1] != []


def test_what_a_reader_has_already_is_not_sent_again(web: Web) -> None:
    path = address(KINDS[0], "atom")
    first = web.get(path)
    assert web.get(path, if_none_match=first.headers["etag"]).status_code == 304
    assert web.get(path, if_modified_since=first.headers["last-modified"]).status_code == 304
    assert web.get(path, if_modified_since="Mon, 01 Jan 2024 00:00:00 GMT").status_code == 200
    assert web.get(path, if_modified_since="nonsense").status_code == 200
    other = web.get(path, if_none_match='"x"', if_modified_since=first.headers["last-modified"])
    assert other.status_code == 200, "If-None-Match wins over If-Modified-Since"


def test_a_wrong_parameter_is_told(web: Web) -> None:
    for path in (
        "/feeds/releases.atom?status=new",
        "/feeds/items.rss?since=soon",
        "/feeds/releases.xml",
        "/feeds/stories.json?limit=0",
    ):
        assert web.get(path).status_code == 422, path
    assert web.get("/feeds/nothing.atom").status_code == 404


def test_the_pages_name_the_feed_of_what_they_list(web: Web) -> None:
    for path in ("/en/models?lab=qwen", "/en/stories", "/en/search?words=GLM-5&in=zh", "/en/labs/qwen", "/en/"):
        links = web.page(path).xpath("//link[@type='application/atom+xml']/@href")
        assert len(links) == 1 and web.get(links[0]).status_code == 200, path
