"""Full-disk encryption: walks from each volume down to its disk and looks for dm-crypt.

`lsblk` tells the type `crypt` from the device mapper itself, so it needs neither root nor udev.
A drive that encrypts in its own hardware looks like any other and counts as not encrypted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.facts import DisksSeen, Volume
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import NO_ANSWER, Answer, ask
from agentguard.ports.desktop import Probe

COLUMNS = ("NAME,KNAME,TYPE,FSTYPE,MOUNTPOINTS", "NAME,KNAME,TYPE,FSTYPE,MOUNTPOINT")
"""What lsblk is asked for; before version 2.37 it tells only one mount point of a device."""
SWAP = "[SWAP]"
ELSEWHERE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "fuse.sshfs", "fuse.glusterfs"}
    | {"fuse.rclone", "tmpfs", "ramfs"}
)
"""Files here are not on a disk of this machine."""
SEALED = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"})
"""File systems that encrypt by themselves."""
DEVICELESS = frozenset({"overlay", "aufs", "9p", "virtiofs", "zfs"})
"""File systems whose disk, or whose own encryption, lsblk cannot tell."""
PLAIN = frozenset({"disk", "part", "lvm", "dm", "mpath", "linear"})
"""Types of device that are known to pass on what is written as it is; raid levels beside them."""
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of mountinfo."""

    point: str
    kind: str


def read_from(lsblk: str, mountinfo: str, folders: Iterable[str], at: Moment) -> DisksSeen:
    """Judge the volumes that hold `folders`, and the swap, by what lsblk printed."""
    try:
        found = dict(_encrypted(json.loads(lsblk)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return DisksSeen(at=at, unread=NO_ANSWER)
    mounts = tuple(_mounts(mountinfo))
    points = {m.point: m for m in (_holding(folder, mounts) for folder in folders) if m}
    volumes = [_volume(mount, found) for mount in points.values() if mount.kind not in ELSEWHERE]
    if SWAP in found:
        volumes.append(Volume(mount="swap", encrypted=found[SWAP]))
    return DisksSeen(at=at, volumes=tuple(volumes))


def _volume(mount: Mount, found: Mapping[str, bool | None]) -> Volume:
    if mount.kind in DEVICELESS:
        return Volume(mount=mount.point, encrypted=None)
    encrypted = True if mount.kind in SEALED else found.get(mount.point)
    return Volume(mount=mount.point, encrypted=encrypted)


def _encrypted(answer: Mapping[str, object]) -> Iterator[tuple[str, bool | None]]:
    devices = answer["blockdevices"]
    if not isinstance(devices, list):
        raise TypeError
    told: dict[str, bool | None] = {}
    for device in devices:
        for point, encrypted in _walk(device, encrypted=False):
            told[point] = _weakest(told[point], encrypted) if point in told else encrypted
    yield from told.items()


def _walk(device: Mapping[str, object], *, encrypted: bool | None) -> Iterator[_Told]:
    kind = str(device.get("type") or "")
    if str(device.get("kname") or "").startswith("zram"):
        return  # memory, not a disk
    if kind == "crypt":
        encrypted = True
    elif encrypted is False and kind not in PLAIN and not kind.startswith("raid"):
        encrypted = None
    points: list[object] = [*_list(device.get("mountpoints"))]
    for point in points or [device.get("mountpoint")]:
        if point:
            yield str(point), encrypted
    for child in _list(device.get("children")):
        yield from _walk(child, encrypted=encrypted)


_Told = tuple[str, bool | None]


def _list(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _weakest(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - a pair of equals
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _mounts(mountinfo: str) -> Iterator[Mount]:
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, rest = before.split(), after.split()
        if len(fields) > 4 and rest:  # noqa: PLR2004 - the fifth field is the mount point
            yield Mount(_plain(fields[4]), rest[0])


def _plain(point: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), point)


def _holding(folder: str, mounts: Iterable[Mount]) -> Mount | None:
    best: Mount | None = None
    for mount in mounts:
        inside = folder == mount.point or folder.startswith(mount.point.rstrip("/") + "/")
        if inside and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def read(at: Moment, _policy: Policy) -> DisksSeen:
    """Ask lsblk about the volumes of the system and of the homes."""
    answer = Answer(unread=NO_ANSWER)
    for columns in COLUMNS:
        answer = ask("lsblk", "-J", "-o", columns)
        if answer.unread != NO_ANSWER:
            break
    if answer.unread:
        return DisksSeen(at=at, unread=answer.unread)
    try:
        mountinfo = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return DisksSeen(at=at, unread=NO_ANSWER)
    return read_from(answer.text, mountinfo, ("/", "/home", str(Path.home().resolve())), at)


PROBE = Probe(name="disks", every=3600, read=read)
