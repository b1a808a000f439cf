"""Several workers on one database, in the short form of tools/fleet.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from databases import Postgres
from fleet import Feeds, Fleet, disturbed, one_cycle


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_three_workers_poll_each_due_source_once_and_kills_lose_nothing(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as database, Feeds() as feeds:
        fleet = Fleet(tmp_path, database, feeds, 400)
        assert one_cycle(fleet, feeds, 3).wrong == []
        assert disturbed(fleet, feeds, 3, 6, 1, lambda told: None).wrong == []
