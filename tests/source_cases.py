"""A test case of a source kind as it stands in a folder: bytes, and beside them what they give (tests/cases/README.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Entry, Reading, Source
from aggregator.parsing import read_safely
from aggregator.sources import Endpoints

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def read_case(path: Path) -> tuple[Reading, dict[str, Any]]:
    """A case read as it stands beside its bytes; `sources record` writes the further keys (now, answered, …)."""
    case = json.loads(path.read_text("utf-8"))
    options = case.get("source", {})
    url = case.get("source_url", case["url"])
    source = Source("case", path.parent.name, url, timezone=options.pop("timezone", None), options=options)
    ask = Ask(case["url"], **case.get("ask", {}))
    headers = {"content-type": "application/octet-stream", **case["headers"]}
    answer = Answer(case.get("answered", case["url"]), 200, headers, (path.parent / case["body"]).read_bytes())
    now = datetime.fromisoformat(case["now"]) if "now" in case else NOW
    return read_safely(ask, answer, source, case.get("cursor", {}), Endpoints(**case.get("endpoints", {})), now), case


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


def assert_case(path: Path) -> None:
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
