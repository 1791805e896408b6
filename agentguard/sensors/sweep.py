"""Walks the watched folders: every regular file once, and every folder that could not be read.

Links are never followed, special files never opened, a folder that is met twice (a bind mount) is
walked once, and a network folder is not entered, since it may hang for ever.
"""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.policy import Watch
from agentguard.sensors.seen import Mark, mark_of

DEPTH = 64
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "ncpfs", "davfs", "9p"}
    | {"fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.davfs2"}
)
MOUNTS = "/proc/self/mountinfo"
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file, as it is now."""

    path: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Unread:
    """A folder or file that could not be looked at; `reason` is an id of resources/text."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is looked at: folders without links, none inside another, less what is excluded."""

    roots: tuple[str, ...]
    exclude: re.Pattern[str] | None
    own: str = ""

    def covers(self, path: str) -> bool:
        """Tell whether a path is looked at."""
        root = next((root for root in self.roots if inside(path, root)), None)
        return root is not None and not self.left_out(path, root)

    def left_out(self, path: str, root: str) -> bool:
        """Tell whether a path below `root` is excluded, or is the agent's own folder."""
        if self.exclude is not None and self.exclude.match(path.replace(os.sep, "/")):
            return True
        return bool(self.own) and inside(path, self.own) and not inside(root, self.own)


def inside(path: str, folder: str) -> bool:
    """Tell whether a path is the folder or below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def scope_of(watch: Watch, own: str = "") -> Scope:
    """Resolve the policy's folders; those that do not exist stay, for they may come."""
    resolved = sorted({os.path.realpath(Path(folder).expanduser()) for folder in watch.folders})
    roots: list[str] = []
    for root in resolved:
        if not any(inside(root, outer) for outer in roots):
            roots.append(root)
    patterns = "|".join(fnmatch.translate(pattern) for pattern in watch.exclude)
    exclude = re.compile(patterns) if patterns else None
    return Scope(roots=tuple(roots), exclude=exclude, own=os.path.realpath(own) if own else "")


def network_folders(mounts: str = MOUNTS) -> frozenset[str]:
    """Give the mount points that lie on other machines; none on a system that does not tell."""
    try:
        lines = Path(mounts).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return frozenset()
    points: set[str] = set()
    for line in lines:
        before, _, after = line.partition(" - ")
        if after.split(" ", 1)[0] in NETWORK:
            points.add(_OCTAL.sub(lambda m: chr(int(m[1], 8)), before.split()[4]))
    return frozenset(points)


def walk(scope: Scope, start: str | None = None) -> Iterator[Found | Unread | None]:
    """Give every file below the roots, or below `start`; None after each folder, to take breath."""
    walker = _Walk(scope)
    for root in scope.roots if start is None else (start,):
        top = next((r for r in scope.roots if inside(root, r)), root)
        yield from walker.folder(root, top)


class _Walk:
    """One walk: remembers the folders and the linked files that it has met."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._network = network_folders()
        self._met: set[tuple[int, int]] = set()

    def folder(self, path: str, root: str) -> Iterator[Found | Unread | None]:
        """Walk a folder and all below it, without recursion."""
        waiting = [(path, 0)]
        while waiting:
            folder, depth = waiting.pop()
            if depth > DEPTH:
                yield Unread(folder, "reason.folder-deep")
                continue
            if folder in self._network:
                yield Unread(folder, "reason.folder-network")
                continue
            for found in self._entries(folder, root):
                if isinstance(found, str):
                    waiting.append((found, depth + 1))
                else:
                    yield found
            yield None

    def _entries(self, folder: str, root: str) -> Iterator[Found | Unread | str]:
        try:
            status = os.lstat(folder)
            if not stat.S_ISDIR(status.st_mode) or not self._first_time(status):
                return
            entries = os.scandir(folder)
        except (FileNotFoundError, NotADirectoryError):
            return
        except PermissionError:
            yield Unread(folder, "reason.folder-denied")
            return
        except OSError:
            yield Unread(folder, "reason.folder-failed")
            return
        with entries:
            yield from self._listed(entries, folder, root)

    def _listed(
        self, entries: Iterator[os.DirEntry[str]], folder: str, root: str
    ) -> Iterator[Found | Unread | str]:
        while True:
            try:
                entry = next(entries, None)
            except OSError:
                yield Unread(folder, "reason.folder-failed")
                return
            if entry is None:
                return
            found = self._entry(entry, root)
            if found is not None:
                yield found

    def _entry(self, entry: os.DirEntry[str], root: str) -> Found | Unread | str | None:
        path = entry.path
        try:
            if entry.is_dir(follow_symlinks=False):
                return None if self._scope.left_out(path + os.sep, root) else path
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError:
            return Unread(path, "reason.file-failed")
        if not stat.S_ISREG(status.st_mode) or self._scope.left_out(path, root):
            return None
        if status.st_nlink > 1 and not self._first_time(status):
            return None
        return Found(path, mark_of(status))

    def _first_time(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        if identity in self._met:
            return False
        if status.st_ino:
            self._met.add(identity)
        return True
