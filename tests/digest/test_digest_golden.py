"""What a reader gets, byte for byte. `DIGEST_GOLDEN=write` writes the files anew: read the difference before it is kept."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import digest_worlds as worlds
import pytest

from aggregator import releases
from aggregator.digest import FORMATS, build, render
from aggregator.model import LineName, Release

GOLDEN = Path(__file__).parent / "golden"
NOTICES = {
    "en": "An invented day, for a test.",
    "fr": "Une journée inventée, pour un test.",
    "zh": "为测试而虚构的一天。",
}


@pytest.fixture(autouse=True)
def what_people_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Releases of the world `claims` carry claims, disputes and an expected date."""
    derive = releases.derive
    claims, disputes, expected = worlds.claimed()

    def with_claims(line: LineName, *rest: Any, **more: Any) -> Release | None:
        release = derive(line, *rest, **more)
        if release is None or not {s.item for s in rest[1]} & {"c-1", "c-3"}:
            return release
        if release.status == "rumoured":
            return replace(release, expected=expected)
        return replace(release, claims=claims, disputes=disputes)

    monkeypatch.setattr(releases, "derive", with_claims)


def rendered(world: str, language: str, form: str) -> str:
    material = getattr(worlds, world)().material()
    digest = build(
        material, worlds.LABS, worlds.SOURCES, language=language, timezone=worlds.ZONE, notice=NOTICES[language]
    )
    return render(digest, form)


CASES = [(world, form) for world in ("day", "updates", "claims", "quiet", "busy") for form in FORMATS
         if world != "busy" or form not in ("json", "html")]  # fmt: skip
"""Of the busy day only the short forms: the others are large, and what they show stands in the other days' files."""


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
@pytest.mark.parametrize(("world", "form"), CASES)
def test_the_digest_is_the_golden_file(world: str, language: str, form: str) -> None:
    path = GOLDEN / f"{world}.{language}.{'txt' if form == 'text' else form}"
    written = rendered(world, language, form)
    if os.environ.get("DIGEST_GOLDEN") == "write":
        path.write_text(written, "utf-8")
    assert written == path.read_text("utf-8"), f"{path.name} differs; DIGEST_GOLDEN=write writes it anew"


@pytest.mark.parametrize("form", FORMATS)
def test_the_order_of_the_material_changes_nothing(form: str) -> None:
    one = worlds.day().material()
    other = type(one)(
        one.since, one.until, tuple(reversed(one.lines)), dict(reversed(one.items.items())), tuple(reversed(one.stories)),
        one.polled, one.failed, one.deferred, one.late,
    )  # fmt: skip
    first, second = (render(build(m, worlds.LABS, worlds.SOURCES, timezone=worlds.ZONE), form) for m in (one, other))
    assert first == second


def test_the_json_form_has_the_keys_of_the_contract() -> None:
    form = json.loads(rendered("day", "en", "json"))
    assert list(form) == [
        "from", "to", "language", "headline", "releases", "also", "peers", "rumours", "news", "more", "sources",
    ]  # fmt: skip
    assert (form["from"], form["to"]) == ("2026-02-16T06:30:00Z", "2026-02-17T06:30:00Z")
    assert form["headline"] == [
        "New: Qwen3.5 and Seedance 2.0", "Weights opened: Qwen3.5 and GLM-5", "Still only rumoured: DeepSeek-V4",
    ]  # fmt: skip
    for entry in (*form["releases"], *form["also"], *form["peers"], *form["rumours"]):
        assert set(entry) == {
            "line", "generation", "lab", "region", "change", "importance", "reasons", "status", "openness", "open",
            "licence", "sizes", "modalities", "summary", "claims", "links", "sources",
        }  # fmt: skip
        assert all(set(link) == {"kind", "url", "title", "source", "language"} for link in entry["links"])
    assert all(
        set(news) == {"story", "title", "language", "url", "kind", "topics", "labs", "lines", "sources"}
        for news in form["news"]
    )
    assert form["more"] == {"news": 0}
    assert form["sources"] == {"polled": 41, "failed": ["wire"], "deferred": []}
