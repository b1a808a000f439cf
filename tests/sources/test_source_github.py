"""GitHub by REST and by Atom: what is asked, what becomes an entry, what is remembered (bodies composed for tests)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.errors import ParseError
from aggregator.model import Answer, Ask, Reading, Source
from aggregator.sources import KINDS, Endpoints
from aggregator.sources.github_rows import is_nightly
from aggregator.sources.readmes import blob_sha, names_in

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TOKEN = Endpoints(github_token=True)
BARE = Endpoints()
ORGANISATION = Source(
    "github:zai-org", "github", "", lab="zhipu", options={"organisation": "zai-org", "families": ["GLM"]}
)
LISTED = Source("github:zai-org/GLM-5", "github", "", options={"repository": "zai-org/GLM-5"})
GITHUB = KINDS["github"]


def row(number: int, name: str, pushed: str = "2026-02-10T00:00:00Z", **more: Any) -> dict[str, Any]:
    owner, short = name.split("/")
    return {
        "id": number, "name": short, "full_name": name, "private": False, "fork": False, "archived": False,
        "html_url": f"https://github.com/{name}", "description": "An example.", "created_at": "2026-02-01T00:00:00Z",
        "pushed_at": pushed, "stargazers_count": 5, "topics": ["llm"],
        "license": {"key": "mit", "name": "MIT License", "spdx_id": "MIT"},
        "owner": {"login": owner}, **more,
    }  # fmt: skip


def release(number: int, tag: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "tag_name": tag, "name": "", "body": "- x\r\n", "draft": False, "prerelease": False,
        "html_url": f"https://github.com/zai-org/GLM-5/releases/tag/{tag}", "created_at": "2026-02-01T00:00:00Z",
        "published_at": "2026-02-11T08:14:40Z", "author": {"login": "bot"}, **more,
    }  # fmt: skip


def read(
    ask: Ask, value: Any, source: Source, cursor: Mapping[str, Any], endpoints: Endpoints = TOKEN, **headers: str
) -> Reading:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return GITHUB.read(ask, Answer(ask.url, 200, headers, body), source, cursor, endpoints, NOW)


def listing(cursor: Mapping[str, Any], *rows: Mapping[str, Any], **headers: str) -> tuple[Reading, dict[str, Any]]:
    (ask,) = GITHUB.asks(ORGANISATION, cursor, TOKEN, NOW)
    reading = read(ask, rows, ORGANISATION, cursor, **headers)
    return reading, {**cursor, **reading.cursor}


def test_an_organisation_is_one_listing_sorted_by_push_and_a_user_after_404() -> None:
    (ask,) = GITHUB.asks(ORGANISATION, {}, TOKEN, NOW)
    assert ask.url == "https://api.github.com/orgs/zai-org/repos?type=public&sort=pushed&direction=desc&per_page=100"
    assert ask.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert ask.fallback is not None
    assert ask.fallback.url.startswith("https://api.github.com/users/zai-org/repos?")
    reading = read(ask.fallback, [row(1, "zai-org/x")], ORGANISATION, {})
    (again,) = GITHUB.asks(ORGANISATION, reading.cursor, TOKEN, NOW)
    assert again.url == ask.fallback.url


def test_a_listed_repository_is_an_entry_and_forks_and_private_ones_are_not() -> None:
    reading, _ = listing(
        {}, row(1, "zai-org/GLM-5"), row(2, "zai-org/vllm", fork=True), row(3, "zai-org/s", private=True)
    )
    (entry,) = reading.entries
    assert (entry.guid, entry.lasting_id, entry.title) == ("zai-org/GLM-5", "1", "zai-org/GLM-5")
    assert entry.published == datetime(2026, 2, 1, tzinfo=UTC)
    assert entry.extra["kind"] == "repository"
    assert (entry.extra["licence"], entry.extra["stars"], entry.extra["topics"]) == ("MIT", 5, ["llm"])


def test_the_first_poll_asks_no_releases_but_the_readmes_of_five_model_repositories() -> None:
    reading, cursor = listing({}, *(row(n, f"zai-org/GLM-{n}", f"2026-02-{n:02}T00:00:00Z") for n in range(1, 9)))
    assert [ask.role for ask in reading.follow] == ["readme"] * 5
    assert reading.follow[0].url == "https://raw.githubusercontent.com/zai-org/GLM-8/HEAD/README.md"
    assert all(ask.optional for ask in reading.follow)
    assert sorted(k for k, v in cursor.items() if k.startswith("pending:") and v) == [
        "pending:1",
        "pending:2",
        "pending:3",
    ]
    reading, cursor = listing(cursor, *(row(n, f"zai-org/GLM-{n}", f"2026-02-{n:02}T00:00:00Z") for n in range(1, 9)))
    assert len(reading.follow) == 3
    assert not [k for k, v in cursor.items() if k.startswith("pending:") and v]
    reading, _ = listing(cursor, *(row(n, f"zai-org/GLM-{n}", f"2026-02-{n:02}T00:00:00Z") for n in range(1, 9)))
    assert (reading.follow, reading.cursor) == ((), {})


def test_a_moved_model_repository_is_asked_for_releases_and_readme_and_a_tool_is_not() -> None:
    _, cursor = listing({}, row(1, "zai-org/GLM-5"), row(2, "zai-org/sdk-python"))
    moved = "2026-02-20T00:00:00Z"
    reading, _ = listing(cursor, row(1, "zai-org/GLM-5", moved), row(2, "zai-org/sdk-python", moved))
    assert [ask.role for ask in reading.follow] == ["releases", "readme"]
    assert reading.follow[0].url == "https://api.github.com/repos/zai-org/GLM-5/releases?per_page=100"


def test_a_new_repository_after_the_baseline_is_asked_for_all() -> None:
    _, cursor = listing({}, row(1, "zai-org/GLM-5"))
    reading, _ = listing(cursor, row(9, "zai-org/GLM-5.1"), row(1, "zai-org/GLM-5"))
    assert [ask.context["repository"] for ask in reading.follow] == ["zai-org/GLM-5.1"] * 2


def test_a_rename_keeps_the_number_gives_an_alias_and_moves_the_readme() -> None:
    qwen = Source("github:QwenLM", "github", "", options={"organisation": "QwenLM"})
    (ask,) = GITHUB.asks(qwen, {}, TOKEN, NOW)
    cursor = {
        "listed": True,
        "repo:7": ["QwenLM/Qwen3.5", "2026-02-17T09:58:31Z"],
        "readme:qwenlm/qwen3.5": {"sha": "a", "names": []},
    }
    reading = read(ask, [row(7, "QwenLM/Qwen3.8", "2026-08-01T00:00:00Z")], qwen, cursor)
    (entry,) = reading.entries
    assert (entry.lasting_id, entry.aliases) == ("7", ("QwenLM/Qwen3.5",))
    assert entry.extra["renamed"] == {"from": "QwenLM/Qwen3.5", "to": "QwenLM/Qwen3.8"}
    assert reading.cursor["readme:qwenlm/qwen3.8"] == {"sha": "a", "names": []}
    assert reading.cursor["readme:qwenlm/qwen3.5"] is None
    assert reading.follow[0].context["former"] == "QwenLM/Qwen3.5"


def test_a_listing_goes_on_to_the_numeric_path_and_later_pages_only_add_what_waits() -> None:
    url = "https://api.github.com/organizations/9/repos?page=2"
    link = f'<{url}>; rel="next", <{url}>; rel="last"'
    reading, cursor = listing({}, row(1, "zai-org/GLM-5"), link=link)
    (page,) = reading.pages
    assert (page.url, reading.last) == (url, False)
    second = read(page, [row(2, "zai-org/GLM-4.5")], ORGANISATION, cursor)
    assert (second.last, second.follow) == (True, ())
    assert second.cursor["pending:2"][1] == "readme"


def test_a_malformed_row_costs_itself_and_a_message_is_an_error() -> None:
    reading, _ = listing({}, row(1, "zai-org/GLM-5"), {"id": None}, {"full_name": 3})  # type: ignore[arg-type]
    assert (len(reading.entries), reading.notes) == (1, ("schema_changed: 2",))
    (ask,) = GITHUB.asks(ORGANISATION, {}, TOKEN, NOW)
    for value, code in (
        ({"message": "Not Found"}, "schema_unexpected"),
        (b"<html></html>", "not_json"),
        (b"", "empty_body"),
    ):
        with pytest.raises(ParseError) as caught:
            read(ask, value, ORGANISATION, {})
        assert caught.value.code == code


def test_a_listed_repository_is_read_with_releases_tags_and_readme_in_one_poll() -> None:
    (ask,) = GITHUB.asks(LISTED, {}, TOKEN, NOW)
    assert ask.url == "https://api.github.com/repos/zai-org/GLM-5"
    reading = read(ask, row(1, "zai-org/GLM-5"), LISTED, {})
    assert ([e.guid for e in reading.entries], reading.last) == (["zai-org/GLM-5"], False)
    releases, readme = reading.pages
    assert (releases.role, readme.role, readme.optional) == ("releases", "readme", True)
    rows = [
        release(5, "v1.1-rc1", prerelease=True),
        release(6, "v1.2", draft=True),
        release(4, "v1.0", name="GLM-5 is here"),
        {"x": 1},
    ]
    reading = read(releases, rows, LISTED, {})
    assert [e.guid for e in reading.entries] == ["zai-org/GLM-5@v1.1-rc1", "zai-org/GLM-5@v1.0"]
    first, second = reading.entries
    assert (first.title, first.lasting_id, first.extra["prerelease"], first.extra["kind"]) == (
        "GLM-5 v1.1-rc1",
        "release:5",
        True,
        "release",
    )
    assert (second.title, second.published) == ("GLM-5 is here", datetime(2026, 2, 11, 8, 14, 40, tzinfo=UTC))
    assert reading.notes == ("schema_changed: 1",)
    (tags,) = reading.pages
    assert tags.url == "https://api.github.com/repos/zai-org/GLM-5/tags?per_page=100"
    reading = read(
        tags, [{"name": "v1.0"}, {"name": "nv_dev_1", "commit": {"sha": "1f"}}, {"name": "@scope/a@0.1"}], LISTED, {}
    )
    assert [e.guid for e in reading.entries] == ["zai-org/GLM-5@nv_dev_1", "zai-org/GLM-5@@scope/a@0.1"]
    assert reading.entries[0].extra["nightly"] is True
    assert reading.entries[0].extra["not_after"] == "2026-02-10T00:00:00Z"
    assert reading.entries[1].url == "https://github.com/zai-org/GLM-5/releases/tag/%40scope%2Fa%400.1"
    assert reading.last


def test_releases_over_several_pages_all_count_before_the_tags() -> None:
    ask = Ask("https://api.github.com/repos/o/r/releases?per_page=100", "releases", context={"repository": "o/r"})
    reading = read(
        ask, [release(1, "v1")], LISTED, {}, link='<https://api.github.com/repositories/3/releases?page=2>; rel="next"'
    )
    (second,) = reading.pages
    (tags,) = read(second, [release(2, "v2")], LISTED, {}).pages
    assert (tags.role, tags.context["tags"]) == ("tags", ["v1", "v2"])


def test_a_repository_that_was_renamed_away_from_its_configured_name_has_that_name_as_an_alias() -> None:
    (ask,) = GITHUB.asks(LISTED, {}, TOKEN, NOW)
    reading = read(ask, row(1, "zai-org/GLM"), LISTED, {})
    assert reading.entries[0].aliases == ("zai-org/GLM-5",)
    assert reading.pages[0].context["former"] == "zai-org/GLM-5"
    renamed = read(reading.pages[0], [release(1, "v1")], LISTED, {}).entries[0]
    assert (renamed.guid, renamed.aliases) == ("zai-org/GLM@v1", ("zai-org/GLM-5@v1",))


def test_a_readme_is_news_only_when_it_names_a_line_that_it_did_not_name_before() -> None:
    ask = Ask("https://raw.example/zai-org/GLM-4.5/HEAD/README.md", "readme", context={"repository": "zai-org/GLM-4.5"})
    old = b"# GLM-4.5\nGLM-4.5 and GLM-4.5-Air, GLM-4.5-Air-FP8. Step 1: install.\n"
    first = read(ask, old, ORGANISATION, {})
    assert first.entries == ()
    cursor = dict(first.cursor)
    assert cursor["readme:zai-org/glm-4.5"] == {"sha": blob_sha(old), "names": ["glm4.5", "glm4.5air"]}
    assert read(ask, old, ORGANISATION, cursor) == Reading()
    typo = read(ask, old + b"typo", ORGANISATION, cursor)
    assert (typo.entries, typo.cursor["readme:zai-org/glm-4.5"]["sha"]) == ((), blob_sha(old + b"typo"))
    new = old + "今天发布GLM\u20114.6，更强。\n".encode()
    (entry,) = read(ask, new, ORGANISATION, cursor).entries
    assert entry.guid == f"zai-org/GLM-4.5#readme@{blob_sha(new)}"
    assert entry.extra["names"] == ["GLM-4.6"]
    assert "今天发布" in entry.content


def test_a_blob_sha_is_gits() -> None:
    assert blob_sha(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Qwen3-8B, Qwen3-VL-235B-A22B and Qwen2.5-72B-Instruct", {"qwen3", "qwen3vl", "qwen2.5"}),
        ("Qwen-72B and Qwen 3 and Qwen3-2507", {"qwen3"}),
        ("Qwen3.5-397B-A17B; Qwen3-Coder-Next", {"qwen3.5", "qwen3codernext"}),
        ("智谱Qwen3.8今日开源", {"qwen3.8"}),
        ("Awesome-Qwen3 NotQwen3", set()),
    ],
)
def test_names_are_found_without_sizes_stages_and_precisions(text: str, names: set[str]) -> None:
    assert set(names_in(text, ("Qwen",))) == names


@pytest.mark.parametrize("tag", ["v0.0.1-nightly.20260211", "v0.25.1-preview.0", "nv_dev_4", "1.0.dev3", "canary-12"])
def test_automatic_builds_are_nightly(tag: str) -> None:
    assert is_nightly(tag)


@pytest.mark.parametrize("tag", ["v1.2.3", "v5-preview", "device-1", "@moonshot-ai/kimi-code@0.38.0", "v1.0-rc1"])
def test_other_tags_are_not(tag: str) -> None:
    assert not is_nightly(tag)


RELEASES_ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en-US">
  <id>tag:github.com,2008:https://github.com/OpenBMB/MiniCPM/releases</id><title>Release notes from MiniCPM</title>
  <updated>2026-02-12T18:03:11+08:00</updated>
  <entry><id>tag:github.com,2008:Repository/744000001/5.0</id><updated>2026-02-12T18:03:11+08:00</updated>
    <link rel="alternate" type="text/html" href="https://github.com/OpenBMB/MiniCPM/releases/tag/5.0"/>
    <title>MiniCPM 5.0</title><content type="html">&lt;p&gt;Weights are on the hub.&lt;/p&gt;</content><author><name>m</name></author></entry>
  <entry><id>tag:github.com,2008:Repository/744000001/@a/b@4.1</id><updated>2026-01-12T18:03:11+08:00</updated>
    <link rel="alternate" type="text/html" href="https://github.com/OpenBMB/MiniCPM/releases/tag/%40a%2Fb%404.1"/><title>4.1</title><content/></entry>
</feed>"""  # noqa: E501


def test_without_a_token_a_repository_is_read_by_atom_with_the_guids_of_rest_and_no_api_call() -> None:
    source = Source("g", "github", "", options={"repository": "OpenBMB/MiniCPM"})
    asks = GITHUB.asks(source, {}, BARE, NOW)
    assert [a.url for a in asks] == [
        "https://github.com/OpenBMB/MiniCPM/releases.atom",
        "https://raw.githubusercontent.com/OpenBMB/MiniCPM/HEAD/README.md",
    ]
    reading = read(asks[0], RELEASES_ATOM.encode(), source, {}, BARE)
    assert [e.guid for e in reading.entries] == ["OpenBMB/MiniCPM@5.0", "OpenBMB/MiniCPM@@a/b@4.1"]
    assert [e.title for e in reading.entries] == ["MiniCPM 5.0", "MiniCPM 4.1"]
    assert reading.entries[0].published == datetime(2026, 2, 12, 10, 3, 11, tzinfo=UTC)
    with pytest.raises(ParseError) as caught:
        read(asks[0], b"<!DOCTYPE html><html><title>Not Found</title></html>", source, {}, BARE)
    assert caught.value.code == "not_a_feed"


def event(kind: str, number: int, path: str, title: str) -> str:
    return (
        f"<entry><id>tag:github.com,2008:{kind}/{number}</id><published>2026-02-12T10:00:00Z</published>"
        f"<updated>2026-02-12T10:00:00Z</updated><link type='text/html' rel='alternate' href='https://github.com{path}'/>"
        f"<title type='html'>{title}</title></entry>"
    )


def test_without_a_token_an_organisation_is_read_by_its_events() -> None:
    (ask,) = GITHUB.asks(ORGANISATION, {}, BARE, NOW)
    assert ask.url == "https://github.com/zai-org.atom"
    events = [
        event("CreateEvent", 1, "/zai-org/GLM-6", "x created a repository zai-org/GLM-6"),
        event("CreateEvent", 2, "/zai-org/GLM-5/tree/dev", "x created a branch dev in zai-org/GLM-5"),
        event("CreateEvent", 3, "/zai-org/GLM-OCR/tree/v0.1", "x created a tag v0.1 at zai-org/GLM-OCR"),
        event("ReleaseEvent", 4, "/zai-org/GLM-OCR/releases/tag/v0.2", "x released GLM-OCR 0.2 at zai-org/GLM-OCR"),
        event("PublicEvent", 5, "/zai-org/GLM-V", "x made zai-org/GLM-V public"),
        event("PushEvent", 6, "/zai-org/GLM-5/compare/a...b", "x pushed to main in zai-org/GLM-5"),
        event("PushEvent", 7, "/zai-org/sdk/compare/a...b", "x pushed to main in zai-org/sdk"),
        event("ForkEvent", 8, "/other/GLM-5", "other forked zai-org/GLM-5"),
        event("CreateEvent", 9, "/other/GLM-9", "x created a repository other/GLM-9"),
    ]
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>{"".join(events)}</feed>'
    reading = read(ask, body.encode(), ORGANISATION, {}, BARE)
    assert [(e.guid, e.title, e.extra["kind"]) for e in reading.entries] == [
        ("zai-org/GLM-6", "zai-org/GLM-6", "repository"),
        ("zai-org/GLM-OCR@v0.1", "GLM-OCR v0.1", "tag"),
        ("zai-org/GLM-OCR@v0.2", "GLM-OCR 0.2", "release"),
        ("zai-org/GLM-V", "zai-org/GLM-V", "repository"),
    ]
    assert [a.url for a in reading.follow] == ["https://raw.githubusercontent.com/zai-org/GLM-5/HEAD/README.md"]
    again = read(ask, body.encode(), ORGANISATION, reading.cursor, BARE)
    assert again.follow == ()
