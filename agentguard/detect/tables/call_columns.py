"""Columns of records of calls and messages: who called whom, in digits that no plus begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.tables.header_rows import Row
from agentguard.detect.tables.sibling_fields import SAID

_PARTY = later(
    r"(?:cli|clid|ani|dnis|caller|callee|(?:calling|called)[ _\-]?(?:party[ _\-]?)?"
    r"(?:n(?:umber|o|um|r))?)",
    re.IGNORECASE,
)
_END = later(  # of other things too: of an edge, of a packet
    r"(?:src|dst|(?:[ab]|from|to|source|src|dest|destination|dst|remote|orig|term)"
    r"[ _\-]?(?:party[ _\-]?)?n(?:umber|um|o|r))",
    re.IGNORECASE,
)
_OF_A_CALL = later(
    r"billsec|bill_?sec|disposition|dcontext|d(?:ur|uration)(?:\b|_)|call|queue|trunk|talk|ring"
    r"|channel|direction",
    re.IGNORECASE,
)
_OF_A_MESSAGE = words("to from sender recipient receiver destination")
_NUMBER, _EXTENSION = later(r"[0-9]{9,13}"), later(r"[0-9]{0,6}|[A-Za-z][A-Za-z ]*")
_WITH_COUNTRY = 11  # digits: users of messengers have no more than ten
_FEWEST = 3
# Asterisk, `queue_log`: the event, an address, and the number that called.
_JOINED, _TO_ITS_CALLER, _FEWEST_JOINED = "ENTERQUEUE", 2, 2

Share = Callable[[Sequence[str]], float]
"""Gives how many of some cells are telephone numbers behind such a name, as a part of one."""


def are_called(name: str, cells: Sequence[str], named: Mapping[int, str], share: Share) -> bool:
    """Tell telephones below a name of who called whom, where the rest are extensions or names."""
    least = _fewest_digits(name.strip(), named)
    numbers = {cell for cell in cells if _NUMBER.fullmatch(cell)} if least else set[str]()
    if len(numbers) < _FEWEST or min(map(len, numbers)) < least:
        return False
    others = (cell for cell in cells if cell not in numbers)
    return all(map(_EXTENSION.fullmatch, others)) and share(sorted(numbers)) == 1


def _fewest_digits(name: str, named: Mapping[int, str]) -> int:
    """Return how many digits telephones below a name have at least; 0 where it names no party."""
    if _PARTY.fullmatch(name):
        return 1
    if _END.fullmatch(name):
        return int(any(other != name and _OF_A_CALL.search(other) for other in named.values()))
    has_text = name.lower() in _OF_A_MESSAGE and any(n.lower() in SAID for n in named.values())
    return _WITH_COUNTRY if has_text else 0


def are_queued(rows: Sequence[Row], column: int) -> bool:
    """Check whether a column has who called where a log of queues tells that one joined."""
    joined = sum(row.get(column - _TO_ITS_CALLER) == _JOINED for row in rows if column in row)
    return joined >= _FEWEST_JOINED
