"""Cells of tables that come again, word for word: they change no count, and are left out.

Tables of calls, orders and payments name the same few people in row after row.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.matching.hit_counter import Tally
from agentguard.detect.matching.pattern_set import PatternSet, Reach, candidate_of, judged
from agentguard.detect.matching.shape_matcher import Part, Refused
from agentguard.detect.recogniser import AFTER, BEFORE, LONGEST, Recogniser
from agentguard.detect.trace_records import Belief

_FENCE = FENCE.encode()
_LONGEST = 200
_MOST_ONCE, _MOST_KNOWN = 16_384, 8_192
_DIGIT = re.compile(rb"[0-9]")
_REACH = 160
"""Bytes behind a cell in which a value that begins in it ends."""

_PAYS = 64
"""One cell of so many must come again with a value that counts, or none is looked at for a while:
to look a value up costs about such a part of what it costs to find and judge it."""

_LONGEST_PAUSE = 32

_Values = tuple[Recogniser, ...]
"""Of what in a cell is believed."""


class Gaps:
    """Where cells were left out of a text, so that places are those of the whole."""

    def __init__(self) -> None:
        self._at: list[int] = []
        self._gone = [0]

    def leave_out(self, at: int, gone: int) -> None:
        """Remember that `gone` bytes are left out before what stands at `at` of what was kept."""
        if self._at and self._at[-1] == at:
            self._gone[-1] = gone
        else:
            self._at.append(at)
            self._gone.append(gone)

    def whole(self, at: int) -> int:
        """Return the place in the whole text of a place in what was kept."""
        return at + self._gone[bisect_right(self._at, at)]

    def forget(self, at: int) -> None:
        """Let go what stands before a place of which nobody asks any more."""
        past = bisect_right(self._at, at)
        del self._at[:past], self._gone[:past]


def _next_number(data: bytes, at: int) -> int:
    """Return where the next number begins, in which a value may end whose label stands before."""
    digit = _DIGIT.search(data, at, at + _REACH)
    return at + _REACH if digit is None else digit.start()


class Repeats:
    """Leaves cells out of one text that came before in it.

    Not those whose count may change: one in doubt, with a wrong check, or that needs a neighbour.
    Nor those in which a value may begin that ends in another cell, and what follows them.
    """

    def __init__(self, patterns: PatternSet, tally: Tally, gaps: Gaps, chunk: int) -> None:
        self._few = chunk // 4  # less text than this is searched as it is
        self._probe = chunk // 2  # of so much some cells must come again, or the rest is kept
        self._patterns = patterns
        self._tally = tally
        self._gaps = gaps
        self._once: set[bytes] = set()
        self._known: dict[bytes, _Values | None] = {}
        self._rest = b""
        self._owed = 0
        self._size = self._gone = 0
        self._seen = self._worth = 0
        self._pause, self._rests = 1, 0

    def without(self, data: bytes, *, ended: bool) -> bytes:
        """Return the next piece of the text without them; its last cells wait for what follows."""
        data = self._rest + data if self._rest else data
        last = len(data) if ended else data.rfind(_FENCE, 0, max(0, len(data) - BEFORE)) + 1
        if not last and (len(data) >= self._few or _FENCE not in data):  # no cell, or a long one
            last = len(data)
        self._rest, data = data[last:], data[:last]
        end = data.rfind(_FENCE, 0, self._probe if self._pause else last) + 1
        is_table = end and data.count(_FENCE, 0, end) * _LONGEST > end
        if self._rests or not is_table or self._size + last < self._few:
            self._rests = max(0, self._rests - 1)
            self._owed = _REACH
            return self._kept(data)
        return self._looked(data, end)

    def _kept(self, data: bytes) -> bytes:
        self._size += len(data)
        return data

    def _looked(self, data: bytes, end: int) -> bytes:
        """Leave out what stands before `end`, unless it is spared."""
        out: list[bytes] = []
        at, seen, worth = 0, self._seen, self._worth
        for start, stop in sorted(self._spared(data, end)):
            if stop > at:
                self._free(data[at:start], out)
                out.append(self._kept(data[max(at, start) : stop]))
                at = stop
        self._free(data[at:end], out)
        out.append(self._kept(data[end:]))
        if end < len(data):
            self._owed = _REACH
        is_few = (self._worth - worth) * _PAYS < self._seen - seen
        self._rests = self._pause = min(2 * self._pause + 1, _LONGEST_PAUSE) if is_few else 0
        return b"".join(out)

    def _spared(self, data: bytes, end: int) -> Iterator[tuple[int, int]]:
        """Yield which cells are kept since more cells than one tell of a value there."""
        whole = data.find(_FENCE, min(self._owed, end) - 1) + 1 if self._owed else 0
        self._owed = max(0, self._owed - end)
        yield 0, whole
        for place, told in self._reaching(data, end):
            start = data.rfind(_FENCE, 0, place) + 1
            stop = data.find(_FENCE, place, end)
            begin = data.rfind(_FENCE, 0, max(0, start - told.before)) + 1
            if begin >= end or (whole <= start < stop and self._is_told(data[start:stop])):
                continue
            reach = _next_number(data, stop) if told.goes_on else stop + AFTER
            if stop < 0 or reach >= end:
                self._owed = max(self._owed, reach - end if stop >= 0 else _REACH)
                reach = end - 1
            yield begin, data.find(_FENCE, reach) + 1

    def _reaching(self, data: bytes, end: int) -> Iterator[tuple[int, Reach]]:
        """Yield a place in each cell of whose values other cells tell, and which do."""
        shown, last = _FENCE + data, min(len(data), end + LONGEST) + 1
        for told in self._patterns.reaching:
            at = 0
            while (found := told.pattern.search(shown, at, last)) is not None:
                yield found[0], told
                at = shown.find(_FENCE, found[0] + 1, last)
                at = at if at >= 0 else last

    def _is_told(self, cell: bytes) -> bool:
        """Check whether all is told of a cell by itself."""
        if cell not in self._known:
            self._met(cell)
        return self._known.get(cell) is not None

    def _free(self, data: bytes, out: list[bytes]) -> None:
        """Take whole cells, and leave out those that came before."""
        known, size = self._known, self._size
        cells = data[:-1].split(_FENCE) if data else []
        self._seen += len(cells)
        for cell in cells:
            values = known[cell] if cell in known else self._met(cell)
            if values is None:
                out += (cell, _FENCE)
                size += len(cell) + 1
                continue
            if values:
                self._again(values, size + self._gone)
            self._gone += len(cell) + 1
            self._gaps.leave_out(size, self._gone)
        self._size = size

    def _again(self, values: _Values, place: int) -> None:
        for recogniser in values:
            self._worth += recogniser.kind not in self._tally.full
            if recogniser.kind in self._patterns.neighbours:
                self._tally.stands(recogniser, place)

    def _met(self, cell: bytes) -> _Values | None:
        """Meet a cell that is not known; what is in one that comes again and needs no more."""
        if len(cell) > _LONGEST or len(self._known) >= _MOST_KNOWN:
            return None
        if cell not in self._once:
            if len(self._once) >= _MOST_ONCE:
                self._once.clear()
            self._once.add(cell)
            return None
        self._known[cell] = values = self._values(cell)
        return values

    def _values(self, cell: bytes) -> _Values | None:
        data = _FENCE + cell + _FENCE
        refused: Refused = {}
        every = self._patterns.without().find(Part(data, 1, len(data), len(data), 0, refused), {})
        recognisers = [self._patterns.recognisers[found[2]] for found in every]
        if any(refused.values()) or self._patterns.may_go_on(data, recognisers):
            return None
        for found, recogniser in zip(every, recognisers, strict=True):
            belief = judged(recogniser, candidate_of(data, found, recogniser), data, found).belief
            if recogniser.beside or belief is not Belief.SURE:
                return None
        return tuple(recognisers)
