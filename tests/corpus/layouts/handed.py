"""Tables as one system hands them to the next: statements, tickets, key-value lists, threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape

Rows = Sequence[Sequence[str]]


def inserted(rows: Rows) -> list[str]:
    """Write a statement for each row, as a server's scripting wizard does."""
    names = ", ".join(f"[{name}]" for name in rows[0])
    made = ["SET IDENTITY_INSERT [dbo].[Contact] ON"]
    for row in rows[1:]:
        values = ", ".join(f"N'{_doubled(cell)}'" for cell in row)
        made.append(" ".join((f"INSERT [dbo].[Contact] ({names})", f"VALUES ({values})")))
    return made


def created(rows: Rows) -> list[str]:
    """Write a dump whose names stand in the table's definition alone."""
    made = ["DROP TABLE IF EXISTS `contact`;", "CREATE TABLE `contact` ("]
    made += [f"  `{name}` varchar(255) DEFAULT NULL," for name in rows[0]]
    made += [f"  KEY `ix_1` (`{rows[0][0]}`)", ") ENGINE=InnoDB;", "INSERT INTO `contact` VALUES"]
    values = [",".join(f"'{_doubled(cell)}'" for cell in row) for row in rows[1:]]
    return [*made, ",\n".join(f"({line})" for line in values) + ";"]


def _doubled(text: str) -> str:
    return text.replace("'", "''")


def tickets(rows: Rows) -> list[str]:
    """Write a help desk's tickets: each field an object of its name and its value."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        fields = [
            {"id": 360000 + place, "title": name, "type": "text", "value": cell}
            for place, (name, cell) in enumerate(zip(rows[0], row, strict=True))
        ]
        ticket = {"ticket": {"id": number, "status": "solved", "custom_fields": fields}}
        made.append(json.dumps(ticket, ensure_ascii=False, indent=2))
    return made


def attached(rows: Rows) -> list[str]:
    """Write the data attached to a call as a telephony server logs it."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 10):
        made.append(f"09:{number}:12.604 Trc 04541 EventAttachedDataChanged")
        made.append("\tAttributeUserData [list, size (unpacked)=512] =")
        pairs = zip(rows[0], row, strict=True)
        made += [f"\t\t'{name}' [str] = \"{cell}\"" for name, cell in pairs]
    return made


def coupled(rows: Rows) -> list[str]:
    """Write an enterprise system's message: elements of a name and of a value."""
    made = ['<?xml version="1.0"?>', "<Items>"]
    for number, row in enumerate(rows[1:], 1):
        made.append(f'  <Item Key="{number}">')
        made += [
            f"    <Field><Name>{escape(name)}</Name><Value>{escape(cell)}</Value></Field>"
            for name, cell in zip(rows[0], row, strict=True)
        ]
        made.append("  </Item>")
    return [*made, "</Items>"]


def pivoted(rows: Rows) -> list[str]:
    """Write a field a line and a person a column, people's places as the head."""
    head = ["#", *(str(number) for number in range(1, len(rows)))]
    return [";".join(line) for line in (head, *zip(*rows, strict=True))]


def abreast(rows: Rows) -> list[str]:
    """Write a record sheet with two fields on each line."""
    made: list[str] = []
    for row in rows[1:]:
        fields = [f"{name}: {cell}" for name, cell in zip(rows[0], row, strict=True)]
        made += [f"{' ' * 40}PAGE 1", "-" * 78]
        for place in range(0, len(fields), 2):
            made.append("".join(field.ljust(52) for field in fields[place : place + 2]).rstrip())
        made.append("")
    return made


def threaded(rows: Rows) -> list[str]:
    """Write a thread whose questions are quoted twice and their answers once."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 10):
        made += ["All set, see below.", "", f"On Tue, 3 Mar 2026 at 11:{number}, a client wrote:"]
        for name, cell in zip(rows[0], row, strict=True):
            made += [f">> {name}?", f"> {cell}", ">"]
        made.append("")
    return made


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "inserted": inserted,
    "created": created,
    "tickets": tickets,
    "attached": attached,
    "coupled": coupled,
    "pivoted": pivoted,
    "abreast": abreast,
    "threaded": threaded,
}
