"""Tables as they are printed and ticked: a mailed grid, a checklist, grouped heads, paged lists."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]

_PAGE = 3
"""Records on a printed page."""

_ABOUT = 4
"""Columns about the order, before those about the person."""


def mailed(rows: Rows) -> list[str]:
    """Write the mail of a website's form: bold names on the left, answers on the right."""
    made = ['<html><body style="font-family:Arial">']
    for number, row in enumerate(rows[1:], 1):
        made.append(f"<h3>Enquiry {number}</h3>")
        made.append('<table width="600" cellpadding="4">')
        for name, cell in zip(rows[0], row, strict=True):
            left = f'<td align="right"><b>{html.escape(name)}</b></td>'
            made.append(f"<tr>{left}<td><span>{html.escape(cell)}</span></td></tr>")
        made.append("</table>")
    return [*made, "</body></html>"]


def ticked(rows: Rows) -> list[str]:
    """Write a checklist of what was verified."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f"### Checks for file {number}")
        for place, (name, cell) in enumerate(zip(rows[0], row, strict=True)):
            made.append(f"- [{'x '[place % 2]}] {name} -> {cell}")
        made.append("")
    return made


def grouped(rows: Rows) -> list[str]:
    """Write a list whose head has two lines: groups of columns, then the columns."""
    groups = [""] * len(rows[0])
    groups[1], groups[_ABOUT] = "Order", "Details"
    return [";".join(row) for row in (groups, *rows)]


def paged(rows: Rows) -> list[str]:
    """Write a printed list that repeats its head on every page."""
    widths = [max(map(len, column)) + 3 for column in zip(*rows, strict=True)]

    def line(row: Sequence[str]) -> str:
        return "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

    made: list[str] = []
    for begin in range(1, len(rows), _PAGE):
        made += [f"RUN 2026-03-04{' ' * 30}PAGE {begin // _PAGE + 1}", "", line(rows[0])]
        made += [*map(line, rows[begin : begin + _PAGE]), "\f"]
    return made


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "mailed": mailed,
    "ticked": ticked,
    "grouped": grouped,
    "paged": paged,
}
ENDINGS = {"mailed": "html", "grouped": "csv"}
