"""Every named fault point by every action: nothing is lost, nothing is told twice, and the next start goes on.

`make test` has one of each walk; the slow suite all of them. docs/guarantees.md lists the points.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databases import Postgres
from delivery_kills import ELSEWHERE, ROOT, Driver, run
from fault_scenes import play

from aggregator import faults
from aggregator.faults import ACTIONS, POINTS

DAILY = [point for point in POINTS if not point.startswith(ELSEWHERE)]
OTHERS = [point for point in POINTS if point.startswith(ELSEWHERE)]
SHORT = ("store.items:kill", "poll.committed:stall", "plan.posted:raise", "send.taken:kill", "file.written:kill")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    started = Driver({})
    yield started
    started.end()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_some_of_each_walk(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    figures = run(tmp_path, SHORT)
    record_property("faults", str(figures))
    print(figures)
    assert figures.wrong == []
    assert set(figures.reached) == set(SHORT)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_some_of_each_walk_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        figures = run(tmp_path, (*SHORT, "send.concluding:stall", "store.committing:raise"), url=url)
    print(figures)
    assert figures.wrong == []
    assert figures.killed == 3 and not (tmp_path / "kills.db").exists()


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_point_of_a_workers_day_on_postgresql(action: str, tmp_path: Path, postgres: Postgres) -> None:
    """All but those of backups, which a server's owner makes."""
    wanted = [f"{point}:{action}" for point in DAILY if not point.startswith("backup.")]
    with postgres.database() as url:
        figures = run(tmp_path, wanted, url=url)
    print(figures)
    assert figures.wrong == []
    assert set(figures.reached) == set(wanted)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("half", [0, 1])
def test_every_point_of_a_workers_day_by_one_of_the_actions(half: int, tmp_path: Path) -> None:
    """All points, each by one action, the actions in turn; every point by every action is for make soak."""
    wanted = [f"{point}:{ACTIONS[place % len(ACTIONS)]}" for place, point in enumerate(DAILY)][half::2]
    figures = run(tmp_path, wanted)
    print(figures)
    assert figures.wrong == []
    assert set(figures.reached) == set(wanted)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("action", ACTIONS)
def test_every_point_of_a_workers_day(
    action: str, half: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    wanted = [f"{point}:{action}" for point in DAILY[half::2]]
    figures = run(tmp_path, wanted)
    record_property("faults", str(figures))
    print(figures)
    assert figures.wrong == []
    assert set(figures.reached) == set(wanted)
    assert figures.pruned > 10


@pytest.mark.parametrize(
    "action", [pytest.param("kill"), *(pytest.param(a, marks=pytest.mark.soak) for a in ACTIONS[1:])]
)
@pytest.mark.parametrize(
    "point", [p if p == "schema.stepped" else pytest.param(p, marks=pytest.mark.soak) for p in OTHERS]
)
def test_D4_every_point_of_an_upgrade_a_restore_and_a_relabelling(
    point: str, action: str, driver: Driver, tmp_path: Path
) -> None:
    assert play(driver, tmp_path, f"{point}:{action}") == []


def test_the_variable_reaches_the_program(fresh_world: object, tmp_path: Path) -> None:
    """FAULT in the environment of the real command line."""
    from demo_world import World

    assert isinstance(fresh_world, World)
    killed = fresh_world.start("db", "backup", str(tmp_path / "b.db"), environ={"FAULT": "backup.copied:kill"})
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert not (tmp_path / "b.db").exists()
    wrong = fresh_world.start("status", environ={"FAULT": "no.such.point:kill"})
    _, told = wrong.communicate(timeout=60)
    assert wrong.returncode != 0 and "no.such.point" in told


def test_every_point_is_in_the_program_once_and_on_the_page() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "aggregator").rglob("*.py"))
    used = re.findall(r'faults\.at\("([a-z.]+)"\)', source)
    assert sorted(used) == sorted(POINTS)
    page = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
    listed = re.findall(r"(?m)^\| `([a-z]+\.[a-z]+)` \| (.+?) \|$", page)
    assert dict(listed) == POINTS


def test_without_a_fault_a_point_is_a_comparison() -> None:
    """A million points in well under a second, so that they cost nothing where they stand."""
    code = "import timeit; from aggregator import faults; print(timeit.timeit(lambda: faults.at('store.items'), number=100_000))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert float(told.stdout) / 100_000 < 5e-6


def test_a_fault_that_is_none_is_refused() -> None:
    for wanted in ("store.items", "store.items:explode", "nowhere:kill"):
        with pytest.raises(ValueError, match="FAULT="):
            faults.arm(wanted)
    faults.arm(None)
    faults.at("store.items")
