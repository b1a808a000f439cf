"""The completion scripts are click's own, and what they call answers."""

from __future__ import annotations

import pytest
from desks import Desk


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
    }
