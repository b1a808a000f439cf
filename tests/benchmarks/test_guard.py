"""Nothing became slow, in units of the floor; and a slow-down would be noticed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from aggregator.understanding import Understanding  # noqa: E402
from benchmarks import guard  # noqa: E402  (benchmarks/ is no installed package)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def rig() -> Iterator[guard.Rig]:
    with guard.rigged() as made:
        yield made


def test_nothing_takes_more_than_half_again_as_much_as_it_did(rig: guard.Rig) -> None:
    kept = guard.kept()
    told = guard.complaints(guard.ratios(rig, rounds=3), kept)
    if told:  # one look more, for a disturbance that hit one side only
        print(told)
        told = guard.complaints(guard.ratios(rig, rounds=5), kept)
    assert not told


def test_a_slow_down_is_noticed(rig: guard.Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Understanding.labels

    def slow(self: Understanding, *args: Any, **more: Any) -> Any:
        for _ in range(2):
            quick(self, *args, **more)
        return quick(self, *args, **more)

    monkeypatch.setattr(Understanding, "labels", slow)
    found = guard.ratios(rig, rounds=1, only=["understanding"])
    kept = {"understanding": guard.kept()["understanding"]}
    assert [line.partition(":")[0] for line in guard.complaints(found, kept)] == ["understanding"]
