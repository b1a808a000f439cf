"""Whether a source's listing has slid past since it was last read whole: what came and went in between was never seen.

Nothing more is remembered for it: when everything that a whole listing holds is new, nothing of the last one is left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from aggregator import floods
from aggregator.model import Poll
from aggregator.storage.matching import Incoming

NOTE = "window_overrun"


def overrun(polls: Sequence[Poll], arrived: Sequence[Incoming], rows: Any, but: Collection[str]) -> set[str]:
    """Return the sources whose listings hold nothing of what they held before; `rows` are the sources' rows as they
    were, and `but` are sources whose listings are another's."""
    kept = {one.poll.source.id for one in arrived if one.known is not None or one.buried}
    return {
        poll.source.id
        for poll in polls
        if poll.source.kind in floods.KINDS
        and poll.listed
        and not poll.unchanged
        and poll.source.id not in kept
        and poll.source.id not in but
        and rows[poll.source.id].baseline_at is not None
        and rows[poll.source.id].facts.get("window")
    }
