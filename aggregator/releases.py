"""From evidence to a release: what the stored evidence of one line shows, taken together.

`derive` is a pure function of a *set* of evidence: the order in which it arrived changes nothing. It never guesses;
what no evidence shows is None, empty or "unknown". The rules follow docs/understanding.md (statuses, openness) and
the promises on appearance: a line becomes news with its earliest evidence that is more than a mention, and background,
comparison and how-to items never make it new.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from aggregator import openness
from aggregator.model import (
    OPENNESS,
    STATUSES,
    TRUST_HUB,
    TRUST_LAB,
    TRUST_PRESS,
    TRUST_RUMOUR,
    Artifact,
    LineName,
    Release,
    Showing,
    Step,
)
from aggregator.understand import saying

NEVER_NEW = frozenset({"comparison", "howto", "business", "policy", "other"})
"""Kinds of items that speak of a line without making it news: their subject is something else."""

_RANK = {status: place for place, status in enumerate(STATUSES)}


def derive(
    line: LineName,
    region: str,
    showings: Sequence[Showing],
    artifacts: Sequence[Artifact],
    *,
    stories: int = 0,
    generation: Sequence[Showing] = (),
) -> Release | None:
    """What the evidence of a line shows, or None where no item is about it (mentions alone make no release).

    `showings` are all stored pieces of evidence of this line in any order, `artifacts` its repositories, `stories` the
    number of stories that its items belong to. `generation` is the evidence of the other lines of its generation: a
    line that was only rumoured takes their furthest status, since the first of them fulfilled the rumour.
    """
    told = sorted((s for s in showings if s.status != "mention"), key=_order)
    if not told:
        return None
    timeline = _timeline(told)
    status = timeline[-1].status if timeline else "announced"
    if status == "rumoured" and generation:
        status = _furthest(generation, status)
    appeared = min(s.at for s in told)
    facts = _Facts(told)
    open_, class_ = _openness(told, artifacts, facts)
    return Release(
        line=line.name,
        key=line.key,
        generation=line.generation_name or line.name,
        lab=line.lab,
        region=region,
        family=line.family,
        version=line.version,
        status=status,
        openness=class_,
        licence=open_["licence"],
        osi=open_["osi"],
        open=open_,
        modalities=tuple(facts.all_of("modality")),
        sizes=_sizes(artifacts, facts),
        params_total=facts.number("params_total"),
        params_active=facts.number("params_active"),
        context=facts.number("context"),
        languages=facts.number("languages", TRUST_HUB),
        architecture=tuple(facts.said("architecture")),
        capabilities=tuple(facts.said("capability")),
        first_seen=appeared,
        appeared=appeared,
        timeline=timeline,
        artifacts=tuple(sorted(artifacts, key=lambda a: (a.created is None, a.created, a.hub, a.id))),
        claims=saying.claims(told),
        disputes=saying.disputes(told),
        expected=saying.expected(told, generation),
        items=len({s.item for s in told}),
        stories=stories,
        new_at=new_at(told),
    )


def makes_new(showing: Showing) -> bool:
    """Whether this evidence can make its line news."""
    return showing.status in _RANK and showing.item_kind not in NEVER_NEW


def new_at(showings: Iterable[Showing]) -> datetime | None:
    """The earliest time at which evidence made the line news, or None."""
    return min((s.at for s in showings if makes_new(s)), default=None)


def _order(showing: Showing) -> tuple[datetime, int, str, str, str, tuple[tuple[str, str], ...]]:
    """Earliest first, then best trusted; the rest only makes the order whole, so that a set has one."""
    return (showing.at, -showing.trust, showing.source, showing.item, showing.status, showing.facts)


def _timeline(told: Sequence[Showing]) -> tuple[Step, ...]:
    """The steps in order. A step that comes when a further status was already reached is no step."""
    first: dict[str, Showing] = {}
    for showing in told:
        if showing.status in _RANK:
            first.setdefault(showing.status, showing)
    steps: list[Step] = []
    for status in reversed(STATUSES):
        earliest = first.get(status)
        if earliest is None or (steps and earliest.at >= steps[-1].at):
            continue
        steps.append(Step(status, earliest.at, earliest.item, earliest.url))
    return tuple(reversed(steps))


def _furthest(showings: Sequence[Showing], status: str) -> str:
    return max([status, *(s.status for s in showings if s.status in _RANK)], key=_RANK.__getitem__)


class _Facts:
    """The facts of all evidence, best trusted first, then earliest."""

    def __init__(self, told: Sequence[Showing]) -> None:
        self._rows = [
            (name, value, s) for s in sorted(told, key=lambda s: (-s.trust, _order(s))) for name, value in s.facts
        ]

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


def _openness(told: Sequence[Showing], artifacts: Sequence[Artifact], facts: _Facts) -> tuple[dict[str, Any], str]:
    """The `open` object of the contract and the class that follows from it."""
    own = [a for a in artifacts if a.first_party and a.weights]
    says = facts.values("weights", TRUST_PRESS)
    if own:
        weights = "gated" if all(a.gated for a in own) else "yes"
    elif "yes" in says or any(s.status == "open" for s in told):
        weights = "yes"
    elif "gated" in says:
        weights = "gated"
    elif "no" in says or "promised" in says:
        weights = "no"
    else:
        weights = "unknown"
    licence = openness.licence(_licence(own, facts))
    code, data = facts.first("training_code"), facts.first("training_data")
    opened = {
        "weights": weights,
        "licence": licence.text or None,
        # Weights that the lab's own listing offers without naming any licence are under none that the OSI approves.
        "osi": False if own and not licence.text else licence.osi,
        "commercial": licence.commercial,
        "training_code": None if code is None else code == "yes",
        "training_data": None if data is None else data == "yes",
        "lab_says": facts.first("lab_says"),
    }
    if weights in ("yes", "gated"):
        class_ = OPENNESS[0] if code == data == "yes" else OPENNESS[1]
    else:
        class_ = OPENNESS[2] if weights == "no" else OPENNESS[3]
    return opened, class_


def _licence(own: Sequence[Artifact], facts: _Facts) -> str | None:
    """The licence as written: the commonest of the lab's own repositories (earliest on a tie), else of the best text."""
    written = [a.licence for a in sorted(own, key=lambda a: (a.created is None, a.created, a.id)) if a.licence]
    if written:
        counts = Counter(written)
        return max(written, key=lambda name: (counts[name], -written.index(name)))
    for trust in (TRUST_HUB, TRUST_LAB, TRUST_PRESS):
        for value in facts.values("licence", trust):
            return value
    return None


_SIZE = re.compile(r"(?i)(\d+(?:\.\d+)?)\s*([kmbt])")
_UNITS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


def _sizes(artifacts: Sequence[Artifact], facts: _Facts) -> tuple[str, ...]:
    """All sizes named by the lab's own repositories, else by text, smallest first."""
    own = {a.size for a in artifacts if a.first_party and a.size}
    return tuple(sorted(own or set(facts.all_of("size")), key=size_order))


def size_order(size: str) -> tuple[float, str]:
    """A key that orders sizes such as 0.6B, 35B-A3B, 1T by the number of parameters that they name."""
    found = _SIZE.search(size)
    return (float(found[1]) * _UNITS[found[2].lower()] if found else 0.0, size)
