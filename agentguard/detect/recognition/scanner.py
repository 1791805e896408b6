"""Finds and masks personal data in text; whatever leaves is a kind, a count and a mask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, cached_property

from agentguard.base.plugins import discover
from agentguard.detect import kinds
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.matching.candidate_judgement import Judging
from agentguard.detect.matching.decision_trace import Watcher
from agentguard.detect.matching.hit_counter import Tally, mask
from agentguard.detect.matching.pattern_set import PatternSet, Places, candidate_of, judged
from agentguard.detect.matching.repeated_cells import Gaps, Repeats
from agentguard.detect.matching.shape_matcher import Part, Refused
from agentguard.detect.recogniser import AFTER, BEFORE, LONGEST, Recogniser
from agentguard.detect.recognition.spoken_numbers import Heard, heard, in_digits
from agentguard.detect.trace_records import Belief, Explained
from agentguard.model.hits import Hit, at_least

CHUNK = 192 << 10
"""Characters that are searched at once when text comes in a stream; at most twice as many."""

_LOOK_AHEAD = BEFORE + AFTER + LONGEST
_BEHIND = BEFORE + LONGEST  # a value may begin before what it was found by
_PAYS = 8000
"""Looks in vain that cost as much as to compile the labels anew; shapes cost less than a chunk."""

_PIECES = 8
"""A piece that text is taken in is at least such a part of a chunk: some of it may be left out."""

_BREAKS = b"\t,;|<>\"'{}[]"
_FENCE = FENCE.encode()


class LeftOut:
    """The kinds that the patterns leave out: those of which enough was found, as soon as it pays.

    At most twice the least is paid so, whenever kinds become full (the rental of skis; A. Karlin
    et al., Competitive Snoopy Caching, 1988).
    """

    def __init__(self, pays: int = _PAYS) -> None:
        self._pays = pays
        self._kinds: frozenset[str] = frozenset()
        self._paid = 0

    def after(self, full: AbstractSet[str], vain: int = 0) -> frozenset[str]:
        """Return the kinds to leave out in the next chunk.

        `full` are those to leave out in time, `vain` how many looks at them there were so far.
        """
        if vain - self._paid >= self._pays and len(full) > len(self._kinds):
            self._kinds, self._paid = frozenset(full), vain
        return self._kinds


class Stream:
    """Judges a text that comes in pieces; the result does not depend on how it was cut.

    A chunk is searched with what follows it in sight, so that a value may go on behind a cut.
    """

    def __init__(
        self, patterns: PatternSet, chunk: int = CHUNK, watcher: Watcher | None = None
    ) -> None:
        self._patterns = patterns
        self._chunk = chunk
        self._watcher = watcher
        self._tally = Tally(patterns.neighbours)
        self._gaps = Gaps()
        self._repeats = None if watcher else Repeats(patterns, self._tally, self._gaps, chunk)
        self._judging = Judging(patterns.recognisers, self._tally, watcher, self._gaps.whole)
        self._labels_out = LeftOut()
        self._shapes_out = LeftOut(pays=0)
        self._places: Places = {}
        self._pending: list[str] = []
        self._length = 0
        self._rest = ""
        self._kept = b"\n"  # there is a character before every value
        self._context = 1
        self._offset = -1

    @property
    def full(self) -> AbstractSet[str]:
        """The kinds of which enough was found; it grows while text is taken."""
        return self._tally.full

    @property
    def test_cards(self) -> int:
        """How many card numbers that are published for tests were met; they are no hits."""
        return len(self._tally.test_numbers)

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        self._pending.append(text)
        self._length += len(text)
        due = self._length + len(self._kept) - self._context >= self._chunk + _LOOK_AHEAD
        if due and self._length * _PIECES >= self._chunk:
            self._gather()
            while len(self._kept) - self._context >= self._chunk + _LOOK_AHEAD:
                self._judge(self._cut())
            self._forget()

    def finish(self) -> tuple[Hit, ...]:
        """Judge the rest and give what was found in the whole text."""
        self._gather(ended=True)
        while len(self._kept) - self._context >= self._chunk + _LOOK_AHEAD:
            self._judge(self._cut())
        self._judge(len(self._kept))
        return self._tally.hits()

    def so_far(self, behind: str = "") -> tuple[Hit, ...]:
        """Return what was found by now, also in what is not judged yet and in what comes `behind`.

        More of the text is to come; what is told of the end here changes nothing of it.
        """
        start = max(0, self._context - _BEHIND)
        end = Stream(self._patterns, self._chunk)
        end._kept, end._context = self._kept[start:], self._context - start
        end.feed("".join((self._rest, *self._pending, behind)))
        return at_least(self._tally.hits(), end.finish())

    def explain(self) -> Explained:
        """Judge the rest, and give the hits with what the watcher saw."""
        hits = self.finish()
        traces = () if self._watcher is None else self._watcher.traces(self._tally)
        return Explained(hits=hits, traces=traces)

    def _gather(self, *, ended: bool = False) -> None:
        text = self._rest + "".join(self._pending)
        self._rest = "\r" if text.endswith("\r") and not ended else ""  # perhaps half a line's end
        data = fold(text[: len(text) - len(self._rest)])
        self._kept += data if self._repeats is None else self._repeats.without(data, ended=ended)
        self._pending.clear()
        self._length = 0

    def _forget(self) -> None:
        """Let go what no later candidate is shown."""
        gone = max(0, self._context - _BEHIND)
        self._offset += gone
        self._kept = self._kept[gone:]
        self._context -= gone
        self._gaps.forget(self._offset)
        for place in self._places.values():
            place.forget(gone)
        if self._watcher is not None:
            self._watcher.forget(gone)

    def _cut(self) -> int:
        there = len(self._kept) - self._context - _LOOK_AHEAD
        end = self._context + min(there, 2 * self._chunk)
        line = self._kept.rfind(b"\n", self._context, end)
        if line >= 0:
            return line + 1
        places = (self._kept.rfind(_BREAKS[i : i + 1], self._context, end) for i in _INDEXES)
        return max(places) + 1 or end

    def _judge(self, cut: int) -> None:
        data, watcher = self._kept, self._watcher
        end = min(len(data), cut + _LOOK_AHEAD)
        refused: Refused = {}
        full = self._tally.full
        fenced = data.find(_FENCE, max(0, self._context - _BEHIND), end) >= 0
        turned_off = None if watcher else refused
        lost = frozenset[str]() if watcher or fenced else self._tally.lost
        part = Part(data, self._context, cut, end, self._offset, turned_off, full, lost)
        if watcher is not None:
            watcher.see(part)
        vain = sum(place.vain for place in self._places.values())
        labels = self._labels_out.after(full, vain)
        passes = self._patterns.without(self._shapes_out.after(full), labels)
        self._judging.take(passes.find(part, self._places), part, fenced=fenced)
        self._judging.count(refused, part, fenced=fenced)
        self._tally.settle()
        self._context = cut


def _where_said(said: Heard, masks: Iterable[_Mask]) -> Iterator[_Mask]:
    """Yield masks where their values stand in the text as it was, each part of one."""
    every = []
    for start, end, masked in masks:
        first, *others = said.places(start, end)
        every += [(*first, masked), *((*other, _PART) for other in others)]
    yield from sorted(every)


_Mask = tuple[int, int, str]
"""Start and end of a value, and what takes its place."""

_PART = "..."
"""Takes the place of a further part of a value."""

_INDEXES = range(len(_BREAKS))


class Scanner:
    """All recognisers as one: text in, hits out."""

    def __init__(self, recognisers: Sequence[Recogniser], chunk: int = CHUNK) -> None:
        self._patterns = PatternSet(recognisers)
        self._chunk = chunk

    @property
    def recognisers(self) -> tuple[Recogniser, ...]:
        """The recognisers, in order."""
        return self._patterns.recognisers

    def knows(self, name: str) -> bool:
        """Check whether a name begins with a label of a kind, as it is written."""
        return self._patterns.knows(b"\n" + fold(name) + b":")

    def is_label(self, name: str) -> bool:
        """Check whether a name is a label of a kind, and nothing more."""
        return self._patterns.is_label(b"\n" + fold(name))

    def stream(self) -> Stream:
        """Begin with a text that comes in pieces."""
        return Stream(self._patterns, self._chunk)

    def scan(self, text: str) -> tuple[Hit, ...]:
        """Return what was found; `count` is the number of distinct values, 1000 at most."""
        stream = self.stream()
        stream.feed(in_digits(text))
        return stream.finish()

    def watched(self) -> Stream:
        """Begin with a text in pieces of which every candidate is told."""
        return Stream(self._patterns, self._chunk, Watcher(self._touched))

    def explain(self, pieces: Iterable[str]) -> Explained:
        """Return the hits of a text in pieces, and why candidates were believed or refused."""
        stream = self.watched()
        for piece in pieces:
            stream.feed(piece)
        return stream.explain()

    @cached_property
    def _touched(self) -> PatternSet:
        return PatternSet(self._patterns.recognisers, touched=True)

    def mask(self, text: str) -> str:
        """Return the text with every value replaced by its mask."""
        said = heard(text)
        spans = self._masks(b"\n" + fold(said.text))
        if said.edits:
            spans = _where_said(said, spans)
        pieces, done = [], 0
        for start, end, masked in spans:
            if start >= done:
                pieces += [text[done:start], masked]
            done = max(done, end)
        return "".join((*pieces, text[done:]))

    def _masks(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        passes = self._patterns.without()
        for found in passes.find(Part(data, 1, len(data), len(data)), {}):
            recogniser = self._patterns.recognisers[found[2]]
            answer = judged(recogniser, candidate_of(data, found, recogniser), data, found)
            if answer.belief in {Belief.SURE, Belief.MAYBE}:
                yield found[0] - 1, found[1] - 1, mask(recogniser, answer.value)


@cache
def default_scanner() -> Scanner:
    """Return the scanner with every recogniser of the room."""
    return Scanner(discover(kinds, "RECOGNISER", Recogniser))
