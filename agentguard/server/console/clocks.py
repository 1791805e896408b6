"""By which clock a person reads times: the own choice, else the one that the browser told.

The page's script tells the browser's once, in a cookie; what is neither chosen nor told is UTC. It
is looked up for each request and travels with it.
"""

from __future__ import annotations

from datetime import tzinfo

from agentguard.server import zoned
from agentguard.server.console.browsers import cookie_of

COOKIE = "zone"
AS_TOLD = ""
"""The choice of whatever the browser tells."""


def clock(own: str, headers: dict[bytes, bytes]) -> tzinfo | None:
    """Return the clock of a request; None when none was chosen or told."""
    for name in (own, cookie_of(headers, COOKIE)):
        if name in zoned.zones():
            return zoned.clock(name)
    return None


def known(wish: str) -> bool:
    """Check whether a person may choose this."""
    return wish == AS_TOLD or wish in zoned.zones()
