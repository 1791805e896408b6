"""Numbers in words, as people dictate them and transcripts have them, read as digits.

What is read is judged as if it had been written so. A mark before it tells that it was not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from agentguard.detect.lexicon.label_gap import SAID
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.number_words import spoken_lines
from agentguard.detect.recognition.spoken_addresses import written_out
from agentguard.detect.recognition.spoken_dates import SpokenDate, spoken_dates
from agentguard.detect.recognition.spoken_runs import Run, runs
from agentguard.detect.recognition.spoken_wholes import Whole, is_card, is_speech, wholes

_AMEX, _LONGEST_PLAIN = 15, 12
_NEAR = 12
"""Lines around a spoken number in which its other parts are looked for."""

_LONGEST_LINE = 1 << 14
"""Characters of a line that somebody may have said; a longer one is no talk, or no text."""

_CUE = later(r"[0-9]{1,5}\r?\n[0-9:.,]+ --> ")
_GONE = "-"
"""Stands for a further part of a number, or for what repeats it: a turn of it is not empty."""


class _Edit(NamedTuple):
    start: int
    end: int
    made: str
    whole: int


class Heard(NamedTuple):
    """A text with digits for spoken numbers, and where they were said."""

    text: str
    edits: tuple[_Edit, ...] = ()
    starts: tuple[int, ...] = ()

    def places(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where in the text as it was a span of this one stands: its first place first."""
        first, last = self._before(start, ends=False), self._before(end, ends=True)
        yield first[0], last[0]
        among = {first[1], last[1]} - {-1}
        for edit in self.edits:
            if edit.whole in among and not first[0] <= edit.start < last[0]:
                yield edit.start, edit.end

    def _before(self, place: int, *, ends: bool) -> tuple[int, int]:
        """Return a place in the text as it was, and the number that it is within; -1 for none."""
        at = bisect_right(self.starts, place - ends) - 1
        if at < 0:
            return place, -1
        edit = self.edits[at]
        if place - ends < self.starts[at] + len(edit.made):
            return edit.end if ends else edit.start, edit.whole
        return place - self.starts[at] - len(edit.made) + edit.end, -1


def heard(text: str) -> Heard:
    """Return a text with spoken numbers in digits, and where they were.

    >>> heard("card four one one one, double two three three").text.replace(SAID, "")
    'card 41112233'
    """
    lines = spoken_lines(text)
    edits = sorted(_edits(text, lines)) if lines else []
    if not edits:
        return Heard(text)
    pieces, starts, done, size = list[str](), list[int](), 0, 0
    for edit in edits:
        pieces += text[done : edit.start], edit.made
        size += edit.start - done
        starts.append(size)
        size += len(edit.made)
        done = edit.end
    return Heard("".join((*pieces, text[done:])), tuple(edits), tuple(starts))


def in_digits(text: str) -> str:
    """Return a text with spoken numbers in digits, and spoken addresses of mail as written ones."""
    return heard(written_out(text)).text


def _edits(text: str, lines: Sequence[int]) -> Iterator[_Edit]:
    dates = list(_dates(text, lines))
    free = [run for run in _runs(text, lines) if not _is_within(run, dates)]
    for number, whole in enumerate(wholes(text, free)):
        first, *others = whole.runs
        yield _Edit(first.start, first.end, _written(whole), number)
        yield from (_Edit(each.start, each.end, _GONE, number) for each in others)
    for number, said in enumerate(dates, len(free)):
        yield _Edit(said.start, said.end, said.written, number)


def _is_within(run: Run, dates: Sequence[SpokenDate]) -> bool:
    return any(one.start < run.end and run.start < one.end for one in dates)


def _dates(text: str, lines: Sequence[int]) -> Iterator[SpokenDate]:
    """Yield the dates that are spoken in these lines, each once."""
    ends = [*accumulate(len(line) + 1 for line in text.split("\n"))]
    done = -1
    for line in lines:
        begin, end = ends[line - 1] if line else 0, ends[line] - 1
        if end - begin > _LONGEST_LINE:
            continue
        for said in sorted(spoken_dates(text, begin, end)):
            if said.start > done:
                yield said
                done = said.end


def _runs(text: str, lines: Sequence[int]) -> Iterator[Run]:
    """Yield the runs of the lines in which numbers are spoken, and of those near them."""
    ends = [*accumulate(len(line) + 1 for line in text.split("\n"))]
    begins = [0, *ends]
    short = [line for line in lines if ends[line] - begins[line] <= _LONGEST_LINE]
    said = [line for line in short if any(map(is_speech, runs(text, begins[line], ends[line] - 1)))]
    near = {at for line in said for at in range(line - _NEAR, line + _NEAR + 1)}
    for line in sorted(near):
        is_line = 0 <= line < len(ends) and ends[line] - begins[line] <= _LONGEST_LINE
        if is_line and not _CUE.match(text, begins[line]):
            yield from runs(text, begins[line], ends[line] - 1)


def _written(whole: Whole) -> str:
    """Return the digits as people write them: a card's in groups, others in one."""
    digits, sixteen = whole.digits, whole.digits[:16]
    if is_card(digits):
        size = (4, 10) if len(digits) == _AMEX else range(4, len(digits), 4)
        cuts = (0, *size, len(digits))
        return SAID + " ".join(digits[i:j] for i, j in pairwise(cuts))
    if len(digits) > len(sixteen) and is_card(sixteen):  # its expiry date or code in one breath
        return f"{_written(whole._replace(digits=sixteen))}, {digits[16:]}"
    return f"{SAID}{digits}"
