from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rigs import Rig  # noqa: E402  (tests/ is no package)

from aggregator.storage import Store  # noqa: E402


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Store.open(f"sqlite:///{tmp_path}/poll.db", regions={"qwen": "cn"}) as store:
        yield Rig(store)
