"""Hundreds of hostile texts in every field: pages, feeds and API show them as text, and nothing of them acts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hostile_world import NOW, TEXTS, open_hostile
from lxml import etree, html
from web_world import Web, foreign, harmless, ours, served

from aggregator.web.asked import tidy


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with open_hostile(tmp_path_factory.mktemp("hostile")) as application, served(application, now=NOW) as running:
        yield running


def pages(web: Web) -> list[str]:
    items, total = web.site.store.items()
    releases, _ = web.site.store.releases()
    stories, _ = web.site.store.stories()
    assert total > 200 and releases and stories
    listed = [
        f"/en/{name}?page={page}" for name in ("models", "search", "stories", "labs/qwen") for page in range(1, 5)
    ]
    return [
        "/en/",
        "/zh/",
        "/en/day/2026-02-17",
        "/en/labs",
        "/en/sources",
        "/en/charts",
        "/fr/feeds",
        *listed,
        *(f"/en/items/{item.id}" for item in items[::4]),
        *(f"/en/stories/{story.id}" for story in stories[:8]),
        *(web.site.page("fr", "models", release.key) for release in releases[::6]),
    ]


def test_no_page_has_anything_that_acts(hostile: Web) -> None:
    for path in pages(hostile):
        page = hostile.page(path)
        assert harmless(page) == [], path
        for link in foreign(page):
            host = link.split("/")[2]
            assert link.startswith(("http://", "https://")) and host.isascii(), (path, link)


@pytest.mark.slow
def test_hostile_words_of_a_query_stay_words(hostile: Web) -> None:
    for number, raw in enumerate(TEXTS[::2]):
        text = raw[:100].encode("utf-8", "replace").decode()
        path = ("/en/search", "/en/models", "/en/stories")[number % 3]
        answer = hostile.client.get(
            path, params={"words": text, "lab": "x" + text, "since": text, "page": text, "x": text}
        )
        assert answer.status_code == 200, (path, text)
        page = html.document_fromstring(answer.content.decode("utf-8"))
        assert harmless(page) == []
        assert all(link.startswith("/") and not link.startswith("//") for link in ours(page))
        assert page.xpath("//input[@name='words']/@value")[0].strip() == tidy(text)


@pytest.mark.parametrize("kind", ["releases", "stories", "items"])
def test_feeds_are_well_formed_whatever_they_carry(hostile: Web, kind: str) -> None:
    for form in ("atom", "rss"):
        root = etree.fromstring(hostile.get(f"/feeds/{kind}.{form}?limit=200").content)
        assert root.xpath("count(//*[local-name()='script' or local-name()='img'])") == 0
        for link in root.xpath("//*[local-name()='link']/@href | //item/link/text()"):
            assert link.startswith(("http://", "https://")), link
        assert len(root.xpath("//*[local-name()='entry'] | //item")) > 20
    feed = json.loads(hostile.get(f"/feeds/{kind}.json?limit=200").content)
    assert all(item.get("url", "https://").startswith(("http://", "https://")) for item in feed["items"])
    assert all(len(item["content_text"]) <= 280 or kind != "items" for item in feed["items"])


def test_the_api_carries_them_as_json(hostile: Web) -> None:
    for kind in ("releases", "items", "stories"):
        answer = hostile.get(f"/api/v1/{kind}?limit=200")
        assert answer.headers["content-type"] == "application/json" and answer.json()["total"] > 20


def test_an_export_has_no_formula_and_no_markup_of_ours(hostile: Web) -> None:
    import csv
    import io

    from aggregator import export
    from aggregator.model import ItemQuery

    found = list(export.items(hostile.site.store.items, ItemQuery(all_copies=True), None))
    rows = list(csv.reader(io.StringIO("".join(export.csv_lines(found, export.ITEM_COLUMNS)), newline="")))
    assert len(rows) == len(found) + 1 > len(TEXTS)
    assert all(len(row) == len(export.ITEM_COLUMNS) for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert [json.loads(line)["id"] for line in export.json_lines(found)] == [item.id for item in found]
