"""A store in a temporary folder, and invented polls made of values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aggregator.storage import Store


@pytest.fixture
def url(database: str) -> str:
    return database


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url, regions={"qwen": "cn", "zhipu": "cn", "openai": "us"}) as opened:
        yield opened
