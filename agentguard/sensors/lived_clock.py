"""The clock that whatever removes, expires or rotates is judged by: time that was lived through.

It looks at the two clocks every few seconds and writes down what was lived, so that a start under
a wrong clock is seen: that is news, and never a reason to remove anything (`model.lived_time`).
What the wall clock alone claims, which may jump, is believed for telling an age.
"""

from __future__ import annotations

import logging
import threading

from agentguard.base.errors import StoreError
from agentguard.model import lived_time
from agentguard.model.facts import ClockSeen
from agentguard.model.lived_time import AGREE, DAY, KEY, LONGEST_OFF
from agentguard.model.moments import CALM, Moment, Wall
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Turns, alone

LOG = logging.getLogger(__name__)
LOOK = 5.0
KEEP = 60.0
"""Seconds between two looks at the clocks, and until what was lived is written down again."""
JUMP = 5.0
STEADY = DAY


class LenientWall:
    """Wall time for telling an age: after a jump, the earlier of the two readings for a day.

    It believes the clock of the start; whether something is old enough to be removed is judged by
    `sensors.lived_clock`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        now = clock.now()
        self._believed = self._last = now.wall - now.boot
        self._steady_since = now.boot

    def now(self) -> float:
        """Return the wall time that ages are told by."""
        now = self._clock.now()
        offset = now.wall - now.boot
        if abs(offset - self._last) > JUMP:
            self._steady_since = now.boot
        self._last = offset
        settled = now.boot - self._steady_since >= STEADY
        if settled or offset - self._believed <= JUMP:
            self._believed = offset
        return self._believed + now.boot


class LivedClock:
    """Tells how old a stamp of the wall clock surely is; any thread may ask.

    `boot_id` tells one start of the computer from another, empty where nothing does; `floor` is a
    time that is surely over, such as the day the program was made (seconds since 1970).
    """

    def __init__(self, journal: Journal, clock: Clock, *, boot_id: str, floor: float) -> None:
        self._journal = journal
        self._clock = clock
        self._boot_id = boot_id
        self._claimed = LenientWall(clock)
        self._lock = threading.Lock()
        at = clock.now()
        before = lived_time.read(journal.memory(KEY).get(KEY))
        self._started = at
        self._doubt = lived_time.leapt(before, boot_id, at) if before is not None else 0.0
        self._lived = (
            lived_time.seen(before, boot_id, at)
            if before is not None
            else lived_time.begun(boot_id, at, floor)
        )
        self._kept: tuple[int, float] | None = None

    @property
    def doubt(self) -> float:
        """The seconds by which the clock of this start is off all that is plausible; 0 if known."""
        return self._doubt

    def claimed(self) -> float:
        """Return the wall time that ages are told by; it is this computer's word alone."""
        with self._lock:
            return self._claimed.now()

    def lived(self) -> float:
        """Return the seconds that were surely lived through since the record began."""
        with self._lock:
            self._look()
            return self._lived.now

    def age(self, stamp: float) -> float:
        """Return the seconds since a stamp (seconds since 1970) that were surely lived through."""
        with self._lock:
            self._look()
            return max(0.0, min(self._claimed.now() - stamp, self._lived.age(stamp)))

    def told(self, said: float) -> None:
        """Take a time that the endpoint has signed, seconds since 1970."""
        with self._lock:
            self._look()
            self._lived = lived_time.heard(self._lived, said)
            if abs(self._lived.wall - said) <= AGREE:
                self._doubt = 0.0

    def before(self) -> Wall | None:
        """Return what the engine is to think of a wall clock that is in doubt; None when it is not.

        Dates are read by both clocks for a day, as after a step.
        """
        if not self._doubt:
            return None
        at = self._started
        ahead = at.wall - at.boot
        return Wall(believed=ahead, last=ahead, trusted=ahead - self._doubt, since=at.boot)

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look and write down until `stop` is set; tell of a doubt, and of its end."""
        alone(self.turns(submit), self._clock, stop)

    def turns(self, submit: Submit) -> Turns:
        """Look and write down, also at the end; tell of a doubt, and when it is over."""
        told: float | None = None
        try:
            while True:
                doubt = self.look()
                if doubt != told and (doubt or told):
                    submit(ClockSeen(at=self._clock.now(), seconds=doubt, before=self.before()))
                told = doubt
                yield LOOK
        finally:
            self.keep()

    def look(self) -> float:
        """Look at the clocks, and write down what was lived when it is time; give the doubt."""
        with self._lock:
            self._look()
            now, kept = self._lived, self._kept
            due = kept is None or kept[0] != len(now.stretches) or now.boot - kept[1] >= KEEP
        if due:
            self.keep()
        return self._doubt

    def keep(self) -> None:
        """Write down what was lived; what cannot be written is tried again."""
        with self._lock:
            now = self._lived
        try:
            self._journal.commit((), {KEY: lived_time.written(now)})
        except StoreError as error:
            LOG.warning("the time that was lived could not be kept: %s", type(error).__name__)
            return
        self._kept = (len(now.stretches), now.boot)

    def _look(self) -> None:
        at = self._clock.now()
        self._claimed.now()  # it sees a step when it is asked
        self._lived = lived_time.seen(self._lived, self._boot_id, at)
        if self._doubt and self._over(at):
            self._doubt = 0.0

    def _over(self, at: Moment) -> bool:
        """Check whether the clock was set to what is plausible, or has been calm for a day."""
        left = self._doubt + (at.wall - self._started.wall) - at.since(self._started)
        plausible = -lived_time.BACK <= left <= LONGEST_OFF
        return plausible or at.since(self._started) >= CALM
