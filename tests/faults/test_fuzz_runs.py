"""What the page of guarantees says of long fuzzing is what the runs that are written down add up to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "fuzz"))

import long  # noqa: E402  (tools/ is no package)
from fuzz import NAMES  # noqa: E402
from targets import TARGETS  # noqa: E402


def test_the_groups_hold_each_target_once() -> None:
    assert sorted(name for names in long.GROUPS.values() for name in names) == sorted(NAMES) == sorted(TARGETS)


def test_the_page_has_the_sums_of_the_runs() -> None:
    assert long.table() in (ROOT / "docs" / "guarantees.md").read_text("utf-8"), "paste: tools/fuzz/long.py --sum"


def test_no_run_that_found_something_is_forgotten() -> None:
    """A crash stays in the sums; its input is among the kept ones, which test_fuzz_crashes.py reads again."""
    for run in long.kept():
        assert run.seconds > 0 and run.executions > 0 and run.target in NAMES
        if run.crashes:
            assert list((ROOT / "tools" / "fuzz" / "crashes" / run.target).glob("*"))


@pytest.mark.parametrize(
    "told, status, expected",
    [
        ("names: 12 executions in 3 s, 0 uncaught exceptions", 0, (12, 0)),
        ("names: crash after 7 executions: tools/fuzz/crashes/names/0", 1, (7, 1)),
        ("stat::number_of_executed_units: 345\nstat::average_exec_per_sec: 9", 0, (345, 0)),
        ("ERROR: libFuzzer: deadly signal\nstat::number_of_executed_units: 345", 77, (345, 1)),
    ],
)
def test_a_run_tells_how_many_inputs_it_tried_and_whether_one_was_a_crash(
    told: str, status: int, expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess([], status, told, "")
    monkeypatch.setattr(long.subprocess, "run", lambda *_, **__: done)
    found = long.search("names", 3, 1)
    assert (found.executions, found.crashes) == expected


def test_a_search_that_tried_nothing_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 1, "ImportError: no module", "")
    monkeypatch.setattr(long.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(RuntimeError, match="names: nothing was tried"):
        long.search("names", 3, 1)
