"""Turns: so many fetches at once in all, so many to one host, and no crowd of slow ones in front of the quick.

With 32 slots, 32 dripping servers would keep everybody else waiting for a minute. So while others wait for a slot, a
GET that has been under way for `Limits.patience` gives its slot up, and is tried again (once, with its full time) in a
lane that is half as wide as the whole. A host that was that slow goes to this lane at once until it is quick again.
Without a queue nothing is ever given up. No I/O here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass

from aggregator.fetch.limits import Limits


@dataclass(slots=True, eq=False)
class Turn:
    """One fetch that has its slots. `gave_up` is set when it must make room; its timeout has then been brought forward."""

    site: str
    is_slow: bool
    began: float
    gave_up: bool = False
    timeout: asyncio.Timeout | None = None


class Slots:
    """First come, first served, within each lane. One event loop owns it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = asyncio.Semaphore(limits.in_flight)
        self._slow_lane = asyncio.Semaphore(max(1, limits.in_flight // 2))
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._slow_sites: set[str] = set()
        self._under_way: dict[Turn, None] = {}
        self._waiting = 0
        self._watch: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, site: str, *, is_slow: bool = False) -> AsyncIterator[Turn]:
        """Wait for the host's slot first and hold no other meanwhile: a slow host keeps nobody else waiting."""
        is_slow = is_slow or site in self._slow_sites
        async with self._host(site), self._slow_lane if is_slow else nullcontext():
            self._waiting += not is_slow
            try:
                self._look_out()
                await self._all.acquire()
            finally:
                self._waiting -= not is_slow
            turn = Turn(site, is_slow, asyncio.get_running_loop().time())
            try:
                yield turn
            finally:
                self._all.release()

    @contextmanager
    def can_give_up(self, turn: Turn, timeout: asyncio.Timeout) -> Iterator[None]:
        """Within this block (inside of `timeout`'s) the turn may be asked to make room, by TimeoutError."""
        if not turn.is_slow:
            turn.timeout = timeout
            self._under_way[turn] = None
        try:
            yield
        finally:
            self._under_way.pop(turn, None)

    def learn(self, turn: Turn, *, is_done: bool) -> None:
        """Remember whether the turn's host is slow: a fetch that ended in time (`is_done`) and one that did not tell."""
        if not is_done:
            self._slow_sites.add(turn.site)
        elif asyncio.get_running_loop().time() - turn.began < self._limits.patience:
            self._slow_sites.discard(turn.site)

    def _host(self, site: str) -> asyncio.Semaphore:
        if site not in self._hosts:
            self._hosts[site] = asyncio.Semaphore(self._limits.hosts.get(site, self._limits.per_host))
        return self._hosts[site]

    def _look_out(self) -> None:
        if self._watch is None and self._waiting and self._all.locked():
            self._watch = asyncio.get_running_loop().call_later(self._limits.patience / 4, self._make_room)

    def _make_room(self) -> None:
        self._watch = None
        now = asyncio.get_running_loop().time()
        overdue = [turn for turn in self._under_way if now - turn.began >= self._limits.patience]
        for turn in overdue[: self._waiting]:
            self._under_way.pop(turn)
            turn.gave_up = True
            if turn.timeout is not None:
                turn.timeout.reschedule(now)
        self._look_out()
