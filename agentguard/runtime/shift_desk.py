"""What a person at the desk does at the beginning and the end of a shift."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from agentguard.engine.loop import Engine
from agentguard.model.handover import CleanDeskAnswered, HandedOver, ShiftBegun, Tick
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import OTHERS, State
from agentguard.ports.clock import Clock

CLIPBOARD = "clipboard"
_NO_FILES = frozenset({"desktop.ini", "thumbs.db"})


def downloads_folder() -> Path:
    """Return where this person's programs put what they download."""
    return Path(platformdirs.user_downloads_dir())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDesk:
    """Implements `ports.people.Shifts` over the engine."""

    engine: Engine
    clock: Clock
    report_now: Callable[[], None]
    folder: Callable[[], Path] = downloads_folder

    def downloads(self) -> int | None:
        """Count what lies in the downloads folder; None where it cannot be looked at."""
        try:
            names = [one.name for one in self.folder().iterdir()]
        except OSError:
            return None
        return sum(not n.startswith(".") and n.lower() not in _NO_FILES for n in names)

    def begin(self, *, not_ready: int, unknown: int) -> None:
        """Begin a shift."""
        at = self.clock.now()
        self.engine.submit(ShiftBegun(at=at, not_ready=not_ready, unknown=unknown))
        self.report_now()

    def hand_over(self, ticks: frozenset[Tick], downloads: int | None) -> None:
        """Hand the desk over, with what is known of it now."""
        seen = self.engine.snapshot()
        hers = [one for one in seen.findings if one.owner not in OTHERS]
        self.engine.submit(
            HandedOver(
                at=self.clock.now(),
                ticks=ticks,
                findings=len(hers),
                downloads=downloads,
                clipboard=_on_clipboard(seen),
            )
        )
        self.report_now()

    def look_at_desk(self, ticks: frozenset[Tick]) -> None:
        """Attest a clean desk, as far as it is one."""
        self.engine.submit(CleanDeskAnswered(at=self.clock.now(), ticks=ticks))


def own_report(report: str, seen: Snapshot) -> str:
    """Return a report in which nothing of the person before the last handover stands, or nothing.

    It may hold what that person wrote of an incident; the next report follows within minutes.
    """
    handed = seen.shift.handed
    if not report or handed is None or not seen.policy.shift.shared:
        return report
    told = json.loads(report)
    times = (told.get("sent_at", ""), *(one.get("at", "") for one in told.get("events", ())))
    return report if min(times) > handed.iso else ""


def _on_clipboard(seen: Snapshot) -> bool | None:
    state = next((one.state for one in seen.controls if one.check == CLIPBOARD), State.UNKNOWN)
    return {State.FAIL: True, State.PASS: False}.get(state)
