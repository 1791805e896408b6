"""Programs that keep a history of what is copied, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.model.facts import ProgramsSeen
from agentguard.model.machine import ClipboardHistorySeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes import programs
from agentguard.ports.desktop import Probe

KEEPERS: Mapping[str, str] = {
    "clipit": "ClipIt",
    "clipman": "clipman",
    "clipmenud": "clipmenu",
    "copyq": "CopyQ",
    "diodon": "Diodon",
    "gpaste-daemon": "GPaste",
    "greenclip": "greenclip",
    "klipper": "Klipper",
    "parcellite": "Parcellite",
    "plasmashell": "Klipper",
    "xfce4-clipman": "Clipman",
}
"""Plasma's shell holds Klipper, which cannot be taken out of it."""


def read_from(running: ProgramsSeen, at: Moment) -> ClipboardHistorySeen:
    """Tell the keepers among the running programs."""
    if running.unread:
        return ClipboardHistorySeen(at=at, unread=running.unread)
    found = tuple(sorted({KEEPERS[name] for name in running.images & KEEPERS.keys()}))
    return ClipboardHistorySeen(at=at, kept=bool(found), products=found)


def read(at: Moment, policy: Policy) -> ClipboardHistorySeen:
    """Look at the running programs."""
    return read_from(programs.read(at, policy), at)


PROBE = Probe(name="clipboard-history", every=3600, read=read)
