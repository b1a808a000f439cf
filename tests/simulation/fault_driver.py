"""A process that loads the program once and forks a worker's life for each line that it is told: a fault costs little.

Each life is one round of a worker's ticks at a given time, on a given database, with a fault armed. The answer to a line
is the life's exit status (-9: killed) and whether the armed fault was reached. A life that stalls is frozen (SIGSTOP)
as soon as it says so and stays frozen until a line thaws it: the other lives meanwhile are rivals that take it for lost.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sqlite3
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pretended  # noqa: E402  (tests/ is no package)
from sixty_days import Says  # noqa: E402
from sqlalchemy.util import LRUCache  # noqa: E402

from aggregator import app as application  # noqa: E402
from aggregator import deliver, faults, fetch, owners, parsing, poll, storage  # noqa: E402, F401
from aggregator.channels import channels  # noqa: E402
from aggregator.executors.inprocess import Worker  # noqa: E402
from aggregator.model import Labels, Reading  # noqa: E402
from aggregator.sources import KINDS  # noqa: E402
from aggregator.storage import Store, dialect  # noqa: E402

STALL = 0.2
"""Seconds that a stalled life sleeps once it is thawed at the latest."""
FROZEN: set[int] = set()
REACHED, NOT_REACHED, UNSOUND, NO_WORKER = 0, 3, 5, 7


class InPlace:
    """Reads documents in this process: most lives here do without starting a reading process, which takes most of their
    time and none of their faults."""

    def __init__(self, store: Any = None, rules: bytes = b"") -> None:
        pass

    async def read(
        self, ask: Any, answer: Any, source: Any, cursor: Any, endpoints: Any, now: datetime, known: str = ""
    ) -> Reading:
        return KINDS[source.kind].read(ask, answer, source, cursor, endpoints, now)


class Doubts(Says):
    """Another understanding of the same words: every other line is an update."""

    def labels(self, *args: Any, **more: Any) -> Labels:
        from dataclasses import replace

        found = super().labels(*args, **more)
        return replace(found, kind="update") if found.lines and found.lines[0].version.endswith("1") else found


def live(asked: dict[str, Any]) -> None:
    """A round of a worker: care, poll, tell."""
    moment = datetime.fromisoformat(asked["now"])
    with application.open(config=asked["config"], database=asked["database"], now=lambda: moment) as app:
        app.__dict__["understanding"] = Says()
        worker = Worker(app)
        if not worker.start():
            os._exit(NO_WORKER)
        worker.reload.set()
        for tick in (worker.care, worker.poll, worker.tell):
            with suppress(Exception):  # as the executor does
                tick()
            app.__dict__["understanding"] = Says()  # a reload forgets it
        worker.end()


def relabel(asked: dict[str, Any]) -> None:
    """Judge all anew by other rules."""
    moment = datetime.fromisoformat(asked["now"])
    with application.open(config=asked["config"], database=asked["database"], now=lambda: moment) as app:
        app.__dict__["understanding"] = Doubts()
        app.reunderstand(moment)


def upgrade(asked: dict[str, Any]) -> None:
    """Open a database of an older version with a program that knows two more."""
    pretended.install(asked["migrations"])
    Store.open(asked["database"]).close()


def restore(asked: dict[str, Any]) -> None:
    """Put a backup in the place of the database."""
    Store.restore(asked["database"], asked["backup"])


def by_hand(asked: dict[str, Any]) -> None:
    """What a person does beside a worker: poll everything, plan and send."""
    moment = datetime.fromisoformat(asked["now"])
    with application.open(config=asked["config"], database=asked["database"], now=lambda: moment) as app:
        app.__dict__["understanding"] = Says()
        app.poll(app.sources(()))
        means = app.means()
        deliver.plan_due(means)
        deliver.send_due(means)


def keep_house(asked: dict[str, Any]) -> None:
    """What a person does for the database: prune, back up, check."""
    moment = datetime.fromisoformat(asked["now"])
    with application.open(config=asked["config"], database=asked["database"], now=lambda: moment) as app:
        app.store.forget_deliveries(moment - timedelta(days=5))
        app.store.prune(moment - app.configuration.settings.keep_items, moment)
        backup = Path(asked["config"]).parent / f"by-hand-{os.getpid()}.db"
        app.store.backup(backup)
        connection = sqlite3.connect(backup)
        sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        connection.close()
        backup.unlink()
        if not sound or app.store.check():
            os._exit(UNSOUND)


SCENES = {
    "live": live,
    "by_hand": by_hand,
    "keep_house": keep_house,
    "relabel": relabel,
    "upgrade": upgrade,
    "restore": restore,
}


def fork(asked: dict[str, Any]) -> tuple[int, int]:
    """Begin a life; its number and the end of the pipe on which it may say that it stalls."""
    heard, said = os.pipe()
    pid = os.fork()
    if pid:
        os.close(said)
        return pid, heard
    os.dup2(said, 2)
    status = 1
    try:
        faults.STALL = STALL
        faults.arm(asked["fault"])
        if asked.get("in_place"):
            parsing.Parser = InPlace  # type: ignore[misc, assignment]
        if asked.get("room") is not None:  # files beyond this size cannot be written: a disk that is full
            resource.setrlimit(resource.RLIMIT_FSIZE, (asked["room"], asked["room"]))
        if asked["fault"].startswith("lease.renewed"):
            owners.RENEW_EVERY = 0.001
        SCENES[asked.get("scene", "live")](asked)
        status = REACHED
    except BaseException:
        status = 1
    finally:
        if status == REACHED and asked["fault"] and not faults.reached():
            status = NOT_REACHED
        if status == 1 and asked["fault"].endswith(":raise") and faults.reached():
            status = REACHED  # what was raised ended this life; the next one has to cope
        os._exit(status)


def end(asked: dict[str, Any], pid: int, heard: int) -> dict[str, Any]:
    """Wait for a life: until it ends, is killed, or is frozen because it stalls."""
    if asked.get("after") is not None:
        time.sleep(asked["after"])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    elif asked["fault"].endswith(":stall") and b"stalled" in os.read(heard, 4096):
        os.kill(pid, signal.SIGSTOP)
        os.close(heard)
        FROZEN.add(pid)
        return {"frozen": pid}
    os.close(heard)
    return {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


def crowd(lives: list[dict[str, Any]]) -> dict[str, Any]:
    """Several lives at once, each killed after its time (None: not at all); their exit statuses."""
    began = time.monotonic()
    running = []
    for asked in lives:
        pid, heard = fork(asked)
        os.close(heard)
        running.append((asked["after"], pid))
    for after, pid in sorted((after, pid) for after, pid in running if after is not None):
        time.sleep(max(0.0, began + after - time.monotonic()))
        os.kill(pid, signal.SIGKILL)
    return {"statuses": [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for _, pid in running]}


def thaw(pid: int) -> dict[str, Any]:
    """Let a frozen life go on to its end."""
    FROZEN.discard(pid)
    os.kill(pid, signal.SIGCONT)
    return {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


def share_compiled_statements() -> None:
    """Statements that the first life compiled are known to all others: half of a life's work."""
    make_engine, cache = dialect.make_engine, LRUCache(2000)

    def make(url: str, **options: Any) -> Any:
        engine = make_engine(url, **options)
        engine._compiled_cache = cache
        return engine

    dialect.make_engine = make


def main() -> None:
    channels()
    share_compiled_statements()
    dialect.PATIENCE = 0.3
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "thaw" in asked:
            answer = thaw(asked["thaw"])
        elif "crowd" in asked:
            answer = crowd(asked["crowd"])
        elif "warm" in asked:  # a life in this very process: what it loads and compiles is there for all
            with suppress(Exception):
                live(asked)
            answer = {"status": 0}
        else:
            answer = end(asked, *fork(asked))
        print(json.dumps(answer), flush=True)
    for pid in FROZEN:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
