"""The end of a shift by the clock on the wall, as the policy has it; a live call ends first.

Only time that really passed counts: a clock that is set over the hour ends no shift. Each day it is
drawn whether the person is asked to look at the desk.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from agentguard.base.errors import StoreError
from agentguard.model.handover import CleanDeskDrawn, is_drawn
from agentguard.model.locking import ShiftEnded, ShiftEnder
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Turns, alone

NAME = "shift"
EVERY = 15.0  # seconds between two looks
SET = 30.0  # seconds by which the two clocks go apart when one was set

DAY = timedelta(days=1)


def local(wall: float) -> datetime:
    """Return the time on the wall, without its zone."""
    return datetime.fromtimestamp(wall, UTC).astimezone().replace(tzinfo=None)


KEY = "shift.draw"
KEY_BYTES = 32


class CleanDeskDraw:
    """Draws the days on which a person looks at the desk, by a key that this computer keeps."""

    def __init__(self, journal: Journal, person: str) -> None:
        self._journal = journal
        self._person = person
        self._key = b""

    def __call__(self, day: str, percent: int) -> bool:
        """Check whether a day (ISO 8601) is drawn.

        Raises:
            StoreError: the key could not be kept, so a draw would not come out the same again.

        """
        if percent <= 0:
            return False
        if not self._key:
            self._key = self._kept() or self._made()
        return is_drawn(self._key, self._person, day, percent)

    def _kept(self) -> bytes:
        kept = self._journal.memory(KEY).get(KEY)
        return kept.encode() if isinstance(kept, str) else b""

    def _made(self) -> bytes:
        made = secrets.token_hex(KEY_BYTES)
        self._journal.commit((), {KEY: made})
        return made.encode()


def nobody(_day: str, _percent: int) -> bool:
    """Draw nobody."""
    return False


class ShiftSensor:
    """Tells the end once, also one that came while the computer slept; `busy` holds it back."""

    name = NAME

    def __init__(
        self,
        policy: PolicySource,
        clock: Clock,
        busy: Callable[[], bool],
        local: Callable[[float], datetime] = local,
        draw: Callable[[str, int], bool] = nobody,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._busy = busy
        self._local = local
        self._draw = draw
        self._day = ""
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
            self._look_at_day(now, submit)
            due = self._passed(before, now) or due
            before = now
            if due and not self._busy():
                submit(ShiftEnded(at=now, by=ShiftEnder.SCHEDULE))
                due = False

    def _look_at_day(self, now: Moment, submit: Submit) -> None:
        """Draw once a day, and anew when the policy has another share."""
        day = self._local(now.wall).date().isoformat()
        percent = self._policy().shift.clean_desk_percent
        drawn = f"{day} {percent}"
        if drawn == self._day:
            return
        try:
            if self._draw(day, percent):
                submit(CleanDeskDrawn(at=now, day=day))
        except StoreError:
            return  # it is drawn at the next look
        self._day = drawn

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
