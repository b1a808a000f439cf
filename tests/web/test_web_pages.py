"""Every page in three languages: whole, small, without anything that runs or loads, with links that lead somewhere."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from demo_world import World
from lxml import html
from web_world import DAY, LANGUAGES, Web, foreign, harmless, ours, served

from aggregator import health
from aggregator.app import Application, restore
from aggregator.web import forms
from aggregator.web.asked import MOST_PAGE

NAMES = (
    "today",
    "day",
    "quiet",
    "models",
    "search-models",
    "model",
    "open-model",
    "labs",
    "lab",
    "stories",
    "story",
    "search",
    "nothing",
    "item",
    "sources",
    "charts",
    "feeds",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_small_and_harmless(web: Web, name: str, language: str) -> None:
    answer = web.get(web.paths(language)[name])
    page = html.document_fromstring(answer.content.decode("utf-8"))
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    assert harmless(page) == []
    assert page.get("lang") == {"en": "en", "fr": "fr", "zh": "zh-Hans"}[language]
    assert len(page.findall(".//h1")) == 1
    assert page.findtext(".//title")
    assert all(link.startswith(("http://", "https://")) for link in foreign(page))


@pytest.mark.slow
def test_every_link_between_pages_leads_somewhere(web: Web) -> None:
    seen, ahead, shapes = set(), ["/en/"], Counter[str]()
    while ahead:
        path = ahead.pop()
        shape = re.sub(r"[0-9a-f]{16}|=[^&]+", "…", path)
        if path in seen or shapes[shape] >= 3:
            continue
        shapes[shape] += 1
        seen.add(path)
        answer = web.get(path)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        if answer.headers["content-type"].startswith("text/html") and path.startswith("/en"):
            ahead += [link for link in ours(html.document_fromstring(answer.text)) if "/day/" not in link]
    assert len(seen) > 50


def test_the_front_leads_to_the_readers_language(web: Web) -> None:
    for header, language in (
        ("fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        ("zh-CN", "zh"),
        ("de,ja", "en"),
        ("en;q=0.1,zh;q=0.2", "zh"),
        ("", "en"),
    ):
        answer = web.get("/", accept_language=header)
        assert (answer.status_code, answer.headers["location"]) == (302, f"/{language}/")
        assert answer.headers["vary"] == "Accept-Language"
    assert web.get("/models?words=a&lab=", accept_language="fr").headers["location"] == "/fr/models?words=a"


def test_a_page_knows_itself_in_the_other_languages(web: Web) -> None:
    page = web.page("/fr/models?words=qwen")
    assert [link.get("href") for link in page.iter("link") if link.get("hreflang")] == [
        f"/{language}/models?words=qwen" for language in LANGUAGES
    ]


def test_the_day_has_the_digest_with_ways_back_and_forward(web: Web) -> None:
    page = web.page(f"/en/day/{DAY}")
    assert page.findtext(".//h1/time") == "16 February 2026"
    assert "Qwen3.5" in page.text_content()
    assert page.xpath("//a[@class='name'][text()='Qwen3.5']/@href") == ["/en/models/qwen3.5"]
    assert page.xpath("//a[@rel='prev']/@href") == ["/en/day/2026-02-15"]
    assert page.xpath("//a[@rel='next']/@href") == ["/en/"]
    assert web.page("/en/").xpath("//a[@rel='next']") == []


def test_a_quiet_day_leads_to_the_last_one_with_news(web: Web) -> None:
    page = web.page("/en/day/2026-02-09")
    assert "Nothing came on this day" in page.text_content()
    assert page.xpath("//a[@class='button']/@href")[0].startswith("/en/day/20")


def test_the_models_can_be_filtered_by_each_of_their_facts(web: Web) -> None:
    def lines(query: str) -> set[str]:
        return set(web.page(f"/en/models?{query}").xpath("//table//tbody/tr/th//text()[normalize-space()]"))

    every = {"Qwen3.5", "GLM-5", "Kimi-K2.5", "Seedance 2.0", "DeepSeek-V4"}
    assert every <= lines("")
    assert lines("lab=qwen") == {"Qwen3.5"}
    assert "Qwen3.5" in lines("status=open") and "DeepSeek-V4" not in lines("status=open")
    assert lines("status=rumoured") == {"DeepSeek-V4"}
    assert "Seedance 2.0" in lines("openness=closed")
    assert "Seedance 2.0" in lines("modality=video") and "GLM-5" not in lines("modality=video")
    assert "Qwen3.5" in lines("size=large") and lines("size=small") == set()
    assert lines("since=2026-02-16&until=2026-02-16&region=cn") == {"Qwen3.5"}
    assert lines("words=qwen") == {"Qwen3.5"}
    assert every.isdisjoint(lines("region=other"))


def test_what_is_no_filter_is_told_or_passed_over(web: Web) -> None:
    page = web.page("/en/models?since=yesterweek&status=nonsense&page=-4&size=%00")
    assert page.xpath("//p[@role='alert']/text()") == ["“yesterweek” is no date; expected one such as 2026-02-16."]
    assert page.xpath("//table//tbody/tr")
    assert web.get(f"/en/search?page={MOST_PAGE * 1000}").status_code == 200
    assert web.get("/en/search?words=%ED%A0%80%00%1b[31m%E2%80%AE").status_code == 200


def test_a_lines_page_has_its_whole_story(web: Web) -> None:
    page = web.page("/en/models/qwen3.5")
    steps = page.xpath("//ol[@class='steps']/li")
    assert [step.get("class").split()[0] for step in steps][-1] == "reached"
    assert len(steps) == 4
    text = page.text_content()
    for words in (
        "Apache-2.0",
        "397B-A17B",
        "Qwen/Qwen3.5-397B-A17B",
        "hub-listing",
        "according to Alibaba",
        "16 February 2026",
    ):
        assert words in text, words
    assert {"zh-Hans", "fr"} <= set(page.xpath("//main//a/@lang"))


def test_a_line_is_found_by_any_way_to_write_it(web: Web) -> None:
    assert web.get("/en/models/Qwen-3.5").headers["location"] == "/en/models/qwen3.5"
    assert web.get("/en/models/no%20such%20line").status_code == 404


def test_disputes_are_told(web: Web) -> None:
    disputed = next(one for one in web.site.store.releases()[0] if one.disputes)
    page = web.page(f"/en/models/{disputed.key}")
    assert "In dispute" in page.text_content() and "disputed by" in page.text_content()


def test_the_search_finds_chinese(web: Web) -> None:
    page = web.page("/zh/search?words=千问")
    assert "千问" in "".join(page.xpath("//p[@class='headline']//text()"))


def test_the_sources_show_those_that_fail_first(web: Web) -> None:
    page = web.page("/en/sources")
    assert page.xpath("//tbody/tr[1]//span[@class='error']")
    failing = web.page("/en/sources?state=failing").xpath("//tbody/tr")
    assert 0 < len(failing) < len(page.xpath("//tbody/tr"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_source_is_shown_whatever_its_state(web: Web, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = web.site.application.health(web.site.now())
    rows = tuple(replace(known.sources[0], id=state, state=state) for state in reversed(health.STATES))
    monkeypatch.setattr(Application, "health", lambda application, now: replace(known, sources=rows))
    shown = web.page(f"/{language}/sources").xpath("//tbody/tr//span[contains(@class, 'dot')]/@class")
    assert shown == [f"dot is-{state}" for state in health.STATES]
    for state in health.STATES:
        assert len(web.page(f"/{language}/sources?state={state}").xpath("//tbody/tr")) == 1
        assert f'aggregator_sources{{state="{state}"}} 1.0' in web.get("/metrics").text
    told = web.get("/api/v1/sources").json()["sources"]
    assert {one["state"] for one in told} == set(health.STATES) == set(get_args(get_type_hints(forms.Source)["state"]))


def test_charts_have_a_title_a_description_and_their_numbers_as_a_table(web: Web) -> None:
    page = web.page("/en/charts")
    pictures = page.findall(".//svg")
    assert len(pictures) == 5
    for picture in pictures:
        ids = (picture.get("aria-labelledby") or "").split()
        assert picture.get("role") == "img" and [page.get_element_by_id(i).tag for i in ids] == ["title", "desc"]
        assert picture.xpath("ancestor::section//table//td")


@pytest.mark.parametrize(
    "path",
    [
        "/en/nothing",
        "/xx/models",
        "/en/models/nope",
        "/en/day/2026-13-45",
        "/en/day/0001-01-01",
        "/en/stories/x",
        "/en/items/x",
        "/en/labs/x",
        "/static/secret",
        "/static/..%2fserver.py",
        "/de",
    ],
)
def test_what_is_not_there_says_so_in_a_page(web: Web, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 404
    assert re.search(r"<h1>.+</h1>", answer.text)


def test_the_days_page_is_made_again_when_the_store_changed(copied_world: World) -> None:
    with copied_world.open() as application, served(application) as web:
        first = web.get(f"/en/day/{DAY}").text
        made = web.site.known(("day", "en", date(2026, 2, 16), web.site.today(), f"/en/day/{DAY}"))
        assert made is not None and made.decode() == web.get(f"/en/day/{DAY}").text
        with closing(sqlite3.connect(copied_world.file)) as other, other:
            other.execute("UPDATE item SET title = 'Edited: ' || title")
        assert "Edited: " not in first and "Edited: " in web.get(f"/en/day/{DAY}").text


def test_a_restored_database_is_shown_at_once(copied_world: World, tmp_path: Path) -> None:
    with copied_world.open() as application, served(application) as web:
        backup = tmp_path / "backup.db"
        application.store.backup(backup)
        with closing(sqlite3.connect(copied_world.file)) as other, other:
            other.execute("UPDATE item SET title = 'Edited: ' || title")
        assert "Edited: " in web.get(f"/en/day/{DAY}").text
        restore(config=str(copied_world.config), database=copied_world.database, backup=str(backup), environ={})
        assert "Edited: " not in web.get("/en/search").text
        assert "Edited: " not in web.get(f"/en/day/{DAY}").text
