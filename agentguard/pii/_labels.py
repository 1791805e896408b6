"""Finds values by the labels before them: one automaton for the labels of all kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentguard.pii._behind import JOINTS, LASTS, WHOSE, joined, value_before
from agentguard.pii._between import TURN_WITHIN, in_one_turn
from agentguard.pii._initials import Heads, Longest
from agentguard.pii._re2 import ANYWHERE, HERE, Match, Pattern
from agentguard.pii._shapes import Found, Part, Place
from agentguard.pii._spelling import behind_a_border, ends_at_digits, first_part, spaced
from agentguard.pii.base import LONGEST, Recogniser
from agentguard.pii.tongues import ENOUGH

_ENDS = b" _-+"  # joints, before which a label may end
_REACH = 64
_COLON = b": "  # nothing in a label goes on behind it
_MOST_KNOWN = 256
_LISTING = b",;"  # another label may follow such a sign that begins one
_DIGIT = re.compile(rb"[0-9]")
_HUMP = re.compile(rb"[a-z](?=[A-Z])")
_BEHIND_LETTERS = r"[^0-9\n\x1e]{0,32}?"


class Labelled:
    """The labels of one kind, and the shape of what follows them."""

    def __init__(self, number: int, recogniser: Recogniser) -> None:
        self.number = number
        self.recogniser = recogniser
        labels = [spaced(label) for label in recogniser.labels]
        self.heads = [first_part(label.partition(ENOUGH)[0]) for label in labels]
        self.label = Longest([label.replace(ENOUGH, "") for label in labels])
        self.near = Pattern(recogniser.near)
        brief = in_one_turn(recogniser.near)
        self.brief = self.near if brief == recogniser.near else Pattern(brief)
        self.numeric = recogniser.near.startswith(_BEHIND_LETTERS)

    def stands(self, data: bytes) -> bool:
        """Tell whether a label of the kind stands behind the first character."""
        end = self.label.end(data, 0)
        return end >= 0 and _is_word(data, 1, end)


Names = Sequence[tuple[Match, Pattern | None, str, int, int]]
"""Which labels stand at a place: what looks for a value behind, and what does so where someone
may answer in between, the kind, its number, and how long the label is with the character before."""


class Labels:
    """The labels of all kinds; each kind judges by its own, also where another's stands."""

    def __init__(
        self, members: Sequence[Labelled], heads: Heads, full: frozenset[str] = frozenset()
    ) -> None:
        self._members = members
        self._heads = heads
        self._wanted = [member.recogniser.kind not in full for member in members]
        wanted = [m for m, want in zip(members, self._wanted, strict=True) if want]
        self._any = Pattern(behind_a_border(label for m in wanted for label in m.heads))
        self._bare = Longest([h for m in wanted if not m.numeric for h in m.heads])
        every = {label for m in wanted for label in m.recogniser.labels}
        self._ends_at_digits = all(map(ends_at_digits, every))
        self._known: dict[bytes, Names] = {}
        self._older: dict[bytes, Names] = {}

    def find(self, part: Part, place: Place) -> list[Found]:
        """Give the values whose labels begin in `start` to `cut`."""
        data, cut, size = part.data, part.cut, len(part.data)
        found = list[Found]()
        match, last, full = self._any.match, part.end, part.full
        anywhere, here = ANYWHERE, HERE
        pos = max(part.start - 1, place.pos)
        while pos < last:
            at, end = match(anywhere, data, pos, last)[0]
            if at < 0 or at + 1 >= cut:
                break
            pos = place.pos = at + 1 if data[at + 1] in _LISTING else end - 1
            names = self._mirrored(data, at, end, found) if data[at - 1] in LASTS else None
            if names is None:
                names = self._names(data, at, end)
            for brief, turned, kind, number, length in names:
                if kind in full:
                    continue
                behind = at + length
                if behind - 1 > pos and data[at + 1] not in _LISTING:
                    pos = place.pos = behind - 1  # no label within a label
                near = turned.match if turned and _may_turn(data, behind) else brief
                spans = near(here, data, behind, min(size, behind + LONGEST))
                if spans[0][0] >= 0:
                    found.append((*spans[1], number, at + 1, behind))
        return found

    def _mirrored(self, data: bytes, at: int, end: int, found: list[Found]) -> Names | None:
        """Take the values before the labels at a place; give the labels that had none."""
        may_be = data[at - 1 : at + 1] in JOINTS or data[at - 3 : at + 1] in WHOSE
        before = joined(data, at) if may_be else None
        if before is None:
            return None
        left = []
        for name in self._named(data, at, end):
            near, _, _, number, length = name
            span = value_before(data, before, at + length, near)
            if span is None:
                left.append(name)
            else:
                found.append((*span, number, at + 1, at + length))
        return left

    def _names(self, data: bytes, at: int, end: int) -> Names:
        """Give the labels that stand here and may have a value; logs and tables repeat a few."""
        colon = data.find(_COLON, end - 1, end + _REACH)
        key = data[at : colon + len(_COLON)] if colon >= 0 else b""
        names = self._known.get(key) if key else None  # known ones without a further call
        if names is not None or (key and (names := self._recalled(key)) is not None):
            return names
        digit = _DIGIT.search(data, end, end + _REACH)
        if digit is None:
            if self._bare.end(data, at) < 0:
                return ()
        elif colon < 0 and self._ends_at_digits and not _CASE[data[digit.start() - 1]]:
            key = data[at : digit.start()]
            names = self._known.get(key)
            if names is not None or (names := self._recalled(key)) is not None:
                return names
        names = self._named(data, at, end)
        if key:
            self._keep(key, names)
        return names

    def _recalled(self, key: bytes) -> Names | None:
        names = self._known.get(key)
        if names is None and (names := self._older.get(key)) is not None:
            self._keep(key, names)
        return names

    def _keep(self, key: bytes, names: Names) -> None:
        """Know it from now on: of two halves the one that was not asked for is forgotten."""
        if len(self._known) >= _MOST_KNOWN:
            self._older = dict(self._known)
            self._known.clear()  # in place, since a search holds it
        self._known[key] = names

    def _named(self, data: bytes, at: int, end: int) -> Names:
        names = []
        for index in self._heads.which(data[at : end + _REACH]):
            member = self._members[index]
            stop = member.label.end(data, at) if self._wanted[index] else -1
            length = _length(member.label, data, at, stop) if stop >= 0 else 0
            if length:
                turned = None if member.brief is member.near else member.near
                kind = member.recogniser.kind
                names.append((member.brief.match, turned, kind, member.number, length))
        return names


def _length(label: Longest, data: bytes, at: int, end: int) -> int:
    """Give how long the label is that ends at a word's end; 0 for none.

    Another word may begin with the last letters of a longer one: "peselUcznia", and "peselu".
    """
    end = at + len(data[at:end].rstrip(_ENDS))
    if _is_word(data, at + 1, end):
        return end - at
    hump = _HUMP.search(data, at + 2, end)
    stop = label.end(data, at, hump.end()) if hump else -1
    return stop - at if stop >= 0 and _is_word(data, at + 1, stop) else 0


def _may_turn(data: bytes, behind: int) -> bool:
    """Tell whether a line ends behind a label before any number, so that another may answer."""
    line = data.find(b"\n", behind, behind + TURN_WITHIN)
    return line >= 0 and _DIGIT.search(data, behind, line) is None


def _is_word(data: bytes, start: int, end: int) -> bool:
    """Tell whether a label stands for itself: not in 'adobe', but in 'customerDob' and 'dob_1'."""
    before, after = _CASE[data[start - 1]], _CASE[data[end]] if end < len(data) else 0
    if before and not (before == _SMALL and _CASE[data[start]] == _CAPITAL):
        return False
    last = _CASE[data[end - 1]]
    return not (after and last) or (after == _CAPITAL and last == _SMALL)


_CAPITAL, _SMALL = 1, 2
_CASE = bytes(
    _CAPITAL * bytes([byte]).isupper() + _SMALL * bytes([byte]).islower() for byte in range(256)
)
"""By byte: whether it is an ASCII capital or small letter."""
