"""Changes to sources.toml keep what the person wrote; feeds are found behind pages."""

from __future__ import annotations

import os
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import editing, opml, parse
from aggregator.errors import ConfigurationError, UsageError

MINE = """# my own words
[labs.qwen]   # the lab
name = "Qwen"
region = "cn"

[sources.a]
kind    = "feed"       # odd spacing
url = 'https://a.example/feed'  # and quotes
"""


def test_an_added_source_leaves_every_byte_before_it_as_it_was() -> None:
    longer = editing.add_sources(MINE, [("b", {"kind": "feed", "url": "https://b.example/feed", "title": 'x "量" \\'})])
    assert longer.startswith(MINE)
    assert parse(longer).sources["b"].title == 'x "量" \\'


@pytest.mark.parametrize(
    "text", ["", "[sources.a]\nkind = 'feed'\nurl = 'https://a.example'", MINE.replace("\n", "\r\n")]
)
def test_a_stanza_fits_behind_any_end_of_file(text: str) -> None:
    longer = editing.add_sources(text, [("b", {"kind": "feed", "url": "https://b.example/feed"})])
    assert longer.startswith(text) and "b" in parse(longer).sources
    assert ("\r\n[sources.b]\r\n" in longer) == ("\r\n" in text)


def test_nothing_to_add_changes_nothing() -> None:
    assert editing.add_sources(MINE, []) == MINE


def test_a_stanza_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="sources.b.url: expected an address of its own"):
        editing.add_sources(MINE, [("b", {"kind": "feed", "url": "https://www.a.example/feed/"})])
    with pytest.raises(ConfigurationError, match="expected TOML"):
        editing.add_sources(MINE, [("a", {"kind": "feed", "url": "https://b.example/feed"})])


def test_a_file_that_was_wrong_before_says_so() -> None:
    with pytest.raises(ConfigurationError, match="settings.x"):
        editing.add_sources("[settings]\nx = 1\n", [("a", {"kind": "feed", "url": "https://b.example/feed"})])


def test_a_key_of_a_source_is_changed_in_place() -> None:
    changed = editing.change_source(MINE, "a", {"url": "https://new.example/feed", "enabled": False})
    assert "# my own words" in changed and "# odd spacing" in changed and "kind    =" in changed
    assert parse(changed).sources["a"].url == "https://new.example/feed" and not parse(changed).sources["a"].enabled
    assert "enabled" not in editing.change_source(changed, "a", {"enabled": None})
    with pytest.raises(UsageError, match="no source 'zz'"):
        editing.change_source(MINE, "zz", {"enabled": False})


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_title_breaks_the_file(title: str, category: str) -> None:
    written = editing.stanza("x", {"kind": "feed", "title": title, "category": category})
    assert tomllib.loads(written)["sources"]["x"]["title"].replace("\r\n", "\n") == title.replace("\r\n", "\n")


@pytest.mark.slow
@pytest.mark.timed
def test_ten_thousand_imported_feeds_are_written_in_seconds() -> None:
    feeds = [
        opml.Subscription(f"https://f{number}.example/feed", f"标题 {number}", category="A/B")
        for number in range(10_000)
    ]
    begin = time.perf_counter()
    stanzas = editing.stanzas_of(feeds, ["a"], ["https://f1.example/feed/"])
    longer = editing.add_sources(MINE, stanzas)
    assert time.perf_counter() - begin < 30
    assert len(parse(longer).sources) == 10_000  # one was known


def test_imported_feeds_of_one_host_get_ids_of_their_own() -> None:
    feeds = [opml.Subscription(f"https://a.example/{number}") for number in range(3)]
    assert [each for each, _ in editing.stanzas_of(feeds, ["a", "A-2"], [])] == ["a-3", "a-4", "a-5"]


def test_a_feed_that_no_stanza_can_hold_is_left_out_and_the_others_stay() -> None:
    feeds = [opml.Subscription("https://a.example/" + "x" * 3000), opml.Subscription("https://b.example/feed")]
    assert [keys["url"] for _, keys in editing.stanzas_of(feeds, [], [])] == ["https://b.example/feed"]


@pytest.mark.parametrize(
    "url, expected",
    [
        ("https://www.qbitai.com/feed", "qbitai"),
        ("https://rss.huxiu.com/", "huxiu"),
        ("https://recodechinaai.substack.com/feed", "substack-recodechinaai"),
        ("https://news.smol.ai/rss.xml", "smol"),
        ("https://www.36kr.com/feed", "36kr"),
        ("http://127.0.0.1:8080/x", "127"),
        ("https://blog.example/", "example"),
    ],
)
def test_an_id_is_suggested_from_the_host(url: str, expected: str) -> None:
    assert editing.suggest_id(url, []) == expected
    assert editing.suggest_id(url, [expected.upper()]) == f"{expected}-2"


PAGE = b"""<!doctype html><html><head><base href="https://lab.example/blog/">
<link rel="alternate" type="application/rss+xml" title="Comments feed" href="/comments/feed/">
<link rel="alternate" type="application/atom+xml" title="Lab &amp; News" href="atom.xml">
<LINK REL="Alternate" TYPE="application/feed+json; charset=utf-8" HREF="https://lab.example/feed.json">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
<link rel="alternate" hreflang="fr" href="/fr/"><link rel="stylesheet" href="/rss.css">
</head><body><a href="/about">About</a>
<a href="/rss.xml"><b>RSS</b></a><a href="javascript:feed()">no</a></body></html>"""


def test_announced_feeds_come_first_then_linked_then_comments_then_guesses() -> None:
    found = editing.feed_candidates(PAGE, "https://lab.example/")
    assert [(each.url, each.found) for each in found[:4]] == [
        ("https://lab.example/blog/atom.xml", "announced"),
        ("https://lab.example/feed.json", "announced"),
        ("https://lab.example/rss.xml", "linked"),
        ("https://lab.example/comments/feed/", "announced"),
    ]
    assert found[0].title == "Lab & News" and found[2].title == "RSS"
    assert all(each.found == "guessed" for each in found[4:]) and len(found) > 4
    assert "https://lab.example/feed.json" not in [each.url for each in found[4:]]


@pytest.mark.parametrize(
    "document",
    [
        b"<?xml version='1.0'?>\n<rss version='2.0'><channel/></rss>",
        b"\xef\xbb\xbf\n<!-- x --><feed xmlns='http://www.w3.org/2005/Atom'/>",
        b"<rdf:RDF xmlns:rdf='x'></rdf:RDF>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        b'{"version":"https:\\/\\/jsonfeed.org\\/version\\/1","items":[]}',
    ],
)
def test_a_feed_is_its_own_candidate(document: bytes) -> None:
    assert [(each.url, each.found) for each in editing.feed_candidates(document, "https://a.example/x")] == [
        ("https://a.example/x", "itself")
    ]


@pytest.mark.parametrize(
    "document", [b"", b"\x00\xff", b"{}", b"<", b"<a>" * 100_000, b"<html><base href='::'><a href='http://['>"]
)
def test_junk_gives_guesses_only(document: bytes) -> None:
    found = editing.feed_candidates(document, "https://a.example/x")
    assert {each.found for each in found} == {"guessed"}


def test_the_file_is_replaced_in_one_step_with_its_mode_and_its_link(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_text(MINE, "utf-8")
    real.chmod(0o640)
    link = tmp_path / "sources.toml"
    link.symlink_to(real)
    editing.write(link, "# new\n", expected=MINE)
    assert link.is_symlink() and real.read_text("utf-8") == "# new\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["real.toml", "sources.toml"]
    with pytest.raises(UsageError, match="changed by somebody else"):
        editing.write(link, MINE, expected=MINE)
    assert real.read_text("utf-8") == "# new\n"


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "sources.toml"
    target.write_text(MINE, "utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        editing.write(target, "# new\n")
    assert target.read_text("utf-8") == MINE and os.listdir(tmp_path) == ["sources.toml"]
