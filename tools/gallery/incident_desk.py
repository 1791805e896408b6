"""What a simulated desk does about incidents, card data that was found, and the shift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from agentguard.model.guided import Cause, Ending, Found, Response
from agentguard.model.handover import CleanDesk, Tick
from agentguard.model.incidents import Answers, Draft, Reported, attached
from agentguard.model.messages import Message, say
from agentguard.model.snapshot import Snapshot

NUMBER = "T7HH-DKM2"
RIGHT_CODE = "482913"


class Shown(Protocol):
    """Whose snapshot is changed; `report` is the last one that left."""

    report: str

    def snapshot(self) -> Snapshot:
        """Return the present picture."""
        ...

    def show(self, snapshot: Snapshot) -> None:
        """Bring a new one."""
        ...


class SimulatedIncidents:
    """Keeps what was reported, and shows it at once; `lost` swallows the first so many."""

    def __init__(self, desk: Shown) -> None:
        self._desk = desk
        self.told: list[Draft] = []
        self.lost = 0
        self.looks = 0
        self.broken = False
        self.asks = False
        self.mask: Callable[[str], str] = str

    def draft(self, answers: Answers) -> Draft:
        """Return it with a made-up number."""
        seen = self._desk.snapshot()
        said = replace(answers, note=self.mask(answers.note))
        there = attached(seen.controls, len(seen.findings))
        return Draft(number=NUMBER, answers=said, attached=there)

    def report(self, draft: Draft) -> None:
        """Keep it, and show that it is written down."""
        self.told.append(draft)
        if self.lost:
            self.lost -= 1
            return
        seen = self._desk.snapshot()
        one = Reported(number=draft.number, category=draft.answers.category, at=seen.at)
        others = (r for r in seen.reported if r.number != one.number)
        self._desk.show(replace(seen, reported=(one, *others)))

    def respond(self, path: str) -> None:
        """Begin a response to a file without codes."""
        seen = self._desk.snapshot()
        one = Response(number=NUMBER, path=path, begun=seen.at, found=Found.NO)
        self._desk.show(replace(seen, responses=(one, *seen.responses)))

    def hold(self, number: str) -> Message:
        """Hold it, unless it is broken."""
        if self.broken:
            return say("guided.not-held", why="The file is in use.")
        self._change(number, held=self._desk.snapshot().at)
        return say("guided.held-now")

    def delete(self, number: str, code: str) -> Message:
        """Delete it; where a code is asked for, for the right one."""
        if self.asks and code != RIGHT_CODE:
            return say("prompt.not-removed", why="")
        self._change(number, ending=Ending.DELETED, ended=self._desk.snapshot().at)
        return say("prompt.removed")

    def look(self) -> None:
        """Count that it was asked for."""
        self.looks += 1

    def keep(self, number: str) -> None:
        """Keep it."""
        self._change(number, ending=Ending.KEPT, ended=self._desk.snapshot().at)

    def tell_cause(self, number: str, cause: Cause) -> None:
        """Take the cause."""
        self._change(number, cause=cause, caused=self._desk.snapshot().at)

    def _change(self, number: str, **steps: Any) -> None:
        seen = self._desk.snapshot()
        changed = tuple(
            replace(one, **steps) if one.number == number else one for one in seen.responses
        )
        self._desk.show(replace(seen, responses=changed))


class SimulatedShifts:
    """Keeps what was said of shifts."""

    def __init__(self, desk: Shown) -> None:
        self._desk = desk
        self.files: int | None = 3
        self.begun: list[tuple[int, int]] = []
        self.handed: list[tuple[frozenset[Tick], int | None]] = []
        self.looks: list[frozenset[Tick]] = []

    def downloads(self) -> int | None:
        """Return what was set."""
        return self.files

    def begin(self, *, not_ready: int, unknown: int) -> None:
        """Keep it."""
        self.begun.append((not_ready, unknown))
        self._shift(used=self._desk.snapshot().at, begun=self._desk.snapshot().at)

    def hand_over(self, ticks: frozenset[Tick], downloads: int | None) -> None:
        """Keep it; nothing of the person is left."""
        self.handed.append((ticks, downloads))
        self._shift(used=None, begun=None, handed=self._desk.snapshot().at)
        self._desk.report = ""
        self._desk.show(replace(self._desk.snapshot(), inbox=()))

    def look_at_desk(self, ticks: frozenset[Tick]) -> None:
        """Keep it."""
        self.looks.append(ticks)
        at = self._desk.snapshot().at
        self._shift(clean=CleanDesk(day="2026-07-14", offered=at, asked=at, answered=at))

    def _shift(self, **changed: Any) -> None:
        seen = self._desk.snapshot()
        shift = replace(seen.shift, **changed)
        self._desk.show(replace(seen, shift=shift))
