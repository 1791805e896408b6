"""JSON and JSON lines, of any size and however damaged: values behind their keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.flat_objects import Pairs
from agentguard.detect.tables.nested_records import Records
from agentguard.detect.tables.record_inference import proving

_BEFORE_MARKUP = 35
_SNIFFED = 8 << 10
_STRING = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_SNIFF = later(
    rf"\s*(?:\{{\s*(?:{_STRING}\s*:|\}})"
    rf"|\[\s*(?:[{{\[\]]|(?:{_STRING}|-?[0-9][0-9.eE+\-]*|true|false|null)\s*[,\]\n]))"
)
_TOKEN = later(
    r'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"(\s*:)?|([{}\[\]])|([^\s"{}\[\],:]+)(\s*:(?=[\s"{\[]))?|"'
)
_MOST_WHOLE = 64 << 10
_WHOLE_LEVELS = 4


def _inside(levels: int) -> str:
    """Return the pattern of what stands within brackets, with so many levels of others in it."""
    inner = rf"|[{{\[]{_inside(levels - 1)}[}}\]]" if levels else ""
    return rf"(?:[^{{}}\[\]]++{inner})*+"


_WHOLE = later(rf"\{{{_inside(_WHOLE_LEVELS - 1)}\}}")
_DECODER = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=str
)
_LITERALS = frozenset(("true", "false", "null"))
_OPEN = later(r"[{\[]")
_ESCAPE = later(r"\\u([0-9a-fA-F]{4})|\\(.)")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": "\n"}
_LONGEST = 1 << 20
_NESTED_LEVELS = 4
_SHORTEST = 6


def sniff(source: Source) -> bool:
    """Tell JSON by its first tokens; the brackets of logs and INI files are none."""
    if source.head[:1] not in b"{[\xef\xff\xfe \t\r\n\0" or not encoding_of(source.head):
        return False
    return _SNIFF.match(decoded(source.head[:_SNIFFED])) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every value; what stands outside of documents is given as it is."""
    yield from proving(_Reader().read(pieces(source, work)))


class _Reader:
    """Reads documents one after the other, from pieces that may end anywhere."""

    def __init__(self, names: tuple[str, ...] = (), levels: int = _NESTED_LEVELS) -> None:
        self._levels = levels
        self._records = Records(self._nested, names)
        self._rest = ""

    def read(self, found: Iterator[str]) -> Iterator[str]:
        """Yield text for the pieces, and for what is left at the end."""
        for piece in found:
            yield self._take(self._rest + piece, is_last=False)
        yield self._take(self._rest, is_last=True) + self._records.close_all()

    def _take(self, text: str, *, is_last: bool) -> str:
        """Read whole tokens; one that touches the end waits for the next piece."""
        out: list[str] = []
        place, self._rest = 0, ""
        while place < len(text):
            if not self._records.is_open:
                opening = _OPEN.search(text, place)
                end = opening.start() if opening else len(text)
                out.append(text[place:end])
                place = end
            place, is_whole = self._tokens(text, place, out, is_last=is_last)
            if not is_whole:
                self._rest = text[place:]
                break
        return "".join(out)

    def _tokens(self, text: str, place: int, out: list[str], *, is_last: bool) -> tuple[int, bool]:
        """Read until the outermost document ends; give where, and whether no token is left over."""
        last = len(text) - 1
        for match in _TOKEN.finditer(text, place):
            if not is_last and _may_go_on(match, text, last):
                return place, False
            if match[0] == '"':  # never closed: all of its line is the string
                end = text.find("\n", match.end())
                end = end if end >= 0 else len(text)
                out.append(self._records.value(text[match.end() : end]))
                return end, True
            if match[3] == "{" and (end := self._whole(text, match.start(), out)):
                return end, True
            place = match.end()
            if written := self._token(match):
                out.append(written)
            if not self._records.is_open:
                return place, True
        return len(text), True

    def _whole(self, text: str, place: int, out: list[str]) -> int:
        """Read an object of few levels at once; give where it ends, 0 where that cannot be."""
        if not self._records.may_be_whole():
            return 0
        found = _WHOLE.match(text, place, place + _MOST_WHOLE)
        written = self._records.whole(_pairs(found[0]) if found is not None else None)
        if found is None or written is None:
            return 0
        out.append(written)
        return found.end()

    def _token(self, match: re.Match[str]) -> str:
        string, is_key, bracket, word, is_name = match.groups()
        if bracket is not None:
            return self._bracket(bracket)
        plain = word if string is None else string
        if string is not None and "\\" in string:
            plain = _unescaped(string)
        if is_key or is_name:
            self._records.key(plain)
            return ""
        if not plain or (string is None and plain in _LITERALS):
            return ""
        return self._records.value(plain)

    def _bracket(self, bracket: str) -> str:
        is_list = bracket in "[]"
        if bracket in "{[":
            return self._records.open(is_list=is_list)
        return self._records.close(is_list=is_list)

    def _nested(self, value: str, names: tuple[str, ...]) -> str | None:
        return within(value, names, self._levels - 1) if self._levels > 0 else None


def within(value: str, names: tuple[str, ...], levels: int = _NESTED_LEVELS) -> str | None:
    """Read a value that is a document itself, under the names above it; None when it is none."""
    if len(value) < _SHORTEST or not _SNIFF.match(value):
        return None
    return "".join(_Reader(names, levels).read(iter((value,))))


def _may_go_on(match: re.Match[str], text: str, last: int) -> bool:
    """Check whether the next piece may hold more of a token; strings end with their line."""
    if match.end() < last and match[0] != '"':
        return False
    return len(text) - match.start() < _LONGEST and text.find("\n", match.end(), last) < 0


def _pairs(text: str) -> Pairs | None:
    """Return the keys and values of an object; None for a damaged one, or a break in a string."""
    try:
        return cast("Pairs", _DECODER.decode(text))
    except ValueError:
        return None


def _unescaped(string: str) -> str:
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except ValueError:
        return _ESCAPE.sub(_character, string)


def _character(match: re.Match[str]) -> str:
    if match[1] is not None:
        return chr(int(match[1], 16))
    return _CONTROLS.get(match[2], match[2])


def is_of_lines(source: Source) -> bool:
    """Tell documents on a line each, as logs have them: any part is understood by itself."""
    first, _, behind = decoded(source.head).strip().partition("\n")
    second, end, _ = behind.partition("\n")
    return bool(end) and all(map(_is_object, (first, second)))


def _is_object(line: str) -> bool:
    try:
        return line.startswith("{") and json.loads(line) is not None
    except ValueError:
        return False


EXTRACTOR = Extractor(
    name="json",
    sniff=sniff,
    extract=extract,
    order=_BEFORE_MARKUP,
    opened=True,
    on=is_of_lines,
    flows=True,
)
