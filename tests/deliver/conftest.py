from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "storage")]

from house import Desk, House  # noqa: E402  (tests/ is no package)

from aggregator.storage import Store  # noqa: E402


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with Store.open(database, regions={"qwen": "cn", "zhipu": "cn"}) as store:
        yield House(store, Desk())
