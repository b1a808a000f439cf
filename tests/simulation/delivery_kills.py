"""kill -9 between fetch and acknowledgement: at every named fault point and at random moments; see `account`.

A driver process loads everything once and forks a worker for each life, so that a kill costs little. Each life is one
round of a worker's ticks at a given time; after each that was killed another one goes on undisturbed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from sixty_days import CONFIG, SOURCES, START, Mailbox, Paper, Relay, Told, line_of, serving

from aggregator.faults import POINTS

DRIVER = """
import importlib, json, logging, os, signal, sys, time
from datetime import datetime
sys.path.insert(0, sys.argv[1])
from aggregator import app as application, deliver, faults, fetch, parsing, poll, storage
from aggregator.channels import channels
from aggregator.executors.inprocess import Worker
from sixty_days import Says
channels()
logging.disable(logging.CRITICAL)

def life(config, database, now):
    moment = datetime.fromisoformat(now)
    with application.open(config=config, database=database, now=lambda: moment) as app:
        app.__dict__["understanding"] = Says()
        worker = Worker(app)
        if not worker.start():
            os._exit(7)
        for tick in (worker.care, worker.poll, worker.tell):
            try:
                tick()
            except Exception:
                pass
        worker.end()

print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.environ["FAULT"] = asked["fault"]
        life(asked["config"], asked["database"], asked["now"])
        if asked["fault"] == "preload":
            with open(asked["config"] + ".modules", "w") as stream:
                stream.write("\\n".join(sorted(sys.modules)))
        os._exit(0)
    if asked["after"] is not None:
        time.sleep(asked["after"])
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if asked["fault"] == "preload":  # what a life loads is loaded here from now on
        for name in open(asked["config"] + ".modules").read().split():
            try:
                importlib.import_module(name)
            except Exception:
                pass
    print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)
"""


@dataclass
class Figures:
    """What the loop saw."""

    lives: int = 0
    killed: int = 0
    repeats: int = 0
    messages: int = 0
    points: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.lives} lives, {self.killed} killed ({len(self.points)} named points), {self.messages} messages, "
            f"{self.repeats} handed over again, {len(self.wrong)} violations"
        )


@dataclass
class Loop:
    folder: Path
    paper: Paper
    box: Mailbox
    driver: subprocess.Popen[str]
    rng: random.Random
    now: datetime = START
    number: int = 0
    figures: Figures = field(default_factory=Figures)

    @property
    def file(self) -> Path:
        return self.folder / "kills.db"

    def live(self, fault: str = "", after: float | None = None) -> int:
        """One life; its exit status (-9: killed)."""
        asked = {"config": str(self.folder / "sources.toml"), "database": f"sqlite:///{self.file}",
                 "now": self.now.isoformat(), "fault": fault, "after": after}  # fmt: skip
        assert self.driver.stdin is not None and self.driver.stdout is not None
        self.paper.now = self.now
        began = time.monotonic()
        self.driver.stdin.write(json.dumps(asked) + "\n")
        self.driver.stdin.flush()
        status = int(json.loads(self.driver.stdout.readline()))
        self.figures.lives += 1
        self.figures.killed += status == -signal.SIGKILL
        self.figures.longest = max(self.figures.longest, time.monotonic() - began)
        return status

    def day(self, fault: str = "", after: float | None = None) -> None:
        """A day with an article about a new line: killed as asked, then gone on with undisturbed. Alerts are killed in
        the afternoon, after the digest."""
        self.now = (self.now + timedelta(days=1)).replace(hour=7, minute=0)
        self._print()
        if fault.startswith("alert."):
            self.live()
            self.now += timedelta(hours=8)
            self._print()
        status = self.live(fault, after)
        if fault and status == -signal.SIGKILL:
            self.figures.points[fault.partition(":")[0]] += 1
        elif fault.endswith(":kill"):
            self.figures.wrong.append(f"{fault} was not reached ({status})")
        self.now += timedelta(minutes=40)
        status = self.live()
        if status:
            self.figures.wrong.append(f"the life after {fault or 'a kill'} ended with {status}")

    def _print(self) -> None:
        self.number += 1
        line, at = f"GLM-{self.number + 10}", self.now - timedelta(minutes=5)
        self.paper.articles.append(Told(SOURCES[self.number % 3], at, line, "open", self.number))


def run(folder: Path, *, points: bool = True, moments: int = 0, seed: int = 5) -> Figures:
    """Kill at each named point, then at that many random moments; SSL_CERT_FILE must name folder/ca.pem."""
    tls, authority, box = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trustme.CA(), Mailbox()
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    relay = Relay(box, tls)
    relay.start()
    paper = Paper([])
    environ = {**os.environ, "SSL_CERT_FILE": str(folder / "ca.pem"), "SMTP_URL": f"smtp://127.0.0.1:{relay.port}",
               "PYTHONPATH": str(Path(__file__).parents[2])}  # fmt: skip
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(Path(__file__).parent)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ,
    )  # fmt: skip
    try:
        with serving(paper) as base:
            text = CONFIG.format(folder=folder, every="30m", late="")
            text += '[alerts]\nwhen = ["new"]\n'
            text += "".join(f'[sources.{s}]\nkind = "feed"\nurl = "{base}/{s}"\n' for s in SOURCES)
            (folder / "sources.toml").write_text(text, "utf-8")
            loop = Loop(folder, paper, box, driver, random.Random(seed))
            assert driver.stdout is not None and driver.stdout.readline() == "ready\n"
            loop.live("preload")  # the baseline
            for point in POINTS if points else ():
                loop.day(f"{point}:kill")
            for _ in range(moments):
                loop.day(after=loop.rng.uniform(0.01, 0.6))
            for _ in range(2):
                loop.day()
            _account(loop)
    finally:
        driver.kill()
        driver.communicate()
        relay.stop()
    return loop.figures


def _account(loop: Loop) -> None:
    """Nothing lost, nothing told twice, nothing undelivered; repeats with the same bytes and no more than kills."""
    figures, wrong = loop.figures, loop.figures.wrong
    names: dict[str, set[bytes]] = defaultdict(set)
    for _, name, content in loop.box.taken:
        names[name].add(content)
    figures.messages = len(names)
    figures.repeats = len(loop.box.taken) - len(names)
    wrong += [f"{name} came with other bytes" for name, contents in names.items() if len(contents) > 1]
    if figures.repeats > figures.killed:
        wrong.append(f"{figures.repeats} repeats for {figures.killed} kills")
    connection = sqlite3.connect(loop.file)
    stored = {guid for (guid,) in connection.execute("SELECT guid FROM item")}
    wrong += [f"lost: {a.number}" for a in loop.paper.articles if f"{a.source}-{a.number}" not in stored]
    new: dict[str, Counter[str]] = defaultdict(Counter)
    for reader, summary in connection.execute("SELECT subscriber, summary FROM digest WHERE purpose = ''"):
        new[reader].update(json.loads(summary)["new"])
    for article in loop.paper.articles:
        name = line_of(article.line).name
        wrong += [
            f"{reader}: {name} was new {new[reader][name]} times"
            for reader in ("default", "glm")
            if new[reader][name] != 1
        ]
    state = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state"))
    if set(state) != {"sent"}:
        wrong.append(f"outbox: {state}")
    mails = connection.execute("SELECT count(*) FROM outbox WHERE channel = 'email'").fetchone()[0]
    if mails != len(names):
        wrong.append(f"{mails} mails in the outbox, {len(names)} arrived")
    planned = (
        "SELECT o.recipient, b.body FROM outbox o JOIN digest_body b ON b.digest = o.digest"
        " AND o.recipient LIKE '%.' || b.form WHERE o.channel = 'file'"
    )
    for path, body in connection.execute(planned):
        if Path(path).read_bytes() != zlib.decompress(body):
            wrong.append(f"{path} is not what was planned")
    if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        wrong.append("the database is damaged")
    connection.close()


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
