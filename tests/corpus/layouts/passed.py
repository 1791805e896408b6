"""Tables as they are passed on: saved forms, settings, lists of fields, histories of changes."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]

_ROWS = (
    '<div class="row"><label for="{id}">{name}</label><input id="{id}" value="{cell}"></div>',
    '<p><label>{name} <input type="text" value="{cell}" name="{id}"/></label></p>',
    "<dl><dt>{name}</dt><dd>{cell}</dd></dl>",
    '<table><tr><td>{name}:</td><td><input value="{cell}" readonly></td></tr></table>',
)


def webform(rows: Rows) -> list[str]:
    """Write a page of a customer system as it is saved, its fields filled in."""
    made = ["<!doctype html>", "<html><body>"]
    for number, row in enumerate(rows[1:]):
        made.append(f'<form id="record{number}" method="post"><h2>Record {number}</h2>')
        shape = _ROWS[number % len(_ROWS)]
        for place, (name, cell) in enumerate(zip(rows[0], row, strict=True)):
            field = {"id": f"ctl{number}_{place}", "name": html.escape(name)}
            made.append(shape.format(**field, cell=html.escape(cell)))
        made.append("</form>")
    return [*made, "</body></html>"]


def above(rows: Rows) -> list[str]:
    """Write three labels on a line and their values on the next, as forms are printed."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f"Record {number}")
        for begin in range(0, len(row), 3):
            pairs = list(zip(rows[0][begin : begin + 3], row[begin : begin + 3], strict=True))
            widths = [max(len(name), len(cell)) + 4 for name, cell in pairs]
            for line in zip(*pairs, strict=True):
                cells = zip(line, widths, strict=True)
                made.append("".join(cell.ljust(width) for cell, width in cells).rstrip())
        made.append("")
    return made


def required(rows: Rows) -> list[str]:
    """Write what a survey mails: a label, its star, the answer indented below."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made += [f"Response {number}", "-" * 20]
        for name, cell in zip(rows[0], row, strict=True):
            made += [f"{name} *", f"    {cell}"]
        made.append("")
    return made


def fields(rows: Rows) -> list[str]:
    """Write a field a line in two columns, as forms are exported."""
    made = ["Field\tValue"]
    for row in rows[1:]:
        made += [f"{name}\t{cell}" for name, cell in zip(rows[0], row, strict=True)]
        made.append("\t")
    return made


def audit(rows: Rows) -> list[str]:
    """Write the history of a customer system: who changed which field from what to what."""
    made = ["When;Who;Field;Old value;New value"]
    for number, row in enumerate(rows[1:], 10):
        for place, (name, cell) in enumerate(zip(rows[0], row, strict=True), 10):
            made.append(f"2026-03-04 {number}:{place};agent{place};{name};;{cell}")
    return made


def answers(rows: Rows) -> list[str]:
    """Write what a form's service posts: an object for each question and its answer."""
    made = []
    for row in rows[1:]:
        pairs = [{"label": n, "value": c} for n, c in zip(rows[0], row, strict=True)]
        made.append(json.dumps({"form": "contact", "fields": pairs}, ensure_ascii=False))
    return made


def plist(rows: Rows) -> list[str]:
    """Write a property list (Apple): a key and a string in turn."""
    made = ['<?xml version="1.0" encoding="UTF-8"?>', '<plist version="1.0">', "<array>"]
    for row in rows[1:]:
        made.append("  <dict>")
        for name, cell in zip(rows[0], row, strict=True):
            made.append(f"    <key>{html.escape(name)}</key>")
            made.append(f"    <string>{html.escape(cell)}</string>")
        made.append("  </dict>")
    return [*made, "</array>", "</plist>"]


def properties(rows: Rows) -> list[str]:
    """Write settings whose keys tell the record and the field."""
    return [
        f"profile.{number}.{name.replace(' ', '_')}={cell}"
        for number, row in enumerate(rows[1:], 1)
        for name, cell in zip(rows[0], row, strict=True)
    ]


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "webform": webform,
    "above": above,
    "required": required,
    "fields": fields,
    "audit": audit,
    "answers": answers,
    "plist": plist,
    "properties": properties,
}
ENDINGS = {"webform": "html", "fields": "tsv", "answers": "jsonl", "plist": "plist"}
"""Of those whose program gives the file a name of its own; the others are pasted into text."""
