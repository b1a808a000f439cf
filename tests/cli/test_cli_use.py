"""The command line as such: wrong use, help, broken pipes, where things are read from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from demo_world import QUIET, ROOT, World, run_here, start_process

from aggregator.cli import COMMANDS

Started = Callable[[subprocess.Popen[str]], subprocess.Popen[str]]
WRONG = [
    ["nosuch"], ["pol"], ["poll", "--nosuch"], ["poll", "extra"], ["poll", "--source"], ["items", "--kind", "nosuch"],
    ["items", "--limit", "x"], ["items", "--limit", "-1"], ["items", "--offset", "-1"], ["items", "--since", "soon"],
    ["items", "--since", ""], ["items", "--until", "2026-13-01"], ["items", "--since", "99999999999d"],
    ["items", "--since", "2026-02-30"], ["items", "--since", "0001-01-01T00:00+14:00"],
    ["releases", "--status", "maybe"], ["releases", "--openness", "free"], ["digest", "--format", "pdf"],
    ["digest", "--language", "de"], ["digest", "--date", "2026-02-30"], ["digest", "--date", "tomorrow-ish"],
    ["digest", "--since", "2026-02-12", "--until", "2026-02-10"], ["digest", "--date", "2026-02-16", "--since", "24h"],
    ["show"], ["show", "a", "b"], ["db"], ["db", "nosuch"], ["db", "backup"], ["db", "restore"], ["--nosuch"],
    ["sources", "nosuch"], ["stories", "--limit", "x"], ["poll", "--source", ""], ["poll", "--source", "\x00"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG, ids=lambda value: " ".join(value).replace("\x00", "NUL"))
def test_wrong_use_is_exit_2_without_a_traceback(polled: World, arguments: list[str]) -> None:
    told = polled.run(*arguments)
    assert (told.status, told.out) == (2, ""), told.err
    assert told.err
    assert "Traceback" not in told.err


ODD = [
    ["items", "\x00"], ["items", "\udcff"], ["items", "--line", "\x00"], ["items", "--lab", "\udcff"], ["show", "\x00"],
    ["show", "\udcff"], ["show", ""], ["releases", "\udcff"], ["stories", "\udcff"], ["items", "x" * 100_000],
    ["items", "--limit", "99999999999999999999"], ["items", "--offset", "99999999999999999999"],
    ["items", *["word"] * 500], ["releases", "--licence", "\udcff"], ["items", "--since", "9999-12-31"],
    ["items", "--until", "0001-01-02"], ["digest", "--date", "9999-12-31"], ["digest", "--date", "0001-01-01"],
    ["digest", "--output", "\x00"], ["db", "backup", "\x00"], ["db", "backup", "/nosuch/folder/x.db"],
    ["db", "restore", "/nosuch/x.db"], ["db", "restore", "\x00"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", ODD, ids=lambda value: ascii(" ".join(value))[:40])
def test_odd_arguments_have_a_documented_end(polled: World, arguments: list[str]) -> None:
    told = polled.run(*arguments)
    assert told.status in (0, 1, 2)
    assert "Traceback" not in told.err
    assert "code=internal" not in told.err


def test_a_misspelt_command_gets_a_hint(polled: World) -> None:
    assert "Did you mean 'releases'" in polled.run("release").err


@pytest.mark.parametrize(
    ("database", "code"),
    [
        ("sqlite:////nosuch/folder/x.db", "missing_directory"), ("nonsense", "bad_url"),
        ("mysql://u:secret@h/x", "unknown_database"),
        ("sqlite:///{folder}", "db_unavailable"), ("sqlite:///{folder}/sources.toml", "db_corrupt"),
    ],
)  # fmt: skip
def test_a_wrong_database_is_one_line_that_shows_no_secret(copied_world: World, database: str, code: str) -> None:
    url = database.replace("{folder}", str(copied_world.folder))
    told = run_here(["--config", str(copied_world.config), "--database", url, "items"], copied_world.environ)
    assert (told.status, told.out) in ((1, ""), (2, ""))
    assert len(told.err.splitlines()) == 1
    assert f"code={code}" in told.err
    assert "secret" not in told.err


@pytest.mark.parametrize(
    "command", ["poll", "run", "items", "releases", "digest", "sources", "status", "labs", "db check"]
)
def test_a_wrong_configuration_is_exit_2_and_nothing_happens(tmp_path: Path, command: str) -> None:
    config = tmp_path / "sources.toml"
    config.write_text('[sources.x]\nkind = "feed"\nurl = "https://example.org/feed"\nlab = "nosuch"\n')
    told = run_here(["--config", str(config), "--database", f"sqlite:///{tmp_path}/x.db", *command.split()], {})
    assert (told.status, told.out) == (2, "")
    assert "sources.x.lab" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]


def test_a_missing_sources_file_says_what_to_do(tmp_path: Path) -> None:
    told = run_here(["--config", str(tmp_path / "none.toml"), "poll"], {})
    assert told.status == 2
    assert "none.toml" in told.err
    assert len(told.err.splitlines()) == 1


def test_the_environment_names_file_and_database_and_options_win(polled: World, tmp_path: Path) -> None:
    environ = {**polled.environ, "AGGREGATOR_CONFIG": str(polled.config), "AGGREGATOR_DATABASE_URL": polled.database}
    assert run_here(["status", "--json"], environ).data["items"] > 100
    other = f"sqlite:///{tmp_path}/empty.db"
    assert run_here(["--database", other, "status", "--json"], environ).data["items"] == 0
    assert run_here(["--config", str(tmp_path / "none.toml"), "status"], environ).status == 2


def test_an_empty_database_answers_every_question(fresh_world: World) -> None:
    for command in ("items", "releases", "stories", "sources", "status", "labs", "digest", "db check", "db prune"):
        told = fresh_world.run(*command.split())
        assert told.status == 0, (command, told.err)
    assert fresh_world.run("items", "--json").data == {"items": [], "total": 0}
    assert fresh_world.run("digest", "--format", "json").data["releases"] == []


# ---------------------------------------------------------------- help


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["--version"], *([name, "--help"] for name in COMMANDS)], ids=" ".join
)
def test_help_is_told_on_standard_output(arguments: list[str]) -> None:
    told = run_here(arguments, {})
    assert (told.status, told.err) == (0, "")
    assert told.out


def test_help_names_every_command() -> None:
    out = run_here(["--help"], {}).out
    assert re.findall(r"(?m)^  (\w+)  ", out.partition("Commands:")[2]) == list(COMMANDS)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["poll", "--help"], ["items", "--help"], ["digest", "--help"]], ids=" ".join
)
def test_help_is_quick_and_imports_no_heavy_package(arguments: list[str]) -> None:
    best = 9.0
    for _ in range(4):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "aggregator", *arguments],
            env={**QUIET, "PATH": os.environ.get("PATH", "")}, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        best = min(best, time.monotonic() - began)
        imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
        assert not imported & {"sqlmodel", "sqlalchemy", "alembic", "httpx", "feedparser", "bs4", "apscheduler", "rich"}
        if best < 0.3:
            break
    assert best < 0.3


# ---------------------------------------------------------------- streams


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_error(polled: World, started: Started) -> None:
    for arguments in (
        ["items", "--limit", "500", "--json"],
        ["digest", "--since", "2026-02-10", "--until", "2026-02-17"],
    ):
        read, write = os.pipe()
        os.close(read)
        process = started(polled.start(*arguments, stdout=write))
        os.close(write)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_output_that_cannot_be_written_is_one_line_and_exit_1(polled: World, started: Started) -> None:
    with open("/dev/full", "w") as full:
        process = started(polled.start("items", "--json", stdout=full))
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "code=output_failed" in err
    assert len(err.splitlines()) == 1


def test_a_terminal_without_chinese_gets_numbers_and_no_traceback(polled: World, started: Started) -> None:
    process = started(polled.start("items", environ={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}))
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "\\u" in out


def test_the_working_folder_needs_no_more_than_a_sources_file(polled: World, tmp_path: Path, started: Started) -> None:
    (tmp_path / "sources.toml").write_bytes(polled.config.read_bytes())
    (tmp_path / "storage").mkdir()
    process = started(start_process(["status", "--json"], dict(polled.environ), cwd=tmp_path))
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert (tmp_path / "storage" / "aggregator.db").exists()
    assert '"items": 0' in out
    assert tmp_path != ROOT


def test_a_narrow_terminal_gives_its_room_to_titles() -> None:
    """Other columns are left out before the title has fewer than 32 cells; wide signs count twice."""
    from aggregator.cli.output import fitting

    columns = ("when", "kind", "about", "title", "source", "id")
    row = ("2026-02-18 16:30", "comparison", "Qwen3.5, GLM-5, Kimi-K2.5", "字" * 40, "a-source-of-news", "0" * 16)
    for width in (200, 120, 100, 80, 60):
        found = fitting(columns, [row], width, (3, 2), (4, 1))
        assert sum(found.values()) + 2 * (len(found) - 1) <= width
        assert found[3] >= (25 if width == 80 else 32 if width > 80 else 8), (width, found)
        assert {0, 2, 3, 5} <= set(found)
    assert list(fitting(columns, [row], 200, (3, 2), (4, 1))) == [0, 1, 2, 3, 4, 5]
    assert list(fitting(columns, [row], 80, (3, 2), (4, 1))) == [0, 2, 3, 5]
