"""The image names of the running programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil

from agentguard.model.facts import ProgramsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")


def images() -> Iterator[str]:
    """Give the name of each process that tells it; some end while they are asked."""
    for pid in psutil.pids():
        with suppress(psutil.Error, OSError):
            name = psutil.Process(pid).name().lower().removesuffix(".exe") if pid else ""
            if name:
                yield name


def read(at: Moment, _policy: Policy) -> ProgramsSeen:
    """Walk the process table."""
    try:
        seen = frozenset(images())
    except (psutil.Error, OSError):
        seen = frozenset()
    return ProgramsSeen(at=at, images=seen, unread="" if seen else "no-answer")


PROBE = Probe(name="programs", every=60, read=read)
