"""Looks at one file: scans it when it is new or has changed, and tells the news."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from typing import Protocol

from agentguard.errors import ScanError
from agentguard.model.events import FileOutcome
from agentguard.model.hits import Hit
from agentguard.ports.clock import Clock
from agentguard.ports.sensor import Submit
from agentguard.sensors.hints import Hints, Kind
from agentguard.sensors.seen import Mark, SeenFiles, key_of, mark_of
from agentguard.sensors.sweep import Found
from agentguard.sensors.told import Told

PASSING = frozenset({"reason.locked", "reason.busy", "reason.not-started"})
if sys.platform == "win32":  # so says the system when another program holds the file
    PASSING |= {"reason.denied"}
"""Reasons that pass by themselves: the file is tried again soon, three times."""

OUTSIDE = PASSING | {
    "reason.denied",
    "reason.system",
    "reason.timeout",
    "reason.crashed",
    "reason.memory",
    "reason.set-aside",
}
"""Reasons that do not lie in the file alone: every sweep tries it again."""

TRIES = 3


class Scanned(Protocol):
    """What the scan says of one file."""

    @property
    def outcome(self) -> FileOutcome:
        """What became of the reading."""
        ...

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What was found, masked."""
        ...

    @property
    def reason(self) -> str:
        """Why it was not read in full, an id of resources/text; empty when it was."""
        ...


Scan = Callable[[str], Scanned]


class Looker:
    """Looks at files. `told` is what was told of them; changed files go back to `hints`."""

    def __init__(
        self, scan: Scan, clock: Clock, hints: Hints, seen: SeenFiles, *, rules: str
    ) -> None:
        self._scan = scan
        self._clock = clock
        self._hints = hints
        self._seen = seen
        self._rules = rules
        self._tries: dict[str, int] = {}
        self.told = Told()

    def look_at(self, path: str, submit: Submit, *, sweep: bool = False) -> None:
        """Look at a path as it is now: it may be gone, or have become something else."""
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            self.tell(path, FileOutcome.GONE, (), "", submit)
            return
        except OSError:
            self.tell(path, FileOutcome.UNREADABLE, (), "reason.file-failed", submit)
            return
        if stat.S_ISREG(status.st_mode):
            self.meet(Found(path, mark_of(status)), submit, sweep=sweep)
        elif stat.S_ISDIR(status.st_mode) and self.told.unread(path):
            self.tell(path, FileOutcome.READ, (), "", submit)
        else:
            self.tell(path, FileOutcome.GONE, (), "", submit)

    def meet(self, found: Found, submit: Submit, *, sweep: bool = False) -> None:
        """Scan a file, unless it was looked at as it is; a file that changes meanwhile, again.

        A sweep looks again at what has an open finding, for the event may have been lost.
        """
        key = key_of(found.path, found.mark, self._rules)
        if self._seen.knows(key) and not (sweep and self.told.open(found.path)):
            return
        outcome, hits, reason = self._read(found.path)
        after = current_mark(found.path)
        if after is None:
            self._tries.pop(found.path, None)
            self.tell(found.path, FileOutcome.GONE, (), "", submit)
            return
        if after != found.mark or outcome is FileOutcome.GONE or self._passes(found.path, reason):
            self._hints.add(found.path, Kind.CHANGED, self._clock.now().boot)
            if outcome in {FileOutcome.UNREADABLE, FileOutcome.GONE}:
                return
        elif reason not in OUTSIDE:
            self._seen.remember(key)
        self.tell(found.path, outcome, hits, reason, submit)

    def _passes(self, path: str, reason: str) -> bool:
        """Tell whether the reason is worth another try."""
        if reason not in PASSING:
            self._tries.pop(path, None)
            return False
        self._tries[path] = self._tries.get(path, 0) + 1
        return self._tries[path] <= TRIES

    def _read(self, path: str) -> tuple[FileOutcome, tuple[Hit, ...], str]:
        try:
            scanned = self._scan(path)
        except ScanError as error:
            return FileOutcome.UNREADABLE, (), error.reason
        return scanned.outcome, scanned.hits, scanned.reason

    def tell(
        self,
        path: str,
        outcome: FileOutcome,
        hits: tuple[Hit, ...],
        reason: str,
        submit: Submit,
    ) -> None:
        """Tell what became of a path, if that is news."""
        event = self.told.news(path, outcome, hits, reason, self._clock.now())
        if event is not None:
            submit(event)


def current_mark(path: str) -> Mark | None:
    """Give the mark of a regular file; None when it is gone, or no regular file any more."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return mark_of(status) if stat.S_ISREG(status.st_mode) else None
