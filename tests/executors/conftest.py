from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engines import Engine, engine_of  # noqa: E402  (tests/ is no package)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A container engine with the image built; skips where none works."""
    return engine_of(tmp_path_factory.getbasetemp().parent)
