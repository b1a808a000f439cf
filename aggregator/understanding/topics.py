"""Topics of an item: a few subjects that readers filter by, told by plain words in headline and summary, and by what
somebody is accused of (characters that were copied are copyright, whatever the words)."""

from __future__ import annotations

from functools import lru_cache

from aggregator.kinds import Verdict
from aggregator.mentions import SUMMARY, TITLE, Found
from aggregator.model import Reason
from aggregator.understand.matching import Matcher
from aggregator.understand.topics import TOPICS
from aggregator.understanding import disputes


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    return Matcher((word, topic) for topic, words in TOPICS.items() for word in words)


def of(found: Found, verdict: Verdict) -> tuple[tuple[str, ...], list[Reason]]:
    """The topics of an item that concerns a lab or the field, with the words that gave them."""
    if not found.labs and not found.domain:
        return (), []
    named: dict[str, str] = {}
    for part in (TITLE, SUMMARY):
        for hit in _matcher().find(found.lows[part]):
            named.setdefault(hit.value, found.texts[part][hit.start : hit.end])
    accused, by = disputes.topic_of(found, verdict)
    rules = dict.fromkeys(named, "word")
    if accused and accused not in named:
        named[accused], rules[accused] = by, "dispute"
    topics = tuple(topic for topic in TOPICS if topic in named)
    return topics, [Reason(f"topic={topic}", rules[topic], named[topic]) for topic in topics]
