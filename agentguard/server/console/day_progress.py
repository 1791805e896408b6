"""How far the first day is, for the line above every page of an administrator until it is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from agentguard.server.first_day import first_steps
from agentguard.server.first_day.first_steps import State, Step
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.database import Database

BELIEVED = 60.0  # seconds that a day that is over is not looked at again for other pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many steps there are, and how many are done or may be left out."""

    done: int
    every: int

    @property
    def left(self) -> int:
        """How many steps are open."""
        return self.every - self.done


@dataclass(frozen=True, slots=True)
class DayProgress:
    """Looks at each page while a step is open, and once a minute afterwards."""

    _over: dict[str, float] = field(default_factory=dict)

    async def seen(self, database: Database, settings: ServerSettings, now: float) -> Progress:
        """Return how far the day is."""
        at = self._over.get("at")
        if at is not None and 0 <= now - at < BELIEVED:
            return Progress(done=0, every=0)
        steps = await database.read(lambda c: every_step(c, settings, now, counted=False))
        found = progress(steps)
        if found.left:
            self._over.clear()
        else:
            self._over["at"] = now
        return found


def every_step(
    connection: Connection, settings: ServerSettings, now: float, *, counted: bool = True
) -> list[Step]:
    """Return the steps of the set-up, and the last one: a desk that reported."""
    steps = first_steps.look(connection, settings, now, counted=counted)
    return [*steps, first_steps.reported(connection, counted=counted)]


def progress(steps: list[Step]) -> Progress:
    """Count the steps."""
    open_ = sum(one.state is State.OPEN for one in steps)
    return Progress(done=len(steps) - open_, every=len(steps))
