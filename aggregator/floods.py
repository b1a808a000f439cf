"""Floods: whether a poll brought far more new things than its source ever does, or another site's. Pure rules.

Only a source whose baseline has ended is judged, and only feeds, pages and lists: a hub's repositories have identities of
their own, and a lab may well publish a hundred at once. What is held is stored like everything else; it only makes no
news, and shows nothing of any line, until a person says so (`aggregator sources release-held`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from aggregator.searching import search_tokens

KINDS = ("feed", "page", "json")
FEWEST = 30
"""Fewer new things than this are no flood, whatever is usual."""
FACTOR = 10
"""So many times what was to be expected since the last look is a flood."""
FEWEST_OF_ANOTHER = 3
_SAY_NOTHING = frozenset(
    ("a", "an", "and", "articles", "blog", "by", "comments", "feed", "for", "from", "home", "in", "latest", "news", "of",
     "on", "posts", "rss", "the", "updates")
)  # fmt: skip
"""Words of a feed's title that are no name."""


def is_flood(new: int, elapsed: timedelta | None, gap: timedelta | None, window: int) -> bool:
    """Whether `new` things at once are a flood: `elapsed` since the last good poll, `gap` the usual time between two of
    its things (None: they have no times; then the size of its listing before, `window`, says what it can bring)."""
    if new < FEWEST:
        return False
    if gap is None or gap <= timedelta(0) or elapsed is None:
        return new > 2 * window
    return new > FACTOR * max(1.0, elapsed / gap)


def is_another_site(
    hosts: Collection[str], former: Collection[str], *, new: int, listed: int, stored: int, renamed: bool = False
) -> bool:
    """Whether all that is listed is new and lies on hosts where nothing of this source ever lay, or the feed has
    another's name (`renamed`): an expired domain that somebody else has now."""
    alone = new == listed >= FEWEST_OF_ANOTHER and stored >= FEWEST_OF_ANOTHER
    return alone and (renamed or (bool(hosts) and bool(former) and not set(hosts) & set(former)))


def is_another_name(before: object, after: object) -> bool:
    """Whether two titles of a feed have no word in common, of those that say something; a date in a title changes
    daily."""
    words = [
        {w for w in search_tokens(title).split() if any(c.isalpha() for c in w)} - _SAY_NOTHING
        for title in (before, after)
        if isinstance(title, str)
    ]
    return len(words) == 2 and all(words) and not words[0] & words[1]
