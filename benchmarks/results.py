"""What a run measured, as values: samples by round, medians, ratios within a round; kept as JSON beside the page."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "docs" / "performance"
PATH = FOLDER / "results.json"


@dataclass(frozen=True, slots=True)
class Sample:
    """One command that was measured. Seconds and MiB, as in `measure.Run`."""

    round: int
    who: str
    what: str
    wall: float
    cpu: float
    largest: float = 0.0
    together: float = 0.0


@dataclass(slots=True)
class Results:
    """All of a run. `about` says where and when; `figures` holds what has no rounds, by the name of its measurement."""

    about: dict[str, Any] = field(default_factory=dict)
    contestants: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def median(self, who: str, what: str, of: str = "wall") -> float | None:
        """The median over rounds of one figure, None where nothing was measured."""
        found = [getattr(sample, of) for sample in self.samples if (sample.who, sample.what) == (who, what)]
        return statistics.median(found) if found else None

    def rounds(self, who: str, what: str) -> int:
        """How many times that was measured."""
        return sum((sample.who, sample.what) == (who, what) for sample in self.samples)

    def ratio(self, ours: tuple[str, str], other: tuple[str, str], of: str = "wall") -> float | None:
        """The median over rounds of ours / other, each within one round; None where no round has both."""
        ratios = [
            value / against[number]
            for against in [self._by_round(*other, of)]
            for number, value in self._by_round(*ours, of).items()
            if against.get(number)
        ]
        return statistics.median(ratios) if ratios else None

    def _by_round(self, who: str, what: str, of: str) -> dict[int, float]:
        found: dict[int, list[float]] = {}
        for sample in self.samples:
            if (sample.who, sample.what) == (who, what):
                found.setdefault(sample.round, []).append(getattr(sample, of))
        return {number: statistics.median(values) for number, values in found.items()}

    def save(self, path: Path = PATH) -> None:
        """Write it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


def load(path: Path = PATH) -> Results:
    """What was saved last; nothing where nothing was."""
    if not path.exists():
        return Results()
    read = json.loads(path.read_text("utf-8"))
    return Results(**{**read, "samples": [Sample(**sample) for sample in read["samples"]]})


def about(**more: Any) -> dict[str, Any]:
    """Where and when this is measured."""
    models = {line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")}
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "cores": os.cpu_count(),
        "processor": ", ".join(sorted(models)) or platform.machine(),
        "memory": f"{int(memory) / 2**20:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "load": f"{os.getloadavg()[0]:.1f}",
        **more,
    }


def percentile(numbers: Iterable[float], share: float) -> float:
    """The smallest number that at least `share` of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
