"""A container engine, where one works on this machine, and the project's image built with it; else a skip with the reason."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMAGE = "aggregator:under-test"
BASE = next(
    line.removeprefix("ARG BASE=")
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    if line.startswith("ARG BASE=")
)
ENVIRON = {**os.environ, "BUILDAH_ISOLATION": os.environ.get("BUILDAH_ISOLATION", "chroot")}
PROBE = f"FROM {BASE}\nRUN python -m pip download --quiet --no-cache-dir --no-deps --dest /tmp sniffio\n"


@dataclass(frozen=True)
class Engine:
    """podman or docker; `compose` is the command that reads docker-compose.yml with it, or why there is none."""

    name: str
    compose: tuple[str, ...]
    why_no_compose: str = ""

    def __call__(self, *arguments: str, check: bool = True, seconds: float = 900) -> subprocess.CompletedProcess[str]:
        return run([self.name, *arguments], check=check, seconds=seconds)

    def build(self, tag: str, *options: str, context: Path = ROOT) -> None:
        """Build an image; the health check is in docker's format."""
        shape = ["--format", "docker"] if self.name == "podman" else []
        self("build", *shape, "--tag", tag, *options, str(context))


def run(
    command: list[str], *, check: bool = True, seconds: float = 900, cwd: Path | None = None,
    environ: Mapping[str, str] = ENVIRON,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=environ, cwd=cwd)
    assert not check or done.returncode == 0, f"{command}: {done.stdout[-1000:]} {done.stderr[-2000:]}"
    return done


@cache
def find() -> Engine | str:
    """The engine, or why containers cannot be run here: none works, or it gets neither the base image nor a package."""
    name = next((one for one in ("podman", "docker") if _works([one, "info"])), None)
    if name is None:
        return "no container engine (podman or docker) works on this machine"
    engine = Engine(name, *_compose(name))
    try:
        probe = subprocess.run(
            [name, "build", "--tag", "aggregator:probe", "-"], input=PROBE, capture_output=True, text=True,
            timeout=300, env=ENVIRON,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{name} cannot build an image from {BASE} here within five minutes"
    if probe.returncode:
        return f"{name} cannot build an image from {BASE} here: {probe.stderr.strip()[-300:]}"
    lives = engine(
        "run", "--rm", "--read-only", "--network", "host", "aggregator:probe", "python", "-c", "", check=False
    )
    return engine if lives.returncode == 0 else f"{name} cannot run a container here: {lives.stderr.strip()[-300:]}"


def _compose(engine: str) -> tuple[tuple[str, ...], str]:
    if engine == "docker":
        found = ("docker", "compose")
        return (found, "") if _works([*found, "version"]) else ((), "docker has no compose here")
    place = shutil.which("podman-compose", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    return ((place,), "") if place else ((), "there is no podman-compose")


def _works(command: list[str]) -> bool:
    try:
        return shutil.which(command[0]) is not None and (
            subprocess.run(command, capture_output=True, timeout=60, env=ENVIRON).returncode == 0
        )
    except subprocess.TimeoutExpired:
        return False


def engine_of(folder: Path) -> Engine:
    """The engine, for tests that come one after the other: `folder` is one that all test processes share."""
    with (folder / "container.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = find()
        if isinstance(found, str):
            pytest.skip(found)
        found.build(IMAGE)
    return found


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.5)
