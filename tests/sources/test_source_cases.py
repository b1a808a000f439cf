"""Every composed body under tests/cases gives the entries, or the error, that stand beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.parsing import read_safely
from aggregator.sources import KINDS, Endpoints

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EXPECTED = sorted(p for kind in KINDS for p in (CASES / kind).glob("*.expected.json"))


def read_case(path: Path) -> tuple[Reading, dict[str, Any]]:
    case = json.loads(path.read_text("utf-8"))
    options = case.get("source", {})
    source = Source("case", path.parent.name, case["url"], timezone=options.pop("timezone", None), options=options)
    ask = Ask(case["url"], **case.get("ask", {}))
    headers = {"content-type": "application/octet-stream", **case["headers"]}
    answer = Answer(case["url"], 200, headers, (path.parent / case["body"]).read_bytes())
    return read_safely(ask, answer, source, case.get("cursor", {}), Endpoints(), NOW), case


def shown(entry: Entry, wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields of an entry that a case names, as JSON has them."""
    return {key: _plain(getattr(entry, key), value) for key, value in wanted.items()}


def _plain(value: Any, wanted: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, tuple):
        return [_plain(v, None) for v in value]
    if isinstance(wanted, dict) and not isinstance(value, dict):
        return {key: _plain(getattr(value, key), None) for key in wanted}
    return value


@pytest.mark.parametrize("path", EXPECTED, ids=lambda p: f"{p.parent.name}-{p.name.removesuffix('.expected.json')}")
def test_a_case_gives_what_stands_beside_it(path: Path) -> None:
    wanted = json.loads(path.read_text("utf-8"))
    if "error" in wanted:
        with pytest.raises(ParseError) as caught:
            read_case(path)
        assert caught.value.code == wanted["error"]
        return
    reading, case = read_case(path)
    found = [shown(entry, want) for entry, want in zip(reading.entries, case["entries"])]
    assert found == case["entries"]
    assert len(reading.entries) == len(case["entries"])
    assert list(reading.notes) == case["notes"]
    assert [page.url for page in reading.pages] == case.get("pages", [])
    assert reading.last is case.get("last", True)
    for key, value in case.get("cursor_after", {}).items():
        assert reading.cursor[key] == value


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
