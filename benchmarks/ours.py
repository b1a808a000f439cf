"""This project as a contestant: its sources file for the benchmark's world, its commands, and what it stored.

    python -m benchmarks.ours [--feeds 1000] [--steps cold,warm,delta,warm] [--latency 0] [--plain] [--folder PATH]

polls a fresh world once for each step and prints seconds and counts: for a quick look while something is made faster.
The configuration is that of the repository (all labs) with the world's feeds as its only sources.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

import tomlkit

from aggregator import __version__
from benchmarks import measure, world
from benchmarks.contestants import Contestant

HUBS = ("github", "huggingface", "modelscope")
"""A lab's keys that are sources too: left out, so that nothing outside this machine is ever asked."""
STARTER = Path(__file__).parent.parent / "sources.toml"


def starter() -> tomlkit.TOMLDocument:
    """The repository's sources.toml without anything that could be polled."""
    document = tomlkit.parse(STARTER.read_text("utf-8"))
    document.remove("sources")
    for lab in document["labs"].values():
        for hub in HUBS:
            lab.pop(hub, None)
    return document


def configure(folder: Path, served: world.World) -> Path:
    """Write sources.toml into `folder`: the repository's labs, and the feeds of `served`."""
    document = starter()
    document["settings"]["allow_private_hosts"] = ["127.0.0.0/8"]
    path = folder / "sources.toml"
    stanzas = "".join(
        f'[sources.feed{number}]\nkind = "feed"\nurl = "{url}"\n\n' for number, url in enumerate(served.urls())
    )
    path.write_text(f"{tomlkit.dumps(document)}\n{stanzas}", "utf-8")
    return path


def command(folder: Path, *words: str) -> list[str]:
    """The command line that runs `aggregator WORDS` on what is in `folder`."""
    database = f"sqlite:///{folder / 'aggregator.db'}"
    config = str(folder / "sources.toml")
    return [sys.executable, "-m", "aggregator", "--config", config, "--database", database, *words]


def stored(folder: Path) -> int:
    """How many items are stored."""
    with sqlite3.connect(folder / "aggregator.db") as database:
        return int(database.execute("select count(*) from item").fetchone()[0])


class Ours(Contestant):
    """This project, all of it: cleaned, deduplicated, understood, stored and searchable."""

    name = "aggregator"
    settings = "poll"
    settles = 1

    def find(self) -> str:
        return __version__

    def configure(self, folder: Path, served: world.World) -> None:
        configure(folder, served)

    def poll(self, folder: Path) -> measure.Run:
        return measure.run(command(folder, "poll", "--json"))

    def stored(self, folder: Path) -> int:
        return stored(folder)


class Plain(Ours):
    """This project without understanding and without the search for near copies."""

    name = "aggregator, plain"
    settings = "poll, by benchmarks.plain"

    def poll(self, folder: Path) -> measure.Run:
        words = command(folder, "poll", "--json")
        return measure.run([*words[:2], "benchmarks.plain", *words[3:]])

    def stored(self, folder: Path) -> int:
        """How many items are stored. Raises RuntimeError if any of them was understood after all."""
        with sqlite3.connect(folder / "aggregator.db") as database:
            for table in ("item_line", "item_band"):
                if database.execute(f"select count(*) from {table}").fetchone()[0]:
                    raise RuntimeError(f"plain polls still fill {table}: benchmarks.plain no longer reaches the rules")
        return stored(folder)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--feeds", type=int, default=1000)
    words.add_argument("--steps", default="cold,warm,delta,warm")
    words.add_argument("--latency", type=float, default=0.0)
    words.add_argument("--plain", action="store_true", help="Without understanding and near copies.")
    words.add_argument("--folder", help="Where the store is made; it stays there.")
    asked = words.parse_args()
    one = Plain() if asked.plain else Ours()
    with tempfile.TemporaryDirectory() as scratch, world.opened(asked.feeds) as served:
        folder = Path(asked.folder or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        configure(folder, served)
        served.change(latency=asked.latency)
        for step in asked.steps.split(","):
            if step == "delta":
                served.change(after=True)
            served.count()
            run = one.poll(folder)
            counts = served.count()
            print(
                f"{step:6} {run.told()}; {one.stored(folder):,} items; answers {counts.full} full, {counts.unchanged} 304"
            )
            if run.status:
                print(run.errors)


if __name__ == "__main__":
    main()
