"""OPML through the command line: a round trip with categories, ten thousand feeds, hostile files, never a fetch."""

from __future__ import annotations

import json
import time

import pytest
from desks import HEAD, Desk

from aggregator.config import load

OPML = b"""<?xml version="1.0"?><opml version="2.0"><head/><body><outline text="Press"><outline text="China">
<outline type="rss" text="A" xmlUrl="http://www.a.example/feed/" language="zh"/></outline></outline>
<outline type="rss" text="B" xmlUrl="https://b.example/feed"/><outline text="bad" xmlUrl="javascript:1"/></body></opml>"""


def test_what_was_exported_is_imported_again_with_its_categories(desk: Desk) -> None:
    old = desk.write()
    (desk.folder / "in.opml").write_bytes(OPML)
    found = desk.json("sources", "import", "in.opml")
    assert (found["added"], found["known"], len(found["skipped"])) == (["a", "b"], 0, 1)
    text = desk.file.read_text("utf-8")
    assert text.startswith(old) and load(desk.file, {}).sources["a"].options["category"] == "Press/China"
    assert desk.run("sources", "export", "--output", "out.opml").returncode == 0
    first = {
        each.url: (each.title, each.language, each.options.get("category"))
        for each in load(desk.file, {}).sources.values()
    }

    desk.write()
    assert desk.run("sources", "import", "out.opml").returncode == 0
    again = {
        each.url: (each.title, each.language, each.options.get("category"))
        for each in load(desk.file, {}).sources.values()
    }
    assert again == first
    found = desk.json("sources", "import", "out.opml")
    assert (found["added"], found["known"], found["written"]) == ([], 2, False)
    assert desk.server.paths() == []


def test_a_dry_run_and_standard_input(desk: Desk) -> None:
    old = desk.write()
    done = desk.run("sources", "import", "-", "--dry-run", stdin=OPML)
    assert done.returncode == 0 and b"2 feeds to add, nothing written; 0 followed already, 1 left out" in done.stderr
    assert desk.file.read_text("utf-8") == old


def test_feeds_that_are_off_are_exported_only_when_asked_for(desk: Desk) -> None:
    desk.write('[sources.off]\nkind = "feed"\nurl = "https://off.example/feed"\nenabled = false\n')
    assert b"off.example" not in desk.run("sources", "export").stdout
    assert b"off.example" in desk.run("sources", "export", "--all").stdout


@pytest.mark.slow
@pytest.mark.timed
def test_ten_thousand_feeds_are_imported_and_exported_in_seconds(desk: Desk) -> None:
    desk.write()
    outlines = "".join(
        f'<outline text="F{n % 50}"><outline text="T {n}" xmlUrl="https://f{n}.example/feed"/></outline>'
        for n in range(10_000)
    )
    (desk.folder / "many.opml").write_text(f"<opml><body>{outlines}</body></opml>", "utf-8")
    began = time.perf_counter()
    done = desk.run("sources", "import", "many.opml")
    assert done.returncode == 0 and b"10000 feeds added" in done.stderr
    exported = desk.run("sources", "export").stdout
    took = time.perf_counter() - began
    assert exported.count(b"xmlUrl") == 10_000 and took < 30
    print(f"10,000 feeds in and out: {took:.1f} s")


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><body><outline text="&e;" xmlUrl="https://a.example"/></body></opml>',
        b"<opml>" + b" " * (17 * 2**20),
        b"<opml><body>" + b"<outline text='x'>" * 10_000,
        b"\x00\x01",
        b"",
        b"<html/>",
    ],
    ids=["entity", "large", "deep", "binary", "empty", "html"],
)
def test_a_hostile_file_is_refused_whole_and_nothing_changes(desk: Desk, hostile: bytes) -> None:
    old = desk.write()
    (desk.folder / "x.opml").write_bytes(hostile)
    done = desk.run("sources", "import", "x.opml")
    assert done.returncode == 2 and len(done.stderr) < 600 and b"root:" not in done.stderr
    assert desk.file.read_text("utf-8") == old
    done = desk.run("sources", "import", "missing.opml")
    assert done.returncode == 2 and b"cannot be read" in done.stderr


def test_the_registry_makes_the_round_trip(desk: Desk) -> None:
    from pathlib import Path

    registry = Path(__file__).parents[2] / "sources.toml"
    desk.file.write_bytes(registry.read_bytes())
    (desk.folder / "all.opml").write_bytes(desk.run("sources", "export", "--all").stdout)
    feeds = {
        s.url: s.options.get("category")
        for s in load(registry, {}).sources.values()
        if s.kind == "feed" and s.url.startswith("http")
    }
    desk.file.write_text(HEAD, "utf-8")
    assert json.loads(desk.run("sources", "import", "all.opml", "--json").stdout)["skipped"] == []
    assert {s.url: s.options.get("category") for s in load(desk.file, {}).sources.values()} == feeds
