"""Numbers that records hold in parts: lists of groups or digits, and fields `card1`, `card2`..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.tables.columns import LONGEST_PART
from agentguard.detect.tables.field_names import path, said

Parts = dict[str, list[str]]
"""The values of an object's numbered fields, by their names without numbers."""

_DIGITS = "0123456789"
_FEWEST, _MOST_GROUPS = 3, 6
_LENGTHS = range(8, 20)
"""Digits of the numbers that labels tell: from an account's to a card's (ISO/IEC 7812-1)."""


def keep(parts: Parts, key: str, value: str) -> None:
    """Keep the value of a numbered field that may be a part of a number."""
    if key and key[-1] in _DIGITS and _is_part(value):
        parts.setdefault(key.rstrip(_DIGITS).rstrip(" _-"), []).append(value)


def numbered(parts: Mapping[str, Sequence[str]], names: tuple[str, ...]) -> Iterator[str]:
    """Yield the numbers whose parts the fields of an object were, behind the keys above them."""
    for stem, values in parts.items():
        yield together(path((*names, stem)), values) or together(path(names), values)


def together(name: str, values: Sequence[str]) -> str:
    """Write a number in parts behind its name; empty where it is none, or nothing names it."""
    digits = "".join(values) if len(values) in _LENGTHS or len(values) <= _MOST_GROUPS else ""
    if len(values) < _FEWEST or len(digits) not in _LENGTHS or not all(map(_is_part, values)):
        return ""
    is_parted = len(values) <= _MOST_GROUPS or len(values) == len(digits)
    return said(name, digits) if is_parted and name and default_scanner().knows(name) else ""


def _is_part(value: str) -> bool:
    return value.isdigit() and len(value) <= LONGEST_PART
