"""The documented way in from Python: the example in the docs runs, and no name is missing."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from demo_world import World

from aggregator import api
from aggregator.errors import UsageError

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "python.md"


def test_the_example_in_the_documentation_is_what_happens(polled: World) -> None:
    text = DOCUMENT.read_text("utf-8")
    names = {"config": str(polled.config), "database": polled.database}
    example = doctest.DocTestParser().get_doctest(text, names, "python.md", str(DOCUMENT), 0)
    assert len(example.examples) == 2
    told: list[str] = []
    doctest.DocTestRunner().run(example, out=told.append)
    assert told == [], "".join(told)


def test_there_are_four_names() -> None:
    assert sorted(api.__all__) == ["digest", "items", "open_store", "releases"]


def test_python_and_the_command_give_the_same(polled: World) -> None:
    window = ("2026-02-10", "2026-02-17")
    told = polled.run("digest", "--since", window[0], "--until", window[1], "--language", "zh").out
    with api.open_store(str(polled.config), polled.database, environ=polled.environ) as store:
        assert api.digest(store, *window, language="zh") == told
        with pytest.raises(UsageError):
            api.items(store, since="tomorrow-ish")
