"""kill -9 during polls; the long form is tools/kill_loop.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from killing import loop


@pytest.mark.slow
def test_killed_polls_lose_nothing_double_nothing_and_come_to_the_same_content(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    figures = loop(tmp_path, kills=8, seed=11)
    record_property("kills", str(figures))
    print(figures)
    assert figures.wrong == []
    assert figures.kills == 8
