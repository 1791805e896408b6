"""One source to hits: sealed or not, which format, and which parts could not be read."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from time import perf_counter, process_time

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work, streams_of
from agentguard.detect.formats import _text_openings, default_extractors
from agentguard.detect.limits import MIB, Limits
from agentguard.detect.outcome import Reading
from agentguard.detect.reading.encryption import is_sealed
from agentguard.detect.reading.kept_run import Run, lent_of
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

CORRUPT, FAILED = "reason.corrupt", "reason.failed"
"""Why nothing more is known of a file: it is damaged, or a fault of ours that nobody foresaw. Only
of the first may it be said that the file is to be restored or deleted."""

_OF_PARTS = {
    CORRUPT: "reason.corrupt-part",
    FAILED: "reason.failed-part",
    "reason.too-large": "reason.too-large-part",
    "reason.unsupported": "reason.unsupported-part",
}
"""What a part of a container is told to be, where the container itself can be read on."""


@contextmanager
def _said() -> Iterator[None]:
    """Say by a reason what ends the reading of a format, whatever it is.

    Raises:
        ScanError: the source is damaged, or the code that reads it failed.

    """
    try:
        yield
    except (ScanError, MemoryError, OSError):
        raise
    except DAMAGED as error:
        raise ScanError(CORRUPT) from error
    except Exception as error:
        raise ScanError(FAILED) from error


class Reader:
    """Reads any source with the extractors that it is given.

    Of a file that needs another turn and cannot begin at a byte the reading is kept in memory, one
    at a time, until the next turn goes on with it.
    """

    def __init__(self, scanner: Scanner, extractors: Sequence[Extractor], limits: Limits) -> None:
        self._scanner = scanner
        self._extractors = sorted(extractors, key=lambda extractor: extractor.order)
        self._streams = streams_of(extractors)
        self._limits = limits
        self._kept: Run | None = None

    def read(self, source: Source, start: int = 0) -> Reading:
        """Return the hits; the first thing that could not be read is the reason.

        What was left at a byte is read on from `start`. A text begins there, and only what is new
        is told. Anything else goes on if its reading was kept, and begins anew if it was not.

        Raises:
            MemoryError: the content needs more than this process may have.

        """
        kept = self._kept
        if kept is not None and kept.is_of(source):
            self._kept = None
            if start and start == kept.left:
                kept.go_on(source)
                return self._fed(kept, asked=True)
        if is_sealed(source):
            return Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")
        if start > 0 and not self._begins_anywhere(source):
            return replace(self._begun(source, asked=True), total=True)
        if start <= 0:
            return self._begun(source, asked=False)
        if start >= source.size:  # it has become shorter meanwhile: there is nothing else
            return Reading(outcome=FileOutcome.READ)
        over = self._deadline()
        known = self._fed(self._run(source, Turn(start=start, end=start, over=over)))
        found = self._fed(self._run(source, Turn(start=start, over=over)))
        return replace(
            found,
            outcome=FileOutcome.READ,  # at least what came before
            hits=beyond(found.hits, known.hits),
            test_cards=max(0, found.test_cards - known.test_cards),
        )

    def release(self) -> bool:
        """Forget the reading that is kept; tell whether there was one."""
        kept, self._kept = self._kept, None
        return kept is not None

    def _begins_anywhere(self, source: Source) -> bool:
        try:
            return self._taker(source).on(source)
        except ScanError:
            return False

    def _begun(self, source: Source, *, asked: bool) -> Reading:
        lent = lent_of(source)
        return self._fed(self._run(lent, Turn(over=self._deadline())), asked=asked)

    def _run(self, source: Source, turn: Turn) -> Run:
        stream = self._scanner.stream()
        work = Work(
            limits=self._limits,
            inner=self._inner,
            streams=self._streams,
            packed=source.size,
            full=stream.full,
            turn=turn,
        )
        behind: list[str] = []
        pieces = unwrapped(self._noted(source, work, behind))
        return Run(source=source, work=work, stream=stream, turn=turn, pieces=pieces, behind=behind)

    def _noted(self, source: Source, work: Work, behind: list[str]) -> Iterator[str]:
        """Yield the text, and note it for the end of a turn.

        Raises:
            ScanError: the source is damaged, or what reads its format failed.

        """
        with _said():
            for piece in self._text(source, work):
                if piece:
                    behind.append(piece)
                yield piece

    def _fed(self, run: Run, *, asked: bool = False) -> Reading:
        """Read until there is nothing more, or the time is over.

        What was `asked` to go on is kept before what was only begun.
        """
        over = self._deadline() if run.turns else run.turn.over
        failure = ""
        try:
            for piece in run.pieces:
                run.feed(piece)
                if over() and not run.turn.minds:
                    if run.may_wait:
                        self._kept = run if asked or self._kept is None else self._kept
                        return run.waits()
                    run.work.note("reason.partial-time")
                    break
        except ScanError as error:
            failure = error.reason
        return run.ends(failure)

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
            with _said():
                yield from self._text(source, work)
        except ScanError as error:
            if error.reason not in _OF_PARTS:  # it bears on the whole, as a bomb does
                raise
            work.note(_OF_PARTS[error.reason])

    def _text(self, source: Source, work: Work) -> Iterator[str]:
        taker = self._taker(source)
        if work.own_turn is not None:
            work.read_in_turns(on=taker.on(source))
        if not taker.flows:
            source = source.held(work.limits.part_mib * MIB)
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
            failed = not isinstance(error, ScanError) or error.reason == CORRUPT
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
