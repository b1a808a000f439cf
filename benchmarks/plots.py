"""A picture of growth as SVG: each figure against its own value at the smallest size, both axes logarithmic. Pure.

A line that stays at 1 is flat; one that is straight and leans is a power of the size; the dotted line is what would grow
in step with the store. Colours are legible on light and dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

WIDTH, HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 230, 34, 40
_COLOURS = (
    "#0b7285",
    "#c2410c",
    "#6d28d9",
    "#15803d",
    "#b91c1c",
    "#1d4ed8",
    "#a16207",
    "#be185d",
    "#4d7c0f",
    "#475569",
)
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#555}.axis{stroke:#999;stroke-width:1}.grid{stroke:#9994;stroke-width:1}"
    "@media(prefers-color-scheme:dark){text{fill:#bbb}}"
)


def growth(series: Mapping[str, Mapping[int, float]]) -> str:
    """The picture of {figure: {size: value}}; figures with fewer than two sizes, or nothing at the first, are left out."""
    lines = {name: values for name, values in series.items() if len(values) > 1 and min(values.values()) > 0}
    sizes = sorted({size for values in lines.values() for size in values})
    relative = {
        name: {size: value / values[min(values)] for size, value in values.items()} for name, values in lines.items()
    }
    top = max(2.0, *(value for values in relative.values() for value in values.values())) * 1.15
    bottom = min(0.5, *(value for values in relative.values() for value in values.values()))

    def x(size: float) -> float:
        span = math.log(sizes[-1] / sizes[0])
        return _LEFT + math.log(size / sizes[0]) / span * (WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + math.log(top / value) / math.log(top / bottom) * (HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text x="{_LEFT}" y="18">Times the value at {sizes[0]:,} items</text>']
    for value in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        if bottom <= value <= top:
            kind = "axis" if value == 1 else "grid"
            parts.append(_line(_LEFT, y(value), WIDTH - _RIGHT, y(value), kind))
            parts.append(f'<text x="{_LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{size:,}</text>')
    until = min(sizes[-1], sizes[0] * top)
    parts.append(f'<line x1="{x(sizes[0]):.1f}" y1="{y(1):.1f}" x2="{x(until):.1f}" y2="{y(until / sizes[0]):.1f}" '
                 'stroke="#999" stroke-dasharray="2 4"/>')  # fmt: skip
    places = _apart({name: y(values[max(values)]) for name, values in relative.items()})
    for number, (name, values) in enumerate(relative.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        way = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in sorted(values.items()))
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for size, value in values.items():
            said = escape(f"{name}, {size:,} items: {value:.2f} times")
            place = f'cx="{x(size):.1f}" cy="{y(value):.1f}" r="3"'
            parts.append(f'<circle {place} fill="{colour}"><title>{said}</title></circle>')
        told = f"{escape(name)} {values[max(values)]:.2f}"
        parts.append(f'<text x="{WIDTH - _RIGHT + 12}" y="{places[name] + 4:.1f}" style="fill:{colour}">{told}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>Growth</title>'
        f"<style>{_STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _apart(wanted: Mapping[str, float], gap: float = 15) -> dict[str, float]:
    """Heights of labels, as near to the wanted ones as they can be without touching each other."""
    names = sorted(wanted, key=lambda name: wanted[name])
    places: list[float] = []
    for name in names:
        places.append(max(wanted[name], places[-1] + gap) if places else wanted[name])
    over = places[-1] - (HEIGHT - _BOTTOM) if places else 0
    if over > 0:
        places = [place - over for place in places]
    return dict(zip(names, places, strict=True))
