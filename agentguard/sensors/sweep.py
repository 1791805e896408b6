"""Walks the watched folders: every regular file once, and every folder that could not be read.

Links are never followed, special files never opened, a folder that is met twice (a bind mount) is
walked once, a network folder is entered only if the policy says so, since it may hang for ever,
and a file that is only in a cloud is never fetched. A sweep under way knows how far it is, what it
met, and how long it rests.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.ports.clock import Clock
from agentguard.ports.file_memory import Looked
from agentguard.sensors.file_memory import Mark, mark_of
from agentguard.sensors.mounts import Mounts, is_elsewhere, is_link
from agentguard.sensors.watch_scope import Scope, inside

DEPTH = 64
PORTION = 2_000
"""So many entries of a folder are held at once."""
WEAK_TIMES = sys.platform == "win32"
"""Whether no file system tells the time of a file's last change: Windows' stat gives none."""
SLICE = 0.02
"""Seconds of work between two looks at the hints."""
STEPS = 500
REST_MOST = 120.0
MANY = 1_000
"""So many files that are read though nothing was told of them show that hints were lost."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file as it is now; `weak` where programs can set back all its times."""

    path: str
    mark: Mark
    links: int = 1
    weak: bool = WEAK_TIMES


@dataclass(frozen=True, slots=True)
class Unread:
    """A folder or file that could not be looked at; `reason` is an id of resources/text."""

    path: str
    reason: str


def as_found(path: str, status: os.stat_result, table: Mounts) -> Found | None:
    """Return a regular file as it is now; None where reading it would fetch it from a cloud."""
    if (table.fuse or sys.platform == "win32") and is_elsewhere(status, table.fuse):
        return None
    weak = WEAK_TIMES or status.st_dev in table.weak
    return Found(path, mark_of(status), status.st_nlink, weak)


def walk(scope: Scope, start: str | None = None) -> Iterator[Found | Unread | None]:
    """Yield every file below the roots, or below `start`.

    None after each folder, to take breath.
    """
    walker = _Walk(scope)
    for root in scope.roots if start is None else (start,):
        top = next((r for r in scope.roots if inside(root, r)), root)
        yield from walker.folder(root, top)


class _Walk:
    """One walk: remembers the folders that it has met, and on which devices files are weak."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._mounts = scope.mounts()
        self._met: set[int] = set()
        self._stalled: set[str] = set()

    def folder(self, path: str, root: str) -> Iterator[Found | Unread | None]:
        """Walk a folder and all below it, without recursion."""
        point = self._mounts.point(path)
        if point and (reason := self._scope.refuses(point)):
            yield Unread(path, reason)
            return
        waiting = [(path, 0, 0)]
        while waiting:
            folder, depth, device = waiting.pop()
            if depth > DEPTH:
                yield Unread(folder, "reason.folder-deep")
                continue
            here = self._device(folder, device)
            if isinstance(here, Unread):
                yield here
                continue
            for found in self._entries(folder, root) if here is not None else ():
                if isinstance(found, str):
                    waiting.append((found, depth + 1, here or 0))
                else:
                    yield found
            yield None

    def _device(self, folder: str, parent: int) -> int | Unread | None:
        """Return the device that a folder is on, None when there is nothing to walk.

        The mounts are asked before the folder is touched, and again at every border.
        """
        if (afar := self._afar(folder)) is not None:
            return afar or None
        try:
            status = os.lstat(folder)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return _unread(folder, error)
        if not stat.S_ISDIR(status.st_mode) or is_link(status) or not self._first_time(status):
            return None
        if status.st_dev != parent and parent:
            self._mounts = self._scope.mounts()
            if (afar := self._afar(folder)) is not None:
                return afar or None
        return status.st_dev

    def _afar(self, folder: str) -> Unread | bool | None:
        """Return None for a folder that may be touched; what does not answer is said once."""
        table = self._mounts
        if not self._scope.network:
            return Unread(folder, "reason.folder-network") if folder in table.network else None
        point = table.point(folder) if table.network or sys.platform == "win32" else ""
        if point in self._stalled:
            return False
        if not point or not (reason := self._scope.refuses(point)):
            return None
        self._stalled.add(point)
        return Unread(point, reason)

    def _entries(self, folder: str, root: str) -> Iterator[Found | Unread | str]:
        elsewhere = False
        try:
            for portion in _portions(folder):
                for entry in portion:
                    found = self._entry(entry, root)
                    elsewhere = elsewhere or found is True
                    if found is not None and not isinstance(found, bool):
                        yield found
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            yield _unread(folder, error)
        if elsewhere:  # told once for the folder, since a cloud may hold very many
            yield Unread(folder, "reason.folder-cloud")

    def _entry(self, entry: os.DirEntry[str], root: str) -> Found | Unread | str | bool | None:
        """Return a file, a folder's path, True for a file that is elsewhere, None for others."""
        path = entry.path
        try:
            if entry.is_dir(follow_symlinks=False):
                return None if self._scope.left_out(path + os.sep, root) else path
            return self._file(path, entry.stat(follow_symlinks=False), root)
        except FileNotFoundError:
            return None
        except OSError as error:
            return _unread(path, error, "reason.file-failed")

    def _file(self, path: str, status: os.stat_result, root: str) -> Found | bool | None:
        if not stat.S_ISREG(status.st_mode) or self._scope.left_out(path, root):
            return None
        if sys.platform == "win32":
            if is_link(status):
                return None
            if is_elsewhere(status, self._mounts.fuse):
                return True
            status = os.lstat(path)  # what a folder says of a file may be old, and has no number
        return as_found(path, status, self._mounts) or True

    def _first_time(self, status: os.stat_result) -> bool:
        identity = status.st_dev << 128 | status.st_ino  # half of what a pair takes
        if identity in self._met:
            return False
        if status.st_ino:
            self._met.add(identity)
        return True


def _portions(folder: str) -> Iterator[list[os.DirEntry[str]]]:
    """Yield the entries of a folder, which is held open only while there are more.

    Raises:
        OSError: it could not be read, or not to its end.

    """
    with os.scandir(folder) as entries:
        while len(portion := list(islice(entries, PORTION))) == PORTION:
            yield portion
    yield portion


def _unread(path: str, error: OSError, otherwise: str = "reason.folder-failed") -> Unread:
    if error.errno == errno.ENAMETOOLONG:
        return Unread(path, "reason.path-long")
    if isinstance(error, PermissionError) and otherwise == "reason.folder-failed":
        return Unread(path, "reason.folder-denied")
    return Unread(path, otherwise)


@dataclass(frozen=True, slots=True)
class Left:
    """A path of which something was told and that the walk did not meet."""

    path: str


Step = Found | Unread | Left


@dataclass(slots=True, kw_only=True)
class Lost:
    """What of the files was not read: at all, in part, or since it is encrypted; and why.

    Of files that are read in turns, `waiting` bytes are not read yet of `waiting_of`.
    """

    unread: int = 0
    part: int = 0
    sealed: int = 0
    waiting: int = 0
    waiting_of: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def count(self, looked: Looked) -> None:
        """Count a file; whatever reason it has, it was not read in full."""
        match looked.outcome:
            case FileOutcome.GONE:
                return
            case FileOutcome.UNREADABLE:
                self.unread += 1
            case FileOutcome.SEALED:
                self.sealed += 1
            case _ if looked.reason:
                self.part += 1
            case _:
                return
        if looked.left:
            self.waiting += looked.unread
            self.waiting_of += looked.size
        self.reasons[looked.reason or "reason.system"] += 1

    def why(self) -> tuple[Message, ...]:
        """Return the reasons, the most frequent first, each with its count."""
        return tuple(say(reason, count=n) for reason, n in self.reasons.most_common())


@dataclass(slots=True, kw_only=True)
class Round:
    """A sweep; `fast` when hints may have been lost, so that it does not rest.

    `blind` when not every folder is watched, and a sweep before was finished: it becomes fast when
    it meets much that is new.
    """

    walk: Iterator[Step | None]
    begun: Moment
    fast: bool
    blind: bool = False
    files: int = 0
    lost: Lost = field(default_factory=Lost)
    test_cards: int = 0
    read: int = 0
    told: set[str] = field(default_factory=set)
    done: bool = False
    resume: float = 0.0

    def slice(self, clock: Clock) -> Iterator[Step]:
        """Yield the next things met, until a slice of time is used up."""
        begun = clock.now()
        for _ in range(STEPS):
            try:
                found = next(self.walk)
            except StopIteration:
                self.done = True
                return
            if found is not None:
                yield found
            if clock.now().since(begun) >= SLICE:
                return

    def met(self, path: str, looked: Looked, *, told: bool, read: bool = False) -> None:
        """Count what was met; a path of which something was told needs no look at the end."""
        self.files += 1
        self.lost.count(looked)
        self.test_cards += looked.test_cards
        self.read += read
        self.fast = self.fast or (self.blind and self.read > MANY)
        if told:
            self.told.add(path)

    def rest(self, begun: Moment, now: Moment, duty: float) -> float:
        """Return the seconds of rest that keep the work within its share of time."""
        if self.fast:
            return 0.0
        seconds = min(now.since(begun) * (1 / duty - 1), REST_MOST)
        self.resume = now.boot + seconds
        return seconds
