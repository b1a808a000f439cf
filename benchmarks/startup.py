"""How long commands take to begin: `--help` and `items` against `python -c pass`, in turns, as whole processes.

python -m benchmarks.startup [--rounds 15]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import measure, ours, world

BARE, HELP, ITEMS = "python -c pass", "--help", "items"


def times(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Medians in milliseconds, {command: {wall, cpu}}, over what is stored in `folder`; after one turn that warms up."""
    commands = {
        BARE: [sys.executable, "-c", "pass"],
        HELP: ours.command(folder, "--help"),
        ITEMS: ours.command(folder, "items"),
    }
    found: dict[str, list[measure.Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            run = measure.run(command)
            if run.status:
                raise RuntimeError(f"{name}: {run.errors.strip()[-200:]}")
            if number:
                found[name].append(run)
    return {
        name: {
            "wall": statistics.median(run.wall for run in runs) * 1000,
            "cpu": statistics.median(run.cpu for run in runs) * 1000,
        }
        for name, runs in found.items()
    }


def measured(rounds: int = 15, feeds: int = 20) -> dict[str, dict[str, float]]:
    """The same over a small store that is made for it."""
    with tempfile.TemporaryDirectory() as name, world.opened(feeds) as served:
        ours.configure(Path(name), served)
        measure.run(ours.command(Path(name), "poll"))
        return times(Path(name), rounds)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=15)
    for name, took in measured(words.parse_args().rounds).items():
        print(f"{name:16} {took['wall']:6.0f} ms wall {took['cpu']:6.0f} ms CPU")


if __name__ == "__main__":
    main()
