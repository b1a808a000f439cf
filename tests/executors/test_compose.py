"""docker-compose.yml, run for real by podman-compose or docker compose: the worker, the mail catcher, a world beside them.

Slow; skipped with a reason where no engine works or nothing reads compose files.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from engines import ENVIRON, ROOT, Engine, run, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

WORLD = """
services:
  world:
    image: aggregator:local
    read_only: true
    entrypoint: [/venv/bin/python, -m, http.server, "8000", --directory, /world]
    command: []
    healthcheck:
      disable: true
    stop_signal: SIGKILL
    volumes: ["./world:/world:ro"]
"""
SOURCES = """
[settings]
timezone = "Europe/Paris"
allow_private_hosts = ["world"]
[digest]
at = "00:00"
to = ["team@example.org"]
sender = "digest@example.org"
directory = "storage/digests"
[labs.zhipu]
name = "Zhipu AI"
region = "cn"
families = ["GLM"]
[sources.news]
kind = "feed"
url = "http://world:8000/feed.xml"
every = "10m"
"""
OF_THE_WORKER = """
import os
for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
    state, parent = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[:2]
    print(pid, state, parent)
"""
UID = 12345


@dataclass
class Composed:
    """A copy of what the compose file needs, and its commands."""

    folder: Path
    engine: Engine
    name: str
    profile: str = "mail"

    def __call__(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        files = ["-f", "docker-compose.yml", "-f", "world.yml", "-p", self.name, "--profile", self.profile]
        hidden = {key: value for key, value in ENVIRON.items() if not key.startswith(("SMTP_URL", "AGGREGATOR_"))}
        command = [*self.engine.compose, *files, *arguments]
        return run(command, check=check, cwd=self.folder, environ={**hidden, "BUILDAH_FORMAT": "docker"})

    def inside(self, *command: str, check: bool = True) -> str:
        return self("exec", "-T", "aggregator", *command, check=check).stdout

    def status(self) -> dict[str, Any]:
        told = self.inside("aggregator", "status", "--json", check=False)
        return dict(json.loads(told)) if told.startswith("{") else {}

    def container(self) -> str:
        names = self.engine("ps", "--all", "--format", "{{.Names}}").stdout.split()
        return next(one for one in names if self.name in one and "aggregator" in one.removeprefix(self.name))

    def inspect(self) -> dict[str, Any]:
        return dict(json.loads(self.engine("inspect", self.container()).stdout)[0])

    def processes(self) -> list[list[str]]:
        """(pid, state, parent) of all that run in the worker's container."""
        return [line.split() for line in self.inside("/venv/bin/python", "-c", OF_THE_WORKER).splitlines()]


@pytest.fixture
def composed(engine: Engine, tmp_path: Path) -> Iterator[Composed]:
    if not engine.compose:
        pytest.skip(engine.why_no_compose)
    if os.geteuid() != 0:
        pytest.skip("giving the folder to another user needs root")
    for name in ("Dockerfile", "docker-compose.yml", ".dockerignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("aggregator", "requirements", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "corpus"))
    (tmp_path / "sources.toml").write_text(SOURCES, "utf-8")
    (tmp_path / "world.yml").write_text(WORLD, "utf-8")
    (tmp_path / "storage").mkdir()
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "feed.xml").write_text(
        "<rss version='2.0'><channel><title>news</title><item><guid isPermaLink='false'>a</guid>"
        "<link>https://news.example/a</link><title>Zhipu AI releases GLM-7 with open weights</title>"
        f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate></item></channel></rss>"
    )
    example = (ROOT / ".env.example").read_text("utf-8")
    example = example.replace("AGGREGATOR_UID=1000", f"AGGREGATOR_UID={UID}")
    example = example.replace("AGGREGATOR_GID=1000", f"AGGREGATOR_GID={UID}")
    # the two lines at its end, as docs/operations.md says
    example = example.replace("#SMTP_URL=smtp://mail", "SMTP_URL=smtp://mail").replace(
        "#AGGREGATOR_CA", "AGGREGATOR_CA"
    )
    (tmp_path / ".env").write_text(example, "utf-8")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    made = Composed(tmp_path, engine, f"aggtest{os.getpid()}")
    yield made
    print(made("logs", check=False).stdout[-4000:], file=sys.stderr)
    made("down", check=False)


def test_compose_up_mails_heals_after_kill_9_and_says_whose_the_folder_must_be(composed: Composed) -> None:
    storage = composed.folder / "storage"
    composed("build")
    composed("up", "-d", "aggregator", check=False)
    command = f"sudo chown -R {UID}:{UID} ./storage"
    wait_for(lambda: command in _logs(composed))
    composed("down")
    run(command.removeprefix("sudo ").split(), cwd=composed.folder)  # as told

    composed("up", "-d", "world")  # what it polls is there before it, as the internet is
    composed("up", "-d")
    wait_for(lambda: list((storage / "mail").glob("*.eml")))
    (mail,) = (storage / "mail").glob("*.eml")
    message = message_from_bytes(mail.read_bytes(), policy=default)
    assert message["To"] == "team@example.org" and "GLM-7" in str(message.get_body(("plain",)))  # type: ignore[attr-defined]
    wait_for(lambda: sorted(path.suffix for path in (storage / "digests").glob("2*")) == [".html", ".md"])
    wait_for(lambda: {one["state"] for one in composed.status()["deliveries"]} == {"sent"})
    before = composed.status()
    assert (before["worker"], before["items"]) == ("running", 1)
    assert _is_healthy(composed)

    told = composed.inspect()
    assert told["HostConfig"]["ReadonlyRootfs"] and told["Config"]["User"] == f"{UID}:{UID}"
    assert (composed.folder / "storage" / "aggregator.db").stat().st_uid == UID
    assert composed.inside("sh", "-c", "touch /app/x 2>&1; true").rstrip().endswith("Read-only file system")

    started = composed.inspect()["State"]["StartedAt"]
    worker = next(pid for pid, _, parent in composed.processes() if parent == "1")
    # without a look at its status: the container ends with its worker, and takes the one who killed it along
    composed.inside("/venv/bin/python", "-c", f"import os; os.kill({worker}, 9)", check=False)
    wait_for(lambda: composed.inspect()["State"]["StartedAt"] != started)  # restart: unless-stopped
    wait_for(lambda: (composed.status().get("heartbeat") or "") > before["heartbeat"])
    after = composed.status()
    assert (after["worker"], after["items"]) == ("running", 1)
    assert not [pid for pid, state, _ in composed.processes() if state == "Z"]

    name = composed.container()
    composed.engine("kill", "--signal", "KILL", name)
    wait_for(lambda: composed.inspect()["State"]["Status"] in ("exited", "running"))
    composed("up", "-d")
    wait_for(lambda: (composed.status().get("heartbeat") or "") > after["heartbeat"])
    assert composed.status()["worker"] == "running"

    composed("stop", "--timeout", "10", "aggregator")  # then it would be killed, with another status
    assert composed.inspect()["State"]["ExitCode"] == 0
    assert len(list((storage / "mail").glob("*.eml"))) == 1  # once, whatever was killed


def _logs(composed: Composed) -> str:
    done = composed("logs", "aggregator", check=False)
    return done.stdout + done.stderr


def _is_healthy(composed: Composed) -> bool:
    if composed.engine.name == "podman":  # nothing schedules it without systemd
        return composed.engine("healthcheck", "run", composed.container()).returncode == 0
    wait_for(lambda: composed.inspect()["State"]["Health"]["Status"] == "healthy", 180)
    return True
