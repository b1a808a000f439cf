"""kill -9 between fetch and acknowledgement at random moments; test_fault_points.py has the named ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from delivery_kills import run


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_three_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    figures = run(tmp_path, moments=300, seed=6)
    print(figures)
    assert figures.wrong == []
    assert figures.killed > 200
