"""The demo world as tests of the whole use it: its sources.toml, a database, and the command line upon them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator import app as application
from aggregator import cli
from aggregator.app import Application
from aggregator.demo.server import DemoServer
from aggregator.model import PollOutcome

ROOT = Path(__file__).parent.parent
QUIET = {"NO_COLOR": "1", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Told:
    """What a command said: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


@dataclass(frozen=True)
class World:
    """A sources.toml, a database and the environment in which commands use them."""

    folder: Path
    server: DemoServer
    config: Path
    database: str
    environ: Mapping[str, str]
    outcomes: Sequence[PollOutcome] = ()

    @property
    def file(self) -> Path:
        return Path(self.database.removeprefix("sqlite:///"))

    def open(self) -> Application:
        return application.open(config=str(self.config), database=self.database, environ=self.environ)

    def poll(self, ids: Sequence[str] = ()) -> list[PollOutcome]:
        with self.open() as opened:
            return opened.poll(opened.sources(ids))

    def dump(self) -> str:
        with self.open() as opened:
            return opened.store.logical_dump()

    def check(self) -> list[str]:
        with self.open() as opened:
            return opened.store.check(opened.regions)

    def run(self, *arguments: str) -> Told:
        """A command in this process."""
        return run_here(["--config", str(self.config), "--database", self.database, *arguments], self.environ)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """A command in a process of its own; the caller ends it."""
        return start_process(
            ["--config", str(self.config), "--database", self.database, *arguments],
            {**self.environ, **options.pop("environ", {})},
            cwd=options.pop("cwd", self.folder),
            **options,
        )


def run_here(arguments: Sequence[str], environ: Mapping[str, str]) -> Told:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update({"PATH": before.get("PATH", ""), **environ})
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = cli.execute(list(arguments))
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Told(status, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))  # type: ignore[attr-defined]


def start_process(arguments: Sequence[str], environ: Mapping[str, str], **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "aggregator", *arguments],
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=options.pop("stderr", subprocess.PIPE),
        text=True,
        env={"PATH": os.environ.get("PATH", ""), **QUIET, **environ},
        **options,
    )


def make_world(folder: Path, server: DemoServer, *, with_token: bool = True, name: str = "demo") -> World:
    """The demo's sources.toml in `folder`, and an empty database."""
    if server._server is not None:  # a client that ends in the middle of an answer is what some tests are about
        server._server.handle_error = lambda *_: None  # type: ignore[method-assign]
    config = folder / "sources.toml"
    config.write_text(server.sources_toml(), "utf-8")
    return World(folder, server, config, f"sqlite:///{folder / name}.db", {**QUIET, **server.environment(with_token)})
