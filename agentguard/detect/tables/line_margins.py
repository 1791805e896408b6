"""Margins of lines: what mail clients, editors and programs put before each line of a text.

Behind ``> ``, ``# ``, ``- ``, ``| `` or a number that counts up the text is no other than without.
"""

from __future__ import annotations

import re
from itertools import groupby
from textwrap import dedent

from agentguard.detect.lexicon.lazy_pattern import later

_SIGNS = frozenset(">#|/-*\u2022;%\u00bb")
_QUOTES = frozenset(">\u00bb")
_QUOTED = later(r"(?:[ \t]{0,4}[>\u00bb])+ ?(?=[^\n])|(?:[ \t]{0,4}>)+ ?\Z")
_MARGIN = later(
    r"(?P<hash>#{1,3}(?: |\Z))|(?P<slashes>//{1,2}(?: |\Z))|(?P<semicolon>;{1,2}(?: |\Z))"
    r"|(?P<item>[ \t]{0,4}[-*\u2022](?: \[[ xX]\])? +)|(?P<bar>\|(?: (?=[^|]*\Z)|\Z))"
    r"|(?P<per_cent>%{1,2}(?: |\Z))|(?P<number>[ \t]{0,4}[0-9]{1,5}[:.)\t|] ?)"
)
_LEAST = 2
"""Lines with one margin below each other; one alone may be what somebody wrote."""

_LEAST_NUMBERED = 3
"""The same of numbers that count up, unless they begin with the first."""

_HUNK = later(r"(?m)^@@ -[0-9,]+ \+[0-9,]+ @@")
_CHANGED = later(r"(?m)^[+\- ](?![+\-]{2} )")


def unmargined(text: str) -> str:
    r"""Return a text without the margins of its lines.

    >>> unmargined("> > DOB?\n> > 3/4/80"), unmargined("1: card\n2: 4539\n3: ok")
    ('DOB?\n3/4/80', 'card\n4539\nok')
    >>> unmargined("# one alone\ntext"), unmargined("2: card\n7: paid\n8: ok")
    ('# one alone\ntext', '2: card\n7: paid\n8: ok')
    """
    if _HUNK.search(text):
        text = _CHANGED.sub("", text)
    lines = [line.rstrip("\r") for line in text.split("\n")]
    lines = [_unquoted(line) if not _QUOTES.isdisjoint(line[:5]) else line for line in lines]
    if any(map(_is_indented, lines)):
        lines = _outdented(lines)
    if not any(_may_have_one(line) for line in lines):
        return "\n".join(lines)
    made: list[str] = []
    for kind, some in groupby(map(_split, lines), key=lambda each: each[0]):
        each = list(some)
        made += [bare if _is_margin(kind, each) else f"{margin}{bare}" for _, margin, bare in each]
    return "\n".join(made)


def _unquoted(line: str) -> str:
    quoted = _QUOTED.match(line)
    return line[quoted.end() :] if quoted else line


def _is_indented(line: str) -> bool:
    return line[:1] in {" ", "\t"}


def _outdented(lines: list[str]) -> list[str]:
    """Return lines of which those below each other that begin deeper begin where others do."""
    made: list[str] = []
    for indented, some in groupby(lines, key=_is_indented):
        each = list(some)
        is_block = indented and len(each) >= _LEAST
        made += dedent("\n".join(each)).split("\n") if is_block else each
    return made


_Split = tuple[str, str, str]
"""What kind of margin a line has, the margin, and the line without it."""


def _may_have_one(line: str) -> bool:
    first = line.lstrip(" \t")[:1]
    return first in _SIGNS or first.isdigit()


def _split(line: str) -> _Split:
    found = _MARGIN.match(line) if _may_have_one(line) else None
    if found is None:
        return "", "", line
    return found.lastgroup or "", found[0], line[found.end() :]


def _is_margin(kind: str, lines: list[_Split]) -> bool:
    """Check whether it is a margin: it goes on below, and its numbers count up."""
    if kind != "number":
        return kind != "" and len(lines) >= _LEAST
    numbers = [int(re.sub(r"[^0-9]", "", margin)) for _, margin, _ in lines]
    counts_up = all(number - place == numbers[0] for place, number in enumerate(numbers))
    return counts_up and len(lines) >= (_LEAST if numbers[0] == 1 else _LEAST_NUMBERED)
