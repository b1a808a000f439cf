"""What is documented is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from aggregator import cli

ROOT = Path(__file__).parent.parent


def commands(group: click.Group, prefix: str = "") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None, name
        found.append((f"{prefix}{name}", command))
        if isinstance(command, click.Group):
            found += commands(command, f"{prefix}{name} ")
    return found


EVERY = commands(cli.root)
PAGE = (ROOT / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize(("name", "command"), EVERY, ids=[name for name, _ in EVERY])
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}")]
    if not (isinstance(command, click.Group) and not command.invoke_without_command):
        assert rows, f"docs/commands.md has no row for `{name}`"
    text = "\n".join(rows)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            long = next(option for option in parameter.opts if option.startswith("--"))
            assert long in text, f"docs/commands.md: `{name}` has {long}, which its row does not name"
            assert parameter.help or long in ("--format", "--language"), f"{name} {long}: no help"
    assert command.help or command.short_help, name


def test_the_global_options_are_documented() -> None:
    for parameter in cli.root.params:
        assert any(option in PAGE for option in parameter.opts), parameter.name


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "storage" / "README.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    for page in folder.glob("[0-9]*.md"):
        assert page.name in index, page.name


def test_no_file_names_a_registry_host() -> None:
    hosts = re.compile(
        "|".join(("py" + "pi\\.org", "python" + "hosted\\.org", "npm" + "js\\.org", "deb\\." + "debian\\.org"))
    )
    for page in [*(ROOT / "requirements").glob("*"), ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "pyproject.toml"]:
        assert not hosts.search(page.read_text("utf-8")), page.name
