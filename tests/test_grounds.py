"""Each cell of `open` rests on one piece of evidence, and says no more than that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator import releases
from aggregator.grounds import grounds_of
from aggregator.model import TRUST_HUB, TRUST_LAB, TRUST_PRESS, Artifact, LineName, Showing

LINE = LineName("zhipu", "GLM-9", "glm9", "GLM", "9", "", "zhipu:glm9", "GLM-9")
NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)


def shows(item: str, status: str, trust: int, *facts: tuple[str, str], hours: int = 0) -> Showing:
    return Showing(
        line=LINE.key, status=status, trust=trust, at=NOON + timedelta(hours=hours), item=item, url=f"https://x/{item}",
        source="s", item_kind="release", facts=facts, rule=f"rule-{item}", words=f"words of {item}",
    )  # fmt: skip


def repository(licence: str | None = "mit", **more: object) -> Artifact:
    return Artifact("huggingface", "zai-org/GLM-9", "instruct", None, None, None, licence, "https://hub/GLM-9", NOON,
                    item="hub", **more)  # fmt: skip


TOLD = [
    shows("press", "available", TRUST_PRESS, ("lab_says", "open-source"), ("training_code", "no")),
    shows("lab", "available", TRUST_LAB, ("weights", "promised"), ("training_data", "no"), hours=1),
    shows("card", "open", TRUST_HUB, ("weights", "yes"), ("licence", "mit"), hours=2),
]


def test_a_repository_is_the_ground_of_weights_and_licence_before_any_text() -> None:
    grounds = grounds_of(TOLD, [repository()])
    assert {cell: grounds[cell].artifact for cell in ("weights", "licence", "osi", "commercial")} == dict.fromkeys(
        ("weights", "licence", "osi", "commercial"), "huggingface:zai-org/GLM-9"
    )
    assert (grounds["licence"].rule, grounds["osi"].rule, grounds["osi"].said) == ("hub-card", "licence-table", "mit")


def test_a_text_is_the_ground_with_its_item_rule_and_words() -> None:
    grounds = grounds_of(TOLD, [])
    assert {cell: (g.item, g.words) for cell, g in grounds.items()} == {
        "weights": ("card", "words of card"), "licence": ("card", "words of card"), "osi": ("card", "words of card"),
        "commercial": ("card", "words of card"), "training_code": ("press", "words of press"),
        "training_data": ("lab", "words of lab"), "lab_says": ("press", "words of press"),
    }  # fmt: skip


def test_weights_without_any_licence_are_judged_by_the_listing() -> None:
    assert grounds_of(TOLD[:2], [repository(None)])["osi"].rule == "no-licence-named"


@pytest.mark.parametrize("told", [TOLD, TOLD[:1], TOLD[:2], TOLD[1:], TOLD[2:]])
@pytest.mark.parametrize("artifacts", [[], [repository()], [repository(None)], [repository(gated=True)]])
def test_a_cell_is_known_exactly_where_it_has_a_ground(told: list[Showing], artifacts: list[Artifact]) -> None:
    release = releases.derive(LINE, "cn", told, artifacts)
    assert release is not None
    known = {cell for cell, value in release.open.items() if value not in (None, "unknown")}
    assert known == set(grounds_of(told, artifacts))
