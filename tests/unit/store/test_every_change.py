"""Every single-bit change of a journal of 300 entries, and every swap, cut and doubling of lines.

Both verifiers are led to each line once; from there each takes every changed form of it. A line
that it refuses there is refused in the whole file; what either takes is tried whole.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from agentguard.base.errors import JournalBroken
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import Verifier
from tests.unit.store import second_verifier
from tests.unit.store.exported import ORIGIN, Written, full, looked_at
from tests.unit.store.second_verifier import State, whole

T = TypeVar("T")
REFUSED = (
    second_verifier.Broken, ValueError, LookupError, TypeError, AttributeError, RecursionError,
    second_verifier.struct.error,
)  # fmt: skip


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return full(tmp_path_factory.mktemp("journal"))


def shallow(one: T) -> T:
    """Copy as `copy.copy` does, without its asking how: a quarter of a million times."""
    made: T = object.__new__(type(one))
    made.__dict__.update(one.__dict__)
    return made


class First:
    """The product's verifier, which can be led to a line and stay there."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def at(self) -> Callable[[bytes], bool]:
        """Give what tells whether a line is taken here; nothing is kept of it."""
        kept = self._verifier

        def taken(line: bytes) -> bool:
            tried = shallow(kept)
            tried._digest = kept._digest.copy()
            tried._walk = shallow(kept._walk)
            if not kept._good:  # before the entries, what is taken changes what vouches
                tried._evidence = copy.deepcopy(kept._evidence)
            try:
                tried.take(line)
            except JournalBroken:
                return False
            return True

        return taken

    def take(self, line: bytes) -> None:
        self._verifier.take(line)


class Second:
    """The other verifier, led likewise."""

    def __init__(self) -> None:
        self._state: State | None = None

    def at(self) -> Callable[[bytes], bool]:
        kept = self._state

        def taken(line: bytes) -> bool:
            try:
                second_verifier.begun(line) if kept is None else kept.copied().take(line)
            except REFUSED:
                return False
            return True

        return taken

    def take(self, line: bytes) -> None:
        if self._state is None:
            self._state = second_verifier.begun(line)
        else:
            self._state.take(line)


def verified(raw: bytes) -> bool:
    """Tell whether either verifier finds the file whole."""
    verifier = Verifier(Demands(key=ORIGIN.receipt_key))
    try:
        for line in raw.split(b"\n")[:-1]:
            verifier.take(line + b"\n")
        if not raw.endswith(b"\n"):
            verifier.take(raw.rpartition(b"\n")[2])
        verifier.finish()
    except JournalBroken:
        return whole(raw)
    return True


def flips(line: bytes) -> Iterator[bytes]:
    """Give the line with each of its bits changed, as long as it stays one line."""
    for place, byte in enumerate(line[:-1]):
        for bit in range(8):
            if byte ^ (1 << bit) != ord("\n"):
                yield line[:place] + bytes([byte ^ (1 << bit)]) + line[place + 1 :]


def splits(lines: list[bytes], number: int) -> Iterator[tuple[bytes, bytes]]:
    """Give the file with each change of a bit in a line that makes or ends a line.

    With it comes the first line that is another one then, in the place of this one.
    """
    before, rest = b"".join(lines[:number]), b"".join(lines[number + 1 :])
    for place, byte in enumerate(lines[number]):
        for bit in range(8):
            changed = byte ^ (1 << bit)
            if ord("\n") in {byte, changed}:
                line = lines[number][:place] + bytes([changed]) + lines[number][place + 1 :]
                yield before + line + rest, b"".join((line + rest).partition(b"\n")[:2])


def undetected(journal: Written, lines: range) -> list[bytes]:
    """Give the changed lines that a verifier takes in their place, which the end must tell."""
    found: list[bytes] = []
    for led in (First(Verifier(Demands(key=ORIGIN.receipt_key))), Second()):
        for number, line in enumerate(journal.lines):
            if number in lines:
                taken = led.at()
                found.extend(each for each in flips(line) if taken(each))
            led.take(line)
    return found


def test_a_whole_one_is_whole_for_both(journal: Written, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(journal.raw)
    found = looked_at(tmp_path / "out")
    assert (found.entries, found.epochs, found.erased) == (300, 2, 2)
    assert (found.receipted, found.sealed, found.last) == (295, 300, 300)
    assert whole(journal.raw)


def test_every_bit_of_what_vouches_and_of_some_entries_is_guarded(journal: Written) -> None:
    count = len(journal.lines)
    assert undetected(journal, range(3, 6)) == []
    assert undetected(journal, range(count - 2, count)) == []


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_every_bit_of_the_first_line_is_guarded(journal: Written) -> None:
    first, rest = journal.lines[0], b"".join(journal.lines[1:])
    taken_for_true = [each for each in flips(first) if verified(each + rest)]
    assert taken_for_true == []


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_every_bit_of_every_line_is_guarded(journal: Written) -> None:
    assert undetected(journal, range(1, len(journal.lines))) == []


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_every_bit_that_makes_or_ends_a_line_is_guarded(journal: Written) -> None:
    tried, taken = 0, set()
    for led in (First(Verifier(Demands(key=ORIGIN.receipt_key))), Second()):
        for number, line in enumerate(journal.lines):
            takes = led.at()
            for whole_file, first in splits(journal.lines, number):
                tried += 1
                if takes(first) or not first.endswith(b"\n"):
                    taken.add(whole_file)
            led.take(line)
    assert tried >= 2 * 8 * len(journal.lines), "each end of a line has eight bits"
    assert [each for each in taken if verified(each)] == []


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(17, id="some"),
        pytest.param(1, id="all", marks=[pytest.mark.heavy, pytest.mark.timeout(900)]),
    ],
)
def test_a_cut_a_doubled_and_two_swapped_lines_are_found(step: int, journal: Written) -> None:
    lines, taken = journal.lines, set()
    for led in (First(Verifier(Demands(key=ORIGIN.receipt_key))), Second()):
        for place, line in enumerate(lines):
            chosen = place % step == 0
            before, rest = lines[:place], lines[place + 1 :]
            if chosen and rest and led.at()(rest[0]):
                taken.add(("one is cut out", b"".join(before + rest)))
                swapped = [*before, rest[0], line, *rest[1:]]
                taken.add(("two are swapped", b"".join(swapped)))
            led.take(line)
            if chosen and led.at()(line):
                taken.add(("one is doubled", b"".join([*before, line, line, *rest])))
    for place in range(0, len(lines), step):
        taken.add(("the end is cut off", b"".join(lines[:place])))
    assert [told for told, raw in taken if verified(raw)] == []


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_every_swap_and_every_far_copy_is_found(journal: Written) -> None:
    """A line is refused wherever it does not belong: tried at every place, in both verifiers."""
    lines = journal.lines
    for led in (First(Verifier(Demands(key=ORIGIN.receipt_key))), Second()):
        for place, line in enumerate(lines):
            taken = led.at()
            strangers = [n for n, other in enumerate(lines) if n != place and taken(other)]
            assert [n for n in strangers if not _may_be_left_out(lines, place, n)] == []
            led.take(line)


def _may_be_left_out(lines: list[bytes], place: int, stranger: int) -> bool:
    """Tell whether what may stand here is refused later: the whole file is tried then."""
    return not verified(b"".join([*lines[:place], lines[stranger], *lines[place:]])) and not (
        verified(b"".join([*lines[:place], lines[stranger], *lines[place + 1 :]]))
    )
