"""Programs for the demonstration: one has ended, one is attacked, one waits for a new start.

They are made up and added to what the computer itself has, for the demonstration and for tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agentguard.model.events import Event
from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.machine import Updater, UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.ports.desktop import Backend

SOURCE = "simulated"
DAY = 86400.0
WAITS, WAITED = "Google Chrome", 5 * DAY
PROGRAMS = (
    Software(
        name="Java 8 Update 211 (64-bit)",
        version="8.0.2110.12",
        vendor="Oracle Corporation",
        source=SOURCE,
    ),
    Software(name="WinRAR 7.11 (64-bit)", version="7.11.0", vendor="win.rar GmbH", source=SOURCE),
)
"""One past its maker's support, and one of which CISA says that it is attacked."""


def with_programs(backend: Backend) -> Backend:
    """Return a desktop that has these programs as well, and says so where it is asked."""
    probes = tuple(replace(probe, read=_more(probe.read)) for probe in backend.probes)
    return replace(backend, probes=probes)


Reads = Callable[[Moment, Policy], Event]


def _more(read: Reads) -> Reads:
    """Return a reader that adds them to what the computer tells of programs and updaters."""

    def with_more(at: Moment, policy: Policy) -> Event:
        match read(at, policy):
            case SoftwareSeen(items=items) as seen:
                return replace(seen, items=(*items, *PROGRAMS))
            case UpdatersSeen(updaters=updaters) as seen:
                waits = Updater(program=WAITS, on=True, waits=True, ready=at.wall - WAITED)
                return replace(seen, updaters=(*updaters, waits))
            case other:
                return other

    return with_more
