from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desks import Desk, Faultd  # noqa: E402  (tests/ is no package)


@pytest.fixture(scope="session")
def faults() -> Iterator[Faultd]:
    with Faultd() as running:
        yield running


@pytest.fixture
def desk(faults: Faultd, tmp_path: Path) -> Desk:
    faults.clear()
    return Desk(tmp_path, faults)
