"""Finds values by the labels before them: one automaton for the labels of all kinds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from agentguard.pii._re2 import Pattern, Several
from agentguard.pii._shapes import Found, Part, Place
from agentguard.pii.base import LONGEST, Recogniser

_JOINT = r"[ _.\-]{0,2}"
_REACH = 64
_COLON = b": "  # nothing in a label goes on behind it
_MOST_KNOWN = 256
_DIGIT = re.compile(rb"[0-9]")
_BEHIND_LETTERS = r"[^0-9\n\x1e]{0,32}?"
_GROUP = re.compile(r"\(\?:([^()]+)\)(\??)(?![*+?{])")
_ACCENT = re.compile(r"\[[^\]]*\]|\\x([ef][0-9a-f])|[\xe0-\xf6\xf8-\xfe]")
_PLAIN = re.compile(r"[a-z][^?*+{|]")


class Labelled:
    """The labels of one kind, and the shape of what follows them."""

    def __init__(self, number: int, recogniser: Recogniser) -> None:
        self.number = number
        self.recogniser = recogniser
        self.labels = [_spaced(label) for label in recogniser.labels]
        self.text = f"(?s:.)(?i:{'|'.join(self.labels)})"
        self.label = Pattern(self.text)
        self.near = Pattern(recogniser.near)
        self.numeric = recogniser.near.startswith(_BEHIND_LETTERS)


Names = Sequence[tuple[Labelled, int]]
"""Which labels stand at a place, and how long they are with the character before them."""


class Labels:
    """The labels of all kinds; each kind judges by its own, also where another's stands."""

    def __init__(
        self, members: Sequence[Labelled], each: Several, full: frozenset[str] = frozenset()
    ) -> None:
        self._members = members
        self._each = each
        self._wanted = [member.recogniser.kind not in full for member in members]
        wanted = [m for m, want in zip(members, self._wanted, strict=True) if want]
        self._any = Pattern(_behind_a_border(label for m in wanted for label in m.labels))
        bare = [member.text for member in wanted if not member.numeric]
        self._bare: Pattern | None = Pattern("|".join(bare)) if bare else None
        self._known: dict[bytes, Names] = {}

    def find(self, part: Part, place: Place) -> list[Found]:
        """Give the values whose labels begin in `start` to `cut`."""
        data, cut, size = part.data, part.cut, len(part.data)
        known, found = self._known, list[Found]()
        for at, end in self._any.each(data, max(part.start - 1, place.pos), part.end):
            if at + 1 >= cut:
                break
            place.pos = end
            colon = data.find(_COLON, end - 1, end + _REACH)
            names = known.get(data[at : colon + len(_COLON)]) if colon >= 0 else None
            if names is None:
                if not self._may_have_value(data, at, end):
                    continue
                names = self._names(data, at, end, colon)
            for member, length in names:
                last = at + length
                value = member.near.at(data, last, min(size, last + LONGEST))
                if value is not None:
                    found.append((*value[1], member.number, at + 1, last))
        return found

    def _names(self, data: bytes, at: int, end: int, colon: int) -> Names:
        """Give the labels that stand here; a table says the same few before every cell."""
        names = []
        for index in self._each.which(data[at : end + _REACH]):
            member = self._members[index]
            match = member.label.at(data, at, len(data)) if self._wanted[index] else None
            if match is not None and _is_word(data, at + 1, match[0][1]):
                names.append((member, match[0][1] - at))
        if colon >= 0 and len(self._known) < _MOST_KNOWN:
            self._known[data[at : colon + len(_COLON)]] = names
        return names

    def _may_have_value(self, data: bytes, at: int, end: int) -> bool:
        """Tell whether a digit follows soon, but for kinds whose values may have none."""
        if _DIGIT.search(data, end, end + _REACH) is not None:
            return True
        return self._bare is not None and self._bare.at(data, at, len(data)) is not None


def _spaced(label: str) -> str:
    """Write a label for RE2: joints for spaces, and accents in capitals, or left out."""
    return _ACCENT.sub(_with_or_without, label).replace(" ", _JOINT)


def _with_or_without(found: re.Match[str]) -> str:
    if found[0].startswith("["):
        return found[0]
    letter = chr(int(found[1], 16)) if found[1] else found[0]
    bare = unicodedata.normalize("NFD", letter)[0]
    return f"(?:{letter}|{letter.upper()}|{bare})"


def _behind_a_border(labels: Iterable[str]) -> str:
    """Give the pattern of labels that follow no letter, or begin a word as in `customerDob`.

    Sorted and grouped by their first letter, they share states: within words few of them are open.
    """
    every = sorted(set(labels))
    inner: dict[str, list[str]] = {}
    others: list[str] = []
    for label in every:
        for head in _heads(label):
            if _PLAIN.match(head):
                inner.setdefault(head[0].upper(), []).append(head[1:])
            else:
                others.append(f"(?i:{head})")
    capitals = [f"{letter}(?i:{'|'.join(rest)})" for letter, rest in sorted(inner.items())]
    return f"[^A-Za-z](?i:{'|'.join(every)})|[a-z](?:{'|'.join((*capitals, *others))})"


def _heads(label: str) -> list[str]:
    """Write a label that begins with a group once for each of the group's beginnings."""
    group = _GROUP.match(label)
    if group is None:
        return [label]
    rest = label[group.end() :]
    return [f"{head}{rest}" for head in group[1].split("|")] + ([rest] if group[2] else [])


def _is_word(data: bytes, start: int, end: int) -> bool:
    """Tell whether a label stands for itself: not in 'adobe', but in 'customerDob' and 'dob_1'."""
    before, after = _CASE[data[start - 1]], _CASE[data[end]] if end < len(data) else 0
    if before and not (before == _SMALL and _CASE[data[start]] == _CAPITAL):
        return False
    return not after or (after == _CAPITAL and _CASE[data[end - 1]] == _SMALL)


_CAPITAL, _SMALL = 1, 2
_CASE = bytes(
    _CAPITAL * bytes([byte]).isupper() + _SMALL * bytes([byte]).islower() for byte in range(256)
)
"""By byte: whether it is an ASCII capital or small letter."""
