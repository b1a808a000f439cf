"""The whole registry behind loopback: a server that answers for every host that sources.toml names, and counts.

Names resolve to a public-looking address and the dialer leads to this server, so the guard and TLS are on. It answers
for any organisation: GitHub's REST API (with quota, Link and 304 as documented), its Atom feeds and raw files, Hugging
Face, ModelScope; any other host serves a feed, or the page or list that its stanza is documented to have. Sizes of the
large organisations are of the order that they really have; `rows` of a page are served fewer to be quick.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

PUBLIC = "93.184.216.34"
API, WEB, RAW, HF, MS = (
    "api.github.com", "github.com", "raw.githubusercontent.com", "huggingface.co", "modelscope.cn"
)  # fmt: skip
MODELS = {
    "google": 1000, "facebook": 1900, "nvidia": 700, "microsoft": 450, "Qwen": 450, "OpenGVLab": 350, "tencent": 250,
    "BAAI": 200, "internlm": 200, "openbmb": 190, "FlagRelease": 350, "PaddlePaddle": 150, "OpenMOSS-Team": 130,
    "inclusionAI": 150, "deepseek-ai": 90, "mistralai": 80, "zai-org": 90, "THUDM": 90, "meta-llama": 70,
}  # fmt: skip
REPOSITORIES = {"OpenGVLab": 110, "OpenBMB": 120, "opendatalab": 105, "QwenLM": 60, "deepseek-ai": 35}
EPOCH = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(slots=True)
class Seen:
    """One request that arrived; `points` is what it cost of GitHub's quota."""

    host: str
    target: str
    status: int
    points: int


@dataclass
class RegistryServer:
    """See the module. `now` is the clock that answers carry; `rows` caps the rows of a page (its links stay)."""

    now: Callable[[], datetime]
    context: ssl.SSLContext
    pages: Mapping[str, bytes] = field(default_factory=dict)
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    latency: float = 0.0
    rows: int = 100
    quota: int = 5000
    anonymous_quota: int = 60
    token: str = "token-of-the-test"
    seen: list[Seen] = field(default_factory=list)
    pushed: dict[str, int] = field(default_factory=dict)
    starred: dict[str, int] = field(default_factory=dict)
    spent: Counter[bool] = field(default_factory=Counter)
    window: datetime = EPOCH
    in_flight: Counter[str] = field(default_factory=Counter)
    most_in_flight: Counter[str] = field(default_factory=Counter)
    ports: dict[int, int] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------ running

    def __enter__(self) -> RegistryServer:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="registry-server")
        self._thread.start()

        async def listen() -> list[asyncio.Server]:
            return [
                await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256),
                await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context, backlog=256),
            ]

        self._servers = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        self.ports = {
            80: self._servers[0].sockets[0].getsockname()[1],
            443: self._servers[1].sockets[0].getsockname()[1],
        }
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            for server in self._servers:
                server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ", 2)
                headers = {
                    k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)
                }
                if length := int(headers.get("content-length", "0")):
                    await reader.readexactly(length)
                host = headers.get("host", "").split(":")[0]
                self.in_flight[host] += 1
                self.most_in_flight[host] = max(self.most_in_flight[host], self.in_flight[host])
                if self.latency:
                    await asyncio.sleep(self.latency)
                status, body, more = self._answer(host, target, headers)
                self.in_flight[host] -= 1
                lines = [
                    f"HTTP/1.1 {status} X",
                    f"Content-Length: {len(body)}",
                    f"Date: {format_datetime(self.now(), True)}",
                ]
                lines += [f"{name}: {value}" for name, value in more.items()]
                writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
                await writer.drain()
        writer.close()

    # ------------------------------------------------------------------------------------------ answering

    def _answer(self, host: str, target: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        status, body, more = self._content(host, target)
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if status == 200:
            more["ETag"] = tag
            if headers.get("if-none-match") == tag:
                status, body = 304, b""
        points = 0
        if host == API:
            known = headers.get("authorization") == f"Bearer {self.token}"
            points = 0 if status == 304 and known else 1
            limited = self._limit(known, points)
            more |= limited
            if limited.get("refused"):
                more.pop("refused")
                status, body, points = 403, b'{"message":"API rate limit exceeded"}', 0
        if host == HF:
            more["ratelimit"] = '"api";r=480;t=200'
        self.seen.append(Seen(host, target, status, points))
        return status, body, more

    def _limit(self, known: bool, points: int) -> dict[str, str]:
        """GitHub's counters: a fixed window of an hour."""
        if self.now() - self.window >= timedelta(hours=1):
            self.window, self.spent = self.now(), Counter()
        quota = self.quota if known else self.anonymous_quota
        refused = self.spent[known] + points > quota
        if not refused:
            self.spent[known] += points
        counters = {
            "X-RateLimit-Limit": str(quota),
            "X-RateLimit-Remaining": str(max(0, quota - self.spent[known])),
            "X-RateLimit-Reset": str(int((self.window + timedelta(hours=1)).timestamp())),
        }
        return {**counters, "refused": "1"} if refused else counters

    def _content(self, host: str, target: str) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(target)
        names, query = [n for n in parts.path.split("/") if n], {k: v[0] for k, v in parse_qs(parts.query).items()}
        if host == API:
            return self._api(names, query)
        if host == WEB:
            return (
                200,
                atom(names[0] if len(names) == 1 else "/".join(names[:2])),
                {"Content-Type": "application/atom+xml"},
            )
        if host == RAW and parts.path.endswith("/README.md"):
            return 200, f"# {names[1]}\n\n{names[1]} is a model.\n".encode(), {"Content-Type": "text/plain"}
        if host == HF and names[:2] == ["api", "models"] and len(names) == 4:
            files = [
                {"rfilename": "config.json", "size": 1000},
                {"rfilename": "model.safetensors", "size": 14_000_000_000},
            ]
            return 200, dumped({"id": "/".join(names[2:]), "siblings": files}), {"Content-Type": "application/json"}
        if host == HF and names == ["api", "models"]:
            return self._models(query)
        if host == MS:
            return self._modelscope(query)
        key = f"{host}{parts.path}"
        if key in self.pages:
            body = self.pages[key]
            kind = "application/json" if body[:1] in b"{[" else "text/html" if body[:1] == b"<" else "text/markdown"
            return 200, body, {"Content-Type": f"{kind}; charset=utf-8"}
        return 200, rss(host), {"Content-Type": "application/rss+xml; charset=utf-8"}

    def _api(self, names: list[str], query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        kind = {"Content-Type": "application/json"}
        if names[0] == "orgs":
            page, total = int(query.get("page", "1")), REPOSITORIES.get(names[1], 30)
            rows = [self._repository(names[1], number) for number in range((page - 1) * 100, min(page * 100, total))]
            rows.sort(key=lambda row: row["pushed_at"], reverse=True)
            if page * 100 < total:
                kind["Link"] = f'<https://{API}/orgs/{names[1]}/repos?per_page=100&page={page + 1}>; rel="next"'
            return 200, dumped(rows[: self.rows]), kind
        if names[0] == "repos" and len(names) == 3:
            return 200, dumped(self._repository(names[1], 0, names[2])), kind
        if names[0] == "repos":
            return 200, b"[]", kind
        return 404, b'{"message":"Not Found"}', kind

    def _repository(self, owner: str, number: int, name: str | None = None) -> dict[str, Any]:
        family = self._family(f"github:{owner}", number)
        name = name or (f"{family}-{number + 1}.5" if number < 9 else f"tool-{number}")
        at = EPOCH - timedelta(days=number) + timedelta(minutes=self.pushed.get(f"{owner}/{number}", 0))
        return {
            "id": int(hashlib.sha256(f"{owner}/{name}".encode()).hexdigest()[:10], 16), "full_name": f"{owner}/{name}",
            "name": name, "private": False, "fork": False, "archived": False, "description": "Invented.",
            "html_url": f"https://github.com/{owner}/{name}", "created_at": "2026-01-01T00:00:00Z",
            "pushed_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "updated_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "stargazers_count": 100 + self.starred.get(owner, 0), "owner": {"login": owner}, "topics": [],
            "license": {"spdx_id": "MIT"}, "default_branch": "main",
        }  # fmt: skip

    def _family(self, source: str, number: int) -> str:
        families = self.families.get(source) or ("Model",)
        return families[number % len(families)].replace(" ", "-")

    def _models(self, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        owner, page, total = query["author"], int(query.get("cursor", "1")), MODELS.get(query["author"], 40)
        kind = {"Content-Type": "application/json"}
        numbers = range((page - 1) * 100, min(page * 100, total))[: self.rows]
        if page * 100 < total:
            following = f"https://{HF}/api/models?author={owner}&cursor={page + 1}"
            kind["Link"] = f'<{following}>; rel="next"'
        return 200, dumped([self._model(owner, number) for number in numbers]), kind

    def _model(self, owner: str, number: int) -> dict[str, Any]:
        family = self._family(f"huggingface:{owner}", number)
        stage = ("", "-Instruct", "-FP8", "-GGUF")[number % 4]
        name = f"{owner}/{family}-{number // 16 + 1}.{number // 4 % 4}-{(7, 14, 32, 72)[number // 4 % 4]}B{stage}"
        at = f"{EPOCH - timedelta(days=number * 7):%Y-%m-%dT%H:%M:%S.000Z}"
        return {
            "_id": hashlib.sha256(name.encode()).hexdigest()[:24], "id": name, "author": owner, "private": False,
            "createdAt": at, "lastModified": at, "gated": False, "likes": 5, "downloads": 9, "library_name": "transformers",
            "pipeline_tag": "text-generation", "tags": ["transformers", "safetensors", "license:apache-2.0"],
            "cardData": {"license": "apache-2.0"}, "config": {"architectures": ["A"], "model_type": "a"},
            "siblings": [{"rfilename": "config.json"}, {"rfilename": "model.safetensors"}],
            "safetensors": {"total": 7_000_000_000},
        }  # fmt: skip

    def _modelscope(self, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        owner, page = query["owner"], int(query.get("page_number", "1"))
        total = min(MODELS.get(owner, 40), 400)
        numbers = range((page - 1) * 50, min(page * 50, total))[: self.rows]
        rows = [
            {"id": self._model(owner, n)["id"], "display_name": "", "private": False, "license": "Apache License 2.0",
             "created_at": "2026-02-01T00:00:00Z", "last_modified": "2026-02-01T00:00:00Z", "tasks": ["text-generation"],
             "tags": [], "params": 0, "file_size": 0, "downloads": 1, "likes": 1, "description": ""}
            for n in numbers
        ]  # fmt: skip
        body = dumped({"success": True, "data": {"models": rows, "total_count": total, "page_number": page}})
        return 200, body, {"Content-Type": "application/json"}

    # ------------------------------------------------------------------------------------------ counting

    def points(self) -> int:
        """What was spent of GitHub's quota since the last `forget`."""
        return sum(each.points for each in self.seen)

    def calls(self, host: str) -> int:
        """Requests to a host since the last `forget`."""
        return sum(each.host == host for each in self.seen)

    def forget(self) -> None:
        """Begin to count anew."""
        self.seen.clear()


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def rss(host: str) -> bytes:
    """Twenty articles, one a day."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{host}-{n}</guid><link>https://{host}/{n}</link>"
        f"<title>Invented headline number {n} of {host}</title><description>{'Invented words. ' * 20}</description>"
        f"<pubDate>{format_datetime(EPOCH - timedelta(days=n), True)}</pubDate></item>"
        for n in range(20)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()


def atom(name: str) -> bytes:
    """The public events of an organisation, or the releases of a repository."""
    entries = "".join(
        f"<entry><id>tag:github.com,2008:PushEvent/{n}</id><published>2026-08-{n + 1:02d}T00:00:00Z</published>"
        f"<updated>2026-08-{n + 1:02d}T00:00:00Z</updated><title>someone pushed</title>"
        f"<link rel='alternate' type='text/html' href='https://github.com/{name}/tool-{n}'/></entry>"
        for n in range(10)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><id>x</id><title>{name}</title>{entries}</feed>".encode()
