"""`send`, `digests` and `status` as a person uses them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from demo_world import World


def with_digest(world: World, lines: str) -> World:
    text = world.config.read_text("utf-8")
    world.config.write_text(
        text + f'\n[digest]\nat = "23:59"\ndirectory = "{world.folder}/digests"\n{lines}\n', "utf-8"
    )
    return world


def today() -> str:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date().isoformat()


def test_send_plans_today_before_its_hour_and_is_safe_to_repeat(copied_world: World) -> None:
    world = with_digest(copied_world, "")
    first = world.run("send", "--json")
    assert first.status == 0
    (form,) = first.data["digests"]
    assert (form["subscriber"], form["date"], form["planned"]) == ("default", today(), True)
    assert [(m["channel"], m["state"]) for m in form["messages"]] == [("file", "sent"), ("file", "sent")]
    again = world.run("send", "--json")
    assert (again.status, again.data["digests"][0]["planned"]) == (0, False)
    written = (world.folder / "digests" / f"{today()}.md").read_text("utf-8")
    assert world.run("digests", "show", today()).out == written
    (listed,) = world.run("digests", "list", "--json").data["digests"]
    assert (listed["date"], listed["state"]) == (today(), "delivered")
    status = world.run("status", "--json")
    assert (status.data["last_digest"], status.data["backlog"]["messages"], status.data["dead"]) == (today(), 0, [])


def test_a_dry_run_changes_no_byte(copied_world: World) -> None:
    world = with_digest(copied_world, 'to = ["team@example.org"]\nsender = "d@example.org"')
    world.run("status")
    before = hashlib.sha256(world.file.read_bytes()).hexdigest()
    told = world.run("send", "--dry-run")
    assert told.status == 0
    assert "would send" in told.out and "team@example.org" in told.out
    assert hashlib.sha256(world.file.read_bytes()).hexdigest() == before
    assert not (world.folder / "digests").exists()


def test_one_channel_that_fails_is_exit_3_and_all_of_them_exit_1(copied_world: World) -> None:
    world = with_digest(copied_world, 'to = ["team@example.org"]\nsender = "d@example.org"')
    told = world.run("send")
    assert told.status == 3
    assert "SMTP_URL" in told.out + told.err
    text = world.config.read_text("utf-8").replace(f'directory = "{world.folder}/digests"', "")
    world.config.write_text(text, "utf-8")
    assert world.run("--database", f"sqlite:///{world.folder}/other.db", "send").status == 1


def test_wrong_dates_are_refused(copied_world: World) -> None:
    assert copied_world.run("send", "--date", "tomorrow").status == 2
    assert copied_world.run("send", "--date", "2999-01-01").status == 2
    assert copied_world.run("digests", "show", "2020-01-01").status == 1
