"""The JSON forms of the contract: from the nouns to plain values. Used by commands, exports and the API alike.

Times are ISO 8601 in UTC with `Z`; unknown values are None; texts of articles are cut to 280 characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator import text
from aggregator.model import Artifact, Item, PollOutcome, Release, Step, Story

EXCERPT = 280
"""Characters of somebody's article that any output may show."""


OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys or cannot show: controls, escapes, line breaks, marks that turn the direction, halves of pairs."""


def as_json(document: Any, indent: int | None = None) -> str:
    """A document as JSON that is safe to show: `\\u009b` stands for what a terminal would obey, and means the same.

    (The escapes of the standard library leave out what lies beyond ASCII.)
    """
    written = json.dumps(document, ensure_ascii=False, indent=indent)
    return OBEYED.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", written)


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, to the second (to the microsecond where there is one)."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def of_item(item: Item) -> dict[str, Any]:
    """The form of `items --json`."""
    return {
        "id": item.id,
        "source": item.source,
        "guid": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": text.cut(item.summary, EXCERPT) if item.summary else "",
        "author": item.author,
        "language": item.language,
        "published": moment(item.published),
        "first_seen": moment(item.first_seen),
        "appeared": moment(item.appeared),
        "kind": item.kind,
        "topics": list(item.topics),
        "labs": list(item.labs),
        "lines": list(item.lines),
        "mentions": list(item.mentions),
        "story": item.story,
        "copy_of": item.copy_of,
        "late": item.late,
        "baseline": item.baseline,
    }


def of_artifact(artifact: Artifact) -> dict[str, Any]:
    """One member of a release's `artifacts`."""
    return {
        "hub": artifact.hub,
        "id": artifact.id,
        "kind": artifact.kind,
        "size": artifact.size,
        "precision": artifact.precision,
        "bytes": artifact.bytes,
        "licence": artifact.licence,
        "url": artifact.url,
        "created": moment(artifact.created),
    }


def of_step(step: Step) -> dict[str, Any]:
    """One member of a release's `timeline`."""
    return {"status": step.status, "at": moment(step.at), "item": step.item, "url": step.url}


def of_release(release: Release) -> dict[str, Any]:
    """The form of `releases --json`."""
    return {
        "line": release.line,
        "generation": release.generation,
        "lab": release.lab,
        "region": release.region,
        "family": release.family,
        "version": release.version,
        "status": release.status,
        "openness": release.openness,
        "open": dict(release.open),
        "licence": release.licence,
        "modalities": list(release.modalities),
        "sizes": list(release.sizes),
        "params_total": release.params_total,
        "params_active": release.params_active,
        "context": release.context,
        "languages": release.languages,
        "architecture": list(release.architecture),
        "capabilities": list(release.capabilities),
        "first_seen": moment(release.first_seen),
        "timeline": [of_step(step) for step in release.timeline],
        "artifacts": [of_artifact(artifact) for artifact in release.artifacts],
        "claims": [_plain(claim) for claim in release.claims],
        "disputes": [_plain(dispute) for dispute in release.disputes],
        "expected": None if release.expected is None else _plain(release.expected),
        "items": release.items,
        "stories": release.stories,
    }


def of_story(story: Story) -> dict[str, Any]:
    """The form of `stories --json`."""
    return {
        "id": story.id,
        "title": story.title,
        "first_seen": moment(story.first_seen),
        "last_seen": moment(story.last_seen),
        "labs": list(story.labs),
        "lines": list(story.lines),
        "items": list(story.items),
        "sources": story.sources,
        "languages": list(story.languages),
    }


def of_outcome(outcome: PollOutcome) -> dict[str, Any]:
    """One member of `poll --json`'s `sources`."""
    form: dict[str, Any] = {
        "id": outcome.id,
        "outcome": outcome.outcome,
        "new": outcome.new,
        "updated": outcome.updated,
        "error": outcome.error,
        "seconds": outcome.seconds,
    }
    if outcome.code:
        form["code"] = outcome.code
    if outcome.retry_at:
        form["retry_at"] = moment(outcome.retry_at)
    if outcome.notes:
        form["notes"] = list(outcome.notes)
    return form


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: moment(entry) if isinstance(entry, datetime) else entry for key, entry in value.items()}
