"""Which process is the agent of a session: known by its number and its start, while it lives.

A number alone comes again, and a second program that guards, such as one from the start menu beside
the one that the system started, is not the session's agent: it gives way to the first by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

Started = Mapping[int, float]
"""When each process of a session that guards was started, by its number; any unit."""


class Agents:
    """Remembers the agent of each session between two looks."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def chosen(self, found: Mapping[str, Started]) -> dict[str, str]:
        """Return the agent of each session: the known one while it is there, else the oldest."""
        self._known = {
            session: _chosen(started, self._known.get(session, ""))
            for session, started in found.items()
            if started
        }
        return dict(self._known)


def _chosen(started: Started, known: str) -> str:
    every = [_name(at, pid) for at, pid in sorted((at, pid) for pid, at in started.items())]
    return known if known in every else every[0]


def _name(at: float, pid: int) -> str:
    return f"{pid} {at:.3f}"
