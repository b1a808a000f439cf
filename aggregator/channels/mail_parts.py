"""A mail that its relay finds too large, as smaller ones that say the same: its text without the page, in parts if need be.

Pure: stored bytes in, messages out, the same ones for the same limit. The text names everything that the page names. Each
part has the headers of the whole, `(k/n)` behind its subject and a name of its own, made of the whole's name. A part that
is too large again is split like a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

from aggregator.model import Delivery, Message

SMALLEST = 2048
"""Bytes below which nothing is split any more: a relay that takes less takes no mail."""
_OF_THE_WHOLE = frozenset({"subject", "message-id", "content-type", "content-transfer-encoding", "mime-version"})


@dataclass(frozen=True, slots=True)
class _Whole:
    headers: tuple[tuple[str, str], ...]
    subject: str
    name: str
    text: str


def split(delivery: Delivery, limit: int | None) -> list[Message]:
    """The messages that take a mail's place, each of at most `limit` bytes (None: half of what it has); none if it cannot
    be made smaller."""
    most = len(delivery.body) // 2 if limit is None else limit
    whole = _read(delivery.body)
    if len(delivery.body) <= SMALLEST:
        return []
    room = most - len(_compose(whole, "", 999, 999)[1])
    while room > 200:
        texts = list(_pieces(whole.text, room))
        made = [_compose(whole, text, number, len(texts)) for number, text in enumerate(texts, 1)]
        if all(len(content) <= most for _, content in made):
            return [
                Message(delivery.channel, delivery.recipient, _name(whole.name, number), subject, content,
                        "message/rfc822", number)
                for number, (subject, content) in enumerate(made, 1)
            ]  # fmt: skip
        room = room * 9 // 10
    return []


def _read(content: bytes) -> _Whole:
    message = BytesParser(EmailMessage, policy=SMTP).parsebytes(content)
    text = message.get_body(("plain",))
    return _Whole(
        headers=tuple((key, str(value)) for key, value in message.items() if key.casefold() not in _OF_THE_WHOLE),
        subject=str(message["Subject"]),
        name=str(message["Message-ID"]).strip("<>"),
        text="" if text is None else str(text.get_content()).replace("\r\n", "\n"),
    )


def _name(whole: str, number: int) -> str:
    local, _, domain = whole.partition("@")
    return f"{local}.{number}@{domain}"


def _compose(whole: _Whole, text: str, number: int, of: int) -> tuple[str, bytes]:
    """A part's subject and bytes."""
    subject = whole.subject if of == 1 else f"{whole.subject} ({number}/{of})"
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    for key, value in whole.headers:
        message[key] = value
    message["Message-ID"] = f"<{_name(whole.name, number)}>"
    message.set_content(text, cte="quoted-printable")
    return subject, message.as_bytes(policy=SMTP)


def _pieces(text: str, room: int) -> Iterator[str]:
    """The text in pieces that take about `room` bytes as quoted-printable at most, between paragraphs where that can be."""
    piece: list[str] = []
    used = 0
    for block in _blocks(text, room):
        size = _encoded(block)
        if piece and used + size > room:
            yield "".join(piece)
            piece, used = [], 0
        piece.append(block)
        used += size
    yield "".join(piece)


def _blocks(text: str, room: int) -> Iterator[str]:
    """The paragraphs of a text, those that are too long by lines, and lines that are too long by characters."""
    for paragraph in _cut(text, "\n\n"):
        if _encoded(paragraph) <= room:
            yield paragraph
            continue
        for line in _cut(paragraph, "\n"):
            if _encoded(line) <= room:
                yield line
                continue
            step = max(room // 12, 1)  # a character takes up to four bytes, each of them three signs
            yield from (line[at : at + step] for at in range(0, len(line), step))


def _cut(text: str, at: str) -> Sequence[str]:
    pieces = text.split(at)
    return [piece + at for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def _encoded(text: str) -> int:
    """About how many bytes a text takes as quoted-printable, never less."""
    content = text.encode("utf-8", "replace")
    plain = sum(32 <= byte < 127 and byte != 61 for byte in content)
    signs = plain + 3 * (len(content) - plain)
    return signs + signs // 20
