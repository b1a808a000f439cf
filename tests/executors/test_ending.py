"""Ends of the worker as a process that are no good moment: time and again, in the middle of a mail."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

import pytest
from demo_world import World

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))

from wires import STALL, Wire  # noqa: E402  (tests/ is no package)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
Started = Callable[["subprocess.Popen[str]"], "subprocess.Popen[str]"]


def run(world: World, started: Started, **environ: str) -> subprocess.Popen[str]:
    """`aggregator run` in a process of its own, its lines in the world's `log`."""
    with (world.folder / "log").open("a") as stream:
        return started(world.start("run", stderr=stream, environ=environ))


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.timed
def test_t11_a_loop_of_crashes_asks_a_source_twice_and_then_not_before_its_time(
    fresh_world: World, started: Started
) -> None:
    """Killed before anything is stored, six times: after the first time all is asked once more, as a kill shall delay
    nothing; then whoever was being polled waits for the interval."""
    begun = len(fresh_world.server.requests)
    for life in range(1, 7):
        process = run(fresh_world, started, FAULT="poll.committing:kill")
        began = time.monotonic()
        while process.poll() is None and time.monotonic() - began < 60:
            time.sleep(0.2)
            if _starts(fresh_world) == life and not _due(fresh_world):  # nothing is left that it could be killed at
                process.kill()
    assert _due(fresh_world) == 0
    asked = Counter(request.path for request in fresh_world.server.requests[begun:] if "/feeds/" in request.path)
    assert len(asked) > 3 and max(asked.values()) == 2, asked
    with fresh_world.open() as app:
        assert {state.error_code for state in app.store.states().values() if state.error_code} == {"interrupted"}

    process = run(fresh_world, started)  # and a life that nobody disturbs asks nothing before its time
    wait_for(lambda: _starts(fresh_world) == 7)
    time.sleep(2)  # the first looks at what is due
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    assert process.returncode == 0, (fresh_world.folder / "log").read_text()[-2000:]
    again = Counter(request.path for request in fresh_world.server.requests[begun:] if "/feeds/" in request.path)
    assert max(again.values()) == 2, again


def _starts(world: World) -> int:
    return (world.folder / "log").read_text().count("worker started")


def _due(world: World) -> int:
    """Sources that would be polled now."""
    with world.open() as app:
        return len(app.due(app.now()))


@pytest.mark.timed
def test_c7_a_worker_that_is_told_to_end_in_the_middle_of_a_mail_ends_and_the_mail_goes_out_again(
    copied_world: World, started: Started, tmp_path: Path
) -> None:
    world, text = copied_world, copied_world.config.read_text("utf-8")
    more = '\n[digest]\nat = "00:00"\nto = ["team@example.org"]\nsender = "digest@example.org"\n'
    world.config.write_text(text + more, "utf-8")
    with Wire(script=[{"END": STALL}, {}]) as wire:
        wire.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        environ = {"SMTP_URL": wire.url, "SSL_CERT_FILE": str(tmp_path / "ca.pem")}
        process = run(world, started, **environ)
        assert wire.reached.wait(120), (world.folder / "log").read_text()[-2000:]
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)  # all bytes are handed over, and there is no answer yet
        assert process.wait(30) == 0
        assert time.monotonic() - began < 10
        (message,) = json.loads(world.run("status", "--json").out)["deliveries"]
        assert message["state"] == "sending"

        process = run(world, started, **environ)
        wait_for(lambda: json.loads(world.run("status", "--json").out)["deliveries"][0]["state"] == "sent")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    (first, again) = wire.mails
    assert first == again
    assert message_from_bytes(first[1])["Message-ID"]
