"""The image names of the running programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import psutil

from agentguard.model.facts import ProgramsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import NO_ANSWER
from agentguard.ports.desktop import Probe

KTHREADD = 2
"""The process whose children are threads of the kernel."""

Running = tuple[str, str]
"""The name and the full path of a running program; either may be empty."""


def read_from(running: Iterable[Running], at: Moment) -> ProgramsSeen:
    """Take a program's own name and its file's name; a script is known by the first alone."""
    names = frozenset(name for name in _names(running) if name)
    return ProgramsSeen(at=at, images=names, unread="" if names else NO_ANSWER)


def _names(running: Iterable[Running]) -> Iterator[str]:
    for name, path in running:
        for image in (name, PurePosixPath(path.removesuffix(" (deleted)")).name):
            yield image.lower().removesuffix(".exe")


def _running() -> Iterator[Running]:
    for process in psutil.process_iter(["name", "exe", "ppid"]):
        if KTHREADD in {process.pid, process.info["ppid"]}:
            continue
        yield process.info["name"] or "", process.info["exe"] or ""


def images() -> frozenset[str]:
    """Return the image names of the running programs; none when they cannot be read."""
    try:
        return frozenset(name for name in _names(_running()) if name)
    except (psutil.Error, OSError):
        return frozenset()


def read(at: Moment, _policy: Policy) -> ProgramsSeen:
    """Walk the process table."""
    try:
        return read_from(_running(), at)
    except (psutil.Error, OSError):
        return ProgramsSeen(at=at, unread=NO_ANSWER)


PROBE = Probe(name="programs", every=60, read=read)
