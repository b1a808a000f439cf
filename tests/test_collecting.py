"""The collector is put off while somebody works, and is as before when the last one has left."""

from __future__ import annotations

import gc

from aggregator import collecting


def test_full_collections_are_put_off_until_the_last_one_has_left() -> None:
    before = gc.get_threshold()
    first, second = collecting.put_off(), collecting.put_off()
    with first:
        assert gc.get_threshold()[:2] == before[:2] and gc.get_threshold()[2] > 100_000
        with second:
            pass
        assert gc.get_threshold()[2] > 100_000
    assert gc.get_threshold() == before
