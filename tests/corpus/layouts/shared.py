"""Tables as teams share them: a mail answered between its lines, a bot's card, a shell's record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]


def answered(rows: Rows) -> list[str]:
    """Write a mail whose questions are quoted, each with its answer below it."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f"On {number} March 2026 at 09:{number + 10}, Customer Care wrote:")
        for name, cell in zip(rows[0], row, strict=True):
            made += [f"> {name}:", cell, ""]
    return made


def posted(rows: Rows) -> list[str]:
    """Write what a form's bot posts into a team's channel, names between stars for bold type."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f":inbox_tray: *New form submission #{number}*")
        made += [f"*{name}:* {cell}" for name, cell in zip(rows[0], row, strict=True)]
        made.append("")
    return made


def expanded(rows: Rows) -> list[str]:
    """Write a query's rows as a database's shell prints wide ones, a field a line."""
    width = max(map(len, rows[0]))
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f"-[ RECORD {number} ]".ljust(width + 1, "-") + "+" + "-" * 24)
        made += [f"{name.ljust(width)} | {cell}" for name, cell in zip(rows[0], row, strict=True)]
    return made


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "answered": answered,
    "posted": posted,
    "expanded": expanded,
}
