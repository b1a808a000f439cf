"""What a person and a browser see is the same on both databases: every reading command, every page, the API.

The polled demo world is copied from SQLite to PostgreSQL by `db copy`; then each answer is compared, byte for byte.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from databases import Postgres
from demo_world import World

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from web_world import DAY, LANGUAGES, served  # noqa: E402  (tests/ is no package)

COMMANDS = (
    "items --limit 200", "items --json --limit 200", "items 开源", "items GLM-5 --json", "items --source tensor",
    "releases", "releases --json", "releases --status open", "releases --lab qwen --json", "show Qwen3.5",
    "show Qwen3.5 --explain --json", "stories --limit 100", "stories --json", "labs --json", "gap", "sources --json",
    f"digest --date {DAY}", f"digest --date {DAY} --format json", f"digest --date {DAY} --language zh", "digest --since 90d",
    f"digest --date {DAY} --format html", "db check", "sources",
)  # fmt: skip
API = (
    "/api/v1/releases", "/api/v1/items?limit=50", "/api/v1/items?words=GLM-5", "/api/v1/stories", "/api/v1/labs",
    "/feeds/releases.atom", "/feeds/releases.rss", "/feeds/releases.json", "/api/v1/openapi.json", "/readyz",
)  # fmt: skip


@pytest.fixture(scope="module")
def both(polled: World, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[tuple[World, World]]:
    """The polled world on SQLite and the same on PostgreSQL. Only read them."""
    with postgres.database() as url:
        told = polled.run("db", "copy", "--to", url)
        assert told.status == 0, told.err
        yield polled, replace(polled, database=url)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_the_same_on_both(both: tuple[World, World], command: str) -> None:
    here, there = (world.run(*command.split()) for world in both)
    assert here.status in (0, 1, 3), here.err
    assert there == replace(here, err=there.err)
    assert len(here.out) > 1


@pytest.mark.slow
def test_every_page_and_the_api_say_the_same_on_both(both: tuple[World, World]) -> None:
    here, there = both
    with here.open() as sqlite, there.open() as postgresql, served(sqlite) as one, served(postgresql) as other:
        paths = [path for language in LANGUAGES for path in one.paths(language).values()]
        for path in (*paths, *API):
            mine, yours = one.get(path), other.get(path)
            assert (mine.status_code, yours.status_code) == (200, 200), path
            assert _plain(mine.text, one.base) == _plain(yours.text, other.base), path


def _plain(text: str, base: str) -> str:
    """Without what differs between two servers: their ports, the moment."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z", "T", text.replace(base, "BASE"))


@pytest.mark.slow
def test_poll_send_and_serve_work_on_postgresql(
    fresh_world: World, postgres: Postgres, started: Callable[[subprocess.Popen[str]], subprocess.Popen[str]]
) -> None:
    text = fresh_world.config.read_text("utf-8")
    folder = fresh_world.folder / "digests"
    fresh_world.config.write_text(f'{text}\n[digest]\nat = "00:00"\ndirectory = "{folder}"\n', "utf-8")
    with postgres.database(empty=True) as url:
        world = replace(fresh_world, database=url)
        assert world.run("poll").status == 3  # two of its sources are broken
        again = world.run("poll", "--json").data
        assert sum(one["new"] for one in again["sources"]) == 0
        assert world.run("send", "--dry-run").status == 0
        assert world.run("send").status == 0
        assert [one["state"] for one in world.run("digests", "list", "--json").data["digests"]] == ["delivered"]
        assert sorted(path.suffix for path in folder.iterdir()) == [".html", ".md"]
        assert world.run("db", "check").status == 0
        process = started(world.start("serve", "--port", "0"))
        assert process.stderr is not None
        base = next(line.split(" at ")[1].split("/ ")[0] for line in process.stderr if "Serving" in line)
        assert httpx.get(f"{base}/en/models", timeout=30).status_code == 200
        assert "Qwen3.5" in httpx.get(f"{base}/api/v1/releases", timeout=30).text
        process.terminate()
        assert process.wait(20) == 0
