"""The parent's side of scanning: a deadline, kill and respawn, and three strikes for a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from agentguard.base.errors import ScanError
from agentguard.detect.formats import default_extractors
from agentguard.detect.limits import Limits
from agentguard.detect.outcome import Explanation, Reading
from agentguard.detect.sandbox import ipc_messages, worker_entry
from agentguard.detect.sandbox.strikes import MemoryStrikes
from agentguard.detect.sandbox.worker_process import Offspring
from agentguard.model.detection import ALL, Detection
from agentguard.model.hits import Hit, at_least, together
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.ports.clock import Clock

if TYPE_CHECKING:  # which brings what is known of files that were looked at
    from agentguard.ports.file_memory import Strikes

__all__ = ["IDLE", "Limits", "ScanClient", "Scanned"]

IDLE = 60.0
"""Seconds without use after which `retire_if_idle` ends the child."""

WAITS = 3600.0
"""The same for one that knows a file of which it has read a part: that would be read once more."""

_STRIKES_FOR = frozenset(("reason.timeout", "reason.crashed", "reason.memory"))

_Identity = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What became of one file; `reason` is an id of `resources/text`, or empty.

    `test_cards` are the card numbers published for tests that it holds: nobody's, and no hits.
    Where it was not read to its end, `left` is the byte of its `size` at which to go on; else 0.
    What is told is `total`, of all turns so far, or only what this one has found besides.
    """

    path: str
    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0
    total: bool = False


class ScanClient:
    """Scans files one at a time in a child that starts with the first and never lives in doubt.

    Safe for threads. The parent never opens a file that it scans. `detection` is what a policy
    wants looked for; `strikes` keeps what cost the child its life, in memory unless it is given;
    `cage` names what locks the child in, `leash` holds it from outside, and `start` starts it on
    Windows (`platforms`). A file that takes several turns is read `to_the_end` at once, or one turn
    at a time.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        extractors: worker_entry.Extractors = default_extractors,
        detection: Detection = ALL,
        strikes: Strikes | None = None,
        cage: str = "",
        *,
        leash: worker_entry.Leashing = worker_entry.no_leash,
        start: worker_entry.Starting | None = None,
        to_the_end: bool = False,
    ) -> None:
        name = worker_entry.name_of(extractors)
        self._limits = limits
        self._errand = ipc_messages.Errand(limits=limits, extractors=name, cage=cage)
        self._errand = self._for(detection, limits.file_mib)
        self._clock = clock
        self._leash = leash
        self._start = start
        self._to_the_end = to_the_end
        self._lock = Lock()
        self._child: Offspring | None = None
        self._died: Offspring | None = None
        self._aborted = False
        self._used: Moment | None = None
        self._in_part = ""
        self._strikes = MemoryStrikes(clock) if strikes is None else strikes

    def use(self, detection: Detection, file_mib: int) -> None:
        """Look for this from the next file on, and read files of so many MiB in full.

        A change ends the child that knows another.
        """
        errand = self._for(detection, file_mib)
        if errand == self._errand:
            return
        with self._lock:
            self._end()
            self._errand = errand

    def scan(self, path: str, drilled: str = "", start: int = 0) -> Scanned:
        """Read one file; whatever happens is told as an outcome with a reason.

        `drilled` is the published card number that counts in it, as the file is a drill's. What a
        turn left of it is read on from the byte `start`; then only what is new is told.
        """
        scanned = self._turn(path, drilled, start)
        while self._to_the_end and scanned.left:
            scanned = _further(scanned, self._turn(path, drilled, scanned.left))
        return scanned

    def _turn(self, path: str, drilled: str, start: int) -> Scanned:
        with self._lock:
            identity = _identity(path)
            if self._is_aside(identity):
                return Scanned(path=path, outcome=FileOutcome.UNREADABLE, reason="reason.set-aside")
            reading = self._ask(ipc_messages.ask("file", path, drilled, start))
            if reading.reason in _STRIKES_FOR:
                self._strikes.add(*identity)
            if reading.left or path == self._in_part:
                self._in_part = path if reading.left else ""
            return Scanned(
                path=path,
                outcome=reading.outcome,
                hits=reading.hits,
                reason=reading.reason,
                test_cards=reading.test_cards,
                left=reading.left,
                size=reading.size,
                total=reading.total,
            )

    def explain(self, path: str) -> Explanation:
        """Read one file and tell why its values were believed, others not, and parts not read."""
        with self._lock:
            identity = _identity(path)
            if self._is_aside(identity):
                return Explanation(outcome=FileOutcome.UNREADABLE, reason="reason.set-aside")
            reading = self._ask(ipc_messages.ask("explain", path))
            if reading.reason in _STRIKES_FOR:
                self._strikes.add(*identity)
            if isinstance(reading, Explanation):
                return reading
            return Explanation(outcome=reading.outcome, reason=reading.reason)

    def retire_if_idle(self, idle: float = IDLE) -> bool:
        """End the child when it was not used for `idle` seconds; tell whether it was ended."""
        with self._lock:
            if self._child is None or self._used is None:
                return False
            idle = max(idle, WAITS) if self._in_part else idle
            if self._clock.now().since(self._used) < idle:
                return False
            self._end()
            return True

    @property
    def child_pid(self) -> int | None:
        """The process id of the child, None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def abort(self) -> None:
        """Kill the child at once, whatever it does, and start no other; from any thread."""
        self._aborted = True
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child; a later scan starts another."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _for(self, detection: Detection, file_mib: int) -> ipc_messages.Errand:
        reads_pictures = self._limits.ocr or detection.ocr
        limits = replace(self._limits, ocr=reads_pictures, file_mib=file_mib)
        return replace(self._errand, limits=limits, detection=detection)

    def _ask(self, question: bytes) -> Reading:
        """Ask; a child that dies of what it was asked is proof only when it had done nothing else.

        One that has read other files may be ended for those, or by the system for want of memory.
        """
        used = self._child
        reading = self._try(question)
        if reading.reason == "reason.crashed" and used is not None and used is self._died:
            reading = self._try(question)
        self._died = None
        return reading

    def _try(self, question: bytes) -> Reading:
        try:
            return self._answer(question)
        except ScanError as error:
            self._died = self._child
            self._end()
            reason = "reason.stopped" if self._aborted else error.reason
            return Reading(outcome=FileOutcome.UNREADABLE, reason=reason)
        except BaseException:  # Ctrl-C: an answer on its way would be taken for the next one
            self._end()
            raise

    def _answer(self, question: bytes) -> Reading:
        if self._aborted:
            raise ScanError("reason.stopped")
        if self._child is not None and self._child.is_lost():
            self._end()
        if self._child is None:
            self._child = Offspring(self._errand, leash=self._leash, start=self._start)
        if self._aborted:  # meanwhile
            raise ScanError("reason.stopped")
        reading = self._child.answer(question)
        if reading.reason == "reason.memory":
            self._end()
        self._used = self._clock.now()
        return reading

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None
            self._in_part = ""

    def _is_aside(self, identity: _Identity) -> bool:
        limits = self._errand.limits
        return self._strikes.count(*identity, limits.aside) >= limits.strikes


def _further(before: Scanned, more: Scanned) -> Scanned:
    """Return what is known of a file after another turn; one that failed takes nothing back."""
    left = more.left if more.left > before.left else 0
    ends = more.left > 0 and not left  # no turn gets any further
    hits, test_cards = together(before.hits, more.hits), before.test_cards + more.test_cards
    if more.total:
        hits = at_least(before.hits, more.hits) if more.left else more.hits
        test_cards = more.test_cards
    reason = "reason.partial-time" if ends else more.reason
    return replace(before, hits=hits, test_cards=test_cards, reason=reason, left=left)


def _identity(path: str) -> _Identity:
    """Name a file with its size and time, so that a changed one gets another chance."""
    try:
        found = Path(path).lstat()
    except (OSError, ValueError):
        return path, -1, -1
    return path, found.st_size, found.st_mtime_ns
