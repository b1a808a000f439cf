"""The demo world behind a real server, made once; only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from demo_world import World
from web_world import Web, served


@pytest.fixture(scope="session")
def web(polled: World) -> Iterator[Web]:
    with polled.open() as application, served(application) as running:
        yield running
