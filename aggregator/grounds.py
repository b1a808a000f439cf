"""The cells of a line's `open` object, each with the one piece of evidence that it rests on.

A cell never says more than its ground: what no evidence shows is None or "unknown" and has no ground. Pure; the rules
are those of docs/understanding.md (openness).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aggregator import openness
from aggregator.model import OPENNESS, TRUST_HUB, TRUST_LAB, TRUST_PRESS, TRUST_RUMOUR, Artifact, Showing


@dataclass(frozen=True, slots=True)
class Ground:
    """What a cell rests on: what was `said` there, the rule, and the repository or the item with its words.

    `at` is when it appeared (a repository: when it was created), `trust` None for a repository.
    """

    said: str
    rule: str
    words: str
    at: datetime | None
    item: str | None
    url: str | None
    trust: int | None = None
    artifact: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The `open` object of the contract, the class of openness that follows from it, and the ground of each cell."""

    cells: Mapping[str, Any]
    openness: str
    grounds: Mapping[str, Ground]


def _order(showing: Showing) -> tuple[datetime, int, str, str, str, tuple[tuple[str, str], ...]]:
    """Earliest first, then best trusted; the rest only makes the order whole, so that a set has one."""
    return (showing.at, -showing.trust, showing.source, showing.item, showing.status, showing.facts)


def order(showing: Showing) -> tuple[datetime, int, str, str, str, tuple[tuple[str, str], ...]]:
    """Earliest first, then best trusted; the rest only makes the order whole, so that a set has one."""
    return (showing.at, -showing.trust, showing.source, showing.item, showing.status, showing.facts)


class Facts:
    """The facts of all evidence, best trusted first, then earliest."""

    def __init__(self, told: Sequence[Showing]) -> None:
        self.told = told
        self._rows = [
            (name, value, s) for s in sorted(told, key=lambda s: (-s.trust, order(s))) for name, value in s.facts
        ]

    def row(self, name: str, value: str = "", least_trust: int = 0) -> tuple[str, Showing] | None:
        """The first fact of a name (and value), with what showed it."""
        rows = ((v, s) for fact, v, s in self._rows if fact == name and s.trust >= least_trust and value in ("", v))
        return next(rows, None)

    def values(self, name: str, least_trust: int = 0) -> list[str]:
        return [value for fact, value, s in self._rows if fact == name and s.trust >= least_trust]

    def first(self, name: str) -> str | None:
        return next(iter(self.values(name)), None)

    def number(self, name: str, least_trust: int = 0) -> int | None:
        """The best trusted value; among equally trusted ones the largest (sizes of one line differ)."""
        rows = [
            (s.trust, value)
            for fact, value, s in self._rows
            if fact == name and value.isdigit() and s.trust >= least_trust
        ]
        if not rows:
            return None
        best = max(trust for trust, _ in rows)
        return max(int(value) for trust, value in rows if trust == best)

    def said(self, name: str) -> list[str]:
        """All values of any evidence but a rumour's, sorted: they complete each other. Rumours where nothing else is."""
        sure = {value for fact, value, s in self._rows if fact == name and s.trust > TRUST_RUMOUR}
        return sorted(sure or {value for fact, value, _ in self._rows if fact == name})

    def all_of(self, name: str) -> list[str]:
        """All values that the best trusted class of evidence gives (a hub's word before the press's), sorted."""
        rows = [(s.trust, value) for fact, value, s in self._rows if fact == name]
        if not rows:
            return []
        best = max(trust for trust, _ in rows)
        floor = best if best >= TRUST_HUB else min(best, TRUST_PRESS)
        return sorted({value for trust, value in rows if trust >= floor})


def open_cells(facts: Facts, artifacts: Sequence[Artifact]) -> Opened:
    """The cells of `open` by all evidence of a line but mentions, and by its repositories."""
    own = [a for a in _by_age(artifacts) if a.first_party and a.weights]
    weights, shown = _weights(facts, own)
    text, named = _licence(own, facts)
    licence = openness.licence(text)
    code, data = facts.row("training_code"), facts.row("training_data")
    says = facts.row("lab_says")
    unlicensed = bool(own) and not licence.text
    cells = {
        "weights": weights,
        "licence": licence.text or None,
        # Weights that the lab's own listing offers without naming any licence are under none that the OSI approves.
        "osi": False if unlicensed else licence.osi,
        "commercial": licence.commercial,
        "training_code": None if code is None else code[0] == "yes",
        "training_data": None if data is None else data[0] == "yes",
        "lab_says": None if says is None else says[0],
    }
    if weights in ("yes", "gated"):
        class_ = OPENNESS[0] if code and data and code[0] == data[0] == "yes" else OPENNESS[1]
    else:
        class_ = OPENNESS[2] if weights == "no" else OPENNESS[3]
    if unlicensed:
        judged: Ground | None = _of_artifact(own[0], "", "no-licence-named")
    else:
        judged = replace(named, rule="licence-table") if named and licence.osi is not None else None
    grounds = {
        "weights": shown,
        "licence": named if licence.text else None,
        "osi": judged,
        "commercial": judged if licence.commercial != "unknown" else None,
        "training_code": code and _of_showing(*code),
        "training_data": data and _of_showing(*data),
        "lab_says": says and _of_showing(*says),
    }
    return Opened(cells, class_, {name: ground for name, ground in grounds.items() if ground is not None})


def grounds_of(showings: Sequence[Showing], artifacts: Sequence[Artifact]) -> Mapping[str, Ground]:
    """The ground of each cell that is known, by the stored evidence of a line in any order."""
    told = sorted((s for s in showings if s.status != "mention"), key=order)
    return open_cells(Facts(told), artifacts).grounds


def _weights(facts: Facts, own: Sequence[Artifact]) -> tuple[str, Ground | None]:
    """Whether weights can be had: by the lab's own repositories, else by what is said, else by a status."""
    if own:
        free = next((a for a in own if not a.gated), None)
        value = "gated" if free is None else "yes"
        return value, _of_artifact(free or own[0], value, "hub-listing")
    opened = next((s for s in facts.told if s.status == "open"), None)
    for said, value in (("yes", "yes"), ("gated", "gated"), ("no", "no"), ("promised", "no")):
        row = facts.row("weights", said, TRUST_PRESS)
        if row is not None:
            return value, _of_showing(*row)
        if said == "yes" and opened is not None:
            return value, _of_showing("open", opened)
    return "unknown", None


def _licence(own: Sequence[Artifact], facts: Facts) -> tuple[str | None, Ground | None]:
    """The licence as written: the commonest of the lab's own repositories (earliest on a tie), else of the best text."""
    written = [a.licence for a in own if a.licence]
    if written:
        counts = Counter(written)
        name = max(written, key=lambda name: (counts[name], -written.index(name)))
        return name, _of_artifact(next(a for a in own if a.licence == name), name, "hub-card")
    for trust in (TRUST_HUB, TRUST_LAB, TRUST_PRESS):
        row = facts.row("licence", least_trust=trust)
        if row is not None:
            return row[0], _of_showing(*row)
    return None, None


def _by_age(artifacts: Sequence[Artifact]) -> list[Artifact]:
    return sorted(artifacts, key=lambda a: (a.created is None, a.created, a.id))


def _of_artifact(artifact: Artifact, said: str, rule: str) -> Ground:
    name = f"{artifact.hub}:{artifact.id}"
    return Ground(said, rule, artifact.id, artifact.created, artifact.item, artifact.url, artifact=name)


def _of_showing(said: str, showing: Showing) -> Ground:
    return Ground(said, showing.rule, showing.words, showing.at, showing.item, showing.url, showing.trust)
