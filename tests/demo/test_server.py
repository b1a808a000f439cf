"""The demo server speaks the documented wire shapes, and the world and its expectations name the same things.

Asks over loopback with urllib only; never uses the aggregator's own fetching, parsing or rules.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from aggregator.demo import server as demo
from aggregator.demo.server import DemoServer, load_world

EXPECTED: dict[str, Any] = json.loads(Path(__file__).with_name("expected.json").read_text("utf-8"))
WORLD = load_world()
PACKED = Path(demo.__file__).parent
ATOM = "{http://www.w3.org/2005/Atom}"
RSS1 = "{http://purl.org/rss/1.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        url, headers={"User-Agent": "test/1 (+https://example.org)"} | named, method=method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


def news_entries() -> dict[str, dict[str, Any]]:
    """Every entry of the feeds, pages and lists of the world, by guid, with the id of its source."""
    found: dict[str, dict[str, Any]] = {}
    holders = [(feed["id"], feed) for feed in WORLD["feeds"]]
    holders += [*WORLD["pages"].items(), *WORLD["json"].items()]
    for source, holder in holders:
        for entry in holder["entries"]:
            assert entry["guid"] not in found
            found[entry["guid"]] = {**entry, "source": source, "language": holder["lang"]}
    return found


def next_link(answer: Answer) -> str | None:
    match = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
    return match.group(1) if match else None


# ---------------------------------------------------------------- the world


def test_the_world_is_under_a_megabyte_and_says_that_its_wording_is_invented() -> None:
    size = sum(path.stat().st_size for path in PACKED.iterdir() if path.suffix in (".json", ".toml"))
    assert size < 1_000_000
    assert "invented" in WORLD["notice"]
    assert "facts are real" in WORLD["notice"]


def test_the_expectations_name_each_guid_of_the_world_and_no_other() -> None:
    drafts = {guid for guid, entry in news_entries().items() if entry.get("status", 2) != 2}
    assert drafts <= set(EXPECTED["never_stored"]["drafts"])
    assert set(EXPECTED["items"]) == set(news_entries()) - drafts


def test_the_expectations_agree_with_the_world_on_source_and_language() -> None:
    entries = news_entries()
    for guid, wanted in EXPECTED["items"].items():
        assert (wanted["source"], wanted["language"]) == (entries[guid]["source"], entries[guid]["language"]), guid


def test_every_kind_is_one_of_the_label_guide_and_lines_are_among_the_mentions() -> None:
    kinds = {"release", "update", "rumour", "comparison", "howto", "business", "policy", "other"}
    for guid, wanted in EXPECTED["items"].items():
        assert {wanted["kind"], *wanted.get("kind_also", [])} <= kinds, guid
        assert set(wanted["lines"]) <= set(wanted["mentions"]), guid


def test_no_item_has_a_line_of_a_followed_lab_beside_the_five() -> None:
    five = set(EXPECTED["followed_lines"])
    assert five == {"Seedance 2.0", "Qwen3.5", "GLM-5", "Kimi K2.5", "DeepSeek-V4"} == set(EXPECTED["lines"])
    assert {line for wanted in EXPECTED["items"].values() for line in wanted["lines"]} == five
    assert {wanted["line"] for wanted in EXPECTED["hubs"].values()} <= five | {None}
    mentioned = {line for wanted in EXPECTED["items"].values() for line in wanted["mentions"]}
    assert mentioned == five | set(EXPECTED["peers"]["only_mentions"]) | set(EXPECTED["background_mentions_only"])


def test_the_lines_that_are_new_in_the_week_have_no_earlier_evidence_in_the_world() -> None:
    first = datetime.fromisoformat("2026-02-10T00:00:00+01:00")
    for guid, entry in news_entries().items():
        lines = EXPECTED["items"].get(guid, {"lines": []})["lines"]
        if {line for line in lines if EXPECTED["lines"][line]["new_in_week"]} and "published" in entry:
            at = datetime.fromisoformat(entry["published"])
            assert (at if at.tzinfo else at.replace(tzinfo=UTC)) >= first, guid


def test_copies_have_the_same_address_or_the_same_text() -> None:
    entries = news_entries()
    for group in EXPECTED["copies"].values():
        root = entries[group["root"]]
        for guid in group["copies"]:
            if group["why"] == "same URL":
                assert entries[guid]["url"].split("?")[0] == root["url"] != entries[guid]["url"]
            else:
                assert entries[guid]["url"] != root["url"]
                for key in ("title", "summary", "content_html"):
                    assert entries[guid][key] == root[key]


def test_every_hub_repository_that_the_demo_asks_for_is_in_the_expectations() -> None:
    labs = tomllib.loads(DemoServer().sources_toml())["labs"].values()
    served = {f"huggingface:{o}" for lab in labs for o in lab.get("huggingface", [])}
    served |= {f"modelscope:{o}" for lab in labs for o in lab.get("modelscope", [])}
    found = {f"{o}/{m['name']}@huggingface" for o, ms in WORLD["huggingface"].items() if f"huggingface:{o}" in served
             for m in ms}  # fmt: skip
    found |= {f"{m['id']}@modelscope" for o, ms in WORLD["modelscope"].items() if f"modelscope:{o}" in served
              for m in ms}  # fmt: skip
    assert found == {key for key in EXPECTED["hubs"] if key.endswith(("@huggingface", "@modelscope"))}


def test_the_sources_file_names_every_source_of_the_world_and_only_this_server(server: DemoServer) -> None:
    config = tomllib.loads(server.sources_toml())
    assert config["settings"] == {"timezone": "Europe/Paris", "allow_private_hosts": ["127.0.0.1"]}
    assert set(config["sources"]) == {f["id"] for f in WORLD["feeds"]} | set(WORLD["pages"]) | set(WORLD["json"])
    listed = set(config["sources"])
    for lab in config["labs"].values():
        for hub in ("github", "huggingface", "modelscope"):
            listed |= {f"{hub}:{name}" for name in lab.get(hub, [])}
    assert listed == set(EXPECTED["sources"]["answering"]) | set(EXPECTED["sources"]["failed"])
    for source in config["sources"].values():
        assert source["url"].startswith(server.base + "/")
        assert source["kind"] in ("feed", "page", "json")
    assert {config["labs"][peer]["region"] for peer in ("openai", "anthropic", "google")} == {"us"}


def test_every_source_of_the_sources_file_answers_except_the_two_that_fail(server: DemoServer) -> None:
    for name, source in tomllib.loads(server.sources_toml())["sources"].items():
        answer = ask(source["url"], **source.get("headers", {}))
        html = "text/html" in answer.headers["Content-Type"] and source["kind"] != "page"
        assert (answer.status != 200 or html) == (name in EXPECTED["sources"]["failed"]), name


# ---------------------------------------------------------------- feeds, pages, lists


def guids(feed: dict[str, Any]) -> list[str]:
    return [entry["guid"] for entry in feed["entries"]]


@pytest.mark.parametrize("feed", [f for f in WORLD["feeds"] if f["entries"]], ids=lambda f: f["id"])
def test_a_feed_serves_its_entries_in_its_own_format(server: DemoServer, feed: dict[str, Any]) -> None:
    answer = ask(f"{server.base}/feeds/{feed['id']}")
    assert answer.status == 200
    if feed["format"] == "json":
        assert answer.json["version"] == "https://jsonfeed.org/version/1.1"
        assert [row["id"] for row in answer.json["items"]] == guids(feed)
        return
    text = answer.body.decode(feed.get("encoding", "utf-8"))
    root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    if feed["format"] == "atom":
        found = [node.findtext(f"{ATOM}id") for node in root.iter(f"{ATOM}entry")]
    elif feed["format"] == "rdf":
        found = [next(iter(node.attrib.values())) for node in root.findall(f"{RSS1}item")]
    else:
        key = "link" if feed["format"] == "rss-36" else "guid"
        found = [node.findtext(key) for node in root.iter("item")]
    assert found == guids(feed)


def test_one_feed_is_in_gb18030_and_says_so(server: DemoServer) -> None:
    answer = ask(f"{server.base}/feeds/jiguang")
    assert answer.body.startswith(b'<?xml version="1.0" encoding="gb18030"?>')
    assert "智谱" in answer.body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


def test_the_36kr_like_feed_has_no_guid_and_dates_with_two_blanks(server: DemoServer) -> None:
    text = ask(f"{server.base}/feeds/sanshiliu").body.decode()
    assert "<guid" not in text
    assert "<pubDate>2026-02-12 11:00:40  +0800</pubDate>" in text


def test_the_rdf_feed_dates_its_items_in_dublin_core(server: DemoServer) -> None:
    root = ElementTree.fromstring(ask(f"{server.base}/feeds/moxing").body)
    assert root.findtext(f"{RSS1}item/{DC}date") == "2026-02-16T20:10:00+08:00"


def test_one_source_is_unavailable_and_one_answers_with_a_web_page(server: DemoServer) -> None:
    assert ask(f"{server.base}/feeds/tidewatch").status == 503
    answer = ask(f"{server.base}/feeds/lanterne")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_feed_is_not_sent_again_to_a_client_that_has_it(server: DemoServer) -> None:
    url = f"{server.base}/feeds/harbour"
    first = ask(url)
    assert ask(url, If_None_Match=first.headers["ETag"])[::2] == (304, b"")
    assert ask(url, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert ask(url, If_None_Match='"other"').status == 200
    assert [line.conditional for line in server.requests] == [False, True, True, True]
    assert server.requests[1] == ("GET", "/feeds/harbour", 304, True)


def test_release_notes_are_markdown_with_an_update_for_each_date(server: DemoServer) -> None:
    answer = ask(f"{server.base}/pages/zai-notes")
    assert answer.headers["Content-Type"].startswith("text/markdown")
    found = re.findall(r'<Update label="([^"]+)" description="([^"]+)">', answer.body.decode())
    assert ("2026-02-11", "GLM-5") in found


def test_the_index_page_has_cards_with_title_link_and_date(server: DemoServer) -> None:
    text = ask(f"{server.base}/pages/qwen-research").body.decode()
    assert re.findall(r'card-link" href="([^"]+)"', text) == [
        e["url"] for e in WORLD["pages"]["qwen-research"]["entries"]
    ]
    assert '<time class="card-date" datetime="2026-02-16T16:30:00+08:00">2026/02/16</time>' in text


def test_the_undocumented_list_has_its_pinned_row_first_and_needs_its_header(server: DemoServer) -> None:
    url = f"{server.base}/json/seed-blog?article_type=2"
    rows = ask(url, X_Tt_Locale="US").json["sub_article_list"]
    assert [row["ArticleMeta"]["IsPinned"] for row in rows] == [True, False, False]
    assert rows[1]["ArticleMeta"]["PublishDate"] == 1770825600000
    assert rows[1]["ArticleSubContentEn"]["Title"] == "Seedance 2.0 officially launched"
    assert {row["ArticleMeta"]["Status"] for row in rows} == {1, 2}
    assert "sub_article_list" not in ask(url).json


# ---------------------------------------------------------------- GitHub


def test_github_refuses_a_bad_token_and_a_client_without_a_name(server: DemoServer) -> None:
    url = f"{server.base}/gh/repos/QwenLM/Qwen3.5"
    assert ask(url, Authorization="Bearer wrong").json["message"] == "Bad credentials"
    assert ask(url, Authorization="Bearer wrong").status == 401
    assert ask(url, User_Agent="").status == 403
    assert ask(url, Authorization=f"Bearer {server.token}").status == 200


def test_github_counts_the_quota_and_gives_a_304_for_nothing_to_a_known_client(server: DemoServer) -> None:
    url, token = f"{server.base}/gh/orgs/QwenLM/repos", {"Authorization": f"Bearer {server.token}"}
    first = ask(url, **token)
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("5000", "4999")
    again = ask(url, If_None_Match=first.headers["ETag"], **token)
    assert (again.status, again.headers["X-RateLimit-Remaining"]) == (304, "4999")
    anonymous = ask(url)
    assert (anonymous.headers["X-RateLimit-Limit"], anonymous.headers["X-RateLimit-Remaining"]) == ("60", "59")
    assert anonymous.headers["ETag"] != first.headers["ETag"]


def test_github_answers_403_when_the_quota_is_used_up() -> None:
    with DemoServer(github_quota=1) as small:
        url, token = f"{small.base}/gh/repos/zai-org/GLM-5", {"Authorization": f"Bearer {small.token}"}
        assert [ask(url, **token).status for _ in range(2)] == [200, 403]
        refused = ask(url, **token)
        assert refused.headers["X-RateLimit-Remaining"] == "0"
        assert int(refused.headers["X-RateLimit-Reset"]) > 0
        assert "rate limit exceeded" in refused.json["message"]


def test_github_lists_an_organisation_newest_first(server: DemoServer) -> None:
    rows = ask(f"{server.base}/gh/orgs/QwenLM/repos?sort=created&direction=desc&per_page=100").json
    assert [row["full_name"] for row in rows][:2] == ["QwenLM/Qwen3.5", "QwenLM/vllm"]
    assert rows[0]["license"]["spdx_id"] == "Apache-2.0"
    assert [row["fork"] for row in rows] == [False, True, False, False]
    assert {row["owner"]["login"] for row in rows} == {"QwenLM"}


def test_github_pages_by_numeric_path_until_the_last_page(server: DemoServer) -> None:
    url: str | None = f"{server.base}/gh/repos/QwenLM/qwen-code/releases?per_page=100"
    tags: list[str] = []
    links: list[str] = []
    while url:
        answer = ask(url)
        assert answer.status == 200
        tags += [row["tag_name"] for row in answer.json]
        url = next_link(answer)
        links += [url] if url else []
    assert links and all("/repositories/1020077/releases?" in link for link in links)
    assert len(tags) == len(set(tags)) == 29
    assert "v0.11.0" not in tags  # the draft
    assert sum("nightly" in tag for tag in tags) == 26


def test_github_answers_an_empty_list_for_a_model_repository_without_releases(server: DemoServer) -> None:
    for what in ("releases", "tags"):
        assert ask(f"{server.base}/gh/repos/zai-org/GLM-5/{what}")[::2] == (200, b"[]")
    assert ask(f"{server.base}/gh/repos/zai-org/GLM-5/releases/latest").status == 404


def test_github_dates_a_tag_by_its_commit(server: DemoServer) -> None:
    (tag,) = ask(f"{server.base}/gh/repos/deepseek-ai/DeepGEMM/tags").json
    assert tag["name"] == "v2.2.0" and "date" not in tag
    commit = ask(tag["commit"]["url"]).json
    assert commit["commit"]["committer"]["date"] == "2026-01-29T05:58:00Z"


def test_github_knows_users_from_organisations_and_missing_from_both(server: DemoServer) -> None:
    assert ask(f"{server.base}/gh/orgs/nordlicht-dev/repos").status == 404
    assert [r["name"] for r in ask(f"{server.base}/gh/users/nordlicht-dev/repos").json] == ["dice-notes"]
    missing = ask(f"{server.base}/gh/repos/QwenLM/nothing")
    assert (missing.status, missing.json["status"]) == (404, "404")


def test_github_gives_a_readme_with_the_sha_that_git_gives_it(server: DemoServer) -> None:
    row = ask(f"{server.base}/gh/repos/QwenLM/Qwen3.5/readme").json
    text = base64.b64decode(row["content"])
    assert row["sha"] == hashlib.sha1(b"blob %d\0" % len(text) + text).hexdigest()
    assert EXPECTED["readme_edit"]["guid"] == f"QwenLM/Qwen3.5#readme@{row['sha']}"
    raw = ask(f"{server.base}/raw/QwenLM/Qwen3.5/HEAD/README.md")
    assert raw.body == text
    assert ask(f"{server.base}/raw/QwenLM/Qwen3.5/HEAD/README.md", If_None_Match=raw.headers["ETag"]).status == 304
    assert ask(f"{server.base}/raw/QwenLM/none/HEAD/README.md").status == 404


def test_a_readme_edit_names_a_line_that_its_last_version_did_not() -> None:
    with DemoServer(before_edits=True) as running:
        url = f"{running.base}/gh/repos/QwenLM/Qwen3.5"
        before, pushed = ask(f"{url}/readme").json, ask(url).json["pushed_at"]
        running.edit_readmes()
        after = ask(f"{url}/readme").json
        assert before["sha"] == EXPECTED["readme_edit"]["before"] != after["sha"]
        assert b"Qwen3.5" not in base64.b64decode(before["content"])
        assert b"Qwen3.5" in base64.b64decode(after["content"])
        assert ask(url).json["pushed_at"] > pushed


def test_github_serves_atom_for_organisations_releases_and_tags(server: DemoServer) -> None:
    events = ElementTree.fromstring(ask(f"{server.base}/web/zai-org.atom").body)
    ids = [node.findtext(f"{ATOM}id", "") for node in events.iter(f"{ATOM}entry")]
    assert any(":CreateEvent/" in each for each in ids) and any(":ReleaseEvent/" in each for each in ids)
    releases = ElementTree.fromstring(ask(f"{server.base}/web/QwenLM/qwen-code/releases.atom").body)
    assert len(list(releases.iter(f"{ATOM}entry"))) == 10
    assert len({node.findtext(f"{ATOM}id") for node in releases.iter(f"{ATOM}entry")}) == 10
    tags = ElementTree.fromstring(ask(f"{server.base}/web/deepseek-ai/DeepGEMM/tags.atom").body)
    assert [node.findtext(f"{ATOM}title") for node in tags.iter(f"{ATOM}entry")] == ["v2.2.0"]
    missing = ask(f"{server.base}/web/zai-org/nothing/releases.atom")
    assert (missing.status, missing.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


# ---------------------------------------------------------------- Hugging Face and ModelScope


def test_the_hub_pages_by_cursor_until_there_is_no_link(server: DemoServer) -> None:
    url: str | None = f"{server.base}/hf/api/models?author=Qwen&sort=createdAt&limit=100&full=true&cardData=true"
    pages: list[list[dict[str, Any]]] = []
    while url:
        answer = ask(url)
        pages.append(answer.json)
        url = next_link(answer)
        assert url is None or "cursor=" in url
    assert [len(page) for page in pages] == [4, 1]
    rows = [row for page in pages for row in page]
    assert [row["createdAt"] for row in rows] == sorted((row["createdAt"] for row in rows), reverse=True)
    assert all(re.fullmatch(r"[0-9a-f]{24}", row["_id"]) for row in rows)
    assert {row["id"] for row in rows} == set(EXPECTED["lines"]["Qwen3.5"]["artifacts"])
    quantised = next(row for row in rows if row["id"].endswith("-FP8"))
    assert "base_model:quantized:Qwen/Qwen3.5-397B-A17B" in quantised["tags"]


def test_the_hub_gives_only_the_fields_that_were_asked_for(server: DemoServer) -> None:
    (plain,) = ask(f"{server.base}/hf/api/models?author=moonshotai").json
    assert "cardData" not in plain and "siblings" not in plain and plain["modelId"] == plain["id"]
    (expanded,) = ask(f"{server.base}/hf/api/models?author=moonshotai&expand[]=cardData&expand[]=createdAt").json
    assert set(expanded) == {"_id", "id", "cardData", "createdAt"}
    assert expanded["cardData"]["license"] == "other"
    assert expanded["cardData"]["license_name"] == "modified-mit"
    assert ask(f"{server.base}/hf/api/models?author=moonshotai&expand=nonsense").status == 400


def test_the_hub_knows_nothing_of_unknown_authors_and_hides_unknown_repositories(server: DemoServer) -> None:
    assert ask(f"{server.base}/hf/api/models?author=nobody-at-all")[::2] == (200, b"[]")
    missing = ask(f"{server.base}/hf/api/models/Qwen/Nothing")
    assert (missing.status, missing.headers["X-Error-Code"]) == (401, "RepoNotFound")


def test_the_hub_gives_one_model_with_its_configuration_and_sizes(server: DemoServer) -> None:
    row = ask(f"{server.base}/hf/api/models/zai-org/GLM-5?blobs=true").json
    assert row["config"] == {"architectures": ["GlmMoeDsaForCausalLM"], "model_type": "glm_moe_dsa"}
    assert row["safetensors"]["total"] == 744_000_000_000
    assert sum(file["size"] for file in row["siblings"]) == pytest.approx(1.49e12, rel=0.01)
    card = ask(f"{server.base}/hf/zai-org/GLM-5/resolve/main/README.md").body
    assert card.startswith(b"# GLM-5")


def test_the_hub_counts_its_quota_down(server: DemoServer) -> None:
    url = f"{server.base}/hf/api/models?author=zai-org"
    left = [int(re.findall(r"r=(\d+)", ask(url).headers["ratelimit"])[0]) for _ in range(3)]
    assert left == sorted(left, reverse=True) and len(set(left)) == 3
    assert ask(url, If_None_Match=ask(url).headers["ETag"]).status == 304


def test_modelscope_lists_an_owner_page_by_page(server: DemoServer) -> None:
    base = f"{server.base}/ms/openapi/v1/models"
    pages = [ask(f"{base}?owner=ZhipuAI&page_size=1&page_number={n}").json["data"] for n in (1, 2, 3)]
    assert [[row["id"] for row in page["models"]] for page in pages] == [["ZhipuAI/GLM-5-FP8"], ["ZhipuAI/GLM-5"], []]
    assert [page["total_count"] for page in pages] == [2, 2, 2]
    one = ask(f"{base}/ZhipuAI/GLM-5").json
    assert one["success"] is True and one["data"]["license"] == "MIT License"
    assert ask(f"{base}?owner=nobody").json["data"]["models"] == []
    assert ask(f"{base}/ZhipuAI/none").json["code"] == "ResourceNotFound"
    assert ask(f"{base}?owner=ZhipuAI&page_size=200").status == 400


# ---------------------------------------------------------------- the server itself


def test_the_environment_points_at_this_server_only(server: DemoServer) -> None:
    variables = server.environment()
    assert set(variables) == {
        "GITHUB_API_URL",
        "GITHUB_SERVER_URL",
        "GITHUB_RAW_URL",
        "HF_ENDPOINT",
        "MODELSCOPE_ENDPOINT",
    }
    assert all(value.startswith("http://127.0.0.1:") for value in variables.values())
    assert server.environment(with_token=True)["GITHUB_TOKEN"] == server.token


def test_every_answer_waits_for_the_latency() -> None:
    with DemoServer(latency=0.2) as slow:
        begun = datetime.now(UTC)
        ask(f"{slow.base}/feeds/harbour")
        assert (datetime.now(UTC) - begun).total_seconds() >= 0.2


def test_a_large_answer_is_compressed_for_a_client_that_can_read_it(server: DemoServer) -> None:
    answer = ask(f"{server.base}/feeds/harbour", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.body.startswith(b"\x1f\x8b")


def test_the_head_of_an_answer_has_no_body(server: DemoServer) -> None:
    assert ask(f"{server.base}/feeds/harbour", method="HEAD")[::2] == (200, b"")
