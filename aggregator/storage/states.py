"""What is remembered of sources between polls: state, lease, validators, quotas, the log of polls.

Every function takes a connection; who may write opens the transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import schedule
from aggregator.model import Ask, Poll, PollCounts, SourceState, Validator
from aggregator.storage import dialect, tables, windows

SOURCE = tables.table_of(tables.SourceRow)
VALIDATOR = tables.table_of(tables.ValidatorRow)
BUDGET = tables.table_of(tables.BudgetRow)
POLL = tables.table_of(tables.PollRow)
LEASE = tables.table_of(tables.LeaseRow)
SETTING = tables.table_of(tables.SettingRow)
ITEM = tables.table_of(tables.ItemRow)
_EMPTY: dict[str, Any] = {"url": "", "cursor": {}, "fail_count": 0, "notes": [], "lease_token": 0, "key_mode": "",
                          "moved": {}, "facts": {}}  # fmt: skip


QUEUED = "queue"
"""The owner of sources that wait in a queue: whoever polls one takes it over."""
INTERRUPTED = "interrupted"
"""The code of polls that ended with their process, time and again."""
DEFERRED = frozenset({"deferred", "quota_used_up", "rate_limited", "leased"})
"""Codes of polls that did not fail: they were told to wait."""


def states(connection: Connection, source: str | None = None, *, counted: bool = True) -> dict[str, SourceState]:
    """Return what is remembered of each source (or of one) that was ever polled, `counted` with its number of items.

    Counting goes through all items: who asks often, or in a poll, does without.
    """
    counts = sa.select(ITEM.c.source, sa.func.count().label("items")).group_by(ITEM.c.source)
    rows = sa.select(SOURCE)
    if source is not None:
        counts, rows = counts.where(ITEM.c.source == source), rows.where(SOURCE.c.id == source)
    items = {row.source: row.items for row in connection.execute(counts)} if counted else {}
    return {row.id: _state(row, items.get(row.id, 0)) for row in connection.execute(rows)}


def _state(row: Any, items: int) -> SourceState:
    return SourceState(
        id=row.id, cursor=row.cursor, next_poll_at=row.next_poll_at, last_poll_at=row.last_poll_at,
        last_ok_at=row.last_ok_at, last_new_at=row.last_new_at, baseline_at=row.baseline_at,
        fail_count=row.fail_count, error=row.error, error_code=row.error_code, retry_at=row.retry_at, items=items,
        url=row.url, notes=tuple(row.notes), held_since=row.held_since, moved=row.moved, facts=row.facts,
    )  # fmt: skip


def ensure_sources(connection: Connection, sources: Mapping[str, str]) -> dict[str, Any]:
    """Make rows for sources (id to URL) that have none; return all their rows, locked until the transaction ends."""
    found: dict[str, Any] = {}
    # locked in one order, so that two that write do not wait for each other
    wanted = sa.select(SOURCE).order_by(SOURCE.c.id).with_for_update()
    for some in dialect.chunks(sorted(sources)):
        found.update((row.id, row) for row in connection.execute(wanted.where(SOURCE.c.id.in_(some))))
    missing = [{"id": i, **_EMPTY, "url": url} for i, url in sorted(sources.items()) if i not in found]
    if missing:
        connection.execute(dialect.insert_or_ignore(connection, SOURCE), missing)
        return ensure_sources(connection, sources)
    return found


def lease_all(connection: Connection, sources: Sequence[str], owner: str, until: datetime, now: datetime) -> set[str]:
    """Take (or prolong) the right to poll sources; return those that are this owner's now, not those that another holds."""
    rows = []
    for source, row in ensure_sources(connection, dict.fromkeys(sources, "")).items():
        held = row.lease_owner is not None and row.lease_until is not None and _runs(row.lease_until, now, until - now)
        if not held or row.lease_owner in (owner, QUEUED):
            rows.append({"id_": source, "token": row.lease_token + (0 if row.lease_owner == owner and held else 1)})
    if rows:
        statement = sa.update(SOURCE).where(SOURCE.c.id == sa.bindparam("id_"))
        values = {"lease_owner": owner, "lease_until": until, "lease_token": sa.bindparam("token")}
        connection.execute(statement.values(values), rows)
    return {row["id_"] for row in rows}


def _runs(until: datetime, now: datetime, length: timedelta) -> bool:
    """Say whether a lease still runs. One that would run for much longer than such a lease does is a leftover of a clock
    that has been set back since."""
    return now < until <= now + max(2 * length, timedelta(hours=1))


def free(connection: Connection, dead: Sequence[str]) -> dict[str, int]:
    """Give back what these owners held; return the sources with the number of their polls in a row that did not end."""
    # in the order in which polls lock them
    held = sa.select(SOURCE.c.id, SOURCE.c.facts).where(SOURCE.c.lease_owner.in_(dead))
    rows = connection.execute(held.order_by(SOURCE.c.id).with_for_update()).all()
    counts = {row.id: int(row.facts.get("unfinished", 0)) + 1 for row in rows}
    for row in rows:
        freed = sa.update(SOURCE).where(SOURCE.c.id == row.id)
        facts = {**row.facts, "unfinished": counts[row.id]}
        connection.execute(freed.values(lease_owner=None, lease_until=None, facts=facts))
    connection.execute(sa.update(LEASE).where(LEASE.c.owner.in_(dead)).values(until=None))
    return counts


def release_leases(connection: Connection, sources: Iterable[str], owner: str) -> None:
    """Give back the right to poll sources, where this owner has it."""
    for some in dialect.chunks(sorted(sources)):
        ours = sa.select(SOURCE.c.id).where(SOURCE.c.id.in_(some), SOURCE.c.lease_owner == owner)
        connection.execute(
            ours.order_by(SOURCE.c.id).with_for_update()
        ).all()  # locked in one order, as by `ensure_sources`
        statement = sa.update(SOURCE).where(SOURCE.c.id.in_(some), SOURCE.c.lease_owner == owner)
        connection.execute(statement.values(lease_owner=None, lease_until=None))


def claim(connection: Connection, name: str, owner: str, length: timedelta, now: datetime) -> bool:
    """Take or prolong a named right for a while; False while another owner holds it."""
    free = {"name": name, "owner": "", "token": 0, "until": None, "beat_at": None}
    connection.execute(dialect.insert_or_ignore(connection, LEASE), free)
    row = connection.execute(sa.select(LEASE).where(LEASE.c.name == name).with_for_update()).one()
    if row.owner != owner and row.until is not None and _runs(row.until, now, length):
        return False
    token = row.token + (0 if row.owner == owner else 1)
    taken = sa.update(LEASE).where(LEASE.c.name == name)
    connection.execute(taken.values(owner=owner, token=token, until=now + length, beat_at=now))
    return True


def release_claim(connection: Connection, name: str, owner: str) -> None:
    """Give back a named right, if this owner has it; its token stays, so that it only grows."""
    connection.execute(sa.update(LEASE).where(LEASE.c.name == name, LEASE.c.owner == owner).values(until=None))


def setting(connection: Connection, key: str) -> str | None:
    """Return a remembered value."""
    value: str | None = connection.scalar(sa.select(SETTING.c.value).where(SETTING.c.key == key))
    return value


def save_setting(connection: Connection, key: str, value: str) -> None:
    """Remember a value."""
    connection.execute(dialect.insert_or_update(connection, SETTING, ["key"]), {"key": key, "value": value})


def budgets(connection: Connection) -> dict[str, Any]:
    """Return the state of each host's quota."""
    return {row.host: row.state for row in connection.execute(sa.select(BUDGET))}


def save_budgets(connection: Connection, states_by_host: Mapping[str, Any], now: datetime) -> None:
    """Keep the state of hosts' quotas (plain JSON); hosts that are not named keep theirs."""
    rows = [{"host": host, "state": state, "updated_at": now} for host, state in states_by_host.items()]
    if rows:
        connection.execute(dialect.insert_or_update(connection, BUDGET, ["host"]), rows)


# -------------------------------------------------------------------------------------------------------- validators


def validators_of(connection: Connection, sources: Iterable[str]) -> dict[str, dict[str, Validator]]:
    """Return what the URLs of each of the sources last carried, by URL."""
    found: dict[str, dict[str, Validator]] = {source: {} for source in sources}
    for some in dialect.chunks(found):
        for row in connection.execute(sa.select(VALIDATOR).where(VALIDATOR.c.source.in_(some))):
            pages = tuple(_ask(page) for page in row.pages)
            found[row.source][row.url] = Validator(row.etag, row.last_modified, row.body_hash, pages, row.fetched_at)
    return found


def _ask(stored: Mapping[str, Any]) -> Ask:
    body = stored.get("body")
    return Ask(**{**stored, "body": None if body is None else body.encode("latin-1")})


def _stored_ask(ask: Ask) -> dict[str, Any]:
    return asdict(ask) | {"body": None if ask.body is None else ask.body.decode("latin-1")}


def _validator_rows(poll: Poll, asks_again: bool) -> list[dict[str, Any]]:
    return [
        {"source": poll.source.id, "url_hash": hashlib.sha256(url.encode("utf-8", "replace")).hexdigest(), "url": url,
         "etag": None if asks_again else v.etag, "last_modified": None if asks_again else v.last_modified,
         "body_hash": None if asks_again else v.body_hash,
         "pages": [_stored_ask(page) for page in v.pages], "fetched_at": v.fetched_at}
        for url, v in poll.validators.items()
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ the end of a poll


def finish_polls(
    connection: Connection, done: list[tuple[Poll, PollCounts, Any]], now: datetime, incomplete: Collection[str]
) -> None:
    """Write state, validators, cursor and log of polls; `done` holds each with its counts and its source's row as it was.

    `incomplete`: sources of which something that they list as before is not stored; their next answer is read whole.
    """
    rows = [{"id_": poll.source.id, **_after(poll, counts, row, now)} for poll, counts, row in done]
    for row, (_, counts, _) in zip(rows, done, strict=True):
        if counts.rejected or row["id_"] in incomplete:
            row["facts"].pop("known", None)
    columns = [name for name in rows[0] if name != "id_"]
    statement = sa.update(SOURCE).where(SOURCE.c.id == sa.bindparam("id_"))
    connection.execute(statement.values({name: sa.bindparam(name) for name in columns}), rows)
    kept = [row for poll, _, _ in done for row in _validator_rows(poll, poll.source.id in incomplete)]
    if kept:
        connection.execute(dialect.insert_or_update(connection, VALIDATOR, ["source", "url_hash"]), kept)
    connection.execute(sa.insert(POLL), [_log_row(poll, counts, now) for poll, counts, _ in done])


def note_failure(connection: Connection, poll: Poll, now: datetime) -> None:
    """Write state and log of a poll of which nothing else could be stored."""
    row = ensure_sources(connection, {poll.source.id: poll.source.url})[poll.source.id]
    finish_polls(connection, [(poll, PollCounts(), row)], now, ())


def is_deferred(told: Any) -> bool:
    """Say whether a poll (or the state it left) was told to wait, and did not fail."""
    return told.retry_at is not None and (told.error is None or told.error_code in DEFERRED)


def _after(poll: Poll, counts: PollCounts, row: Any, now: datetime) -> dict[str, Any]:
    deferred = is_deferred(poll)
    failed = poll.error is not None and not deferred
    ok = not failed and not deferred
    return {
        "url": poll.source.url,
        "cursor": dict(poll.cursor),
        "next_poll_at": poll.sooner if counts.overrun and poll.sooner is not None else poll.next_poll_at,
        "last_poll_at": now,
        "last_ok_at": now if ok else row.last_ok_at,
        "last_new_at": now if counts.new else row.last_new_at,
        "baseline_at": row.baseline_at or (now if ok and poll.complete else None),
        "fail_count": row.fail_count + 1 if failed else row.fail_count if deferred else 0,
        "error": _plain(poll.error),
        "error_code": poll.error_code,
        "error_stage": poll.error_stage,
        "retry_at": poll.retry_at,
        "notes": _notes(poll, counts),
        "moved": dict(row.moved if poll.moved is None else poll.moved),
        "facts": _facts_after(poll, dict(row.facts if poll.facts is None else poll.facts), counts, now),
        "held_since": row.held_since or (now if counts.held else None),
    }


def _facts_after(poll: Poll, facts: dict[str, Any], counts: PollCounts, now: datetime) -> dict[str, Any]:
    """What is known of a source after a poll: the size of a listing that was read whole, whether it is another's, and
    how often it slid past."""
    if poll.error_code != INTERRUPTED:
        facts.pop("unfinished", None)
    if poll.listed is not None and not counts.held:
        facts["window"] = len(poll.listed)
    if counts.held == "another_site":
        facts["another_site"] = True
    if counts.overrun:
        facts["overrun"] = schedule.overrun(facts.get("overrun") or {}, now)
    return facts


def _log_row(poll: Poll, counts: PollCounts, now: datetime) -> dict[str, Any]:
    if poll.error is not None:
        outcome = "deferred" if is_deferred(poll) else "partial" if poll.prepared else "failed"
    else:
        outcome = "new" if counts.new else "updated" if counts.updated else "unchanged"
    return {
        "source": poll.source.id,
        "at": now,
        "outcome": outcome,
        "new": counts.new,
        "updated": counts.updated,
        "rejected": len(counts.rejected),
        "seconds": poll.seconds,
        "requests": poll.requests,
        "code": poll.error_code,
        "stage": poll.error_stage,
        "error": _plain(poll.error),
        "retry_at": poll.retry_at,
        "notes": _notes(poll, counts),
    }


def _notes(poll: Poll, counts: PollCounts) -> list[str]:
    return [*poll.notes, *((windows.NOTE,) if counts.overrun else ())]


def _plain(text: str | None) -> str | None:
    """Return text that a database takes, whatever a server put into its error."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
