"""Looks names up and dials addresses, both bounded in time. Decides nothing about which addresses are allowed.

A look-up blocks and cannot be cancelled, so it runs in one of a bounded number of daemon threads: one that hangs delays
neither another name nor the end of the program (concurrent.futures would join its threads at exit).
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from queue import SimpleQueue

import httpcore

from aggregator.errors import FetchError

Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) -> addresses as text, best first. Blocks; raises OSError (gaierror) if there are none."""
Stream = httpcore.AsyncNetworkStream
Dialer = Callable[[str, int, float], Awaitable[Stream]]
"""(address, port, seconds) -> a connected stream."""

_MOST_ADDRESSES = 6


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host` in the system's order of preference (RFC 6724). Blocks; socket.gaierror if there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found if entry[0] in (socket.AF_INET, socket.AF_INET6)))


async def dial(address: str, port: int, seconds: float) -> Stream:
    """A TCP connection to an address (never a name). Raises httpcore.ConnectError or ConnectTimeout."""
    return await httpcore.AnyIOBackend().connect_tcp(address, port, timeout=seconds)


DEAF_AFTER = 16
"""Look-ups that hang, with none answered, before the resolver is taken for unreachable."""


HUNG_FOR = 4
"""How long, in look-up limits, a name whose look-up hung is not looked up again: many sources may share one host."""


class Lookups:
    """Look-ups in daemon threads: at most `threads` at once, one for a name that several ask for. `close` it at the end."""

    def __init__(self, resolver: Resolver, seconds: float, threads: int) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._free = asyncio.Semaphore(threads)
        self._running: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}
        self._jobs: SimpleQueue[tuple[asyncio.Future[Sequence[str]], str, int] | None] = SimpleQueue()
        self._threads = 0
        self._answered = False
        self._silent = 0
        self._hung: dict[tuple[str, int], float] = {}

    def close(self) -> None:
        """Let every thread end when it is done; waits for none."""
        for _ in range(self._threads):
            self._jobs.put(None)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """A host's addresses, at least one. FetchError dns_failed or dns_timeout, stage dns."""
        patience = self._patience()
        if self._hung.get((host, port), 0.0) > time.monotonic():
            raise _dns(f"looking up {host} hung a moment ago", "dns_timeout")
        try:
            async with asyncio.timeout(patience):
                found = await asyncio.shield(await self._start(host, port))
        except TimeoutError:
            self._silent += 1
            self._hung[host, port] = time.monotonic() + HUNG_FOR * self._seconds
            raise _dns(f"looking up {host} took over {patience:g} s", "dns_timeout") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise _dns(f"{host} cannot be resolved: {reason}", "dns_failed") from error
        self._answered = True
        if not found:
            raise _dns(f"{host} has no address", "dns_failed")
        return found

    def _patience(self) -> float:
        """Seconds that a look-up may take: a fifth of the limit once many hung and none was ever answered, so that a
        machine without any network tells so of hundreds of sources in seconds. The first answer ends that."""
        is_deaf = not self._answered and self._silent >= DEAF_AFTER
        return self._seconds / 5 if is_deaf else self._seconds

    async def _start(self, host: str, port: int) -> asyncio.Future[Sequence[str]]:
        running = self._running.get((host, port))
        if running is not None:
            return running
        await self._free.acquire()
        running = self._running.get((host, port))
        if running is not None:  # somebody else started it while this one waited for a thread
            self._free.release()
            return running
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[str]] = loop.create_future()
        self._running[host, port] = future
        if len(self._running) > self._threads:
            self._threads += 1
            threading.Thread(target=self._work, args=(loop,), name="look-up", daemon=True).start()
        self._jobs.put((future, host, port))
        return future

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while (job := self._jobs.get()) is not None:
            future, host, port = job
            found: Sequence[str] | Exception
            try:
                found = tuple(self._resolver(host, port))
            except (OSError, ValueError) as error:
                found = error
            except Exception as error:  # an injected resolver may raise anything; here it must only not end the thread
                found = OSError(f"{type(error).__name__} in the resolver")
            try:
                loop.call_soon_threadsafe(self._finish, future, (host, port), found)
            except RuntimeError:
                return  # the loop ended while this look-up hung: nobody waits any more

    def _finish(
        self, future: asyncio.Future[Sequence[str]], key: tuple[str, int], found: Sequence[str] | Exception
    ) -> None:
        self._free.release()
        self._running.pop(key, None)
        if future.done():
            return
        if isinstance(found, Exception):
            future.set_exception(found)
            future.exception()  # seen: a look-up that everybody gave up must not be reported as forgotten
        else:
            future.set_result(found)


async def connect(addresses: Sequence[str], port: int, dialer: Dialer, seconds: float, stagger: float) -> Stream:
    """A stream to the first address that answers (RFC 8305 in small): the next one is tried after `stagger` or a failure.

    seconds: for all of them together. FetchError connect_failed or connect_timeout, stage connect. Every connection
    that is not returned is closed, also when the caller is cancelled.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    waiting = list(addresses[:_MOST_ADDRESSES])
    running: set[asyncio.Task[Stream]] = set()
    errors: list[BaseException] = []
    try:
        while (waiting or running) and loop.time() < end:
            if waiting:
                task = asyncio.ensure_future(dialer(waiting.pop(0), port, max(0.001, end - loop.time())))
                running.add(task)
            patience = min(stagger, end - loop.time()) if waiting else end - loop.time()
            done, _ = await asyncio.wait(running, timeout=max(0.0, patience), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception() if not task.cancelled() else OSError("cancelled")
                if error is None:
                    running.discard(task)
                    return task.result()
                running.discard(task)
                errors.append(error)
    finally:
        await _abandon(running)
    if loop.time() >= end or all(isinstance(error, httpcore.ConnectTimeout | TimeoutError) for error in errors):
        raise FetchError(f"no connection within {seconds:g} s", code="connect_timeout", stage="connect")
    raise FetchError(f"no connection: {_why(errors[-1])}", code="connect_failed", stage="connect") from errors[-1]


async def _abandon(tasks: set[asyncio.Task[Stream]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(outcome, BaseException):
            await outcome.aclose()


def _why(error: BaseException | None) -> str:
    """The operating system's words for a failed connection, wherever they are in the chain of causes."""
    seen = 0
    first = error
    while error is not None and seen < 6:
        if isinstance(error, OSError) and error.strerror:
            return error.strerror.lower()
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__
        seen += 1
    return str(first) or type(first).__name__


def _dns(detail: str, code: str) -> FetchError:
    return FetchError(detail, code=code, stage="dns")
