"""docs/guarantees.md names every case of the catalogue, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "guarantees.md").read_text("utf-8")
LAST = {"N": 15, "H": 30, "P": 31, "S": 22, "A": 12, "D": 19, "C": 9, "T": 12, "M": 24, "K": 11, "X": 19}
"""The number of cases of each letter."""
STATES = ("holds", "partly", "open", "does not apply")
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if re.match(r"\| [A-Z]\d+ \|", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def names_in(path: str) -> list[str]:
    return re.findall(r"def (test_\w+)", (TESTS / path).read_text("utf-8"))


def test_every_case_of_the_catalogue_is_in_the_table_once() -> None:
    wanted = [f"{letter}{number}" for letter, last in LAST.items() for number in range(1, last + 1)]
    assert list(ROWS) == wanted
    assert len(re.findall(r"(?m)^\| [A-Z]\d+ \|", PAGE)) == len(wanted)


@pytest.mark.parametrize("identifier", ROWS)
def test_a_row_has_a_state_and_its_tests_exist(identifier: str) -> None:
    _, state, proof = ROWS[identifier]
    assert state in STATES
    assert proof, f"{identifier}: neither a test nor a reason"
    named = re.findall(r"`([\w/]+\.py)(?:::(test_\w+))?`(?:: ([A-Z]\d+))?", proof)
    assert named or state in ("open", "does not apply"), f"{identifier}: no test"
    for path, name, case in named:
        names = names_in(path)
        if name:
            assert name in names, f"{identifier}: {path} has no {name}"
        else:
            assert case == identifier
            assert any(case in name.upper().split("_")[1:6] for name in names), f"{path}: no test for {case}"


def test_the_numbers_in_the_text_are_those_of_the_table() -> None:
    told = re.search(r"Today: (\d+) hold, (\d+) partly,\s+(\d+) open, (\d+) do not apply", PAGE)
    assert told
    assert [int(n) for n in told.groups()] == [sum(row[1] == state for row in ROWS.values()) for state in STATES]
