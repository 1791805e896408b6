"""What the first rows of a table tell: whether its names stand above columns or beside rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.tables.field_names import is_label, one_line

Row = Mapping[int, str]
"""The cells that are not empty, by column."""

LOOK_FOR_HEADER = 15
"""Rows among which the one with the columns' names is looked for."""

_MOSTLY = 0.6
_CLEARLY = 0.2
_FEWEST_ROWS = 3
_SHORT = 6
_NEARLY = 0.8
_PAIR = 2  # a label and its value
_NUMBER = 3  # digits that no label has


def header_at(rows: Sequence[Row]) -> int | None:
    """Return which of the first rows names the columns: the fullest of those that hold labels."""
    widest = max((len(row) for row in rows), default=0)
    best: int | None = None
    for place, row in enumerate(rows):
        fuller = best is None or len(row) > len(rows[best])
        if fuller and 2 * len(row) >= widest and is_heading(row):
            best = place
    return best


def is_heading(row: Row) -> bool:
    """Check whether a row may name columns; one with a sign alone ("#") may number the rows."""
    named = [cell for cell in row.values() if any(map(str.isalnum, cell))]
    return len(named) > 1 and all(map(is_label, named))


def names_of(rows: Sequence[Row], place: int) -> dict[int, str]:
    """Return the columns' names, each behind the name of the group above it, if there is one."""
    header = {column: one_line(cell) for column, cell in rows[place].items()}
    groups = rows[place - 1] if place else {}
    if len(groups) >= len(header) or not (is_heading(groups) or _is_group(groups, header)):
        return header
    named, group = {}, ""
    for column in range(max(header) + 1 if max(header) <= _WIDEST else 0):
        group = groups.get(column, group)
        if column in header:
            named[column] = one_line(f"{group} {header[column]}")
    return named or header


def _is_group(row: Row, header: Row) -> bool:
    """Tell a lone group above some columns, which is indented, from a table's title."""
    return len(row) == 1 and min(row) > min(header) and all(map(is_label, row.values()))


_WIDEST = 1000


def is_upright(rows: Sequence[Row]) -> bool:
    """Check whether the first column names the rows: they are alike along, and not down."""
    widest = max((len(row) for row in rows), default=0)
    if rows and not is_label(rows[0][min(rows[0])]):  # the corner above the names: "#"
        rows = rows[1:]
    count, rows = len(rows), [row for row in rows if len(row) == widest > 1]
    if len(rows) < _FEWEST_ROWS:
        return False
    firsts = [min(row) for row in rows]
    labels = [row[first].strip() for row, first in zip(rows, firsts, strict=True)]
    is_form = widest == _PAIR and _are_nearly_labels(labels)  # with a line at its foot
    if len(set(firsts)) > 1 or not all(map(is_label, labels)):
        return is_form and len(set(firsts)) == 1
    again = len(labels) - len(set(labels))
    if again and (widest > _PAIR or (is_heading(rows[0]) and labels.count(labels[0]) == 1)):
        return False
    if again and (len(rows) < _NEARLY * count or any(len(x.split()) > _SHORT for x in labels)):
        return False
    down = _alikeness(_columns(rows, firsts[0]))
    if widest == _PAIR:
        return down < _MOSTLY or any(map(_names_a_value, labels[1:]))
    along = _alikeness([[row[c] for c in sorted(row)[1:]] for row in rows])
    return along >= _MOSTLY and along > down + _CLEARLY


def names_values(row: Row) -> bool:
    """Check whether a row has names alone, and several of personal data: below a title it heads."""
    return (
        len(row) >= _FEWEST_ROWS
        and is_heading(row)
        and not any(map(_has_number, row.values()))
        and sum(map(_names_a_value, row.values())) > 1
    )


def _are_nearly_labels(labels: Sequence[str]) -> bool:
    """Check whether all but a few lines begin with a label, and some with one of personal data."""
    named = [label for label in labels if is_label(label)]
    few = len(labels) > len(named) >= _NEARLY * len(labels) and len(set(named)) == len(named)
    return few and sum(map(_names_a_value, named[1:])) > 1


def _names_a_value(label: str) -> bool:
    """Tell a label of personal data, as no first column of a table has below its name."""
    return default_scanner().knows(one_line(label))


def is_alternating(rows: Sequence[Row]) -> bool:
    """Check whether each second row holds values for the labels of the row before, as in forms."""
    if not rows or len(rows) % _PAIR:
        return False
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    return all(_names_below(names, values) for names, values in pairs)


def _names_below(names: Row, values: Row) -> bool:
    numbers = any(_has_number(cell) for cell in values.values())
    return is_heading(names) and numbers and not any(map(_has_number, names.values()))


def _has_number(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) >= _NUMBER


def is_paired(rows: Sequence[Row]) -> bool:
    """Check whether every second cell names the one after it, as in forms."""
    if not rows or any(len(row) < _PAIR or len(row) % _PAIR for row in rows):
        return False
    cells = [[row[column] for column in sorted(row)] for row in rows]
    names = [name for row in cells for name in row[::2]]
    values = [value for row in cells for value in row[1::2]]
    if not all(map(is_label, names)) or all(map(is_label, values)):
        return False
    if len(rows) == 1:
        return True
    if is_heading(rows[0]) and len(rows) < _FEWEST_ROWS:
        return False
    return len(set(names)) == len(names) and _alikeness(_columns(rows, min(rows[0]))) < _MOSTLY


def _columns(rows: Sequence[Row], first: int) -> list[list[str]]:
    """Return what stands below each other in the columns after the first."""
    columns: dict[int, list[str]] = {}
    for row in rows:
        for column, cell in row.items():
            if column != first:
                columns.setdefault(column, []).append(cell)
    return list(columns.values())


def _alikeness(lines: Sequence[Sequence[str]]) -> float:
    """Return the mean share of the most common kind of cell in each line."""
    most = (
        (Counter(map(_kind, line)).most_common(1)[0][1], len(line))
        for line in lines
        if len(line) > 1
    )
    shares = [count / length for count, length in most]
    return sum(shares) / len(shares) if shares else 0.0


def _kind(cell: str) -> str:
    digits = sum(map(str.isdigit, cell))
    if "@" in cell:
        return "mail"
    if not digits or 2 * digits < len(cell) - _SHORT:
        return "text"
    return f"{digits}{'x' if any(map(str.isalpha, cell)) else ''}"
