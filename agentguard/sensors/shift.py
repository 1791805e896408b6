"""The end of a shift by the clock on the wall, as the policy has it; a live call ends first.

Only time that really passed counts: a clock that is set over the hour ends no shift.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from agentguard.model.locking import ShiftEnded, ShiftEnder
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.turns import Turns, alone

NAME = "shift"
EVERY = 15.0  # seconds between two looks
SET = 30.0  # seconds by which the two clocks go apart when one was set

DAY = timedelta(days=1)


def local(wall: float) -> datetime:
    """Return the time on the wall, without its zone."""
    return datetime.fromtimestamp(wall, UTC).astimezone().replace(tzinfo=None)


class ShiftSensor:
    """Tells the end once, also one that came while the computer slept; `busy` holds it back."""

    name = NAME

    def __init__(
        self,
        policy: PolicySource,
        clock: Clock,
        busy: Callable[[], bool],
        local: Callable[[float], datetime] = local,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._busy = busy
        self._local = local
        self._told: dict[str, date] = {}

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look until `stop` is set."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Look at the clock on the wall."""
        before, due = self._clock.now(), False
        while True:
            yield EVERY
            now = self._clock.now()
            due = self._passed(before, now) or due
            before = now
            if due and not self._busy():
                submit(ShiftEnded(at=now, by=ShiftEnder.SCHEDULE))
                due = False

    def _passed(self, before: Moment, now: Moment) -> bool:
        """Check whether an end was passed; the hour that a change of time repeats counts once."""
        went = now.wall - before.wall
        if went <= 0 or abs(went - now.since(before)) > SET:
            return False
        begin, end = self._local(before.wall), self._local(now.wall)
        due = [word for word in self._policy().shift.ends if self._is_due(word, begin, end)]
        self._told.update(dict.fromkeys(due, end.date()))
        return bool(due)

    def _is_due(self, word: str, begin: datetime, end: datetime) -> bool:
        if end - begin >= DAY:
            return True
        days = (day for day in {begin.date(), end.date()} if self._told.get(word) != day)
        hour = time.fromisoformat(word)
        return any(begin < datetime.combine(day, hour) <= end for day in days)
