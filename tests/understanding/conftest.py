"""One reader for all tests of understanding."""

from __future__ import annotations

import pytest
from reading import Reader


@pytest.fixture(scope="session")
def read() -> Reader:
    return Reader()
