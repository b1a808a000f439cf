"""Long fuzzing that adds up: `python tools/fuzz/long.py [TARGET ...] [--seconds 7200]`, then `--sum`.

Runs the targets one after the other (coverage-guided where atheris is installed, `pip install atheris`) and writes a line
for each run that ended to tools/fuzz/runs.tsv: day, target, how, processor seconds, executions, crashes. `--sum` adds the
lines up; tests/faults/test_fuzz_runs.py holds the sums against docs/guarantees.md. Stops with 1 at the first crash.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from fuzz import NAMES  # noqa: E402

RUNS = HERE / "runs.tsv"
_EXECUTIONS = (
    re.compile(r"stat::number_of_executed_units:\s+(\d+)"),
    re.compile(r"(?:: |crash after )(\d+) executions"),
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "bytes to entries": ("feed", "page", "markdown", "json", "huggingface", "frames"),
    "HTML to text": ("html",),
    "title to mail, Markdown, terminal, page, feed, sheet": (
        "title", "to_markdown", "to_page", "to_mail", "to_terminal", "to_feed", "to_csv",
    ),
    "names to lines": ("names",),
    "dates": ("dates",),
}  # fmt: skip
"""What the targets are about."""


@dataclass(frozen=True)
class Run:
    """One search: processor seconds, inputs tried, crashes found."""

    day: str
    target: str
    how: str
    seconds: float
    executions: int
    crashes: int

    def line(self) -> str:
        return f"{self.day}\t{self.target}\t{self.how}\t{self.seconds:.0f}\t{self.executions}\t{self.crashes}\n"


def kept() -> list[Run]:
    """The runs that are written down."""
    found = []
    for line in RUNS.read_text("utf-8").splitlines() if RUNS.exists() else []:
        day, target, how, seconds, executions, crashes = line.split("\t")
        found.append(Run(day, target, how, float(seconds), int(executions), int(crashes)))
    return found


def search(target: str, seconds: float, seed: int) -> Run:
    """Run one search in a process of its own. Raises RuntimeError where it tried nothing: that is no run."""
    how = "guided" if importlib.util.find_spec("atheris") is not None else "by chance"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, str(HERE / "fuzz.py"), target, "--seconds", str(seconds), "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = done.stdout + done.stderr
    executions = next((int(found[1]) for pattern in _EXECUTIONS if (found := pattern.search(told))), 0)
    if not executions:
        raise RuntimeError(f"{target}: nothing was tried (status {done.returncode}): {told[-1000:]}")
    if done.returncode:
        print(told[-4000:], file=sys.stderr)
    return Run(f"{datetime.now(UTC):%Y-%m-%d}", target, how, used, executions, 1 if done.returncode else 0)


def sums() -> dict[str, tuple[float, int, int]]:
    """Processor seconds, executions and crashes of all runs, by target."""
    found: dict[str, tuple[float, int, int]] = defaultdict(lambda: (0.0, 0, 0))
    for run in kept():
        seconds, executions, crashes = found[run.target]
        found[run.target] = (seconds + run.seconds, executions + run.executions, crashes + run.crashes)
    return dict(found)


def table() -> str:
    """The sums as a Markdown table, a row for what the targets are about."""
    found = sums()
    lines = ["| what | targets | processor minutes | executions | crashes |", "|---|---|---|---|---|"]
    for group, targets in GROUPS.items():
        parts = [found.get(target, (0.0, 0, 0)) for target in targets]
        seconds, executions, crashes = (sum(part[place] for part in parts) for place in range(3))
        named = ", ".join(f"`{target}`" for target in targets)
        lines.append(f"| {group} | {named} | {seconds / 60:.0f} | {executions:,} | {crashes} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", default=NAMES, metavar="TARGET")
    parser.add_argument("--seconds", type=float, default=7200)
    parser.add_argument("--seed", type=int, default=0, help="0: another one for each run that is written down")
    parser.add_argument("--sum", action="store_true", help="print what all runs add up to")
    options = parser.parse_args()
    if unknown := set(options.targets) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for target in () if options.sum else options.targets:
        run = search(target, options.seconds, options.seed or len(kept()) + 1)
        with RUNS.open("a", encoding="utf-8") as file:
            file.write(run.line())
        print(run.line(), end="", flush=True)
        if run.crashes:
            return 1
    print(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
