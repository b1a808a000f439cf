"""What a channel is: it packs a digest into messages once, and hands a stored message over, as often as it takes.

A channel is one module of this package with a `CHANNEL`; nothing else names it. Packing is done when a digest is planned
and its bytes are stored, so that every try hands over the same. Where it goes stands in the reader's settings; a secret is
only looked up by its name when a message is handed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from aggregator.errors import DeliveryError
from aggregator.model import Delivery, Message, Subscriber

Secrets = Callable[[str], str | None]
"""The secret of a name: `SMTP_URL`, or `env:NAME` as sources.toml has it; None where it is not set."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A digest (or, with a `purpose`, an alert) as channels get it: its forms md, html and text, and a short one for chats.

    Where the page only counts some of the models there is a form json too, which has them all.
    `slot` is its local date (ISO), `at` when it was planned, `subject` one line.
    """

    subscriber: Subscriber
    slot: str
    purpose: str
    subject: str
    short: str
    forms: Mapping[str, str]
    language: str
    at: datetime

    def identify(self, channel: str, recipient: str, part: int = 1) -> str:
        """The message's name, the same whenever this letter is packed: `….KEY@DOMAIN`, without angle brackets."""
        told = "\0".join((channel, recipient, self.subscriber.name, self.slot, self.purpose, str(part)))
        key = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:20]
        domain = self.subscriber.sender.rpartition("@")[2].strip(" >") or "aggregator.invalid"
        return f"{self.slot}.{self.subscriber.name}.{key}@{domain}"


class Channel(Protocol):
    """One way to a reader. `name` is what the outbox calls it."""

    name: str

    def pack(self, letter: Letter) -> Sequence[Message]:
        """The messages of a letter, none where the reader does not use this channel. Raises nothing for a bad address:
        such a message has a `fault`."""

    def deliver(self, delivery: Delivery, secrets: Secrets) -> None:
        """Hand a message over; returns only once it was taken. Raises DeliveryError; `Refused` if trying again is vain."""


@runtime_checkable
class Keeps(Protocol):
    """A channel that keeps what it delivered where we can see it."""

    def is_missing(self, delivery: Delivery, subscriber: Subscriber) -> bool:
        """Whether what was delivered is no longer there, although the subscriber still uses that place."""


class Refused(DeliveryError):
    """The message will never be taken: it is not tried again."""

    code = "refused"


class Oversize(DeliveryError):
    """The message is larger than the other side takes: `parts` say the same and take its place in the outbox."""

    code = "too_large"

    def __init__(self, detail: str, parts: Sequence[Message]) -> None:
        super().__init__(detail)
        self.parts = tuple(parts)
