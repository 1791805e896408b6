"""The reading of one source, which may wait between two turns with all that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from agentguard.detect.extractor import Source, Work
from agentguard.detect.lent_file import Lent
from agentguard.detect.limits import MIB
from agentguard.detect.outcome import Reading
from agentguard.detect.recognition.scanner import Stream
from agentguard.detect.turns import Turn
from agentguard.model.outcomes import FileOutcome


def lent_of(source: Source) -> Source:
    """Return a source whose file may be closed between two turns."""
    return replace(source, file=cast("BinaryIO", Lent(source.file)))


@dataclass(slots=True, kw_only=True)
class Run:
    """What is read, how far, and what was found by now.

    `behind` is what `pieces` have taken in and not given yet. `left` is the byte at which the next
    turn goes on: as far as the file was read, and always further than before; `turns` are those
    that are over.
    """

    source: Source
    work: Work
    stream: Stream
    turn: Turn
    pieces: Iterator[str]
    behind: list[str]
    left: int = 0
    turns: int = 0

    @property
    def may_wait(self) -> bool:
        """Whether it can go on later: it is known again, and not without end."""
        most = self.work.limits.turns * (1 + self.source.size // (2 * MIB))
        lent = isinstance(self.source.file, Lent)
        return bool(self.source.mark) and lent and self.turns < most

    def feed(self, piece: str) -> None:
        """Judge the next piece; one with nothing in it only says that time went by."""
        if piece:
            self.behind.clear()
            self.stream.feed(piece)

    def is_of(self, source: Source) -> bool:
        """Check whether it is the reading of a file as that is now."""
        return self.source.mark == source.mark

    def waits(self) -> Reading:
        """Let go of the file until the next turn; tell what was found by now."""
        place, size = self.source.file.tell(), self.source.size
        self.turns += 1
        self.left = max(self.left + 1, min(place, size - 1))
        if isinstance(self.source.file, Lent):
            self.source.file.rest()
        return Reading(
            outcome=FileOutcome.READ,
            hits=self.stream.so_far("".join(self.behind)),
            reason="reason.unfinished",
            test_cards=self.stream.test_cards,
            left=self.left,
            size=max(size, self.left + 1),
            total=True,
        )

    def go_on(self, source: Source) -> None:
        """Take another opening of the file."""
        if isinstance(self.source.file, Lent):
            self.source.file.lend(source.file)

    def ends(self, failure: str) -> Reading:
        """Tell all that was found; the first thing that could not be read is the reason."""
        hits, turn = self.stream.finish(), self.turn
        if failure and not hits:
            return Reading(outcome=FileOutcome.UNREADABLE, reason=failure)
        unfinished = "reason.unfinished" if turn.left else ""
        return Reading(
            outcome=FileOutcome.READ,
            hits=hits,
            reason=failure or unfinished or next(iter(self.work.notes), ""),
            test_cards=self.stream.test_cards,
            left=turn.left,
            size=self.source.size if turn.left else 0,
            total=self.turns > 0,
        )
