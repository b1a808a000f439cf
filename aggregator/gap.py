"""How far the best open line of the followed labs is behind the best of the reference peers, by third parties' indices.

The numbers are those of catalogues, each under the name of who measured (`Artificial Analysis Intelligence Index`); a
model card's own scores are the lab's word and take no part. Where no index is stored there is nothing to say, and that
is said. Pure: evidence in, comparisons and one SVG out.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

FOLLOWED = "cn"
INDEX = "index:"
"""How a fact that holds an index begins; the rest is its name."""
DATED = {
    "announced": "what a text says",
    "catalogue": "the catalogue's date",
    "hub": "its repository's creation",
    "seen": "the first evidence",
}
"""What the day rests on on which a line came out (`released`)."""
WIDTH, HEIGHT = 640, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 150, 16, 34


@dataclass(frozen=True, slots=True)
class Measured:
    """One line's value of one index: the line came out `at`, which rests on `dated` (a word of `released`); `source` is
    the catalogue that gave the value.
    """

    index: str
    line: str
    lab: str
    region: str
    openness: str
    at: datetime
    value: float
    source: str
    dated: str = "seen"


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` on, `line` is the best of its side; `dated` says what that day rests on."""

    at: datetime
    line: str
    lab: str
    value: float
    dated: str = "seen"


@dataclass(frozen=True, slots=True)
class Gap:
    """One index: the best of either side over time, and how far they are apart now.

    `behind` is the peers' best value minus the open line's. `days` is how long before the open line the first peer of
    at least its value came out (0 or less: the open line was first); `reached` is that peer, None where there is none.
    """

    index: str
    sources: tuple[str, ...]
    open: tuple[Step, ...]
    peers: tuple[Step, ...]
    behind: float | None = None
    days: int | None = None
    reached: Step | None = None


def gaps(measured: Iterable[Measured]) -> list[Gap]:
    """One comparison for each index that measured an open line of a followed lab or a peer, by name."""
    by_index: dict[str, list[Measured]] = {}
    for one in measured:
        by_index.setdefault(one.index, []).append(one)
    return [_gap(index, rows) for index, rows in sorted(by_index.items())]


def _gap(index: str, rows: Sequence[Measured]) -> Gap:
    ours = _frontier(r for r in rows if r.region == FOLLOWED and r.openness in ("open-weights", "open-source"))
    peers = _frontier(r for r in rows if r.region != FOLLOWED)
    sources = tuple(sorted({r.source for r in rows}))
    if not ours or not peers:
        return Gap(index, sources, ours, peers)
    best = ours[-1]
    reached = next((step for step in peers if step.value >= best.value), None)
    return Gap(
        index, sources, ours, peers,
        behind=round(peers[-1].value - best.value, 2),
        days=(best.at.date() - reached.at.date()).days if reached else None,
        reached=reached,
    )  # fmt: skip


def _frontier(rows: Iterable[Measured]) -> tuple[Step, ...]:
    """The best so far each time it changed."""
    steps: list[Step] = []
    for row in sorted(rows, key=lambda r: (r.at, -r.value, r.line)):
        if not steps or row.value > steps[-1].value:
            step = Step(row.at, row.line, row.lab, row.value, row.dated)
            if steps and steps[-1].at == row.at:
                steps[-1] = step
            else:
                steps.append(step)
    return tuple(steps)


def disagreements(found: Sequence[Gap]) -> list[tuple[Gap, Gap]]:
    """Pairs of indices that do not say the same: another open line is best, or one says ahead and one behind."""
    told = [gap for gap in found if gap.open and gap.peers]
    pairs = [(a, b) for place, a in enumerate(told) for b in told[place + 1 :]]
    return [
        (a, b) for a, b in pairs if a.open[-1].line != b.open[-1].line or ((a.behind or 0) > 0) != ((b.behind or 0) > 0)
    ]


def as_data(found: Sequence[Gap]) -> dict[str, object]:
    """Plain values: the form of `gap --json`."""
    return {
        "indices": [
            {
                "index": gap.index,
                "sources": list(gap.sources),
                "open": [_step(step) for step in gap.open],
                "peers": [_step(step) for step in gap.peers],
                "behind": gap.behind,
                "days": gap.days,
                "reached": None if gap.reached is None else _step(gap.reached),
            }
            for gap in found
        ],
        "disagreements": [[a.index, b.index] for a, b in disagreements(found)],
    }


def _step(step: Step) -> dict[str, object]:
    at = step.at.isoformat().replace("+00:00", "Z")
    return {"at": at, "line": step.line, "lab": step.lab, "value": step.value, "dated": step.dated}


# ----------------------------------------------------------------------------------------------------------- words


def text(found: Sequence[Gap]) -> str:
    """The comparison in plain English, ending in a newline."""
    if not found:
        return 'No third party\'s index is stored: poll a catalogue (kind = "catalog") that gives one.\n'
    lines: list[str] = []
    for gap in found:
        lines += [f"{gap.index} (from {', '.join(gap.sources)})"]
        for side, steps in (("open, followed", gap.open), ("peers", gap.peers)):
            told = f"{steps[-1].line} ({steps[-1].lab}) {steps[-1].value:g}, {_out(steps[-1])}" if steps else "none"
            lines.append(f"  best {side}: {told}")
        lines += [f"  {_verdict(gap)}", ""]
    for a, b in disagreements(found):
        lines.append(f"The measures disagree: {a.index} names {_best(a)}, {b.index} {_best(b)}.")
    return "\n".join(lines).rstrip("\n") + "\n"


def _best(gap: Gap) -> str:
    side = "behind" if (gap.behind or 0) > 0 else "ahead"
    return f"{gap.open[-1].line} ({abs(gap.behind or 0):g} {side})"


def _verdict(gap: Gap) -> str:
    if gap.behind is None:
        return "nothing to compare with"
    side = f"{gap.behind:g} behind" if gap.behind > 0 else f"{-gap.behind:g} ahead" if gap.behind < 0 else "level"
    if gap.reached is None or gap.days is None:
        return f"{side}; no peer has reached that value"
    days = "1 day" if abs(gap.days) == 1 else f"{abs(gap.days)} days"
    when = "the same day" if gap.days == 0 else f"{days} later" if gap.days < 0 else f"{days} earlier"
    peer = gap.reached if gap.reached == gap.peers[-1] else None
    return f"{side}; {gap.reached.line} reached that value {when}" + (f" ({_out(gap.reached)})" if peer is None else "")


def _out(step: Step) -> str:
    return f"out {step.at:%Y-%m-%d} by {DATED[step.dated]}"


# ----------------------------------------------------------------------------------------------------------- chart


def svg(gap: Gap) -> str:
    """One index over time as two stairs with the name of each line that led: no script, nothing loaded, both themes."""
    steps = [*gap.open, *gap.peers]
    title = html.escape(f"{gap.index}: best open line of the followed labs and best peer")
    if not steps:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 40" role="img"><title>{title}</title></svg>'
        )
    first, last = min(s.at for s in steps), max(s.at for s in steps)
    span = max((last - first).total_seconds(), 86_400.0)
    low, high = min(s.value for s in steps), max(s.value for s in steps)
    low, high = math.floor(low - 0.05 * (high - low or 1)), math.ceil(high + 0.05 * (high - low or 1))

    def x(at: datetime) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (at - first).total_seconds() / span

    def y(value: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low)

    marks = [_axis(x, y, first, last, low, high)]
    for side, told, name in (("peers", gap.peers, "best peer"), ("open", gap.open, "best open line")):
        if told:
            marks.append(_stairs(side, told, name, x(last), x, y))
    style = (
        "text{font:12px sans-serif;fill:#3b4550}line{stroke:#c3cad1}.open{stroke:#0a58a8;fill:#0a58a8}"
        ".peers{stroke:#b26a00;fill:#b26a00}path{fill:none!important;stroke-width:2}text.open,text.peers{stroke:none}"
        "@media(prefers-color-scheme:dark){text{fill:#c9d1d9}line{stroke:#3a444e}.open{stroke:#83bbff;fill:#83bbff}"
        ".peers{stroke:#ffb454;fill:#ffb454}}"
    )
    desc = html.escape(f"{gap.index}, as given by {', '.join(gap.sources)}. {_verdict(gap)}.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{title}</title><desc>{desc}</desc><style>{style}</style>{''.join(marks)}</svg>"
    )


def _axis(x, y, first: datetime, last: datetime, low: float, high: float) -> str:  # type: ignore[no-untyped-def]
    lines = []
    for part in range(5):
        value = low + (high - low) * part / 4
        lines.append(
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    for at, anchor in ((first, "start"), (last, "end")):
        lines.append(f'<text x="{x(at):.1f}" y="{HEIGHT - 10}" text-anchor="{anchor}">{at:%Y-%m}</text>')
    return "".join(lines)


def _stairs(side: str, steps: Sequence[Step], name: str, end: float, x, y) -> str:  # type: ignore[no-untyped-def]
    path = f"M{x(steps[0].at):.1f} {y(steps[0].value):.1f}"
    dots = []
    for step in steps:
        path += f"H{x(step.at):.1f}V{y(step.value):.1f}"
        told = html.escape(f"{step.line} ({step.lab}): {step.value:g}, {_out(step)}")
        dots.append(
            f'<circle class="{side}" cx="{x(step.at):.1f}" cy="{y(step.value):.1f}" r="3"><title>{told}</title></circle>'
        )
    label = html.escape(f"{name}: {steps[-1].line}"[:26])
    shift = -6 if side == "peers" else 14
    words = f'<text class="{side}" x="{end + 6:.1f}" y="{y(steps[-1].value) + shift:.1f}">{label}</text>'
    return f'<path class="{side}" d="{path}H{end:.1f}"/>{"".join(dots)}{words}'
