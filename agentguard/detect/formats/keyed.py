"""YAML and INI as programs keep their settings: values behind their keys and those above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from agentguard.detect.extractor import BINARY, HEAD, Extractor, Source, Work
from agentguard.detect.formats import _text_lines
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.chat_transcripts import is_asking
from agentguard.detect.tables.field_names import is_label, one_line, path, said
from agentguard.detect.tables.record_inference import proving
from agentguard.detect.tables.sibling_fields import NAMED, NAMING

_ORDER = BINARY + 5
_SNIFFED = 8 << 10
_FEWEST = 3
_MOSTLY = 0.8
_LONGEST = 64 << 10
_KEY = r"([A-Za-z_\"'][\w .\-/\"']{0,60}?)"
_YAML = later(rf"((?: *+- )*+ *+){_KEY} *+:(?: +(.*)|\s*\Z)")
_INI = later(rf"(\s*+){_KEY} *+=(?: *((?s:.*)))")
_SECTION = later(r"\[\[?([A-Za-z][\w .\-:/\"']{0,60})\]?\]\s*")
_ITEM = later(r"( *)- +(.*)")
_COMMENT = later(r"\s*(?:[#;]|---|\.\.\.)")
_BLOCK = later(r"[|>][-+1-9]{0,2}(?:\s+#.*)?")  # YAML 1.2, 8.1.1; another ">" begins a value
_CARRIES, _BREAK = "\\", "\\n"


def sniff(source: Source) -> bool:
    """Tell settings by lines of keys, some of them below another or in a section."""
    if not encoding_of(source.head):
        return False
    lines = decoded(source.head[:_SNIFFED]).splitlines()
    is_cut = len(source.head) >= min(HEAD, _SNIFFED)
    lines = [line for line in (lines[:-1] if is_cut else lines) if line.strip()]
    lines = [line for line in lines if not _COMMENT.match(line)]
    keyed = [_told(line) is not None for line in lines]
    fits = len(lines) >= _FEWEST and sum(keyed) >= _MOSTLY * len(lines)
    return fits and (_is_in_section(lines) or _is_nested(lines))


def _is_in_section(lines: list[str]) -> bool:
    """Tell settings below the name of a section from a talk below a title in brackets."""
    said = (line.partition(":")[2] for line in lines[1:])
    return _SECTION.fullmatch(lines[0]) is not None and not any(map(is_asking, said))


def _is_nested(lines: list[str]) -> bool:
    """Check whether a key without a value stands above a deeper one."""
    for above, below in pairwise(lines):
        outer, inner = _YAML.fullmatch(above), _YAML.fullmatch(below)
        if outer and inner and not outer[3] and len(inner[1]) > len(outer[1]):
            return True
    return False


def _told(line: str) -> re.Match[str] | None:
    return (
        _YAML.fullmatch(line)
        or _INI.fullmatch(line)
        or _SECTION.fullmatch(line)
        or _ITEM.fullmatch(line)
    )


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every value behind its keys, and other lines as they are."""
    settings = _Settings()
    lines = _text_lines.lines(pieces(source, work))
    yield from proving("".join(map(settings.line, some)) for some in lines)
    yield settings.line("")


class _Settings:
    """Takes line by line; remembers under which keys they stand."""

    def __init__(self) -> None:
        self._section = ""
        self._above: list[tuple[int, str]] = []
        self._block: int | None = None  # how deep the key stands whose value goes on in lines
        self._is_awaited = False  # the value of the key in the line before
        self._rest = ""  # of a value that a stroke at its end carries over
        self._says = (-1, "")  # how deep a key stands that names another one's value, and the name

    def line(self, line: str) -> str:
        """Return a line's value behind its names."""
        if line.endswith(_CARRIES) and len(self._rest) < _LONGEST:
            self._rest += line[:-1].removesuffix(_BREAK) + "\n"
            return ""
        if self._rest:
            line, self._rest = self._rest + line.lstrip(), ""
        return f"{line.lstrip()}\n" if self._is_in_block(line) else self._alone(line)

    def _is_in_block(self, line: str) -> bool:
        """Check whether a line goes on with the text of a key above it (YAML 1.2, 8.1)."""
        indent = len(line) - len(line.lstrip())
        if self._block is not None and line.strip() and indent <= self._block:
            self._block = None
        return self._block is not None

    def _alone(self, line: str) -> str:
        is_awaited, self._is_awaited = self._is_awaited, False
        if len(line) > _LONGEST or _COMMENT.match(line):
            return f"{line}\n"
        if section := _SECTION.fullmatch(line):
            self._section, self._above = one_line(section[1]), []
            return ""
        if keyed := _YAML.fullmatch(line) or _INI.fullmatch(line):
            return self._keyed(len(keyed[1]), keyed[2].strip("\"' "), keyed[3] or "")
        if item := _ITEM.fullmatch(line):
            self._leave(len(item[1]))
            return said(self._name(""), item[2].strip("\"' "))
        if is_awaited and line.strip():  # one line below its key, as people write it
            return said(self._name(""), line.strip())
        return f"{line}\n"

    def _keyed(self, indent: int, key: str, value: str) -> str:
        self._leave(indent - 1)
        value = value.strip()
        if not value or _BLOCK.fullmatch(value):
            self._above.append((indent, key))
            self._block = indent if value else None
            self._is_awaited = not value
            return f"{key}:\n" if value else ""
        return self._beside(indent, key, value.strip("\"'"))

    def _beside(self, indent: int, key: str, value: str) -> str:
        """Write a value behind its name, which a key beside it may say: `label: DOB`."""
        low, (depth, name) = key.lower(), self._says
        if low in NAMED and depth == indent:
            self._says = (-1, "")
            return said(name, value)
        is_name = low in NAMING and is_label(value)
        self._says = (indent, one_line(value)) if is_name else self._says
        return said(key if is_name else self._name(key), value)

    def _leave(self, indent: int) -> None:
        """Forget keys that stand as deep as `indent` allows no more."""
        while self._above and self._above[-1][0] > indent:
            self._above.pop()

    def _name(self, key: str) -> str:
        return path((self._section, *(above for _, above in self._above), key))


EXTRACTOR = Extractor(name="keyed", sniff=sniff, extract=extract, order=_ORDER, flows=True)
