"""Twelve canary secrets through a whole run with faults: none may show up anywhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from demo_world import World  # noqa: E402  (tests/ is no package)

CANARIES = {name: f"canary{number:02d}{name.lower().replace('_', '')}x7Q9" for number, name in enumerate((
    "GITHUB_TOKEN", "HF_TOKEN", "SMTP_USER", "SMTP_PASSWORD", "FEISHU_TOKEN", "TELEGRAM_TOKEN", "SLACK_TOKEN", "NTFY_PASSWORD",
    "DINGTALK_TOKEN", "PING_PATH", "UNUSED_SECRET", "PING_PASSWORD",
))}  # fmt: skip


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def secrets(port: int) -> dict[str, str]:
    """The environment of an operator; every target refuses connections."""
    c = CANARIES
    return {
        "GITHUB_TOKEN": c["GITHUB_TOKEN"],
        "HF_TOKEN": c["HF_TOKEN"],
        "SMTP_URL": f"smtp://{c['SMTP_USER']}:{c['SMTP_PASSWORD']}@127.0.0.1:{port}",
        "FEISHU_URL": f"json://127.0.0.1:{port}/{c['FEISHU_TOKEN']}",
        "TELEGRAM_URL": f"xml://127.0.0.1:{port}/{c['TELEGRAM_TOKEN']}",
        "SLACK_URL": f"json://127.0.0.1:{port}/?token={c['SLACK_TOKEN']}",
        "NTFY_URL": f"ntfy://user:{c['NTFY_PASSWORD']}@127.0.0.1:{port}/topic",
        "DINGTALK_URL": f"json://{c['DINGTALK_TOKEN']}:x@127.0.0.1:{port}/",
        "PING_URL": f"http://u:{c['PING_PASSWORD']}@127.0.0.1:{port}/{c['PING_PATH']}",
        "UNUSED_SECRET": c["UNUSED_SECRET"],
    }


def equip(world: World) -> None:
    """The demo's sources.toml with every channel."""
    text = world.config.read_text("utf-8")
    assert "[digest]" not in text and "[health]" not in text
    text += (
        '\n[digest]\nto = ["team@example.org"]\nsender = "digest@example.org"\n'
        f'directory = "{world.folder / "digests"}"\n'
        'notify = ["env:FEISHU_URL", "env:TELEGRAM_URL", "env:SLACK_URL", "env:NTFY_URL", "env:DINGTALK_URL"]\n'
        '[health]\nping = "env:PING_URL"\n'
    )
    world.config.write_text(text, "utf-8")


COMMANDS = (
    ("poll",), ("poll", "--json"), ("status",), ("status", "--json"), ("sources",), ("sources", "--json"),
    ("items", "--json", "--limit", "500"), ("releases", "--json"), ("digest", "--since", "400d", "--format", "html"),
    ("send",), ("send", "--dry-run"), ("send", "--test", "me@example.org"), ("digests", "list"),
    ("export", "--format", "jsonl"), ("db", "check"), ("sources", "check", "--json"), ("no-such-command",),
    ("show", "GLM-5", "--explain"),
)  # fmt: skip


def hits(where: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (place, name) for place, data in where.items() for name, value in CANARIES.items() if value.encode() in data
    ]


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["variable", "file"])
def test_X9_twelve_canary_secrets_are_in_no_output_file_log_or_row(
    fresh_world: World, way: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    equip(fresh_world)
    environ = secrets(closed_port())
    assert len(CANARIES) == 12 and all(value in repr(environ) for value in CANARIES.values())
    if way == "file":
        vault = tmp_path_factory.mktemp("vault")
        for name in ("GITHUB_TOKEN", "HF_TOKEN", "SMTP_URL"):
            (vault / name).write_text(environ.pop(name) + "\n")
            environ[f"{name}_FILE"] = str(vault / name)
    said: dict[str, bytes] = {}
    world = replace(fresh_world, environ={**fresh_world.environ, **environ})
    for arguments in COMMANDS:
        if arguments in (("poll",), ("send",)):  # in processes of their own, with all that they log
            process = world.start(*arguments)
            out, err = process.communicate(timeout=100)
            status = process.returncode
        else:
            told = world.run(*arguments)
            out, err, status = told.out, told.err, told.status
        assert status in (0, 1, 2, 3), (arguments, err)
        assert "Traceback" not in err, (arguments, err)
        said["output of " + " ".join(arguments)] = (out + err).encode()
    assert len(said["output of items --json --limit 500"]) > 1000
    assert hits(said) == []
    assert hits(files_in(fresh_world.folder)) == []


def test_X9_a_process_list_shows_no_secret(fresh_world: World, started: Callable[[Any], Any]) -> None:
    """Command lines of a poll and of the processes that it starts."""
    environ = secrets(closed_port())
    process = started(fresh_world.start("poll", environ=environ))
    lines: set[bytes] = set()
    while process.poll() is None:
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = (path / "stat").read_text().rpartition(")")[2].split()[1]
                if path.name == str(process.pid) or parent == str(process.pid) or parent == str(os.getpid()):
                    lines.add((path / "cmdline").read_bytes())
            except OSError:
                continue
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    assert len(lines) >= 2
    assert hits({"command lines": b"\n".join(lines)}) == []
