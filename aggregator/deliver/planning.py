"""From what was not yet told to a stored plan: a digest for one subscriber and one local date, with its bytes.

The view of the database, the rendering and the transaction are three steps: nobody waits for our rendering. A plan holds
exactly the items that its view had; what is stored meanwhile belongs to the next one, and a rival's plan makes ours void.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aggregator import digest as digests
from aggregator import faults, slots
from aggregator.channels import Channel, Letter, Secrets
from aggregator.digest import Digest, Entry, render
from aggregator.digest.short import short, subject
from aggregator.model import Configuration, Delivery, Message, Pending, Plan, Subscriber
from aggregator.storage import Store

log = logging.getLogger(__name__)

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is not set yet: nothing is planned by it."""
TOLD_FOR = timedelta(days=15)
"""A message that was given up is news to a digest for this long: three days of tries, and the week of a weekly reader."""
FORMS = ("md", "html", "text", "json")
_WRITTEN = ("md", "html", "text")
_BY_ITEMS = ("artifacts", "update")
"""Changes that are told once because each item is: they need no mark."""


@dataclass(frozen=True, slots=True)
class Means:
    """What planning and sending work with. `secrets` looks a secret up by its name; `ping` asks a URL, or raises."""

    store: Store
    configuration: Configuration
    channels: Mapping[str, Channel]
    secrets: Secrets
    now: Callable[[], datetime]
    owner: str
    ping: Callable[[str], None] | None = None

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """Every reader, [digest] itself first."""
        return (self.configuration.digest, *self.configuration.subscribers)

    @property
    def timezone(self) -> str:
        """The zone whose wall clock says when a slot has come."""
        return self.configuration.settings.timezone

    def register(self) -> None:
        """Make the readers of sources.toml known: what is stored later is news to them."""
        added = self.store.register([one.name for one in self.subscribers], self.now())
        for name in added:
            log.info("subscriber=%s registered", name)


def plan_due(means: Means) -> list[Plan]:
    """Plan the digest of each subscriber whose slot has come and has none; after a pause one digest for all of it."""
    now = means.now()
    if now < EARLIEST:
        return []
    means.register()
    made = []
    for one in means.subscribers:
        slot = slots.slot_of(now, one.at, means.timezone, one.period)
        planned = plan(means, one, slot)
        if planned is not None:
            made.append(planned)
    return made


def plan(means: Means, subscriber: Subscriber, slot: date) -> Plan | None:
    """Plan and store the digest of one subscriber for a date; None if there is one already."""
    for _ in range(3):  # a plan that came in between makes ours void: look again
        if means.store.digests(subscriber.name, slot.isoformat(), "", 1):
            return None
        faults.at("plan.due")
        drafted = draft(means, subscriber, slot)
        faults.at("plan.rendered")
        if means.store.commit_plan(drafted) is not None:
            faults.at("plan.committed")
            log.info(
                "digest of %s planned subscriber=%s messages=%d%s",
                drafted.slot, subscriber.name, len(drafted.messages), " empty" if drafted.summary["empty"] else "",
            )  # fmt: skip
            return drafted
    return None


def draft(means: Means, subscriber: Subscriber, slot: date) -> Plan:
    """The plan as it would be stored now; changes nothing."""
    now = means.now()
    view = _view(means, subscriber, now)
    faults.at("plan.read")
    lost = _given_up(means, subscriber, now)
    digest = replace(build(means, view, subscriber), undelivered=tuple(one.channel for one in lost))
    faults.at("plan.built")
    quiet = digest.empty and subscriber.empty_days == "silent"
    return Plan(
        pending=view,
        slot=slot.isoformat(),
        slot_at=slots.moment_of(slot, subscriber.at, means.timezone),
        planned_at=now,
        since=digest.since,
        until=digest.until,
        language=digest.language,
        bodies={form: render(digest, form).encode() for form in FORMS},
        entries=told_of(digest, view, slot.isoformat()),
        messages=() if quiet else pack(means, digest, subscriber, slot.isoformat(), now),
        summary={**_summary(digest, view, slot), "undelivered": [] if quiet else [one.id for one in lost]},
    )


def _given_up(means: Means, subscriber: Subscriber, now: datetime) -> list[Delivery]:
    """The messages of the last days that were given up, and of which no digest has told this reader: its own, and to
    [digest] itself, whose reader looks after the whole, everybody's."""
    all_of_them = subscriber.name == means.configuration.digest.name
    recent = [
        one
        for one in means.store.deliveries(states=("dead",))
        if now - one.created_at < TOLD_FOR and (all_of_them or one.subscriber == subscriber.name)
    ]
    told = {
        number
        for one in (means.store.digests(subscriber.name, limit=TOLD_FOR.days + 1) if recent else ())
        for number in one.summary.get("undelivered", ())
    }
    return [one for one in recent if one.id not in told]


def _view(means: Means, subscriber: Subscriber, now: datetime) -> Pending:
    sources = [source.id for source in means.configuration.sources.values() if source.enabled]
    view = means.store.pending(subscriber.name, now, sources)
    # a dry run may be for a reader that was never registered
    return means.store.newcomer(subscriber.name, now, sources) if view is None else view


def build(means: Means, view: Pending, subscriber: Subscriber) -> Digest:
    """The digest of what a view has, as this subscriber wants it."""
    configuration = means.configuration
    return digests.build(
        view.material,
        configuration.labs,
        configuration.sources,
        language=subscriber.language,
        timezone=means.timezone,
        choose=lambda entry: choose(entry, view, subscriber),
        only_labs=subscriber.labs,
    )


def choose(entry: Entry, view: Pending, subscriber: Subscriber) -> Entry | None:
    """The entry as it is told to this subscriber, or None: filtered, or told before.

    A line is new once; what was told as new comes only with a status that was not told. A line that only now passes the
    openness filter is new to this reader.
    """
    release = entry.release
    told = view.told.get(release.key, frozenset())
    if subscriber.labs and release.lab not in subscriber.labs:
        return None
    if subscriber.openness and release.openness not in subscriber.openness:
        return None
    if entry.change == "new" and release.status == "rumoured":
        return None if told & {"rumour", "new"} else entry
    if entry.change == "new" and "new" in told:
        entry = replace(entry, change="status")
    if entry.change == "status" and subscriber.openness and "new" not in told:
        return replace(entry, change="new")
    if entry.change == "status" and f"status:{release.status}" in told:
        return None
    return entry


def told_of(digest: Digest, view: Pending, slot: str) -> tuple[tuple[str, str], ...]:
    """What a digest tells of each line, by the marks that keep it from being told again."""
    found: set[tuple[str, str]] = set()
    for entry in (*digest.releases, *digest.also, *digest.peers, *digest.rumours):
        key, status = entry.release.key, entry.release.status
        if status == "rumoured":
            found.add((key, "rumour"))
        elif entry.change in ("new", "status"):
            found |= {(key, "new"), (key, f"status:{status}")} if entry.change == "new" else {(key, f"status:{status}")}
        elif entry.change in _BY_ITEMS:
            found.add((key, f"{entry.change}@{slot}"))
        found |= {(key, change.mark) for change in view.material.changed.get(key, ())}
    return tuple(sorted(one for one in found if one[1] not in view.told.get(one[0], ())))


def pack(
    means: Means, digest: Digest, subscriber: Subscriber, slot: str, now: datetime, purpose: str = ""
) -> tuple[Message, ...]:
    """The messages of a digest for every channel of its subscriber."""
    letter = Letter(
        subscriber=subscriber,
        slot=slot,
        purpose=purpose,
        subject=subject(digest, alert=bool(purpose)),
        short=short(digest, alert=bool(purpose)),
        forms={form: render(digest, form) for form in (*_WRITTEN, *(("json",) if digests.is_counted(digest) else ()))},
        language=digest.language,
        at=now,
    )
    return tuple(message for channel in means.channels.values() for message in channel.pack(letter))


def _summary(digest: Digest, view: Pending, slot: date) -> dict[str, Any]:
    """What lists of digests show of it, and the dates whose digest this one stands for too."""
    entries = (*digest.releases, *digest.also)
    merged: Sequence[str] = ()
    if view.slot is not None and view.slot < slot.isoformat():
        last = date.fromisoformat(view.slot)
        merged = [(last + timedelta(days=n)).isoformat() for n in range(1, min((slot - last).days, 400))]
    return {
        "empty": digest.empty,
        "new": [entry.release.line for entry in entries if entry.change == "new"],
        "changed": [entry.release.line for entry in entries if entry.change != "new"],
        "rumours": [entry.release.line for entry in digest.rumours],
        "news": len(digest.news) + digest.more_news,
        "failed": list(digest.failed),
        "merged": list(merged),
    }
