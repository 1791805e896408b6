"""The VPNs that are up: by Windows' adapters and by its own dialled connections."""

from __future__ import annotations

import sys

from agentguard.base.errors import PlatformError
from agentguard.model.facts import STILL_ASKING
from agentguard.model.machine import VpnSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import Question, open_for
from agentguard.platforms._steady_value import Unchanged
from agentguard.platforms._win32.adapters import adapters, connections
from agentguard.platforms._win32.vpn_answers import Dialled, domains, links
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

EVERY = 60.0
SECONDS = 10.0
_unchanged = Unchanged(EVERY)


def _silent() -> PlatformError:
    return PlatformError("Windows does not tell what it has dialled.")


DIALLED = Question("vpn", SECONDS, connections, silent=_silent)


def read(at: Moment, _policy: Policy) -> VpnSeen:
    """Return what is up; who does not answer matters only where nothing else is."""
    own: tuple[Dialled, ...] | None
    try:
        own = DIALLED.ask()
    except PlatformError:
        own = None
    silent = STILL_ASKING if DIALLED.open is not None else "no-answer"
    try:
        every = adapters()
    except PlatformError:
        return VpnSeen(at=at, unread="no-answer")
    up = links(every, own or ())
    if own is None and not up:
        return VpnSeen(at=at, unread=silent)
    since = _unchanged.seen(at, up)
    return VpnSeen(at=at, links=up, domains=domains(every), unchanged=since)


PROBE = Probe(name="vpn", every=EVERY, read=read, open=open_for(DIALLED))
