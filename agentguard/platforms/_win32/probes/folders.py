"""Who but the owner may read or write the data folders, by Windows' own lists."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

from agentguard.base import paths
from agentguard.model.facts import FolderAccess, FolderAccessSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.access_answers import UNTOLD, others, owned_by
from agentguard.platforms._win32.tokens import own_sid
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

_OWNER_AND_LIST = 1 | 4  # OWNER_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION
_LONGEST = 65536

_descriptor = api.advanced(
    "GetFileSecurityW", api.BOOL, api.TEXT, api.DWORD, api.VOID, api.DWORD,
    ctypes.POINTER(api.DWORD),
)  # fmt: skip


def descriptor(path: str) -> bytes | None:
    """Return the security descriptor of a folder; None when it may not be read."""
    data, size = ctypes.create_string_buffer(_LONGEST), api.DWORD()
    done = _descriptor(path, _OWNER_AND_LIST, data, _LONGEST, ctypes.byref(size))
    return data.raw[: size.value or _LONGEST] if done else None


def own_sids() -> frozenset[str]:
    """Return the SID of the person at the desk; empty when Windows does not tell it."""
    own = own_sid()
    return frozenset({own} if own else ())


def _judged(folders: Iterator[Path]) -> Iterator[FolderAccess]:
    mine = own_sids()
    for folder in folders:
        if folder.is_dir():
            data = descriptor(str(folder))
            access = UNTOLD if data is None else others(data, mine)
            yield FolderAccess(
                path=str(folder),
                others_read=access.read,
                others_write=access.write,
                hers=_hers(folder, data, mine),
            )


def _hers(folder: Path, data: bytes | None, mine: frozenset[str]) -> bool:
    """Check whether she may end others' access: her profile's folders may be the system's own."""
    return folder.is_relative_to(Path.home()) or (data is not None and owned_by(data, mine))


def read(at: Moment, policy: Policy) -> FolderAccessSeen:
    """Look at the agent's own folder and at the watched ones."""
    watched = (Path(folder).expanduser() for folder in policy.watch.folders)
    every = dict.fromkeys((paths.data_folder(), *watched))
    return FolderAccessSeen(at=at, folders=tuple(_judged(iter(every))))


PROBE = Probe(name="folders", every=900, read=read)
