"""`sources check` says of each source what it found, what is wrong with it and what to do; it stores nothing."""

from __future__ import annotations

import os

from desks import Desk, rss

GOOD = '[sources.good]\nkind = "feed"\nurl = "{base}/good"\n'
GONE = '[sources.gone]\nkind = "feed"\nurl = "{base}/gone"\n'


def test_a_feed_that_works_is_told_with_its_entries_and_its_newest(desk: Desk) -> None:
    desk.write(GOOD)
    desk.serve("/good", rss(days=2))
    (found,) = desk.json("sources", "check")["sources"]
    assert (found["outcome"], found["entries"], found["age_days"], found["stale"]) == ("ok", 3, 2, False)
    assert found["newest"].endswith("Z") and found["newest_title"] == "Post 2" and found["requests"] == 1


def test_nothing_is_stored_not_even_a_database(desk: Desk) -> None:
    desk.write(GOOD)
    desk.serve("/good", rss())
    before = desk.file.read_bytes()
    assert desk.run("sources", "check").returncode == 0
    assert os.listdir(desk.folder) == ["sources.toml"] and desk.file.read_bytes() == before


def test_some_failed_is_3_and_all_failed_is_1(desk: Desk) -> None:
    desk.write(GOOD, GONE)
    desk.serve("/good", rss())
    desk.serve("/gone", b"no", "text/plain", 410)
    found = desk.json("sources", "check", status=3)
    assert (found["ok"], found["failed"]) == (1, 1)
    (gone,) = [each for each in found["sources"] if each["id"] == "gone"]
    assert gone["code"] == "gone" and "take it out" in gone["advice"]
    done = desk.run("sources", "check", "gone")
    assert done.returncode == 1 and b"[code=gone]" in done.stdout


def test_a_page_instead_of_a_feed_names_the_command_that_finds_the_feed(desk: Desk) -> None:
    desk.write(GOOD)
    desk.serve("/good", b"<!doctype html><html><body><h1>Blog</h1></body></html>", "text/html")
    (found,) = desk.json("sources", "check", status=1)["sources"]
    assert found["code"] == "not_a_feed" and "sources add" in found["advice"]


def test_a_stale_feed_that_moved_for_good_is_warned_of_with_its_new_address(desk: Desk) -> None:
    desk.write(GOOD)
    desk.serve("/good", b"", "text/plain", 301, Location="/new")
    desk.serve("/new", rss(days=200))
    (found,) = desk.json("sources", "check")["sources"]
    assert found["outcome"] == "warning" and found["stale"] and found["moved_to"] == f"{desk.base}/new"
    assert [warning["code"] for warning in found["warnings"]] == ["moved", "stale"]


def test_a_host_that_asks_for_quiet_is_deferred_and_no_failure(desk: Desk) -> None:
    desk.write(GOOD)
    desk.serve("/good", b"", "text/plain", 429, Retry_After="600")
    (found,) = desk.json("sources", "check")["sources"]
    assert (found["outcome"], found["code"]) == ("deferred", "rate_limited") and found["retry_at"].endswith("Z")


def test_a_selector_that_does_not_compile_is_told_before_anything_is_fetched(desk: Desk) -> None:
    desk.write('[sources.p]\nkind = "page"\nurl = "{base}/p"\nitem = "li:frist-child"\ntitle = "a"\n')
    done = desk.run("sources", "check")
    told = done.stderr.decode()
    assert done.returncode == 2 and "sources.p.item: expected a CSS selector" in told and "li:frist-child" in told
    assert desk.server.paths() == []


def test_what_the_configuration_notes_is_told_first(desk: Desk) -> None:
    desk.write(GOOD, '[health]\nping = "env:A_VARIABLE_THAT_IS_NOT_SET"\n')
    desk.serve("/good", rss())
    assert any("health.ping" in note for note in desk.json("sources", "check")["notes"])
    assert b"health.ping" in desk.run("sources", "check").stderr


def test_a_source_that_is_off_is_tried_only_when_it_is_named(desk: Desk) -> None:
    desk.write(GOOD, GONE + "enabled = false\n")
    desk.serve("/good", rss())
    desk.serve("/gone", rss())
    assert [each["id"] for each in desk.json("sources", "check")["sources"]] == ["good"]
    assert [each["id"] for each in desk.json("sources", "check", "gone")["sources"]] == ["gone"]


def test_an_unknown_id_and_a_wrong_file_are_wrong_use(desk: Desk) -> None:
    desk.write(GOOD)
    done = desk.run("sources", "check", "goood")
    assert done.returncode == 2 and b'did you mean "good"' in done.stderr
    desk.write('[sources.good]\nkind = "feeed"\nurl = "{base}/x"\n')
    done = desk.run("sources", "check")
    assert done.returncode == 2 and b"sources.good.kind" in done.stderr and done.stdout == b""


def test_a_private_address_is_refused_and_told_how_it_may_be_allowed(desk: Desk) -> None:
    desk.write(GOOD, head='[settings]\ntimezone = "UTC"\n')
    (found,) = desk.json("sources", "check", status=1)["sources"]
    assert found["code"] == "blocked_address" and "allow_private_hosts" in found["advice"]
    assert desk.server.paths() == []


def test_what_a_server_says_cannot_move_the_terminal(desk: Desk) -> None:
    desk.write(GOOD)
    desk.serve("/good", b'{"message": "\\u001b[2J\\u009b31m gone"}', "application/json", 404)
    done = desk.run("sources", "check")
    assert b"\x1b" not in done.stdout and "\x9b".encode() not in done.stdout
