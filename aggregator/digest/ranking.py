"""How important an entry is, 0 to 100, by a table that anybody can read; docs/digest.md prints the same table.

Each rule that holds adds its points and is named as a reason. The highest sum of rules that can hold together is 100.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aggregator import releases
from aggregator.model import Release

SERIOUS = frozenset({"licence", "price", "renamed", "withdrawn", "deprecated", "correction"})
"""Changes that are neither a new line, nor a further status, nor more of the same."""
LARGE = 1e11
"""Parameters from which a model counts as large."""
LIKED = ((1000, 5), (100, 2))
"""Likes of a lab's own repository from which it has so many points: few, since a new one has had no time to be liked."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: the line at the window's end, what changed, and how many sources say so."""

    release: Release
    change: str
    sources: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`points` go to a case for which the rule holds; `name` is its key in the catalogues (`reason.<name>`)."""

    name: str
    points: Callable[[Case], int]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that held: its name, its points and the number that it counted (0 where it counts nothing)."""

    rule: str
    points: int
    number: int = 0


def _when(points: int, holds: Callable[[Case], bool]) -> Callable[[Case], int]:
    return lambda case: points if holds(case) else 0


RULES: tuple[Rule, ...] = (
    Rule("followed", _when(20, lambda c: c.release.region == "cn")),
    Rule("new", _when(30, lambda c: c.change == "new")),
    Rule("status", _when(20, lambda c: c.change == "status")),
    Rule("serious", _when(15, lambda c: c.change in SERIOUS)),
    Rule("change", _when(5, lambda c: c.change in ("artifacts", "update"))),
    Rule("open", _when(10, lambda c: c.release.status == "open")),
    Rule("generation", _when(10, lambda c: c.release.generation == c.release.line)),
    Rule("sources", lambda c: min(15, 3 * c.sources)),
    Rule("large", _when(10, lambda c: _parameters(c.release) >= LARGE)),
    Rule("liked", lambda c: next((points for likes, points in LIKED if _likes(c.release) >= likes), 0)),
)


def importance(case: Case) -> tuple[int, tuple[Reason, ...]]:
    """The sum of the rules that hold, 0 to 100, and these rules in the table's order."""
    counts = {"sources": case.sources, "liked": _likes(case.release)}
    held = tuple(
        Reason(rule.name, points, counts.get(rule.name, 0)) for rule in RULES if (points := rule.points(case)) > 0
    )
    return min(100, sum(reason.points for reason in held)), held


def _parameters(release: Release) -> float:
    named = max((releases.size_order(size)[0] for size in release.sizes), default=0.0)
    return max(named, float(release.params_total or 0))


def _likes(release: Release) -> int:
    return max((artifact.likes or 0 for artifact in release.artifacts if artifact.first_party), default=0)
