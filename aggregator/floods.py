"""Floods: whether a poll brought far more new things than its source ever does, or another site's. Pure rules.

Only a source whose baseline has ended is judged, and only feeds, pages and lists: a hub's repositories have identities of
their own, and a lab may well publish a hundred at once. What is held is stored like everything else; it only makes no
news, and shows nothing of any line, until a person says so (`aggregator sources release-held`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

KINDS = ("feed", "page", "json")
FEWEST = 30
"""Fewer new things than this are no flood, whatever is usual."""
FACTOR = 10
"""So many times what was to be expected since the last look is a flood."""
FEWEST_OF_ANOTHER = 3


def is_flood(new: int, elapsed: timedelta | None, gap: timedelta | None, window: int) -> bool:
    """Whether `new` things at once are a flood: `elapsed` since the last good poll, `gap` the usual time between two of
    its things (None: they have no times; then the size of its listing before, `window`, says what it can bring)."""
    if new < FEWEST:
        return False
    if gap is None or gap <= timedelta(0) or elapsed is None:
        return new > 2 * window
    return new > FACTOR * max(1.0, elapsed / gap)


def is_another_site(hosts: Collection[str], former: Collection[str], *, new: int, listed: int, stored: int) -> bool:
    """Whether all that is listed is new and lies on hosts where nothing of this source ever lay: an expired domain that
    somebody else has now."""
    alone = new == listed >= FEWEST_OF_ANOTHER and stored >= FEWEST_OF_ANOTHER
    return alone and bool(hosts) and bool(former) and not set(hosts) & set(former)
