"""What rests on somebody's word, gathered from the evidence of one line: claims, disputes, and what is expected.

Pure functions of a set of evidence; the order in which it arrived changes nothing. The same word of the same voice is
told once, with the item that told it first; different words about one thing stand side by side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aggregator.model import STATUSES, Showing
from aggregator.understand import when

VAGUE = {"days": "within days", "weeks": "within weeks", "months": "within months"}
"""Codes of time that no date says better."""
LATE, WRONG = timedelta(days=30), timedelta(days=3)
"""How long after its term an expectation is late and not wrong, and how long before it came too early to be right."""


def _order(showing: Showing) -> tuple[Any, ...]:
    return (showing.at, -showing.trust, showing.source, showing.item, showing.status, showing.facts)


def _claims(showings: Sequence[Showing]) -> Iterator[tuple[dict[str, Any], Showing]]:
    for showing in sorted(showings, key=_order):
        for name, value in showing.facts:
            if name == "claim":
                told = json.loads(value)
                if isinstance(told, dict) and told.get("about"):
                    yield told, showing


def claims(showings: Sequence[Showing]) -> tuple[Mapping[str, Any], ...]:
    """Claims in the contract's form, earliest first."""
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for told, showing in _claims(showings):
        value = str(told["value"])
        code = told.get("when")
        if code:
            if not when.is_term(str(code), showing.at.date()):
                continue
            days = when.span(str(code), showing.at.date())
            value = VAGUE.get(str(code)) or (days[1].isoformat() if days else value)
        key = (str(told["about"]), value.casefold(), str(told.get("voice")), str(told.get("name") or ""))
        found.setdefault(
            key,
            {
                "about": told["about"],
                "value": value,
                "voice": told.get("voice"),
                "name": told.get("name"),
                "via": told.get("via"),
                "item": showing.item,
                "at": showing.at,
            },
        )
    return tuple(found.values())


def disputes(showings: Sequence[Showing]) -> tuple[Mapping[str, Any], ...]:
    """Who accuses, of what, with the item that told it first; somebody named before is not named again."""
    known: set[tuple[str, str]] = set()
    told: list[Mapping[str, Any]] = []
    for showing in sorted(showings, key=_order):
        new: dict[str, list[str]] = {}
        for name, value in showing.facts:
            about, _, who = value.partition(":")
            if name == "dispute" and who and (about, who) not in known:
                known.add((about, who))
                new.setdefault(about, []).append(who)
        told += [{"by": by, "about": about, "item": showing.item, "at": showing.at} for about, by in new.items()]
    return tuple(told)


def expected(showings: Sequence[Showing], generation: Sequence[Showing] = ()) -> Mapping[str, Any] | None:
    """For when a line was expected last, by whom, and what became of it; None where nobody said when.

    Outcome: pending until the line or one of its generation came; then kept, late (up to 30 days after the term) or
    wrong; denied where the last word on a line that is not out denies it.
    """
    came = min(
        (
            s.at
            for s in (*showings, *generation)
            if s.status in STATUSES[1:] and s.item_kind not in ("comparison", "howto")
        ),
        default=None,
    )
    terms = []
    for told, showing in _claims(showings):
        code = str(told.get("when") or "")
        days = when.span(code, showing.at.date()) if code and when.is_term(code, showing.at.date()) else None
        if days is not None and (came is None or showing.at <= came):
            terms.append((showing, days, told))
    if not terms:
        return None
    showing, (first, last), told = terms[-1]
    denials = [s for s in showings if any(name == "denied" for name, _ in s.facts)]
    if came is not None:
        outcome = _outcome(first, last, came.date())
    else:
        outcome = "denied" if denials and max(s.at for s in denials) >= showing.at else "pending"
    return {"from": first.isoformat(), "to": last.isoformat(), "said_by": told.get("name"), "outcome": outcome}


def _outcome(first: date, last: date, came: date) -> str:
    if came > last:
        return "late" if came - last <= LATE else "wrong"
    return "kept" if came >= first - WRONG else "wrong"
