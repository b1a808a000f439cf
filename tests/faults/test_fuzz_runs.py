"""What the page of guarantees says of long fuzzing is what the runs that are written down add up to."""

from __future__ import annotations

import sys
from pathlib import Path

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
