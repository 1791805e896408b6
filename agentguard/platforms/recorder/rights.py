"""A list of rights without names: who stands in it is told by what the system itself is called.

Source: Microsoft, [MS-DTYP] 2.4.4 (ACE), 2.4.5 (ACL), 2.4.6 (SECURITY_DESCRIPTOR), and the SIDs
that every Windows has.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agentguard.platforms._win32.access_answers import sid

_HEAD = struct.Struct("<BBHIIII")  # revision, 0, control, owner, group, SACL, DACL
_LIST = struct.Struct("<BBHHH")  # revision, 0, size, count, 0
_ENTRY = struct.Struct("<BBHI")  # type, flags, size, mask
_PROTECTED = 0x1000  # SE_DACL_PROTECTED: nothing comes from above
_KNOWN = {
    "S-1-5-18": "SY",
    "S-1-5-32-544": "BA",
    "S-1-5-32-545": "BU",
    "S-1-5-11": "AU",
    "S-1-1-0": "WD",
    "S-1-5-4": "IU",
    "S-1-5-2": "NU",
    "S-1-3-0": "CO",
    "S-1-3-4": "OW",
}
_SERVICES = ("S-1-5-80-", "S-1-15-")


def who(of: str, mine: str) -> str:
    """Return who a SID is, by a word that names nobody."""
    if known := _KNOWN.get(of):
        return known
    if of == mine:
        return "me"
    return "service" if of.startswith(_SERVICES) else "another"


def listed(descriptor: bytes, mine: str) -> dict[str, object]:
    """Return a self-relative descriptor's owner and list; `mine` is the SID of who records.

    What cannot be read has no entries.
    """
    try:
        _, _, control, owner, _, _, start = _HEAD.unpack_from(descriptor)
        named = who(sid(descriptor, owner), mine) if owner else None
        entries = list(_entries(descriptor, start, mine)) if start else None
    except (struct.error, IndexError):
        return {"there": True, "owner": None, "guarded": None, "entries": None}
    guarded = bool(control & _PROTECTED)
    return {"there": True, "owner": named, "guarded": guarded, "entries": entries}


def _entries(descriptor: bytes, start: int, mine: str) -> Iterator[dict[str, object]]:
    count = _LIST.unpack_from(descriptor, start)[3]
    place = start + _LIST.size
    for _ in range(count):
        kind, flags, size, mask = _ENTRY.unpack_from(descriptor, place)
        whose = who(sid(descriptor, place + _ENTRY.size), mine)
        yield {"kind": kind, "flags": flags, "mask": mask, "who": whose}
        place += size
