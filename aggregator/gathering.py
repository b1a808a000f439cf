"""Many small questions to the database made few: what is asked while an answer is awaited is asked together after it.

One question runs at a time, in a thread. It knows nothing of what is asked. A question that fails by a defect is asked
again for each key alone, so that the defect costs only the keys that have it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from aggregator.errors import AggregatorError

Answer = TypeVar("Answer")


class Gathering(Generic[Answer]):
    """Asks `ask` for many keys at once; it gets each key once and answers for each. From one event loop only."""

    def __init__(self, ask: Callable[[Sequence[str]], Mapping[str, Answer]]) -> None:
        self._ask = ask
        self._waiting: dict[str, list[asyncio.Future[Answer]]] = {}
        self._running: asyncio.Task[None] | None = None

    async def of(self, key: str) -> Answer:
        """The answer for a key; raises what `ask` raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, {}
            try:
                await self._settle(taken)
            except BaseException:
                for answer in (one for several in taken.values() for one in several if not one.done()):
                    answer.cancel()
                raise

    async def _settle(self, taken: Mapping[str, Sequence[asyncio.Future[Answer]]]) -> None:
        """Ask for these keys, and answer all that wait for them."""
        try:
            found = await asyncio.to_thread(self._ask, list(taken))
        except Exception as error:
            if len(taken) > 1 and not isinstance(error, AggregatorError):
                for key, several in taken.items():
                    await self._settle({key: several})
                return
            for answer in (one for several in taken.values() for one in several if not one.done()):
                answer.set_exception(error)
            return
        for key, several in taken.items():
            for answer in several:
                if not answer.done():
                    answer.set_result(found[key])
