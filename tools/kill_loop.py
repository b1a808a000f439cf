#!/usr/bin/env python3
"""Kill polls of the demo world at random moments and check what is left: `python tools/kill_loop.py --kills 40`.

Writes into a temporary folder only. Ends with 0 if nothing was lost or doubled and every database came to the content
of one that was never disturbed; else with 1 and the violations.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "kills")]

from killing import loop  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aggregator-kills-") as folder:
        figures = loop(Path(folder), chosen.kills, chosen.seed, lambda told: print(told, file=sys.stderr))
    for one in figures.wrong[:50]:
        print(one)
    print(figures)
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
