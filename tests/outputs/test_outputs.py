"""Every payload of every published class through every output: what comes out is text, and read back it is ours."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from outputs_world import NOW, open_store  # first: it says where the others are

# isort: split
from digest_worlds import UNTIL
from payloads import EVERY, HEADERS, HTML, MARKDOWN, SHEETS, TERMINAL
from rendering import HEADERS as OURS
from rendering import UNSEEN, check_html, check_mail, check_markdown
from test_digest_escaping import digest_of
from web_world import Web, foreign, harmless, served

from aggregator import export, feeds_out, shapes, urls
from aggregator.channels import email
from aggregator.channels.port import Letter
from aggregator.cli import root
from aggregator.digest import render
from aggregator.digest.short import short, subject
from aggregator.model import ItemQuery, ReleaseQuery, Subscriber

LISTENER = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with open_store(tmp_path_factory.mktemp("outputs"), LISTENER) as application, served(application, now=NOW) as web:
        yield web


def test_X10_each_class_of_the_lists_has_a_payload() -> None:
    assert len(HTML) >= 90 and len(MARKDOWN) >= 40 and len(HEADERS) >= 20 and len(TERMINAL) >= 25 and len(SHEETS) >= 15
    assert len(EVERY) >= 200


QUICK_OR_SLOW = [
    pytest.param(name, marks=[pytest.mark.slow] if number % 3 else []) for number, name in enumerate(EVERY)
]
"""A third of the payloads in the quick tests, all of them in the slow ones."""


@pytest.mark.parametrize("name", QUICK_OR_SLOW)
def test_X10_M11_M16_M19_M20_a_digest_is_ours_in_every_format_and_as_a_mail(name: str) -> None:
    digest = digest_of(EVERY[name].replace("LISTENER", LISTENER))
    forms = {form: render(digest, form) for form in ("md", "html", "text", "json")}
    check_markdown(forms["md"])
    check_html(forms["html"])
    json.loads(forms["json"])
    chat = short(digest)
    for written in (*forms.values(), chat):
        assert not UNSEEN.search(written.replace("\n", ""))
    for alert in (False, True):
        letter = Letter(
            Subscriber("default", to=("reader@example.org",), sender="Digest <digest@example.org>"),
            "2026-02-17", "", subject(digest, alert=alert), chat, forms, "en", UNTIL,
        )  # fmt: skip
        (message,) = email.CHANNEL.pack(letter)
        assert message.fault is None
        check_mail(message.body, OURS | {"List-Unsubscribe", "Precedence"})


def pages(web: Web) -> list[str]:
    """Every kind of page, with each payload in one of them at least."""
    store = web.site.store
    items, _ = store.items(ItemQuery(all_copies=True, limit=500))
    releases, _ = store.releases(ReleaseQuery(limit=500))
    stories, _ = store.stories()
    lists = [f"/en/{name}?page={page}" for name in ("models", "search", "stories") for page in range(1, 12)]
    return [
        "/en/", "/fr/", "/zh/", "/en/day/2026-02-17", "/en/labs", "/en/sources", "/en/charts", "/en/feeds", *lists,
        *(f"/en/items/{item.id}" for item in items[::3]), *(f"/en/stories/{story.id}" for story in stories[:20]),
        *(web.site.page("en", "models", release.key) for release in releases[::2]),
        *(f"/zh/labs/lab{number}" for number in range(0, len(EVERY), 4)),
    ]  # fmt: skip


@pytest.mark.slow
def test_X10_X16_every_page_shows_them_as_text(hostile: Web) -> None:
    for path in pages(hostile):
        page = hostile.page(path)
        assert harmless(page) == [], path
        for link in foreign(page):
            assert urls.http_url(link) == link and link.split("/")[2].isascii(), (path, link)


@pytest.mark.parametrize("kind", ["releases", "stories", "items"])
def test_M22_feeds_and_the_api_carry_them(hostile: Web, kind: str) -> None:
    from lxml import etree

    for form in ("atom", "rss"):
        answer = hostile.get(f"/feeds/{kind}.{form}?limit=200")
        assert answer.headers["x-content-type-options"] == "nosniff"
        tree = etree.fromstring(answer.content)
        for link in tree.xpath("//*[local-name()='link']/@href | //item/link/text()"):
            assert urls.http_url(link) == link
        assert not tree.xpath("//*[local-name()='script' or local-name()='img' or local-name()='iframe']")
    for path in (f"/feeds/{kind}.json?limit=200", f"/api/v1/{kind}?limit=200"):
        answer = hostile.get(path)
        assert "json" in answer.headers["content-type"] and answer.headers["x-content-type-options"] == "nosniff"
        assert path.startswith("/api") or not UNSEEN.search(answer.text.replace("\n", ""))
        for address in re.findall(r'"(?:url|external_url)": ?"([^"]*)"', answer.text):
            assert urls.http_url(address) == address or address.startswith(hostile.base), address


def test_M22_exports_hold_no_formula_and_well_formed_feeds(hostile: Web) -> None:
    store = hostile.site.store
    items = list(export.items(store.items, ItemQuery(all_copies=True), None))
    releases = list(export.releases(store.releases, ReleaseQuery(), None))
    assert len(items) >= len(EVERY) and len(releases) >= len(EVERY) // 2
    for things, columns in ((items, export.ITEM_COLUMNS), (releases, export.RELEASE_COLUMNS)):
        rows = list(csv.reader(io.StringIO("".join(export.csv_lines(things, columns)), newline="")))
        assert {len(columns)} == {len(row) for row in rows} and len(rows) == len(things) + 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), cell
        for line, thing in zip(export.json_lines(things), things, strict=True):
            assert not shapes.OBEYED.search(line.rstrip("\n")) and json.loads(line) == export.form_of(thing)
    entries = tuple(feeds_out.of_item(item, item.source) for item in items)
    for form in feeds_out.FORMATS:
        assert feeds_out.write(feeds_out.Feed("x", "x", "en", entries), form)


COMMANDS = (
    ("items", "--limit", "500"), ("items", "--json", "--limit", "500", "--all-copies"), ("releases", "--limit", "500"),
    ("releases", "--json", "--limit", "500"), ("stories",), ("stories", "--json"), ("labs",), ("labs", "--json"), ("sources",),
    ("sources", "--json"), ("status",), ("show", "fam7x7"), ("show", "fam100x100", "--json"), ("gap",),
    ("export", "--format", "jsonl"), ("digest", "--since", "2026-02-16", "--until", "2026-02-18", "--style", "panorama"),
    ("digest", "--since", "2026-02-16", "--until", "2026-02-18", "--format", "text"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_K8_no_command_prints_what_a_terminal_obeys(hostile: Web, command: tuple[str, ...]) -> None:
    application = hostile.site.application
    options = ["--config", application._path, "--database", application.database]
    done = CliRunner().invoke(root, [*options, *command], standalone_mode=False)
    assert done.exception is None, done.output[-500:]
    assert len(done.output) > 20
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", done.output)


def test_X10_an_assistant_gets_them_as_marked_data(hostile: Web) -> None:
    import asyncio

    mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
    from aggregator.web.assistants import UNTRUSTED, make_server

    async def run() -> list[Any]:
        async with mcp.Client(make_server(hostile.site.application)) as client:
            return [
                await client.call_tool("list_releases", {"limit": 50}),
                await client.call_tool("search_items", {"words": "news", "limit": 50}),
            ]

    for result in asyncio.run(run()):
        assert not result.is_error
        told = json.loads(result.content[0].text)
        assert told["untrusted"] == UNTRUSTED
        assert len(told["releases" if "releases" in told else "items"]) == 50


def test_the_window_of_the_digest_holds_them(hostile: Web) -> None:
    digest = hostile.site.application.digest(NOW - timedelta(days=1), NOW + timedelta(minutes=1))
    assert len(digest.releases) + len(digest.also) > 50
