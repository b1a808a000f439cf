"""The rig of the sources commands: a sources.toml that a person wrote, a server on loopback, and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from faultd import Faultd, reply  # noqa: E402  (tests/ is no package)

HEAD = """# my own words
[settings]
timezone = "Europe/Paris"
allow_private_hosts = ["127.0.0.0/8"]   # for the test

[labs.qwen]
name = "Qwen"     # the lab
region = "cn"
"""


def rss(title: str = "Lab &amp; News", *, days: int = 1, count: int = 3, language: str = "en") -> bytes:
    at = format_datetime(datetime.now(UTC) - timedelta(days=days), True)
    items = "".join(
        f"<item><guid>g{n}</guid><link>https://lab.example/{n}</link><title>Post {n}</title><pubDate>{at}</pubDate></item>"
        for n in range(count)
    )
    head = f"<title>{title}</title><language>{language}</language>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


@dataclass
class Desk:
    """A folder with a sources.toml, a server, and the command line run as a person does."""

    folder: Path
    server: Faultd

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def file(self) -> Path:
        return self.folder / "sources.toml"

    def write(self, *stanzas: str, head: str = HEAD) -> str:
        text = head + "".join("\n" + stanza.replace("{base}", self.base) for stanza in stanzas)
        self.file.write_text(text, "utf-8")
        return text

    def serve(self, path: str, body: bytes, kind: str = "application/rss+xml", status: int = 200, **more: str) -> None:
        headers = [("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in more.items())]
        self.server.answer(path, reply(status, body, headers))

    def run(self, *arguments: str, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "aggregator", "--config", str(self.file), *arguments]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environ}
        return subprocess.run(command, cwd=self.folder, input=stdin, capture_output=True, timeout=60, env=environment)

    def json(self, *arguments: str, status: int = 0, **environ: str) -> Any:
        done = self.run(*arguments, "--json", **environ)
        assert done.returncode == status, done.stderr.decode()
        return json.loads(done.stdout)
