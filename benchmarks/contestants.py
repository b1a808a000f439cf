"""What a contestant of the benchmark is: something that polls the world's feeds into a store of its own."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Protocol

from benchmarks.measure import Run
from benchmarks.world import World


class Missing(Exception):
    """A peer that cannot be had on this machine; says why."""


class Contestant(Protocol):
    """Something that polls the world's feeds into a store in a folder of its own."""

    name: str
    settings: str
    settles: int
    """How many polls of unchanged feeds it takes until it asks conditionally."""

    @abstractmethod
    def find(self) -> str:
        """Its version; made ready if needed. Raises Missing."""

    @abstractmethod
    def configure(self, folder: Path, served: World) -> None:
        """Make an empty store with all feeds of `served` in `folder`."""

    @abstractmethod
    def poll(self, folder: Path) -> Run:
        """Ask every feed once."""

    @abstractmethod
    def stored(self, folder: Path) -> int:
        """How many entries its store has."""
