"""What this desk remembers of its lessons, and when the question of what is due comes up."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.base import lessons
from agentguard.model.facts import TrainingSeen
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal, Memory
from agentguard.ports.turns import Turns, alone

KNOWN = "lesson-known/"
RIGHT = "lesson/"
DAILY = 24 * 3600.0


@dataclass(slots=True, kw_only=True)
class Training:
    """The sensor of the training; right answers are remembered by the engine's own record."""

    journal: Journal
    clock: Clock
    _answers: lessons.Answers | None = None

    @property
    def name(self) -> str:
        """The sensor's id."""
        return "training"

    def run(self, submit: Submit, stop: Stop) -> None:
        """Tell what is due at the start and once a day."""
        alone(self.turns(submit, stop), self.clock, stop)

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Yield the seconds until it tells again what is due, day by day."""
        while True:
            self.look(submit, stop)
            yield DAILY

    def look(self, submit: Submit, stop: Stop) -> None:
        """Tell once what is due."""
        if not stop.is_set():
            submit(self.seen(self.clock.now()))

    def seen(self, at: Moment) -> TrainingSeen:
        """Return the lessons with their records; one that is new here is known from now on."""
        return lessons.training(at, lessons.load(), self._remembered(at))

    def answered(self, lesson: str, at: Moment) -> None:
        """Count a right answer from now on."""
        before = self._remembered(at)
        self._answers = lessons.Answers(known=before.known, right={**before.right, lesson: at.wall})

    def _remembered(self, at: Moment) -> lessons.Answers:
        if self._answers is None:
            known = _walls(KNOWN, self.journal.memory(KNOWN))
            new = {one.id: at.wall for one in lessons.load() if one.id not in known}
            if new:
                self.journal.commit((), {f"{KNOWN}{id_}": wall for id_, wall in new.items()})
            right = _walls(RIGHT, self.journal.memory(RIGHT))
            self._answers = lessons.Answers(known={**new, **known}, right=right)
        return self._answers


def _walls(prefix: str, memory: Memory) -> dict[str, float]:
    return {
        key.removeprefix(prefix): float(value)
        for key, value in memory.items()
        if isinstance(value, int | float)
    }
