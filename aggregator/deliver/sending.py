"""From the outbox to the channels: one message after the other, each under a claim, each recipient for itself.

The note that a message was taken is the next thing after the other side's yes. Who is killed in between leaves a claim
that runs out, and the message is handed over again with the same name and bytes. What fails is tried again with growing
waits for three days and then kept as a dead letter, which `status` names.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from aggregator import faults, schedule
from aggregator.channels import Channel, Keeps, Oversize, Refused, Secrets
from aggregator.deliver.planning import Means
from aggregator.errors import AggregatorError, DeliveryError
from aggregator.model import Delivery

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=6)
"""Longer than the longest hand-over (every SMTP command at its timeout) and the wait for the database together."""
PATIENCE = 5.0
"""Seconds that a hand-over may still take once we were told to end."""
_NO_USE = frozenset({"bad_address"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one message fared: `word` is sent, later (it will be tried again), dead, split (it was too large, and parts have
    taken its place), or lost (another one has it now)."""

    delivery: Delivery
    word: str
    error: str | None = None
    code: str | None = None


def send_due(means: Means, *, digest: int | None = None, stop: threading.Event | None = None) -> list[Outcome]:
    """Hand over every message whose time has come (or those of one digest, at once); then ping, if a digest arrived."""
    outcomes: list[Outcome] = []
    tried: set[int] = set()
    while stop is None or not stop.is_set():
        delivery = means.store.claim_delivery(means.owner, means.now(), CLAIM, digest, tried)  # each once a round
        if delivery is None:
            break
        tried.add(delivery.id)
        faults.at("send.claimed")
        outcome = _send(means, delivery, stop or threading.Event())
        if outcome is None:
            break  # told to end: the claim stays, and whoever comes next goes on
        outcomes.append(outcome)
        _tell(outcome)
    _ping(means)
    return outcomes


def _send(means: Means, delivery: Delivery, stop: threading.Event) -> Outcome | None:
    channel = means.channels.get(delivery.channel)
    try:
        if channel is None:
            raise Refused(f"there is no channel {delivery.channel}", code="no_channel")
        if not _hand_over(channel, delivery, means.secrets, stop):
            return None
    except Oversize as error:
        kept = means.store.replace_delivery(delivery, error.parts, means.now())
        return Outcome(delivery, "split" if kept else "lost", error.detail[:300], error.code)
    except DeliveryError as error:
        return _failed(means, delivery, error)
    except AggregatorError as error:  # the secret is no URL of a relay, say
        return _failed(means, delivery, DeliveryError(error.detail, code=error.code))
    except Exception as error:
        log.exception("channel=%s code=internal", delivery.channel)
        return _failed(means, delivery, DeliveryError(f"internal error: {type(error).__name__}", code="internal"))
    faults.at("send.taken")
    kept = means.store.conclude_delivery(delivery, sent_at=means.now())
    faults.at("send.concluded")
    return Outcome(delivery, "sent" if kept else "lost")


def mend(means: Means) -> int:
    """Deliver again, with the same bytes, what a channel that keeps things has lost (a digest's file that is gone).

    Of the digests whose messages are still kept; what fails is told. Returns how many were.
    """
    readers, count = {one.name: one for one in means.subscribers}, 0
    for name, channel in means.channels.items():
        if not isinstance(channel, Keeps):
            continue
        for known in means.store.sent_deliveries(name):
            reader = readers.get(known.subscriber)
            if reader is None or not channel.is_missing(known, reader):
                continue
            whole = means.store.delivery(known.id)
            try:
                if whole is not None and whole.body:
                    channel.deliver(whole, means.secrets)
                    count += 1
                    log.info("channel=%s recipient=%s was missing and was made again", name, known.recipient)
            except DeliveryError as error:
                log.warning(
                    "channel=%s recipient=%s code=%s detail=%s", name, known.recipient, error.code, error.detail
                )
    return count


def _failed(means: Means, delivery: Delivery, error: DeliveryError) -> Outcome:
    now = means.now()
    retry_at = None
    if not isinstance(error, Refused) and error.code not in _NO_USE:
        retry_at = schedule.next_try_at(
            now, delivery.attempts, delivery.created_at, careful=error.code in ("smtp_auth", "secret_missing")
        )
    told = (error.code, error.detail[:300])
    kept = means.store.conclude_delivery(delivery, retry_at=retry_at, error=told)
    word = "lost" if not kept else "dead" if retry_at is None else "later"
    return Outcome(delivery, word, error.detail[:300], error.code)


def _hand_over(channel: Channel, delivery: Delivery, secrets: Secrets, stop: threading.Event) -> bool:
    """Let the channel deliver in a thread of its own, which a stalled server may hold for long; False if we gave up on it
    because we were told to end. Raises what the channel raises."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            channel.deliver(delivery, secrets)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True, name=f"send-{delivery.id}")
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
        if stop.is_set():
            thread.join(PATIENCE)
            if thread.is_alive():
                return False
    if failed:
        raise failed[0]
    return True


def _tell(outcome: Outcome) -> None:
    delivery = outcome.delivery
    log.log(
        logging.INFO if outcome.word == "sent" else logging.WARNING,
        "channel=%s recipient=%s digest=%s subscriber=%s outcome=%s%s",
        delivery.channel, delivery.recipient, delivery.slot, delivery.subscriber, outcome.word,
        f" code={outcome.code} detail={outcome.error}" if outcome.error else "",
    )  # fmt: skip


def _ping(means: Means) -> None:
    """Tell the dead man's switch of the newest digest that arrived everywhere, once; a failure is tried again later."""
    if means.ping is None or not means.configuration.ping:
        return
    store, now = means.store, means.now()
    arrived = [one for one in store.digests("default", None, "", 3) if one.state in ("delivered", "empty")]
    newest = max((one.id for one in arrived), default=0)
    if newest <= int(store.setting("pinged") or 0):
        return
    wait = store.setting("ping_next")
    if wait is not None and wait > now.isoformat() and wait < (now + timedelta(hours=1)).isoformat():
        return
    url = means.secrets(means.configuration.ping)
    try:
        if url is None:
            raise DeliveryError(f"the variable of {means.configuration.ping} is not set", code="secret_missing")
        means.ping(url)
        faults.at("send.pinged")
    except AggregatorError as error:
        log.warning("ping=%s code=%s detail=%s", means.configuration.ping, error.code, error.detail)
        store.save_setting("ping_next", (now + timedelta(minutes=10)).isoformat())
        return
    store.save_setting("pinged", str(newest))
