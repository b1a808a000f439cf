"""The peers: other feed readers at their best settings on the benchmark's world, each with a store of its own.

Two come with Debian (newsboat, sfeed); two are installed by pip into environments of their own in a cache folder outside
of the repository ($BENCHMARK_CACHE, else ~/.cache/aggregator-benchmarks). One that cannot be had raises Missing with
the reason; the run says so and goes on. Who reads no JSON Feed gets the same entries of those feeds as RSS. Settings are
the best of a sweep: more workers or threads made none of them faster.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contestants import Contestant, Missing
from benchmarks.measure import Run, run
from benchmarks.world import World


class Newsboat(Contestant):
    """C++ with libcurl, libxml2 and SQLite (synchronous=off). Cleans nothing."""

    settles = 2  # 2.21 stores an ETag only where the feed has a row already, so its third poll is the first of 304s

    def __init__(self, threads: int) -> None:
        self.name = f"newsboat, {threads} threads"
        self.settings = f"reload-threads {threads}, cleanup-on-quit no"
        self._threads = threads

    def find(self) -> str:
        return _words(_tool("newsboat"), "--version").split()[1]

    def configure(self, folder: Path, served: World) -> None:
        (folder / "urls").write_text("".join(f"{url}\n" for url in served.urls(json=False)))
        (folder / "config").write_text(f"reload-threads {self._threads}\ncleanup-on-quit no\nmax-items 0\n")

    def poll(self, folder: Path) -> Run:
        where = ["-u", str(folder / "urls"), "-c", str(folder / "cache.db"), "-C", str(folder / "config")]
        return run([_tool("newsboat"), *where, "-x", "reload"], environ=_home(folder))

    def stored(self, folder: Path) -> int:
        return _count(folder / "cache.db", "rss_item")


class Sfeed(Contestant):
    """C and shell, a curl for each feed, text files. Neither cleans nor has a database."""

    name = "sfeed"
    settings = "maxjobs=16, curl's ETag options"
    settles = 1
    _rc = """sfeedpath="{folder}/feeds"
maxjobs=16
fetch() {{
    curl -L --max-redirs 0 -f -s -m 15 --etag-save "{folder}/etags/$1" --etag-compare "{folder}/etags/$1" "$2" 2>/dev/null
}}
feeds() {{
{feeds}
}}
"""

    def find(self) -> str:
        _tool("curl")
        _tool("sfeed_update")
        known = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}", "sfeed"], capture_output=True, text=True, check=False
        )
        return known.stdout.partition("-")[0] or "of unknown version"

    def configure(self, folder: Path, served: World) -> None:
        (folder / "etags").mkdir()
        feeds = "\n".join(f'    feed "f{place}" "{url}"' for place, url in enumerate(served.urls(json=False)))
        (folder / "sfeedrc").write_text(self._rc.format(folder=folder, feeds=feeds))

    def poll(self, folder: Path) -> Run:
        return run([_tool("sfeed_update"), str(folder / "sfeedrc")], environ=_home(folder))

    def stored(self, folder: Path) -> int:
        return sum(path.read_bytes().count(b"\n") for path in (folder / "feeds").iterdir())


class Reader(Contestant):
    """lemon24/reader: Python, feedparser, SQLite. Its search index is another command's and not made here."""

    name = "reader"
    settles = 1
    _packages = {True: ("reader[cli]==3.27",), False: ("reader[cli]==3.26", "sgmllib3k==1.0.0")}
    _adds = """
import sys
from reader import make_reader
with make_reader(sys.argv[1]) as reader:
    for line in open(sys.argv[2]):
        reader.add_feed(line.strip(), allow_invalid_url=True)
"""

    def __init__(self) -> None:
        self.settings = "update --no-scheduled --workers 16"
        self._python = ""

    def find(self) -> str:
        python, is_new = _newer_python((3, 12)), True
        if python is None:  # the last version for 3.11 needs a module that it does not name
            python, is_new = sys.executable, False
        self._python = _environment("reader", python, self._packages[is_new])
        version = _words(self._python, "-m", "reader", "--version").split()[-1]
        return f"{version}, Python {_words(self._python, '--version').split()[-1]}"

    def configure(self, folder: Path, served: World) -> None:
        (folder / "urls").write_text("".join(f"{url}\n" for url in served.urls()))
        added = run([self._python, "-c", self._adds, str(folder / "reader.db"), str(folder / "urls")])
        if added.status:
            raise Missing(f"feeds cannot be added: {added.errors.strip().splitlines()[-1:]}")

    def poll(self, folder: Path) -> Run:
        database = str(folder / "reader.db")
        words = ["update", "--no-scheduled", "--workers", "16"]
        return run([self._python, "-m", "reader", "--db", database, *words], environ=_home(folder))

    def stored(self, folder: Path) -> int:
        return _count(folder / "reader.db", "entries")


class Rss2email(Contestant):
    """Python and feedparser, one feed after the other by design; its store is a JSON file. Makes a mail of each entry."""

    name = "rss2email"
    settings = "run --no-send"
    settles = 1

    def __init__(self) -> None:
        self._program = ""

    def find(self) -> str:
        python = _environment("rss2email", sys.executable, ("rss2email==3.14",))
        self._program = str(Path(python).with_name("r2e"))
        return _words(self._program, "--version").split()[-1]

    def configure(self, folder: Path, served: World) -> None:
        feeds = "".join(f"[feed.f{place}]\nurl = {url}\n" for place, url in enumerate(served.urls(json=False)))
        (folder / "config").write_text(f"[DEFAULT]\nto = reader@example.com\nverbose = error\n{feeds}")
        (folder / "state.json").write_text('{"version": 2, "feeds": []}')

    def poll(self, folder: Path) -> Run:
        where = ["-c", str(folder / "config"), "-d", str(folder / "state.json")]
        return run([self._program, *where, "run", "--no-send"], environ=_home(folder))

    def stored(self, folder: Path) -> int:
        return sum(len(feed["seen"]) for feed in json.loads((folder / "state.json").read_text())["feeds"])


def all_peers() -> tuple[Contestant, ...]:
    """Every peer, the quick ones first."""
    return (Sfeed(), Newsboat(4), Reader(), Newsboat(16), Rss2email())


# ------------------------------------------------------------------------------------------------ parts


def cache() -> Path:
    """Where environments of peers are kept."""
    return Path(os.environ.get("BENCHMARK_CACHE") or Path.home() / ".cache" / "aggregator-benchmarks")


def _environment(name: str, python: str, packages: Sequence[str]) -> str:
    """The Python of an environment with these packages; made when it is not there. Raises Missing."""
    folder = cache() / name
    made, stamp = str(folder / "bin" / "python"), folder / "packages"
    if stamp.is_file() and stamp.read_text() == " ".join(packages):
        return made
    folder.parent.mkdir(parents=True, exist_ok=True)
    for command in ([python, "-m", "venv", "--clear", str(folder)], [made, "-m", "pip", "install", "-q", *packages]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(
                f"{' '.join(packages)} cannot be installed: {(done.stderr.strip().splitlines() or ['?'])[-1]}"
            )
    stamp.write_text(" ".join(packages))
    return made


def _newer_python(least: tuple[int, int]) -> str | None:
    """A Python of at least this version that runs, or None."""
    if sys.version_info >= least:
        return sys.executable
    names = [f"python3.{minor}" for minor in range(least[1], 20)]
    kept = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
    for path in [*filter(None, map(shutil.which, names)), *map(str, kept)]:
        test = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {least})"
        if subprocess.run([path, "-c", test], capture_output=True, check=False).returncode == 0:
            return path
    return None


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed (Debian: apt install {name.partition('_')[0]})")
    return found


def _words(*command: str) -> str:
    """What a command prints. Raises Missing if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{command[0]} fails: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return done.stdout or done.stderr


def _home(folder: Path) -> dict[str, str]:
    """A home of its own, so that no one's settings are read or changed."""
    return {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}


def _count(path: Path, table: str) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute(f"select count(*) from {table}").fetchone()[0])
