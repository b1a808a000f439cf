"""The MCP server, asked by the SDK's own client: in memory, and as a process over standard input and output."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from demo_world import QUIET, World

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")

from aggregator.web.assistants import UNTRUSTED, make_server  # noqa: E402


def ask(world: World, use: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        with world.open() as application:
            async with mcp.Client(make_server(application)) as client:
                return await use(client)

    return asyncio.run(run())


def call(world: World, tool: str, **arguments: Any) -> Any:
    return ask(world, lambda client: client.call_tool(tool, arguments))


def data(result: Any) -> dict[str, Any]:
    assert not result.is_error, result
    told: dict[str, Any] = json.loads(result.content[0].text)
    assert told["untrusted"] == UNTRUSTED
    return told


def test_the_tools_are_described_and_only_read(polled: World) -> None:
    listed = ask(polled, lambda client: client.list_tools()).tools
    assert {tool.name for tool in listed} == {"search_items", "list_releases", "show_line", "read_digest"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in listed)


def test_items_are_searched_in_chinese_too(polled: World) -> None:
    told = data(call(polled, "search_items", words="千问", limit=3))
    assert told["total"] >= len(told["items"]) > 0 and all(len(item["summary"]) <= 280 for item in told["items"])


def test_releases_are_listed_by_their_facts(polled: World) -> None:
    told = data(call(polled, "list_releases", region="cn", status="open"))
    assert {"Qwen3.5", "GLM-5", "Kimi-K2.5"} == {one["line"] for one in told["releases"]}


def test_a_line_comes_with_its_evidence(polled: World) -> None:
    told = data(call(polled, "show_line", line="qwen 3.5"))
    assert told["release"]["licence"] and told["evidence"][0]["url"]


def test_a_day_is_read_in_the_readers_language(polled: World) -> None:
    assert "Nouveaux modèles" in data(call(polled, "read_digest", day="2026-02-16", language="fr"))["digest"]


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("show_line", {"line": "nothing"}, "no line is called"),
        ("read_digest", {"day": "soon"}, "no date"),
        ("search_items", {"words": "a", "since": "soon"}, "soon"),
        ("search_items", {"words": "a", "limit": 1000}, "limit"),
    ],
)
def test_what_is_wrong_is_told_to_the_assistant(
    polled: World, tool: str, arguments: dict[str, Any], words: str
) -> None:
    result = call(polled, tool, **arguments)
    assert result.is_error and words in result.content[0].text


def test_the_command_speaks_over_standard_input_and_output(polled: World) -> None:
    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "aggregator", "--config", str(polled.config), "--database", polled.database, "mcp"],
        env={**QUIET, **polled.environ},
        cwd=str(polled.folder),
    )

    async def run() -> Any:
        async with mcp.Client(server) as client:
            return await client.call_tool("list_releases", {"words": "qwen"})

    assert data(asyncio.run(run()))["releases"][0]["line"] == "Qwen3.5"
