"""What lies under a folder: another computer, a cloud, or a file system with weak times.

On Linux /proc/self/mountinfo tells it (proc_pid_mountinfo(5)): nothing here touches a file system,
since one of a network may hang for ever. On Windows the attributes of a file tell what is in the
cloud, and its path, with the drives that Windows names, whether it lies on another computer.

Whether a folder of another computer answers is asked by a thread that may hang for ever in our
place: while its server is away, whatever touches such a folder waits in the kernel, and nothing
ends it.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.ports.clock import Clock

NETWORK = frozenset(
    {
        "9p",
        "acfs",
        "afs",
        "afp",
        "autofs",
        "beegfs",
        "ceph",
        "cephfs",
        "cifs",
        "coda",
        "davfs",
        "fhgfs",
        "glusterfs",
        "gfs",
        "gfs2",
        "gpfs",
        "ibrix",
        "lustre",
        "moosefs",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "prl_fs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "vmhgfs",
    }
)
"""Types of file systems that lie on other computers, or are mounted only when they are touched."""
LOCAL_FUSE = frozenset(
    {
        "fuse.bindfs",
        "fuse.cryfs",
        "fuse.ecryptfs",
        "fuse.encfs",
        "fuse.gocryptfs",
        "fuse.lxcfs",
        "fuse.mergerfs",
        "fuse.ntfs",
        "fuse.ntfs-3g",
        "fuse.portal",
        "fuse.securefs",
        "fuse.unionfs",
        "fuse.veracrypt",
        "fuse.zfs",
        "fuse.exfat",
        "fuse.fuse-overlayfs",
        "fuse.squashfuse",
        "fuse.archivemount",
    }
)
"""Programs that serve a folder from this computer's own disks; any other may fetch from afar."""
WEAK = frozenset(
    {
        "exfat",
        "fuseblk",
        "hfs",
        "hfsplus",
        "iso9660",
        "msdos",
        "ntfs",
        "ntfs3",
        "udf",
        "umsdos",
        "vfat",
    }
)
"""Types that keep no time of a file's last change which programs cannot set."""
MOUNTS = "/proc/self/mountinfo"
Drives = Callable[[], frozenset[str]]
"""Gives the drives that lie on other computers, such as `T:\\`."""
_OCTAL = re.compile(rb"\\([0-7]{3})")
# https://learn.microsoft.com/windows/win32/fileio/file-attribute-constants
OFFLINE = 0x1000
RECALL_ON_OPEN = 0x40000
RECALL_ON_DATA_ACCESS = 0x400000
REPARSE_POINT = 0x400
# https://learn.microsoft.com/windows/win32/fileio/reparse-point-tags: another name stands for it
NAME_SURROGATE = 0x20000000
PATIENCE = 10.0
"""Seconds for which an answer is waited for."""
FRESH = 2.0
"""Seconds for which an answer is believed."""


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mounted file systems: those of other computers by folder, the others by device."""

    network: frozenset[str] = frozenset()
    places: tuple[tuple[str, bool], ...] = ()
    fuse: frozenset[int] = field(default=frozenset())
    weak: frozenset[int] = field(default=frozenset())

    def remote(self, folder: str) -> bool:
        """Check whether a folder lies on another computer, whatever it is called."""
        return bool(self.point(folder))

    def point(self, folder: str) -> str:
        """Return where the other computer's folder begins that holds this one.

        Empty if none does.
        """
        if sys.platform == "win32":
            place = os.path.splitdrive(folder)[0] + "\\"
            away = folder.startswith("\\\\") and not folder.startswith(("\\\\?\\", "\\\\.\\"))
            return place if away or place.upper() in self.network else ""
        place = max((p for p in self.places if _below(folder, p[0])), default=("", False), key=_len)
        return place[0] if place[1] else ""

    def remote_below(self, folder: str) -> bool:
        """Check whether another computer's folder is mounted somewhere below."""
        return any(_below(point, folder) for point in self.network)

    def below(self, folder: str) -> tuple[str, ...]:
        """Return what is mounted below a folder, in order."""
        return tuple(sorted({p for p, _ in self.places if _below(p, folder) and p != folder}))


def mounts(file: str = MOUNTS, drives: Drives = frozenset) -> Mounts:
    """Read what is mounted now; nothing on a system that does not tell."""
    if sys.platform == "win32":
        return Mounts(network=drives())
    try:
        lines = Path(file).read_bytes().splitlines()
    except OSError:
        return Mounts()
    places: dict[str, bool] = {}
    fuse: set[int] = set()
    weak: set[int] = set()
    for line in lines:
        before, _, after = line.partition(b" - ")
        parts, kind = before.split(b" "), os.fsdecode(after.split(b" ", 1)[0])
        if len(parts) <= 4:  # noqa: PLR2004 - the fifth field is the folder
            continue
        point = os.fsdecode(_OCTAL.sub(_unescaped, parts[4]))
        device = _device(parts[2])
        # Of two at one place the later hides the earlier; the root is this computer's, whatever.
        places[point] = _is_remote(kind) and point != "/"
        (fuse if kind.startswith("fuse.") else set()).add(device)
        (weak if kind in WEAK else set()).add(device)
    network = frozenset(point for point, remote in places.items() if remote)
    return Mounts(network, tuple(places.items()), frozenset(fuse), frozenset(weak))


def _is_remote(kind: str) -> bool:
    return kind in NETWORK or (kind.startswith("fuse.") and kind not in LOCAL_FUSE)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8) & 0xFF])


def _device(numbers: bytes) -> int:
    major, _, minor = numbers.partition(b":")
    if sys.platform == "win32" or not (major.isdigit() and minor.isdigit()):
        return -1
    return os.makedev(int(major), int(minor))


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _len(place: tuple[str, bool]) -> int:
    return len(place[0])


def attributes_of(status: os.stat_result) -> int:
    """Return Windows' attributes of a file, 0 elsewhere."""
    return int(getattr(status, "st_file_attributes", 0))


def is_link(status: os.stat_result) -> bool:
    """Check whether it stands for another place: a symbolic link, a junction, a mounted volume.

    A folder that is kept in a cloud is a reparse point as well, and none of these.
    """
    if stat.S_ISLNK(status.st_mode):
        return True
    tag = int(getattr(status, "st_reparse_tag", 0))
    return bool(attributes_of(status) & REPARSE_POINT and tag & NAME_SURROGATE)


def is_elsewhere(status: os.stat_result, fuse: frozenset[int]) -> bool:
    """Check whether reading the file would fetch it from a cloud or from a tape.

    On Linux a file of a program's own file system that has a size and no blocks is taken for one.
    """
    if attributes_of(status) & (OFFLINE | RECALL_ON_OPEN | RECALL_ON_DATA_ACCESS):
        return True
    blocks = int(getattr(status, "st_blocks", 1))
    return status.st_dev in fuse and status.st_size > 0 and blocks == 0


def touch(folder: str) -> None:
    """Read a folder's first entry; any answer is one, a refusal as well."""
    with suppress(OSError), os.scandir(folder) as entries:
        next(entries, None)


class Afar:
    """Asks folders; one that does not answer is not asked again until that question has ended."""

    def __init__(
        self, clock: Clock, patience: float = PATIENCE, ask: Callable[[str], None] = touch
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._ask = ask
        self._asking: dict[str, threading.Thread] = {}  # noqa: TID251 - no actor: nothing ends it
        self._answered: dict[str, float] = {}

    def answers(self, folder: str) -> bool:
        """Check whether a folder answers, within `patience` the first time and at once later."""
        now = self._clock.now().boot
        if now - self._answered.get(folder, float("-inf")) < FRESH:
            return True
        asking = self._asking.pop(folder, None)
        if asking is None:
            asking = threading.Thread(  # noqa: TID251 - no actor: nothing ends it
                target=self._ask, args=(folder,), name="afar", daemon=True
            )
            asking.start()
            asking.join(self._patience)
        if asking.is_alive():
            self._asking[folder] = asking
            self._answered.pop(folder, None)
            return False
        self._answered[folder] = self._clock.now().boot
        return True
