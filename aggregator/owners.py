"""Who holds a lease: a name for this process, and whether the process behind a name is certainly gone.

A killed process cannot give back what it held. Where its name says that it ran on this host, among the processes that
we can see, its absence is proof, and nobody has to wait for the lease to run out. Anything else is not known to be dead.
"""

from __future__ import annotations

import os
import random

_OURS = f"{random.getrandbits(48):012x}"


def name() -> str:
    """The name of this process: `pid@host/namespace:random`, the same for its whole life, no other process's ever."""
    return f"{os.getpid()}@{_place()}:{_OURS}"


def is_dead(owner: str) -> bool:
    """Whether the process of this name is certainly gone; False where that cannot be told from here."""
    at, _, _ = owner.rpartition(":")
    pid, _, place = at.partition("@")
    if owner == name() or place != _place() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True  # our number now: whoever had it before us is gone
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    """This host, and the set of processes that are visible here (containers of one host name have one each)."""
    try:
        namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        namespace = ""
    return f"{os.uname().nodename}/{namespace}"
