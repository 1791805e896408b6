"""Who but the owner may read or write the data folders.

A folder's own bits count only as far as its parents let others pass. The group counts unless it
is the owner's private group; an access list makes it count always, as its mask stands there.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import paths
from agentguard.model.facts import FolderAccess, FolderAccessSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.ports.desktop import Probe

if sys.platform == "win32":
    raise ImportError("This probe is for Linux.")

ACL = "system.posix_acl_access"


@dataclass(frozen=True, slots=True)
class _Class:
    """The bits of one class of users."""

    read: int
    write: int
    enter: int


GROUP = _Class(stat.S_IRGRP, stat.S_IWGRP, stat.S_IXGRP)
OTHER = _Class(stat.S_IROTH, stat.S_IWOTH, stat.S_IXOTH)

Private = Callable[[os.stat_result, Path], bool]
"""Tells whether the group of a folder is its owner's alone."""


def access(folder: Path, private: Private) -> FolderAccess | None:
    """Judge one folder; None when it does not exist."""
    try:
        own = folder.stat()
        parents = [parent.stat() for parent in folder.resolve().parents]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return FolderAccess(path=str(folder), others_read=None, others_write=None)
    classes = [OTHER] if private(own, folder) else [OTHER, GROUP]
    reached = [c for c in classes if all(_passes(parent, c) for parent in parents)]
    return FolderAccess(
        path=str(folder),
        others_read=any(own.st_mode & c.read for c in reached),
        others_write=any(own.st_mode & c.write and own.st_mode & c.enter for c in reached),
        hers=own.st_uid == os.getuid(),
    )


def _passes(parent: os.stat_result, who: _Class) -> bool:
    # A member of the folder's group need not be in the parent's: either way in is a way in.
    return bool(parent.st_mode & (who.enter | stat.S_IXOTH))


def private_group(own: os.stat_result, folder: Path) -> bool:
    """Check whether the group holds nobody but the owner, and no access list adds somebody."""
    with suppress(OSError):
        if os.getxattr(folder, ACL):
            return False
    try:
        owner = pwd.getpwuid(own.st_uid).pw_name
        group = grp.getgrgid(own.st_gid)
    except KeyError:
        return False
    return group.gr_name == owner and set(group.gr_mem) <= {owner}


def read_from(folders: tuple[Path, ...], at: Moment, private: Private) -> FolderAccessSeen:
    """Judge the folders that exist."""
    found = (access(folder, private) for folder in folders)
    return FolderAccessSeen(at=at, folders=tuple(f for f in found if f is not None))


def read(at: Moment, policy: Policy) -> FolderAccessSeen:
    """Look at the agent's own folder and at the watched ones."""
    watched = (Path(folder).expanduser() for folder in policy.watch.folders)
    return read_from((paths.data_folder(), *watched), at, private_group)


PROBE = Probe(name="folders", every=900, read=read)
