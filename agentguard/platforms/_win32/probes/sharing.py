"""The programs that take pictures of the screen: the consent store in the user's registry."""

from __future__ import annotations

import sys
from itertools import chain

from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import registry
from agentguard.platforms._win32.microphone_answers import CAPABILITIES, sharing
from agentguard.platforms._win32.microphones import CONSENT, running, uses
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

STORES = tuple(rf"{CONSENT}\{one}" for one in CAPABILITIES)


def read(at: Moment, _policy: Policy) -> ScreenSharesSeen:
    """Read what is noted of both capabilities."""
    try:
        there = [store for store in STORES if registry.there(registry.USER, store)]
        noted = tuple(chain.from_iterable(map(uses, there))) if there else None
        return sharing(noted, running, at)
    except OSError:
        return ScreenSharesSeen(at=at, unread="denied")


PROBE = Probe(name="screen-sharing", every=60, read=read)
