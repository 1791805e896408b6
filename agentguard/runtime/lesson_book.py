"""The lessons of this desk as the uplink knows them: told, joined, and judged anew at once."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.engine import attention_memory
from agentguard.model.lessons import Coached, Entry, Kept
from agentguard.ports.clock import Clock
from agentguard.ports.sensor import Submit
from agentguard.sensors.training import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLessons:
    """Implements `uplink.lessons.LessonBook`."""

    training: Training
    submit: Submit
    clock: Clock

    def names(self) -> bool:
        """Check whether reports may name the person."""
        return self.training.policy().reports.person

    def entries(self) -> tuple[Entry, ...]:
        """Return the lessons with what is known of each."""
        return self.training.entries(self.clock.now())

    def coached(self) -> tuple[Coached, ...]:
        """Return how often coaching was read here in the last month, by control and day."""
        return attention_memory.learned(self.training.journal, self.clock.now())

    def take(self, other: Kept) -> None:
        """Join what the endpoint knows, and have it judged where it is new.

        Raises:
            StoreError: it could not be written; nothing of it counts.

        """
        if self.training.take(other):
            self.submit(self.training.seen(self.clock.now()))
