"""A person's word over the rules: what each correction does, and that it can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_world import World, make_world

from aggregator.config import correcting
from aggregator.corrections import Correction, Corrections, parse
from aggregator.demo.server import DemoServer
from aggregator.digest import render
from aggregator.errors import ConfigurationError
from aggregator.model import TRUST_CORRECTION, TRUST_PRESS, Entry, Evidence, Labels
from aggregator.names import make_line

GLM = make_line("zhipu", "GLM", "9")
AIR = make_line("zhipu", "GLM", "9", "Air")
ENTRY = Entry(guid="a-1", url="https://news.example/a-1", title="GLM-9 and GLM-9-Air")
LABELS = Labels(
    "release",
    labs=("zhipu",),
    lines=(GLM,),
    mentions=(GLM, AIR),
    evidence=(Evidence(GLM, "open", TRUST_PRESS, (("weights", "yes"), ("size", "9B")), "weights", "weights"),),
)


def corrected(**told: str) -> Labels:
    correction = Correction(**told)
    assert correction.problem() is None
    return Corrections((correction,)).applied(LABELS, ENTRY, "wire", ENTRY.title)


def test_an_item_s_kind_is_what_a_person_says() -> None:
    found = corrected(does="kind", item="a-1", kind="howto")
    assert found.kind == "howto"
    assert found.evidence[0].trust == TRUST_CORRECTION
    assert found.reasons[-1].rule == "correction"


def test_an_item_is_about_the_line_that_a_person_says() -> None:
    found = corrected(does="line", item="https://news.example/a-1", line="GLM 9 Air")
    assert [line.name for line in found.lines] == ["GLM-9-Air"]
    assert [(e.line.key, e.status) for e in found.evidence] == [("glm9air", "open")]


def test_a_line_s_status_is_at_most_what_a_person_says() -> None:
    (shown,) = corrected(does="status", line="GLM-9", status="announced").evidence
    assert (shown.status, shown.trust) == ("announced", TRUST_CORRECTION)
    assert dict(shown.facts)["weights"] == "unknown"
    (shown,) = (
        Corrections((Correction("status", line="GLM-9", status="open"),)).applied(LABELS, ENTRY, "wire", "").evidence
    )
    assert (shown.status, shown.trust) == ("open", TRUST_PRESS), "a line is never lifted beyond what an item shows"


def test_an_item_shows_exactly_the_status_that_a_person_says() -> None:
    (shown,) = corrected(does="status", item="a-1", status="available").evidence
    assert shown.status == "available"


def test_two_lines_are_made_one_and_one_is_made_two() -> None:
    merged = corrected(does="merge", line="GLM-9", into="GLM-9.0")
    assert [line.name for line in merged.lines] == ["GLM-9.0"] and merged.lines[0].lab == "zhipu"
    assert merged.evidence[0].line.key == "glm9.0"
    split = corrected(does="split", line="GLM-9", words="glm-9-air", into="GLM-9-Air")
    assert [line.key for line in split.lines] == ["glm9air"]
    assert corrected(does="split", line="GLM-9", words="flash", into="GLM-9-Flash") == LABELS


def test_what_is_hidden_shows_nothing() -> None:
    line = corrected(does="hide", line="GLM-9")
    assert (line.kind, line.lines, line.evidence) == ("other", (), ())
    assert [m.key for m in line.mentions] == ["glm9air"]
    item = corrected(does="hide", item="a-1")
    assert (item.kind, item.evidence) == ("other", ())


def test_a_correction_concerns_nothing_else() -> None:
    for told in (
        {"does": "kind", "item": "a-2", "kind": "howto"},
        {"does": "kind", "item": "a-1", "kind": "howto", "source": "gazette"},
        {"does": "hide", "line": "GLM-8"},
    ):
        assert corrected(**told) == LABELS


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"does": "kind", "item": "a"}, "kind needs `item` and `kind`"),
        ({"does": "sing"}, "expected one of kind"),
        ({"item": "a"}, "`does` is missing"),
        ({"does": "hide", "lien": "GLM"}, "no such key: lien"),
        ({"does": "hide", "line": 5}, "line must be text"),
        ({"does": "status", "line": "GLM-5", "status": "ready"}, "status needs"),
    ],
)
def test_a_wrong_correction_is_refused_with_its_number(row: dict[str, object], told: str) -> None:
    found, problems = parse([row])
    assert not found and problems[0].startswith("correction 1: ") and told in problems[0]


def test_the_file_stands_beside_sources_toml_and_may_be_missing(tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    assert not correcting.load(sources)
    (tmp_path / "corrections.toml").write_text('[[correction]]\ndoes = "hide"\nline = "Foo 1"\n', "utf-8")
    assert correcting.load(sources).all == (Correction("hide", line="Foo 1"),)
    (tmp_path / "corrections.toml").write_text("[[correction]]\ndoes = \n", "utf-8")
    with pytest.raises(ConfigurationError):
        correcting.load(sources)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    with DemoServer() as server:
        made = make_world(tmp_path_factory.mktemp("corrections"), server)
        made.poll()
    return made


def test_nothing_changes_where_the_rules_are_the_same(world: World) -> None:
    before = world.dump()
    assert world.run("db", "reunderstand", "--json").data["changed"] == 0
    assert world.dump() == before


def test_a_correction_is_applied_once_keeps_what_is_derived_sound_and_can_be_taken_back(world: World) -> None:
    before = {r["line"]: r for r in world.run("releases", "--json").data["releases"]}
    items = world.run("items", "--json", "--limit", "1000").data["items"]
    file = world.folder / "corrections.toml"
    file.write_text(
        '[[correction]]\ndoes = "status"\nline = "Qwen3.5"\nstatus = "available"\nwhy = "a test"\n', "utf-8"
    )
    told = world.run("db", "reunderstand", "--json").data
    assert told["changed"] > 0 and told["lines"] >= 1
    assert world.run("db", "reunderstand", "--json").data["changed"] == 0, "idempotent"
    after = {r["line"]: r for r in world.run("releases", "--json").data["releases"]}
    assert (before["Qwen3.5"]["status"], after["Qwen3.5"]["status"]) == ("open", "available")
    assert after["Qwen3.5"]["open"]["weights"] != "yes"
    assert world.check() == []
    assert world.run("db", "corrections", "--json").data["cases"]
    assert changed(world, datetime.now(UTC)) == {}, "what appeared months ago is put right in silence"
    file.unlink()
    assert world.run("db", "reunderstand", "--json").data["changed"] == told["changed"]
    assert {r["line"]: r for r in world.run("releases", "--json").data["releases"]} == before
    again = world.run("items", "--json", "--limit", "1000").data["items"]
    assert [(i["id"], i["first_seen"], i["appeared"]) for i in again] == [
        (i["id"], i["first_seen"], i["appeared"]) for i in items
    ]
    assert world.check() == []


def changed(world: World, now: datetime) -> dict[str, list[tuple[str, str | None]]]:
    with world.open() as opened:
        found = opened.store.material(now - timedelta(hours=1), now + timedelta(hours=1)).changed
    return {line: [(change.what, change.after) for change in changes] for line, changes in found.items()}


def test_the_next_digest_tells_a_correction_of_what_was_new_and_nothing_else(world: World) -> None:
    now = datetime(2026, 2, 20, 9, tzinfo=UTC)
    file = world.folder / "corrections.toml"
    file.write_text(
        '[[correction]]\ndoes = "status"\nline = "Qwen3.5"\nstatus = "available"\n'
        '[[correction]]\ndoes = "hide"\nline = "Seedance 2.0"\n',
        "utf-8",
    )
    with world.open() as opened:
        opened.reunderstand(now)
        digest = opened.digest(now - timedelta(hours=1), now + timedelta(hours=1))
        page = render(digest, "md")
    assert {entry.change for entry in (*digest.releases, *digest.also, *digest.peers)} == {"correction"}
    assert "**Qwen3.5** · Alibaba Qwen: Correction of an earlier digest: available, not open." in page
    assert "**Seedance 2.0** · ByteDance Seed: Correction: an earlier digest told it by mistake." in page
    file.unlink()
    with world.open() as opened:
        opened.reunderstand(now + timedelta(days=1))
    assert world.check() == []
