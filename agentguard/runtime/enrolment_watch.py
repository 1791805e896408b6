"""Sees that a computer was enrolled while its agent ran: the agent begins anew, and reports.

An agent that begins without an enrolment has no way to the endpoint, and its store seals nothing;
both hang on what it began with.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event

from agentguard.ports.clock import Stop
from agentguard.ports.turns import Turns
from agentguard.runtime.stores import ENROLMENT

LOOK = 15.0
"""Seconds between two looks: whoever enrols a desk is told that it reports within a minute."""


def watch_for_enrolment(folder: Path, anew: Event, _stop: Stop) -> Turns:
    """Yield the seconds between looks for the enrolment; set `anew` when it is there."""
    yield LOOK
    while not (folder / ENROLMENT).exists():
        yield LOOK
    anew.set()
