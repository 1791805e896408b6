"""What may stand between a label and its value: patterns that all kinds share."""

from __future__ import annotations

from agentguard.pii.words import PLEASE

FENCE = "\x1e"
"""Ends a cell of a table: what stands before it says nothing of what follows."""

TIME = r"\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\]?"
"""RE2: when something was said."""

ASKED = rf"(?:\?|(?i:{'|'.join(sorted(PLEASE))}))[^0-9\n\x1e]{{0,32}}"
"""RE2: how a question ends."""

ANSWER = rf"(?:{TIME}[ \-]{{0,3}})?[<(\[]?[A-Za-z][^\n\x1e:>]{{0,32}}[:>] ?"
"""RE2: who answers, perhaps behind the time."""

TURN = rf"{ASKED}\n{ANSWER}"
"""RE2: the end of a question, and who answers in the next line: "...?", "Client: "."""

_ASIDE = r"(?:\([^()\n\x1e]{0,32}\)[^0-9\n\x1e]{0,4}?)??"
GAP = (
    rf"[^0-9\n\x1e]{{0,32}}?(?:{_ASIDE}\n?[^0-9\n\x1e]{{0,8}}?"
    rf"|{TURN}[^0-9\n\x1e]{{0,24}}?)"
)
"""RE2: what may stand between a label and its value; at most one line break.

Also a remark in brackets that holds digits ("12 digits"), or who answers a question.
"""

LETTERED_GAP = (
    r"[^0-9\n\x1e]{0,32}?"
    rf"(?:\n?[^0-9A-Za-z\n\x1e]{{0,8}}?|{TURN}[^0-9A-Za-z\n\x1e]{{0,8}}?)"
)
"""RE2: what may stand between a label and a value that may begin with a letter."""

SOURCE = (
    r"\b(?:laut|lt\.?|gem(?:\xe4\xdf|aess)|according to|selon|d'apr\xe8s|seg\xfan|secondo|volgens"
    r"|wedlug|zgodnie z|conforme|de acordo com) "
    r"(?:the |dem |der |le |la |l'|el |il |o |a |de |het )?[a-z\xdf-\xff]+"
)
"""Where a value is taken from: not whose number it is ("Geburtsdatum laut Vertrag 12.3.1970")."""
