"""Every command on a store that was filled from the demo world."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import forms
import pytest
from demo_world import ROOT, World, run_here

Started = Callable[[subprocess.Popen[str]], subprocess.Popen[str]]
WEEK = ("--since", "2026-02-10", "--until", "2026-02-17")


# ---------------------------------------------------------------- the forms of the contract


@pytest.mark.parametrize(
    ("arguments", "check"),
    [
        (("items", "--all-copies", "--limit", "500"), forms.ITEMS),
        (("releases", "--limit", "500"), forms.RELEASES),
        (("stories", "--limit", "500"), forms.STORIES),
        (("sources",), forms.SOURCES),
        (("status",), forms.STATUS),
        (("labs",), forms.LABS),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_json_has_the_form_of_the_contract(
    polled: World, arguments: tuple[str, ...], check: Callable[..., Any]
) -> None:
    told = polled.run(*arguments, "--json")
    assert (told.status, told.err) == (0, "")
    assert check(told.data)
    assert told.out.count("\n") > 1
    for key in ("total", "items"):
        if key in told.data and isinstance(told.data[key], int):
            assert told.data[key] > 0


def test_poll_json_has_the_form_of_the_contract(copied_world: World) -> None:
    told = copied_world.run("poll", "--json")
    assert told.status == 3
    assert forms.POLL(told.data)
    assert told.err == ""


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_digest_json_has_the_form_of_the_contract(polled: World, language: str) -> None:
    told = polled.run("digest", *WEEK, "--format", "json", "--language", language)
    assert (told.status, told.err) == (0, "")
    assert forms.DIGEST(told.data)
    assert told.data["language"] == language
    assert (told.data["from"], told.data["to"]) == ("2026-02-09T23:00:00Z", "2026-02-17T23:00:00Z")
    assert 1 <= len(told.data["headline"]) <= 3
    assert all(entry["region"] == "cn" for entry in told.data["releases"])


def test_no_output_holds_more_than_280_characters_of_an_article(polled: World) -> None:
    for item in polled.run("items", "--all-copies", "--limit", "500", "--json").data["items"]:
        assert len(item["summary"]) <= 280


# ---------------------------------------------------------------- items


def items(world: World, *arguments: str) -> tuple[list[dict[str, Any]], int]:
    told = world.run("items", *arguments, "--json")
    assert told.status == 0, told.err
    return told.data["items"], told.data["total"]


def test_items_are_listed_newest_first_without_copies(polled: World) -> None:
    found, total = items(polled, "--limit", "500")
    assert total == len(found) > 60
    assert [i["appeared"] for i in found] == sorted((i["appeared"] for i in found), reverse=True)
    assert not [i for i in found if i["copy_of"]]
    every, more = items(polled, "--limit", "500", "--all-copies")
    assert more == total + len([i for i in every if i["copy_of"]])
    roots = {i["id"]: i for i in every}
    assert all(roots[i["copy_of"]]["copy_of"] is None for i in every if i["copy_of"])


@pytest.mark.parametrize(
    ("option", "value", "holds"),
    [
        ("--lab", "zhipu", lambda i: "zhipu" in i["labs"]),
        ("--source", "harbour", lambda i: i["source"] == "harbour"),
        ("--kind", "policy", lambda i: i["kind"] == "policy"),
        ("--language", "zh", lambda i: i["language"] == "zh"),
        ("--line", "GLM-5", lambda i: "GLM-5" in i["lines"]),
        ("--line", "glm 5", lambda i: "GLM-5" in i["lines"]),
        ("--since", "2026-02-16", lambda i: i["appeared"] >= "2026-02-15T23:00:00Z"),
        ("--until", "2026-02-11", lambda i: i["appeared"] < "2026-02-11T23:00:00Z"),
    ],
)
def test_a_filter_of_items_gives_what_a_scan_gives(
    polled: World, option: str, value: str, holds: Callable[[dict[str, Any]], bool]
) -> None:
    found, total = items(polled, option, value, "--limit", "500")
    every, _ = items(polled, "--limit", "500", *(["--all-copies"] if option == "--source" else []))
    assert {i["id"] for i in found} == {i["id"] for i in every if holds(i)}
    assert 0 < total == len(found)


def test_a_topic_filter_gives_what_a_scan_gives(polled: World) -> None:
    every, _ = items(polled, "--limit", "500")
    for topic in {topic for item in every for topic in item["topics"]}:
        found, _ = items(polled, "--topic", topic, "--limit", "500")
        assert {i["id"] for i in found} == {i["id"] for i in every if topic in i["topics"]}


def test_limit_and_offset_page_without_gap(polled: World) -> None:
    whole, total = items(polled, "--limit", "500")
    paged = [one for start in range(0, total, 7) for one in items(polled, "--limit", "7", "--offset", str(start))[0]]
    assert [i["id"] for i in paged] == [i["id"] for i in whole]
    assert items(polled, "--limit", "0") == ([], total)
    assert items(polled, "--offset", "100000") == ([], total)


@pytest.mark.parametrize(
    ("words", "least"),
    [
        (["Netflix"], 2), (["GLM-5"], 10), (["glm-5"], 10), (["智谱"], 1), (["开源"], 1), (["稀疏注意力"], 1), (["字节"], 2),
        (["Disney", "Seedance"], 2), (['"sparse attention"'], 1), (["modèle"], 1), (["GLM-5", "华为"], 0), (["升腾"], 0),
        (["nosuchwordatall"], 0), (["%"], 0), (["*"], 0), (['"'], 0), (["AND"], 0), (["a" * 3000], 0), (["😀"], 0),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)  # fmt: skip
def test_words_are_searched_for_in_any_script(polled: World, words: list[str], least: int) -> None:
    found, total = items(polled, *words, "--limit", "500", "--all-copies")
    assert total == len(found) >= least
    if not least and words[0].startswith("nosuch"):
        assert total == 0


def test_a_word_finds_what_holds_it_and_not_a_longer_name(polled: World) -> None:
    found, _ = items(polled, "GLM-4", "--limit", "500", "--all-copies")
    with polled.open() as app:
        texts = {i["id"]: app.store.item(i["id"]) for i in found}
    for item in texts.values():
        assert item is not None
        whole = f"{item.title} {item.summary} {item.content}".casefold()
        assert any(
            whole[at + 5 : at + 6] not in ".0123456789" for at in range(len(whole)) if whole.startswith("glm-4", at)
        )


# ---------------------------------------------------------------- releases, stories, show


@pytest.mark.parametrize(
    ("option", "value", "holds"),
    [
        ("--lab", "zhipu", lambda r: r["lab"] == "zhipu"),
        ("--region", "cn", lambda r: r["region"] == "cn"),
        ("--status", "open", lambda r: r["status"] == "open"),
        ("--openness", "open-weights", lambda r: r["openness"] == "open-weights"),
        ("--licence", "MIT", lambda r: (r["licence"] or "").casefold() == "mit"),
        ("--modality", "video", lambda r: "video" in r["modalities"]),
        ("--since", "2026-02-01", lambda r: r["first_seen"] >= "2026-01-31T23:00:00Z"),
        ("--until", "2026-02-01", lambda r: r["first_seen"] < "2026-02-01T23:00:00Z"),
    ],
)
def test_a_filter_of_releases_gives_what_a_scan_gives(
    polled: World, option: str, value: str, holds: Callable[[dict[str, Any]], bool]
) -> None:
    told = polled.run("releases", option, value, "--limit", "500", "--json")
    every = polled.run("releases", "--limit", "500", "--json").data["releases"]
    assert {r["line"] for r in told.data["releases"]} == {r["line"] for r in every if holds(r)}
    assert told.data["total"] == len(told.data["releases"]) > 0


def test_words_find_a_line_by_name_and_lab(polled: World) -> None:
    assert "GLM-5" in {r["line"] for r in polled.run("releases", "GLM-5", "--json").data["releases"]}
    assert "GLM-5" in {r["line"] for r in polled.run("releases", "zhipu", "--json").data["releases"]}
    assert polled.run("releases", "nosuchline", "--json").data == {"releases": [], "total": 0}


def test_releases_are_listed_newest_first_and_each_step_names_its_item(polled: World) -> None:
    found = polled.run("releases", "--limit", "500", "--json").data["releases"]
    assert [r["first_seen"] for r in found] == sorted((r["first_seen"] for r in found), reverse=True)
    with polled.open() as app:
        for step in (step for release in found for step in release["timeline"]):
            assert app.store.item(step["item"]) is not None


def test_stories_are_listed_most_covered_first(polled: World) -> None:
    found = polled.run("stories", *WEEK, "--json").data["stories"]
    assert [s["sources"] for s in found] == sorted((s["sources"] for s in found), reverse=True)
    assert found[0]["sources"] >= 3
    assert set(found[0]["items"])


def test_show_explains_an_item_and_a_line(polled: World) -> None:
    (item, *_), _ = items(polled, "--source", "harbour", "--line", "GLM-5", "--limit", "1")
    told = polled.run("show", item["id"], "--explain", "--json")
    assert told.status == 0
    assert forms.ITEM(told.data["item"])
    assert forms.STORY(told.data["story"])
    assert {"label", "rule", "words"} <= set(told.data["explain"][0])
    assert any(reason["label"].startswith("kind") for reason in told.data["explain"])
    for name in ("GLM-5", "glm5", "GLM 5"):
        told = polled.run("show", name, "--explain", "--json")
        assert told.status == 0, told.err
        assert forms.RELEASE(told.data["release"])
        assert all(forms.ITEM(one) for one in told.data["items"])
        assert told.data["total"] == len(told.data["items"])
        assert all(e["rule"] and e["item"] and forms.moment(e["at"]) for e in told.data["evidence"])
        known = {cell for cell, value in told.data["release"]["open"].items() if value not in (None, "unknown")}
        assert known == set(told.data["open_evidence"])
        assert all(g["rule"] and (g["item"] or g["artifact"]) for g in told.data["open_evidence"].values())
    printed = polled.run("show", "GLM-5")
    assert "line: GLM-5" in printed.out
    printed = polled.run("show", item["id"], "--explain")
    assert item["title"] in printed.out
    assert "rule:" in printed.out


def test_show_of_something_unknown_is_exit_1(polled: World) -> None:
    told = polled.run("show", "no-such-line", "--json")
    assert (told.status, told.out) == (1, "")
    assert "code=not_found" in told.err


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [(("items",), 6), (("releases",), 9), (("stories",), 6), (("sources",), 8), (("labs",), 5)],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_piped_is_tab_separated_and_plain(polled: World, arguments: tuple[str, ...], columns: int) -> None:
    told = polled.run(*arguments)
    assert told.status == 0
    assert told.rows
    assert {len(row) for row in told.rows} == {columns}
    assert "\x1b" not in told.out


def test_a_page_that_is_not_all_says_so_on_standard_error(polled: World) -> None:
    told = polled.run("items", "--limit", "3")
    assert len(told.rows) == 3
    assert told.err.startswith("3 of ")


def test_sources_name_what_fails_and_why(polled: World) -> None:
    rows = {row[0]: row for row in polled.run("sources").rows}
    assert rows["tidewatch"][2] == "failing"
    assert "503" in rows["tidewatch"][7]
    assert rows["harbour"][2] == "silent"  # the demo world ends in February 2026
    status = polled.run("status", "--json").data
    assert status["failing"] == ["tidewatch", "lanterne"]
    assert polled.run("status").status == 0


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_gets_a_table_and_no_colour_if_it_wants_none(
    polled: World, no_color: bool, started: Started
) -> None:
    import pty

    controller, terminal = pty.openpty()
    environ = {"TERM": "xterm-256color", "COLUMNS": "100", "NO_COLOR": "1" if no_color else ""}
    process = started(polled.start("releases", environ=environ, stdout=terminal))
    os.close(terminal)
    seen = b""
    try:
        while chunk := os.read(controller, 4096):
            seen += chunk
    except OSError:
        pass  # the terminal's other end is closed
    os.close(controller)
    assert process.wait(20) == 0
    assert b"status" in seen
    assert b"GLM-5" in seen
    shown = re.sub(r"\x1b\[[0-9;]*m", "", seen.decode())
    assert max(len(line) for line in shown.splitlines()) <= 100
    if no_color:
        assert b"\x1b[3" not in seen


# ---------------------------------------------------------------- digests


@pytest.mark.parametrize("form", ["md", "text", "html", "json"])
def test_a_digest_is_printed_in_each_form(polled: World, form: str) -> None:
    told = polled.run("digest", *WEEK, "--format", form)
    assert (told.status, told.err) == (0, "")
    for word in ("GLM-5", "Qwen3.5", "Seedance 2.0", "tidewatch"):
        assert word in told.out
    assert told.out.endswith("\n")
    assert polled.run("digest", *WEEK, "--format", form).out == told.out


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        (("--date", "2026-02-16"), "2026-02-15T23:00:00Z", "2026-02-16T23:00:00Z"),
        (("--date", "2026-03-29"), "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        (("--since", "2026-02-10", "--until", "2026-02-11T12:30"), "2026-02-09T23:00:00Z", "2026-02-11T11:30:00Z"),
        (("--since", "2026-02-10T00:00:00Z", "--until", "2026-02-11T00:00:00+08:00"),
         "2026-02-10T00:00:00Z", "2026-02-10T16:00:00Z"),
        (("--until", "2026-02-16"), "2026-02-15T23:00:00Z", "2026-02-16T23:00:00Z"),
    ],
)  # fmt: skip
def test_a_window_is_taken_as_it_is_said(polled: World, arguments: tuple[str, ...], start: str, end: str) -> None:
    told = polled.run("digest", *arguments, "--format", "json")
    assert told.status == 0, told.err
    assert (told.data["from"], told.data["to"]) == (start, end)


def test_the_default_window_is_the_last_day(polled: World) -> None:
    now = datetime.now(UTC)
    for arguments, length in (
        ((), timedelta(hours=24)),
        (("--since", "7d"), timedelta(days=7)),
        (("--since", "90m"), None),
    ):
        told = polled.run("digest", *arguments, "--format", "json")
        if length is None:
            assert told.status in (0, 2)
            continue
        start, end = (datetime.fromisoformat(told.data[key]) for key in ("from", "to"))
        assert abs(end - now) < timedelta(seconds=30)
        assert end - start == length


def test_output_is_written_whole_or_not_at_all(polled: World, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "digest.md"
    told = polled.run("digest", *WEEK, "--output", str(path))
    assert (told.status, told.out) == (0, "")
    assert path.read_text("utf-8") == polled.run("digest", *WEEK).out
    assert [p.name for p in path.parent.iterdir()] == ["digest.md"]
    (tmp_path / "file").write_text("")
    for bad in (tmp_path / "file" / "digest.md", tmp_path, tmp_path / ("x" * 300)):
        told = polled.run("digest", *WEEK, "--output", str(bad))
        assert (told.status, told.out) == (1, ""), bad
        assert len(told.err.splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["deep", "file"]


def test_a_digest_changes_nothing(copied_world: World) -> None:
    before = content(copied_world)
    for command in (("digest", *WEEK), ("items",), ("releases",), ("show", "GLM-5"), ("status",), ("sources",)):
        assert copied_world.run(*command).status == 0
    assert content(copied_world) == before


def content(world: World) -> list[str]:
    connection = sqlite3.connect(world.file)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


# ---------------------------------------------------------------- db, init


def test_the_database_is_upgraded_checked_backed_up_and_restored(copied_world: World, tmp_path: Path) -> None:
    world = copied_world
    assert world.run("db", "upgrade", "--json").data["schema"]
    assert world.run("db", "check", "--json").data == {"ok": True, "problems": []}
    assert world.run("db", "check").out == "ok\n"
    backup = tmp_path / "backups.db"
    assert world.run("db", "backup", str(backup)).status == 0
    dump = world.dump()
    connection = sqlite3.connect(world.file)
    connection.execute("UPDATE item SET title = 'changed'")
    connection.commit()
    connection.close()
    assert world.dump() != dump
    told = world.run("db", "restore", str(backup))
    assert told.status == 0, told.err
    assert "restored" in told.err
    assert world.dump() == dump
    assert world.run("db", "prune", "--json").data == {"pruned": 0}


def test_a_damaged_release_is_found_by_the_check(copied_world: World) -> None:
    connection = sqlite3.connect(copied_world.file)
    connection.execute("UPDATE line SET status = 'rumoured' WHERE name = 'GLM-5'")
    connection.commit()
    connection.close()
    told = copied_world.run("db", "check", "--json")
    assert told.status == 1
    assert any("GLM-5" in problem for problem in told.data["problems"])


def test_old_items_are_pruned_and_do_not_come_back(copied_world: World) -> None:
    config = copied_world.config
    text = config.read_text("utf-8").replace("[settings]", '[settings]\nkeep_items = "30d"')
    config.write_text(text, "utf-8")
    connection = sqlite3.connect(copied_world.file)
    connection.execute("UPDATE item SET first_seen = appeared")
    connection.execute("DELETE FROM validator")
    connection.commit()
    connection.close()
    told = copied_world.run("db", "prune", "--json")
    assert told.status == 0, told.err
    assert told.data["pruned"] > 10
    assert copied_world.run("show", "GLM-5").status == 0
    before = copied_world.run("items", "--json", "--limit", "0", "--all-copies").data["total"]
    assert sum(o.new for o in copied_world.poll()) == 0
    assert copied_world.run("items", "--json", "--limit", "0", "--all-copies").data["total"] == before
    assert copied_world.check() == []


@pytest.mark.parametrize("what", ["nothing", "text", "another database", "cut"])
def test_what_is_no_backup_is_not_restored(copied_world: World, tmp_path: Path, what: str) -> None:
    backup, dump = tmp_path / "bad.db", copied_world.dump()
    if what == "text":
        backup.write_text("hello " * 1000)
    elif what == "another database":
        sqlite3.connect(backup).execute("CREATE TABLE x (y)").connection.close()
    elif what == "cut":
        copied_world.run("db", "backup", str(backup))
        backup.write_bytes(backup.read_bytes()[:20_000])
    told = copied_world.run("db", "restore", str(backup))
    assert (told.status, told.out) == (1, "")
    assert len(told.err.splitlines()) == 1
    assert copied_world.dump() == dump


def test_init_writes_a_start_and_overwrites_nothing(tmp_path: Path) -> None:
    told = run_here(["init", str(tmp_path / "new")], {})
    assert told.status == 0, told.err
    config = tmp_path / "new" / "sources.toml"
    assert config.read_text("utf-8") == (ROOT / "sources.toml").read_text("utf-8")
    assert (tmp_path / "new" / "storage").is_dir()
    config.write_text("mine")
    again = run_here(["init", str(tmp_path / "new")], {})
    assert again.status == 2
    assert config.read_text() == "mine"
    (tmp_path / "file").write_text("")
    assert run_here(["init", str(tmp_path / "file")], {}).status == 2


def test_labs_followed_come_first(polled: World) -> None:
    labs = polled.run("labs", "--json").data["labs"]
    assert [lab["followed"] for lab in labs] == sorted((lab["followed"] for lab in labs), reverse=True)
    assert json.dumps(labs)
