"""Turns numbers into the shapes of a chart; the words and the colours are the page's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 300.0
"""Units of the picture; it is stretched to the room that it is given."""
GAP = 1.5  # steps between two points from which on the line is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value of a span that begins at `at`."""

    at: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a chart, from its top."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: `line` and `area` are SVG paths, `top` is the value at the upper edge."""

    marks: tuple[Mark, ...]
    line: str
    area: str
    bars: tuple[Bar, ...]
    top: float


def line(marks: Sequence[Mark], step: float, top: float) -> Chart:
    """Draw a line from 0 to `top`; where spans of `step` seconds are missing it is broken."""
    pieces: list[list[Mark]] = []
    for mark in marks:
        if pieces and mark.at - pieces[-1][-1].at <= GAP * step:
            pieces[-1].append(mark)
        else:
            pieces.append([mark])
    place = _places(marks, step, top)
    drawn = [[place(one) for one in piece] for piece in pieces]
    paths = [_path(piece) for piece in drawn]
    areas = [
        f"{_path([(piece[0][0], HEIGHT), *piece, (piece[-1][0], HEIGHT)])} Z" for piece in drawn
    ]
    return Chart(marks=tuple(marks), line=" ".join(paths), area=" ".join(areas), bars=(), top=top)


def bars(marks: Sequence[Mark], step: float) -> Chart:
    """Draw a bar for each value; the upper edge is a round number above the largest."""
    top = ceiling(max((mark.value for mark in marks), default=0))
    first, span = _span(marks, step)
    width = WIDTH * step / (span + step)
    drawn = [
        Bar(
            x=WIDTH * (mark.at - first) / (span + step) + width * 0.14,
            y=HEIGHT * (1 - mark.value / top),
            width=width * 0.72,
            height=HEIGHT * mark.value / top,
        )
        for mark in marks
    ]
    return Chart(marks=tuple(marks), line="", area="", bars=tuple(drawn), top=top)


def _places(
    marks: Sequence[Mark], step: float, top: float
) -> Callable[[Mark], tuple[float, float]]:
    """Return what says where a value stands in the picture."""
    first, span = _span(marks, step)

    def place(mark: Mark) -> tuple[float, float]:
        y = HEIGHT * (1 - min(mark.value, top) / top)
        return WIDTH * (mark.at - first) / (span or step), y

    return place


def _span(marks: Sequence[Mark], step: float) -> tuple[float, float]:
    if not marks:
        return 0.0, step
    return marks[0].at, marks[-1].at - marks[0].at


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def ceiling(most: float) -> float:
    """Return the next round number, never below 1: 1, 2, 5 and their tens."""
    top = 1.0
    while True:
        for step in (1, 2, 5):
            if most <= top * step:
                return top * step
        top *= 10
