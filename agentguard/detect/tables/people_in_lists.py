"""Lists of people in notes: what stands beside a name is told by the list, and not by a word.

A list of names with a telephone each says once what it is, in the line above it or by those of its
numbers that nobody doubts. A day of long ago between a name and a number that the state gives to
a person is a birthday. Each is given its name, and then judged as if it had been written so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agentguard.detect.kinds.nhs import mod_11
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.score.clauses import names_another
from agentguard.detect.score.word_classes import NOBODY_S

_FEWEST, _FEWEST_BELOW, _FEWEST_SURE = 3, 2, 2
_MOSTLY, _THIRD = 2, 3
_LONGEST, _LONGEST_NAME = 200, 40
_DIGITS = range(9, 12)
_NHS = 10
_LONG_AGO = 2010
_START = later(
    r"[ \t>]*(?:(?:[-*\u2022.]|\[[ xX]\]|\(?[0-9]{1,3}[.)])[ \t]*)*"
    r"(?:\[?[0-9]{1,2}[:.][0-9]{2}\]?[ \t]+)?"
)
_NUMBER = later(
    r"(?<![\w+/.\-])(?:\+[0-9]|\(?0?[0-9])(?:[ .\-/()]{0,2}[0-9]){7,13}(?![\w/]|[.\-][0-9])"
)
_JOINT = later(r"(?: [-\u2013\u2014/|:=] ?|[,;|\t:] ?| {2,})\Z")
_NAME = later(
    r"[^\W\d_][\w.'\u2019\-]*(?:[, ]{1,2}[^\W\d_(][\w.'\u2019\-]*){0,4}(?: \([^()0-9]{2,20}\))?"
)
_DATED = later(r"[0-9]{1,2}([./\-])[0-9]{1,2}\1(?:19|20)?[0-9]{2}\b|[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_CALLED = later(
    r"\b(?:(?:call|ring)(?:s|ed|ing)?|call ?-?(?:back|list)s?|ring ?(?:round|back)s?|phones?"
    r"|mobiles?|tel|contacts?|r\xfcckrufe?|zur\xfcckrufen|anrufen|rappel(?:s|er)?|llamar|llamadas|retornos?"
    r"|ligar|liga\xe7\xf5es"
    r"|oddzwoni(?:enia|\u0107)|zadzwoni\u0107|(?:terug)?bellen|richiamare|tawagan|call karna)\b",
    re.IGNORECASE,
)
_DAY = (
    r"(?P<day>[0-9]{1,2}([./\-])[0-9]{1,2}\2(?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{1,2}[ \-](?:[A-Z][a-z]{2,8})[ \-](?:19|20)[0-9]{2}"
    r"|[A-Z][a-z]{2,8} [0-9]{1,2},? (?:19|20)[0-9]{2})"
)
_OF_A_PERSON = (
    r"(?:(?i:nhs|ni ?no|ssn|soc|aadhaa?r|nino)\b(?:[ .:#]|no\b|number\b){0,4}[A-Z0-9]"
    r"|[0-9]{3}-[0-9]{2}-[0-9]{4}\b|[0-9]{3}[ \-][0-9]{3}[ \-][0-9]{4}\b"
    r"|[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b)"
)
_BETWEEN = r"(?:, ?| - | / | {1,4}|\t)"
_BORN = (
    later(
        rf"(?<![\w.])[A-Z][\w.'\u2019\-]+(?:,? [A-Z][\w.'\u2019\-]+){{0,3}}(?: \([a-z ]{{2,20}}\))?"
        rf"{_BETWEEN}{_DAY}(?={_BETWEEN}{_OF_A_PERSON})"
    ),
    later(
        r"(?i:\bnhs)[ .:#a-z]{0,12}[0-9]{3}[ \-]?[0-9]{3}[ \-]?[0-9]{4}"
        rf"{_BETWEEN}{_DAY}(?=[ \t]*(?:[,;.\n]|\Z))"
    ),
)
_YEAR = later(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_LAST, _THIS, _YOUNG = 1900, 2000, 30


class _Row(NamedTuple):
    """A line of a list: where its number begins, what stands before that, and the number."""

    start: int
    joint: str
    number: str
    is_sure: bool


def with_names(text: str) -> str:
    r"""Return a text in which telephones and birthdays of a list stand behind a word for them.

    >>> with_names("to ring\nAnn Holt - 98123 43210\nBo Day - 98123 43211\n")
    'to ring\nAnn Holt - tel 98123 43210\nBo Day - tel 98123 43211\n'
    >>> with_names("Ann Holt 08/02/1973 512-43-7718")
    'Ann Holt dob 08/02/1973 512-43-7718'
    """
    for born in _BORN:
        text = born.sub(_named_day, text)
    lines = text.split("\n")
    rows = [_row(line) for line in lines]
    for begin, end in _blocks(rows):
        if _are_called(lines[begin - 1] if begin else "", [row for row in rows[begin:end] if row]):
            for at in range(begin, end):
                lines[at] = _with_label(lines[at], rows[at])
    return "\n".join(lines)


def _named_day(found: re.Match[str]) -> str:
    """Return what was matched with a word before the day, if it is one of long ago."""
    day = found["day"]
    whole = _YEAR.search(day)
    short = int(day[-2:])
    year = int(whole[0]) if whole else short + (_THIS if short <= _YOUNG else _LAST)
    if year > _LONG_AGO:
        return found[0]
    at = found.start("day") - found.start()
    return f"{found[0][:at]}dob {found[0][at:]}"


def _row(line: str) -> _Row | None:
    """Return what a line of a list has for its telephone; None where it has none, or several."""
    if len(line) > _LONGEST or not any(map(str.isdigit, line)):
        return None
    begin = _START.match(line)
    first = begin.end() if begin else 0
    found = [row for match in _NUMBER.finditer(line, first) if (row := _may_be(line, first, match))]
    return found[0] if len(found) == 1 else None


def _may_be(line: str, first: int, match: re.Match[str]) -> _Row | None:
    """Return a number that no word of its own names, at the end of a name or of another cell."""
    number, before = match[0], line[first : match.start()]
    digits = sum(map(str.isdigit, number))
    if not (digits in _DIGITS or number[:1] == "+") or _DATED.match(number):
        return None
    joint = _JOINT.search(before)
    name = before[: joint.start()] if joint else before.rstrip()
    last = name.split(" ")[-1]
    is_named = _NAME.fullmatch(name) is not None and len(name) <= _LONGEST_NAME
    is_named = is_named and (joint is not None or last[:1].isupper() or last.endswith(")"))
    behind_another = joint is not None and any(map(str.isdigit, last))
    if default_scanner().is_label(last.strip(":")):
        return None  # named already, or of what such a name is no proof
    if not before or names_another(f"{before} ", NOBODY_S) or not (is_named or behind_another):
        return None
    is_sure = any(hit.kind == "PHONE" for hit in default_scanner().scan(f"x\n{number}\n"))
    return _Row(match.start(), joint[0].strip() if joint else "", number, is_sure)


def _blocks(rows: Sequence[_Row | None]) -> Iterator[tuple[int, int]]:
    """Yield where lines of one list begin and end: each has a number behind the same joint."""
    begin = 0
    for at in range(len(rows) + 1):
        row = rows[at] if at < len(rows) else None
        first = rows[begin] if begin < len(rows) else None
        if row is not None and first is not None and row.joint == first.joint:
            continue
        if at - begin >= _FEWEST_BELOW and first is not None:
            yield begin, at
        begin = at


def _are_called(above: str, rows: Sequence[_Row]) -> bool:
    """Check whether the numbers of a list are telephones, by the line above or by some of them."""
    ten = ["".join(filter(str.isdigit, row.number)) for row in rows]
    if _MOSTLY * sum(len(each) == _NHS and mod_11(each) for each in ten) > len(ten):
        return False
    sure = sum(row.is_sure for row in rows)
    if len(rows) >= _FEWEST and sure >= _FEWEST_SURE and _THIRD * sure >= len(rows):
        return True
    return len(above) <= _LONGEST_NAME and _CALLED.search(above) is not None


def _with_label(line: str, row: _Row | None) -> str:
    return line if row is None else f"{line[: row.start]}tel {line[row.start :]}"
