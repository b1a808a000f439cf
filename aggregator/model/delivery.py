"""Digests that are planned, sent and kept. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.model.material import Material


@dataclass(frozen=True, slots=True)
class Pending:
    """What has not been planned for a subscriber, in one view of the database.

    `last` is the number of its last digest: a plan that was made of this view is void if another came in between.
    `told` is what it was told of each line (new, rumour, status:open, …). `handled` are the numbers of all items that a
    plan of this view covers, with whether they are news; everything up to `mark` will then lie behind it. `planned_at` is
    when its last digest was planned, `slot` for which date.
    """

    subscriber: str
    last: int
    since: datetime
    planned_at: datetime | None
    slot: str | None
    material: Material
    told: Mapping[str, frozenset[str]]
    handled: tuple[tuple[int, bool], ...] = ()
    item_low: int = 0
    item_high: int = 0
    mark: int = 0
    change_low: int = 0
    change_high: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient of one channel, as it will be handed over: the same bytes however often it is tried.

    A `fault` (code, words) says that it cannot be sent at all: it is kept, visibly, and never tried.
    """

    channel: str
    recipient: str
    message_id: str
    subject: str
    body: bytes
    body_type: str
    part: int = 1
    fault: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest as it is stored in one transaction: its bodies by form, what it tells, and the messages to hand over.

    `purpose` is empty for the day's digest and names an alert. `entries` are (line, what was told of it).
    """

    pending: Pending
    slot: str
    slot_at: datetime
    planned_at: datetime
    since: datetime
    until: datetime
    language: str
    bodies: Mapping[str, bytes]
    entries: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...]
    summary: Mapping[str, Any]
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A stored digest: `state` is empty, planned, delivered or failed (something of it will never arrive)."""

    id: int
    subscriber: str
    slot: str
    purpose: str
    slot_at: datetime
    planned_at: datetime
    since: datetime
    until: datetime
    language: str
    state: str
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the outbox: `state` is pending, sending, sent or dead. `token` fences the claim of its sender."""

    id: int
    digest: int
    subscriber: str
    slot: str
    purpose: str
    channel: str
    recipient: str
    part: int
    message_id: str
    subject: str
    body: bytes
    body_type: str
    state: str
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    token: int
    sent_at: datetime | None
    error: str | None
    error_code: str | None
