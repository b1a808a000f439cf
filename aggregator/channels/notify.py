"""The channel into chats: Telegram, Slack, Discord, Feishu, DingTalk, WeCom, ntfy and whatever else Apprise speaks.

sources.toml names a variable (`env:FEISHU_URL`), whose value is the Apprise URL: a secret, which is never stored, shown or
logged. The only module that imports apprise, and only when a message is handed over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aggregator.channels.port import Letter, Secrets
from aggregator.errors import DeliveryError
from aggregator.model import Delivery, Message


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
        try:
            taken = chat.notify(body=delivery.body.decode(), title=delivery.subject, body_format="text")
        except Exception as error:
            raise DeliveryError(f"{delivery.recipient}: {type(error).__name__}", code="notify_failed") from None
        if not taken:
            raise DeliveryError(f"the service of {delivery.recipient} did not take it", code="notify_failed")


CHANNEL = _Notify()
