"""The child's main: one question at a time; only reasons, kinds, counts and masks go back."""

from __future__ import annotations

from collections.abc import Sequence

from agentguard.errors import ScanError
from agentguard.model.events import FileOutcome
from agentguard.pii.custom import scanner_of
from agentguard.scan import _speech
from agentguard.scan._confine import confine, mortal
from agentguard.scan.extract.base import Extractor
from agentguard.scan.opening import GONE, opened, reason_of
from agentguard.scan.outcome import Reading
from agentguard.scan.reading import Reader


def serve(parent: _speech.Line, errand: _speech.Errand, extractors: Sequence[Extractor]) -> None:
    """Answer until the parent hangs up."""
    scanner = scanner_of(errand.detection)
    reader = Reader(scanner, extractors, errand.limits)
    confine(errand.limits.memory_mib)
    try:
        parent.send_bytes(_speech.READY)
        while True:
            kind, subject = _speech.asked(parent.recv_bytes())
            with mortal(errand.limits.seconds):
                if kind == "text":
                    reading = Reading(outcome=FileOutcome.READ, hits=scanner.scan(subject))
                else:
                    reading = _file(reader, subject)
            parent.send_bytes(_speech.tell(reading))
    except (EOFError, OSError):
        return


def _file(reader: Reader, path: str) -> Reading:
    try:
        with opened(path) as source:
            return reader.read(source)
    except ScanError as error:
        outcome = FileOutcome.GONE if error.reason == GONE else FileOutcome.UNREADABLE
        return Reading(outcome=outcome, reason=error.reason)
    except MemoryError:
        return Reading(outcome=FileOutcome.UNREADABLE, reason="reason.memory")
    except OSError as error:
        return Reading(outcome=FileOutcome.UNREADABLE, reason=reason_of(error))
    except Exception:  # noqa: BLE001 - the process's boundary: a parser may fail in any way
        return Reading(outcome=FileOutcome.UNREADABLE, reason="reason.corrupt")
