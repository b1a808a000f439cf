"""The JSON forms of the contract, as checkers: every key with the type of its value, nothing missing, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from aggregator.model import ARTIFACT_KINDS, ITEM_KINDS, OPENNESS, STATUSES

Check = Callable[[Any], bool]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def text(value: Any) -> bool:
    return isinstance(value, str)


def moment(value: Any) -> bool:
    return isinstance(value, str) and MOMENT.fullmatch(value) is not None


def number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def several(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def one_of(*values: Any) -> Check:
    return lambda value: value in values


def form(checks: Mapping[str, Check], also: Mapping[str, Check] | None = None) -> Check:
    """A JSON object with exactly these keys; those of `also` may be there."""

    def check(value: Any) -> bool:
        explain(value, checks, also or {})
        return True

    return check


def explain(value: Any, checks: Mapping[str, Check], also: Mapping[str, Check]) -> None:
    assert isinstance(value, dict), value
    assert set(checks) - set(value) == set(), f"missing {sorted(set(checks) - set(value))} in {sorted(value)}"
    assert set(value) - set(checks) - set(also) == set(), f"foreign {sorted(set(value) - set(checks) - set(also))}"
    for name, one in value.items():
        check = checks.get(name) or also[name]
        assert check(one), f"{name}: {one!r}"


OUTCOME = form(
    {
        "id": text, "outcome": one_of("new", "updated", "unchanged", "partial", "failed", "deferred"), "new": number,
        "updated": number, "error": maybe(text), "seconds": real,
    },
    also={"code": text, "retry_at": moment, "notes": several(text)},
)  # fmt: skip
POLL = form({"sources": several(OUTCOME), "new": number, "updated": number, "failed": number})

ITEM = form(
    {
        "id": text, "source": text, "guid": text, "url": maybe(text), "title": text, "summary": text,
        "author": maybe(text), "language": maybe(text), "published": maybe(moment), "first_seen": moment,
        "appeared": moment, "kind": one_of(*ITEM_KINDS), "topics": several(text), "labs": several(text),
        "lines": several(text), "mentions": several(text), "story": maybe(text), "copy_of": maybe(text),
    },
    also={"late": truth, "baseline": truth},
)  # fmt: skip
ITEMS = form({"items": several(ITEM), "total": number})

OPEN = form(
    {
        "weights": one_of("yes", "gated", "no", "unknown"), "licence": maybe(text), "osi": maybe(truth),
        "commercial": one_of("yes", "conditions", "no", "unknown"), "training_code": maybe(truth),
        "training_data": maybe(truth), "lab_says": maybe(text),
    }
)  # fmt: skip
STEP = form({"status": one_of(*STATUSES), "at": moment, "item": text, "url": maybe(text)})
ARTIFACT = form(
    {
        "hub": text, "id": text, "kind": one_of(*ARTIFACT_KINDS), "size": maybe(text), "precision": maybe(text),
        "bytes": maybe(number), "licence": maybe(text), "url": maybe(text), "created": maybe(moment),
    }
)  # fmt: skip
CLAIM = form(
    {
        "about": text, "value": text,
        "voice": one_of("lab", "press", "anonymous", "authority", "rights-holder", "third-party-test"),
        "name": maybe(text), "via": maybe(text), "item": text, "at": moment,
    }
)  # fmt: skip
DISPUTE = form({"by": several(text), "about": text, "item": text, "at": moment})
EXPECTED = form(
    {
        "from": maybe(text), "to": maybe(text), "said_by": maybe(text),
        "outcome": one_of("pending", "kept", "late", "wrong", "denied"),
    }
)  # fmt: skip
RELEASE = form(
    {
        "line": text, "generation": text, "lab": text, "region": text, "family": text, "version": text,
        "status": one_of(*STATUSES), "openness": one_of(*OPENNESS), "open": OPEN, "licence": maybe(text),
        "modalities": several(text), "sizes": several(text), "params_total": maybe(number),
        "params_active": maybe(number), "context": maybe(number), "languages": maybe(number),
        "architecture": several(text), "capabilities": several(text), "first_seen": moment,
        "timeline": several(STEP), "artifacts": several(ARTIFACT), "claims": several(CLAIM),
        "disputes": several(DISPUTE), "expected": maybe(EXPECTED), "items": number, "stories": number,
    }
)  # fmt: skip
RELEASES = form({"releases": several(RELEASE), "total": number})

STORY = form(
    {
        "id": text, "title": text, "first_seen": moment, "last_seen": moment, "labs": several(text),
        "lines": several(text), "items": several(text), "sources": number, "languages": several(text),
    }
)  # fmt: skip
STORIES = form({"stories": several(STORY), "total": number})

CHANGES = (
    "new", "status", "artifacts", "update", "licence", "price", "renamed", "withdrawn", "deprecated", "correction",
)  # fmt: skip
LINK = form({"kind": text, "url": text, "title": maybe(text), "source": maybe(text), "language": maybe(text)})
ENTRY = form(
    {
        "line": text, "generation": text, "lab": text, "region": text, "change": one_of(*CHANGES),
        "importance": lambda value: number(value) and 0 <= value <= 100, "reasons": several(text),
        "status": one_of(*STATUSES), "openness": one_of(*OPENNESS), "open": OPEN, "licence": maybe(text),
        "sizes": several(text), "modalities": several(text), "summary": text, "claims": several(CLAIM),
        "links": several(LINK), "sources": number,
    }
)  # fmt: skip
NEWS = form(
    {
        "story": maybe(text), "title": text, "language": maybe(text), "url": maybe(text), "kind": one_of(*ITEM_KINDS),
        "topics": several(text), "labs": several(text), "lines": several(text), "sources": number,
    }
)  # fmt: skip
DIGEST = form(
    {
        "from": moment, "to": moment, "language": one_of("en", "fr", "zh"), "headline": several(text),
        "releases": several(ENTRY), "also": several(ENTRY), "peers": several(ENTRY), "rumours": several(ENTRY),
        "news": several(NEWS), "more": form({"news": number}),
        "sources": form({"polled": number, "failed": several(text), "deferred": several(text)}),
    }
)  # fmt: skip

SOURCE = form(
    {
        "id": text, "kind": text, "url": text, "title": text, "language": maybe(text), "lab": maybe(text),
        "enabled": truth, "checked": maybe(text), "state": text, "items": number, "last_poll": maybe(moment),
        "last_ok": maybe(moment), "last_new": maybe(moment), "baseline": maybe(moment), "next_poll": maybe(moment),
        "failures": number, "error": maybe(text), "code": maybe(text), "retry_at": maybe(moment),
    }
)  # fmt: skip
SOURCES = form({"sources": several(SOURCE), "total": number})
STATUS = form(
    {
        "worker": one_of("none", "running", "stalled"), "heartbeat": maybe(moment), "last_poll": maybe(moment),
        "sources": number, "failing": several(text), "overdue": several(text), "waiting": several(text),
        "last_digest": maybe(text), "items": number, "releases": number,
        "paused": several(text), "silent": several(text), "held": several(text), "empty_selectors": several(text),
        "deliveries": several(form({"channel": text, "recipient": text, "state": text, "error": maybe(text)})),
        "backlog": form({"messages": number, "oldest": maybe(moment)}), "last_backup": maybe(moment),
        "dead": several(form({"date": text, "channel": text, "recipient": text, "error": maybe(text)})),
        "database": form({"url": text, "bytes": number, "schema": text}),
        "warnings": several(form({"code": text, "detail": text})),
    }
)  # fmt: skip
LAB = form(
    {
        "id": text, "name": text, "region": text, "followed": truth, "aliases": several(text), "families": several(text),
        "github": several(text), "huggingface": several(text), "modelscope": several(text),
    }
)  # fmt: skip
LABS = form({"labs": several(LAB), "total": number})
