"""What it takes to run a model: formats, the smallest download by real file sizes, and how sizes are asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from aggregator.errors import FetchError
from aggregator.labelling import Labelling
from aggregator.model import (
    Answer,
    Ask,
    Family,
    Lab,
    PollOutcome,
    ReleaseQuery,
    Repository,
    Settings,
    Source,
    Validator,
)
from aggregator.parsing import Parser
from aggregator.poll import Means, poll_sources
from aggregator.running import bytes_of, formats_of, smallest_download, smallest_of
from aggregator.sources import Endpoints
from aggregator.storage import Store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HUB = "https://hf.example"
LABS = {"zhipu": Lab("zhipu", "Zhipu AI", "cn", (), (Family("GLM"),), huggingface=("zai-org",))}
SOURCE = Source("huggingface:zai-org", "huggingface", HUB, lab="zhipu", options={"organisation": "zai-org", "rank": 0})
GB = 10**9


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ({"model-00001-of-00002.safetensors": 5, "model-00002-of-00002.safetensors": 4, "README.md": 1}, 9),
        ({"model.safetensors": 9, "pytorch_model.bin": 9, "consolidated.safetensors": 9}, 9),
        ({"m-Q8_0.gguf": 8, "m-Q4_K_M-00001-of-00002.gguf": 2, "m-Q4_K_M-00002-of-00002.gguf": 3, "mmproj.gguf": 1}, 5),
        ({"unet/diffusion.safetensors": 6, "vae/diffusion.safetensors": 1}, 7),
        ({"pytorch_model.bin": 3, "optimizer.bin": 6}, 3),
        ({"README.md": 1}, None),
        ({"model.safetensors": 0}, None),
        ({}, None),
    ],
)
def test_the_smallest_set_of_files_that_runs(sizes: dict[str, int], wanted: int | None) -> None:
    assert smallest_download(sizes) == wanted


@pytest.mark.parametrize(
    ("repository", "wanted"),
    [
        (Repository("huggingface", "zai-org/GLM-9-GGUF", files=("a-Q4.gguf",)), ("GGUF",)),
        (Repository("huggingface", "mlx-community/GLM-9-4bit", library="mlx"), ("MLX",)),
        (
            Repository("huggingface", "Qwen/Qwen9-GPTQ-Int4", files=("model.safetensors",)),
            ("safetensors", "GPTQ", "INT4"),
        ),
        (Repository("huggingface", "zai-org/GLM-9", tags=("onnx",)), ("ONNX",)),
        (Repository("huggingface", "zai-org/GLM-9", tags=("base_model:quantized:x/y-gguf",)), ()),
    ],
)
def test_formats_are_read_from_names_tags_and_files(repository: Repository, wanted: tuple[str, ...]) -> None:
    assert formats_of(repository) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("24GB", 24 * GB), ("24g", 24 * GB), ("1.5 TB", 1500 * GB), ("800 MiB", 8 * 10**8), ("24", None), ("lots", None)],
)
def test_sizes_are_read_in_decimal_units(text: str, wanted: int | None) -> None:
    assert bytes_of(text) == wanted


def row(name: str, days_ago: float = 1, **more: Any) -> dict[str, Any]:
    created = NOW - timedelta(days=days_ago)
    return {
        "_id": f"id-{name}", "id": f"zai-org/{name}", "createdAt": f"{created:%Y-%m-%dT%H:%M:%S.000Z}",
        "lastModified": f"{created:%Y-%m-%dT%H:%M:%S.000Z}", "tags": ["license:mit"], "cardData": {"license": "mit"},
        "siblings": [{"rfilename": "config.json"}, {"rfilename": "model.safetensors"}], "likes": 1, "downloads": 2,
        "pipeline_tag": "text-generation", "private": False, "gated": False, **more,
    }  # fmt: skip


class Hub:
    """A hub of one organisation. `sizes` maps a repository to the sizes of its files; others are not told."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.rows: list[dict[str, Any]] = []
        self.sizes: dict[str, dict[str, int]] = {}
        self.asked: list[str] = []

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer:
        address = urlsplit(ask.url)
        self.asked.append(f"{address.path}?{address.query}")
        if address.path == "/api/models":
            return Answer(ask.url, 200, {}, json.dumps(self.rows).encode())
        files = self.sizes.get(address.path.removeprefix("/api/models/zai-org/"))
        if files is None:
            raise FetchError("not there", code="not_found", status=404)
        siblings = [{"rfilename": name, "size": size} for name, size in files.items()]
        return Answer(ask.url, 200, {}, json.dumps({"id": "x", "siblings": siblings}).encode())

    def authorised(self, url: str) -> bool:
        return False

    def poll(self, **hours: float) -> PollOutcome:
        self.now += timedelta(**hours)
        self.asked.clear()
        means = Means(
            store=self.store, fetcher=self, parser=Parser(), understanding=Labelling(LABS),
            endpoints=Endpoints(huggingface=HUB), settings=Settings(), labs=LABS, now=lambda: self.now, owner="me",
            jitter=lambda: 0.0,
        )  # fmt: skip
        return asyncio.run(poll_sources([SOURCE], means))[0]

    @property
    def sized(self) -> list[str]:
        return [path for path in self.asked if "blobs=true" in path]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Store.open(f"sqlite:///{tmp_path}/r.db", regions={"zhipu": "cn"}) as store:
        yield Hub(store)


def test_a_young_repository_is_sized_at_the_poll_that_finds_it_and_never_again(hub: Hub) -> None:
    hub.rows = [row("GLM-9"), row("GLM-8", days_ago=200)]
    hub.sizes = {"GLM-9": {"model.safetensors": 30 * GB, "README.md": 7}}
    assert hub.poll().new == 2
    assert hub.sized == ["/api/models/zai-org/GLM-9?blobs=true"]
    (release,) = hub.store.releases(ReleaseQuery(words="GLM-9"))[0]
    assert smallest_of(release) == (30 * GB, True)
    hub.rows[0]["likes"] = 5
    again = hub.poll(hours=1)
    assert (again.outcome, hub.sized) == ("unchanged", [])
    assert hub.store.check(hub.store.regions) == []


def test_a_flood_is_sized_five_a_poll_and_what_was_known_stays_known(hub: Hub) -> None:
    hub.rows = [row(f"GLM-9.{n}") for n in range(8)]
    hub.sizes = {f"GLM-9.{n}": {"model.safetensors": (n + 1) * GB} for n in range(8)}
    hub.poll()
    assert len(hub.sized) == 5
    hub.rows[0]["likes"] = 2
    hub.poll(hours=1)
    assert len(hub.sized) == 3
    hub.now += timedelta(days=100)
    hub.rows[0]["likes"] = 3
    hub.poll(hours=1)
    assert hub.sized == []
    found = {r.line: smallest_of(r) for r in hub.store.releases()[0]}
    assert found == {f"GLM-9.{n}": ((n + 1) * GB, True) for n in range(8)}


def test_a_hub_that_does_not_tell_sizes_is_asked_three_times_and_fails_nothing(hub: Hub) -> None:
    hub.rows = [row("GLM-9")]
    for number in range(5):
        hub.rows[0]["likes"] = number
        assert hub.poll(hours=1).error is None
        assert len(hub.sized) == (1 if number < 3 else 0)


def test_lines_are_found_by_what_fits_and_what_may_be_used_at_work(hub: Hub) -> None:
    hub.rows = [row("GLM-9"), row("GLM-9-Air", cardData={"license": "cc-by-nc-4.0"}, tags=[])]
    hub.sizes = {"GLM-9": {"m.safetensors": 300 * GB}, "GLM-9-Air": {"m.safetensors": 20 * GB}}
    hub.poll()

    def lines(**query: Any) -> set[str]:
        found, total = hub.store.releases(ReleaseQuery(**query))
        assert total == len(found)
        return {release.line for release in found}

    assert lines(fits=24 * GB) == {"GLM-9-Air"}
    assert lines(commercial=True) == {"GLM-9"}
    assert lines(fits=24 * GB, commercial=True) == set()
    assert lines(fits=300 * GB) == {"GLM-9", "GLM-9-Air"}


def test_a_new_licence_and_a_new_name_are_changes_and_a_withdrawal_too(hub: Hub) -> None:
    hub.rows = [row("GLM-9", days_ago=30), row("GLM-8", days_ago=40), row("GLM-7", days_ago=50)]
    hub.poll()
    hub.rows = [row("GLM-9", days_ago=30, cardData={"license": "other", "license_name": "glm-9-terms"}, tags=[]),
                row("GLM-8", days_ago=40, id="zai-org/GLM-8-0502")]  # fmt: skip
    hub.poll(hours=6)
    window = (hub.now - timedelta(hours=1), hub.now + timedelta(hours=1))
    changed = hub.store.material(*window).changed
    told = {line: [(c.what, c.before, c.after) for c in changes] for line, changes in changed.items()}
    assert told["glm9"] == [("licence", "mit", "glm-9-terms")]
    assert told["glm8"] == [("renamed", "zai-org/GLM-8", "zai-org/GLM-8-0502")]
    assert told["glm7"] == [("withdrawn", None, None)]
    assert hub.store.material(hub.now + timedelta(hours=2), hub.now + timedelta(hours=3)).changed == {}
