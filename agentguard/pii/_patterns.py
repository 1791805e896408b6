"""The recognisers' patterns in few RE2 alternations: linear time, no candidate by `re`."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import re2

from agentguard.errors import CatalogueError
from agentguard.pii.base import (
    AFTER,
    BEFORE,
    Candidate,
    Recogniser,
    speaks_of_another,
)

_MEMORY = 64 << 20
_JOINT = r"[ _.\-]{0,2}"


class Match(Protocol):
    """What is used of a match of RE2."""

    @property
    def lastindex(self) -> int | None:
        """The group that matched."""
        ...

    def span(self, group: int = 0) -> tuple[int, int]:
        """Give where a group begins and ends."""
        ...


class Pattern(Protocol):
    """What is used of a compiled RE2 pattern."""

    def finditer(self, text: bytes, pos: int, endpos: int) -> Iterator[Match]:
        """Give all matches in order."""
        ...

    def match(self, text: bytes, pos: int, endpos: int) -> Match | None:
        """Match at `pos`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A candidate, whose it may be, and where its value stands."""

    recogniser: Recogniser
    candidate: Candidate
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """One alternation: the number of the group tells the recogniser."""

    pattern: Pattern
    owners: tuple[Recogniser, ...]

    def is_within(self, kinds: Container[str]) -> bool:
        """Tell whether all owners' kinds are among `kinds`."""
        return all(owner.kind in kinds for owner in self.owners)

    def owner(self, match: Match) -> Recogniser:
        """Tell whose pattern matched."""
        return self.owners[0 if len(self.owners) == 1 else (match.lastindex or 1) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """The alternation of the labels: a word such as 'tax id' may name more than one kind."""

    pattern: Pattern
    owners: tuple[tuple[Recogniser, ...], ...]

    def is_within(self, kinds: Container[str]) -> bool:
        """Tell whether all owners' kinds are among `kinds`."""
        return all(owner.kind in kinds for group in self.owners for owner in group)

    def sharing(self, match: Match) -> tuple[Recogniser, ...]:
        """Tell whose label matched."""
        return self.owners[(match.lastindex or 1) - 1]


class PatternSet:
    """All patterns of the recognisers, compiled once."""

    def __init__(self, recognisers: Sequence[Recogniser]) -> None:
        crowded = [r for r in recognisers if r.crowded and r.shapes]
        others = [r for r in recognisers if not r.crowded and r.shapes]
        labelled = [r for r in recognisers if r.labels]
        self._shapes = tuple(_alternation(group) for group in (crowded, others) if group)
        self._labels = _label_set(labelled) if labelled else None
        self._near = {r.kind: _compile(r.near) for r in labelled}

    def candidates(
        self, data: bytes, start: int, end: int, full: Container[str] = ()
    ) -> Iterator[Seen]:
        """Give the candidates that begin between `start` and `end`, but none of `full` kinds."""
        for alternation in self._shapes:
            if alternation.is_within(full):
                continue
            for match in alternation.pattern.finditer(data, start, end):
                owner = alternation.owner(match)
                if owner.kind not in full:
                    yield _seen(owner, data, match.span())
        if self._labels is not None and not self._labels.is_within(full):
            yield from self._after_labels(self._labels, data, (start, end), full)

    def _after_labels(
        self, labels: _Labels, data: bytes, part: tuple[int, int], full: Container[str]
    ) -> Iterator[Seen]:
        for match in labels.pattern.finditer(data, *part):
            first, last = match.span()
            if not _is_word(data, first, last):
                continue
            for owner in labels.sharing(match):
                if owner.kind not in full:
                    yield from self._behind(owner, data, (first, last))

    def _behind(self, owner: Recogniser, data: bytes, label: tuple[int, int]) -> Iterator[Seen]:
        last = label[1]
        value = self._near[owner.kind].match(data, last, min(len(data), last + BEFORE))
        if value is None:
            return
        span = value.span(1)
        if not speaks_of_another(data[label[1] : span[0]].decode("latin-1")):
            yield _seen(owner, data, span, data[label[0] : label[1]])


def _seen(owner: Recogniser, data: bytes, span: tuple[int, int], label: bytes = b"") -> Seen:
    start, end = span
    candidate = Candidate(
        text=data[start:end].decode("latin-1"),
        before=data[max(0, start - BEFORE) : start].decode("latin-1"),
        after=data[end : end + AFTER].decode("latin-1"),
        labelled=label != b"",
        told=label.decode("latin-1"),
    )
    return Seen(recogniser=owner, candidate=candidate, start=start, end=end)


def _alternation(owners: Sequence[Recogniser]) -> _Set:
    if len(owners) == 1:  # no groups: RE2 then needs no second look for what they hold
        return _Set(pattern=_compile("|".join(owners[0].shapes)), owners=tuple(owners))
    groups = (f"({'|'.join(owner.shapes)})" for owner in owners)
    return _Set(pattern=_compile("|".join(groups)), owners=tuple(owners))


def _label_set(owners: Sequence[Recogniser]) -> _Labels:
    sharing: dict[str, tuple[Recogniser, ...]] = {}
    for owner in owners:
        for label in owner.labels:
            sharing[label] = (*sharing.get(label, ()), owner)
    groups: dict[tuple[Recogniser, ...], list[str]] = {}
    for label, group in sharing.items():
        groups.setdefault(group, []).append(label)
    alternatives = (f"({'|'.join(labels).replace(' ', _JOINT)})" for labels in groups.values())
    return _Labels(pattern=_compile(f"(?i){'|'.join(alternatives)}"), owners=tuple(groups))


def _is_word(data: bytes, start: int, end: int) -> bool:
    """Tell whether a label stands for itself: not in 'adobe', but in 'customerDob' and 'dob_1'."""
    before, first = data[start - 1 : start], data[start : start + 1]
    last, after = data[end - 1 : end], data[end : end + 1]
    joined_before = before.isalpha() and not (before.islower() and first.isupper())
    joined_after = after.isalpha() and not (after.isupper() and last.islower())
    return not joined_before and not joined_after


def _compile(pattern: str) -> Pattern:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return cast("Pattern", re2.compile(pattern.encode("latin-1"), options=options))
    except re2.error as error:
        raise CatalogueError("A recogniser's pattern is not one of RE2.", pattern) from error
