"""Everything that docs/performance.md claims, measured in one run and written into it: `make bench`.

    python -m benchmarks [--feeds 1000] [--rounds 2] [--minutes 10] [--peers sfeed,newsboat,reader,rss2email] [--dry]

The time goes into rounds over ours, the floor and the peers; start-up, understanding, stages and the guard's ratios take
another two minutes; `--rounds 0` measures only these and keeps the polls of the last run. Growth is measured by
`python -m benchmarks.growth`, which writes into the same page. `--dry` writes nothing. Ends with 1 if a count was wrong.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import guard, peers, report, results, stages, startup, understanding, world
from benchmarks.rounds import Rounds


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--feeds", type=int, default=1000)
    words.add_argument("--rounds", type=int, default=2)
    words.add_argument("--minutes", type=float, default=10)
    words.add_argument("--peers", default="sfeed,newsboat,reader,rss2email", help="Empty: none.")
    words.add_argument("--dry", action="store_true")
    asked = words.parse_args()
    wanted = tuple(filter(None, asked.peers.split(",")))
    before = results.load()
    found = before
    if asked.rounds:
        found = results.Results(results.about(feeds=asked.feeds), figures=dict(before.figures))
        with world.opened(asked.feeds) as served:
            chosen = [peer for peer in peers.all_peers() if peer.name.startswith(wanted)]
            Rounds(served, found, seconds=asked.minutes * 60, heavy=chosen).run(asked.rounds)
    found.figures["startup"] = startup.measured()
    found.figures["understanding"] = understanding.measured()
    found.figures["stages"] = stages.measured()
    with guard.rigged() as rig:
        found.figures["guard"] = guard.ratios(rig)
    for name, text in report.sections(found).items():
        if name != "growth":
            print(f"\n{text}")
    if not asked.dry:
        found.save()
        report.write(found)
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
