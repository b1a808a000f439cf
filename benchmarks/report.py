"""Writes what was measured into docs/performance.md, between its markers; the words around them are by hand.

    python -m benchmarks.report      writes docs/performance/results.json into the page again

A section NAME stands between `<!-- NAME: written by the benchmark -->` and `<!-- NAME ends -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.results import Results
from benchmarks.rounds import FLOOR, HTTPX, OURS

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
PLAIN = "aggregator, plain"
NEWSBOAT = ("newsboat, 4 threads", "newsboat, 16 threads")


@dataclass(frozen=True, slots=True)
class Goal:
    """What ours may take at most of what others take (the better of them), for one kind of poll."""

    text: str
    ours: tuple[str, str]
    others: tuple[tuple[str, str], ...]
    most: float
    stretch: float | None = None


def _of(what: str, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, what) for name in names)


GOALS = (
    Goal("cold poll / reader", (OURS, "cold"), _of("cold", "reader"), 0.30, 0.25),
    Goal("cold poll / rss2email", (OURS, "cold"), _of("cold", "rss2email"), 0.30, 0.25),
    Goal("cold poll / sfeed", (OURS, "cold"), _of("cold", "sfeed"), 0.60, 0.50),
    Goal("cold poll / newsboat (its better)", (OURS, "cold"), _of("cold", *NEWSBOAT), 0.60, 0.50),
    Goal("plain cold poll / newsboat (its better)", (PLAIN, "cold"), _of("cold", *NEWSBOAT), 0.35),
    Goal("plain cold poll / reader", (PLAIN, "cold"), _of("cold", "reader"), 0.20),
    Goal("warm poll / reader", (OURS, "warm"), _of("warm", "reader"), 1.0),
    Goal("warm poll / sfeed", (OURS, "warm"), _of("warm", "sfeed"), 0.25),
    Goal("warm poll / newsboat (its better)", (OURS, "warm"), _of("warm", *NEWSBOAT), 0.15),
    Goal("warm poll / the same requests by bare httpx", (OURS, "warm"), _of("warm", HTTPX), 1.8),
    Goal("delta poll / reader", (OURS, "delta"), _of("delta", "reader"), 0.15),
    Goal("delta poll / sfeed", (OURS, "delta"), _of("delta", "sfeed"), 0.30),
    Goal("cold poll with 50 ms latency / without", (OURS, "cold at 50 ms"), _of("cold", OURS), 1.3),
)  # fmt: skip
WHATS = ("cold", "warm", "delta", "cold at 50 ms", "warm at 50 ms")


def sections(found: Results) -> dict[str, str]:
    """Markdown by the name of its section; only of what was measured."""
    made = {}
    if found.samples:
        made["speed"] = _speed(found)
        made["speed goals"] = _goals(found)
    for name, told in (
        ("startup", _startup),
        ("understanding", _understanding),
        ("stages", _stages),
        ("guard", _guard),
        ("growth", _growth),
    ):
        if name in found.figures:
            made[name] = told(found.figures[name])
    return made


def write(found: Results, page: Path = PAGE) -> None:
    """Put each section into its place. Raises LookupError if the page has no such place."""
    text = page.read_text("utf-8")
    for name, words in sections(found).items():
        begin, end = f"<!-- {name}: written by the benchmark -->", f"<!-- {name} ends -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not place.search(text):
            raise LookupError(f"{page.name} has no section {name!r}")
        text = place.sub(lambda _, made=f"{begin}\n{words}\n{end}": made, text)  # type: ignore[misc]
    page.write_text(text, "utf-8")


def _speed(found: Results) -> str:
    about = found.about
    head = (
        f"Measured {about['date']}: {about['feeds']:,} feeds, {about['cores']} cores ({about['processor']}), "
        f"{about['memory']}, {about['system']}, Python {about['python']}, SQLite {about['sqlite']}; "
        f"load when it began {about['load']}. Medians of so many rounds; wall s / CPU s / MiB of the largest process."
    )
    rows = []
    for who in dict.fromkeys(sample.who for sample in found.samples):
        rows.append([who, *(_cell(found, who, what) for what in WHATS), str(found.rounds(who, "cold") or "")])
    said = [f"- **{who}** {words}" for who, words in sorted(found.contestants.items())]
    said += [f"- **{who}** is missing: {reason}" for who, reason in found.missing.items()]
    said += [f"- **WRONG**: {complaint}" for complaint in found.wrong]
    parts = [(part, found.median(FLOOR, part, "cpu")) for part in ("fetch", "parse", "store")]
    floor = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in parts if seconds is not None)
    return "\n".join(
        [head, "", _table(["who", *WHATS, "rounds"], rows), "", *said, "", f"The floor's CPU time: {floor}."]
    )


def _cell(found: Results, who: str, what: str) -> str:
    wall, cpu = found.median(who, what), found.median(who, what, "cpu")
    if wall is None or cpu is None:
        return ""
    return f"{wall:.2f} / {cpu:.2f} / {found.median(who, what, 'largest'):.0f}"


def _goals(found: Results) -> str:
    rows = []
    for goal in GOALS:
        ratios = [(found.ratio(goal.ours, other), found.ratio(goal.ours, other, "cpu")) for other in goal.others]
        walls = [wall for wall, _ in ratios if wall is not None]
        if not walls:
            rows.append([goal.text, "not measured", "", _bound(goal), ""])
            continue
        wall, cpu = max(walls), max(cpu for _, cpu in ratios if cpu is not None)
        rows.append([goal.text, f"{wall:.2f}", f"{cpu:.2f}", _bound(goal), _verdict(wall, goal.most, goal.stretch)])
    together = found.median(OURS, "memory", "together")
    if together is not None:
        rows.append(["peak memory of the cold poll, all processes (PSS)", f"{together:.0f} MiB", "", "300 MiB",
                     _verdict(together, 300, None)])  # fmt: skip
    return _table(["figure", "wall", "CPU", "goal", ""], rows)


def _bound(goal: Goal) -> str:
    return f"{goal.most:g}" + (f" (stretch {goal.stretch:g})" if goal.stretch else "")


def _verdict(value: float, most: float, stretch: float | None) -> str:
    if stretch is not None and value <= stretch:
        return "reached, stretch too"
    return "reached" if value <= most else "**not reached**"


def _startup(found: dict[str, dict[str, float]]) -> str:
    bare = found["python -c pass"]["wall"]
    rows = []
    for name, most in (("--help", 120), ("items", 550)):
        plus = found[name]["wall"] - bare
        rows.append([f"`aggregator {name}`", f"{found[name]['wall']:.0f} ms", f"{found[name]['cpu']:.0f} ms",
                     f"{plus:+.0f} ms", f"+{most} ms", _verdict(plus, most, None)])  # fmt: skip
    rows.append(["`python -c pass`", f"{bare:.0f} ms", f"{found['python -c pass']['cpu']:.0f} ms", "", "", ""])
    return _table(["command", "wall", "CPU", "over bare", "goal", ""], rows)


def _understanding(found: dict[str, dict[str, float]]) -> str:
    rows = []
    for name, least in (("title and summary", 10_000), ("with bodies of 1.4 KB", 6_000)):
        rate = found[name]["rate"]
        rows.append([name, f"{rate:,.0f}", f"{found[name]['ratio']:.1f}", f"{least:,}",
                     "reached" if rate >= least else "**not reached**"])  # fmt: skip
    return _table(["items", "items a second a core", "x folding", "goal", ""], rows)


def _stages(found: dict[str, float]) -> str:
    """Milliseconds a feed, the share of the sum of the stages, and the floor's where it has that stage."""
    parts = ("clean", "fingerprint", "search tokens")
    own = {name: took for name, took in found.items() if not name.startswith(("floor", "feedparser", "prepare"))}
    rest = found["prepare, all but understanding"] - sum(found[name] for name in parts)
    own["keys, links, language, dates"] = max(0.0, rest)
    total = sum(own.values())
    rows = [
        [
            name,
            f"{took:.2f}",
            f"{took / total:.0%}",
            f"{found[f'floor: {name}']:.2f}" if f"floor: {name}" in found else "",
        ]
        for name, took in sorted(own.items())  # as when it is read back
    ]
    rows.append(["sum", f"{total:.2f}", "100%", ""])
    reading, whole = found["feedparser"] / found["read"], found["feedparser"] / (found["read"] + found["clean"])
    return (
        f"{_table(['stage', 'CPU ms a feed of 25 entries', 'share', 'floor'], rows)}\n\n"
        f"feedparser takes {found['feedparser']:.1f} ms a feed: {reading:.1f} times ours, {whole:.1f} times ours with "
        f"cleaning (it cleans too). A thousand feeds are {total:.1f} s of CPU time by this sum."
    )


def _guard(found: dict[str, float]) -> str:
    return _table(
        ["measure", "ours / floor, CPU time"], [[name, f"{ratio:.1f}"] for name, ratio in sorted(found.items())]
    )


def _growth(found: dict[str, Any]) -> str:
    """Each figure at each size, its ratio between the ends, and the goals that it has."""
    sizes = sorted({int(size) for values in found["figures"].values() for size in values})
    rows = []
    for name, values in found["figures"].items():
        cells = [values[str(size)] for size in sizes]
        unit = {"memory of a poll": "MiB", "size of an item": "KiB"}.get(name, "ms")
        ratio = cells[-1]["p50"] / cells[0]["p50"] if cells[0]["p50"] else 0.0
        hits = f" ({cells[-1]['hits']:,.0f} hits)" if "hits" in cells[-1] else ""
        rows.append(
            [f"{name}, {unit}{hits}", *map(_both, cells), f"{ratio:.2f}", *_growth_goal(name, cells[-1], ratio)]
        )
    head = (
        f"Measured {found['date']}: {found['rounds']} rounds, the sizes in turns, SQLite {found['sqlite']}, "
        f"{found['cores']} cores ({found['processor']}), load when it began {found['load']}. Median / 95th percentile."
    )
    columns = ["figure", *(f"{size:,}" for size in sizes), "last / first", "goal", ""]
    return f"{head}\n\n{_table(columns, rows)}"


def _both(cell: dict[str, float]) -> str:
    return f"{cell['p50']:.3g} / {cell['p95']:.3g}"


def _growth_goal(name: str, last: dict[str, float], ratio: float) -> tuple[str, str]:
    """The issue's goals, which are for a million items."""
    if name == "poll, a new item":
        return "ratio 1.3", _verdict(ratio, 1.3, None)
    if name in ("search 开源", "search weights", 'search "open weights"'):
        return "p95 60 ms", _verdict(last["p95"], 60, None)
    if name == "digest, whole process":
        return "1,000 ms", _verdict(last["p50"], 1000, None)
    return "", ""


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    write(results.load())


if __name__ == "__main__":
    main()
