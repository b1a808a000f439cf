"""Named fault points, for tests: FAULT=point:kill, point:raise or point:stall makes the process fail right there.

`point:kill@3` does so at the third time it is reached. Without the variable `at` does nothing. This is the only place
that reads it; nothing is imported from here but `at` and `POINTS`.
"""

from __future__ import annotations

import os
import signal
import time

POINTS = (
    "poll.fetched", "poll.prepared", "poll.committing", "poll.committed",
    "plan.read", "plan.rendered", "plan.committed",
    "send.claimed", "send.handed", "send.taken", "send.concluded",
    "file.written", "file.renamed",
    "alert.committed", "care.backup", "care.pruned",
)  # fmt: skip
"""All points, in the order in which a digest comes about."""
STALL = 3600.0

_seen: dict[str, int] = {}


class Fault(RuntimeError):
    """What `raise` raises: a defect that nobody foresaw."""


def at(point: str) -> None:
    """Fail here if FAULT says so."""
    wanted = os.environ.get("FAULT")
    if not wanted:
        return
    name, _, how = wanted.partition(":")
    if name != point:
        return
    how, _, number = how.partition("@")
    _seen[point] = _seen.get(point, 0) + 1
    if _seen[point] != int(number or 1):
        return
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "stall":
        time.sleep(STALL)
    raise Fault(f"fault at {point}")
