"""A web served on loopback by a real server in a thread, and what tests ask of its answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import uvicorn
from lxml import html

from aggregator.app import Application
from aggregator.web.guard import Hosts
from aggregator.web.server import make_app
from aggregator.web.site import Site

NOW = datetime(2026, 2, 17, 20, 0, tzinfo=UTC)
"""The evening of the demo's last day but one."""
LANGUAGES = ("en", "fr", "zh")
DAY = "2026-02-16"


@dataclass(frozen=True)
class Web:
    """A running web: `get` asks it, `site` is what it shows."""

    base: str
    site: Site
    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def page(self, path: str) -> html.HtmlElement:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return html.document_fromstring(answer.content.decode("utf-8"))

    def paths(self, language: str = "en") -> dict[str, str]:
        """Every kind of page, by name."""
        store = self.site.store
        story = store.stories()[0][0]
        item = store.items()[0][0]
        return {
            "today": f"/{language}/",
            "day": f"/{language}/day/{DAY}",
            "quiet": f"/{language}/day/2026-01-02",
            "models": f"/{language}/models",
            "search-models": f"/{language}/models?words=qwen&region=cn&size=large",
            "model": f"/{language}/models/{store.releases()[0][-1].key}",
            "open-model": f"/{language}/models/qwen3.5",
            "labs": f"/{language}/labs",
            "lab": f"/{language}/labs/qwen",
            "stories": f"/{language}/stories?period=all",
            "story": f"/{language}/stories/{story.id}",
            "search": f"/{language}/search?words=GLM-5",
            "nothing": f"/{language}/search?words=nowhere-to-be-found",
            "item": f"/{language}/items/{item.id}",
            "sources": f"/{language}/sources",
            "charts": f"/{language}/charts",
            "feeds": f"/{language}/feeds",
        }


@contextmanager
def served(
    application: Application, *, now: datetime = NOW, hosts: Hosts | None = None, caching: bool = True
) -> Iterator[Web]:
    """The web of an application, on a free port of loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    site = Site(application, base, now=lambda: now, caching=caching)
    server = uvicorn.Server(
        uvicorn.Config(make_app(site, hosts), log_level="error", timeout_graceful_shutdown=2, timeout_keep_alive=30)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        with httpx.Client(base_url=base, timeout=30) as client:
            yield Web(base, site, client)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def ours(page: html.HtmlElement) -> list[str]:
    """The addresses of a page that lead to another page of ours."""
    found = [link.get("href") or "" for link in page.iter("a", "link")]
    return sorted({link for link in found if link.startswith("/")})


def foreign(page: html.HtmlElement) -> list[str]:
    """The addresses of a page that lead elsewhere."""
    found = [link.get("href") or "" for link in page.iter("a")]
    return sorted({link for link in found if not link.startswith(("/", "#", "?"))})


def harmless(page: html.HtmlElement) -> list[str]:
    """What a page has that no page of ours may have; empty when all is well."""
    wrong = []
    for element in page.iter():
        if not isinstance(element.tag, str):
            wrong.append(f"a comment or instruction: {element!r}")
            continue
        if element.tag in ("script", "style", "iframe", "object", "embed", "base", "video", "audio", "portal"):
            wrong.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or name == "style" or name == "srcdoc":
                wrong.append(f"{element.tag}@{name}")
            if name in ("src", "srcset", "poster", "background") and not value.startswith("/static/"):
                wrong.append(f"{element.tag}@{name}={value}")
            if name in ("href", "action", "formaction") and not value.startswith(
                ("http://", "https://", "/", "#", "?")
            ):
                wrong.append(f"{element.tag}@{name}={value}")
    return wrong
