"""The order in which letters of both directions stand on a line.

It is the Unicode Bidirectional Algorithm (UAX #9, revision 50) for one paragraph, with isolates.
The older marks that embed and override (U+202A to U+202E) turn nothing: no sentence here has them,
and what somebody wrote shall not be able to turn the paper around it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

DEEPEST = 60
"""Isolates within each other; one that is deeper opens none."""
_OPENS = frozenset({"LRI", "RLI", "FSI"})
_IGNORED = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "BN"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "PDI"}) | _OPENS
_STRONG = frozenset({"L", "R", "AL"})
_PAIRS = {"(": ")", "[": "]", "{": "}", "⟦": "⟧", "⟨": "⟩", "⟪": "⟫", "「": "」", "『": "』"}
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}


def turned(text: str) -> bool:
    """Check whether a text has a letter that is written from right to left."""
    return any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text)


def levels(text: str, base: int) -> list[int]:
    """Return the level of each sign; those of odd levels stand from right to left.

    `base` is that of the paragraph, 0 or 1.
    """
    return _Paragraph(text).resolved(base)


def visual(every: Sequence[int]) -> list[int]:
    """Return the places of what stands on a line, from left to right, by its levels."""
    order = list(range(len(every)))
    odd = [level for level in every if level % 2]
    for level in range(max(every, default=0), min(odd, default=1) - 1, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and every[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = max(end, at + 1)
    return order


class _Paragraph:
    """The signs of one paragraph while their levels are found."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._kinds = [unicodedata.bidirectional(sign) or "L" for sign in text]
        self._levels = [0] * len(text)
        self._ends = _ends(self._kinds)

    def resolved(self, base: int) -> list[int]:
        self._frame(0, len(self._text), base, 0)
        return self._levels

    def _frame(self, start: int, end: int, level: int, depth: int) -> None:
        """Resolve what stands between an isolate and its end, or in the paragraph (X5a to X10)."""
        here: list[int] = []
        at = start
        while at < end:
            kind = self._kinds[at]
            self._levels[at] = level
            if kind not in _IGNORED:
                here.append(at)
            if kind in _OPENS and depth < DEEPEST:
                inner = min(self._ends.get(at, end), end)
                to_right = self._begins_right(at + 1, inner) if kind == "FSI" else kind == "RLI"
                higher = level + 1 + (level % 2 == to_right)
                self._frame(at + 1, inner, higher, depth + 1)
                at = inner
            else:
                at += 1
        self._settle(here, level)

    def _begins_right(self, start: int, end: int) -> bool:
        """Check whether the first letter outside isolates is from right to left (P2, P3)."""
        at = start
        while at < end:
            kind = self._kinds[at]
            if kind in _STRONG:
                return kind != "L"
            at = self._ends.get(at, end) if kind in _OPENS else at + 1
        return False

    def _settle(self, here: Sequence[int], level: int) -> None:
        """Give the signs of one sequence their levels (W1 to I2)."""
        kinds = [self._kinds[at] for at in here]
        edge = "R" if level % 2 else "L"
        _weak(kinds, edge)
        _brackets([self._text[at] for at in here], kinds, edge, [self._kinds[at] for at in here])
        _neutral(kinds, edge)
        for at, kind in zip(here, kinds, strict=True):
            if level % 2:
                self._levels[at] = level + (kind != "R")
            else:
                self._levels[at] = level + {"L": 0, "R": 1}.get(kind, 2)


def _ends(kinds: Sequence[str]) -> dict[int, int]:
    """Return where each isolate that is ended has its end (BD9)."""
    found, open_ = {}, list[int]()
    for at, kind in enumerate(kinds):
        if kind in _OPENS:
            open_.append(at)
        elif kind == "PDI" and open_:
            found[open_.pop()] = at
    return found


def _weak(kinds: list[str], edge: str) -> None:
    """Resolve numbers, what stands between them, and marks (W1 to W7)."""
    before = edge
    for at, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[at] = "ON" if before in _OPENS or before == "PDI" else before
        before = kinds[at]
    _numbers_after(kinds, edge, "AL", "AN")
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for at in range(1, len(kinds) - 1):
        left, kind, right = kinds[at - 1 : at + 2]
        if left == right and (left, kind) in {("EN", "ES"), ("EN", "CS"), ("AN", "CS")}:
            kinds[at] = left
    _terminators(kinds)
    _numbers_after(kinds, edge, "L", "L")


def _numbers_after(kinds: list[str], edge: str, letter: str, become: str) -> None:
    """Have each number be of another kind where the last letter before it is of a kind."""
    strong = edge
    for at, kind in enumerate(kinds):
        strong = kind if kind in _STRONG else strong
        if kind == "EN" and strong == letter:
            kinds[at] = become


def _terminators(kinds: list[str]) -> None:
    """Join a currency or a per cent sign to its number; others are neutral (W5, W6)."""
    at = 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        if end > at:
            beside = {kinds[at - 1] if at else "", kinds[end] if end < len(kinds) else ""}
            kinds[at:end] = ["EN" if "EN" in beside else "ON"] * (end - at)
        elif kinds[at] in {"ES", "CS"}:
            kinds[at] = "ON"
        at = max(end, at + 1)


def _side(kind: str) -> str:
    """Return the direction of a sign as neutral ones see it; empty for neither."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind, "")


def _brackets(signs: Sequence[str], kinds: list[str], edge: str, raw: Sequence[str]) -> None:
    """Give both brackets of a pair one direction (N0)."""
    for opened, closed in _pairs(signs, kinds):
        inside = {_side(kind) for kind in kinds[opened + 1 : closed]} - {""}
        if not inside:
            continue
        side = edge
        if edge not in inside:
            before = next(filter(None, map(_side, reversed(kinds[:opened]))), edge)
            side = before if before in inside else edge
        for at in (opened, closed):
            kinds[at] = side
            after = at + 1
            while after < len(kinds) and raw[after] == "NSM":
                kinds[after] = side
                after += 1


def _pairs(signs: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return where brackets open and close, in the order of their openings (BD16)."""
    found, open_ = [], list[tuple[str, int]]()
    for at, sign in enumerate(signs):
        if kinds[at] != "ON":
            continue
        if sign in _PAIRS:
            open_.append((sign, at))
        elif sign in _CLOSERS:
            for place in range(len(open_) - 1, -1, -1):
                if open_[place][0] == _CLOSERS[sign]:
                    found.append((open_[place][1], at))
                    del open_[place:]
                    break
    return sorted(found)


def _neutral(kinds: list[str], edge: str) -> None:
    """Let what has no direction take that of both its sides, or the line's (N1, N2)."""
    at = 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        if end > at:
            left = _side(kinds[at - 1]) if at else edge
            right = _side(kinds[end]) if end < len(kinds) else edge
            kinds[at:end] = [left if left == right else edge] * (end - at)
        at = max(end, at + 1)
