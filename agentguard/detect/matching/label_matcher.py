"""Finds values by the labels before them: one automaton for the labels of all kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agentguard.detect.lexicon.label_gap import TURN_WITHIN
from agentguard.detect.matching.kind_labels import (
    CASE,
    SMALL,
    Kinds,
    Labelled,
    Name,
    Names,
    head_of,
    is_word,
)
from agentguard.detect.matching.label_after_value import JOINTS, LASTS, WHOSE, joined, value_before
from agentguard.detect.matching.label_prefix_index import Borders, Heads, Longest
from agentguard.detect.matching.label_regex_builder import ends_at_digits
from agentguard.detect.matching.re2_engine import ANYWHERE, HERE
from agentguard.detect.matching.shape_matcher import Found, Part, Place
from agentguard.detect.matching.value_lists import listed
from agentguard.detect.recogniser import LONGEST

_ENDS = b" _-+"  # joints, before which a label may end
_JOINTS = tuple(bytes((joint,)) for joint in _ENDS)
_REACH = 64
_COLON = b": "  # nothing in a label goes on behind it
_MOST_KNOWN = 256
_LISTING = b",;"  # another label may follow such a sign that begins one
_DIGIT = re.compile(rb"[0-9]")
_SERIES = re.compile(rb"[a-z][ :]N[RO]\Z")
_HUMP = re.compile(rb"[a-z](?=[A-Z])")


class Labels:
    """The labels of all kinds; each kind judges by its own, also where another's stands."""

    def __init__(
        self, members: Sequence[Labelled], heads: Heads, full: frozenset[str] = frozenset()
    ) -> None:
        self._members = members
        self._heads = heads
        self._wanted = [member.recogniser.kind not in full for member in members]
        wanted = [m for m, want in zip(members, self._wanted, strict=True) if want]
        every = [label for m in wanted for label in m.recogniser.labels]
        self._any = Borders(every, head_of)
        self._bare = frozenset(n for n, m in enumerate(members) if not m.numeric)
        self._ends_at_digits = all(map(ends_at_digits, set(every)))
        self._kinds: dict[tuple[int, ...], Kinds] = {}
        self._known: dict[bytes, Names] = {}
        self._older: dict[bytes, Names] = {}

    def find(self, part: Part, place: Place) -> list[Found]:
        """Return the values whose labels begin in `start` to `cut`."""
        data, cut, last = part.data, part.cut, part.end
        found = list[Found]()
        pos = max(part.start - 1, place.pos)
        match, anywhere = self._any.search(last - pos), ANYWHERE
        while pos < last:
            at, end = match(anywhere, data, pos, last)[0]
            if at < 0 or at + 1 >= cut:
                break
            end -= CASE[data[end - 1]] != SMALL  # it may be what stands behind a label
            is_listed = data[at + 1] in _LISTING
            names = self._mirrored(data, at, end, found) if data[at - 1] in LASTS else None
            if names is None:
                names = self._names(data, at, end)
            # The next label may begin with a word of which a letter was met already.
            pos = place.pos = at + 1 if is_listed or not names else min(end, at + names[0][0]) - 1
            for name in names:
                behind = _values(part, at, name, found)
                place.vain += not behind
                if behind > pos and not is_listed:
                    pos = place.pos = behind  # no label within a label
        return found

    def _mirrored(self, data: bytes, at: int, end: int, found: list[Found]) -> Names | None:
        """Take the values before the labels at a place; give the labels that had none."""
        may_be = data[at - 1 : at + 1] in JOINTS or data[at - 3 : at + 1] in WHOSE
        before = joined(data, at) if may_be else None
        if before is None:
            return None
        left = []
        owners = self._heads.which(data[at : end + _REACH])
        for length, member in self._named(data, at, owners):
            span = value_before(data, before, at + length, member.brief.match)
            if span is None:
                left.append((length, member))
            else:
                found.append((*span, member.number, at + 1, at + length))
        return self._together(left)

    def _names(self, data: bytes, at: int, end: int) -> Names:
        """Return the labels that stand here and may have a value; logs and tables repeat a few."""
        colon = data.find(_COLON, end - 1, end + _REACH)
        key = data[at : colon + len(_COLON)] if colon >= 0 else b""
        names = self._known.get(key) if key else None  # known ones without a further call
        if names is not None or (key and (names := self._recalled(key)) is not None):
            return names
        digit = _DIGIT.search(data, end, end + _REACH)
        if digit and colon < 0 and self._ends_at_digits and not CASE[data[digit.start() - 1]]:
            key = data[at : digit.start()]
            names = self._known.get(key)
            if names is not None or (names := self._recalled(key)) is not None:
                return names
        owners = self._heads.which(data[at : end + _REACH])
        if digit is None and self._bare.isdisjoint(owners):
            return ()
        names = self._together(self._named(data, at, owners))
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

    def _named(self, data: bytes, at: int, owners: Iterable[int]) -> Sequence[tuple[int, Labelled]]:
        named = []
        for index in owners:
            member = self._members[index]
            stop = member.label.end(data, at) if self._wanted[index] else -1
            length = _length(member.label, data, at, stop) if stop >= 0 else 0
            if length:
                named.append((length, member))
        return named

    def _together(self, named: Sequence[tuple[int, Labelled]]) -> Names:
        """Put kinds together whose labels are as long as each other."""
        if len(named) == 1:
            return ((named[0][0], self._kinds_of((named[0][1],))),)
        groups: dict[int, list[Labelled]] = {}
        for length, member in named:
            groups.setdefault(length, []).append(member)
        return [(length, self._kinds_of(members)) for length, members in groups.items()]

    def _kinds_of(self, members: Sequence[Labelled]) -> Kinds:
        """Return what kinds look for; the same for the same ones, whatever their label is."""
        numbers = tuple(member.number for member in members)
        if numbers not in self._kinds:
            self._kinds[numbers] = Kinds(members)
        return self._kinds[numbers]


def _values(part: Part, at: int, name: Name, found: list[Found]) -> int:
    """Take the values behind a label, and tell where it ends; 0 where none of it is wanted."""
    length, kinds = name
    data, full, behind = part.data, part.full, at + length
    stop = min(len(data), behind + LONGEST)
    turned = kinds.may_turn and _may_turn(data, behind)
    if not turned and kinds.lack(data, behind, stop):
        return 0 if kinds.are_all(full) else behind - 1
    wanted = 0
    for match, longer, kind, number, lists in kinds.each:
        if kind in full:
            continue
        wanted = behind - 1
        near = longer.match if turned and longer is not None else match
        spans = near(HERE, data, behind, stop)
        if spans[0][0] >= 0:
            found.append((*spans[1], number, at + 1, behind))
            if lists:
                label = data[at + 1 : behind]
                more = listed(data, label, spans[1][1], stop, match)
                found += [(*span, number, at + 1, behind) for span in more]
    return wanted


def _length(label: Longest, data: bytes, at: int, end: int) -> int:
    """Return how long the label is that ends at a word's end; 0 for none.

    Another word may begin with the last letters of a longer one: "peselUcznia", and "peselu", or
    "NHS now", and "NHS no".
    """
    end = at + len(data[at:end].rstrip(_ENDS))
    if data[end : end + 1].isdigit() and _SERIES.search(data, max(at, end - 4), end):
        stop = label.end(data, at, end - len("NR ")) if not data[at:end].isupper() else -1
        end = stop if stop >= 0 else end  # "paspoort NR5850411": its own letters
    if is_word(data, at + 1, end):
        return end - at
    hump = _HUMP.search(data, at + 2, end)
    border = hump.end() if hump else max(data.rfind(joint, at + 2, end) for joint in _JOINTS)
    stop = label.end(data, at, border) if border > at else -1
    return stop - at if stop >= 0 and is_word(data, at + 1, stop) else 0


def _may_turn(data: bytes, behind: int) -> bool:
    """Check whether a line ends behind a label before any number, so that another may answer."""
    line = data.find(b"\n", behind, behind + TURN_WITHIN)
    return line >= 0 and _DIGIT.search(data, behind, line) is None
