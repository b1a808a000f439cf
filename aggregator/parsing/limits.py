"""What reading one document may cost. Plain numbers; tests give smaller ones."""

from __future__ import annotations

import os
from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes for one document, and how many are read at once.

    cpu and wall: seconds of processor and of clock after which the worker is killed. memory: bytes of address space of
    a worker. patience: seconds after which a document counts as slow; slow ones have `slow` places of their own and a
    lower priority, so that the `quick` places stay for the others. idle: seconds after which an idle worker ends.
    start: seconds that a worker may take to be ready. reply: bytes that a worker may hand back for one document.
    """

    cpu: float = 30.0
    wall: float = 40.0
    memory: int = 768 * MIB
    patience: float = 1.0
    quick: int = min(4, max(2, os.cpu_count() or 2))
    slow: int = 6
    idle: float = 60.0
    start: float = 30.0
    reply: int = 192 * MIB

    def told(self) -> dict[str, float | int]:
        """What a worker has to know of it."""
        return {"cpu": self.cpu, "wall": self.wall, "memory": self.memory}
