"""Every payload in a real browser: nothing runs, nothing speaks, and nobody is asked for anything.

The HTML of a digest is what a mail and a written file hold; it is shown without any policy, so that only its own text is
between a payload and the reader. Web pages are shown with their policy switched off for the same reason. A server on
loopback notices every request, and so does the browser. Needs Chromium (Debian: apt install chromium).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from outputs_world import NOW, open_store  # first: it says where the others are

# isort: split
from faultd import Faultd, reply
from payloads import EVERY
from test_digest_escaping import digest_of
from test_outputs import pages
from web_world import served

from aggregator.digest import render

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
HTML = [("Content-Type", "text/html; charset=utf-8")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt install chromium)")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Faultd]:
    with Faultd() as running:
        yield running


def noticed(browser: Any, wrong: list[str], own: str) -> Any:
    """A page of a browser whose dialogs, errors, words on the console, windows and foreign requests go to `wrong`."""
    context = browser.new_context(bypass_csp=True)
    context.on("page", lambda opened: wrong.append(f"opens a window: {opened.url}") if opened is not page else None)
    page = context.new_page()

    def asked(request: Any) -> None:
        if not request.url.startswith(own):
            wrong.append(f"{page.url}: asks {request.url}")

    def spoke(dialog: Any) -> None:
        wrong.append(f"{page.url}: dialog {dialog.message}")
        dialog.dismiss()

    page.on("request", asked)
    page.on("dialog", spoke)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda message: wrong.append(f"{page.url}: console: {message.text}"))
    return page


def provoke(page: Any) -> None:
    """Do what a reader does: point at everything, press every key that moves, and wait until nothing loads any more."""
    page.mouse.move(200, 200)
    page.mouse.move(60, 120)
    for _ in range(3):
        page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")


def test_X10_the_listener_would_notice(browser: Any, listener: Faultd) -> None:
    """Payloads shown raw do run and do ask: a test that cannot fail would prove nothing."""
    base = f"http://127.0.0.1:{listener.port}"
    wrong: list[str] = []
    page = noticed(browser, wrong, f"{base}/raw/")
    loud = set()
    for number, (name, payload) in enumerate(EVERY.items()):
        if not name.startswith("html"):
            continue
        body = f"<!DOCTYPE html><html><body><p>{payload.replace('LISTENER', base)}</p></body></html>"
        listener.answer(f"/raw/{number}", reply(body=body.encode("utf-8", "replace"), headers=HTML))
        before, asked = len(wrong), len(listener.requests)
        page.goto(f"{base}/raw/{number}", wait_until="commit")
        page.wait_for_timeout(60)
        if len(wrong) > before or len(listener.requests) > asked + 1:
            loud.add(name)
    page.context.close()
    assert len(loud) > 40, sorted(loud)


def test_X10_M19_no_digest_runs_or_asks_for_anything(browser: Any, listener: Faultd) -> None:
    base = f"http://127.0.0.1:{listener.port}"
    wrong: list[str] = []
    page = noticed(browser, wrong, f"{base}/digest/")
    page.goto("about:blank")
    listener.requests.clear()
    for number, payload in enumerate(EVERY.values()):
        digest = digest_of(payload.replace("LISTENER", base), address=payload.replace("LISTENER", base))
        listener.answer(f"/digest/{number}", reply(body=render(digest, "html").encode(), headers=HTML))
        page.goto(f"{base}/digest/{number}")
        provoke(page)
    page.context.close()
    assert wrong == []
    assert {f"/digest/{number}" for number in range(len(EVERY))} == set(listener.paths()), "and nothing else was asked"


def test_X10_no_page_runs_or_asks_for_anything_even_without_its_policy(
    browser: Any, listener: Faultd, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = f"http://127.0.0.1:{listener.port}"
    wrong: list[str] = []
    listener.requests.clear()
    folder = tmp_path_factory.mktemp("browser")
    with open_store(folder, base) as application, served(application, now=NOW) as web:
        page = noticed(browser, wrong, web.base)
        for path in pages(web):
            page.goto(web.base + path)
        provoke(page)
        page.context.close()
    assert wrong == []
    assert listener.paths() == []
