"""Every input that ever brought a reader down is read again; and a short search for new ones."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "tools" / "fuzz"
sys.path.insert(0, str(FUZZ))

from fuzz import mutated  # noqa: E402  (tools/ is no package)
from targets import TARGETS, seeds_of  # noqa: E402


@pytest.mark.parametrize("name", TARGETS)
def test_kept_crashes_and_a_hundred_mutations_raise_nothing(name: str) -> None:
    chance, seeds = random.Random(7), seeds_of(name)
    kept = [path.read_bytes() for path in sorted((FUZZ / "crashes" / name).glob("*"))]
    for data in [*kept, *seeds, *(mutated(seeds, chance) for _ in range(100))]:
        TARGETS[name](data)
