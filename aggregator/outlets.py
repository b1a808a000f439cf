"""How the rumours of each outlet ended: one verdict for each outlet and line, from the evidence of the line. Pure.

An outlet is whoever is quoted by name as the press (`The Information`), else the source that told it. `kept`, `late`,
`wrong`: the line came in, up to 30 days after, or outside the term that the outlet named last (`understand.saying`);
`came`: it came, and the outlet had named no term; `denied`: the last word denies it; `pending`: it is not out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregator.model import STATUSES, LineMaterial, Showing
from aggregator.understand import saying

OUTCOMES = ("kept", "came", "late", "wrong", "denied", "pending")
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A rumour of a line: told first `at`; the term that the outlet named last, if it named one; how it ended."""

    line: str
    lab: str
    at: datetime
    term: tuple[date, date] | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet and its rumours, earliest first."""

    name: str
    rumours: tuple[Ended, ...]

    def count(self, outcome: str) -> int:
        """How many of its rumours ended so."""
        return sum(rumour.outcome == outcome for rumour in self.rumours)


def outlets(materials: Sequence[LineMaterial], titles: Mapping[str, str]) -> list[Outlet]:
    """The outlets of all rumours in these lines (with those of their generations), most rumours first, then by name.

    `titles` are the names of sources by id. Copies of others' articles, and what was told after the line was out, do not
    count.
    """
    kin: dict[str, list[LineMaterial]] = {}
    for one in materials:
        kin.setdefault(one.line.generation or one.line.key, []).append(one)
    found: dict[str, list[Ended]] = {}
    for one in materials:
        generation = [
            s for other in kin[one.line.generation or one.line.key] if other is not one for s in other.showings
        ]
        for name, ended in _of_line(one, generation, titles):
            found.setdefault(name, []).append(ended)
    told = [Outlet(name, tuple(sorted(all_, key=lambda e: (e.at, e.line)))) for name, all_ in found.items()]
    return sorted(told, key=lambda outlet: (-len(outlet.rumours), outlet.name.casefold(), outlet.name))


def _of_line(one: LineMaterial, generation: Sequence[Showing], titles: Mapping[str, str]) -> list[tuple[str, Ended]]:
    out = [s for s in (*one.showings, *generation) if s.status in STATUSES[1:]]
    came = min((s.at for s in out if s.item_kind not in ("comparison", "howto")), default=None)
    by: dict[str, list[Showing]] = {}
    for showing in one.showings:
        if showing.status == "rumoured" and showing.copy_of is None and (came is None or showing.at <= came):
            by.setdefault(_name(showing, titles), []).append(showing)
    others = [replace(s, facts=tuple(f for f in s.facts if f[0] == "denied")) for s in one.showings]
    return [(name, _ended(one, told, others, generation, came)) for name, told in by.items()]


def _ended(
    one: LineMaterial,
    told: Sequence[Showing],
    others: Sequence[Showing],
    generation: Sequence[Showing],
    came: datetime | None,
) -> Ended:
    at = min(showing.at for showing in told)
    expected = saying.expected([*told, *others], generation)
    if expected is not None:
        term = (date.fromisoformat(expected["from"]), date.fromisoformat(expected["to"]))
        return Ended(one.line.name, one.line.lab, at, term, str(expected["outcome"]))
    denied = max((s.at for s in others if s.facts), default=None)
    outcome = "came" if came is not None else "denied" if denied is not None and denied >= at else "pending"
    return Ended(one.line.name, one.line.lab, at, None, outcome)


def _name(showing: Showing, titles: Mapping[str, str]) -> str:
    """Whoever the evidence quotes by name as the press, an expected date before other words; else the source."""
    claims = [json.loads(value) for name, value in showing.facts if name == "claim"]
    quoted = [c for c in claims if isinstance(c, dict) and c.get("voice") == "press" and c.get("name")]
    quoted.sort(key=lambda claim: claim.get("about") != "expected")
    return str(quoted[0]["name"]) if quoted else titles.get(showing.source) or showing.source


def as_data(found: Sequence[Outlet]) -> dict[str, object]:
    """Plain values: the form of `sources rumours --json`."""
    return {
        "outlets": [
            {
                "outlet": outlet.name,
                "rumours": len(outlet.rumours),
                **{outcome: outlet.count(outcome) for outcome in OUTCOMES},
                "lines": [
                    {
                        "line": rumour.line,
                        "lab": rumour.lab,
                        "at": rumour.at.isoformat().replace("+00:00", "Z"),
                        "from": rumour.term[0].isoformat() if rumour.term else None,
                        "to": rumour.term[1].isoformat() if rumour.term else None,
                        "outcome": rumour.outcome,
                    }
                    for rumour in outlet.rumours
                ],
            }
            for outlet in found
        ],
        "total": len(found),
    }
