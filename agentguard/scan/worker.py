"""The child's main: one question at a time; only reasons, kinds, counts and masks go back."""

from __future__ import annotations

from agentguard.errors import ScanError
from agentguard.model.events import FileOutcome
from agentguard.pii.scanner import default_scanner
from agentguard.scan import _speech
from agentguard.scan._confine import confine
from agentguard.scan.child import Extractors
from agentguard.scan.limits import Limits
from agentguard.scan.opening import GONE, opened, reason_of
from agentguard.scan.outcome import Reading
from agentguard.scan.reading import Reader


def serve(parent: _speech.Line, limits: Limits, extractors: Extractors) -> None:
    """Answer until the parent hangs up."""
    scanner = default_scanner()
    reader = Reader(scanner, extractors(), limits)
    confine(limits.memory_mib)
    try:
        parent.send_bytes(_speech.READY)
        while True:
            kind, subject = _speech.asked(parent.recv_bytes())
            if kind == "text":
                hits = scanner.scan(subject)
                reading = Reading(outcome=FileOutcome.READ, hits=hits)
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
