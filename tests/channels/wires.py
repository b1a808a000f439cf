"""A mail server by hand: it says what a script tells it to, byte for byte, and keeps every byte that it was sent."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import trustme

HANG_UP = "hang up"
STALL = "stall"
"""Says nothing until the test is over."""


@dataclass
class Wire:
    """Over TLS from the first byte. `script` has, by connection (0, 1, …; the last one holds for all that follow) and
    command (EHLO, MAIL, RCPT, DATA, END after the final dot, QUIT), the reply: a line, HANG_UP or STALL.

    Everything else is answered with yes. `mails` are (recipient, bytes between DATA and the final dot, as they came).
    """

    script: list[dict[str, str]] = field(default_factory=lambda: [{}])
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    """Set at the first STALL."""

    def __post_init__(self) -> None:
        self.authority = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtps://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._socket.close()

    def secrets(self, name: str) -> str | None:
        """What a channel asks for."""
        return self.url if name == "SMTP_URL" else None

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                raw, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with suppress(OSError, EOFError), self._context.wrap_socket(raw, server_side=True) as stream:
            replies = self.script[min(len(self.commands), len(self.script) - 1)]
            self.commands.append(said := [])
            with stream.makefile("rb") as lines:
                stream.sendall(b"220 wire\r\n")
                self._talk(stream, lines, replies, said)

    def _talk(self, stream: ssl.SSLSocket, lines: Any, replies: dict[str, str], said: list[str]) -> None:
        recipient = ""
        while line := lines.readline():
            words = line.decode("ascii", "replace").strip()
            said.append(words)
            verb = words[:4].upper()
            if verb == "RCPT":
                recipient = words.partition("<")[2].partition(">")[0]
            reply = replies.get(verb, {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 yes"))
            self._say(stream, reply)
            if verb == "DATA" and reply.startswith("354"):
                content = b""
                while not content.endswith(b"\r\n.\r\n") and content != b".\r\n":
                    if not (line := lines.readline()):
                        return
                    content += line
                if replies.get("END", "250").startswith("250") or replies["END"] in (HANG_UP, STALL):
                    self.mails.append((recipient, content[:-3]))
                self._say(stream, replies.get("END", "250 taken"))
            if verb == "QUIT":
                return

    def _say(self, stream: ssl.SSLSocket, reply: str) -> None:
        if reply == STALL:
            self.reached.set()
            self._over.wait(60)
            raise EOFError
        if reply == HANG_UP:
            raise EOFError
        stream.sendall(reply.replace("\n", "\r\n").encode() + b"\r\n")
