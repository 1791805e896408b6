"""Who but the owner may read or write, by a security descriptor's own list.

Source: Microsoft, [MS-DTYP] 2.4.2 (SID), 2.4.4 (ACE), 2.4.5 (ACL), 2.4.6 (SECURITY_DESCRIPTOR).
Parents do not count: Windows lets everybody pass through folders (SeChangeNotifyPrivilege).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = struct.Struct("<BBHIIII")  # revision, 0, control, owner, group, SACL, DACL
_LIST = struct.Struct("<BBHHH")  # revision, 0, size, count, 0
_ENTRY = struct.Struct("<BBHI")  # type, flags, size, mask
_PRESENT = 0x0004  # SE_DACL_PRESENT
_INHERIT_ONLY = 0x08
_ALLOWED, _DENIED = frozenset({0, 9}), frozenset({1, 10})  # plain, and with a condition

_READ = 0x00000001 | 0x80000000 | 0x10000000  # list, generic read, generic all
_WRITE = 0x2 | 0x4 | 0x40 | 0x40000 | 0x80000 | 0x40000000 | 0x10000000
"""Add files, add folders, delete, change the list or the owner, generic write and all."""

_EVERYBODY = "S-1-1-0"
_OF_THE_SYSTEM = frozenset(
    {"S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-1", "S-1-3-4"}
)  # SYSTEM, Administrators, creator's owner and group, owner's rights
_OWNERS = frozenset({"S-1-5-18", "S-1-5-32-544"})
_SERVICES = ("S-1-5-80-", "S-1-15-")
_ADMINISTRATORS = ("-512", "-519")  # of a domain, of a forest


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What others may do; None when the descriptor does not tell."""

    read: bool | None
    write: bool | None


UNTOLD = Access(read=None, write=None)


def others(descriptor: bytes, mine: frozenset[str] = frozenset()) -> Access:
    """Judge a self-relative descriptor; `mine` are the SIDs of the person at the desk."""
    try:
        return _judge(descriptor, mine)
    except (struct.error, IndexError):
        return UNTOLD


def owned_by(descriptor: bytes, mine: frozenset[str]) -> bool:
    """Check whether what is described belongs to one of `mine`, as far as it can be read."""
    try:
        return owner(descriptor) in mine
    except (struct.error, IndexError):
        return False


def closed(descriptor: bytes, mine: frozenset[str] = frozenset()) -> bool:
    """Check whether a folder belongs to the system or `mine`, and is open to nobody else.

    What somebody else has made under our name stays theirs, whatever its list says: an owner may
    change the list.
    """
    try:
        whose = owner(descriptor)
    except (struct.error, IndexError):
        return False
    ours = whose in mine or _is_of_the_system(whose)
    return ours and others(descriptor, mine) == Access(read=False, write=False)


def kept(descriptor: bytes) -> bool:
    """Check whether what is described belongs to the system, and nobody else may change it."""
    try:
        whose = owner(descriptor)
    except (struct.error, IndexError):
        return False
    return whose in _OWNERS and others(descriptor).write is False


def _judge(data: bytes, mine: frozenset[str]) -> Access:
    _, _, control, place_of_owner, _, _, place = _HEAD.unpack_from(data)
    if not control & _PRESENT or not place:
        return Access(read=True, write=True)  # without a list everybody may do everything
    own = mine | ({sid(data, place_of_owner)} if place_of_owner else set())
    denied: dict[str, int] = {}
    granted = 0
    for kind, mask, who in _entries(data, place):
        if kind in _DENIED:
            denied[who] = denied.get(who, 0) | mask
        elif kind in _ALLOWED and who not in own and not _is_of_the_system(who):
            granted |= mask & ~denied.get(who, 0) & ~denied.get(_EVERYBODY, 0)
    return Access(read=bool(granted & _READ), write=bool(granted & _WRITE))


def _entries(data: bytes, place: int) -> Iterator[tuple[int, int, str]]:
    count = _LIST.unpack_from(data, place)[3]
    place += _LIST.size
    for _ in range(count):
        kind, flags, size, mask = _ENTRY.unpack_from(data, place)
        if not flags & _INHERIT_ONLY and kind in _ALLOWED | _DENIED:
            yield kind, mask, sid(data, place + _ENTRY.size)
        if size < _ENTRY.size:
            raise struct.error
        place += size


def _is_of_the_system(who: str) -> bool:
    if who in _OF_THE_SYSTEM or who.startswith(_SERVICES):
        return True
    return who.startswith("S-1-5-21-") and who.endswith(_ADMINISTRATORS)


def owner(descriptor: bytes) -> str:
    """Return the SID of the owner in a self-relative descriptor; empty without one.

    Raises:
        struct.error: it is cut.
        IndexError: it is cut.

    """
    place = _HEAD.unpack_from(descriptor)[3]
    return sid(descriptor, place) if place else ""


def sid(data: bytes, place: int) -> str:
    """Return a SID in its usual way of writing."""
    revision, count = data[place], data[place + 1]
    authority = int.from_bytes(data[place + 2 : place + 8], "big")
    parts = struct.unpack_from(f"<{count}I", data, place + 8)
    return "-".join(("S", str(revision), str(authority), *map(str, parts)))
