#!/usr/bin/env python3
"""Kill one to three processes at random moments and check what is left: `python tools/kill_loop.py --kills 2000`.

Workers, polls by hand, digests, mails, pruning and backups on one database, with full disks and clock steps; see
tests/simulation/crowds.py. `--demo` kills polls of the demo world instead, each in a program started afresh. Writes into
a temporary folder only. Ends with 0 if nothing was lost, doubled or told twice; else with 1 and the violations.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "kills"), str(ROOT / "tests" / "simulation")]

import crowds  # noqa: E402
import killing  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--processes", type=int, default=3, help="at most so many at once (default: 3)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--demo", action="store_true", help="polls of the demo world")
    chosen = parser.parse_args()

    def say(told: str) -> None:
        print(told, file=sys.stderr, flush=True)

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aggregator-kills-") as folder:
        if chosen.demo:
            polls = killing.loop(Path(folder), chosen.kills, chosen.seed, say)
            wrong, told = polls.wrong, str(polls)
        else:
            figures, story = crowds.run(
                Path(folder), chosen.kills, processes=chosen.processes, seed=chosen.seed, say=say
            )
            wrong, told = figures.wrong, f"{figures}; {story}"
    for one in wrong[:50]:
        print(one)
    print(f"{told}; {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
