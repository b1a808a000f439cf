"""A loopback server that serves the demo world in the wire formats of the real services.

Binds 127.0.0.1 on a free port and uses the standard library only. It never connects anywhere, never imports the
rest of the package, and never knows what an entry means: what must come out is in tests/demo/expected.json.

    {base}/gh/…      GitHub's REST API          {base}/hf/…    Hugging Face
    {base}/web/…     GitHub's Atom feeds        {base}/ms/…    ModelScope
    {base}/raw/…     GitHub's raw files         {base}/feeds/<id>, /pages/<id>, /json/<id>
"""

import gzip
import json
import sys
import threading
import time
from collections.abc import Callable
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, NamedTuple, Self

from aggregator.demo.wire import JSON_TYPE, Asked, Reply, json_reply, text_reply
from aggregator.demo.wire_feeds import newest, render, seed_list
from aggregator.demo.wire_github import GitHub
from aggregator.demo.wire_models import HuggingFace, ModelScope

HTML = "text/html; charset=utf-8"
Answerer = Callable[[Asked, list[str]], Reply]


class Logged(NamedTuple):
    """One line of the request log; `conditional` tells whether the request carried a validator."""

    method: str
    path: str
    status: int
    conditional: bool


def load_world() -> dict[str, Any]:
    """Read the world that is packed beside this module."""
    world: dict[str, Any] = json.loads(files("aggregator.demo").joinpath("world.json").read_text("utf-8"))
    return world


class DemoServer:
    """The demo world on loopback, as a context manager.

    latency       seconds to wait before each answer
    token         the one GitHub token that is accepted; any other is answered with 401
    github_quota  points an hour for that token (a client without one has 60)
    before_edits  begin with the README texts as they were before their edit; `edit_readmes()` makes the edit
    """

    def __init__(
        self, latency: float = 0.0, token: str = "demo-token", github_quota: int = 5000, before_edits: bool = False
    ) -> None:
        self.latency = latency
        self.token = token
        self.world = load_world()
        self.requests: list[Logged] = []
        self.base = ""
        self._edited = not before_edits
        self._quota = {True: github_quota, False: 60}
        self._spent = {True: 0, False: 0}
        self._hub_left = 500
        self._lock = threading.Lock()
        limits = self.world["limits"]
        self._github = GitHub(self.world["github"], limits["github_page"], lambda: self._edited)
        self._huggingface = HuggingFace(self.world["huggingface"], limits["huggingface_page"])
        self._modelscope = ModelScope(self.world["modelscope"])
        self._server: ThreadingHTTPServer | None = None

    # ---------------------------------------------------------------- running

    def __enter__(self) -> Self:
        server = _Server(("127.0.0.1", 0), _handler(self))
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True, name="demo-server").start()
        self._server = server
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def edit_readmes(self) -> None:
        """Make the README edits of the world: the repositories are pushed to, their README names its line."""
        self._edited = True

    def environment(self, with_token: bool = False) -> dict[str, str]:
        """The environment variables that point a client at this server; the token only if asked for."""
        variables = {
            "GITHUB_API_URL": f"{self.base}/gh",
            "GITHUB_SERVER_URL": f"{self.base}/web",
            "GITHUB_RAW_URL": f"{self.base}/raw",
            "HF_ENDPOINT": f"{self.base}/hf",
            "MODELSCOPE_ENDPOINT": f"{self.base}/ms",
        }
        return variables | ({"GITHUB_TOKEN": self.token} if with_token else {})

    def sources_toml(self) -> str:
        """The complete sources.toml of the demo, with this server's addresses in it."""
        return files("aggregator.demo").joinpath("sources.toml").read_text("utf-8").replace("{base}", self.base)

    # ---------------------------------------------------------------- answering

    def answer(self, asked: Asked) -> Reply:
        """Answer one request, without conditional handling."""
        parts = asked.parts
        answerers: dict[str, Answerer] = {
            "gh": self._github_api,
            "web": self._github.web,
            "raw": self._github.raw,
            "hf": self._hub,
            "ms": self._modelscope.answer,
            "feeds": self._feed,
            "pages": self._page,
            "json": self._list,
        }
        if parts[0] in answerers:
            return answerers[parts[0]](asked, parts[1:])
        return text_reply("<!doctype html><title>404</title>", HTML, 404)

    def _github_api(self, asked: Asked, parts: list[str]) -> Reply:
        if not asked.headers.get("user-agent"):
            text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
            return text_reply(text, "text/html; charset=utf-8", 403)
        scheme, _, given = asked.headers.get("authorization", "").partition(" ")
        known = bool(given)
        if known and (scheme.lower() not in ("bearer", "token") or given.strip() != self.token):
            told = {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"}
            return self._limited(json_reply(told, status=401), known=False)
        if self._spent[known] >= self._quota[known]:
            told = {
                "message": "API rate limit exceeded for 127.0.0.1.",
                "documentation_url": "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting",
            }
            return self._limited(json_reply(told, status=403), known)
        reply = self._github.api(asked, parts)
        repeated = reply.status == 200 and asked.headers.get("if-none-match") == _salted(reply, given).etag(weak=True)
        if not (repeated and known):  # a 304 costs nothing, but only for a client with a token
            with self._lock:
                self._spent[known] += 1
        return self._limited(_salted(reply, given), known)

    def _limited(self, reply: Reply, known: bool) -> Reply:
        limit, spent = self._quota[known], min(self._spent[known], self._quota[known])
        headers = (
            ("X-RateLimit-Limit", str(limit)),
            ("X-RateLimit-Remaining", str(limit - spent)),
            ("X-RateLimit-Used", str(spent)),
            ("X-RateLimit-Reset", str(int(time.time()) // 3600 * 3600 + 3600)),
            ("X-RateLimit-Resource", "core"),
            ("X-GitHub-Media-Type", "github.v3; format=json"),
            ("Cache-Control", f"{'private' if known else 'public'}, max-age=60, s-maxage=60"),
            ("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding"),
        )
        return _with_headers(reply, headers)

    def _hub(self, asked: Asked, parts: list[str]) -> Reply:
        with self._lock:
            self._hub_left = max(0, self._hub_left - 1) or 499
            left = self._hub_left
        bucket = "api" if parts[:1] == ["api"] else "resolvers"
        headers = (
            ("ratelimit", f'"{bucket}";r={left};t=300'),
            ("ratelimit-policy", f'"fixed window";"{bucket}";q=500;w=300'),
        )
        return _with_headers(self._huggingface.answer(asked, parts), headers)

    def _feed(self, asked: Asked, parts: list[str]) -> Reply:
        for feed in self.world["feeds"]:
            if parts != [feed["id"]]:
                continue
            if feed["format"] == "unavailable":
                page = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
                return text_reply(page, HTML, 503)
            if feed["format"] == "html-instead":
                page = "<!doctype html><html><head><title>Welcome</title></head><body><p>Please wait.</p></body></html>"
                return text_reply(page, HTML)
            body, content_type = render(feed)
            return Reply(200, body, content_type, (("Last-Modified", format_datetime(newest(feed))),))
        return text_reply("<!doctype html><title>404</title>", HTML, 404)

    def _page(self, asked: Asked, parts: list[str]) -> Reply:
        page = self.world["pages"].get("/".join(parts))
        if page is None:
            return text_reply("<!doctype html><title>404</title>", HTML, 404)
        body, content_type = render(page)
        return Reply(200, body, content_type)

    def _list(self, asked: Asked, parts: list[str]) -> Reply:
        page = self.world["json"].get("/".join(parts))
        if page is None:
            return json_reply({"BaseResp": {"StatusCode": 404, "StatusMessage": "not found"}}, status=404)
        return json_reply(seed_list(page, asked.headers.get("x-tt-locale", "")))

    def record(self, asked: Asked, status: int) -> None:
        """Write one line of the request log."""
        conditional = "if-none-match" in asked.headers or "if-modified-since" in asked.headers
        with self._lock:
            self.requests.append(Logged(asked.method, asked.target, status, conditional))


def _salted(reply: Reply, salt: str) -> Reply:
    return Reply(reply.status, reply.body, reply.content_type, reply.headers, reply.tagged, salt)


def _with_headers(reply: Reply, headers: tuple[tuple[str, str], ...]) -> Reply:
    return Reply(reply.status, reply.body, reply.content_type, reply.headers + headers, reply.tagged, reply.salt)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client's idle connection must not hold up the end
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a defect and told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler(demo: DemoServer) -> type[BaseHTTPRequestHandler]:
    """The request handler bound to one server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "demo"
        wbufsize = 65536

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing: the log is a list."""

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, demo.base, headers)
            if demo.latency:
                time.sleep(demo.latency)
            reply = demo.answer(asked)
            weak = asked.parts[0] in ("gh", "hf")
            tag = reply.etag(weak)
            modified = dict(reply.headers).get("Last-Modified")
            same = tag in [word.strip() for word in headers.get("if-none-match", "").split(",")]
            if "if-none-match" not in headers and modified:
                same = headers.get("if-modified-since") == modified
            unchanged = reply.tagged and same
            status, body = (304, b"") if unchanged else (reply.status, reply.body)
            demo.record(asked, status)
            self.send_response(status)
            if not unchanged:
                self.send_header("Content-Type", reply.content_type or JSON_TYPE)
                if "gzip" in headers.get("accept-encoding", "") and len(body) > 1000:
                    body = gzip.compress(body, mtime=0)
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
            if reply.tagged:
                self.send_header("ETag", tag)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 (the standard library's name)

    return Handler
