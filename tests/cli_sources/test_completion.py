"""The completion scripts are click's own, and in the shell that they are for they complete us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from desks import Desk

ROOT = Path(__file__).parents[2]
ASKED = {
    "bash": 'eval "$(aggregator completion bash)"; COMP_WORDS=({words} "{last}"); COMP_CWORD={place}; '
    '_aggregator_completion aggregator; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "zsh": "compdef() {{ :; }}; _describe() {{ print -rl -- ${{(P)3}}; }}; compadd() {{ print -rl -- ${{(P)@[-1]}}; }}; "
    'eval "$(aggregator completion zsh)"; words=({words} "{last}"); CURRENT=$(( {place} + 1 )); _aggregator_completion',
    "fish": 'aggregator completion fish | source; complete -C "{words} {last}"',
}
"""What a person's shell does when Tab is pressed behind `words last`."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which `aggregator` is this one."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "aggregator"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m aggregator "$@"\n')
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def complete(shell: str, path: str, words: str, last: str = "") -> set[str]:
    """What a shell offers for the last word."""
    asked = ASKED[shell].format(words=words, last=last, place=len(words.split()))
    flags = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    home = {"PATH": path, "HOME": str(Path(path.split(os.pathsep)[0])), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([shell, *flags, "-c", asked], env=home, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return {line.split("\t")[0].split(":")[0].strip() for line in done.stdout.splitlines() if line.strip()}


@pytest.mark.parametrize("shell", ASKED)
def test_a_shell_completes_commands_options_and_choices(path: str, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert complete(shell, path, "aggregator sources") == {
        "add",
        "check",
        "export",
        "import",
        "record",
        "release-held",
        "rumours",
    }
    assert {"releases"} == complete(shell, path, "aggregator", "rele")
    assert {"--format", "--language"} <= complete(shell, path, "aggregator digest", "--")
    assert {"en", "fr", "zh"} == complete(shell, path, "aggregator digest --language")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_that_calls_us_back(desk: Desk, shell: str) -> None:
    done = desk.run("completion", shell)
    assert done.returncode == 0 and b"_AGGREGATOR_COMPLETE" in done.stdout


def test_an_unknown_shell_is_wrong_use(desk: Desk) -> None:
    assert desk.run("completion", "tcsh").returncode == 2


def test_commands_below_commands_are_completed_without_a_sources_file(desk: Desk) -> None:
    environ = {"_AGGREGATOR_COMPLETE": "bash_complete", "COMP_WORDS": "aggregator sources ", "COMP_CWORD": "2"}
    done = desk.run(**environ)
    assert {line.partition(b",")[2] for line in done.stdout.split()} == {
        b"add",
        b"check",
        b"export",
        b"import",
        b"record",
        b"release-held",
        b"rumours",
    }
