"""A digest as data: the form of `digest --format json` (the contract's), in the reader's language where it speaks."""

from __future__ import annotations

from typing import Any

from aggregator import shapes
from aggregator.digest import sentences
from aggregator.digest.entries import Digest, Entry
from aggregator.digest.layout import headline
from aggregator.digest.news import News
from aggregator.digest.pages import plain
from aggregator.digest.phrases import Phrases

_OF_RELEASE = (
    "line", "generation", "lab", "region", "status", "openness", "open", "licence", "sizes", "modalities", "claims",
)  # fmt: skip


def as_data(digest: Digest) -> dict[str, Any]:
    """Plain values, nothing folded: every entry, and as many stories as the digest holds."""
    say = Phrases(digest.language)
    return {
        "from": shapes.moment(digest.since),
        "to": shapes.moment(digest.until),
        "language": digest.language,
        "headline": [plain(line) for line in headline(digest, say)],
        "releases": [_entry(e, say, digest.timezone) for e in digest.releases],
        "also": [_entry(e, say, digest.timezone) for e in digest.also],
        "peers": [_entry(e, say, digest.timezone) for e in digest.peers],
        "rumours": [_entry(e, say, digest.timezone) for e in digest.rumours],
        "news": [_news(n) for n in digest.news],
        "more": {"news": digest.more_news},
        "sources": {"polled": digest.polled, "failed": list(digest.failed), "deferred": list(digest.deferred)}
        | ({"held": list(digest.held)} if digest.held else {}),
    }


def _entry(entry: Entry, say: Phrases, timezone: str) -> dict[str, Any]:
    whole = shapes.of_release(entry.release)
    return {
        **{key: whole[key] for key in _OF_RELEASE},
        "change": entry.change,
        "importance": entry.importance,
        "reasons": [_reason(reason.rule, reason.points, reason.number, say) for reason in entry.reasons],
        "summary": sentences.whole_summary(entry, say, timezone),
        "links": [
            {"kind": one.kind, "url": one.url, "title": one.title, "source": one.source, "language": one.language}
            for one in entry.links
        ],
        "sources": entry.sources,
    }


def _reason(rule: str, points: int, number: int, say: Phrases) -> str:
    words = say(f"reason.{rule}", n=number) if number else say(f"reason.{rule}")
    return f"{words} +{points}"


def _news(news: News) -> dict[str, Any]:
    return {
        "story": news.story,
        "title": news.title,
        "language": news.language,
        "url": news.url,
        "kind": news.kind,
        "topics": list(news.topics),
        "labs": list(news.labs),
        "lines": list(news.lines),
        "sources": news.sources,
    }
