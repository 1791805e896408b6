"""The image names of the running programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil

from agentguard.model.facts import ProgramsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.drives import network_drives
from agentguard.platforms._win32.signers import Signers
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")


_signers = Signers()


def processes() -> Iterator[tuple[str, int]]:
    """Yield name and number of each process that tells its name; some end while they are asked."""
    for pid in psutil.pids():
        with suppress(psutil.Error, OSError):
            name = psutil.Process(pid).name().lower().removesuffix(".exe") if pid else ""
            if name:
                yield name, pid


def images() -> Iterator[str]:
    """Return the name of each process."""
    return (name for name, _ in processes())


def read(at: Moment, _policy: Policy) -> ProgramsSeen:
    """Walk the process table, and ask each program's file once who signed it."""
    try:
        seen = frozenset((name, api.image_path(pid)) for name, pid in processes())
    except (psutil.Error, OSError):
        return ProgramsSeen(at=at, unread="no-answer")
    afar = network_drives()
    local = (one for one in seen if one[1][1:2] == ":" and one[1][:3].upper() not in afar)
    signed = frozenset((name, by) for name, path in local if (by := _signers.of(path)))
    images = frozenset(name for name, _ in seen)
    return ProgramsSeen(at=at, images=images, signed=signed, unread="" if images else "no-answer")


PROBE = Probe(name="programs", every=60, read=read)
