"""What of this computer is looked at: the policy's folders, less what is left out."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from agentguard.model.policy import Watch
from agentguard.sensors.mounts import Drives, Mounts, mounts

Identity = tuple[tuple[int, int] | str | None, ...]


def always(_folder: str) -> bool:
    """Take it that every folder answers."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is looked at: folders without links, none inside another, less what is excluded.

    With `network` also what lies on other computers, as long as it `answers`. `drills` is the
    agent's own folder for drills, watched as the others are: no sweep goes there, and none counts.
    """

    roots: tuple[str, ...]
    exclude: re.Pattern[str] | None
    own: str = ""
    drills: str = ""
    network: bool = False
    answers: Callable[[str], bool] = field(default=always, compare=False)
    drives: Drives = field(default=frozenset, compare=False)

    def mounts(self) -> Mounts:
        """Read what is mounted now."""
        return mounts(drives=self.drives)

    def refuses(self, point: str) -> str:
        """Return the reason not to touch what is mounted at `point`; empty when there is none."""
        if not self.network:
            return "reason.folder-network"
        return "" if self.answers(point) else "reason.folder-stalled"

    def covers(self, path: str) -> bool:
        """Check whether a path is looked at."""
        root = next((root for root in self.watched() if inside(path, root)), None)
        return root is not None and not self.left_out(path, root)

    def watched(self) -> tuple[str, ...]:
        """Return every folder that is watched."""
        return (*self.roots, self.drills) if self.drills else self.roots

    def left_out(self, path: str, root: str) -> bool:
        """Check whether a path below `root` is excluded, or is the agent's own folder."""
        if self.exclude is not None:
            name = path if os.sep == "/" else path.replace(os.sep, "/")
            if self.exclude.match(name):
                return True
        return bool(self.own) and inside(path, self.own) and not inside(root, self.own)


def absent(scope: Scope) -> int:
    """Count the folders that are not there; one on another computer is not touched for it."""
    table = scope.mounts()
    return sum(not table.remote(root) and not Path(root).is_dir() for root in scope.roots)


def inside(path: str, folder: str) -> bool:
    """Check whether a path is the folder or below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def scope_of(
    watch: Watch,
    own: str = "",
    answers: Callable[[str], bool] = always,
    drives: Drives = frozenset,
    drills: str = "",
) -> Scope:
    """Resolve the policy's folders; those that do not exist stay, for they may come."""
    bare = Scope(roots=(), exclude=None, network=watch.network, answers=answers, drives=drives)
    table = bare.mounts()
    roots: list[str] = []
    for root in sorted({_resolved(folder, table, bare) for folder in watch.folders}):
        if not any(inside(root, outer) for outer in roots):
            roots.append(root)
    patterns = "|".join(fnmatch.translate(pattern) for pattern in watch.exclude)
    exclude = re.compile(patterns) if patterns else None
    own = os.path.realpath(own) if own else ""
    drills = os.path.realpath(drills) if drills else ""
    return replace(bare, roots=tuple(roots), exclude=exclude, own=own, drills=drills)


def _resolved(folder: str, table: Mounts, scope: Scope) -> str:
    """Return a folder without links; what may hang on another computer is not touched."""
    path = os.path.abspath(Path(folder).expanduser())  # noqa: PTH100 - any bytes of a name
    point = table.point(path)
    return path if point and scope.refuses(point) else os.path.realpath(path)


def where(watch: Watch) -> tuple[object, ...]:
    """Return the part of a policy that says which folders are looked at."""
    return watch.folders, watch.exclude, watch.network


def identity(scope: Scope, table: Mounts) -> Identity:
    """Return what tells the folders from others of the same name, with all that is mounted in them.

    None stands for one that is missing; one on another computer is not asked, since it may hang.
    """
    found: list[tuple[int, int] | str | None] = []
    for root in scope.watched():
        found += table.below(root)
        if table.remote(root):
            found.append(root)
            continue
        try:
            status = os.stat(root)  # noqa: PTH116 - any bytes of a name
        except OSError:
            found.append(None)
        else:
            found.append((status.st_dev, status.st_ino))
    return tuple(found)
