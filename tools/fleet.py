#!/usr/bin/env python3
"""Many sources, one scheduler, several workers on a real PostgreSQL: `python tools/fleet.py --sources 5000 --kills 50`.

First a cycle without disturbance, then workers are killed at random. Writes into temporary folders only. Ends with 0 if
each source was polled once in the first, and nothing was lost, doubled or late in the second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "executors")]

from databases import server  # noqa: E402
from fleet import Feeds, Fleet, disturbed, one_cycle  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="aggregator-fleet-") as folder,
        server(uuid.uuid4().hex[:12]) as postgres,
        postgres.database() as database,
        Feeds() as feeds,
    ):
        fleet = Fleet(Path(folder), database, feeds, chosen.sources)
        calm = one_cycle(fleet, feeds, chosen.workers)
        print(calm)
        wild = disturbed(
            fleet, feeds, chosen.workers, chosen.kills, chosen.seed, lambda told: print(told, file=sys.stderr)
        )
        print(wild)
    return 1 if calm.wrong or wild.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
