"""The pictures of the README, made anew from the demo world: `.venv/bin/python tools/pictures.py [FOLDER]`.

Polls the demo world into a folder of its own, serves it, and lets Debian's Chromium photograph the table of models (light
and dark) and the mail. Needs Chromium and the package playwright (both are there after `.ci/run`). Nothing leaves this
machine; the folder is docs/pictures unless another is named.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
MOST = 150_000
"""Bytes of a picture."""
WEEK = ("2026-02-10", "2026-02-17")
COMMAND = (sys.executable, "-m", "aggregator")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The pages of the demo's database, at the address that is given."""
    where = ("--config", str(folder / "sources.toml"), "--database", f"sqlite:///{folder / 'demo.db'}")
    process = subprocess.Popen([*COMMAND, *where, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        yield next(line for line in process.stderr if "Serving" in line).split(" at ")[1].split("/ ")[0]
    finally:
        process.terminate()
        process.wait(300)  # a loaded machine takes its time


def mail(folder: Path) -> Path:
    """The mail of the demo's week as the file that a reader's program shows."""
    where = ("--config", str(folder / "sources.toml"), "--database", f"sqlite:///{folder / 'demo.db'}")
    path = folder / "mail.html"
    window = ("--since", WEEK[0], "--until", WEEK[1], "--format", "html", "--output", str(path))
    subprocess.run([*COMMAND, *where, "digest", *window], check=True, capture_output=True)
    return path


def photograph(browser: Any, address: str, path: Path, *, wide: int, high: int, theme: str = "light") -> None:
    """The upper `high` pixels of a page, at twice their number, as WebP. Raises ValueError for a file that is too large."""
    context = browser.new_context(
        viewport={"width": wide, "height": high}, device_scale_factor=2, color_scheme=theme, locale="en"
    )
    page = context.new_page()
    page.goto(address)
    told = context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    body = base64.b64decode(told["data"])
    context.close()
    if len(body) > MOST:
        raise ValueError(f"{path.name}: {len(body)} bytes, more than {MOST}")
    path.write_bytes(body)
    print(f"{path} {wide}x{high} {len(body)} bytes")


def main() -> int:
    """Make all pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch)
        subprocess.run([*COMMAND, "demo", "--keep", scratch], check=True, capture_output=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with serving(folder) as base:
            for theme in ("light", "dark"):
                photograph(
                    browser, f"{base}/en/models", target / f"models-{theme}.webp", wide=1200, high=790, theme=theme
                )
        photograph(browser, mail(folder).as_uri(), target / "mail.webp", wide=720, high=900)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
