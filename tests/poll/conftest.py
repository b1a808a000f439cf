from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rigs import Rig  # noqa: E402  (tests/ is no package)

from aggregator.storage import Store  # noqa: E402


@pytest.fixture
def rig(database: str) -> Iterator[Rig]:
    with Store.open(database, regions={"qwen": "cn"}) as store:
        yield Rig(store)
