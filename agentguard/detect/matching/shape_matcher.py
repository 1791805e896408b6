"""Finds values by their shapes: one automaton passes over the text, whatever the number of kinds.

What stands before a value is part of the pattern, so that nothing that is touched reaches Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from agentguard.detect.matching.re2_engine import ANYWHERE, Pattern, Several, Span
from agentguard.detect.recogniser import LONGEST, Recogniser
from agentguard.detect.trace_records import Belief

Found = tuple[int, int, int, int, int]
"""Start and end of a value, the number of its recogniser, start and end of its label or -1."""

Refused = dict[int, list[int]]
"""Where values with a wrong check begin, by the number of their recogniser."""

WINDOW = 16384
"""Bytes that one search may pass over: what a hostile text makes it look at again ends there."""

_APART = r"(?:[^0-9A-Za-z_*#.]|[^0-9]\.)"
_ANY = r"(?s:.)"
_END = r"\b"
_FULL_STOP = b"."
_POINT = _FULL_STOP[0]
_INSIDE = re.compile(rb"[^0-9A-Za-z]")
_MOST_INSIDE = 2
_MISS = Belief.MISS


@dataclass(slots=True)
class Place:
    """How far one pass over a stream has come, in bytes of what is kept of it.

    `vain` counts the labels that were met of which enough was found.
    """

    pos: int = 0
    taken: int = 0
    looks: int = 0
    vain: int = 0
    ends: dict[int, int] = field(default_factory=dict)

    def forget(self, size: int) -> None:
        """Count from `size` bytes later on."""
        self.pos -= size
        self.taken -= size
        self.ends = {number: end - size for number, end in self.ends.items() if end > size}


@dataclass(frozen=True, slots=True)
class Part:
    """What one pass looks at: values that begin in `start` to `cut` of `data`, and end by `end`.

    At least one byte stands before `start`; `offset` is the place of `data` in the whole text.
    Where `refused` is given, values that a kind refuses quickly go there or nowhere; of kinds in
    `lost` they need not. Kinds in `full` may be left out.
    """

    data: bytes
    start: int
    cut: int
    end: int
    offset: int = 0
    refused: Refused | None = None
    full: AbstractSet[str] = frozenset()
    lost: AbstractSet[str] = frozenset()


class Member:
    """One kind with the pattern of all its shapes behind the character before them."""

    def __init__(self, number: int, recogniser: Recogniser, *, touched: bool = False) -> None:
        self.number = number
        self.recogniser = recogniser
        self.apart = recogniser.bounded and not touched
        before, end = (_APART, _END) if self.apart else (_ANY, "")
        self._run, shapes = (b"", recogniser.shapes) if self.apart else run_of(recogniser.shapes)
        self.before = before
        begun = ((opening(shape), shape) for shape in shapes)
        self.openings = "|".join(f"{head}{end if head == shape else ''}" for head, shape in begun)
        self.pattern = Pattern(f"{before}(?:{'|'.join(recogniser.shapes)}){end}")
        strict = "|".join(recogniser.strict)
        self.strict = Pattern(f"{before}(?:{strict}){end}") if strict else self.pattern

    def start(self, data: bytes, at: int) -> int:
        """Return where the value begins in a match that begins at `at`."""
        return at + 2 if self.apart and data[at + 1] == _POINT else at + 1

    def match(self, data: bytes, at: int, least: int) -> Span | None:
        """Return the match whose opening is at `at`; with a run before it, from `least` on."""
        end = len(data)
        if self._run:
            end = min(end, at + 1 + LONGEST)
            head = data[max(1, least, at + 2 - LONGEST) : at + 2]
            at = min(at, at + 1 - len(head) + len(head.rstrip(self._run)))
        spans = self.pattern.at(data, at, end)
        return None if spans is None else spans[0]


class Alone:
    """The shapes of one crowded kind, none of them without a longest match."""

    def __init__(self, member: Member) -> None:
        self.kind = member.recogniser.kind
        self._member = member

    def find(self, part: Part, place: Place) -> list[Found]:
        """Return the values in order."""
        data, cut, member = part.data, part.cut, self._member
        number, quick = member.number, member.recogniser.quick
        refused = [] if part.refused is None else part.refused.setdefault(number, [])
        if part.refused is None or quick is None:
            quick = _leave
        found: list[Found] = []
        match = (member.strict if self.kind in part.lost else member.pattern).match
        last, apart, anywhere = part.end, member.apart, ANYWHERE
        pos, end_of = max(part.start - 1, place.pos), place.pos
        while pos < last:
            at, pos = match(anywhere, data, pos, last)[0]
            if at < 0 or at + 1 >= cut:
                break
            first = at + 2 if apart and data[at + 1] == _POINT else at + 1
            end_of = pos
            answer = quick(data[first:pos])
            if answer is None:
                found.append((first, pos, number, -1, -1))
            elif answer.belief is _MISS:
                refused.append(first)
        place.pos = end_of
        return found


def _leave(_value: bytes) -> None:
    """Leave a value to its recogniser's judgement."""


class Together:
    """The shapes of many kinds; each kind finds its own, whatever another found there."""

    def __init__(
        self, members: Sequence[Member], each: Several, full: frozenset[str] = frozenset()
    ) -> None:
        self._members = members
        self._each = each
        self._wanted = [member.recogniser.kind not in full for member in members]
        wanted = [member for member, want in zip(members, self._wanted, strict=True) if want]
        self._any = Pattern(_behind_each(wanted))

    def find(self, part: Part, place: Place) -> Iterator[Found]:
        """Yield the values, nearly in order.

        A match is looked into again, but only so often that the time stays linear.
        """
        data, last = part.data, part.cut - 1
        place.pos = max(place.pos, part.start - 1)
        while place.pos < last:
            end = min(last, place.pos + WINDOW - (place.pos + part.offset) % WINDOW)
            match = self._any.search(data, place.pos, min(part.end, end + LONGEST))
            if match is None or match[0] >= end:
                place.pos = max(place.pos + 1, end)
                continue
            yield from self._at(data, match, place)

    def _at(self, data: bytes, found: Span, place: Place) -> Iterator[Found]:
        at, end = found
        furthest = 0
        for index in self._each.which(data[at : end + LONGEST]):
            member = self._members[index]
            taken = place.ends.get(member.number, 0)
            match = member.match(data, at, taken) if self._wanted[index] else None
            if match is None:
                continue
            first, end = member.start(data, match[0]), match[1]
            furthest = max(furthest, end)
            if first >= taken:
                place.ends[member.number] = end
                yield first, end, member.number, -1, -1
        _go_on(data, at, furthest, place)


def _behind_each(members: Sequence[Member]) -> str:
    """Return the pattern of all openings.

    What stands before them is told once, and so has states.
    """
    every: dict[str, list[str]] = {}
    for member in members:
        every.setdefault(member.before, []).append(member.openings)
    return "|".join(f"{before}(?:{'|'.join(each)})" for before, each in every.items())


def _go_on(data: bytes, at: int, end: int, place: Place) -> None:
    """Look into a match once more, where a word begins; behind a mere opening, at once."""
    place.looks = place.looks + 1 if end <= place.taken else 0
    place.taken = max(place.taken, end)
    look = place.looks < _MOST_INSIDE
    first = at + 1 if data[at + 1 : at + 2] == _FULL_STOP else at + 2  # before a bounded value
    inside = _INSIDE.search(data, first, place.taken) if look else None
    end = inside.start() if inside is not None else max(place.taken, at + 1)
    is_stop = data[end : end + 1] == _FULL_STOP  # a bounded value may follow it and a letter
    place.pos = end - 1 if is_stop and end - 1 > at else end


def opening(shape: str) -> str:
    """Return a shorter pattern with which every match of a shape begins: it needs few states.

    A long repeat of a group ends it, or of a class in the longest tokens, unless it stands in a
    group itself or in one of several alternatives.
    """
    bare = _CLASS.sub(lambda found: "c" * len(found[0]), shape)
    for repeat in _REPEAT.finditer(bare):
        head = bare[: repeat.start()]
        long = int(repeat[1]) >= (_LONG if head.endswith(")") else _LONG_OF_ONE)
        if long and head.count("(") == head.count(")") and not _parted(bare):
            return f"{shape[: repeat.start()]}{{{_LEAST}}}"
    return shape


def run_of(shapes: Sequence[str]) -> tuple[bytes, Sequence[str]]:
    """Return the bytes of the run that a single shape begins with, and the shape with one of them.

    In a run of any length every other shape would have its states twice. Without such a run, or
    with one that may pass over lines, the bytes are none.
    """
    head = _RUN.match(shapes[0]) if len(shapes) == 1 else None
    if head is None or _parted(_CLASS.sub("c", shapes[0])):
        return b"", shapes
    one = re.compile(head[1].encode("latin-1"))
    run = bytes(byte for byte in range(256) if one.match(bytes((byte,))))
    return (b"", shapes) if b"\n" in run else (run, (f"{head[1]}{shapes[0][head.end() :]}",))


def _parted(bare: str) -> bool:
    """Check whether a pattern has alternatives outside its groups."""
    depth = 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            return True
    return False


_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]])*\]")
_RUN = re.compile(r"(\[[A-Za-z0-9](?:\\.|[^\[\]\\])*\])\+(?![+?*])")
_REPEAT = re.compile(r"\{([0-9]+)(?:,[0-9]*)?\}")
_LONG, _LONG_OF_ONE, _LEAST = 8, 20, 4
