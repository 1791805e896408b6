"""Whether this session is shown on another computer, and what may leave it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from agentguard.model.machine import RemoteSessionSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import api, registry
from agentguard.platforms._win32.remote_answers import protocol, session
from agentguard.platforms._win32.session import REMOTE_SESSION, client_protocol
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
LISTENER = r"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp"
VIEWS = "Volatile Environment"
PCOIP = (
    r"SOFTWARE\Policies\Teradici\PCoIP\pcoip_admin",
    r"SOFTWARE\Policies\Teradici\PCoIP\pcoip_admin_defaults",
)


def read(at: Moment, _policy: Policy) -> RemoteSessionSeen:
    """Ask Windows for the protocol, and read the settings of those that have known ones."""
    try:
        remote = bool(api.system_metrics(REMOTE_SESSION))
        name = protocol(client_protocol(), remote=remote, views=_views())
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
