"""What happens by time alone: the tick, and the daily look at the agent's own journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agentguard.model.events import JournalChecked, SensorsAlive, Tick
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Turns, alone

TICK = 1.0
PULSE = 60.0
AUDIT = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """Submits a Tick each second of the boot clock."""

    clock: Clock
    submit: Submit

    def run(self, stop: Stop) -> None:
        """Tick until `stop` is set."""
        alone(self.turns(), self.clock, stop)

    def turns(self) -> Turns:
        """Tick, second by second."""
        while True:
            yield TICK
            self.submit(Tick(at=self.clock.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Tells once a minute which sensors' threads run; `alive` gives their names."""

    clock: Clock
    submit: Submit
    alive: Callable[[], frozenset[str]]

    def run(self, stop: Stop) -> None:
        """Tell until `stop` is set."""
        alone(self.turns(), self.clock, stop)

    def turns(self) -> Turns:
        """Tell, minute by minute."""
        while True:
            yield PULSE
            self.submit(SensorsAlive(at=self.clock.now(), names=self.alive()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Verifies the journal at the start and once a day."""

    clock: Clock
    submit: Submit
    journal: Journal

    def run(self, stop: Stop) -> None:
        """Verify until `stop` is set."""
        alone(self.turns(), self.clock, stop)

    def turns(self) -> Turns:
        """Verify, day by day."""
        while True:
            entries, whole = self.journal.verify()
            self.submit(JournalChecked(at=self.clock.now(), entries=entries, whole=whole))
            yield AUDIT
