"""The hub's world changes between two polls: a licence and a name. One digest tells it, and none after it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator import app as application
from aggregator import deliver
from aggregator.app import Application
from aggregator.demo.server import DemoServer

MORNING = datetime(2026, 2, 24, 7, 0, tzinfo=UTC)
TEXTS = {
    "en": (
        "Its licence changed from MIT to house-terms-9.",
        "Renamed from moonshotai/Kimi-K2.5 to moonshotai/Kimi-K2.5-2602.",
    ),
    "fr": ("Sa licence passe de MIT à house-terms-9.", "Renommé de moonshotai/Kimi-K2.5 en moonshotai/Kimi-K2.5-2602."),
    "zh": ("许可证由MIT改为house-terms-9。", "由moonshotai/Kimi-K2.5更名为moonshotai/Kimi-K2.5-2602。"),
}
CONFIG = """
[settings]
timezone = "UTC"
allow_private_hosts = ["127.0.0.1"]

[digest]
language = "{language}"
directory = "{folder}"

[labs.zhipu]
name = "Zhipu AI (Z.ai)"
region = "cn"
aliases = ["智谱"]
families = ["GLM"]
huggingface = ["zai-org"]

[labs.moonshot]
name = "Moonshot AI"
region = "cn"
aliases = ["月之暗面"]
families = ["Kimi"]
huggingface = ["moonshotai"]
"""


class Days:
    """The demo's hub, a reader whose digest is planned each morning, and the clock of both."""

    def __init__(self, folder: Path, server: DemoServer, language: str) -> None:
        self.folder, self.server, self.now = folder, server, MORNING
        (folder / "sources.toml").write_text(CONFIG.format(language=language, folder=folder / "out"), "utf-8")

    def open(self) -> Application:
        return application.open(
            config=str(self.folder / "sources.toml"), database=f"sqlite:///{self.folder}/changes.db",
            environ=self.server.environment(), now=lambda: self.now,
        )  # fmt: skip

    def repository(self, name: str) -> dict[str, Any]:
        models = [m for some in self.server.world["huggingface"].values() for m in some]
        return next(model for model in models if model["name"] == name)

    def morning(self, **hours: float) -> tuple[dict[str, Any], str]:
        """Poll, then plan and deliver the digest of the day: as JSON, and the file that was delivered."""
        self.now += timedelta(**hours)
        with self.open() as opened:
            assert {outcome.outcome for outcome in opened.poll(opened.sources([]))} <= {"new", "updated", "unchanged"}
            means = opened.means()
            means.register()
            (reader,) = means.subscribers
            deliver.plan(means, reader, self.now.date())
            stored = opened.store.digests(reader.name, self.now.date().isoformat(), "", 1)[0]
            deliver.send_due(means, digest=stored.id)
            body = opened.store.digest_body(stored.id, "json")
        assert body is not None
        return json.loads(body), (self.folder / "out" / f"{self.now:%Y-%m-%d}.md").read_text("utf-8")


@pytest.fixture(params=["en", "fr", "zh"])
def days(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Days, str]]:
    with DemoServer() as server:
        yield Days(tmp_path, server, request.param), request.param


def test_another_licence_and_another_name_are_told_in_one_digest_only(days: tuple[Days, str]) -> None:
    world, language = days
    world.morning()
    model = world.repository("GLM-5")
    model["card"] |= {"license": "other", "license_name": "house-terms-9"}
    model["tags"] = [tag for tag in model["tags"] if not tag.startswith("license:")]
    renamed = world.repository("Kimi-K2.5")
    renamed |= {"born": "moonshotai/Kimi-K2.5", "name": "Kimi-K2.5-2602"}
    for one in (model, renamed):
        one["modified"] = "2026-02-24T12:00:00.000Z"

    told, page = world.morning(hours=24)
    changes = {(entry["line"], entry["change"]) for entry in told["releases"]}
    assert changes == {("GLM-5", "licence"), ("Kimi-K2.5", "renamed")}
    page = page.replace("\\", "")
    for words in TEXTS[language]:
        assert page.count(words) == 1, page
    licence = next(entry for entry in told["releases"] if entry["change"] == "licence")
    assert any(reason.endswith("+15") for reason in licence["reasons"])
    assert (licence["open"]["osi"], licence["open"]["commercial"]) == (False, "unknown")

    for _ in range(2):
        told, page = world.morning(hours=24)
        assert told["releases"] == told["also"] == []
        assert "house-terms-9" not in page and "2602" not in page
    with world.open() as opened:
        assert opened.store.check(opened.regions) == []
        assert opened.store.releases()[1] == 2, "a new name is no new line"
