"""From evidence to a release: what the stored evidence of one line shows, taken together.

`derive` is a pure function of a *set* of evidence: the order in which it arrived changes nothing. It never guesses;
what no evidence shows is None, empty or "unknown". The rules follow docs/understanding.md (statuses, openness) and
the promises on appearance: a line becomes news with its earliest evidence that is more than a mention, and background,
comparison and how-to items never make it new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from aggregator.grounds import Facts, open_cells, order
from aggregator.model import (
    STATUSES,
    TRUST_HUB,
    Artifact,
    LineName,
    Release,
    Showing,
    Step,
)

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
    told = sorted((s for s in showings if s.status != "mention"), key=order)
    if not told:
        return None
    from aggregator.understand import saying  # loaded when a line is derived: who only reads lines does without

    timeline = _timeline(told)
    status = timeline[-1].status if timeline else "announced"
    if status == "rumoured" and generation:
        status = _furthest(generation, status)
    appeared = min(s.at for s in told)
    facts = Facts(told)
    opened = open_cells(facts, artifacts)
    return Release(
        line=line.name,
        key=line.key,
        generation=line.generation_name or line.name,
        lab=line.lab,
        region=region,
        family=line.family,
        version=line.version,
        status=status,
        openness=opened.openness,
        licence=opened.cells["licence"],
        osi=opened.cells["osi"],
        open=opened.cells,
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


_SIZE = re.compile(r"(?i)(\d+(?:\.\d+)?)\s*([kmbt])")
_UNITS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


def _sizes(artifacts: Sequence[Artifact], facts: Facts) -> tuple[str, ...]:
    """All sizes named by the lab's own repositories, else by text, smallest first."""
    own = {a.size for a in artifacts if a.first_party and a.size}
    return tuple(sorted(own or set(facts.all_of("size")), key=size_order))


def size_order(size: str) -> tuple[float, str]:
    """A key that orders sizes such as 0.6B, 35B-A3B, 1T by the number of parameters that they name."""
    found = _SIZE.search(size)
    return (float(found[1]) * _UNITS[found[2].lower()] if found else 0.0, size)
