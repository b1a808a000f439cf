"""Sixty days of a changing world, a worker that lives in them by a fake clock, and what must hold of what it told.

The HTTP (loopback), the database and the SMTP (aiosmtpd, STARTTLS) are real; the rules of understanding are replaced by
titles that say what they are (`GLM-7 | open`), so that the world knows what must be told.
"""

from __future__ import annotations

import http.server
import random
import re
import socket
import ssl
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from aggregator import app as application
from aggregator import deliver
from aggregator.app import Application
from aggregator.executors.inprocess import Worker
from aggregator.model import STATUSES, Entry, Evidence, Labels, LineName, Source
from aggregator.names import make_line

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""The clocks of Paris change on the 28th day."""
SOURCES = ("alpha", "beta", "gamma")
RANK = {status: place for place, status in enumerate(STATUSES)}


# ----------------------------------------------------------------------------------------------------------- the world


@dataclass(frozen=True)
class Told:
    """One article: a source says at a time that a line has a status."""

    source: str
    at: datetime
    line: str
    status: str
    number: int


@dataclass
class Paper:
    """The feeds: what each holds at the present time, the latest 30 articles."""

    articles: list[Told]
    now: datetime = START
    renamed: datetime | None = None
    """From then on `alpha` gives all its articles other guids."""
    requests: Counter[str] = field(default_factory=Counter)
    served: dict[str, set[str]] = field(default_factory=dict)
    """By ETag: the guids of what was served under it."""

    def feed(self, source: str) -> bytes:
        self.requests[source] += 1
        past = [one for one in self.articles if one.source == source and one.at <= self.now][-30:]
        items = "".join(
            f"<item><guid isPermaLink='false'>{self._guid(one)}</guid>"
            f"<link>https://{source}.example/a/{one.number}</link><title>{one.line} | {one.status}</title>"
            f"<description>Story {one.number} about {one.line} in the words of {source}</description>"
            f"<pubDate>{format_datetime(one.at)}</pubDate></item>"
            for one in reversed(past)
        )
        return f"<rss version='2.0'><channel><title>{source}</title>{items}</channel></rss>".encode()

    def _guid(self, one: Told) -> str:
        moved = self.renamed is not None and self.now >= self.renamed and one.source == "alpha"
        return f"{'urn:new:' if moved else ''}{one.source}-{one.number}"


def make_articles(rng: random.Random, days: int) -> list[Told]:
    """A line every other day: perhaps a rumour, then announced, available and open over some days, each by 1 to 3 papers."""
    found: list[tuple[datetime, str, str, str]] = []
    for number in range(days // 2 + 3):
        family = rng.choice(("GLM", "Qwen"))
        line, at = f"{family}-{number + 10}", START + timedelta(days=2 * number - 6, hours=rng.uniform(0, 40))
        steps = [s for s in STATUSES if rng.random() < (0.4 if s == "rumoured" else 0.7)] or ["available"]
        for status in steps:
            for source in rng.sample(SOURCES, rng.randint(1, 3)):
                found.append((at + timedelta(hours=rng.uniform(0, 5)), source, line, status))
            at += timedelta(hours=rng.uniform(6, 90))
    return [Told(source, at, line, status, n) for n, (at, source, line, status) in enumerate(sorted(found))]


def line_of(written: str) -> LineName:
    """The line of a name as the papers write it."""
    family, _, version = written.partition("-")
    return make_line("zhipu" if family == "GLM" else "qwen", family, version)


class Says:
    """An understanding that believes the titles."""

    def labels(self, entry: Entry, source: Source, *, title: str, summary: str, content: str) -> Labels:
        name, _, status = title.partition(" | ")
        if not status:
            return Labels("other")
        line = line_of(name)
        kind = "rumour" if status == "rumoured" else "release"
        shows = Evidence(line, status, 20, rule="test")
        return Labels(kind, labs=(line.lab,), lines=(line,), mentions=(line,), evidence=(shows,))


@contextmanager
def serving(paper: Paper) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            body = paper.feed(self.path.strip("/"))
            tag = f'"{hash(body)}"'
            paper.served.setdefault(tag, set(re.findall(r"<guid isPermaLink='false'>([^<]+)<", body.decode())))
            same = self.headers.get("If-None-Match") == tag
            self.send_response(304 if same else 200)
            self.send_header("ETag", tag)
            if not same:
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not same:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # its clients may be killed
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@dataclass
class Mailbox:
    """What the relay took. `mood` is well, refusing (451) or dropping (it takes a message and hangs up without a word)."""

    mood: str = "well"
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.mood == "refusing":
            return "451 later please"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        name = next(line for line in envelope.content.split(b"\r\n") if line.lower().startswith(b"message-id:"))
        self.taken.append((envelope.rcpt_tos[0], name.decode(), envelope.content))
        if self.mood == "dropping":
            server.transport.close()
        return "250 taken"


class Relay(Controller):
    def __init__(self, box: Mailbox, tls: ssl.SSLContext) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._tls = tls
        super().__init__(box, hostname="127.0.0.1", port=port)

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="mail.example", tls_context=self._tls, require_starttls=True)


# ------------------------------------------------------------------------------------------------------------ the life

CONFIG = """
[settings]
timezone = "Europe/Paris"
poll_every = "{every}"
allow_private_hosts = ["127.0.0.0/8"]
[digest]
at = "07:30"
to = ["team@example.org", "boss@example.org"]
sender = "digest@example.org"
directory = "{folder}/digests"
[[digest.subscribers]]
name = "glm"
to = ["glm@example.org"]
labs = ["zhipu"]
language = "zh"
at = "18:15"
{late}
[labs.zhipu]
name = "Zhipu AI"
region = "cn"
families = ["GLM"]
[labs.qwen]
name = "Alibaba Qwen"
region = "cn"
families = ["Qwen"]
"""
LATE = '[[digest.subscribers]]\nname = "late"\nto = ["late@example.org"]\n'


@dataclass
class Life:
    """A worker through the days, restarted now and then, beside a second one."""

    folder: Path
    paper: Paper
    box: Mailbox
    base: str
    relay: str
    step: timedelta
    now: datetime = START
    shift: timedelta = timedelta(0)
    database: str = ""
    """Its URL; a file in the folder where none is given."""
    late: bool = False
    refused: int = 0
    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.now + self.shift

    def configure(self) -> None:
        text = CONFIG.format(
            folder=self.folder, every=f"{int(self.step.total_seconds() // 60)}m", late=LATE if self.late else ""
        )
        text += "".join(f'[sources.{s}]\nkind = "feed"\nurl = "{self.base}/{s}"\n' for s in SOURCES)
        (self.folder / "sources.toml").write_text(text, "utf-8")

    def open(self, owner: str) -> Application:
        opened = application.open(
            config=str(self.folder / "sources.toml"), database=self.database or f"sqlite:///{self.folder}/life.db",
            environ={"SMTP_URL": self.relay}, now=self.clock,
        )  # fmt: skip
        opened.__dict__["understanding"] = Says()
        opened.__dict__["owner"] = owner
        return opened

    def live(self, until: datetime, owner: str, *, rival: bool = False) -> None:
        """A worker's life until a time; with a `rival` that wants to be the worker too, and sends by hand beside it."""
        with self.open(owner) as app, self.open("rival@elsewhere/1:x") as other:
            worker = Worker(app)
            assert worker.start()
            while self.now < until:
                self.paper.now = self.now
                worker.care()
                worker.poll()
                if rival:
                    self.refused += not Worker(other).start()
                    by_hand = threading.Thread(target=self._beside, args=(other,))
                    by_hand.start()
                    worker.tell()
                    by_hand.join()
                else:
                    worker.tell()
                self._keep(app)
                self.now += self.step
            worker.end()

    def _beside(self, other: Application) -> None:
        means = other.means()
        deliver.plan_due(means)
        deliver.send_due(means)

    def _keep(self, app: Application) -> None:
        """Remember the bytes of what was planned, in the moment in which it was."""
        for one in app.store.digests(limit=4):
            key = (one.subscriber, one.slot)
            body = app.store.digest_body(one.id, "md")
            assert body is not None
            assert self.bodies.setdefault(key, body) == body


# ----------------------------------------------------------------------------------------------------------- the story


def run(folder: Path, days: int = 60, step: timedelta = timedelta(hours=2), seed: int = 1, database: str = "") -> Life:
    """Live through it all; the environment must trust the relay's authority (`authority`)."""
    rng = random.Random(seed)
    paper, box = Paper(make_articles(rng, days)), Mailbox()
    paper.renamed = START + timedelta(days=days // 2)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    relay = Relay(box, tls)
    relay.start()
    try:
        with serving(paper) as base:
            life = Life(folder, paper, box, base, f"smtp://127.0.0.1:{relay.port}", step, database=database)
            _story(life, days)
    finally:
        relay.stop()
    return life


def _story(life: Life, days: int) -> None:
    def day(number: float) -> datetime:
        return START + timedelta(days=number * days / 60)

    life.configure()
    life.live(day(6), "worker-1")
    life.box.mood = "refusing"
    life.live(day(8), "worker-2")
    life.box.mood = "well"
    life.live(day(12), "worker-3", rival=True)
    life.shift = timedelta(hours=2)
    life.live(day(12.5), "worker-4")
    life.shift = timedelta(0)
    life.live(day(20), "worker-4")
    life.now = day(23)  # an outage of three days
    life.live(day(25), "worker-5", rival=True)
    life.late = True
    life.configure()
    life.live(day(33), "worker-6")
    life.box.mood = "dropping"
    life.live(day(34), "worker-7")
    life.box.mood = "well"
    life.live(day(40), "worker-8")
    life.shift = timedelta(hours=-3)
    life.live(day(42), "worker-9")
    life.shift = timedelta(days=365)
    life.live(life.now + life.step, "worker-10")
    life.shift = timedelta(0)
    life.live(day(60), "worker-11", rival=True)


# ---------------------------------------------------------------------------------------------------------- the account


def account(life: Life) -> list[str]:
    """Everything that is wrong with what was told."""
    wrong: list[str] = []
    with life.open("auditor") as app:
        digests = list(reversed(app.store.digests(limit=10_000)))
        entries = _entries(app)
        wrong += [f"db check: {problem}" for problem in app.store.check(app.regions)]
        wrong += [
            f"undelivered: {m.recipient} {m.slot} {m.state}"
            for m in app.store.deliveries(states=("pending", "sending", "dead"))
        ]
        for one in digests:
            if app.store.digest_body(one.id, "md") != life.bodies[(one.subscriber, one.slot)]:
                wrong.append(f"digest of {one.slot} for {one.subscriber} has other bytes now")
        since = {"default": START, "glm": START, "late": START + (life.now - START) * 25 / 60}
        for reader, begun in since.items():
            slots = [one.slot for one in digests if one.subscriber == reader]
            merged = [slot for one in digests if one.subscriber == reader for slot in one.summary["merged"]]
            wrong += _dates(reader, slots, merged, begun, life)
            wrong += _lines(life, reader, begun, [one for one in digests if one.subscriber == reader], entries[reader])
    wrong += _mails(life, digests)
    return wrong


def _entries(app: Application) -> dict[str, dict[str, list[str]]]:
    """By reader and line: the marks of what was told."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    marks = sa.text("SELECT subscriber, line, what FROM digest_entry ORDER BY digest, what")
    with app.store.engine.connect() as connection:
        for reader, line, what in connection.execute(marks):
            found[reader][line].append(what)
    return found


def _dates(reader: str, slots: list[str], merged: list[str], begun: datetime, life: Life) -> list[str]:
    wrong = [f"{reader}: two digests of {slot}" for slot, count in Counter(slots).items() if count > 1]
    day, have = (begun + timedelta(days=1)).date(), set(slots) | set(merged)
    while day < life.now.date():
        if day.isoformat() not in have:
            wrong.append(f"{reader}: no digest of {day}")
        day += timedelta(days=1)
    return wrong


def _lines(life: Life, reader: str, begun: datetime, digests: list[Any], marks: dict[str, list[str]]) -> list[str]:
    """Every line that came out is new once; statuses are told in their order, each once, up to the last."""
    wrong: list[str] = []
    new = Counter(line for one in digests for line in one.summary["new"])
    wrong += [f"{reader}: {line} was new {count} times" for line, count in new.items() if count > 1]
    end = max((one.planned_at for one in digests if one.planned_at <= life.now), default=life.now) - 2 * life.step
    articles = [a for a in life.paper.articles if a.at <= end and (reader != "glm" or a.line.startswith("GLM"))]
    for written in sorted({a.line for a in articles}):
        name = line_of(written)
        key, line = name.key, name.name
        out = [a for a in articles if a.line == written and a.status != "rumoured"]
        told = [mark for mark in marks.get(key, []) if mark.startswith("status:")]
        ranks = [RANK[mark.removeprefix("status:")] for mark in told]
        if ranks != sorted(set(ranks)):
            wrong.append(f"{reader}: {line} was told as {told}")
        if not out:
            continue
        first, last = min(a.at for a in out), max(RANK[a.status] for a in out)
        if first > begun + life.step and new[line] != 1:
            wrong.append(f"{reader}: {line} came out on {first} and was new {new[line]} times")
        reached = min(a.at for a in out if RANK[a.status] == last)
        if reached > begun + life.step and (not ranks or ranks[-1] < last):
            wrong.append(f"{reader}: {line} became {STATUSES[last]} on {reached}; told was {told}")
        if first < begun - timedelta(days=3) and new[line]:
            wrong.append(f"{reader}: {line} of {first} was new to who came on {begun}")
    return wrong


def _mails(life: Life, digests: list[Any]) -> list[str]:
    """Every digest arrived at every recipient; repeats have the same name and bytes."""
    wrong: list[str] = []
    by_name: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    for to, name, content in life.box.taken:
        by_name[to, name].add(content)
    wrong += [f"{to}: {name} came with other bytes" for (to, name), contents in by_name.items() if len(contents) > 1]
    got = Counter(to for to, _ in by_name)
    for reader, to in (("default", "team@"), ("default", "boss@"), ("glm", "glm@"), ("late", "late@")):
        planned = sum(one.subscriber == reader for one in digests)
        if got[f"{to}example.org"] != planned:
            wrong.append(f"{to} got {got[f'{to}example.org']} of {planned} digests")
    return wrong
