"""Judges the pictures of lessons: a small SVG of plain shapes, in colours that a theme gives.

A ground of 96 by 60; groups, paths, rectangles, circles and ellipses with fill, stroke and its
width. Nothing that is fetched, runs, moves or is written: what a site sends is drawn, never obeyed.
The colours are roles by the names of plain colours, so that any program shows the file: black is
the text's colour, gray the muted one, white the card, blue the accent, green good, red bad.
"""

from __future__ import annotations

import re
from xml.parsers import expat

WIDTH, HEIGHT = 96, 60
"""The ground, in units of the picture."""
MOST_BYTES = 3 * 1024
MOST_SHAPES = 60

COLOURS = ("none", "black", "gray", "white", "blue", "green", "red")

_NUMBER = r"-?(?:\d{1,3}(?:\.\d{1,3})?|\.\d{1,3})"
_FORMS = {
    "fill": re.compile("|".join(COLOURS)),
    "stroke": re.compile("|".join(COLOURS)),
    "d": re.compile(rf"M(?:[MLHVCSAZmlhvcsaz\s,]|{_NUMBER})+"),
    "xmlns": re.compile(re.escape("http://www.w3.org/2000/svg")),
    "viewBox": re.compile(f"0 0 {WIDTH} {HEIGHT}"),
}
_PLAIN = re.compile(_NUMBER)
_LOOK = ("fill", "stroke", "stroke-width")
_NEEDED: dict[str, tuple[str, ...]] = {
    "svg": ("xmlns", "viewBox"),
    "g": (),
    "path": ("d",),
    "rect": ("x", "y", "width", "height"),
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
}
_FREE = {"rect": ("rx",)}


class Fault(Exception):
    """What is wrong with a picture: an id of `lesson.problem`, its line (from 1) and a word."""

    def __init__(self, id_: str, line: int, word: str = "") -> None:
        super().__init__(id_)
        self.id, self.line, self.word = id_, line, word


def judge(svg: str) -> None:
    """Accept a picture.

    Raises:
        Fault: it is none, too large, or has something in it that a picture may not have.

    """
    if len(svg.encode()) > MOST_BYTES:
        raise Fault("picture-large", 1)
    for sign in ("<!", "<?", "&"):
        if sign in svg:
            raise Fault("picture-part", svg.count("\n", 0, svg.index(sign)) + 1, sign)
    reader = expat.ParserCreate()
    walk = _Walk(reader)
    reader.StartElementHandler = walk.begin
    reader.EndElementHandler = walk.end
    reader.CharacterDataHandler = walk.text
    try:
        reader.Parse(svg, True)
    except expat.ExpatError as error:
        raise Fault("picture-broken", error.lineno) from None


class _Walk:
    def __init__(self, reader: expat.XMLParserType) -> None:
        self._reader = reader
        self._open: list[str] = []
        self._shapes = 0

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name not in _NEEDED or (name == "svg") is not (not self._open):
            raise self._fault("picture-part", name)
        if self._open and self._open[-1] not in {"svg", "g"}:
            raise self._fault("picture-part", name)
        self._open.append(name)
        self._shapes += 1
        if self._shapes > MOST_SHAPES:
            raise self._fault("picture-large")
        self._look(name, given)

    def _look(self, name: str, given: dict[str, str]) -> None:
        allowed = (*_NEEDED[name], *_FREE.get(name, ()), *_LOOK)
        for key, value in given.items():
            if key not in allowed or not _FORMS.get(key, _PLAIN).fullmatch(value):
                raise self._fault("picture-part", key)
        self._steps(given.get("d", ""))
        for key in _NEEDED[name]:
            if key not in given:
                raise self._fault("picture-lacks", f"{name} {key}")

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, words: str) -> None:
        if words.strip():
            raise self._fault("picture-part", words.strip()[:20])

    def _steps(self, path: str) -> None:
        """Count the numbers of each step; arcs are parts of circles that are not turned."""
        for letter, text in _STEP.findall(path):
            numbers = [float(one) for one in re.findall(_NUMBER, text)]
            each = _TAKES[letter.upper()]
            if bool(numbers) is not bool(each) or (each and len(numbers) % each):
                raise self._fault("picture-part", f"d: {letter}")
            if letter in "Aa":
                for place in range(0, len(numbers), each):
                    wide, high, turned, large, sweep = numbers[place : place + 5]
                    if wide != high or wide <= 0 or turned or not {large, sweep} <= {0.0, 1.0}:
                        raise self._fault("picture-part", f"d: {letter}")

    def _fault(self, id_: str, word: str = "") -> Fault:
        return Fault(id_, self._reader.CurrentLineNumber, word)


_STEP = re.compile(r"([MLHVCSAZmlhvcsaz])([^MLHVCSAZmlhvcsaz]*)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}
