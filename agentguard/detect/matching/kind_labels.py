"""One kind's labels, and kinds that one label tells together."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from agentguard.detect.lexicon.label_gap import in_one_turn
from agentguard.detect.lexicon.multilingual_labels import ENOUGH
from agentguard.detect.matching.label_prefix_index import Longest
from agentguard.detect.matching.label_regex_builder import first_part, spaced
from agentguard.detect.matching.re2_engine import Pattern
from agentguard.detect.recogniser import Recogniser

_BEHIND_LETTERS = r"[^0-9\n\x1e]{0,32}?"
_MANY, _OFTEN = 4, 64


class Labelled:
    """The labels of one kind, and the shape of what follows them."""

    def __init__(self, number: int, recogniser: Recogniser) -> None:
        self.number = number
        self.recogniser = recogniser
        self.label = Longest(recogniser.labels, _whole)
        self.near = Pattern(recogniser.near)
        brief = in_one_turn(recogniser.near)
        self.brief = self.near if brief == recogniser.near else Pattern(brief)
        self.numeric = recogniser.near.startswith(_BEHIND_LETTERS)

    @property
    def heads(self) -> list[str]:
        """What the labels begin with, for RE2."""
        return [head_of(label) for label in self.recogniser.labels]

    def stands(self, data: bytes) -> bool:
        """Check whether a label of the kind stands behind the first character."""
        end = self.label.end(data, 0)
        return end >= 0 and is_word(data, 1, end)


def head_of(label: str) -> str:
    """Return what a label begins with, for RE2."""
    head, _, hidden = spaced(label).partition(ENOUGH)
    return first_part(head, hidden)


def _whole(label: str) -> str:
    return spaced(label).replace(ENOUGH, "")


class Kinds:
    """Kinds that a label of one length tells, and what each looks for behind it.

    Where they are many ("social security no" tells those of seven countries), whether any has a
    value is asked once; the pattern for that is compiled when it was asked so often that it pays.
    """

    __slots__ = ("_any", "_asked", "_kinds", "each", "may_turn")

    def __init__(self, members: Sequence[Labelled]) -> None:
        self.each = [
            (
                m.brief.match,
                None if m.brief is m.near else m.near,
                m.recogniser.kind,
                m.number,
                m.recogniser.listed,
            )
            for m in members
        ]
        self.may_turn = any(turned is not None for _, turned, *_ in self.each)
        briefly = (f"(?:{in_one_turn(member.recogniser.near)})" for member in members)
        self._any = Pattern("|".join(briefly)) if len(members) >= _MANY else None
        self._kinds = frozenset(member.recogniser.kind for member in members)
        self._asked = 0

    def are_all(self, full: AbstractSet[str]) -> bool:
        """Tell that enough of each was found."""
        return self._kinds <= full

    def lack(self, data: bytes, behind: int, stop: int) -> bool:
        """Tell that none of many has a value where nobody answers in between."""
        if self._any is None:
            return False
        self._asked += 1
        return self._asked > _OFTEN and self._any.at(data, behind, stop) is None


Name = tuple[int, Kinds]
"""How long a label is with the character before it, and which kinds it tells."""

Names = Sequence[Name]
"""Which labels stand at a place."""


def is_word(data: bytes, start: int, end: int) -> bool:
    """Check whether a label stands for itself: not in 'adobe', but in 'customerDob' and 'dob_1'."""
    before, after = CASE[data[start - 1]], CASE[data[end]] if end < len(data) else 0
    if before and not (before == SMALL and CASE[data[start]] == CAPITAL):
        return False
    last = CASE[data[end - 1]]
    return not (after and last) or (after == CAPITAL and last == SMALL)


CAPITAL, SMALL = 1, 2
CASE = bytes(
    CAPITAL * bytes([byte]).isupper() + SMALL * bytes([byte]).islower() for byte in range(256)
)
"""By byte: whether it is an ASCII capital or small letter."""
