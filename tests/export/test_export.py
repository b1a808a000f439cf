"""`export` and `watch`: what other programs get, whole and in a form that they read."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing

import feedparser
import pytest
from demo_world import World

from aggregator import export
from aggregator.model import ItemQuery


@pytest.mark.parametrize("what", ["items", "releases"])
def test_json_lines_are_the_forms_of_the_commands(polled: World, what: str) -> None:
    told = polled.run("export", what)
    listed = polled.run(what, "--json", "--limit", "1000").data[what]
    assert [json.loads(line) for line in told.out.splitlines()] == listed != []


@pytest.mark.parametrize("what", ["items", "releases"])
def test_csv_has_a_line_for_each_with_its_names_first(polled: World, what: str) -> None:
    rows = list(csv.DictReader(io.StringIO(polled.run("export", what, "--format", "csv").out, newline="")))
    listed = polled.run(what, "--json", "--limit", "1000").data[what]
    assert len(rows) == len(listed)
    for row, one in zip(rows, listed):
        assert None not in row and all(value is not None for value in row.values())
        assert row["lines" if what == "items" else "sizes"] == "; ".join(one["lines" if what == "items" else "sizes"])
    if what == "releases":
        assert json.loads(next(row for row in rows if row["line"] == "Qwen3.5")["artifacts"])[0]["hub"]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feeds_lead_to_the_evidence(polled: World, form: str) -> None:
    read = feedparser.parse(polled.run("export", "--format", form, "--openness", "open-weights").out.encode())
    assert read.bozo == 0 and {entry.title.split(" · ")[0] for entry in read.entries} == {
        "Qwen3.5",
        "GLM-5",
        "Kimi-K2.5",
    }
    assert all(entry.link.startswith("http") for entry in read.entries)


def test_a_json_feed_speaks_the_language_asked_for(polled: World) -> None:
    feed = json.loads(polled.run("export", "--format", "jsonfeed", "--language", "fr").out)
    assert feed["language"] == "fr" and any("poids" in item["content_text"] for item in feed["items"])


def test_filters_and_the_limit_hold(polled: World) -> None:
    assert len(polled.run("export", "items", "--limit", "3").out.splitlines()) == 3
    found = polled.run(
        "export", "items", "--words", "千问", "--kind", "release", "--since", "2026-02-16"
    ).out.splitlines()
    assert found and all(json.loads(line)["kind"] == "release" for line in found)
    refused = polled.run("export", "releases", "--kind", "release")
    assert refused.status == 2 and "--kind is no filter of releases" in refused.err


def test_a_file_is_written_whole(polled: World, tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "out.jsonl"
    assert polled.run("export", "--output", str(target)).out == ""
    assert target.read_text("utf-8") == polled.run("export").out


def test_pages_follow_each_other_without_loss(polled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "STEP", 7)
    with polled.open() as application:
        whole, total = application.store.items(ItemQuery(limit=1000))
        assert [item.id for item in export.items(application.store.items, ItemQuery(), None)] == [
            item.id for item in whole
        ]
        assert len(list(export.items(application.store.items, ItemQuery(), 10))) == 10 < total


def test_a_reader_that_has_seen_enough_ends_it_quietly(polled: World) -> None:
    process = polled.start("export", "items")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert (process.wait(20), process.stderr.read()) == (0, "")
    process.stderr.close()


# ---------------------------------------------------------------------------------------------------------- watch


def test_a_line_is_told_once_and_the_status_met_ends_it(polled: World) -> None:
    told = polled.run("watch", "qwen 3.5", "--until", "open")
    assert told.status == 0
    assert any(row[1:3] == ["Qwen3.5", "open"] for row in told.rows)
    assert len(told.out.splitlines()) == len(set(told.out.splitlines()))
    events = [json.loads(line) for line in polled.run("watch", "Qwen3.5", "--once", "--json").out.splitlines()]
    assert {"status", "artifact", "claim"} <= {event["event"] for event in events}


def test_a_line_that_is_not_there_yet_is_waited_for(polled: World) -> None:
    assert polled.run("watch", "Qwen9", "--once").status == 0
    told = polled.run("watch", "Qwen9", "--until", "open", "--timeout", "0")
    assert told.status == 1 and "nothing is stored about it yet; waiting" in told.err


def test_what_comes_is_told_as_it_is_stored(copied_world: World, started: Callable[..., subprocess.Popen[str]]) -> None:

    process = started(copied_world.start("watch", "DeepSeek-V4", "--until", "open", "--timeout", "60", "--json"))
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["status"] == "rumoured"
    with closing(sqlite3.connect(copied_world.file)) as other, other:
        details = json.loads(other.execute("SELECT details FROM line WHERE name='DeepSeek-V4'").fetchone()[0])
        details["timeline"].append(["open", "2026-03-01T00:00:00Z", first["item"], "https://hub.example/x"])
        other.execute("UPDATE line SET status='open', details=? WHERE name='DeepSeek-V4'", (json.dumps(details),))
    events = [json.loads(line) for line in process.stdout]
    assert [event["status"] for event in events if event["event"] == "status"] == ["open"]
    assert process.wait(20) == 0
