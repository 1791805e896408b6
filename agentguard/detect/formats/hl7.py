r"""HL7 version 2: messages of clinics, whose fields are told by their place alone.

A message is lines of fields; its first, MSH, says by what they are parted. Which field holds what:
HL7 2.5.1, chapters 3 and 6 (PID, NK1, GT1, IN1, IN2), types of identifiers: table 0203.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from agentguard.detect.extractor import BINARY, Extractor, Source, Work
from agentguard.detect.formats import _text_lines
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import said

_ORDER = BINARY + 2
_MARK = b"MSH"
_HEADER = later(
    r"^\x0b?(?:MSH|FHS|BHS)([^\w\s])([^\w\s])([^\w\s])([^\w\s])([^\w\s])?\1", re.MULTILINE
)
_SEGMENT = later(r"\x0b?([A-Z][A-Z0-9]{2})")
_DAY = later(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9.+\-]{2,})?")
_ESCAPED = later(r"\\(F|S|T|R|E|\.br)\\")
_PLAIN = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}
_IDENTIFIERS = {
    "SS": "ssn",
    "PPN": "passport number",
    "BC": "card number",
    "NH": "nhs number",
    "NI": "national id",
}
_AUTHORITY, _TYPE = 3, 4  # of an identifier (CX)
_MAIL, _COUNTRY, _AREA, _LOCAL = 3, 4, 5, 6  # of a telephone (XTN)

_Components: TypeAlias = list[str]


def sniff(source: Source) -> bool:
    """Tell messages by the header of one."""
    if _MARK not in source.head and not source.head.startswith((b"FHS", b"BHS")):
        return False
    return bool(encoding_of(source.head)) and _HEADER.search(decoded(source.head)) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every field, those that are known behind their names; other lines as they are."""
    parted = "|^~\\&"
    for some in _text_lines.lines(piece.replace("\r", "\n") for piece in pieces(source, work)):
        for line in some:
            if header := _HEADER.match(line):
                parted = "".join(mark or "" for mark in header.groups())
            yield from _line(line, parted)


def _line(line: str, parted: str) -> Iterator[str]:
    name = _SEGMENT.match(line)
    if name is None or line[name.end() : name.end() + 1] != parted[0]:
        yield f"{line}\n"
        return
    for place, field in enumerate(line[name.end() + 1 :].split(parted[0]), 1):
        for one in field.split(parted[2]):
            if one and one != parted[1:]:
                told = [_unescaped(part) for part in one.split(parted[1])]
                yield _FIELDS.get((name[1], place), _plain)(told)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _PLAIN[found[1]], text) if "\\" in text else text


def _plain(told: _Components) -> str:
    return said("", " ".join(part for part in told if part))


def _born(told: _Components) -> str:
    day = _DAY.fullmatch(told[0])
    return said("date of birth", "-".join(day.groups()) if day else told[0])


def _social(told: _Components) -> str:
    return said("ssn", told[0])


def _reached(told: _Components) -> str:
    """Write a telephone and an address of a mail, also one whose parts are apart (type XTN)."""
    parts = told + [""] * (_LOCAL + 1 - len(told))
    country = f"+{parts[_COUNTRY].lstrip('+')}" if parts[_COUNTRY] else ""
    apart = " ".join(part for part in (country, parts[_AREA], parts[_LOCAL]) if part)
    mail = said("email", parts[_MAIL]) if "@" in parts[_MAIL] else ""
    return said("telephone", parts[0] or apart) + mail if parts[0] or apart else mail


def _identified(told: _Components) -> str:
    """Write an identifier behind what kind it is of, or who gave it (type CX)."""
    parts = told + [""] * (_TYPE + 1 - len(told))
    authority, kind = parts[_AUTHORITY], parts[_TYPE]
    if "NHS" in authority:
        kind = "NH"
    return said(_IDENTIFIERS.get(kind, authority or "id"), told[0])


_FIELDS: dict[tuple[str, int], Callable[[_Components], str]] = {
    ("PID", 2): _identified,
    ("PID", 3): _identified,
    ("PID", 4): _identified,
    ("PID", 13): _reached,
    ("PID", 14): _reached,
    ("NK1", 5): _reached,
    ("NK1", 6): _reached,
    ("GT1", 6): _reached,
    ("GT1", 7): _reached,
    ("PID", 7): _born,
    ("NK1", 16): _born,
    ("GT1", 8): _born,
    ("IN1", 18): _born,
    ("PID", 19): _social,
    ("NK1", 37): _social,
    ("GT1", 12): _social,
    ("IN2", 2): _social,
}

EXTRACTOR = Extractor(name="hl7", sniff=sniff, extract=extract, order=_ORDER, flows=True)
