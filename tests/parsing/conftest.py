from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from parsing_desks import FIFTIETH, Desk  # noqa: E402  (tests/ is no package)

from aggregator.parsing import Limits  # noqa: E402


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    """Makes desks; their workers end with the test."""
    made: list[Desk] = []

    def make(limits: Limits = FIFTIETH, reader: str = "hostile_readers:read") -> Desk:
        made.append(Desk(limits, reader))
        return made[-1]

    yield make
    for one in made:
        one.pool.close()
