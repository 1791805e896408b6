"""Draws the Mermaid drawings of a page as SVG, so that no reader's browser fetches a program.

The source stays Mermaid, which is also readable as it is. Two kinds are understood: a
`sequenceDiagram` of participants, messages and notes, and a `flowchart` of subgraphs, each a floor
with its rooms. Whatever else stands in such a block is an error, which fails the build.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WIDTH = 900
LINE = 17
STYLE = (
    'font-family="inherit" font-size="13" fill="currentColor" paint-order="stroke" '
    'stroke="var(--md-default-bg-color)" stroke-width="4"'
)


class DrawingError(ValueError):
    """A drawing has a line that is not understood; the text names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A sequence diagram: who takes part, and what passes between them, in order."""

    actors: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Floors from the top, each with its name and its rooms."""

    floors: tuple[tuple[str, tuple[str, ...]], ...]


def drawn(markdown: str) -> str:
    """Return a page with each drawing as SVG."""
    return BLOCK.sub(lambda found: _figure(found[1]), markdown)


def blocks(markdown: str) -> list[Walk | House]:
    """Return the drawings of a page, read but not drawn.

    Raises:
        DrawingError: a line is not understood.

    """
    return [_read(found[1]) for found in BLOCK.finditer(markdown)]


def _figure(source: str) -> str:
    made = _read(source)
    return f"<figure>{_walk(made) if isinstance(made, Walk) else _house(made)}</figure>"


def _read(source: str) -> Walk | House:
    first, *lines = [line.strip() for line in source.splitlines() if line.strip()]
    kinds: dict[str, Callable[[list[str]], Walk | House]] = {
        "sequenceDiagram": _read_walk,
        "flowchart TB": _read_house,
    }
    if first not in kinds:
        raise DrawingError(first)
    return kinds[first](lines)


PARTICIPANT = re.compile(r"participant (\w+) as (.+)")
MESSAGE = re.compile(r"(\w+)->>(\w+): (.+)")


def _read_walk(lines: list[str]) -> Walk:
    actors, steps = [], []
    for line in lines:
        if found := PARTICIPANT.fullmatch(line):
            actors.append((found[1], found[2]))
        elif found := MESSAGE.fullmatch(line):
            steps.append((found[1], found[2], found[3]))
        else:
            raise DrawingError(line)
    known = {id_ for id_, _ in actors}
    if strange := {id_ for one in steps for id_ in one[:2]} - known:
        raise DrawingError(f"nobody is called {', '.join(sorted(strange))}")
    return Walk(actors=tuple(actors), steps=tuple(steps))


FLOOR = re.compile(r'subgraph \w+ \["(.+)"\]')
ROOM = re.compile(r'\w+\["(.+)"\]')


def _read_house(lines: list[str]) -> House:
    floors: list[tuple[str, list[str]]] = []
    for line in lines:
        if found := FLOOR.fullmatch(line):
            floors.append((found[1], []))
        elif (found := ROOM.fullmatch(line)) and floors:
            floors[-1][1].append(found[1])
        elif line != "end" and "~~~" not in line and line != "direction LR":
            raise DrawingError(line)
    return House(floors=tuple((name, tuple(rooms)) for name, rooms in floors))


def _walk(walk: Walk) -> str:
    step = WIDTH / len(walk.actors)
    at = {id_: step * (n + 0.5) for n, (id_, _) in enumerate(walk.actors)}
    room = step - 16
    parts: list[str] = []
    y = 70.0
    for who, to, text in walk.steps:
        lines, middle = _wrapped(text, who, to, at)
        y += LINE * len(lines)
        parts += _text(lines, middle, y - LINE * len(lines) + 4)
        parts.append(_arrow(at[who], at[to], y))
        y += 20
    heads = [
        line
        for id_, name in walk.actors
        for line in (
            f'<rect x="{at[id_] - room / 2:.0f}" y="8" width="{room:.0f}" height="40" rx="5"/>',
            *_text(textwrap.wrap(name, int(room / 7)), at[id_], 26, middle=True),
            f'<path d="M{at[id_]:.0f} 48V{y:.0f}" stroke-dasharray="3 4" opacity=".5"/>',
        )
    ]
    return _svg([*heads, *parts], y + 10)


def _wrapped(text: str, who: str, to: str, at: dict[str, float]) -> tuple[list[str], float]:
    """Return the lines of a message and the middle of its place, wider than a short arrow."""
    width = max(abs(at[to] - at[who]), 170)
    middle = (at[who] + at[to]) / 2 + (width / 2 + 14 if who == to else 0)
    middle = min(max(middle, width / 2), WIDTH - width / 2)
    return textwrap.wrap(text, int(width / 6.6)), middle


def _arrow(start: float, end: float, y: float) -> str:
    if start == end:
        return f'<path d="M{start:.0f} {y - 12:.0f}h12v12h-12" marker-end="url(#tip)"/>'
    return f'<path d="M{start:.0f} {y:.0f}H{end:.0f}" marker-end="url(#tip)"/>'


def _house(house: House) -> str:
    parts: list[str] = []
    y = 10.0
    for name, rooms in house.floors:
        parts += _text([name], WIDTH / 2, y + 14)
        y += 22
        wide = min(WIDTH / len(rooms), 300)
        left = (WIDTH - wide * len(rooms)) / 2
        wrapped = [textwrap.wrap(room, max(int((wide - 12) / 7.4), 8)) for room in rooms]
        high = LINE * max(map(len, wrapped)) + 14
        for n, lines in enumerate(wrapped):
            x = left + wide * n
            parts.append(
                f'<rect x="{x + 4:.0f}" y="{y:.0f}" width="{wide - 8:.0f}" height="{high}" rx="5"/>'
            )
            top = y + (high - LINE * len(lines)) / 2 + 12
            parts += _text(lines, x + wide / 2, top)
        y += high + 12
    return _svg(parts, y)


def _text(lines: list[str], x: float, y: float, *, middle: bool = False) -> Iterator[str]:
    y -= LINE * (len(lines) - 1) / 2 if middle else 0
    for n, line in enumerate(lines):
        place = f'x="{x:.0f}" y="{y + 4 * middle + LINE * n:.0f}"'
        yield f'<text {place} text-anchor="middle" {STYLE}>{escape(line)}</text>'


def _svg(parts: list[str], height: float) -> str:
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker>'
        "</defs>"
    )
    size = f'viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" style="max-width:100%;height:auto"'
    body = "".join(parts)
    return f'<svg {size} fill="none" stroke="currentColor" role="img">{tip}{body}</svg>'
