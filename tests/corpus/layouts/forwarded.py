"""Tables as they are passed on: quoted in a reply, starred in a messenger, as a page's source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

Rows = Sequence[Sequence[str]]


def quoted(rows: Rows) -> list[str]:
    """Write columns behind the marks of a quoted message (RFC 3676, 4.5)."""
    widths = [max(map(len, column)) + 3 for column in zip(*rows, strict=True)]
    made = ["Please call them back.", "", "On 4 Mar 2026 at 09:12 the desk wrote:", ">"]
    for row in rows:
        line = "".join(c.ljust(w) for c, w in zip(row, widths, strict=True))
        made.append(f"> {line.rstrip()}")
    return [*made, ">", "> Regards"]


def starred(rows: Rows) -> list[str]:
    """Write what a form's robot posts to a channel, names between stars."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f":inbox_tray: New submission ({number})")
        made += [f"*{name}:* {cell}" for name, cell in zip(rows[0], row, strict=True)]
        made.append("")
    return made


def source(rows: Rows) -> list[str]:
    """Write the page's source, as a ticket keeps what was a web form."""
    made: list[str] = []
    for row in rows[1:]:
        made.append('<table border="0" cellpadding="4">')
        made += [
            f'<tr><th align="left">{escape(name)}</th><td>{escape(cell)}</td></tr>'
            for name, cell in zip(rows[0], row, strict=True)
        ]
        made.append("</table><br>")
    return made


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "quoted": quoted,
    "starred": starred,
    "source": source,
}
