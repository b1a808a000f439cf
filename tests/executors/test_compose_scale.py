"""The compose profile `scale`, run for real: PostgreSQL, one scheduler, three workers.

Where no image of PostgreSQL can be had, a stand-in is built (tests/executors/stand_in). Slow; skipped with a reason where no
engine works or nothing reads compose files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from engines import ROOT, wait_for
from test_compose import Composed, composed  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]
OFFICIAL, STAND_IN = "docker.io/library/postgres:18", "aggregator-postgres:stand-in"
ROLES = ("scheduler", "worker")


@pytest.fixture
def scaled(composed: Composed) -> Iterator[Composed]:  # noqa: F811
    composed.profile = "scale"
    settings = composed.folder / ".env"
    image = OFFICIAL
    if composed.engine("pull", "--quiet", OFFICIAL, check=False).returncode:
        image = STAND_IN
        composed.engine.build(STAND_IN, context=ROOT / "tests" / "executors" / "stand_in")
    with settings.open("a", encoding="utf-8") as file:
        file.write(f"\nPOSTGRES_IMAGE={image}\n")
    yield composed
    if composed.engine.name == "podman":  # podman-compose knows only the first of several workers
        composed.engine("pod", "rm", "--force", f"pod_{composed.name}", check=False)
        composed.engine("volume", "rm", "--force", f"{composed.name}_postgres", check=False)


def test_three_workers_and_a_scheduler_share_a_database_that_needs_a_password(scaled: Composed) -> None:
    scaled("build", "aggregator")
    storage = scaled.folder / "storage"
    scaled.engine("run", "--rm", "--volume", f"{storage}:/s", "--entrypoint", "chown", "--user", "0", "aggregator:local",
                  "12345:12345", "/s")  # fmt: skip
    scaled("up", "-d", "database", check=False)
    wait_for(lambda: not _running(scaled, "database"))  # without a password it makes nothing
    scaled("down", "--volumes", check=False)

    with (scaled.folder / ".env").open("a", encoding="utf-8") as file:
        file.write("POSTGRES_PASSWORD=a-Secret:with/marks@\n")
    scaled("up", "-d", "--scale", "worker=3", "world", "scheduler", "worker")
    wait_for(lambda: len(_running(scaled, "worker")) == 3 and len(_running(scaled, "scheduler")) == 1)
    wait_for(lambda: _status(scaled).get("items") == 1)
    wait_for(lambda: sorted(path.suffix for path in (storage / "digests").glob("2*")) == [".html", ".md"])
    assert _status(scaled)["worker"] == "running"
    told = json.loads(scaled.engine("inspect", _running(scaled, "database")[0]).stdout)[0]
    assert not any((told["NetworkSettings"].get("Ports") or {}).values()), "the database's port is published"

    names = [name for role in ROLES for name in _all(scaled, role)]
    assert len(names) == 4
    scaled("stop", "--timeout", "10", *ROLES)
    for name in _running(scaled, "worker"):  # podman-compose stops only the first of several
        scaled.engine("stop", "--time", "10", name)
    for name in names:
        state = json.loads(scaled.engine("inspect", name).stdout)[0]["State"]
        assert (state["Status"], state["ExitCode"]) == ("exited", 0), f"{name} did not end in order"
    scaled("down", "--volumes", check=False)


def _all(scaled: Composed, service: str, *options: str) -> list[str]:
    names = scaled.engine("ps", "--format", "{{.Names}}", *options or ("--all",)).stdout.split()
    return [one for one in names if scaled.name in one and service in one.removeprefix(scaled.name)]


def _running(scaled: Composed, service: str) -> list[str]:
    return _all(scaled, service, "--filter", "status=running")


def _status(scaled: Composed) -> dict[str, object]:
    name = _running(scaled, "scheduler")
    told = scaled.engine("exec", *name[:1], "aggregator", "status", "--json", check=False).stdout if name else ""
    return dict(json.loads(told)) if told.startswith("{") else {}
