"""Catalogues end to end: which rows become lines, what changes between two readings, and how a digest tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator import gap
from aggregator.config import parse
from aggregator.digest import Digest, build, render
from aggregator.errors import FetchError
from aggregator.labelling import Labelling
from aggregator.model import Answer, Ask, Entry, Family, Lab, PollOutcome, Settings, Source, Validator
from aggregator.poll import Means, poll_sources
from aggregator.sources import Endpoints
from aggregator.sources.catalog import authors_of
from aggregator.storage import Store

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
URL = "https://openrouter.ai/api/v1/models"
LABS = {
    "zhipu": Lab("zhipu", "Zhipu AI (Z.ai)", "cn", ("Z.ai",), (Family("GLM"),), huggingface=("zai-org",)),
    "qwen": Lab("qwen", "Alibaba Qwen", "cn", ("Qwen",), (Family("Qwen"),), huggingface=("Qwen",)),
    "openai": Lab("openai", "OpenAI", "us", (), (Family("GPT"),)),
}
SOURCE = Source("or", "catalog", URL, title="OpenRouter", options={"authors": authors_of(LABS)})


def row(model: str, name: str, price: str = "0.000001", **more: Any) -> dict[str, Any]:
    """A row in OpenRouter's shape, composed here."""
    return {
        "id": model,
        "name": name,
        "created": 1772000000,
        "context_length": 200_000,
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {"prompt": price, "completion": "0.000004"},
        "hugging_face_id": None,
        "expiration_date": None,
        **more,
    }


LISTED = [
    row("z-ai/glm-9", "Z.AI: GLM 9", benchmarks={"artificial_analysis": {"intelligence_index": 60.5}}),
    row("qwen/qwen9-max", "Qwen: Qwen9 Max"),
    row("openai/gpt-9", "OpenAI: GPT-9", benchmarks={"artificial_analysis": {"intelligence_index": 64}}),
    row("nordlicht/aurora", "Nordlicht: Aurora"),
]


class Catalogue:
    """Polls of one catalogue whose rows a test changes."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.rows = store, NOW, list(LISTED)

    async def get(self, ask: Ask, validator: Validator | None = None) -> Answer:
        if ask.url != URL:
            raise FetchError("not there", code="not_found", status=404)
        return Answer(URL, 200, {"content-type": "application/json"}, json.dumps({"data": self.rows}).encode())

    def authorised(self, url: str) -> bool:
        return False

    def poll(self, **hours: float) -> PollOutcome:
        self.now += timedelta(**hours)
        means = Means(
            store=self.store, fetcher=self, parser=_Inline(), understanding=Labelling(LABS), endpoints=Endpoints(),
            settings=Settings(), labs=LABS, now=lambda: self.now, owner="me", jitter=lambda: 0.0,
        )  # fmt: skip
        return asyncio.run(poll_sources([SOURCE], means))[0]

    def digest(self, language: str = "en") -> Digest:
        """The digest of the last hour."""
        window = (self.now - timedelta(minutes=30), self.now + timedelta(minutes=30))
        return build(self.store.material(*window, ["or"]), LABS, {"or": SOURCE}, language=language)

    def told(self, language: str = "en") -> dict[str, tuple[str, str]]:
        digest = self.digest(language)
        data = json.loads(render(digest, "json"))
        return {e["line"]: (e["change"], e["summary"]) for e in data["releases"] + data["also"]}


class _Inline:
    async def read(
        self, ask: Ask, answer: Answer, source: Source, cursor: Mapping[str, Any], *rest: Any, known: str = ""
    ) -> Any:
        from aggregator.sources import KINDS

        return KINDS[source.kind].read(ask, answer, source, cursor, *rest)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Store.open(f"sqlite:///{tmp_path}/c.db", regions={lab.id: lab.region for lab in LABS.values()}) as store:
        yield Catalogue(store)


def test_models_of_known_labs_are_available_lines_with_their_facts(catalogue: Catalogue) -> None:
    assert catalogue.poll().new == 3
    found = {r.line: r for r in catalogue.store.releases()[0]}
    assert set(found) == {"GLM-9", "Qwen9-Max", "GPT-9"}
    glm = found["GLM-9"]
    assert (glm.status, glm.openness, glm.context, glm.modalities) == ("available", "unknown", 200_000, ("text",))
    assert catalogue.poll(hours=6).outcome == "unchanged"


def test_the_first_reading_is_the_baseline_and_a_new_row_is_news(catalogue: Catalogue) -> None:
    catalogue.poll()
    assert catalogue.told() == {}
    catalogue.rows.append(row("z-ai/glm-9-air", "Z.AI: GLM 9 Air", created=int(catalogue.now.timestamp())))
    assert catalogue.poll(hours=6).new == 1
    assert catalogue.told()["GLM-9-Air"][0] == "new"
    page = render(catalogue.digest(), "md")
    assert "$1 in and $4 out per million tokens (OpenRouter)" in page


def test_a_price_an_end_and_a_withdrawal_are_told_once(catalogue: Catalogue) -> None:
    catalogue.poll()
    catalogue.rows[0] = row("z-ai/glm-9", "Z.AI: GLM 9", price="0.0000005")
    catalogue.poll(hours=6)
    change, summary = catalogue.told()["GLM-9"]
    assert change == "price"
    assert "from $1 in and $4 out to $0.5 in and $4 out (OpenRouter)" in summary
    assert "passe de 1\u00a0$ en entrée et 4\u00a0$ en sortie à 0,5\u00a0$" in catalogue.told("fr")["GLM-9"][1]
    assert catalogue.poll(hours=6).new == 0
    assert catalogue.told() == {}
    catalogue.rows[0] = row("z-ai/glm-9", "Z.AI: GLM 9", price="0.0000005", expiration_date="2026-04-30")
    catalogue.poll(hours=6)
    change, summary = catalogue.told()["GLM-9"]
    assert change == "deprecated" and summary.startswith("To be retired on 30 April 2026.")
    del catalogue.rows[1]
    assert catalogue.poll(hours=6).new == 0, "one reading without it may be an accident"
    assert catalogue.poll(hours=6).new == 1
    change, summary = catalogue.told()["Qwen9-Max"]
    assert change == "withdrawn" and summary.startswith("No longer listed by OpenRouter.")
    assert catalogue.poll(hours=6).new == 0
    assert catalogue.store.check(catalogue.store.regions) == []


def test_a_cut_listing_withdraws_nothing(catalogue: Catalogue) -> None:
    catalogue.poll()
    catalogue.rows = catalogue.rows[:1]
    for _ in range(4):
        assert catalogue.poll(hours=6).new == 0
    catalogue.rows = list(LISTED)
    assert catalogue.poll(hours=6).new == 0


def test_the_indices_of_third_parties_make_the_gap(catalogue: Catalogue) -> None:
    catalogue.poll()
    facts = catalogue.store.facts_of_rule("catalogue-model")
    name = f"{gap.INDEX}Artificial Analysis Intelligence Index"
    values = {key: dict(one.facts)[name] for key, (one,) in facts.items() if name in dict(one.facts)}
    assert values == {"glm9": "60.5", "gpt9": "64"}


def test_a_name_that_is_no_line_shows_nothing() -> None:
    entry = Entry("z-ai/slides", None, "Slides", extra={"kind": "model", "lab": "zhipu", "model": "Slides"})
    found = Labelling(LABS).labels(entry, SOURCE, title="Slides", summary="", content="")
    assert (found.kind, found.lines, found.evidence) == ("other", (), ())


def test_one_line_of_sources_toml_turns_a_catalogue_off() -> None:
    stanza = f'[sources.or]\nkind = "catalog"\nurl = "{URL}"\n'
    assert parse(stanza).sources["or"].enabled
    assert not parse(stanza + "enabled = false\n").sources["or"].enabled


def test_a_lab_is_known_by_any_of_its_names() -> None:
    authors = authors_of(LABS)
    assert {name: authors.get(name) for name in ("zai", "zaiorg", "qwen", "openai", "aurora")} == {
        "zai": "zhipu", "zaiorg": "zhipu", "qwen": "qwen", "openai": "openai", "aurora": None,
    }  # fmt: skip
