"""The queue itself: procrastinate's tables in a schema of their own, the jobs that we put in, and the upkeep of both.

The only place that knows procrastinate. A job is one poll of one source: `lock` and `queueing_lock` are the source's id,
so that it waits once at most and is never worked on twice at the same time. Jobs are deleted when they end: what came of
them is in the store.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.schema import SchemaManager

from aggregator.errors import StoreError

log = logging.getLogger(__name__)

SCHEMA = "queue"
"""The PostgreSQL schema of procrastinate's tables, functions and types."""
QUEUE = "polls"
TASK = "poll"
HEARTBEAT = 5.0
"""Seconds between two signs of life of a worker."""
STALLED_AFTER = 20.0
"""Seconds without a sign of life after which a worker's jobs return to the queue."""
_APPLYING = 0x61676772_71  # the advisory lock under which one process makes or changes the tables
_OPTIONS = f"-c search_path={SCHEMA}"
_WAITING = "SELECT count(*) AS jobs FROM procrastinate_jobs WHERE status = 'todo'"
_KNOWN = """SELECT queueing_lock AS source FROM procrastinate_jobs
 WHERE status = 'todo' AND queueing_lock = ANY(%(ids)s)"""


def address_of(database: str) -> str:
    """The libpq URI of our database URL (`postgresql+psycopg://…`)."""
    return "postgresql://" + database.partition("://")[2]


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what the queue's database raises into StoreError."""
    try:
        yield
    except (ConnectorException, psycopg.Error) as error:
        cause = str(error.__cause__ or error).splitlines()[0]
        raise StoreError(f"the queue's database: {cause}", code="db_unavailable") from error


def prepare(database: str) -> None:
    """Make the queue's tables, or bring those of an older procrastinate up to date; one process at a time does it.

    The version that made them is the comment of the schema. Raises StoreError.
    """
    version = metadata.version("procrastinate")
    with told(), psycopg.connect(address_of(database), options=_OPTIONS) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_APPLYING,))
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        row = connection.execute("SELECT obj_description(%s::regnamespace)", (SCHEMA,)).fetchone()
        made_by = row[0] if row else None
        if made_by == version:
            return
        statements = [SchemaManager.get_schema()] if made_by is None else list(_migrations(made_by))
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{version}'")
        log.info("the queue's tables are those of procrastinate %s", version)


def _migrations(made_by: str) -> Iterator[str]:
    """The scripts that came after a version of procrastinate, in order."""
    for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if _numbers(path.name.split("_")[0]) > _numbers(made_by):
            yield path.read_text("utf-8")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def application(database: str, poll: Callable[[str], Awaitable[None]], connections: int = 8) -> procrastinate.App:
    """procrastinate on our database, with `poll` as what a job does. Open it before use."""
    connector = procrastinate.PsycopgConnector(
        conninfo=address_of(database), kwargs={"options": _OPTIONS}, min_size=1, max_size=connections
    )
    app = procrastinate.App(connector=connector)

    @app.task(name=TASK, queue=QUEUE)
    async def run(source: str) -> None:
        await poll(source)

    return app


class Filling:
    """The scheduler's side: puts jobs in. Not for an event loop; use it as a context manager."""

    def __init__(self, database: str) -> None:
        connector = procrastinate.SyncPsycopgConnector(
            conninfo=address_of(database), kwargs={"options": _OPTIONS}, min_size=1, max_size=2
        )
        self._app = procrastinate.App(connector=connector)

    def __enter__(self) -> Filling:
        with told():
            self._app.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._app.close()

    def waiting(self) -> int:
        """How many jobs wait for a worker. Raises StoreError."""
        with told():
            return int(self._app.connector.execute_query_one(_WAITING)["jobs"])

    def put(self, sources: Sequence[str]) -> int:
        """One job for each source that waits in none; how many were put in. Raises StoreError."""
        if not sources:
            return 0
        with told():
            rows = self._app.connector.execute_query_all(_KNOWN, ids=list(sources))
            known = {row["source"] for row in rows}
            jobs = [_job(source) for source in sources if source not in known]
            if not jobs:
                return 0
            try:
                self._app.job_manager.batch_defer_jobs(jobs=jobs)
                return len(jobs)
            except AlreadyEnqueued:  # somebody else put one of them in at the same moment
                return sum(self._put_one(job) for job in jobs)

    def _put_one(self, job: Job) -> int:
        try:
            self._app.job_manager.defer_job(job=job)
        except AlreadyEnqueued:
            return 0
        return 1


def _job(source: str) -> Job:
    return Job(queue=QUEUE, task_name=TASK, lock=source, queueing_lock=source, task_kwargs={"source": source})


async def work(app: procrastinate.App, at_once: int, patience: float) -> None:
    """Take jobs until cancelled; then the jobs at work have `patience` seconds to end."""
    await app.run_worker_async(
        queues=[QUEUE],
        concurrency=at_once,
        install_signal_handlers=False,
        shutdown_graceful_timeout=patience,
        delete_jobs=DeleteJobCondition.ALWAYS,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED_AFTER,
    )


async def return_stalled(app: procrastinate.App) -> int:
    """Put the jobs of workers that gave no sign of life back into the queue; how many were in the way.

    One whose source waits in another job meanwhile is forgotten: its lock would keep that job from every worker.
    """
    count = 0
    manager: Any = app.job_manager
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_AFTER):
        try:
            try:
                await manager.retry_job(job)
            except UniqueViolation:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
        except ConnectorException:  # another worker was faster, or its worker came back and ended it
            continue
        count += 1
    return count
