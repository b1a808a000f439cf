"""The channel into a folder: files written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from glob import escape
from pathlib import Path

from aggregator import faults
from aggregator.channels.port import Letter, Secrets
from aggregator.errors import DeliveryError
from aggregator.model import Delivery, Message, Subscriber

FORMS = (("md", "text/markdown"), ("html", "text/html"), ("json", "application/json"))


class _File:
    name = "file"

    def pack(self, letter: Letter) -> Sequence[Message]:
        """A Markdown and an HTML file a day, and a JSON file if those only count some of its models; alerts are not
        filed."""
        folder = letter.subscriber.directory
        if not folder or letter.purpose:
            return []
        messages = []
        for form, kind in FORMS:
            if form in letter.forms:
                path, content = str(Path(folder) / f"{letter.slot}.{form}"), letter.forms[form].encode()
                messages.append(
                    Message(self.name, path, letter.identify(self.name, path), letter.subject, content, kind)
                )
        return messages

    def deliver(self, delivery: Delivery, secrets: Secrets) -> None:
        """Write it, whole or not at all. Raises DeliveryError."""
        path = Path(delivery.recipient)
        with suppress(OSError):  # what a kill in the middle of an earlier try has left
            for stale in path.parent.glob(f".{escape(path.name)}.*"):
                stale.unlink()
        write_whole(path, delivery.body.decode())

    def is_missing(self, delivery: Delivery, subscriber: Subscriber) -> bool:
        """Whether the file is gone from the folder that the subscriber still has."""
        path = Path(delivery.recipient)
        return bool(subscriber.directory) and path.parent == Path(subscriber.directory) and not os.path.lexists(path)


CHANNEL = _File()


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all: a temporary file beside it, synced, renamed over it, the folder synced.

    Text is written in UTF-8; missing folders are made; a link in the file's place is replaced, never followed. Raises
    DeliveryError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8") if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            faults.at("file.written")
            os.replace(temporary, path)
            faults.at("file.renamed")
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            told = f"{path}: {error.strerror}; free some space, a digest's file is tried again by itself"
            raise DeliveryError(told, code="disk_full") from error
        raise DeliveryError(f"{path}: {error.strerror or error}; name a path that can be written") from error
