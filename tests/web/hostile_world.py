"""A store that is full of texts which try to be more than text, in every field that the outside can fill."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("digest", "storage")]

from hostile import ADDRESSES, PAYLOADS  # noqa: E402
from storage_world import FEED, OTHER, about, poll, prepared  # noqa: E402

from aggregator import app  # noqa: E402
from aggregator.app import Application  # noqa: E402
from aggregator.model import Evidence, Labels, LineName  # noqa: E402

NOW = datetime(2026, 2, 17, 20, tzinfo=UTC)
MORE = (
    "<svg onload=alert(1)>",
    "\"'><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% raw %}",
    "</textarea><script>",
    "]]>",
    "<!--",
    "--><script>",
    "&lt;script&gt;",
    "&#0;",
    "\ufffe\uffff",
    "\ud7ff\ue000",
    "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "' OR 1=1 --",
    "=cmd|' /C calc'!A0",
    "\u202eevil\u202c",
    "a\u0000b",
)
TEXTS = (*PAYLOADS, *MORE)


def open_hostile(folder: Path) -> Application:
    """An application on a store with an item, a line, claims, disputes and a story of every hostile text."""
    config = folder / "sources.toml"
    config.write_text(
        '[labs.qwen]\nname = "Qwen <b>&\\"\'"\nregion = "cn"\nfamilies = ["Qwen"]\n'
        '[sources.press]\nkind = "feed"\nurl = "https://press.example/feed"\ntitle = "<i>Press</i> & \\"co\\""\n'
        '[sources.other]\nkind = "feed"\nurl = "https://other.example/feed"\ntitle = "Other"\n',
        "utf-8",
    )
    opened = app.open(config=str(config), database=f"sqlite:///{folder / 'hostile.db'}", environ={})
    for source in (FEED, OTHER):
        made = []
        for number, text in enumerate(TEXTS):
            name = " ".join(text.replace("\0", "").split())[:60] or "empty"
            line = LineName("qwen", f"Qwen{number} {name}", f"qwen{number}", "Qwen", str(number))
            shown = Evidence(
                line,
                "open",
                40,
                (("licence", name), ("size", name), ("modality", name), ("hardware", name), ("lab_says", name)),
                name,
                text,
            )
            labels = (
                Labels("release", labs=("qwen",), lines=(line,), mentions=(line,), topics=(name,), evidence=(shown,))
                if number % 2
                else about(None, "other")
            )
            address = (
                ADDRESSES[number % len(ADDRESSES)] if number % 3 == 0 else f"https://x.example/{number}/{source.id}"
            )
            made.append(
                prepared(
                    f"{number} {text}",
                    text,
                    source=source,
                    labels=labels,
                    url=address,
                    summary=text,
                    author=text,
                    now=NOW,
                    published=NOW - timedelta(minutes=number),
                )
            )
        opened.store.commit_polls([poll(made, source, complete=False)], NOW)
    return opened
