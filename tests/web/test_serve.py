"""`aggregator serve` as a process: it answers, writes nothing, and ends in order."""

from __future__ import annotations

import hashlib
import signal
import socket
import subprocess
from collections.abc import Callable

import httpx
from demo_world import World

from aggregator.cli.serve import listen

Started = Callable[["subprocess.Popen[str]"], "subprocess.Popen[str]"]


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if "Serving" in line:
            return line.split(" at ")[1].split("/ ")[0]
    raise AssertionError("it does not say where it serves")


def test_it_serves_loopback_alone_writes_nothing_and_ends_with_zero(copied_world: World, started: Started) -> None:
    with copied_world.open() as application:
        application.store.counts()
    before = hashlib.sha256(copied_world.file.read_bytes()).hexdigest()
    process = started(
        copied_world.start("serve", "--port", "0", "--base-url", "https://news.example/", "--allow-host", "box")
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port_of(process, copied_world)}", timeout=20) as client:
        assert client.get("/en/models").status_code == 200
        assert client.get("/en/", headers={"host": "news.example"}).status_code == 200
        assert client.get("/en/", headers={"host": "box:80"}).status_code == 200
        assert client.get("/en/", headers={"host": "evil.example"}).status_code == 421
        assert b'href="https://news.example/feeds/releases.atom"' in client.get("/feeds/releases.atom").content
        assert "server" not in client.get("/en/").headers
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert hashlib.sha256(copied_world.file.read_bytes()).hexdigest() == before


def port_of(process: subprocess.Popen[str], world: World) -> int:
    """The port that the process listens on, as the kernel tells it (the shown address is the readers')."""
    from pathlib import Path

    assert address_of(process) == "https://news.example"
    sockets = {
        link.readlink().name for link in Path(f"/proc/{process.pid}/fd").iterdir() if "socket:" in str(link.readlink())
    }
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            return int(fields[1].split(":")[1], 16)
    raise AssertionError("it listens nowhere")


def test_a_taken_port_is_told_in_one_line(polled: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = polled.run("serve", "--port", str(taken.getsockname()[1]))
    assert told.status == 1 and "code=cannot_listen" in told.err and told.err.count("\n") == 1


def test_a_wrong_base_is_refused(polled: World) -> None:
    assert polled.run("serve", "--base-url", "ftp://x").status == 2


def test_what_it_accepts_answers_without_delay() -> None:
    """Or each answer after a connection's first comes 40 ms late, once the reader's acknowledgement has come."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
