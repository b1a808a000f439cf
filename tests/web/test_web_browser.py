"""Every page in a real browser: three languages, two themes, two widths; nothing on the console, no other host, no
serious finding of axe-core; the keyboard alone is enough.

Needs Chromium (Debian: apt install chromium) and, for accessibility, axe-core (npm install axe-core; AXE_CORE names its
axe.min.js). WEB_SCREENSHOTS names a folder that keeps a picture of every page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import PATIENCE, opened
from web_world import LANGUAGES, Web

pytestmark = pytest.mark.slow

WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened() as running:
        yield running


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    named = os.environ.get("AXE_CORE")
    if named:
        return Path(named).read_text("utf-8")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("neither AXE_CORE nor npm is there")
    folder = tmp_path_factory.mktemp("axe")
    made = subprocess.run(
        [npm, "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=400,
    )
    if made.returncode:
        pytest.skip(f"axe-core cannot be installed: {made.stderr[-200:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def listen(page: Any, base: str, wrong: list[str]) -> None:
    """Note whatever a page says on its console, and whatever it asks of another host."""
    page.on("console", lambda message: wrong.append(f"{page.url}: console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(base) else wrong.append(f"{page.url}: asks {asked.url}"),
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_calm_in_a_browser(web: Web, browser: Any, axe: str, language: str, theme: str) -> None:
    pictures = os.environ.get("WEB_SCREENSHOTS")
    wrong: list[str] = []
    for width, (wide, high) in WIDTHS.items():
        context = browser.new_context(
            viewport={"width": wide, "height": high}, color_scheme=theme, locale=language, bypass_csp=False
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        listen(page, web.base, wrong)
        for name, path in web.paths(language).items():
            where = f"{name} {language} {theme} {width}"
            page.goto(web.base + path)
            if pictures:
                target = Path(pictures) / f"{name}-{language}-{theme}-{width}.png"
                page.screenshot(path=target, full_page=True)
            if page.evaluate("document.documentElement.scrollWidth") > wide:
                wrong.append(f"{where}: wider than the screen")
            page.evaluate(axe)
            found = page.evaluate("axe.run({resultTypes: ['violations']})")
            wrong += [
                f"{where}: {one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})"
                for one in found["violations"]
                if one["impact"] in SERIOUS
            ]
        context.close()
    assert wrong == []


def test_pages_work_without_javascript(web: Web, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{web.base}/en/models")
    page.fill("input[name=words]", "qwen")
    page.select_option("select[name=status]", "open")
    page.click("button")
    assert "words=qwen" in page.url and page.inner_text("tbody th") == "Qwen3.5"
    page.click("tbody th a")
    assert page.inner_text("h1") == "Qwen3.5"
    page.click("text=中文")
    assert page.url.endswith("/zh/models/qwen3.5")
    context.close()


def test_the_keyboard_is_enough(web: Web, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{web.base}/en/models")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "the skip link shows itself"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none", reached
    assert {"words", "region", "lab", "status", "openness", "modality", "size"} <= set(reached)
    page.focus("input[name=words]")
    page.keyboard.type("GLM")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=GLM**")
    page.goto(f"{web.base}/en/models/qwen3.5")
    page.focus("summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open")
    context.close()
