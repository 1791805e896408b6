"""What is never moved by itself: files that belong to a program or a place, or that are in use.

A person may still move each of them: these are the limits of what happens without being asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from agentguard.model.custody import VaultRules
from agentguard.model.hits import Hit

MAIL = frozenset({".pst", ".ost", ".nst", ".mbox", ".mbx", ".dbx", ".msf", ".edb"})
MAILDIR = frozenset({"cur", "new", "tmp"})
DATABASES = frozenset(
    {
        ".db",
        ".db3",
        ".sqlite",
        ".sqlite3",
        ".mdb",
        ".accdb",
        ".ldf",
        ".mdf",
        ".ndf",
        ".kdbx",
        ".fdb",
    }
)
REPOSITORIES = (".git", ".hg", ".svn", ".bzr", "CVS")
PROGRAMS = frozenset({"program files", "program files (x86)", "programdata", "windows"})
"""Folders of a Windows disk, beside the AppData of each person."""
SYSTEM = ("/usr", "/opt", "/bin", "/sbin", "/lib", "/etc", "/boot", "/snap", "/srv", "/var/lib")
REMOVABLE = ("/media", "/run/media")
PROC = Path("/proc")


def left_alone(path: Path, hits: Iterable[Hit], rules: VaultRules) -> str:
    """Return why a file is not moved by itself, as an id under `vault.left`.

    Empty when it may be.
    """
    values = sum(hit.count for hit in hits)
    if values and values < rules.least_values:
        return "few"
    if path.suffix.lower() in MAIL or _in_maildir(path):
        return "mail"
    if path.suffix.lower() in DATABASES:
        return "database"
    if _under(path, REMOVABLE):
        return "removable"
    if _is_programs(path):
        return "program"
    return "repository" if _in_repository(path) else ""


def busy(path: Path, rules: VaultRules, now: float) -> str:
    """Return why it is not the time yet, as an id under `vault.left`; empty when it is.

    `now` is wall time in seconds since 1970. A file from the future counts as settled.
    """
    try:
        changed = path.lstat().st_mtime
    except OSError:
        return ""
    if 0 <= now - changed < rules.settled_minutes * 60.0:
        return "settling"
    return "open" if is_open(path) else ""


def is_open(path: Path, proc: Path = PROC) -> bool:
    """Check whether another process of this user has it open, where the system tells.

    Windows needs no telling: a file that is open there cannot be renamed.
    """
    if sys.platform == "win32":
        return False
    try:
        wanted = path.stat()
        processes = [one for one in proc.iterdir() if one.name.isdigit()]
    except OSError:
        return False
    same, own = (wanted.st_dev, wanted.st_ino), str(os.getpid())
    return any(same in _held(one / "fd") for one in processes if one.name != own)


def _held(folder: Path) -> Iterator[tuple[int, int]]:
    try:
        handles = list(folder.iterdir())
    except OSError:  # another user's, or gone
        return
    for handle in handles:
        try:
            found = handle.stat()
        except OSError:
            continue
        yield found.st_dev, found.st_ino


def _in_maildir(path: Path) -> bool:
    return path.parent.name in MAILDIR and all((path.parent.parent / n).is_dir() for n in MAILDIR)


def _in_repository(path: Path) -> bool:
    return any((folder / name).exists() for folder in path.parents for name in REPOSITORIES)


def _is_programs(path: PurePath) -> bool:
    """Check whether it lies in a program's folder; what was left in a Temp is nobody's."""
    folders = [part.lower() for part in path.parts[1:-1]]
    if "appdata" in folders:
        return "temp" not in folders
    return _under(path, SYSTEM) or bool(folders and folders[0] in PROGRAMS)


def _under(path: PurePath, folders: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
