"""Whether this session is shown on another computer, and what may leave it.

Citrix' virtual desktops look like the console, so its own library is asked. Source: Citrix, WFAPI
SDK (WFGetActiveProtocol; WF_CURRENT_SESSION). The library is taken by its full path from folders
that only administrators can write to, never from the search path.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentguard.model.machine import RemoteSessionSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import api, registry
from agentguard.platforms._win32.remote_answers import Signs, protocol, session
from agentguard.platforms._win32.session import (
    REMOTE_SESSION,
    client_protocol,
    session_information,
)
from agentguard.platforms._win32.session_answers import active_by
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

WINDOWS = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
FUNCTION = "WFGetActiveProtocol"
_THIS_SESSION = 0xFFFFFFFF  # WF_CURRENT_SESSION
_system = api.kernel("GetSystemDirectoryW", api.UINT, ctypes.c_wchar_p, api.UINT)
POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
LISTENER = r"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp"
SERVER = r"SYSTEM\CurrentControlSet\Control\Terminal Server"
CLOUD_AGENT = r"SOFTWARE\Microsoft\RDInfraAgent"
VIEWS = "Volatile Environment"
PCOIP = (
    r"SOFTWARE\Policies\Teradici\PCoIP\pcoip_admin",
    r"SOFTWARE\Policies\Teradici\PCoIP\pcoip_admin_defaults",
)


def places() -> Iterator[Path]:
    """Yield where Citrix puts its library."""
    text = ctypes.create_unicode_buffer(api.LONGEST_PATH)
    if _system(text, api.LONGEST_PATH):
        yield Path(text.value) / "wfapi.dll"
    programs = registry.values(registry.MACHINE, WINDOWS).get("ProgramFilesDir")
    if isinstance(programs, str) and programs:
        yield from (
            Path(programs) / "Citrix/System32" / name for name in ("wfapi64.dll", "wfapi.dll")
        )


def citrix_protocol(found: Iterable[Path] | None = None, function: str = FUNCTION) -> int | None:
    """Return the protocol as WTSClientProtocolType numbers it; None without Citrix."""
    for place in places() if found is None else found:
        try:
            if not place.is_file():
                continue
            asked = api.declared(ctypes.WinDLL(str(place)), function, ctypes.c_int, api.DWORD)
            told: int = asked(_THIS_SESSION)
        except (OSError, AttributeError):
            continue
        return told
    return None


if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")


def signs() -> Signs:
    """Return what tells where this session is shown.

    Raises:
        PermissionError: this user may not read where that stands.

    """
    kind = client_protocol()
    return Signs(
        kind=kind,
        citrix=None if kind else citrix_protocol(),
        metric=bool(api.system_metrics(REMOTE_SESSION)),
        session=api.own_session(),
        glass=registry.values(registry.MACHINE, SERVER).get("GlassSessionId"),
        active=active_by(session_information()),
        views=tuple(_views()),
        cloud=registry.there(registry.MACHINE, CLOUD_AGENT),
    )


def read(at: Moment, _policy: Policy) -> RemoteSessionSeen:
    """Look for the signs, and read the settings of the protocols that have known ones."""
    try:
        name = protocol(signs())
        if not name:
            return RemoteSessionSeen(at=at)
        return session(name, *settings(), at)
    except PermissionError:
        return RemoteSessionSeen(at=at, unread="denied")


def settings() -> tuple[tuple[registry.Values, ...], registry.Values, tuple[registry.Values, ...]]:
    """Read the policies of remote desktop, its listener, and the policies of PCoIP.

    Raises:
        PermissionError: this user may not read one of them.

    """
    policies = tuple(registry.values(root, POLICY) for root in (registry.MACHINE, registry.USER))
    pcoip = tuple(registry.values(registry.MACHINE, path) for path in PCOIP)
    return policies, registry.values(registry.MACHINE, LISTENER), pcoip


def _views() -> Iterator[registry.Values]:
    """Yield what Horizon tells of its sessions: by the session's number, formerly at the top."""
    yield registry.values(registry.USER, f"{VIEWS}\\{api.own_session()}")
    yield registry.values(registry.USER, VIEWS)


PROBE = Probe(name="remote-session", every=60, read=read)
