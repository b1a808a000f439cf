"""The channel into mailboxes: one message by SMTP, over TLS or not at all. The only module that imports smtplib.

`compose` makes the message (text and HTML, RFC 5322 and 2046), `send` hands it over (RFC 5321; STARTTLS of RFC 3207
for smtp://, implicit TLS of RFC 8314 for smtps://). Certificates and names are verified, each command has its timeout,
nothing is sent or authenticated in clear text, and no error shows the password. It keeps no state and retries nothing.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import quote, unquote, urlsplit

import certifi

from aggregator import faults
from aggregator.channels.mail_parts import split
from aggregator.channels.port import Letter, Oversize, Refused, Secrets
from aggregator.errors import ConfigurationError, DeliveryError
from aggregator.model import Delivery, Message

TIMEOUT = 30.0
"""Seconds that one command may take."""


class TooLarge(DeliveryError):
    """The relay takes no message of this size; `limit` is the most bytes that it takes, where it says so."""

    code = "smtp_too_large"

    def __init__(self, detail: str, limit: int | None = None) -> None:
        super().__init__(detail)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over. `implicit` TLS from the first byte (smtps), else STARTTLS. The password is in no repr."""

    host: str
    port: int
    implicit: bool
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def relay_of(url: str) -> Relay:
    """The relay that SMTP_URL names. User and password are percent-decoded; the port is 587, for smtps 465.

    Raises ConfigurationError (code bad_secret); the URL is never shown.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        _refuse_url()
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or (parts.username and parts.password is None):
        _refuse_url()
    implicit = parts.scheme == "smtps"
    return Relay(
        host=parts.hostname,
        port=port or (465 if implicit else 587),
        implicit=implicit,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )


def _refuse_url() -> NoReturn:
    error = ConfigurationError("environment: SMTP_URL", 'expected "smtp://user:password@host:587" or "smtps://…"')
    error.code = "bad_secret"
    raise error


def compose(
    *,
    subject: str,
    text: str,
    html: str,
    sender: str,
    to: str,
    at: datetime,
    message_id: str,
    language: str = "en",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> EmailMessage:
    """One message to one recipient, text first and HTML as its alternative. Equal arguments give equal bytes.

    sender: an address, with a name in front if wished. message_id: without angle brackets. Line breaks and other
    controls in the subject become blanks, `=?` becomes `= ?`. `headers` are further ones, of our own making.
    Raises DeliveryError (code bad_address) for an address that no header can
    carry.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(subject)
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}>"
    message["Content-Language"] = language
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    root, boundary = message_id.partition("@")[0], "".join(c for c in message_id if c.isalnum())[:40]
    message.set_boundary(f"=_{boundary or root}")
    return message


def _one_line(subject: str) -> str:
    """The subject as a header may hold it. An encoded word in it would be decoded on the way: before Python 3.11.10,
    3.12.5 and 3.13 its line breaks became real ones, and so a title could add a Bcc (CVE-2024-6923)."""
    words = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    return words[:200].replace("=?", "= ?")


def _address(written: str) -> Address:
    name, address = parseaddr(written)
    local, at, domain = address.rpartition("@")
    try:
        if not at or not written.isprintable() or not address.isascii():  # SMTPUTF8 is not spoken
            raise ValueError("no address")
        return Address(name, local, domain)
    except (ValueError, IndexError):
        raise DeliveryError("not an address that mail can be sent to", code="bad_address") from None


def trusting_context() -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates and names verified against the system's authorities (SSL_CERT_FILE) and certifi's."""
    own = os.environ.get("SSL_CERT_FILE", "")
    try:
        stamp = os.stat(own).st_mtime_ns if own else 0
    except OSError:
        stamp = 0
    return _trusting(own, stamp)


@lru_cache(maxsize=2)
def _trusting(own: str, stamp: int) -> ssl.SSLContext:
    """The context for the authorities in a file as it was at a time: one that is written later counts from then on."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def send(
    message: EmailMessage,
    relay: Relay,
    *,
    context: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT,
    raw: bytes | None = None,
) -> None:
    """Hand the message over (as `raw`, if these are its stored bytes); it returns only after the relay's 250 to the data.

    Raises DeliveryError: smtp_unreachable (no connection), smtp_timeout, tls_required (no STARTTLS is offered),
    tls_invalid (certificate), smtp_auth (the login is refused), smtp_refused (a 5xx), smtp_later (a 4xx),
    smtp_broken (the connection ended, or it does not speak SMTP), mailbox_full; TooLarge.
    """
    sender, recipient = message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec
    content = message.as_bytes(policy=SMTP) if raw is None else raw
    where = f"{relay.host}:{relay.port}"
    faults.at("send.connecting")
    try:
        connection = _connect(relay, context or trusting_context(), timeout)
        try:
            if relay.user is not None:
                connection.login(relay.user, relay.password or "")
            connection.ehlo_or_helo_if_needed()
            limit = str(connection.esmtp_features.get("size", ""))  # RFC 1870; none or 0 says nothing
            if limit.isdigit() and 0 < int(limit) < len(content):
                raise TooLarge(f"{where} takes at most {limit} bytes, the message has {len(content)}", int(limit))
            faults.at("send.handed")
            connection.sendmail(sender, [recipient], content)
            faults.at("send.accepted")
        finally:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()
    except DeliveryError:
        raise
    except Exception as error:
        raise _told(error, where, relay) from None


def _connect(relay: Relay, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    """A connection that is encrypted and whose other end is verified."""
    if relay.implicit:
        return smtplib.SMTP_SSL(relay.host, relay.port, timeout=timeout, context=context)
    connection = smtplib.SMTP(relay.host, relay.port, timeout=timeout)
    try:
        connection.ehlo()
        if not connection.has_extn("starttls"):
            raise DeliveryError(
                f"{relay.host}:{relay.port} offers no STARTTLS, and nothing is sent in clear text", code="tls_required"
            )
        code, _ = connection.starttls(context=context)
        if code != 220:
            raise DeliveryError(f"{relay.host}:{relay.port} refuses STARTTLS ({code})", code="tls_required")
        connection.ehlo()
    except BaseException:
        connection.close()
        raise
    return connection


def _told(error: Exception, where: str, relay: Relay) -> DeliveryError:
    """The error in our words and codes, with the relay's own words but never with the password."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        status, words = next(iter(error.recipients.values()))
        if status == 552 or _enhanced(words) == "5.2.2":  # RFC 5321: of a recipient it speaks of its storage
            return DeliveryError(f"{where}: the mailbox is full: {_said(words, relay)}", code="mailbox_full")
        return _by_status(status, words, f"{where} refuses the recipient", relay)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryError(f"{where} refuses the login: {_said(error.smtp_error, relay)}", code="smtp_auth")
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_status(error.smtp_code, error.smtp_error, f"{where} refuses the message", relay)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return DeliveryError(f"{where}: {error}", code="smtp_auth" if "AUTH" in str(error) else "smtp_refused")
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or "no TLS"
        hint = "; if its authority is your own, name its certificate in SSL_CERT_FILE" if "issuer" in reason else ""
        return DeliveryError(f"{where}: TLS cannot be trusted: {reason}{hint}", code="tls_invalid")
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib hides some of them
        return DeliveryError(f"{where} did not answer in time", code="smtp_timeout")
    if isinstance(error, smtplib.SMTPException):
        return DeliveryError(f"{where}: the connection broke ({type(error).__name__})", code="smtp_broken")
    if isinstance(error, OSError):
        return DeliveryError(f"{where} cannot be reached: {error.strerror or error}", code="smtp_unreachable")
    return DeliveryError(f"{where}: {type(error).__name__}", code="smtp_broken")


def _by_status(status: int, words: bytes | str, what: str, relay: Relay) -> DeliveryError:
    told, enhanced = f"{what} ({status}): {_said(words, relay)}", _enhanced(words)
    if enhanced == "5.2.2":
        return DeliveryError(told, code="mailbox_full")
    if enhanced in ("5.2.3", "5.3.4") or (
        status == 552 and enhanced != "5.7.0"
    ):  # RFC 3463; 5.7.0: a forbidden content
        return TooLarge(told)
    code = "smtp_later" if 400 <= status < 500 else "smtp_refused" if 500 <= status < 600 else "smtp_broken"
    return DeliveryError(told, code=code)


def _enhanced(words: bytes | str) -> str:
    """The enhanced status code (RFC 2034) at the beginning of a reply, or nothing."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    first = text.split(maxsplit=1)[:1]
    return first[0] if first and re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", first[0]) else ""


def _said(words: bytes | str, relay: Relay) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    for secret in (relay.password, relay.user):
        text = text.replace(secret, "***") if secret else text
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


# ------------------------------------------------------------------------------------------------------ the channel


class _Email:
    name = "email"

    def pack(self, letter: Letter) -> Sequence[Message]:
        """One message to each recipient, its own."""
        return [self._message(letter, to) for to in letter.subscriber.to]

    def _message(self, letter: Letter, to: str) -> Message:
        key = letter.identify(self.name, to)
        try:
            composed = compose(
                subject=letter.subject,
                text=letter.forms["text"],
                html=letter.forms["html"],
                sender=letter.subscriber.sender or to,
                to=to,
                at=letter.at,
                message_id=key,
                language=letter.language,
                headers=_list_headers(letter, to),
            )
        except DeliveryError as error:
            return Message(
                self.name, to, key, letter.subject, b"", "message/rfc822", fault=(error.code, f"{to}: {error.detail}")
            )
        return Message(self.name, to, key, letter.subject, composed.as_bytes(policy=SMTP), "message/rfc822")

    def deliver(self, delivery: Delivery, secrets: Secrets) -> None:
        """Hand it to the relay of SMTP_URL. Raises DeliveryError (see `send`, and secret_missing); Refused for a 5xx;
        Oversize, with parts that say the same, for what the relay finds too large."""
        url = secrets("SMTP_URL")
        if url is None:
            raise DeliveryError("SMTP_URL (or SMTP_URL_FILE) is not set: no mail without", code="secret_missing")
        message = BytesParser(EmailMessage, policy=SMTP).parsebytes(delivery.body)
        try:
            send(message, relay_of(url), raw=delivery.body)
        except TooLarge as error:
            parts = split(delivery, error.limit)
            if not parts:
                raise Refused(f"{error.detail}; it cannot be made smaller", code=error.code) from None
            raise Oversize(error.detail, parts) from None
        except DeliveryError as error:
            if error.code == "smtp_refused":
                raise Refused(error.detail, code=error.code) from None
            raise


def _list_headers(letter: Letter, to: str) -> dict[str, str]:
    """The headers by which mail programs know a list, and a way out of it (RFC 2919, RFC 2369)."""
    address = parseaddr(letter.subscriber.sender or to)[1]
    name, domain = letter.subscriber.name, address.rpartition("@")[2]
    leave = f"mailto:{quote(address, safe='@')}?subject={quote(f'unsubscribe {name}')}"
    return {
        "List-Id": f"<{name}.digest.{domain}>",
        "List-Unsubscribe": f"<{leave}>",
        "Precedence": "list",
    }


CHANNEL = _Email()
