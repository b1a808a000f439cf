"""The outbox: messages with their bytes, taken one by one under a claim, and how each fared.

A claim is fenced by a token: who lost it cannot say any more how the message fared. Nothing is sent here. Every function
takes a connection; who may write opens the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from aggregator import faults
from aggregator.model import Delivery, Message
from aggregator.storage import tables

DIGEST = tables.table_of(tables.DigestRow)
OUTBOX = tables.table_of(tables.OutboxRow)
FAR = timedelta(hours=12)
"""No try is put off further: a time beyond it was written by a clock that has been set back since."""
OPEN = ("pending", "sending")


def claim(
    connection: Connection,
    owner: str,
    now: datetime,
    length: timedelta,
    digest: int | None = None,
    but: Collection[int] = (),
) -> Delivery | None:
    """Take one message whose time has come, for a while; None if there is none. Only one owner has it at a time.

    `digest` takes the messages of that digest whether their time has come or not, `but` none of these. Who began to
    send it and was lost had a claim that runs out; a time too far ahead was written by a clock that was set back.
    """
    free = sa.or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= now, OUTBOX.c.lease_until > now + FAR)
    due = sa.or_(OUTBOX.c.next_try_at <= now, OUTBOX.c.next_try_at > now + FAR)
    chosen = due if digest is None else sa.and_(OUTBOX.c.digest == digest, OUTBOX.c.state.in_(OPEN))
    wanted = sa.select(OUTBOX.c.id, OUTBOX.c.lease_token).where(
        OUTBOX.c.state.in_(OPEN), OUTBOX.c.id.not_in(list(but)), free, chosen
    )
    first = wanted.order_by(OUTBOX.c.next_try_at, OUTBOX.c.id).limit(1)
    row = connection.execute(first.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.id == row.id)
        .values(state="sending", attempts=OUTBOX.c.attempts + 1, lease_owner=owner,
                lease_token=row.lease_token + 1, lease_until=now + length)
    )  # fmt: skip
    faults.at("send.claiming")
    return next(iter(deliveries(connection, ids=[row.id], bodies=True)))


def conclude(
    connection: Connection,
    delivery: Delivery,
    *,
    sent_at: datetime | None = None,
    retry_at: datetime | None = None,
    error: tuple[str, str] | None = None,
) -> bool:
    """Note how a claimed message fared: sent, to be tried again, or (neither) dead; False if the claim was lost.

    `error` is (code, words). With the last message of a digest the digest is delivered, or failed.
    """
    state = "sent" if sent_at is not None else "pending" if retry_at is not None else "dead"
    # the last two messages of a digest may fare at once: the second sees what became of the first
    connection.execute(sa.select(DIGEST.c.id).where(DIGEST.c.id == delivery.digest).with_for_update())
    done = connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.id == delivery.id, OUTBOX.c.lease_token == delivery.token, OUTBOX.c.state == "sending")
        .values(state=state, sent_at=sent_at, next_try_at=retry_at, lease_owner=None, lease_until=None,
                error_code=error[0] if error else None, error=error[1] if error else None)
    )  # fmt: skip
    if done.rowcount != 1:
        return False
    faults.at("send.concluding")
    states = set(connection.scalars(sa.select(OUTBOX.c.state).where(OUTBOX.c.digest == delivery.digest)))
    if not states & set(OPEN):
        after = "failed" if "dead" in states else "delivered"
        connection.execute(sa.update(DIGEST).where(DIGEST.c.id == delivery.digest).values(state=after))
    return True


def replace(connection: Connection, delivery: Delivery, parts: Sequence[Message], now: datetime) -> bool:
    """Put `parts` into the place of a claimed message; they are due at once. False if the claim was lost."""
    mine = (OUTBOX.c.id == delivery.id, OUTBOX.c.lease_token == delivery.token, OUTBOX.c.state == "sending")
    if connection.execute(sa.delete(OUTBOX).where(*mine)).rowcount != 1:
        return False
    same = (
        OUTBOX.c.digest == delivery.digest,
        OUTBOX.c.channel == delivery.channel,
        OUTBOX.c.recipient == delivery.recipient,
    )
    last = connection.scalar(sa.select(sa.func.max(OUTBOX.c.part)).where(*same)) or 0
    rows = [
        {"digest": delivery.digest, "channel": part.channel, "recipient": part.recipient, "part": last + number,
         "message_id": part.message_id, "subject": part.subject, "body": part.body, "body_type": part.body_type,
         "state": "pending", "attempts": 0, "created_at": delivery.created_at, "next_try_at": now, "lease_owner": None,
         "lease_token": 0, "lease_until": None, "sent_at": None, "error": None, "error_code": None}
        for number, part in enumerate(parts, 1)
    ]  # fmt: skip
    connection.execute(sa.insert(OUTBOX), rows)
    return True


def sent(connection: Connection, channel: str) -> list[Delivery]:
    """Return the messages that a channel took and whose bytes are still kept, without these."""
    wanted = sa.select(OUTBOX.c.id).where(OUTBOX.c.channel == channel, OUTBOX.c.state == "sent", OUTBOX.c.body != b"")
    return deliveries(connection, ids=list(connection.scalars(wanted)), limit=10_000)


def deliveries(
    connection: Connection,
    *,
    ids: Sequence[int] | None = None,
    digest: int | None = None,
    states: Sequence[str] | None = None,
    bodies: bool = False,
    limit: int = 200,
) -> list[Delivery]:
    """Return messages of the outbox in their order, the latest `limit` of them; their bytes only if asked for."""
    columns = [column for column in OUTBOX.columns if column.name != "body" or bodies]
    statement = sa.select(*columns, DIGEST.c.subscriber, DIGEST.c.slot_date, DIGEST.c.purpose).join(
        DIGEST, DIGEST.c.id == OUTBOX.c.digest
    )
    if ids is not None:
        statement = statement.where(OUTBOX.c.id.in_(ids))
    if digest is not None:
        statement = statement.where(OUTBOX.c.digest == digest)
    if states is not None:
        statement = statement.where(OUTBOX.c.state.in_(states))
    return [
        Delivery(
            id=row.id, digest=row.digest, subscriber=row.subscriber, slot=row.slot_date, purpose=row.purpose,
            channel=row.channel, recipient=row.recipient, part=row.part, message_id=row.message_id,
            subject=row.subject, body=row.body if bodies else b"", body_type=row.body_type, state=row.state,
            attempts=row.attempts, created_at=row.created_at, next_try_at=row.next_try_at, token=row.lease_token,
            sent_at=row.sent_at, error=row.error, error_code=row.error_code,
        )
        for row in reversed(connection.execute(statement.order_by(OUTBOX.c.id.desc()).limit(limit)).all())
    ]  # fmt: skip


def free_claims(connection: Connection, owners: Sequence[str]) -> None:
    """Give back what owners that are dead had begun to send; it is sent again with the same bytes."""
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.lease_owner.in_(owners), OUTBOX.c.state == "sending")
        .values(lease_owner=None, lease_until=None)
    )
