"""`sources record` writes what came, without secrets, as a case that the tests of the source kinds run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from demo_world import World
from desks import Desk, rss
from source_cases import assert_case

from aggregator.recording import redact

CASES = Path(__file__).parent.parent / "cases"
KINDS = ("jiguang", "qwen-research", "zai-notes", "seed-blog", "github:QwenLM", "huggingface:Qwen", "modelscope:Qwen")
TOKEN = "hf_0123456789abcdefghijABCDEFGHIJ"


@pytest.mark.parametrize("source", KINDS)
def test_a_recording_of_every_kind_is_a_case_that_holds(polled: World, tmp_path: Path, source: str) -> None:
    told = polled.run("sources", "record", source, "--folder", str(tmp_path), "--requests", "4", "--json")
    assert told.status == 0, told.err
    cases = told.data["cases"]
    assert cases[0]["entries"] > 0 and cases[0]["error"] is None
    for case in cases:
        body, expected = map(Path, case["files"])
        assert body.stat().st_size == case["bytes"] and body.parent.name == told.data["kind"]
        assert_case(expected)


def test_a_case_says_every_field_so_that_a_change_is_seen(polled: World, tmp_path: Path) -> None:
    polled.run("sources", "record", "huggingface:Qwen", "--folder", str(tmp_path), "--name", "hub")
    path = tmp_path / "huggingface" / "hub.expected.json"
    case = json.loads(path.read_text("utf-8"))
    case["entries"][0]["artifact"]["licence"] = "other"
    path.write_text(json.dumps(case), "utf-8")
    with pytest.raises(AssertionError):
        assert_case(path)


def test_a_recorded_catalog_holds_too(desk: Desk) -> None:
    body = (CASES / "catalog" / "openrouter.json").read_bytes()
    desk.write('[sources.list]\nkind = "catalog"\nurl = "{base}/list"\n')
    desk.serve("/list", body, "application/json")
    (case,) = desk.json("sources", "record", "list")["cases"]
    assert case["files"][0] == "tests/cases/catalog/list.json" and case["entries"] > 0
    assert_case(desk.folder / case["files"][1])


def test_what_cannot_be_read_is_a_case_of_its_error(desk: Desk) -> None:
    desk.write('[sources.page]\nkind = "feed"\nurl = "{base}/page"\n')
    desk.serve("/page", b"<!doctype html><html><body><h1>Blog</h1></body></html>", "text/html")
    (case,) = desk.json("sources", "record", "page")["cases"]
    assert case["error"] == "not_a_feed" and case["files"][0].endswith(".html")
    assert_case(desk.folder / case["files"][1])


def test_no_secret_gets_into_a_case(desk: Desk) -> None:
    desk.write('[sources.good]\nkind = "feed"\nurl = "{base}/good?token=abcdef123456&page=1"\n')
    leak = f"<copyright>{TOKEN} hunter2-hunter2 jane.doe@lab.example demo-app-password</copyright></channel>".encode()
    body = rss().replace(b"</channel>", leak)
    desk.serve("/good?token=abcdef123456&page=1", body, Set_Cookie="session=0123456789abcdef")
    smtp = "smtp://me:demo-app-password@mail.example:587"
    desk.json("sources", "record", "good", HF_TOKEN="hunter2-hunter2", SMTP_URL=smtp)
    written = b"".join(path.read_bytes() for path in (desk.folder / "tests").rglob("*.*"))
    for secret in (TOKEN, "hunter2-hunter2", "jane.doe", "abcdef123456", "0123456789abcdef"):
        assert secret.encode() not in written, secret
    assert b"page=1" in written and b"Post 2" in written
    assert_case(desk.folder / "tests" / "cases" / "feed" / "good.expected.json")


@pytest.mark.parametrize(
    "text",
    ["@moonshot-ai/kimi-code@0.38.0", "https://github.com/o/n/releases/tag/v1.2@beta", "Basic understanding of agents",
     "Bearer authentication", "https://medium.example/@name/post", "token=5 is a word", "千问3.5今日开源"],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text.encode()) == text.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_secret_goes_in_every_encoding_of_feeds(encoding: str) -> None:
    told = redact(
        f"<link>https://u:pw1@x.example/?sig=AbC123&amp;p=2</link> 千问 {TOKEN} me@lab.example".encode(encoding)
    )
    wanted = "<link>https://REDACTED@x.example/?sig=REDACTED&amp;p=2</link> 千问 REDACTED redacted@example.org"
    assert told.decode(encoding) == wanted


def test_nothing_is_written_over_and_an_unknown_source_gets_a_hint(desk: Desk) -> None:
    desk.write('[sources.good]\nkind = "feed"\nurl = "{base}/good"\n')
    desk.serve("/good", rss())
    assert desk.run("sources", "record", "good").returncode == 0
    again = desk.run("sources", "record", "good")
    assert again.returncode == 2 and b"--name" in again.stderr
    assert desk.run("sources", "record", "good", "--name", "other").returncode == 0
    assert b'did you mean "good"' in desk.run("sources", "record", "goood").stderr
