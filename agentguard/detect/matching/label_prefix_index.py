"""Labels by the letters that they begin with, so that only those of a text's letters are compiled.

A label that may begin with another sign is looked for at each place. A label is written for RE2
when its letter is met, and still begins with the same one then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from string import ascii_letters, digits
from typing import TypeVar

from agentguard.detect.matching.label_regex_builder import behind_a_border, inside, outside
from agentguard.detect.matching.re2_engine import HERE, NONE, Match, Pattern, Several, Span, Which
from agentguard.detect.matching.regex_alternatives import ANY, initials

Write = Callable[[str], str]
"""Writes a label, or what of it is looked for, for RE2."""

Made = TypeVar("Made")
_Owned = tuple[Sequence[Sequence[int]], Which]
"""By beginning of labels whose they are, and the search for those that stand at a place."""

_INITIALS = tuple(
    (sign.lower(), ANY) if sign in ascii_letters + digits else (ANY,)
    for sign in map(chr, range(256))
)
"""By byte: under what the labels stand that may begin with it."""


def _sorted(labels: Iterable[str]) -> dict[str, list[str]]:
    """Return the labels by the letters that they may begin with."""
    found: dict[str, list[str]] = {}
    for label in labels:
        for initial in initials(label):
            found.setdefault(initial, []).append(label)
    return found


class _BySign(dict[int, Made]):
    """By byte what is made of the labels that may begin with it, once for the same letters."""

    def __init__(
        self, labels: Mapping[str, Sequence[str]], make: Callable[[Sequence[str]], Made]
    ) -> None:
        super().__init__()
        self._labels = labels
        self._make = make
        self._of_letters: dict[tuple[str, ...], Made] = {}

    def __missing__(self, sign: int) -> Made:
        # most signs have no labels of their own
        letters = tuple(letter for letter in _INITIALS[sign] if letter in self._labels)
        if letters not in self._of_letters:
            labels = [label for letter in letters for label in self._labels[letter]]
            self._of_letters[letters] = self._make(labels)
        made = self[sign] = self._of_letters[letters]
        return made


class Longest:
    """Finds the longest of some labels at a place."""

    def __init__(self, labels: Sequence[str], write: Write = str) -> None:
        self._labels = labels
        self._write = write

    def end(self, data: bytes, at: int, most: int | None = None) -> int:
        """Return where a label ends, by `most`, that stands behind the sign at `at`.

        -1 for none.
        """
        match = self._at[data[at + 1]]
        return match(HERE, data, at, len(data) if most is None else most)[0][1]

    @cached_property
    def _at(self) -> _BySign[Match]:
        return _BySign(_sorted(self._labels), self._longest)

    def _longest(self, labels: Sequence[str]) -> Match:
        if not labels:
            return _no_match
        return Pattern(f"(?s:.)(?i:{'|'.join(map(self._write, labels))})", longest=True).match


class Heads:
    """Tells of which kinds a label may stand at a place, by what the labels of each begin with."""

    def __init__(self, kinds: Sequence[Sequence[str]], write: Write = str) -> None:
        self._kinds = kinds
        self._write = write

    def which(self, text: bytes) -> Sequence[int]:
        """Return the places in `kinds` of those whose label may stand behind the first sign."""
        owners, which = self._at[text[1]]
        found = which(text)
        if len(found) == 1:
            return owners[found[0]]
        return sorted({owner for index in found for owner in owners[index]})

    @cached_property
    def _at(self) -> _BySign[_Owned]:
        return _BySign(_sorted(self._owners), self._owned)

    def _owned(self, labels: Sequence[str]) -> _Owned:
        """Take each beginning once, whatever the number of kinds that share it."""
        owners: dict[str, set[int]] = {}
        for label in labels:
            owners.setdefault(self._write(label), set()).update(self._owners[label])
        together = Several([f"(?s:.)(?i:{head})" for head in owners])
        return list(map(sorted, owners.values())), together.which

    @cached_property
    def _owners(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for number, labels in enumerate(self._kinds):
            for label in labels:
                found.setdefault(label, []).append(number)
        return found


class Borders:
    """Finds the first label behind a border: behind no letter, or where a word begins in another.

    A short text is looked at border by border, with the labels of the letter there: the automaton
    of all labels takes longer to compile, until so much was looked at that it would have paid.
    """

    def __init__(self, labels: Iterable[str], write: Write) -> None:
        self._labels = tuple(dict.fromkeys(labels))
        self._write = write
        self._looked_at = 0

    def search(self, size: int) -> Match:
        """Return what finds the first from anywhere in a text of so many bytes."""
        self._looked_at += size
        if self._looked_at <= _PAYS:
            return self._border_by_border
        vars(self).pop("_by_letter", None)  # which nobody asks any more
        return self.automaton.match

    @cached_property
    def automaton(self) -> Pattern:
        """The pattern of all labels."""
        return Pattern(behind_a_border(map(self._write, self._labels)))

    @cached_property
    def _by_letter(self) -> tuple[_BySign[Match], _BySign[Match]]:
        labels = _sorted(self._labels)
        return _BySign(labels, self._behind_none), _BySign(labels, self._within)

    def _border_by_border(self, _: object, data: bytes, pos: int, endpos: int) -> list[Span]:
        behind_none, within = self._by_letter
        for border in _BORDER.finditer(data, pos, endpos):
            at = border.start()
            labels = within if border[0].islower() else behind_none
            spans = labels[data[at + 1]](HERE, data, at, endpos)
            if spans[0] != NONE:
                return spans
        return [NONE]

    def _behind_none(self, labels: Sequence[str]) -> Match:
        return _behind_a_sign(outside(map(self._write, labels)) if labels else "")

    def _within(self, labels: Sequence[str]) -> Match:
        return _behind_a_sign(inside(map(self._write, labels)) if labels else "")


def _behind_a_sign(pattern: str) -> Match:
    return Pattern(f"(?s:.){pattern}").match if pattern else _no_match


def _no_match(_: object, _data: bytes, _pos: int, _endpos: int) -> list[Span]:
    return [NONE]


_BORDER = re.compile(rb"[^A-Za-z](?=.)|[a-z](?=[A-Z])", re.DOTALL)
_PAYS = 16 << 10
"""Bytes whose borders are looked at in the time in which the automaton is compiled."""
