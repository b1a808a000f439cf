"""Charts as SVG, made on the server by hand: bars over time, shares, and bars of names. Pure; no script, no colours.

Every mark has a class (`s0`, `s1`, … for its series) that the style sheet colours for both themes and for print; a
chart has a title and a description for screen readers, and each mark says its value. The caller shows the same numbers
as a table beside it. Words come from the caller, who speaks the reader's language.
"""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aggregator.model import LineHistory

WIDTH, HEIGHT = 480, 200
"""Few units, so that letters are large enough where a phone makes the picture small."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 6, 10, 24
FOLLOWED = "cn"


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows: one label a place, one row of numbers a series (all as long as `labels`)."""

    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    ticks: tuple[str, ...] = ()
    """What stands below each place; "" where there is no room."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(value for _, values in self.series for value in values)


# ------------------------------------------------------------------------------------------------ the numbers


def weeks(histories: Iterable[LineHistory], until: date, number: int = 26) -> list[tuple[date, int, int]]:
    """(Monday, new lines of followed labs, of the others) of the last `number` weeks up to the one of `until`."""
    last = until - timedelta(days=until.weekday())
    first = last - timedelta(weeks=number - 1)
    counts: Counter[tuple[date, bool]] = Counter()
    for line in histories:
        if line.new_at is not None and line.status != "rumoured":
            day = line.new_at.date()
            counts[day - timedelta(days=day.weekday()), line.region == FOLLOWED] += 1
    mondays = [first + timedelta(weeks=step) for step in range(number)]
    return [(monday, counts[monday, True], counts[monday, False]) for monday in mondays]


def shares(histories: Iterable[LineHistory], until: date, number: int = 12) -> list[tuple[date, dict[str, int]]]:
    """(first of the month, new lines of followed labs by openness) of the last `number` months."""
    counts: dict[date, Counter[str]] = {}
    for line in histories:
        if line.new_at is not None and line.status != "rumoured" and line.region == FOLLOWED:
            counts.setdefault(line.new_at.date().replace(day=1), Counter())[line.openness] += 1
    months, month = [], until.replace(day=1)
    for _ in range(number):
        months.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return [(month, dict(counts.get(month, Counter()))) for month in reversed(months)]


WAITS = ((0, 0), (1, 7), (8, 30), (31, 90), (91, None))
"""Days from the first word to open weights, in groups; None has no end."""


def waits(histories: Iterable[LineHistory]) -> tuple[list[int], float | None]:
    """(lines in each group of WAITS, the median in days) of the lines of followed labs whose weights are open."""
    days = sorted(
        (opened - begun).days
        for line in histories
        if line.region == FOLLOWED and line.new_at is not None
        for begun, opened in [_wait(line)]
        if begun is not None and opened is not None
    )
    groups = [sum(low <= day and (high is None or day <= high) for day in days) for low, high in WAITS]
    if not days:
        return groups, None
    middle = len(days) // 2
    return groups, days[middle] if len(days) % 2 else (days[middle - 1] + days[middle]) / 2


def _wait(line: LineHistory) -> tuple[date | None, date | None]:
    opened = next((at for status, at in line.steps if status == "open"), None)
    begun: datetime | None = min((at for _, at in line.steps), default=None)
    return (begun.date() if begun else None), (opened.date() if opened else None)


# ------------------------------------------------------------------------------------------------ the pictures


def columns(chart: Chart, name: str, *, whole: bool = False) -> str:
    """Stacked columns, one a place; `whole` draws shares of 100 %. `name` makes the ids of this drawing its own."""
    totals = [sum(values[place] for _, values in chart.series) for place in range(len(chart.labels))]
    top, step = (100.0, 25.0) if whole else _scale(max(totals, default=0))
    wide, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    slot = wide / max(1, len(chart.labels))
    bar = min(46.0, slot * 0.72)
    parts = [_grid(value, HEIGHT - _BOTTOM - value / top * high, whole) for value in _steps(top, step)]
    for place, label in enumerate(chart.labels):
        left, floor = _LEFT + place * slot + (slot - bar) / 2, float(HEIGHT - _BOTTOM)
        for number, (series, values) in enumerate(chart.series):
            share = 100 * values[place] / totals[place] if whole and totals[place] else values[place]
            tall = share / top * high
            if tall > 0:
                floor -= tall
                said = f"{label}, {series}: {_figure(values[place])}"
                parts.append(_bar(left, floor, bar, tall, number, said))
        tick = chart.ticks[place] if chart.ticks else label
        if tick:
            middle = _LEFT + (place + 0.5) * slot
            parts.append(
                f'<text class="tick" x="{middle:.1f}" y="{HEIGHT - 7}" text-anchor="middle">{_safe(tick)}</text>'
            )
    return _svg(chart, name, WIDTH, HEIGHT, parts)


def rows(chart: Chart, name: str) -> str:
    """Stacked horizontal bars, one a place, each below its label and before its total."""
    line, thick = 34, 11
    high = line * max(1, len(chart.labels)) + 4
    totals = [sum(values[place] for _, values in chart.series) for place in range(len(chart.labels))]
    top = max(totals, default=0) or 1
    parts = []
    for place, label in enumerate(chart.labels):
        y, x = 2 + place * line, 0.0
        parts.append(f'<text class="label" x="0" y="{y + 12}">{_safe(_short(label, 48))}</text>')
        for number, (series, values) in enumerate(chart.series):
            long = values[place] / top * (WIDTH - 40)
            if long > 0:
                parts.append(_bar(x, y + 17, long, thick, number, f"{label}, {series}: {_figure(values[place])}"))
                x += long
        parts.append(f'<text class="value" x="{x + 6:.1f}" y="{y + 26}">{_figure(totals[place])}</text>')
    return _svg(chart, name, WIDTH, high, parts)


Stairs = tuple[tuple[str, tuple[tuple[date, float, str], ...]], ...]
"""Series of (day, value, whose): each holds until the next one."""


def stairs(chart: Chart, told: Stairs, name: str) -> str:
    """Values that hold until a better one comes, as stairs over time; the last holder of each series stands at its end."""
    days = [day for _, steps in told for day, _, _ in steps]
    values = [value for _, steps in told for _, value, _ in steps]
    first, last = min(days), max(days)
    span, right = max(1, (last - first).days), 118
    low, high = min(values), max(values)
    margin = (high - low or abs(high) or 1.0) * 0.08
    low, high = low - margin, high + margin

    def x(day: date) -> float:
        return _LEFT + (day - first).days / span * (WIDTH - _LEFT - right)

    def y(value: float) -> float:
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    parts = [_grid(value, y(value), False) for value in _between(low, high)]
    for day in _months(first, last):
        words = f"{day:%Y-%m}"
        parts.append(f'<text class="tick" x="{x(day):.1f}" y="{HEIGHT - 7}" text-anchor="middle">{words}</text>')
    taken: list[float] = []
    for number, (series, steps) in enumerate(told):
        way = " ".join(f"{'M' if place == 0 else 'H'}{x(day):.1f}{',' if place == 0 else ' V'}{y(value):.1f}"
                       for place, (day, value, _) in enumerate(steps))  # fmt: skip
        parts.append(f'<path class="l{number}" d="{way} H{WIDTH - right:.1f}"/>')
        for day, value, whose in steps:
            said = _safe(f"{series}, {day}: {whose} {_figure(value)}")
            parts.append(
                f'<circle class="s{number}" cx="{x(day):.1f}" cy="{y(value):.1f}" r="3.5"><title>{said}</title></circle>'
            )
        if steps:
            level = y(steps[-1][1])
            level += next((16.0 for other in taken if abs(other - level) < 15), 0.0)
            taken.append(level)
            words = _safe(_short(steps[-1][2], 18))
            parts.append(f'<text class="label" x="{WIDTH - right + 8}" y="{level + 4:.1f}">{words}</text>')
    return _svg(chart, name, WIDTH, HEIGHT, parts)


def _svg(chart: Chart, name: str, wide: int, high: int, parts: Sequence[str]) -> str:
    head = f'<title id="{name}-t">{_safe(chart.title)}</title><desc id="{name}-d">{_safe(chart.description)}</desc>'
    return (
        f'<svg class="chart" viewBox="0 0 {wide} {high}" role="img" aria-labelledby="{name}-t {name}-d">'
        + head
        + "".join(parts)
        + "</svg>"
    )


def _bar(x: float, y: float, wide: float, tall: float, number: int, said: str) -> str:
    shape = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
    return f'<rect class="s{number}" {shape}><title>{_safe(said)}</title></rect>'


def _grid(value: float, y: float, whole: bool) -> str:
    words = _figure(value) + ("%" if whole else "")
    line = f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{words}</text>'


def _scale(most: float) -> tuple[float, float]:
    """(the top of an axis, the step between its lines): round numbers, four or five lines."""
    if most <= 4:
        return max(4.0, most), 1.0
    raw = most / 4
    unit = 10 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= raw)
    step = max(1.0, math.ceil(step))
    return step * math.ceil(most / step), step


def _between(low: float, high: float) -> list[float]:
    """Three to five round numbers from `low` to `high`."""
    raw = (high - low) / 5
    unit = 10 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= raw)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _months(first: date, last: date) -> list[date]:
    """Firsts of months from `first` to `last`, at most four; `first` itself where there is none."""
    months = [date(number // 12, number % 12 + 1, 1)
              for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)]  # fmt: skip
    inside = [month for month in months if first <= month <= last] or [first]
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if len(inside) <= 4 * step)
    return inside[::step] if step < 12 else [m for m in inside if m.month == 1][:: step // 12] or inside[:1]


def _steps(top: float, step: float) -> list[float]:
    return [step * number for number in range(int(top / step) + 1)]


def _figure(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def _short(label: str, most: int) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _safe(words: str) -> str:
    return html.escape(words)
