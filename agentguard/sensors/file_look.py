"""Looks at one file: scans it when it is new or has changed, and tells the news."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from agentguard.base.errors import ScanError
from agentguard.model.events import Event, FileScanned
from agentguard.model.hits import Hit, at_least, together
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.ports.clock import Clock
from agentguard.ports.file_memory import Kept, Looked, SeenFiles
from agentguard.ports.sensor import Submit
from agentguard.sensors.file_memory import Mark, mark_of, name_of, state_of
from agentguard.sensors.mounts import Mounts, is_link
from agentguard.sensors.reported_files import Told
from agentguard.sensors.sweep import Found, as_found
from agentguard.sensors.watch_hints import Hints, Kind
from agentguard.sensors.watch_scope import Scope

DENIED = "reason.denied"
PASSING = frozenset({"reason.busy", "reason.not-started", "reason.stopped"})
if sys.platform == "win32":  # so says the system when another program holds the file
    PASSING |= {DENIED}
"""Reasons that pass by themselves: the file is tried again soon, three times."""

OUTSIDE = PASSING | {
    DENIED,
    "reason.system",
    "reason.timeout",
    "reason.partial-time",
    "reason.crashed",
    "reason.failed",
    "reason.failed-part",
    "reason.memory",
    "reason.set-aside",
}
"""Reasons that do not lie in the file alone: every sweep tries it again."""

TRIES = 3
TRIED = 10_000
"""So many files are tried again soon at once; others are tried by the next sweep."""

GRAIN = 0.02
"""Seconds within which two changes may have one time: a tick of the kernel."""
COARSE_GRAIN = GRAIN if sys.platform == "win32" else 2.0
"""The same for file systems that keep whole seconds, such as FAT."""

TRUSTED = 30
"""Days for which a file is called unchanged where its times can be set back at will."""

DAY = 86_400.0


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

    @property
    def test_cards(self) -> int:
        """How many card numbers published for tests it holds; they are no hits."""
        ...

    @property
    def left(self) -> int:
        """The byte at which to go on where it was not read to its end; else 0."""
        ...

    @property
    def size(self) -> int:
        """Its size in bytes, where that is known."""
        ...

    @property
    def total(self) -> bool:
        """Whether it tells what all turns found; else only what this one has found besides."""
        ...


Scan = Callable[[str], Scanned]
ReadOn = Callable[[str, int], Scanned]
"""Reads a file on from a byte, and tells only what is new."""
Label = Callable[[FileScanned], Event]
"""Gives the event as it is told: that of a file which a drill has made says so from outside."""


def no_more(_path: str, _start: int) -> Scanned:
    """Read nothing on: who asks for it has nothing that reads in turns.

    Raises:
        ScanError: always.

    """
    raise ScanError("reason.unfinished")


def as_seen(event: FileScanned) -> Event:
    """Know of no drills."""
    return event


class Looker:
    """Looks at files. `told` is what was told of them; changed files go back to `hints`.

    `rules` is the version of the recognisers: under another one everything is read again.
    `refused` are the folders in which files may not be opened; each is told once, not each file.
    `scope` is what is looked at, `table` what is mounted. `reads` counts readings. `unfinished` are
    the files that are not read to their end, each with the byte at which `read_on` goes on: one
    after the other by `go_on`, and not by a sweep as well, since what reads keeps one in mind.
    """

    def __init__(
        self,
        scan: Scan,
        clock: Clock,
        hints: Hints,
        seen: SeenFiles,
        *,
        rules: str,
        label: Label = as_seen,
        read_on: ReadOn = no_more,
    ) -> None:
        self._scan = scan
        self._read_on = read_on
        self._clock = clock
        self._hints = hints
        self._seen = seen
        self._label = label
        self._tries: dict[str, int] = {}
        self.rules = rules
        self.told = Told()
        self.refused: set[str] = set()
        self.unfinished: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._begun_anew: dict[str, int] = {}
        self.table = Mounts()
        self.scope = Scope(roots=(), exclude=None)
        self.reads = 0

    def read_by(self, rules: str) -> None:
        """Read by other rules from now on."""
        self.rules = rules

    def sweep_begins(self) -> None:
        """Have those wait that are met unfinished, and forget those that are not met."""
        self._waiting, self.unfinished = self.unfinished, {}

    def stay_in(self, scope: Scope, table: Mounts) -> None:
        """Look only at what is within a scope, on a computer where this is mounted."""
        self.scope, self.table = scope, table

    def look_at(self, path: str, submit: Submit, *, held: bool = False) -> None:
        """Look at a path as it is now: it may be gone, or have become something else.

        `held` says that something was told of it, so that its end is told as well. What lies on
        another computer is not touched, and what lies in a cloud alone is not fetched: of these the
        walk tells, and what was found in them stands.
        """
        point = self.table.point(path)
        if point and self.scope.refuses(point):
            if not self.scope.network:
                self._no_more_unread(path, submit)
            return
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            self._gone(path, submit, held=held)
            return
        except OSError:
            unread = Looked(outcome=FileOutcome.UNREADABLE, reason="reason.file-failed")
            self.tell(path, unread, submit)
            return
        if stat.S_ISREG(status.st_mode) and not is_link(status):
            found = as_found(path, status, self.table)
            if found is not None:
                self.meet(found, submit, held=held)
        elif not (stat.S_ISDIR(status.st_mode) and self._no_more_unread(path, submit)):
            self._gone(path, submit, held=held)

    def _no_more_unread(self, path: str, submit: Submit) -> bool:
        """Take back that a path could not be read; tell whether that had been said."""
        unread = self.told.unread(path)
        if unread:
            self.tell(path, Looked(outcome=FileOutcome.READ), submit)
        return unread

    def look_for(self, path: str, submit: Submit) -> None:
        """Look at a path that is said to be gone, if anything was told of it."""
        if path in self.told or (self.told.full and _held(self._last(path))):
            self.look_at(path, submit)

    def meet(self, found: Found, submit: Submit, *, held: bool = False) -> Looked:
        """Scan a file, unless it was looked at as it is; a file that changes meanwhile, again.

        What was found before is told again, since the event may have been lost.
        """
        secret = self._seen.secret
        name = name_of(found.path, found.mark, found.links, secret)
        state = state_of(found.path, found.mark, found.links, self.rules, secret)
        before, now = self._seen.last(name), self._clock.now()
        held = held or _held(before)
        known = before.looked if before is not None and before.state == state else None
        if before is not None and known is not None and _trusted(found, before, now):
            if not known.left or self._still_waits(found.path, known):
                self.tell(found.path, known, submit, held=held, mark=found.mark.word)
                return known
            looked = self._further(found.path, known)
        else:
            looked = self._read(found.path)
        self.unfinished.pop(found.path, None)
        after = current_mark(found.path)
        if after is None:
            self._gone(found.path, submit, held=held)
            return Looked(outcome=FileOutcome.GONE)
        if self._is_no_word_yet(found, after, looked):
            self._look_again(found.path)
            if looked.outcome in {FileOutcome.UNREADABLE, FileOutcome.GONE}:
                return looked
        elif _young(found, now):
            self._look_again(found.path)
        elif looked.reason not in OUTSIDE:
            self._seen.remember(name, Kept(state=state, day=_day(now), looked=looked))
            self._wait_for_the_rest(found.path, looked)
        self.tell(found.path, looked, submit, held=held, mark=found.mark.word)
        return looked

    def _is_no_word_yet(self, found: Found, after: Mark, looked: Looked) -> bool:
        """Check whether the file changed meanwhile, or could not be read for now."""
        if after != found.mark or looked.outcome is FileOutcome.GONE:
            return True
        return self._passes(found.path, looked.reason)

    def _look_again(self, path: str) -> None:
        self._hints.add(path, Kind.CHANGED, self._clock.now().boot)

    def _passes(self, path: str, reason: str) -> bool:
        """Check whether the reason is worth another try."""
        if reason not in PASSING:
            self._tries.pop(path, None)
            return False
        if len(self._tries) >= TRIED and path not in self._tries:
            return False
        self._tries[path] = self._tries.get(path, 0) + 1
        return self._tries[path] <= TRIES

    def go_on(self, submit: Submit) -> bool:
        """Read another turn of the file that waits longest for it; tell whether it is read now.

        One that gets no further, or has changed, is left to the next sweep.
        """
        path, left = next(iter(self.unfinished.items()))
        others = {other: at for other, at in self.unfinished.items() if other != path}
        self._waiting.pop(path, None)
        self.look_at(path, submit)
        now = self.unfinished.get(path, 0)
        if now > left or (now and self._may_begin_anew(path)):
            self.unfinished = {path: now, **others}
            return False
        self._begun_anew.pop(path, None)
        return self.unfinished.pop(path, None) is None and not self.told.unread(path)

    def _may_begin_anew(self, path: str) -> bool:
        """Check whether what lost its place may be begun once more: that happens, if not always."""
        self._begun_anew[path] = self._begun_anew.get(path, 0) + 1
        return self._begun_anew[path] <= TRIES

    def _still_waits(self, path: str, known: Looked) -> bool:
        """Check whether a sweep has met what waits for its next turn by itself."""
        if self._waiting.pop(path, 0) != known.left:
            return False
        self.unfinished[path] = known.left
        return True

    def _wait_for_the_rest(self, path: str, looked: Looked) -> None:
        if looked.left and len(self.unfinished) < TRIED:
            self.unfinished[path] = looked.left

    def _further(self, path: str, known: Looked) -> Looked:
        """Read a file on, and add up what all turns found; a turn that fails takes nothing back."""
        self.reads += 1
        try:
            scanned = self._read_on(path, known.left)
        except ScanError as error:
            return replace(known, reason=error.reason)
        if scanned.outcome in {FileOutcome.READ, FileOutcome.GONE}:
            return _after(known, scanned)
        return replace(known, reason=scanned.reason)

    def _read(self, path: str) -> Looked:
        self.reads += 1
        try:
            return _looked(self._scan(path))
        except ScanError as error:
            return Looked(outcome=FileOutcome.UNREADABLE, reason=error.reason)

    def _last(self, path: str) -> Kept | None:
        return self._seen.last(name_of(path, Mark(0, 0, 0, 0), 1, self._seen.secret))

    def _gone(self, path: str, submit: Submit, *, held: bool = False) -> None:
        self._tries.pop(path, None)
        kept = _held(self._last(path))
        self.tell(path, Looked(outcome=FileOutcome.GONE), submit, held=held or kept)
        if kept:
            self._seen.forget(name_of(path, Mark(0, 0, 0, 0), 1, self._seen.secret))

    def tell(
        self, path: str, looked: Looked, submit: Submit, *, held: bool = False, mark: str = ""
    ) -> None:
        """Tell what became of a path, if that is news; `mark` is the state that was looked at."""
        outcome, reason = looked.outcome, looked.reason
        if reason == DENIED and outcome is FileOutcome.UNREADABLE:
            path, reason = os.path.dirname(path), "reason.files-denied"  # noqa: PTH120 - any bytes
            self.refused.add(path)
        event = self.told.news(path, (outcome, reason), looked.hits, self._clock.now, held=held)
        if event is not None:
            submit(self._label(replace(event, mark=mark)))


def _looked(scanned: Scanned) -> Looked:
    return Looked(
        outcome=scanned.outcome,
        hits=scanned.hits,
        reason=scanned.reason,
        test_cards=scanned.test_cards,
        left=scanned.left,
        size=scanned.size if scanned.left else 0,
    )


def _after(known: Looked, scanned: Scanned) -> Looked:
    """Return what is known after another turn; what was found stands until all is read anew."""
    new = _looked(scanned)
    if scanned.total:
        hits = at_least(known.hits, new.hits) if new.left else new.hits
        return replace(new, hits=hits)
    if new.outcome is FileOutcome.GONE:
        return new
    cards = known.test_cards + new.test_cards
    return replace(new, hits=together(known.hits, new.hits), test_cards=cards)


def current_mark(path: str) -> Mark | None:
    """Return the mark of a regular file; None when it is gone, or no regular file any more."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return mark_of(status) if stat.S_ISREG(status.st_mode) else None


def _held(kept: Kept | None) -> bool:
    """Check whether the file held something when it was last read."""
    return kept is not None and bool(kept.looked.hits)


def _young(found: Found, now: Moment) -> bool:
    """Check whether a change a moment from now might leave every mark as it is."""
    newest = max(found.mark.changed, found.mark.status) / 1e9
    return 0 <= now.wall - newest < (COARSE_GRAIN if found.weak else GRAIN)


def _trusted(found: Found, kept: Kept, now: Moment) -> bool:
    """Check whether the marks alone are believed; the days differ from file to file."""
    if not found.weak:
        return True
    return 0 <= _day(now) - kept.day <= TRUSTED - kept.state % (TRUSTED // 3)


def _day(now: Moment) -> int:
    return int(now.wall // DAY)
