"""The child's main: one question at a time; only reasons, kinds, counts and masks go back."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source
from agentguard.detect.outcome import Reading
from agentguard.detect.reading.explanation import explained
from agentguard.detect.reading.file_opening import SEALED, opened
from agentguard.detect.reading.source_reader import FAILED, Reader
from agentguard.detect.recognition.custom_kinds import scanner_of
from agentguard.detect.recognition.drill_values import counting
from agentguard.detect.refusals import GONE, reason_of
from agentguard.detect.sandbox import ipc_messages
from agentguard.detect.sandbox.confinement import Cage, confine, mortal
from agentguard.model.outcomes import FileOutcome

_SELDOM = 20_000
"""Objects made before cycles are looked for: a file's values are many, and are in none. The usual
700 take a twentieth of the time of a table."""

_OUTCOMES = {GONE: FileOutcome.GONE, SEALED: FileOutcome.SEALED}


def serve(
    parent: ipc_messages.Line,
    errand: ipc_messages.Errand,
    extractors: Sequence[Extractor],
    cage: Cage,
) -> None:
    """Answer until the parent hangs up."""
    answerer = _Answerer(errand, extractors)
    gc.freeze()
    gc.set_threshold(_SELDOM)
    gc.enable()
    confine(errand.limits)
    cage(pictures=errand.limits.ocr)
    try:
        parent.send_bytes(ipc_messages.READY)
        while True:
            asked = ipc_messages.asked(parent.recv_bytes())
            with mortal(errand.limits.seconds * errand.limits.patience), counting(asked.drilled):
                answer = ipc_messages.tell(answerer.answer(asked))
            parent.send_bytes(answer)
    except (EOFError, OSError):
        return


class _Answerer:
    """Answers the two kinds of questions."""

    def __init__(self, errand: ipc_messages.Errand, extractors: Sequence[Extractor]) -> None:
        self._scanner = scanner_of(errand.detection)
        self._extractors = extractors
        self._limits = errand.limits
        self._reader = Reader(self._scanner, extractors, errand.limits)

    def answer(self, asked: ipc_messages.Question) -> Reading:
        if asked.kind == "explain":
            return read_file(asked.subject, self._explain)
        return read_file(asked.subject, lambda source: self._read(source, asked.start))

    def _read(self, source: Source, start: int) -> Reading:
        """Read; what waits for its next turn does not take the memory of another file."""
        try:
            return self._reader.read(source, start)
        except MemoryError:
            if not self._reader.release():
                raise
        return self._reader.read(source, start)

    def _explain(self, source: Source) -> Reading:
        return explained(source, self._scanner, self._extractors, self._limits)


def read_file(path: str, read: Callable[[Source], Reading]) -> Reading:
    """Return what `read` makes of a file; whatever it raises becomes a reason, and no words."""
    try:
        with opened(path) as source:
            return read(source)
    except ScanError as error:
        outcome = _OUTCOMES.get(error.reason, FileOutcome.UNREADABLE)
        return Reading(outcome=outcome, reason=error.reason)
    except MemoryError:
        return Reading(outcome=FileOutcome.UNREADABLE, reason="reason.memory")
    except OSError as error:
        return Reading(outcome=FileOutcome.UNREADABLE, reason=reason_of(error))
    except Exception:  # noqa: BLE001 - the process's boundary: what judges may fail in any way
        return Reading(outcome=FileOutcome.UNREADABLE, reason=FAILED)
