"""Tables as people and programs paste them into text: dumps, records, drawn columns, chats."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

Rows = Sequence[Sequence[str]]


def yaml(rows: Rows) -> list[str]:
    """Write a list of mappings."""
    made: list[str] = []
    for row in rows[1:]:
        for n, (name, cell) in enumerate(zip(rows[0], row, strict=True)):
            quoted = json.dumps(cell, ensure_ascii=False) if cell[:1] in "+0" else cell
            made.append(f"{'  ' if n else '- '}{name}: {quoted}")
    return made


def sql(rows: Rows) -> list[str]:
    """Write a dump's insert."""
    names = ", ".join(f"`{name}`" for name in rows[0])
    values = [f"({', '.join(_quoted(cell) for cell in row)})" for row in rows[1:]]
    return [f"INSERT INTO `customers` ({names}) VALUES", ",\n".join(values) + ";"]


def _quoted(cell: str) -> str:
    return "'" + cell.replace("'", "''") + "'"


def fixed(rows: Rows) -> list[str]:
    """Write columns of a fixed width, as a report's printout."""
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    made = ["".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [made[0], "".join("-" * (w - 1) + " " for w in widths).rstrip(), *made[1:]]


def markdown(rows: Rows) -> list[str]:
    """Write a table of a wiki."""
    made = [f"| {' | '.join(row)} |" for row in rows]
    return [made[0], "|" + "---|" * len(rows[0]), *made[1:]]


def drawn(rows: Rows) -> list[str]:
    """Write what a database's shell prints."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    made = [" " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return [made[0], "+".join("-" * (w + 2) for w in widths), *made[1:], f"({len(rows) - 1} rows)"]


def records(rows: Rows) -> list[str]:
    """Write a block of lines for each record."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f"*** {number} ***")
        made += [f"{name:>24}: {cell}" for name, cell in zip(rows[0], row, strict=True)]
    return made


def ini(rows: Rows) -> list[str]:
    """Write a section for each record."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f"[record{number}]")
        made += [f"{name}={cell}" for name, cell in zip(rows[0], row, strict=True)]
    return made


def mappings(rows: Rows) -> list[str]:
    """Write what a debugger prints."""
    return [repr(dict(zip(rows[0], row, strict=True))) for row in rows[1:]]


def chat(rows: Rows) -> list[str]:
    """Write a talk: the agent asks for each field."""
    made: list[str] = []
    for row in rows[1:]:
        for name, cell in zip(rows[0], row, strict=True):
            made += [f"Agent: {name}?", f"Client: {cell}"]
    return made


def query(rows: Rows) -> list[str]:
    """Write addresses with the fields behind the question mark."""
    return [
        "GET /v1/form?" + urlencode(list(zip(rows[0], row, strict=True)), safe="@/:") + " 200"
        for row in rows[1:]
    ]


def wiki(rows: Rows) -> list[str]:
    """Write a table as ticket systems mark it up."""
    return ["||" + "||".join(rows[0]) + "||", *("|" + "|".join(row) + "|" for row in rows[1:])]


def leaders(rows: Rows) -> list[str]:
    """Write names and values with dots between them."""
    made: list[str] = []
    for row in rows[1:]:
        made += [
            f"{name} {'.' * max(3, 30 - len(name))} {cell}"
            for name, cell in zip(rows[0], row, strict=True)
        ]
        made.append("")
    return made


def pairs(rows: Rows) -> list[str]:
    """Write a record on one line."""
    return ["; ".join(f"{n}={c}" for n, c in zip(rows[0], row, strict=True)) for row in rows[1:]]


def messenger(rows: Rows) -> list[str]:
    """Write the export of a messenger: a stamp and a name before each turn."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 10):
        for name, cell in zip(rows[0], row, strict=True):
            made.append(f"[{number}:04:31] Rosa (support): could I have the {name}, please?")
            made.append(f"[{number}:05:02] Visitor: {cell}")
    return made


def history(rows: Rows) -> list[str]:
    """Write what a customer system keeps of changes."""
    return [
        f'2026-03-04 agent07 changed {name} from "" to "{cell}"'
        for row in rows[1:]
        for name, cell in zip(rows[0], row, strict=True)
    ]


def bullets(rows: Rows) -> list[str]:
    """Write a record as a list under its first cell."""
    made: list[str] = []
    for row in rows[1:]:
        made.append(row[0])
        pairs = zip(rows[0][1:], row[1:], strict=True)
        made += [f"  * {name} - {cell}" for name, cell in pairs]
    return made


def logfmt(rows: Rows) -> list[str]:
    """Write a record as one line of quoted fields."""
    names = [name.replace(" ", "_") for name in rows[0]]
    return [
        "level=info msg=saved " + " ".join(f'{n}="{c}"' for n, c in zip(names, row, strict=True))
        for row in rows[1:]
    ]


def difference(rows: Rows) -> list[str]:
    """Write what a comparison of two versions prints."""
    made = ["--- a/profile", "+++ b/profile"]
    for number, row in enumerate(rows[1:], 1):
        made.append(f"@@ -{number},0 +{number},{len(row)} @@")
        made += [f"+{name}: {cell}" for name, cell in zip(rows[0], row, strict=True)]
    return made


def attributes(rows: Rows) -> list[str]:
    """Write elements without content, a field in each attribute."""
    names = [name.replace(" ", "_") for name in rows[0]]
    return [
        "<rec " + " ".join(f'{n}="{c}"' for n, c in zip(names, row, strict=True)) + "/>"
        for row in rows[1:]
    ]


def stacked(rows: Rows) -> list[str]:
    """Write names and values in turn, as a page is copied."""
    made: list[str] = []
    for row in rows[1:]:
        for name, cell in zip(rows[0], row, strict=True):
            made += [name, cell]
        made.append("")
    return made


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "yaml": yaml,
    "sql": sql,
    "fixed": fixed,
    "markdown": markdown,
    "drawn": drawn,
    "records": records,
    "ini": ini,
    "mappings": mappings,
    "chat": chat,
    "query": query,
    "wiki": wiki,
    "leaders": leaders,
    "pairs": pairs,
    "messenger": messenger,
    "history": history,
    "bullets": bullets,
    "logfmt": logfmt,
    "difference": difference,
    "attributes": attributes,
    "stacked": stacked,
}
