"""Faults between fetch and acknowledgement: at every named point and at random moments; see `_account`.

Each day has an article about a new line and one about nothing. The worker's life of that morning meets a fault: it is
killed there, or something is raised there, or it is frozen there, taken for lost, and thawed after a rival has lived.
Then another life goes on undisturbed, and at the end everything must have been told once. See fault_driver.py.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import trustme
from sixty_days import CONFIG, SOURCES, START, Mailbox, Paper, Relay, Told, line_of, serving

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("schema.", "restore.", "relabel.")
"""Points that a worker's day does not pass; fault_scenes.py has them."""
FORGOTTEN = timedelta(days=33)
"""After this long what a digest told may be pruned."""


@dataclass
class Figures:
    """What the loop saw. `reached` counts the faults that came about, `repeats` messages that were handed over again."""

    lives: int = 0
    killed: int = 0
    frozen: int = 0
    repeats: int = 0
    messages: int = 0
    pruned: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.lives} lives, {self.killed} killed, {self.frozen} frozen, {len(self.reached)} named faults, "
            f"{self.messages} messages, {self.repeats} handed over again, {self.pruned} items pruned, "
            f"{len(self.wrong)} violations"
        )


class Driver:
    """The process that forks lives."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fault_driver.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        )  # fmt: skip
        assert self._process.stdout is not None and self._process.stdout.readline() == "ready\n"

    def ask(self, **asked: Any) -> dict[str, Any]:
        """What became of a life: `status` (-9: killed), or `frozen` with its number."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def end(self) -> None:
        """End it, and with it the lives that are frozen."""
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


@dataclass
class Loop:
    """One database, its world, and the time in it."""

    folder: Path
    paper: Paper
    box: Mailbox
    driver: Driver
    rng: random.Random
    url: str = ""
    """Of its database; a file in the folder where none is given."""
    now: datetime = START
    number: int = 0
    figures: Figures = field(default_factory=Figures)

    @property
    def file(self) -> Path:
        return self.folder / "kills.db"

    @property
    def database(self) -> str:
        return self.url or f"sqlite:///{self.file}"

    def live(self, fault: str = "", after: float | None = None) -> dict[str, Any]:
        """One life; what became of it."""
        self.paper.now = self.now
        began = time.monotonic()
        answer = self.driver.ask(
            config=str(self.folder / "sources.toml"), database=self.database, now=self.now.isoformat(),
            fault=fault, after=after, in_place=not fault.startswith("parse."),
        )  # fmt: skip
        self.figures.lives += 1
        self.figures.killed += answer.get("status") == -signal.SIGKILL
        self.figures.frozen += "frozen" in answer
        self.figures.longest = max(self.figures.longest, time.monotonic() - began)
        return answer

    def warm(self) -> None:
        """Some lives on another database in the driver itself, so that those it forks have everything loaded; what they
        sent and filed is thrown away."""
        for hours in (1, 2, 3):
            self.driver.ask(
                config=str(self.folder / "sources.toml"), database=f"sqlite:///{self.folder / 'warm.db'}",
                now=(self.now - timedelta(days=1, hours=-hours)).isoformat(), warm=True,
            )  # fmt: skip
        self.box.taken.clear()
        shutil.rmtree(self.folder / "digests", ignore_errors=True)
        for path in self.folder.glob("warm.db*"):
            path.unlink()

    def day(self, fault: str = "", after: float | None = None) -> None:
        """A day: disturbed as asked, then gone on with undisturbed. Alerts are disturbed in the afternoon, after the
        digest."""
        if fault.startswith("care.prun"):
            self.now += FORGOTTEN
        if fault.startswith("backup."):  # the one before may have been made later in its day
            self.now += timedelta(days=1)
        self.now = (self.now + timedelta(days=1)).replace(hour=7, minute=0)
        self._print()
        if fault.startswith("alert."):
            self.live()
            self.now += timedelta(hours=8)
            self._print()
        answer = self.live(fault, after)
        if "frozen" in answer:
            self._take_over(fault, answer["frozen"])
        elif fault:
            self._expect(fault, answer["status"])
        self.now += timedelta(minutes=40)
        status = self.live()["status"]
        if status:
            self.figures.wrong.append(f"the life after {fault or 'a kill'} ended with {status}")

    def _expect(self, fault: str, status: int) -> None:
        if status == (-signal.SIGKILL if fault.endswith("kill") else 0):
            self.figures.reached[fault] += 1
        else:
            self.figures.wrong.append(f"{fault} was not reached ({status})")

    def _take_over(self, fault: str, frozen: int) -> None:
        """A rival lives while the other one is frozen (it may have to do without writing), which then goes on."""
        self.figures.reached[fault] += 1
        self.figures.wrong += [f"while {fault}: {problem}" for problem in unsound(self.database)]
        self.now += timedelta(minutes=40)
        rival = self.live()["status"]
        if rival not in (0, 1):
            self.figures.wrong.append(f"the rival of a life frozen at {fault} ended with {rival}")
        thawed = self.driver.ask(thaw=frozen)["status"]
        if thawed not in (0, 1, 7):
            self.figures.wrong.append(f"the life frozen at {fault} ended with {thawed}")

    def _print(self) -> None:
        """Today's articles: one about a new line, one about nothing."""
        at = self.now - timedelta(minutes=5)
        self.number += 1
        self.paper.articles.append(Told(SOURCES[self.number % 3], at, f"GLM-{self.number + 10}", "open", self.number))
        self.number += 1
        self.paper.articles.append(Told(SOURCES[self.number % 3], at, f"Chatter {self.number}", "", self.number))


def run(folder: Path, faults: Sequence[str] = (), *, moments: int = 0, seed: int = 5, url: str = "") -> Figures:
    """Meet each of the faults (`point:action`), then kill at that many random moments, and account for it all."""

    def story(loop: Loop) -> None:
        for fault in faults:
            loop.day(fault)
        for _ in range(moments):
            loop.day(after=loop.rng.uniform(0.01, 0.6))

    return tell(folder, story, seed=seed, url=url)


def tell(
    folder: Path, story: Callable[[Loop], None], *, seed: int = 5, alerts: str = '"new"', url: str = ""
) -> Figures:
    """Make the world, let the story happen in it and two days pass, and account for it all."""
    tls, authority, box = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trustme.CA(), Mailbox()
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    relay = Relay(box, tls)
    relay.start()
    paper = Paper([])
    try:
        with serving(paper) as base:
            text = CONFIG.format(folder=folder, every="30m", late="")
            text = text.replace('poll_every = "30m"', 'poll_every = "30m"\nkeep_items = "2d"')
            text += f'[alerts]\nwhen = [{alerts}]\n[health]\nping = "env:PING_URL"\n'
            text += "".join(f'[sources.{s}]\nkind = "feed"\nurl = "{base}/{s}"\n' for s in SOURCES)
            (folder / "sources.toml").write_text(text, "utf-8")
            driver = Driver({"SSL_CERT_FILE": str(folder / "ca.pem"), "SMTP_URL": f"smtp://127.0.0.1:{relay.port}",
                             "PING_URL": f"{base}/ping"})  # fmt: skip
            try:
                loop = Loop(folder, paper, box, driver, random.Random(seed), url)
                loop.warm()
                loop.live()  # the baseline
                story(loop)
                for _ in range(2):
                    loop.day()
                _account(loop)
            finally:
                driver.end()
    finally:
        relay.stop()
    return loop.figures


def unsound(database: str | Path) -> list[str]:
    """What another process, which only reads, finds wrong with the database (a URL, or a SQLite file) right now."""
    twice = "SELECT source, guid FROM item GROUP BY source, guid HAVING count(*) > 1"
    if str(database).startswith("postgresql"):
        return [f"twice: {source} {guid}" for source, guid in rows(str(database), twice)]
    file = str(database).removeprefix("sqlite:///")
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)
    try:
        found = [row[0] for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
        found += [f"foreign key of {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
        return found + [f"twice: {source} {guid}" for source, guid in connection.execute(twice)]
    except sqlite3.Error as error:
        return [f"cannot be read: {error}"]
    finally:
        connection.close()


def rows(database: str, statement: str) -> list[Any]:
    """What a database answers, of either kind."""
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.execute(sa.text(statement)))


def _account(loop: Loop) -> None:
    """Nothing lost, nothing told twice, nothing undelivered; repeats with the same bytes and no more than faults."""
    figures, wrong = loop.figures, loop.figures.wrong
    names: dict[str, set[bytes]] = defaultdict(set)
    for _, name, content in loop.box.taken:
        names[name].add(content)
    figures.messages = len(names)
    figures.repeats = len(loop.box.taken) - len(names)
    wrong += [f"{name} came with other bytes" for name, contents in names.items() if len(contents) > 1]
    disturbed = max(figures.killed, sum(figures.reached.values()))
    if figures.repeats > disturbed:
        wrong.append(f"{figures.repeats} repeats for {disturbed} faults")
    wrong += unsound(loop.database)

    def ask(statement: str) -> list[Any]:
        return rows(loop.database, statement)

    stored = {guid for (guid,) in ask("SELECT guid FROM item")}
    wrong += [f"lost: {a.number}" for a in loop.paper.articles if a.status and f"{a.source}-{a.number}" not in stored]
    chatter = {f"{a.source}-{a.number}" for a in loop.paper.articles if not a.status}
    figures.pruned = ask("SELECT count(*) FROM tombstone")[0][0]
    if len(chatter & stored) + figures.pruned != len(chatter):
        wrong.append(f"of {len(chatter)} others {len(chatter & stored)} are stored and {figures.pruned} pruned")
    new: dict[str, Counter[str]] = defaultdict(Counter)
    for reader, summary in ask("SELECT subscriber, summary FROM digest WHERE purpose = ''"):
        new[reader].update((json.loads(summary) if isinstance(summary, str) else summary)["new"])
    for article in loop.paper.articles:
        name = line_of(article.line).name
        wrong += [
            f"{reader}: {name} was new {new[reader][name]} times"
            for reader in ("default", "glm")
            if article.status and new[reader][name] != 1
        ]
    state = dict(ask("SELECT state, count(*) FROM outbox GROUP BY state"))
    if set(state) != {"sent"}:
        wrong.append(f"outbox: {state}")
    mails = ask("SELECT count(*) FROM outbox WHERE channel = 'email'")[0][0]
    if mails != len(names):
        wrong.append(f"{mails} mails in the outbox, {len(names)} arrived")
    planned = (
        "SELECT o.recipient, b.body FROM outbox o JOIN digest_body b ON b.digest = o.digest"
        " AND o.recipient LIKE '%.' || b.form WHERE o.channel = 'file'"
    )
    for path, body in ask(planned):
        if Path(path).read_bytes() != zlib.decompress(body):
            wrong.append(f"{path} is not what was planned")
    wrong += [f"left behind: {path.name}" for path in loop.folder.rglob("aggregator-*.partial*")]


def main() -> Any:
    """The long form: `python tests/simulation/delivery_kills.py FOLDER MOMENTS`."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures = run(folder, moments=int(sys.argv[2]))
    print(figures)
    print("\n".join(figures.wrong))
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
