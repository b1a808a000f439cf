"""Every composed body under tests/cases gives the entries, or the error, that stand beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_cases import NOW, assert_case

from aggregator.model import Answer, Ask, Reading, Source
from aggregator.parsing import read_safely
from aggregator.sources import KINDS, Endpoints

CASES = Path(__file__).parent.parent / "cases"
EXPECTED = sorted(p for kind in KINDS for p in (CASES / kind).glob("*.expected.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda p: f"{p.parent.name}-{p.name.removesuffix('.expected.json')}")
def test_a_case_gives_what_stands_beside_it(path: Path) -> None:
    assert_case(path)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"github"}))
def test_every_kind_has_cases_of_success_and_of_failure(kind: str) -> None:
    cases = [json.loads(p.read_text("utf-8")) for p in EXPECTED if p.parent.name == kind]
    assert any("error" in case for case in cases)
    assert any(case.get("entries") for case in cases)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_answer_that_did_not_change_reads_as_nothing(kind: str) -> None:
    source = Source("s", kind, "https://example.org/", options={"organisation": "x"})
    answer = Answer("https://example.org/", 304, {}, b"", not_modified=True)
    assert read_safely(Ask("https://example.org/"), answer, source, {}, Endpoints(), NOW) == Reading()
