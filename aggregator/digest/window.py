"""What every step of a digest needs: the material, who is followed, how sources are called, the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model import Lab, Material, Showing, Source

FOLLOWED = "cn"


@dataclass(frozen=True, slots=True)
class Window:
    """What every step needs: the material, who is followed, how sources are called, the reader's language."""

    material: Material
    labs: Mapping[str, Lab]
    sources: Mapping[str, Source]
    language: str
    generations: Mapping[str, list[Showing]] = field(default_factory=dict)
    only_labs: Collection[str] = ()

    def follows(self, lab: str) -> bool:
        """Whether news with this lab as subject is told."""
        followed = lab in self.labs and self.labs[lab].region == FOLLOWED
        return followed and (not self.only_labs or lab in self.only_labs)

    def is_fresh(self, item: str, at: datetime) -> bool:
        """Whether what an item shows is news: by what was planned before, else by its time."""
        fresh = self.material.fresh
        return at >= self.material.since if fresh is None else item in fresh

    def covers(self, at: datetime) -> bool:
        """Whether the state shown may rest on it: a planned digest shows all that is stored, whatever the clock did."""
        return self.material.fresh is not None or at < self.material.until
