"""More tables as they are pasted into text: dumps of a script, patches, drawn boxes, interviews."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]


def arrows(rows: Rows) -> list[str]:
    """Write what a web server's script dumps."""
    made: list[str] = []
    for row in rows[1:]:
        made.append("array (")
        made += [f"  '{name}' => '{cell}'," for name, cell in zip(rows[0], row, strict=True)]
        made.append("),")
    return made


def patches(rows: Rows) -> list[str]:
    """Write changes of records as an interface sends them (RFC 6902)."""
    return [
        json.dumps({"op": "add", "path": f"/{number}/{name}", "value": cell}, ensure_ascii=False)
        for number, row in enumerate(rows[1:])
        for name, cell in zip(rows[0], row, strict=True)
    ]


def boxed(rows: Rows) -> list[str]:
    """Write a table in a drawn frame."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    drawn = [
        "│ " + " │ ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " │"
        for row in rows
    ]
    ruled = ["─" * (width + 2) for width in widths]
    top, middle, foot = ("┌┬┐", "├┼┤", "└┴┘")
    lines = [ends[0] + ends[1].join(ruled) + ends[2] for ends in (top, middle, foot)]
    return [lines[0], drawn[0], lines[1], *drawn[1:], lines[2]]


def across(rows: Rows) -> list[str]:
    """Write a field a line, the records side by side."""
    return ["\t".join(column) for column in zip(*rows, strict=True)]


def brackets(rows: Rows) -> list[str]:
    """Write a record as a sentence, values in brackets behind their names."""
    return [
        "saved " + ", ".join(f"{n} ({c})" for n, c in zip(rows[0], row, strict=True)) + "."
        for row in rows[1:]
    ]


def escaped(rows: Rows) -> list[str]:
    """Write a record as a text inside of a record."""
    made: list[str] = []
    for row in rows[1:]:
        inner = json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False)
        made.append(json.dumps({"type": "saved", "body": inner}, ensure_ascii=False))
    return made


def interview(rows: Rows) -> list[str]:
    """Write questions and answers as a transcript's export numbers them."""
    made: list[str] = []
    for row in rows[1:]:
        for number, (name, cell) in enumerate(zip(rows[0], row, strict=True), 1):
            made += [f"Q{number}. And the {name}?", f"A{number}. {cell}"]
    return made


def headers(rows: Rows) -> list[str]:
    """Write fields as a message's own headers."""
    made: list[str] = []
    for row in rows[1:]:
        made += [
            f"X-{name.replace(' ', '-')}: {cell}" for name, cell in zip(rows[0], row, strict=True)
        ]
        made.append("")
    return made


def mirrored(rows: Rows) -> list[str]:
    """Write values before their names, as some letters set them."""
    return [
        f"{cell}  ({name})" for row in rows[1:] for name, cell in zip(rows[0], row, strict=True)
    ]


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "arrows": arrows,
    "patches": patches,
    "boxed": boxed,
    "across": across,
    "brackets": brackets,
    "escaped": escaped,
    "interview": interview,
    "headers": headers,
    "mirrored": mirrored,
}
