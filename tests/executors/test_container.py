"""The image, built and run for real where an engine is: it polls a world on loopback, survives kill -9, mails, is healthy.

`bash ../shared/container/setup.sh` prepares a machine without one. Slow; skipped with a reason elsewhere.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from engines import IMAGE, ROOT, Engine, wait_for

from aggregator.demo.server import DemoServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@dataclass
class Box:
    taken: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[Box, int]]:
    box, authority, tls = Box(), trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    os.chmod(tmp_path / "ca.pem", 0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    class Listening(Controller):
        def factory(self) -> SMTP:
            return SMTP(self.handler, hostname="mail.example", tls_context=tls, require_starttls=True)

    server = Listening(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def test_the_image_has_no_build_tools_and_does_not_run_as_root(engine: Engine) -> None:
    whole = json.loads(engine("image", "inspect", IMAGE).stdout)[0]
    told = whole["Config"]
    assert told["User"] == "aggregator"
    assert "aggregator" in str(told.get("Healthcheck") or whole.get("Healthcheck"))  # docker, podman
    inside = "import importlib.util as u, os; print(os.getuid(), [m for m in ('pip', 'hatchling') if u.find_spec(m)])"
    done = engine("run", "--rm", "--entrypoint", "/venv/bin/python", IMAGE, "-c", inside)
    assert done.stdout.strip() == "10001 []"


def test_t6_the_image_knows_every_zone_without_the_system_s_files(engine: Engine) -> None:
    """The zones of the package alone: nothing of what a base image may have in /usr/share/zoneinfo or not."""
    inside = (
        "import tzdata, zoneinfo; from datetime import UTC, datetime; zoneinfo.reset_tzpath(to=());"
        "names = zoneinfo.available_timezones(); moment = datetime(2026, 7, 1, tzinfo=UTC);"
        "print(len(names) > 400 and all(moment.astimezone(zoneinfo.ZoneInfo(one)) for one in names))"
    )
    done = engine("run", "--rm", "--read-only", "--entrypoint", "/venv/bin/python", IMAGE, "-c", inside)
    assert done.stdout.strip() == "True"


def test_a_folder_of_somebody_else_is_told_with_the_command_to_run(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    done = engine(
        "run",
        "--rm",
        "--read-only",
        "--user",
        "12345:12345",
        "-v",
        f"{tmp_path}/storage:/app/storage",
        IMAGE,
        check=False,
    )
    assert done.returncode == 1
    assert "sudo chown -R 12345:12345 ./storage" in done.stderr


def test_it_polls_mails_survives_kill_9_and_is_healthy(engine: Engine, tmp_path: Path, relay: tuple[Box, int]) -> None:
    box, port = relay
    storage, name = tmp_path / "storage", f"aggregator-test-{os.getpid()}"
    storage.mkdir()
    os.chown(storage, 12345, 12345)
    os.chmod(tmp_path, 0o755)
    with DemoServer() as world:
        config = tmp_path / "sources.toml"
        config.write_text(
            world.sources_toml() + '\n[digest]\nat = "00:00"\nto = ["team@example.org"]\nsender = "digest@example.org"\n'
            'directory = "storage/digests"\n', "utf-8"
        )  # fmt: skip
        environ = {**world.environment(), "SMTP_URL": f"smtp://127.0.0.1:{port}", "SSL_CERT_FILE": "/ca.pem"}
        options = [f"--env={key}={value}" for key, value in environ.items()]
        mounts = [f"{config}:/app/sources.toml:ro", f"{storage}:/app/storage", f"{tmp_path}/ca.pem:/ca.pem:ro"]
        start = ["run", "--detach", "--name", name, "--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL",
                 "--user", "12345:12345", *options, *(f"--volume={m}" for m in mounts), IMAGE]  # fmt: skip
        try:
            engine(*start)
            wait_for(lambda: box.taken)
            wait_for(lambda: sorted(p.suffix for p in (storage / "digests").glob("2*")) == [".html", ".md"])
            before = json.loads(engine("exec", name, "aggregator", "status", "--json").stdout)
            assert before["worker"] == "running" and before["items"] > 100
            engine("kill", "--signal", "KILL", name)
            wait_for(lambda: json.loads(engine("inspect", name).stdout)[0]["State"]["Status"] == "exited")
            engine("start", name)
            wait_for(lambda: engine("exec", name, "aggregator", "status", "--json", check=False).stdout.startswith("{"))
            wait_for(
                lambda: (
                    json.loads(engine("exec", name, "aggregator", "status", "--json").stdout)["heartbeat"]
                    > before["heartbeat"]
                )
            )
            after = json.loads(engine("exec", name, "aggregator", "status", "--json").stdout)
            assert (after["worker"], after["items"]) == ("running", before["items"])
            assert {one["state"] for one in after["deliveries"]} == {"sent"}
            if engine.name == "podman":
                assert engine("healthcheck", "run", name).returncode == 0
            engine("stop", "--time", "10", name)  # then it would be killed, with another status
            assert json.loads(engine("inspect", name).stdout)[0]["State"]["ExitCode"] == 0
        finally:
            logs = engine("logs", name, check=False)
            print(logs.stdout[-3000:], logs.stderr[-3000:], file=sys.stderr)
            engine("rm", "--force", name, check=False)
    assert len(box.taken) == 1


def test_the_base_is_pinned_by_digest_with_one_command(engine: Engine, tmp_path: Path) -> None:
    copy = tmp_path / "Dockerfile"
    copy.write_bytes((ROOT / "Dockerfile").read_bytes())
    tool = [str(ROOT / "tools" / "pin_base.sh"), "--local", str(copy)]
    done = subprocess.run(tool, capture_output=True, text=True, timeout=60)
    if "has no digest here" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in copy.read_text().splitlines() if line.startswith("ARG BASE=")]
    assert line == done.stdout.strip()
    base = line.removeprefix("ARG BASE=")
    assert base.startswith("docker.io/library/python:3.13-slim@sha256:") and len(base.rpartition(":")[2]) == 64
    (tmp_path / "probe").write_text(f"FROM {base}\nRUN true\n")
    engine("build", "--file", str(tmp_path / "probe"), str(tmp_path))
    again = subprocess.run(tool, capture_output=True, text=True, timeout=60)
    assert again.stdout == done.stdout  # pinning anew finds the tag behind the digest
