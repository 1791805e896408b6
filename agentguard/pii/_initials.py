"""Labels by the letters that they begin with, so that only those of a text's letters are compiled.

A label that may begin with another sign is looked for at each place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_letters, digits

from agentguard.pii._re2 import Pattern, Several
from agentguard.pii._ways import ANY, initials

_INITIALS = tuple(
    (sign.lower(), ANY) if sign in ascii_letters + digits else (ANY,)
    for sign in map(chr, range(256))
)
"""By byte: under what the labels stand that may begin with it."""


def _sorted(labels: Iterable[str]) -> dict[str, list[str]]:
    """Give the labels by the letters that they may begin with."""
    found: dict[str, list[str]] = {}
    for label in labels:
        for initial in initials(label):
            found.setdefault(initial, []).append(label)
    return found


class Longest:
    """Finds the longest of some labels at a place."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._sorted: dict[str, list[str]] = {}
        self._patterns: dict[str, Pattern] = {}

    def end(self, data: bytes, at: int, most: int | None = None) -> int:
        """Give where a label ends, by `most`, that stands behind the sign at `at`; -1 for none."""
        if not self._sorted:
            self._sorted = _sorted(self._labels)
        last, end = len(data) if most is None else most, -1
        for initial in _INITIALS[data[at + 1]]:
            if initial in self._sorted:
                match = self._pattern(initial).at(data, at, last)
                end = end if match is None else max(end, match[0][1])
        return end

    def _pattern(self, initial: str) -> Pattern:
        if initial not in self._patterns:
            labels = f"(?s:.)(?i:{'|'.join(self._sorted[initial])})"
            self._patterns[initial] = Pattern(labels, longest=True)
        return self._patterns[initial]


class Heads:
    """Tells of which kinds a label may stand at a place, by what the labels of each begin with."""

    def __init__(self, kinds: Sequence[Sequence[str]]) -> None:
        self._kinds = kinds
        self._sets: dict[str, tuple[list[list[int]], Several]] = {}

    def which(self, text: bytes) -> list[int]:
        """Give the places in `kinds` of those whose label may stand behind the first sign."""
        if not self._sets:
            self._sort()
        found = set[int]()
        for initial in _INITIALS[text[1]]:
            if initial in self._sets:
                owners, together = self._sets[initial]
                for index in together.which(text) or ():
                    found.update(owners[index])
        return sorted(found)

    def _sort(self) -> None:
        """Take each beginning once, whatever the number of kinds that share it."""
        owners: dict[str, list[int]] = {}
        for number, heads in enumerate(self._kinds):
            for head in heads:
                owners.setdefault(head, []).append(number)
        for initial, heads in _sorted(owners).items():
            together = Several([f"(?s:.)(?i:{head})" for head in heads])
            self._sets[initial] = ([owners[head] for head in heads], together)
