"""Named fault points, for tests: FAULT=point:kill, point:raise or point:stall makes the process fail right there.

`point:kill@3` does so at the third time it is reached. The variable is read once, when this module is imported; `arm`
sets another fault later. Without one `at` is a single comparison. Nothing else of the package reads the variable.
"""

from __future__ import annotations

import os
import signal
import sys
import time

POINTS = {
    # a poll: from the lease to the outcome
    "lease.asked": "a source's lease is about to be taken",
    "lease.taken": "the source is leased",
    "lease.renewed": "a held lease was prolonged",
    "lease.released": "the lease was given back",
    "poll.asking": "a request is about to be made",
    "poll.fetched": "an answer was read whole",
    "parse.asked": "a document is about to go to a reading process",
    "parse.answered": "its entries came back",
    "poll.prepared": "the entries are cleaned, keyed and labelled",
    "poll.committing": "the transaction is about to be opened",
    "store.begun": "the poll's transaction has begun",
    "store.items": "the rows of its items are written",
    "store.artifacts": "the rows of its repositories are written",
    "store.evidence": "labels and evidence are written",
    "store.indexed": "the search index knows the items",
    "store.states": "state, cursor, validators and the poll's log line are written",
    "store.copies": "copies are linked",
    "store.stories": "stories are linked",
    "store.releases": "releases are derived",
    "store.committing": "the poll's transaction is about to be committed",
    "poll.committed": "the poll is committed, and nobody was told yet",
    "quota.saved": "the hosts' quotas are saved",
    # a digest: from the slot to the outbox
    "plan.due": "a slot has come and has no digest yet",
    "plan.read": "what was not yet told is read",
    "plan.built": "the digest is built",
    "plan.rendered": "bodies and messages are rendered",
    "plan.begun": "the plan's transaction has begun",
    "plan.kept": "the digest, its bodies and what it tells are written",
    "plan.posted": "the outbox is written, the transaction not committed",
    "plan.committed": "the plan is committed",
    "alert.rendered": "an alert is rendered",
    "alert.committed": "an alert is committed",
    "alert.noted": "it is noted up to where alerts have looked",
    # a delivery: from the claim to the note
    "send.claiming": "a message is claimed, the transaction not committed",
    "send.claimed": "the claim is committed",
    "send.connecting": "the relay is about to be called",
    "send.handed": "the message is about to be handed to the relay",
    "send.accepted": "the relay took it, and the session is not closed yet",
    "send.taken": "the channel has the message, and that is not noted yet",
    "send.concluding": "it is noted, the transaction not committed",
    "send.concluded": "the note is committed",
    "send.pinged": "the dead man's switch was asked, and that is not noted yet",
    "file.written": "a file is written under its temporary name",
    "file.renamed": "the file has its name, the folder is not synced yet",
    # the worker's house
    "worker.claimed": "a worker has taken the right on the database",
    "care.beat": "the heartbeat is written",
    "care.reloaded": "sources.toml was read anew",
    "care.pruning": "old items are taken out, the transaction not committed",
    "care.pruned": "old items are taken out",
    "backup.copied": "a backup is written under its temporary name",
    "backup.named": "the backup has its name",
    "backup.thinned": "the backups beyond the last seven are removed",
    # the schema, and a restore
    "schema.copied": "a copy of the former schema's database is kept",
    "schema.begun": "the upgrade's transaction has begun",
    "schema.stepped": "one version's migration was run",
    "schema.made": "all migrations were run, the transaction not committed",
    "schema.upgraded": "the upgrade is committed",
    "restore.copied": "the backup lies beside the database under a temporary name",
    "restore.kept": "the former database has its second name",
    "restore.placed": "the backup has taken the database's place",
    # labels made anew
    "relabel.written": "some items are labelled anew",
    "relabel.committing": "all are, the transaction not committed",
}  # fmt: skip
"""All points with the moment that each is, in the order in which a poll becomes a digest and the digest arrives."""
ACTIONS = ("kill", "raise", "stall")
STALL = 3600.0
"""Seconds that a stall lasts."""

_armed: str | None = None
_action = ""
_left = 1


class Fault(RuntimeError):
    """What `raise` raises: a defect that nobody foresaw."""


def arm(wanted: str | None) -> None:
    """Fail where `wanted` says (`point:action` or `point:action@number`) from now on; None or empty: nowhere.

    Raises ValueError for a point or an action that is none.
    """
    global _armed, _action, _left
    name, _, how = (wanted or "").partition(":")
    how, _, number = how.partition("@")
    if wanted and (name not in POINTS or how not in ACTIONS):
        raise ValueError(f"FAULT={wanted}: expected POINT:ACTION, with an action of {', '.join(ACTIONS)}")
    _armed, _action, _left = name or None, how, int(number or 1)


def reached() -> bool:
    """Say whether the armed fault has come about."""
    return _left <= 0


def at(point: str) -> None:
    """Fail here if that was asked for. A `stall` says so on standard error and goes on after STALL seconds."""
    global _left
    if _armed is None or _armed != point:
        return
    _left -= 1
    if _left:
        return
    if _action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if _action == "stall":
        print(f"fault: stalled at {point}", file=sys.stderr, flush=True)
        time.sleep(STALL)
        return
    raise Fault(f"fault at {point}")


arm(os.environ.get("FAULT"))
