"""A mail server for trying out: takes every message over STARTTLS, prints what it is, keeps it as a file, delivers nothing.

It makes an authority of its own and writes its certificate to FOLDER/ca.pem, which the sender must trust
(SSL_CERT_FILE). Usage: mail_catcher.py [FOLDER] [PORT] [NAME]; needs aiosmtpd and trustme.
"""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP


class Catcher:
    """Keeps each message as FOLDER/NUMBER.eml."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.count += 1
        (self.folder / f"{self.count:04}.eml").write_bytes(envelope.content)
        message = message_from_bytes(envelope.content, policy=default)
        print(f"{self.count}: to {', '.join(envelope.rcpt_tos)}: {message['Subject']}", flush=True)
        return "250 taken"


async def main(folder: Path, port: int, name: str) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, "127.0.0.1", "localhost").configure_cert(context)
    folder.mkdir(parents=True, exist_ok=True)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    catcher = Catcher(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(catcher, hostname=name, tls_context=context, require_starttls=True, loop=loop), "0.0.0.0", port
    )
    print(f"taking mail for anybody at port {port}; authority: {folder / 'ca.pem'}", flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # as the first process of a container it gets no other
        loop.add_signal_handler(number, ended.set)
    async with server:
        await ended.wait()


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    asyncio.run(main(Path(given.get(0, "/mail")), int(given.get(1, 2525)), given.get(2, "mail")))
