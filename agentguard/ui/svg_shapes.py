"""Draws the SVG of this project's icons, the part of it that they use, without Qt's SVG library.

Groups, paths (M L H V C S A Z), circles, ellipses and rectangles, with fill, stroke and its width,
on a ground of 24 by 24. What else stands in an icon fails here, and so in the tests.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

GROUND = 24.0
_TAG = re.compile(r"<(/?)(\w+)([^>]*?)/?>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_STEP = re.compile(r"([MLHVCSAZ])([^MLHVCSAZ]*)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7}
_START = {"fill": "none", "stroke": "none", "stroke-width": "1"}

Attributes = Mapping[str, str]


def draw(painter: QPainter, svg: str, side: float) -> None:
    """Draw an icon into a square with this side, from the painter's origin on.

    Raises:
        ValueError: there is something in it that no icon of ours has.

    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / GROUND, side / GROUND)
    for path, given in _shapes(svg):
        pen = QPen(QBrush(_colour(given["stroke"])), float(given["stroke-width"]))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(Qt.PenStyle.NoPen if given["stroke"] == "none" else pen)
        filled = QBrush(_colour(given["fill"]))
        painter.setBrush(Qt.BrushStyle.NoBrush if given["fill"] == "none" else filled)
        painter.drawPath(path)
    painter.restore()


def _colour(name: str) -> QColor:
    return QColor("transparent" if name == "none" else name)


def _shapes(svg: str) -> Iterator[tuple[QPainterPath, Attributes]]:
    """Yield each shape, with what it has itself and from the groups around it."""
    around: list[Attributes] = [_START]
    for closing, name, text in _TAG.findall(svg):
        given = {**around[-1], **dict(_ATTRIBUTE.findall(text))}
        if closing:
            around.pop()
        elif name in {"svg", "g"}:
            around.append(given)
        else:
            yield _path(name, given), given


def _path(name: str, given: Attributes) -> QPainterPath:
    if name == "path":
        return _Pencil().drawn(given["d"])
    path = QPainterPath()
    number = {key: float(value) for key, value in given.items() if _NUMBER.fullmatch(value)}
    if name == "rect":
        box = QRectF(number["x"], number["y"], number["width"], number["height"])
        path.addRoundedRect(box, number.get("rx", 0.0), number.get("rx", 0.0))
    elif name in {"circle", "ellipse"}:
        radii = (number["r"],) * 2 if name == "circle" else (number["rx"], number["ry"])
        path.addEllipse(QPointF(number["cx"], number["cy"]), *radii)
    else:
        raise ValueError(name)
    return path


@dataclass(slots=True)
class _Pencil:
    """Where it is, and the control point that a smooth curve continues."""

    x: float = 0.0
    y: float = 0.0
    bend: tuple[float, float] | None = None

    def drawn(self, steps: str) -> QPainterPath:
        """Return the path that the text of an SVG describes."""
        path = QPainterPath()
        for letter, text in _STEP.findall(steps):
            kind, numbers = letter.upper(), [float(one) for one in _NUMBER.findall(text)]
            if kind == "Z":
                path.closeSubpath()
                self.x, self.y = path.currentPosition().toTuple()
                continue
            for start in range(0, len(numbers), _TAKES[kind]):
                part = numbers[start : start + _TAKES[kind]]
                self._step(path, kind, part, relative=letter.islower())
                kind = "L" if kind == "M" else kind  # what follows a move is lines
        return path

    def _step(self, path: QPainterPath, kind: str, numbers: list[float], *, relative: bool) -> None:
        at = (self.x, self.y) if relative else (0.0, 0.0)
        if kind in "HV":
            right, down = (numbers[0] + at[0], self.y), (self.x, numbers[0] + at[1])
            kind, points = "L", [right if kind == "H" else down]
        else:
            rest = numbers[5:] if kind == "A" else numbers
            points = [(x + at[0], y + at[1]) for x, y in zip(rest[::2], rest[1::2], strict=True)]
        end, bend = points[-1], None
        if kind == "M":
            path.moveTo(*end)
        elif kind == "L":
            path.lineTo(*end)
        elif kind == "A":
            self._arc(path, numbers[:5], end)
        else:
            first = points[0] if kind == "C" else self._mirrored()
            bend = points[-2]
            path.cubicTo(*first, *bend, *end)
        (self.x, self.y), self.bend = end, bend

    def _mirrored(self) -> tuple[float, float]:
        bend = self.bend or (self.x, self.y)
        return 2 * self.x - bend[0], 2 * self.y - bend[1]

    def _arc(self, path: QPainterPath, given: list[float], end: tuple[float, float]) -> None:
        """Draw a part of a circle (SVG 1.1, F.6.5; both radii are one, and nothing is turned)."""
        radius, other, turned, large, sweep = given
        if radius != other or turned:
            raise ValueError(given)
        half = (self.x - end[0]) / 2, (self.y - end[1]) / 2
        reach = math.hypot(*half)
        radius = max(radius, reach)
        away = math.sqrt(radius**2 - reach**2) / reach * (-1 if large == sweep else 1)
        middle = (
            (self.x + end[0]) / 2 + away * half[1],
            (self.y + end[1]) / 2 - away * half[0],
        )
        first = math.atan2(self.y - middle[1], self.x - middle[0])
        last = math.atan2(end[1] - middle[1], end[0] - middle[0])
        turn = (last - first) % math.tau if sweep else (last - first) % math.tau - math.tau
        for curve in _curves(middle, radius, first, turn):
            path.cubicTo(*curve)


def _curves(
    middle: tuple[float, float], radius: float, first: float, turn: float
) -> Iterator[tuple[float, ...]]:
    """Yield curves, each of at most a quarter, that together are a part of a circle."""
    count = math.ceil(abs(turn) / (math.pi / 2) - 1e-9)
    each = turn / count
    pull = 4 / 3 * math.tan(each / 4)
    for number in range(count):
        begin, end = (
            (math.cos(angle), math.sin(angle))
            for angle in (first + each * number, first + each * (number + 1))
        )
        points = (
            (begin[0] - pull * begin[1], begin[1] + pull * begin[0]),
            (end[0] + pull * end[1], end[1] - pull * end[0]),
            end,
        )
        yield tuple(middle[axis] + radius * point[axis] for point in points for axis in (0, 1))
