"""One source to hits: sealed or not, which format, and which parts could not be read."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from time import perf_counter, process_time

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work, streams_of
from agentguard.detect.formats import _text_openings, default_extractors
from agentguard.detect.limits import Limits
from agentguard.detect.outcome import Reading
from agentguard.detect.reading.encryption import is_sealed
from agentguard.detect.reading.wrapped_text import unwrapped
from agentguard.detect.recognition.scanner import Scanner
from agentguard.detect.tables.embedded_tables import SHORT
from agentguard.detect.tables.running_text import running
from agentguard.detect.turns import Turn
from agentguard.model.hits import beyond
from agentguard.model.outcomes import FileOutcome

__all__ = ["Reader", "Reading", "default_extractors"]

_OF_DEADLINE = 0.6
"""The part of its seconds after which reading stops by itself, so that what was found is told."""

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    UnicodeError,
    RecursionError,
    NotImplementedError,
)

_OF_PARTS = {
    "reason.corrupt": "reason.corrupt-part",
    "reason.too-large": "reason.too-large-part",
    "reason.unsupported": "reason.unsupported-part",
}
"""What a part of a container is told to be, where the container itself can be read on."""


class Reader:
    """Reads any source with the extractors that it is given."""

    def __init__(self, scanner: Scanner, extractors: Sequence[Extractor], limits: Limits) -> None:
        self._scanner = scanner
        self._extractors = sorted(extractors, key=lambda extractor: extractor.order)
        self._streams = streams_of(extractors)
        self._limits = limits

    def read(self, source: Source, start: int = 0) -> Reading:
        """Return the hits; the first thing that could not be read is the reason.

        A text that was left at a byte is read on from `start`; only what is new is told.

        Raises:
            MemoryError: the content needs more than this process may have.

        """
        if is_sealed(source):
            return Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")
        over = self._deadline()
        if start <= 0:
            return self._judged(source, Turn(over=over))
        if start >= source.size:  # it has become shorter meanwhile: there is nothing else
            return Reading(outcome=FileOutcome.READ)
        known = self._judged(source, Turn(start=start, end=start, over=over))
        found = self._judged(source, Turn(start=start, over=over))
        return replace(
            found,
            outcome=FileOutcome.READ,  # at least what came before
            hits=beyond(found.hits, known.hits),
            test_cards=max(0, found.test_cards - known.test_cards),
        )

    def _judged(self, source: Source, turn: Turn) -> Reading:
        stream = self._scanner.stream()
        size = source.size
        work = Work(
            limits=self._limits,
            inner=self._inner,
            streams=self._streams,
            packed=size,
            full=stream.full,
            turn=turn,
        )
        failure = ""
        try:
            for piece in unwrapped(self._text(source, work)):
                stream.feed(piece)
                if turn.over() and not turn.minds:
                    work.note("reason.partial-time")
                    break
        except ScanError as error:
            failure = error.reason
        except DAMAGED:
            failure = "reason.corrupt"
        hits = stream.finish()
        if failure and not hits:
            return Reading(outcome=FileOutcome.UNREADABLE, reason=failure)
        unfinished = "reason.unfinished" if turn.left else ""
        return Reading(
            outcome=FileOutcome.READ,
            hits=hits,
            reason=failure or unfinished or next(iter(work.notes), ""),
            test_cards=stream.test_cards,
            left=turn.left,
            size=size if turn.left else 0,
        )

    def _deadline(self) -> Callable[[], bool]:
        """Return what tells that it is time, by the time of the processor that was used.

        By the clock only where a file takes far longer than that, or another program reads it.
        """
        each, most = self._limits.seconds * _OF_DEADLINE, self._limits.patience
        if self._limits.ocr:  # what reads pictures is another program, whose time is not ours
            most = 1.0
        used, begun = process_time(), perf_counter()

        def over() -> bool:
            return process_time() - used > each or perf_counter() - begun > each * most

        return over

    def _inner(self, source: Source, work: Work) -> Iterator[str]:
        if is_sealed(source):
            work.note("reason.sealed-part")
            return
        try:
            yield from self._text(source, work)
        except DAMAGED:
            work.note("reason.corrupt-part")
        except ScanError as error:
            if error.reason not in _OF_PARTS:  # it bears on the whole, as a bomb does
                raise
            work.note(_OF_PARTS[error.reason])

    def _text(self, source: Source, work: Work) -> Iterator[str]:
        taker = self._taker(source)
        if work.own_turn is not None:
            work.read_in_turns(on=taker.on(source))
        found = taker.extract(source, work)
        found = running(found) if taker.prose and source.size <= SHORT else found
        return chain(
            self._or_as_text(found, taker, source, work), self._behind(taker, source, work)
        )

    def _taker(self, source: Source) -> Extractor:
        for extractor in self._extractors:
            if extractor.sniff(source):
                return extractor
        raise ScanError("reason.unsupported")

    def _or_as_text(
        self, found: Iterator[str], taker: Extractor, source: Source, work: Work
    ) -> Iterator[str]:
        """Yield what a format makes of a source; also the text of one that it fails to read."""
        last = self._extractors[-1]
        try:
            yield from found
        except (ScanError, *DAMAGED) as error:
            failed = not isinstance(error, ScanError) or error.reason == "reason.corrupt"
            if failed and taker is not last and _text_openings.is_text(source):
                yield _text_openings.BETWEEN
                yield from last.extract(source, work)
                yield from self._behind(taker, source, work)
            raise

    def _behind(self, taker: Extractor, source: Source, work: Work) -> Iterator[str]:
        """Yield what stands behind an opening that a format took for its own."""
        unfinished = work.own_turn is not None and work.own_turn.left > 0
        end = 0 if unfinished else self._opening(taker, source)
        if end and (data := _text_openings.behind(source, end, work.limits.part_mib)):
            work.spend(len(data))
            yield _text_openings.BETWEEN
            yield from work.within(data)

    def _opening(self, taker: Extractor, source: Source) -> int:
        """Return where the opening ends, if another format begins there; 0 if not."""
        last = self._extractors[-1]
        if taker is last:
            return _text_openings.rich_text_at(source.head)
        if not (taker.opened and _text_openings.is_text(source)):
            return 0
        for end in _text_openings.ends(source.head):
            other = self._taker(_text_openings.seen_from(source, end))
            if other is not taker and (
                other is not last or _text_openings.is_whole(source.head, end)
            ):
                return end
        return 0
