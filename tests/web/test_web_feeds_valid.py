"""Every feed, of ordinary and of hostile content, is valid by its specification; and what is not valid is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from demo_world import World
from feed_schemas import errors
from hostile_world import NOW, open_hostile
from web_world import Web, served

FORMS = {"atom": "atom", "rss": "rss", "json": "jsonfeed"}
KINDS = (
    "releases", "releases?region=cn&openness=open-weights", "releases?region=other", "releases?lab=qwen&language=fr",
    "stories?period=all", "stories?period=all&language=zh", "items", "items?words=Qwen", "items?words=%3Cb%3E%26",
    "releases?words=nothing-has-this-name", "items?limit=200&all_copies=true", "releases?licence=%22%3E%3Cscript%3E",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with open_hostile(tmp_path_factory.mktemp("hostile")) as application, served(application, now=NOW) as running:
        yield running


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_has_no_error(web: Web, hostile: Web, kind: str, ending: str) -> None:
    path, _, query = kind.partition("?")
    for one in (web, hostile):
        answer = one.get(f"/feeds/{path}.{ending}?{query}")
        assert (answer.status_code, errors(FORMS[ending], answer.content)) == (200, [])


def test_hostile_feeds_hold_what_they_are_checked_for(hostile: Web) -> None:
    assert hostile.get("/feeds/items.atom?limit=200").text.count("<entry") > 100
    assert hostile.get("/feeds/releases.rss?limit=200").text.count("<item>") > 50


@pytest.mark.parametrize("form", FORMS.values())
@pytest.mark.parametrize("what", ["releases", "items"])
def test_an_exported_feed_has_no_error(polled: World, what: str, form: str) -> None:
    told = polled.run("export", what, "--format", form)
    assert (told.status, errors(form, told.out.encode())) == (0, [])


WRONG = {
    "atom": [
        ("<updated>2026", "<updated>26"), ("<id>urn:uuid:", "<id>tag:"), ("</feed>", "<entry/></feed>"),
        ('rel="self"', 'rel="me"'), ("<title>", "<title type='html'>"), ("</author>", "<uri>x</uri></author>"),
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"), ("<name>aggregator</name>", "<name> </name>"),
        ('href="http://', 'href="javascript:'), ("<feed ", "<feed extra='1' "), ("</feed>", "</feed><feed/>"),
    ],
    "rss": [
        ("GMT", "XST"), ("+0000", "+00:00"), ('isPermaLink="false"', 'isPermaLink="no"'), ("<item>", "<item><title>b</title>"),
        ("<language>en", "<language>English!"), ('version="2.0"', 'version="0.91"'), ("</channel>", "<image/></channel>"),
        ("Mon, ", "Tue, "), ("<description>", "<description>&lt;b&gt;"), ("<link>http", "<link>ftp"),
    ],
    "json": [
        ("version/1.1", "version/2"), ('"id": "', '"ids": "'), ('"content_text"', '"content"'), ('"tags": [', '"tags": [1,'),
        ('"date_published": "', '"date_published": "on '), ('"url": "http', '"url": "data'), ('"title"', '"headline"'),
        ('"items": [', '"items": [{},'),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("ending", "before", "after"), [(e, *pair) for e, pairs in WRONG.items() for pair in pairs])
def test_the_check_finds_what_is_wrong(web: Web, ending: str, before: str, after: str) -> None:
    body = web.get(f"/feeds/releases.{ending}?language=en").text
    if before == "GMT" and before not in body:
        body = body.replace("+0000", "GMT")
    assert errors(FORMS[ending], body.encode()) == [] and before in body, before
    assert errors(FORMS[ending], body.replace(before, after, 1).encode()) != []
