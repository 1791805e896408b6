"""The parent's side of scanning: a deadline, kill and respawn, and three strikes for a file."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from agentguard.errors import ScanError
from agentguard.model.events import FileOutcome
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock
from agentguard.scan import _speech, child
from agentguard.scan.limits import Limits
from agentguard.scan.outcome import Reading

__all__ = ["IDLE", "Limits", "ScanClient", "Scanned"]

IDLE = 60.0
"""Seconds without use after which `retire_if_idle` ends the child."""

_JOIN = 5.0
_STRIKES_FOR = frozenset(("reason.timeout", "reason.crashed", "reason.memory"))
_MOST_REMEMBERED = 10_000

_Identity = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What became of one file; `reason` is an id of `resources/text`, or empty."""

    path: str
    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""


class _Child:
    """One spawned process and the line to it."""

    def __init__(self, limits: Limits, extractors: child.Extractors) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.line: _speech.Line = ours
        self.process: SpawnProcess = context.Process(
            target=child.main, args=(theirs, limits, extractors), name="scan", daemon=True
        )
        self.process.start()
        theirs.close()
        self.ready = False

    def answer(self, question: bytes, limits: Limits) -> Reading:
        """Ask, and wait for the answer.

        Raises:
            ScanError: the deadline passed or the child died.

        """
        try:
            self._await_start(limits.start_seconds)
            self.line.send_bytes(question)
            return _speech.told(self._receive(limits.seconds))
        except (EOFError, OSError) as error:
            raise ScanError("reason.crashed") from error

    def _await_start(self, seconds: float) -> None:
        if self.ready:
            return
        try:
            self._receive(seconds)
        except (ScanError, EOFError, OSError) as error:
            raise ScanError("reason.not-started") from error
        self.ready = True

    def _receive(self, seconds: float) -> bytes:
        if not self.line.poll(seconds):
            raise ScanError("reason.timeout")
        return self.line.recv_bytes(_speech.LONGEST)

    def is_lost(self) -> bool:
        """Tell whether it died while nothing was asked; a child speaks only when asked."""
        try:
            return not self.process.is_alive() or (self.ready and self.line.poll(0))
        except OSError:
            return True

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        with suppress(OSError):
            self.line.close()
        self.process.kill()
        self.process.join(_JOIN)
        if not self.process.is_alive():
            self.process.close()


class ScanClient:
    """Scans files one at a time in a child that starts with the first and never lives in doubt.

    Safe for threads. The parent never opens a file that it scans.
    """

    def __init__(
        self, limits: Limits, clock: Clock, extractors: child.Extractors = child.default_extractors
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._extractors = extractors
        self._lock = Lock()
        self._child: _Child | None = None
        self._used: Moment | None = None
        self._strikes: dict[_Identity, list[Moment]] = {}

    def scan(self, path: str) -> Scanned:
        """Read one file; whatever happens is told as an outcome with a reason."""
        with self._lock:
            identity = _identity(path)
            if self._is_aside(identity):
                return Scanned(path=path, outcome=FileOutcome.UNREADABLE, reason="reason.set-aside")
            reading = self._ask(_speech.ask("file", path))
            if reading.reason in _STRIKES_FOR:
                self._strike(identity)
            return Scanned(
                path=path, outcome=reading.outcome, hits=reading.hits, reason=reading.reason
            )

    def scan_text(self, text: str) -> Scanned:
        """Judge a text, such as the clipboard's; the path stays empty."""
        with self._lock:
            reading = self._ask(_speech.ask("text", text))
            return Scanned(
                path="", outcome=reading.outcome, hits=reading.hits, reason=reading.reason
            )

    def retire_if_idle(self, idle: float = IDLE) -> bool:
        """End the child when it was not used for `idle` seconds; tell whether it was ended."""
        with self._lock:
            if self._child is None or self._used is None:
                return False
            if self._clock.now().since(self._used) < idle:
                return False
            self._end()
            return True

    @property
    def child_pid(self) -> int | None:
        """The process id of the child, None while there is none."""
        child = self._child
        return child.process.pid if child is not None else None

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

    def _ask(self, question: bytes) -> Reading:
        if self._child is not None and self._child.is_lost():
            self._end()
        if self._child is None:
            self._child = _Child(self._limits, self._extractors)
        try:
            reading = self._child.answer(question, self._limits)
        except ScanError as error:
            self._end()
            return Reading(outcome=FileOutcome.UNREADABLE, reason=error.reason)
        except BaseException:  # Ctrl-C: an answer on its way would be taken for the next one
            self._end()
            raise
        if reading.reason == "reason.memory":
            self._end()
        self._used = self._clock.now()
        return reading

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _is_aside(self, identity: _Identity) -> bool:
        strikes = self._strikes.get(identity, [])
        if len(strikes) < self._limits.strikes:
            return False
        if self._clock.now().since(strikes[-1]) < self._limits.aside:
            return True
        del self._strikes[identity]
        return False

    def _strike(self, identity: _Identity) -> None:
        if len(self._strikes) >= _MOST_REMEMBERED:
            del self._strikes[next(iter(self._strikes))]
        self._strikes.setdefault(identity, []).append(self._clock.now())


def _identity(path: str) -> _Identity:
    """Name a file with its size and time, so that a changed one gets another chance."""
    try:
        found = Path(path).lstat()
    except (OSError, ValueError):
        return path, -1, -1
    return path, found.st_size, found.st_mtime_ns
