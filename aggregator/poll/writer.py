"""The writer of polls: whole polls go into transactions one after the other, several together while it was busy."""

from __future__ import annotations

import asyncio

from aggregator import faults
from aggregator.errors import AggregatorError
from aggregator.model import Poll, PollCounts
from aggregator.poll.means import Means

BATCH = 2000
"""Entries that one transaction takes at most before it is committed (whole polls only)."""


class Writer:
    """Commits polls one transaction at a time in a thread, several whole polls together while it was busy."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._waiting: asyncio.Queue[tuple[Poll, asyncio.Future[PollCounts]] | None] = asyncio.Queue()

    async def commit(self, poll: Poll) -> PollCounts:
        """Wait until `poll` is stored; raises the StoreError that kept it from being stored."""
        done: asyncio.Future[PollCounts] = asyncio.get_running_loop().create_future()
        await self._waiting.put((poll, done))
        return await done

    def close(self) -> None:
        """No more polls will come."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Take what waits, commit it, tell those who wait; until `close`."""
        closing = False
        while not closing:
            batch = []
            taken = await self._waiting.get()
            while True:
                if taken is None:
                    closing = True
                    break
                batch.append(taken)
                if self._waiting.empty() or sum(len(p.prepared) for p, _ in batch) >= BATCH:
                    break
                taken = self._waiting.get_nowait()
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[Poll, asyncio.Future[PollCounts]]]) -> None:
        faults.at("poll.committing")
        try:
            counts = await asyncio.to_thread(self._means.store.commit_polls, [p for p, _ in batch], self._means.now())
            faults.at("poll.committed")
        except Exception as error:
            if not isinstance(error, AggregatorError) and len(batch) > 1:
                for one in batch:  # a defect that one poll meets costs the others nothing
                    await self._commit([one])
                return
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), count in zip(batch, counts):
            if not done.done():
                done.set_result(count)
