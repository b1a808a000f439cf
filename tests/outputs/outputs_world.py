"""A store that has every payload in every field that the outside can fill: one source, lab, line and model for each."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path += [  # behind all others: some of these folders have a conftest of their own
    str(Path(__file__).parents[2] / "tools" / "fuzz"),
    str(Path(__file__).parents[1]),
    *(str(Path(__file__).parents[1] / name) for name in ("digest", "storage", "web")),
]

from payloads import EVERY  # noqa: E402  (tests/ is no package)
from storage_world import poll, prepared  # noqa: E402

from aggregator import app, text  # noqa: E402
from aggregator.app import Application  # noqa: E402
from aggregator.model import ArtifactName, Evidence, Labels, LineName, Repository, Source  # noqa: E402

NOW = datetime(2026, 2, 17, 20, tzinfo=UTC)


def open_store(folder: Path, listener: str) -> Application:
    """An application on a database in `folder`; `listener` is the address that payloads try to reach."""
    payloads = [payload.replace("LISTENER", listener) for payload in EVERY.values()]
    config = folder / "sources.toml"
    config.write_text("".join(_stanzas(number, payload) for number, payload in enumerate(payloads)), "utf-8")
    opened = app.open(config=str(config), database=f"sqlite:///{folder / 'hostile.db'}", environ={})
    polls = []
    for number, payload in enumerate(payloads):
        source = Source(f"press{number}", "feed", f"https://press{number}.example/feed", payload)
        polls.append(poll(_entries(number, payload, source), source, complete=False))
    opened.store.commit_polls(polls, NOW)
    return opened


def _stanzas(number: int, payload: str) -> str:
    """A lab and a source whose names are the payload, as far as sources.toml takes it."""
    shown = "".join(sign for sign in text.scrub(payload) if sign.isprintable())  # sources.toml refuses the others
    name = json.dumps(shown[:200].strip() or "x", ensure_ascii=False)
    return (
        f'[labs.lab{number}]\nname = {name}\nregion = "cn"\nfamilies = ["Fam{number}x"]\n'
        f'[sources.press{number}]\nkind = "feed"\nurl = "https://press{number}.example/feed"\ntitle = {name}\n'
    )


def _entries(number: int, payload: str, source: Source) -> list:  # type: ignore[type-arg]
    """A release with claims, a dispute and a repository; and news, both with the payload in every field."""
    lab = f"lab{number}"
    word = " ".join(payload.replace("\0", "").split())[:80] or "x"
    line = LineName(lab, f"Fam{number}x {word}", f"fam{number}x{number}", f"Fam{number}x", str(number))
    claim = json.dumps(
        {"about": "benchmark", "value": word, "voice": "person", "name": word, "via": word, "when": word}
    )
    facts = (
        ("licence", word), ("size", word), ("modality", word), ("architecture", word), ("hardware", word),
        ("context", word), ("expected", word), ("lab_says", word), ("claim", claim), ("capability", word),
    )  # fmt: skip
    shown = Evidence(line, "open", 40, facts, word, payload)
    labels = Labels(
        "release", labs=(lab,), lines=(line,), mentions=(line,), topics=(word,), evidence=(shown,),
        artifact=ArtifactName(line, "instruct", size=word[:20], first_party=True),
    )  # fmt: skip
    listed = Repository("huggingface", f"{lab}/{word}", created=NOW - timedelta(days=1), licence=word, licence_name=word,
                        licence_link=payload, tags=(word,), pipeline=word, library=word, languages=(word[:8],), model_type=word)  # fmt: skip
    fields = {"source": source, "summary": payload, "content": payload, "author": payload, "now": NOW}
    when = NOW - timedelta(minutes=number)
    release = prepared(f"r{payload}", payload, labels=labels, url=f"https://x.example/{number}?{payload}", artifact=listed,
                       lasting_id=f"id{number}", published=when, **fields)  # fmt: skip
    news = prepared(f"n{payload}", f"news {payload}", labels=Labels("business", labs=(lab,), topics=(word,)), url=payload,
                    published=when, **fields)  # fmt: skip
    return [release, replace(news, key=f"{number:064d}")]
