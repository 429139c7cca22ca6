"""Charts as inline SVG: no script, no library, crisp at every width, a table behind each.

The drawing stretches with its box, so it holds no text: words, axis and figures stand beside it
in HTML, in the reader's own size. Colours come from the stylesheet by class.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import count

HEIGHT = 100.0
GAP = 0.18  # of a bar's place
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of a stacked bar, or one line: its word and its class in the stylesheet."""

    word: str
    kind: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with everything that stands around it."""

    title: str
    about: str  # one sentence: what is seen
    svg: str  # escaped: safe to put into a page
    top: str  # what the upper edge stands for
    labels: Sequence[str]  # of some places along the lower edge, evenly spread
    legend: Sequence[tuple[str, str]]  # class, word
    headings: Sequence[str]
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    links: Sequence[str] = field(default_factory=list)  # of the rows, where they lead anywhere


def bars(title: str, about: str, names: Sequence[str], parts: Sequence[Part]) -> Chart:
    """Stacked bars, one a name."""
    sums = [
        sum(values) for values in zip(*(map(_zero, part.values) for part in parts), strict=True)
    ]
    top = max(sums, default=0) or 1
    marks: list[str] = []
    for place, name in enumerate(names):
        base = HEIGHT
        for part in parts:
            value = _zero(part.values[place])
            if value:
                height = value / top * HEIGHT
                base -= height
                tip = f"{name}: {value:,.0f} {part.word}"
                marks.append(_rect(part.kind, place + GAP / 2, base, 1 - GAP, height, tip))
    rows = [
        [name, *(f"{_zero(part.values[place]):,.0f}" for part in parts)]
        for place, name in enumerate(names)
    ]
    legend = [(part.kind, part.word) for part in parts] if len(parts) > 1 else []
    svg = _svg(title, about, len(names), marks)
    return Chart(
        title, about, svg, f"{top:,.0f}", _spread(names), legend, ["", *_words(parts)], rows
    )


def lines(title: str, about: str, names: Sequence[str], parts: Sequence[Part]) -> Chart:
    """Shares from 0 to 1 as lines; a place without a sample is a gap."""
    marks: list[str] = []
    for part in parts:
        for run in _runs(part.values):
            points = " ".join(f"{x + 0.5:g},{(1 - y) * HEIGHT:.2f}" for x, y in run)
            if len(run) == 1:
                x, y = run[0]
                points = f"{x + 0.2:g},{(1 - y) * HEIGHT:.2f} {x + 0.8:g},{(1 - y) * HEIGHT:.2f}"
            marks.append(f'<polyline class="{escape(part.kind)}" points="{points}"/>')
    rows = [
        [name, *(_percent(part.values[place]) for part in parts)]
        for place, name in enumerate(names)
    ]
    svg = _svg(title, about, len(names), marks)
    legend = [(part.kind, part.word) for part in parts]
    return Chart(title, about, svg, "100 %", _spread(names), legend, ["", *_words(parts)], rows)


def _svg(title: str, about: str, width: int, marks: Sequence[str]) -> str:
    number = next(_ids)
    return (
        f'<svg class="chart" role="img" aria-labelledby="chart-{number} about-{number}"'
        f' viewBox="0 0 {max(1, width)} {HEIGHT:g}" preserveAspectRatio="none">'
        f'<title id="chart-{number}">{escape(title)}</title>'
        f'<desc id="about-{number}">{escape(about)}</desc>{"".join(marks)}</svg>'
    )


def _rect(kind: str, x: float, y: float, width: float, height: float, tip: str) -> str:
    return (
        f'<rect class="{escape(kind)}" x="{x:.2f}" y="{y:.2f}" width="{width:.2f}"'
        f' height="{height:.2f}"><title>{escape(tip)}</title></rect>'
    )


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Neighbours that have a value."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def _spread(names: Sequence[str], most: int = 5) -> list[str]:
    if len(names) <= most:
        return list(names)
    return [names[place * (len(names) - 1) // (most - 1)] for place in range(most)]


def _words(parts: Sequence[Part]) -> list[str]:
    return [part.word.capitalize() for part in parts]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"


def _zero(value: float | None) -> float:
    return value or 0
