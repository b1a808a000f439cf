"""kill -9 at every named point between fetch and acknowledgement, and at random moments (the long form: 300)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from delivery_kills import run

from aggregator.faults import POINTS


@pytest.mark.timeout(300)
def test_a_kill_at_any_named_point_loses_nothing_and_tells_nothing_twice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    figures = run(tmp_path, moments=3)
    record_property("kills", str(figures))
    print(figures)
    assert figures.wrong == []
    assert set(figures.points) == set(POINTS)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_three_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    figures = run(tmp_path, points=False, moments=300, seed=6)
    print(figures)
    assert figures.wrong == []
