"""Tables as people send them: quoted in a reply, on a robot's card, in a shell's frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]


def replied(rows: Rows) -> list[str]:
    """Write records as a reply quotes them (RFC 3676, section 4.5)."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 10):
        made += [f"On Tue, 3 Mar 2026 at 09:{number}, the desk wrote:", ">"]
        made += [f"> {name}: {cell}" for name, cell in zip(rows[0], row, strict=True)]
        made += [">", "Done, thanks.", ""]
    return made


def carded(rows: Rows) -> list[str]:
    """Write what a form's robot posts to a channel: bold names, some with a line of their own.

    The marks are those of https://docs.slack.dev/messaging/formatting-message-text
    """
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        made.append(f":inbox_tray: New submission #{number}")
        for place, (name, cell) in enumerate(zip(rows[0], row, strict=True)):
            made += [f"*{name}*", f"`{cell}`"] if place % 3 == 2 else [f"*{name}:* {cell}"]
        made.append("")
    return made


def framed(rows: Rows) -> list[str]:
    """Write the frame of signs that a database's client draws around a result."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    made = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    count = f"{len(rows) - 1} rows in set (0.02 sec)"
    return [rule, made[0], rule, *made[1:], rule, count]


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "replied": replied,
    "carded": carded,
    "framed": framed,
}
