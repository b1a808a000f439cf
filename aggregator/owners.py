"""Who holds a source: a name for this process, the leases that it holds, and which owners are certainly gone.

A killed process cannot give back what it held. Where its name says that it ran on this host, among the processes that
we can see, its absence is proof, and nobody has to wait for the lease to run out. Anything else is not known to be dead.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from aggregator import faults
from aggregator.errors import StoreError
from aggregator.gathering import Gathering

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a source is kept from other processes; renewed while its poll runs, so a lost process blocks nobody for long."""
ALONE, SHARED = 2, 20
"""Times in a row that a source's poll may end with its process before the source has to wait for its interval: of one
process that starts again and again, and of one among many, whose loss shall delay no source (what a killed worker had is
taken first, and may well be in hand when the next one is killed). So nobody is asked anew by each start of a program that
does not live for long, and a source that kills whoever polls it is left alone."""
RENEW_EVERY = 30.0
"""Seconds between two renewals of the leases that are held."""
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


class Lends(Protocol):
    """The part of `storage.Store` that leases need."""

    def lease_all(self, source_ids: Sequence[str], owner: str, until: datetime, now: datetime) -> set[str]: ...
    def release_leases(self, source_ids: Sequence[str], owner: str) -> None: ...


class Leases:
    """The sources that this poll holds, and their renewal while it lasts."""

    def __init__(self, store: Lends, owner: str, now: Callable[[], datetime]) -> None:
        self._store, self._owner, self._now = store, owner, now
        self._held: set[str] = set()
        self._taking, self._giving = Gathering(self._lease), Gathering(self._release)

    async def take(self, source_id: str) -> bool:
        """Whether the source is ours now."""
        faults.at("lease.asked")
        asking = asyncio.ensure_future(self._taking.of(source_id))
        try:
            taken = await asyncio.shield(asking)
        except asyncio.CancelledError:  # the thread goes on: what it takes for us is given back
            with suppress(Exception):
                await asking
            await self.give_back(source_id)
            raise
        if taken:
            self._held.add(source_id)
            faults.at("lease.taken")
        return taken

    async def give_back(self, source_id: str) -> None:
        """Let others have the source. A lease that cannot be given back runs out by itself."""
        self._held.discard(source_id)
        with suppress(StoreError):
            await self._giving.of(source_id)
            faults.at("lease.released")

    async def renew(self) -> None:
        """Prolong what is held, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_EVERY)
            held = sorted(self._held)
            try:
                await asyncio.gather(*(self._taking.of(source_id) for source_id in held))
                faults.at("lease.renewed")
            except StoreError:
                pass  # they run out, or the next round prolongs them
            except Exception:  # a defect of ours costs leases, not the polls
                log.exception("stage=store code=internal leases=%d", len(held))
            for source_id in held:
                if source_id not in self._held:  # given back in the meantime
                    await self.give_back(source_id)

    def _lease(self, source_ids: Sequence[str]) -> dict[str, bool]:
        now = self._now()
        ours = self._store.lease_all(source_ids, self._owner, now + LEASE, now)
        return {source_id: source_id in ours for source_id in source_ids}

    def _release(self, source_ids: Sequence[str]) -> dict[str, None]:
        self._store.release_leases(source_ids, self._owner)
        return dict.fromkeys(source_ids)
