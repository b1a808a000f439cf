"""kill -9 between fetch and acknowledgement at random moments; test_fault_points.py has the named ones."""

from __future__ import annotations

from pathlib import Path

import crowds
import pytest
from databases import Postgres
from delivery_kills import run


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_sixty_kills_of_one_to_three_processes_lose_nothing_and_tell_nothing_twice(tmp_path: Path) -> None:
    """The short form of tools/kill_loop.py: workers, people who poll, send, prune and back up, on one database."""
    figures, story = crowds.run(tmp_path, 60, seed=3)
    print(figures, story)
    assert figures.wrong == []
    assert figures.killed >= 60


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_three_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    figures = run(tmp_path, moments=300, seed=6)
    print(figures)
    assert figures.wrong == []
    assert figures.killed > 200


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_forty_kills_at_random_moments_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        figures = run(tmp_path, moments=40, seed=7, url=url)
    print(figures)
    assert figures.wrong == []
    assert figures.killed > 20
