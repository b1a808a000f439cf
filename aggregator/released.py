"""The day on which a line came out, by the best evidence that is stored, and what that day rests on. Pure.

`announced`: a text names the day. `catalogue`: a catalogue's own date of the model. `hub`: the creation of the lab's
repository. `seen`: the first evidence. The first three may be long before the first evidence, where a line came out before
anything was polled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from aggregator.model import Artifact, Showing
from aggregator.understand import when

ANNOUNCED, CATALOGUE, HUB, SEEN = "announced", "catalogue", "hub", "seen"
PRIVATE = timedelta(days=14)
"""How long a repository may have existed before its line came out."""


class Released(NamedTuple):
    """When a line came out, in UTC, and the evidence for it: one of the four words above."""

    at: datetime
    by: str


def released(
    showings: Sequence[Showing], artifacts: Iterable[Artifact], catalogued: Iterable[datetime | None], seen: datetime
) -> Released:
    """The earliest day that a text, a catalogue or the first evidence (`seen`) gives: none of them can be too early.

    A repository is made before it is public: its day counts only where it is more than `PRIVATE` before those. Of equal days
    the better evidence is named, in the order of the module's docstring.
    """
    days = [Released(seen, SEEN)]
    days += [Released(at, CATALOGUE) for at in catalogued if at is not None]
    days += [Released(at, ANNOUNCED) for at in _announced(showings)]
    order = (ANNOUNCED, CATALOGUE, HUB, SEEN)
    best = min(days, key=lambda one: (one.at.date(), order.index(one.by), one.at))
    created = min((a.created for a in artifacts if a.first_party and a.weights and a.created is not None), default=None)
    if created is not None and (created < best.at - PRIVATE or (best.by == SEEN and created.date() == best.at.date())):
        return Released(created, HUB)
    return best


def _announced(showings: Iterable[Showing]) -> Iterable[datetime]:
    """The days that texts of the highest trust name as that of the release."""
    found: dict[int, list[datetime]] = {}
    for showing in showings:
        for name, code in showing.facts:
            days = when.past(code, showing.at.date()) if name == "out_on" else None
            if days is not None:
                found.setdefault(showing.trust, []).append(datetime.combine(days[0], time(), UTC))
    return found[max(found)] if found else ()
