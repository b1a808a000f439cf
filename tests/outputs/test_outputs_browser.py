"""Every payload in a real browser: nothing runs, nothing speaks, and nobody is asked for anything.

The HTML of a digest is what a mail and a written file hold; it is shown without any policy, so that only its own text is
between a payload and the reader. Web pages are shown with their policy switched off for the same reason. A server on
loopback notices every request, and so does the browser. Needs Chromium (Debian: apt install chromium).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from outputs_world import NOW, open_store  # first: it says where the others are

# isort: split
from chromium import PATIENCE, opened
from faultd import Faultd, reply
from payloads import EVERY
from payloads import HTML as HTML_PAYLOADS
from test_digest_escaping import digest_of
from test_outputs import pages
from web_world import served

from aggregator.digest import render

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
HTML = [("Content-Type", "text/html; charset=utf-8")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened() as running:
        yield running


@pytest.fixture(scope="module")
def listener() -> Iterator[Faultd]:
    with Faultd() as running:
        yield running


def noticed(browser: Any, wrong: list[str], own: str) -> Any:
    """A page of a browser whose dialogs, errors, words on the console, windows and foreign requests go to `wrong`."""
    context = browser.new_context(bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    context.on("page", lambda opened: wrong.append(f"opens a window: {opened.url}"))

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


AT_ONCE = 20
"""Documents that are shown at once, each in a frame of its own."""


def show(page: Any, listener: Faultd, where: str, documents: Mapping[str, bytes]) -> None:
    """Show every document, some at a time, and do what a reader does: point, and press the key that moves on."""
    base = f"http://127.0.0.1:{listener.port}/{where}"
    listener.answer("/favicon.ico", reply(200, headers=[("Content-Type", "image/x-icon")]))  # the browser's own wish
    names = list(documents)
    for number, name in enumerate(names):
        listener.answer(f"/{where}/{number}", reply(body=documents[name], headers=HTML))
    for first in range(0, len(names), AT_ONCE):
        shown = range(first, min(first + AT_ONCE, len(names)))
        frames = "".join(f"<iframe src={base}/{number} width=300 height=200></iframe>" for number in shown)
        listener.answer(f"/{where}/sheet{first}", reply(body=f"<!DOCTYPE html>{frames}".encode(), headers=HTML))
        page.goto(f"{base}/sheet{first}")
        page.mouse.move(60, 120)
        page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")


def test_X10_the_listener_would_notice(browser: Any, listener: Faultd) -> None:
    """Payloads shown raw do run and do ask: a test that cannot fail would prove nothing."""
    base = f"http://127.0.0.1:{listener.port}"
    wrong: list[str] = []
    page = noticed(browser, wrong, f"{base}/raw/")
    quiet = [name for name in HTML_PAYLOADS if "refresh" not in name and "javascript link" not in name]
    raw = {
        name: f"<!DOCTYPE html><html><body><p>{HTML_PAYLOADS[name].replace('LISTENER', base)}</p></body></html>".encode()
        for name in quiet
    }
    show(page, listener, "raw", raw)
    page.context.close()
    asked = {path for path in listener.paths() if not path.startswith("/raw/")}
    assert len(asked) > 20, asked
    assert len([told for told in wrong if "dialog" in told]) > 10, wrong


def test_X10_M19_no_digest_runs_or_asks_for_anything(browser: Any, listener: Faultd) -> None:
    base = f"http://127.0.0.1:{listener.port}"
    wrong: list[str] = []
    page = noticed(browser, wrong, f"{base}/digest/")
    listener.requests.clear()
    documents = {}
    for name, payload in EVERY.items():
        hostile = payload.replace("LISTENER", base)
        documents[name] = render(digest_of(hostile, address=hostile), "html").encode()
    show(page, listener, "digest", documents)
    page.context.close()
    assert wrong == []
    asked = set(listener.paths())
    assert {f"/digest/{number}" for number in range(len(EVERY))} <= asked
    assert [path for path in asked if not path.startswith("/digest/")] in ([], ["/favicon.ico"])


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
        page.wait_for_load_state("networkidle")
        page.context.close()
    assert wrong == []
    assert listener.paths() == []
