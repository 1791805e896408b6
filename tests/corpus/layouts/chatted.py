"""Tables as running talk: an app's exported chat, two questions in one breath, a channel's JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]

_ASKS = (
    "hi again, whats your {} pls",
    "thanks 👍 and {}?",
    "Can you send me your {} here please",
    "ok, just need the {} now",
    "last one: {}",
)
_SAYS = ("{}", "its {}", "sure, {}", "{} 🙂", "here you go {}", "yes {} thanks")


def _spoken(name: str) -> str:
    """Give a column's name as it is said: `patient_dob` is the patient dob."""
    return re.sub(r"[_.-]+", " ", name).strip()


def exported(rows: Rows) -> list[str]:
    """Write the chat that a telephone's messenger exports, a line for each turn."""
    made = ["04/03/2026, 08:58 - Messages and calls are end-to-end encrypted."]
    for number, row in enumerate(rows[1:], 10):
        for place, (name, cell) in enumerate(zip(rows[0], row, strict=True)):
            ask = _ASKS[(number + place) % len(_ASKS)].format(_spoken(name))
            say = _SAYS[(number * 3 + place) % len(_SAYS)].format(cell)
            made.append(f"04/03/2026, {number}:{place + 10} - Desk Team: {ask}")
            made.append(f"04/03/2026, {number}:{place + 11} - Sam: {say}")
    return made


def breath(rows: Rows) -> list[str]:
    """Write a web chat whose agent asks for two fields at once; each is answered on its own."""
    made: list[str] = []
    for row in rows[1:]:
        fields = list(zip(rows[0], row, strict=True))
        for begin in range(0, len(fields), 2):
            pair = fields[begin : begin + 2]
            made.append(f"Agent: Could I take your {' and '.join(_spoken(n) for n, _ in pair)}?")
            made += [f"Visitor: {cell}" for _, cell in pair]
        made.append("Agent: Lovely, bear with me.")
    return made


def channel(rows: Rows) -> list[str]:
    """Write a team channel's export: an object a message, the answer in the one behind."""
    made: list[str] = []
    for number, row in enumerate(rows[1:], 1):
        for place, (name, cell) in enumerate(zip(rows[0], row, strict=True)):
            turns = (("U02DESK", f"{_spoken(name)}?"), ("U05FLOOR", cell))
            for turn, (user, text) in enumerate(turns):
                told = {"type": "message", "user": user, "text": text}
                made.append(
                    json.dumps(told | {"seq": number * 1000 + place * 2 + turn}, ensure_ascii=False)
                )
    return made


LAYOUTS: dict[str, Callable[[Rows], list[str]]] = {
    "exported": exported,
    "breath": breath,
    "channel": channel,
}
ENDINGS = {"channel": "jsonl"}
