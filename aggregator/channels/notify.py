"""The channel into chats: Telegram, Slack, Discord, Feishu, DingTalk, WeCom, ntfy and whatever else Apprise speaks.

sources.toml names a variable (`env:FEISHU_URL`), whose value is the Apprise URL: a secret, which is never stored, shown or
logged. The only module that imports apprise, and only when a message is handed over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aggregator.channels.port import Letter, Secrets
from aggregator.errors import DeliveryError
from aggregator.model import Delivery, Message

_IN_BYTES = ("wecombot", "feishu", "lark", "dingtalk")
"""Services that measure a message in bytes, while Apprise counts characters."""
_WIDEST = 3
"""Bytes that a character of a digest takes at most, but for the few beyond the basic plane."""


class _Notify:
    name = "notify"

    def pack(self, letter: Letter) -> Sequence[Message]:
        """The short form to each chat."""
        return [
            Message(self.name, to, letter.identify(self.name, to), letter.subject, letter.short.encode(), "text/plain")
            for to in letter.subscriber.notify
        ]

    def deliver(self, delivery: Delivery, secrets: Secrets) -> None:
        """Hand it to the service. Raises DeliveryError: secret_missing, notify_url (Apprise knows no such service),
        notify_failed (the service did not take it; Apprise does not say why)."""
        url = secrets(delivery.recipient)
        if url is None:
            raise DeliveryError(f"the variable of {delivery.recipient} is not set", code="secret_missing")
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines may show the URL
        chat = apprise.Apprise()
        if not chat.add(url):
            raise DeliveryError(f"{delivery.recipient} holds no URL that Apprise knows", code="notify_url")
        body = delivery.body.decode()
        if not _says_overflow(url):
            _split(chat, apprise.OverflowMode.SPLIT, url, body)
        try:
            taken = chat.notify(body=body, title=delivery.subject, body_format="text")
        except Exception as error:
            raise DeliveryError(f"{delivery.recipient}: {type(error).__name__}", code="notify_failed") from None
        if not taken:
            raise DeliveryError(f"the service of {delivery.recipient} did not take it", code="notify_failed")


def _says_overflow(url: str) -> bool:
    """Whether the URL says itself what becomes of a message that is too long (`?overflow=truncate`)."""
    try:
        return any(name.casefold() == "overflow" for name, _ in parse_qsl(urlsplit(url).query))
    except ValueError:
        return False


def _split(chat: Any, mode: Any, url: str, body: str) -> None:
    """Have a message that is longer than the service takes go out in parts, which end where lines do.

    Apprise hands it over whole by default, and the service refuses it.
    """
    for service in chat:
        service.overflow_mode = mode
        if not body.isascii() and url.partition("://")[0].casefold() in _IN_BYTES:
            service.body_maxlen //= _WIDEST


CHANNEL = _Notify()
