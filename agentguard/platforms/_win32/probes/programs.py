"""The image names of the running programs."""

from __future__ import annotations

import sys

import psutil

from agentguard.model.facts import ProgramsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")


def read(at: Moment, _policy: Policy) -> ProgramsSeen:
    """Walk the process table."""
    try:
        running = psutil.process_iter(["name"])
        names = {(p.info["name"] or "").lower().removesuffix(".exe") for p in running if p.pid}
    except (psutil.Error, OSError):
        return ProgramsSeen(at=at, unread="no-answer")
    images = frozenset(names - {""})
    return ProgramsSeen(at=at, images=images, unread="" if images else "no-answer")


PROBE = Probe(name="programs", every=60, read=read)
