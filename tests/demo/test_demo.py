"""The real job on the demo world: what it must come to, as it was written down before the rules (expected.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from demo_world import World, make_world, start_process

from aggregator import slots
from aggregator.demo.server import DemoServer
from aggregator.digest import render
from aggregator.model import Item, ItemQuery, ReleaseQuery

EXPECTED: dict[str, Any] = json.loads(Path(__file__).with_name("expected.json").read_text("utf-8"))
FIVE: list[str] = EXPECTED["followed_lines"]
ZONE = ZoneInfo(EXPECTED["week"]["timezone"])
START = slots.day_bounds(date.fromisoformat(EXPECTED["week"]["from"]), str(ZONE))[0]
END = slots.day_bounds(date.fromisoformat(EXPECTED["week"]["to"]), str(ZONE))[0]
LAST_DAY = (date.fromisoformat(EXPECTED["week"]["to"]) - timedelta(days=1)).isoformat()
"""--until takes its day whole, expected.json names the day after."""
FLOOR = 0.9
"""The share of items that the rules must label as expected."""
HUB_KINDS = ("github:", "huggingface:", "modelscope:")


@pytest.fixture(scope="module")
def items(polled: World) -> list[Item]:
    with polled.open() as app:
        found, total = app.store.items(ItemQuery(all_copies=True, limit=10_000))
    assert total == len(found)
    return found


@pytest.fixture(scope="module")
def news(items: list[Item]) -> dict[str, Item]:
    return {item.guid: item for item in items if not item.source.startswith(HUB_KINDS)}


@pytest.fixture(scope="module")
def hubs(items: list[Item]) -> dict[tuple[str, str], Item]:
    return {(item.source, item.guid): item for item in items if item.source.startswith(HUB_KINDS)}


@pytest.fixture(scope="module")
def releases(polled: World) -> dict[str, dict[str, Any]]:
    told = polled.run("releases", "--json", "--limit", "1000")
    assert told.status == 0, told.err
    return {key(release["line"]): release for release in told.data["releases"]}


@pytest.fixture(scope="module")
def digest(polled: World) -> dict[str, Any]:
    told = polled.run("digest", "--since", EXPECTED["week"]["from"], "--until", LAST_DAY, "--format", "json")
    assert told.status == 0, told.err
    return told.data


def key(name: str) -> str:
    """Names and words are compared without case, spaces, hyphens and underscores (the label guide)."""
    return re.sub(r"[\s_-]+", "", name.casefold())


def keys(names: Iterable[str]) -> list[str]:
    return sorted(key(name) for name in names)


def local_day(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZONE).date().isoformat()


def of(releases: Mapping[str, Any], line: str) -> dict[str, Any]:
    assert key(line) in releases, f"{line} is no line; the lines are {sorted(releases)}"
    found: dict[str, Any] = releases[key(line)]
    return found


# ---------------------------------------------------------------- sources


def test_every_source_is_polled_and_those_that_fail_are_named(polled: World) -> None:
    outcomes = {outcome.id: outcome for outcome in polled.outcomes}
    assert sorted(i for i, o in outcomes.items() if o.outcome == "failed") == EXPECTED["sources"]["failed"]
    assert sorted(i for i, o in outcomes.items() if o.outcome == "new") == sorted(
        set(EXPECTED["sources"]["answering"]) - silent(polled)
    )
    for source in EXPECTED["sources"]["failed"]:
        assert outcomes[source].error


def silent(polled: World) -> set[str]:
    """Sources that answer, but serve nothing."""
    return {o.id for o in polled.outcomes if o.outcome == "unchanged"}


def test_nothing_is_asked_that_is_not_followed(polled: World) -> None:
    asked = " ".join(request.path for request in polled.server.requests)
    for organisation in (
        "DeepSeek-V3",
        "nordlicht-labs",
        "nordlicht-dev",
        "author=ByteDance-Seed",
        "author=deepseek-ai",
    ):
        assert organisation not in asked


# ---------------------------------------------------------------- items


def test_every_item_of_the_world_is_stored_once_and_no_draft_is(
    news: dict[str, Item], hubs: dict[tuple[str, str], Item], items: list[Item]
) -> None:
    assert set(news) == set(EXPECTED["items"])
    optional = {(w["source"], w["guid"]) for w in EXPECTED["hubs"].values() if w.get("optional")}
    needed = {(w["source"], w["guid"]) for w in EXPECTED["hubs"].values()} - optional
    assert needed - set(hubs) == set()
    more = {key for key in set(hubs) - needed - optional if "#readme@" not in key[1]}
    assert more == set()
    assert not {item.guid for item in items} & set(EXPECTED["never_stored"]["drafts"])
    assert len(items) == len(news) + len(hubs)


def wrong_kinds(news: Mapping[str, Item]) -> Iterable[str]:
    for guid, want in EXPECTED["items"].items():
        if guid not in news:
            yield f"{guid}: not stored under its guid"
        elif news[guid].kind not in {want["kind"], *want.get("kind_also", ())}:
            yield f"{guid}: {news[guid].kind}, not {want['kind']}"


def wrong_sets(news: Mapping[str, Item], field: str) -> Iterable[str]:
    for guid, want in EXPECTED["items"].items():
        if guid not in news:
            yield f"{guid}: not stored under its guid"
            continue
        found, least = set(keys(getattr(news[guid], field))), set(keys(want[field]))
        if not least <= found <= least | set(keys(want.get(f"{field}_also", ()))):
            yield f"{guid}: {sorted(found)}, not {sorted(least)}"


@pytest.mark.parametrize("figure", ["kind", "labs", "lines", "mentions"])
def test_the_rules_label_the_news_as_expected(
    news: dict[str, Item], figure: str, record_property: Callable[[str, object], None]
) -> None:
    wrong = list(wrong_kinds(news) if figure == "kind" else wrong_sets(news, figure))
    share = 1 - len(wrong) / len(EXPECTED["items"])
    record_property(figure, round(share, 3))
    print(f"{figure}: {share:.3f} of {len(EXPECTED['items'])}")
    assert share >= FLOOR, f"{figure} {share:.3f}\n" + "\n".join(wrong)


@pytest.mark.parametrize("figure", ["kind", "line"])
def test_the_rules_label_the_hubs_as_expected(
    hubs: dict[tuple[str, str], Item], figure: str, record_property: Callable[[str, object], None]
) -> None:
    wrong, count = [], 0
    for want in EXPECTED["hubs"].values():
        item = hubs.get((want["source"], want["guid"]))
        if item is None:
            continue
        count += 1
        if figure == "kind" and item.kind not in {want["kind"], *want.get("kind_also", ())}:
            wrong.append(f"{item.guid} of {item.source}: {item.kind}, not {want['kind']}")
        if figure == "line" and keys(item.lines) != keys([want["line"]] if want["line"] else []):
            wrong.append(f"{item.guid} of {item.source}: {item.lines}, not {want['line']}")
    record_property(f"hubs.{figure}", round(1 - len(wrong) / count, 3))
    assert 1 - len(wrong) / count >= 0.95, "\n".join(wrong)


def test_hard_negatives_are_about_no_followed_line(news: dict[str, Item]) -> None:
    for guid in EXPECTED["hard_negatives"]:
        want = EXPECTED["items"][guid]
        extra = set(keys(news[guid].lines)) - set(keys(want["lines"])) - set(keys(want.get("lines_also", ())))
        assert not extra, f"{guid}: {extra}"


@pytest.mark.parametrize("group", EXPECTED["copies"])
def test_copies_hang_on_their_root(news: dict[str, Item], group: str) -> None:
    want = EXPECTED["copies"][group]
    root = news[want["root"]]
    assert root.copy_of is None
    assert {guid: news[guid].copy_of for guid in want["copies"]} == dict.fromkeys(want["copies"], root.id)


def test_nothing_else_is_a_copy(news: dict[str, Item]) -> None:
    listed = {guid for group in EXPECTED["copies"].values() for guid in group["copies"]}
    assert {guid for guid, item in news.items() if item.copy_of} == listed


# ---------------------------------------------------------------- lines


def test_exactly_the_five_are_lines_of_followed_labs(releases: dict[str, Any]) -> None:
    assert sorted(line for line, r in releases.items() if r["region"] == "cn") == keys(FIVE)


def test_what_is_only_named_is_no_line(releases: dict[str, Any]) -> None:
    for name in [*EXPECTED["never_lines"], *EXPECTED["background_mentions_only"]]:
        assert key(name) not in releases


def test_peers_are_mentions_only_or_the_subject_of_a_comparison(releases: dict[str, Any], polled: World) -> None:
    peers = {line for line, r in releases.items() if r["region"] != "cn"}
    assert peers <= set(keys(EXPECTED["peers"]["may_be_subject_of_a_comparison"]))
    with polled.open() as app:
        for line in peers:
            assert {showing.item_kind for showing in app.store.showings(line)} <= {"comparison"}


@pytest.mark.parametrize("line", FIVE)
@pytest.mark.parametrize("field", ["lab", "status", "openness", "licence", "osi", "weights"])
def test_a_line_is_what_its_evidence_shows(releases: dict[str, Any], line: str, field: str) -> None:
    want, found = EXPECTED["lines"][line], of(releases, line)
    value = found["open"][field] if field in ("osi", "weights") else found[field]
    allowed = [want[field], *want.get(f"{field}_also", ())]
    assert value in allowed or (field == "licence" and value and key(value) in keys(filter(None, allowed)))


@pytest.mark.parametrize("line", FIVE)
@pytest.mark.parametrize("field", ["params_total", "params_active"])
def test_parameters_are_those_that_were_said(releases: dict[str, Any], line: str, field: str) -> None:
    assert of(releases, line)[field] == EXPECTED["lines"][line][field]


@pytest.mark.parametrize("line", FIVE)
def test_sizes_are_those_of_the_labs_repositories_or_words(releases: dict[str, Any], line: str) -> None:
    want = EXPECTED["lines"][line]
    assert of(releases, line)["sizes"] in [want["sizes"], *want.get("sizes_also", ())]


@pytest.mark.parametrize("line", FIVE)
@pytest.mark.parametrize("field", ["modalities", "architecture"])
def test_words_about_a_line_hold_what_must_be_there_and_nothing_foreign(
    releases: dict[str, Any], line: str, field: str
) -> None:
    want, found = EXPECTED["lines"][line], set(keys(of(releases, line)[field]))
    assert set(keys(want[field])) <= found <= set(keys(want[field])) | set(keys(want.get(f"{field}_also", ())))


@pytest.mark.parametrize("line", FIVE)
def test_a_line_appears_with_its_first_evidence(releases: dict[str, Any], line: str, items: list[Item]) -> None:
    want, found = EXPECTED["lines"][line], of(releases, line)
    guids = {item.id: item.guid for item in items}
    assert local_day(found["first_seen"]) == want["first_date"]
    assert guids[found["timeline"][0]["item"]] in want["first_item"]


@pytest.mark.parametrize("line", FIVE)
def test_the_timeline_has_the_expected_steps(releases: dict[str, Any], line: str) -> None:
    steps = {step["status"]: local_day(step["at"]) for step in of(releases, line)["timeline"]}
    assert steps == EXPECTED["lines"][line]["status_steps"]


@pytest.mark.parametrize("line", FIVE)
def test_artifacts_are_the_labs_own_repositories_with_their_kinds(releases: dict[str, Any], line: str) -> None:
    found = {(a["hub"], a["id"]): a for a in of(releases, line)["artifacts"]}
    ids = {identifier for hub, identifier in found if hub != "github"}
    assert ids >= set(EXPECTED["lines"][line]["artifacts"])
    for want in EXPECTED["hubs"].values():
        hub = want["source"].partition(":")[0]
        if want["line"] == line and "artifact" in want:
            artifact = found[hub, want["guid"]]
            assert (artifact["kind"], artifact["size"], artifact["precision"]) == (
                want["artifact"], want["size"], want["precision"],
            ), want["guid"]  # fmt: skip


# ---------------------------------------------------------------- the digest of the week


def test_the_digest_has_the_new_lines_first_and_the_rumour_apart(digest: dict[str, Any]) -> None:
    new = keys(e["line"] for e in digest["releases"] + digest["also"] if e["change"] == "new")
    wanted = [n for n in FIVE if EXPECTED["lines"][n]["new_in_week"] and not EXPECTED["lines"][n].get("new_as")]
    assert new == keys(wanted)
    assert keys(e["line"] for e in digest["rumours"]) == keys(["DeepSeek-V4"])
    assert set(keys(e["line"] for e in digest["peers"])) <= set(
        keys(EXPECTED["peers"]["may_be_subject_of_a_comparison"])
    )


def test_the_digest_names_the_sources_that_failed(digest: dict[str, Any]) -> None:
    assert sorted(digest["sources"]["failed"]) == EXPECTED["sources"]["failed"]
    assert digest["sources"]["polled"] == 29


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_the_printed_digest_says_what_must_be_said_of_each_new_line(polled: World, language: str) -> None:
    told = polled.run(
        "digest", "--since", EXPECTED["week"]["from"], "--until", LAST_DAY, "--format", "json",
        "--language", language,
    )  # fmt: skip
    said = {key(e["line"]): e for e in told.data["releases"]}
    missing = []
    for line in ("Seedance 2.0", "Qwen3.5", "GLM-5"):
        summary = str(said[key(line)]["summary"]).casefold()
        for must in EXPECTED["lines"][line]["must_say"]:
            words = must.get("any_of", {}).get(language)
            if words and not any(word.casefold() in summary for word in words):
                missing.append(f"{line}: {must['what']}")
    assert not missing, missing


def test_each_entry_of_the_digest_has_links_behind_it(digest: dict[str, Any]) -> None:
    for entry in digest["releases"] + digest["rumours"]:
        assert entry["links"], entry["line"]
        assert all(re.match(r"https?://", link["url"]) for link in entry["links"])
        assert entry["sources"] >= 1
    code = EXPECTED["lines"]["Qwen3.5"]["must_say"][-1]["link"]
    assert code in {link["url"] for e in digest["releases"] if e["line"] == "Qwen3.5" for link in e["links"]}


def test_the_digest_of_a_later_day_does_not_call_them_new_again(polled: World) -> None:
    with polled.open() as app:
        later = app.digest(END, datetime(2026, 2, 25, tzinfo=UTC))
        assert render(later, "md")
    assert not [entry for entry in later.releases if entry.change == "new"]


# ---------------------------------------------------------------- the README that is edited


def test_an_edited_readme_that_names_its_line_is_an_item(tmp_path: Path) -> None:
    want = EXPECTED["readme_edit"]
    with DemoServer(before_edits=True) as server:
        world = make_world(tmp_path, server)
        world.poll()
        with world.open() as app:
            before, _ = app.store.items(ItemQuery(source="github:QwenLM", limit=1000))
        assert want["guid"] not in {item.guid for item in before}
        server.edit_readmes()
        outcome = next(o for o in world.poll() if o.id == "github:QwenLM")
        with world.open() as app:
            after, _ = app.store.items(ItemQuery(source="github:QwenLM", limit=1000))
            assert app.store.check(app.regions) == []
        last = world.poll()
    new = {item.guid: item for item in after if item.guid not in {item.guid for item in before}}
    assert list(new) == [want["guid"]], outcome
    item = new[want["guid"]]
    assert item.kind in {want["kind"], *want["kind_also"]}
    assert (item.labs, keys(item.lines)) == (tuple(want["labs"]), keys(want["lines"]))
    assert not item.baseline
    assert (outcome.outcome, outcome.new) == ("new", 1)
    assert sum(o.new for o in last) == 0


# ---------------------------------------------------------------- without a token, and as a person runs it


def test_without_a_token_the_lines_are_the_same(demo_server: DemoServer, tmp_path: Path, polled: World) -> None:
    world = make_world(tmp_path, demo_server, with_token=False)
    outcomes = world.poll()
    assert sorted(o.id for o in outcomes if o.outcome == "failed") == EXPECTED["sources"]["failed"]
    with world.open() as app, polled.open() as other:
        lines, _ = app.store.releases(ReleaseQuery(region="cn", limit=100))
        same, _ = other.store.releases(ReleaseQuery(region="cn", limit=100))
        assert app.store.check(app.regions) == []
    assert [(r.line, r.status, r.openness) for r in lines] == [(r.line, r.status, r.openness) for r in same]


def test_the_demo_command_prints_the_digest_and_what_to_do_next(tmp_path: Path) -> None:
    process = start_process(["demo"], {"TMPDIR": str(tmp_path)}, cwd=tmp_path)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    for word in ("invented", "Qwen3.5", "GLM-5", "Seedance 2.0", "DeepSeek-V4", "tidewatch", "lanterne"):
        assert word in out
    assert "make digest" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
