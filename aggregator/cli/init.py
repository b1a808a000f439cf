"""`aggregator init`: a start for somebody who installed the package without the repository."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from aggregator.cli import output
from aggregator.errors import UsageError


@click.command("init")
@click.argument("folder", default=".")
def command(folder: str) -> int:
    """Write a sources.toml (the whole registry) and the storage folder into FOLDER; overwrites nothing."""
    root = Path(folder)
    target = root / "sources.toml"
    if target.exists():
        raise UsageError(f"{target} exists; it is left as it is")
    try:
        (root / "storage").mkdir(parents=True, exist_ok=True)
        target.write_text(starter(), "utf-8")
    except OSError as error:
        raise UsageError(f"{root}: {error.strerror or error}; name a folder that can be written") from error
    output.say(f"written: {target}, {root / 'storage'}/\nNext: aggregator poll, then aggregator digest --since 7d")
    return 0


def starter() -> str:
    """The registry as it is shipped: beside the package in a wheel, at the top of a checkout."""
    packed = resources.files("aggregator").joinpath("config/starter.toml")
    if packed.is_file():
        return packed.read_text("utf-8")
    return (Path(__file__).parent.parent.parent / "sources.toml").read_text("utf-8")
