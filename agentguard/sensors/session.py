"""Idle time and lock state to events: each second looked at, told only when something changed.

A source of idle time may change, begin to answer, follow the wall clock, or still count from before
a switch of users or a reconnected remote session. A lock may come from none of that, so these rules
hold for what is told:

- idle time grows no faster than the boot clock and is never below nothing; where a source says
  so, counting goes on from here;
- it begins anew when the source was away, when the session comes to the front or is unlocked, for
  a person did that; a session that is told to be open after nobody knew whether it was locked (the
  remote desktop was switched meanwhile) counts as unlocked;
- a source that tells the same time for 10 s stands still, and tells nothing: with input it would
  tell less, without more;
- the first reading of all counts as it is, so that a restart of the agent gives no time away; but a
  stamp of the future, which in ticks of 32 bits looks like weeks, is no idle time.

Input at the same distance again and again, as of a jiggler, is told too. Only the moments of the
last input are looked at, which the idle time tells; never what was typed or where the mouse was. A
jiggler that waits for random times is not found; this is advice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from agentguard.model.events import SessionState
from agentguard.model.locking import SteadyInput
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Session, SessionReading
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import Turns, alone
from agentguard.sensors.absent_sensor import watching_state

NAME = "session"
EVERY = 1.0  # seconds between two looks
STEP = 5.0  # seconds of idle time that are worth telling
REMIND = 60.0  # seconds after which an unchanged session is told again
HALF = 2**31 / 1000
"""Seconds of half the ticks of 32 bits: what lies further back lies in the future, if anywhere."""
SLACK = 2.0
"""Seconds by which two clocks may differ without one of them being wrong."""
STANDS, STANDING = 10.0, 5.0
"""Seconds after which a source that tells one time stands still, and from which time on: one that
is asked each second may well find fresh input each time."""
MOVES = 0.5
"""Seconds within which two idle times are one."""
TIMES = 20
"""So many distances in a row must be alike."""
SHORTEST = 5.0
"""Seconds: people who work make shorter pauses all the time."""
ALIKE = 0.5
"""Seconds by which distances may differ, and as many hundredths of the longest."""
SAME = 0.25
"""Seconds within which two readings tell of the same input."""


class SessionSensor:
    """Tells the session when its lock changes or its idle time crosses a step of 5 s.

    The idle time is the one that can be believed; see `idle`. An even rhythm of input is told too.
    """

    name = NAME

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._idle = BelievedIdle()
        self._rhythm = Rhythm()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look each second; a PlatformError of the session ends the watch."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Look each second."""
        told: tuple[object, ...] | None = None
        told_at: Moment | None = None
        self._idle.gap()
        while True:
            read = self._session.read()
            now = self._clock.now()
            self._look_for_rhythm(read, now, submit)
            reading = replace(read, idle=self._idle.see(read, now))
            if told_at is None:
                submit(watching_state(self.name, self._clock))
            if told_at is None or told != _gist(reading) or now.since(told_at) >= REMIND:
                told, told_at = _gist(reading), now
                submit(
                    SessionState(
                        at=now,
                        locked=reading.locked,
                        idle=reading.idle,
                        source=reading.source,
                        active=reading.active,
                    )
                )
            yield EVERY

    def _look_for_rhythm(self, reading: SessionReading, now: Moment, submit: Submit) -> None:
        if self._rhythm.see(reading.idle, now):
            seconds = self._rhythm.seconds
            submit(SteadyInput(at=now, seconds=seconds, times=TIMES if seconds else 0))


def _gist(reading: SessionReading) -> tuple[object, ...]:
    """Return what must differ before a reading is told again."""
    step = None if reading.idle is None else int(reading.idle // STEP)
    return (reading.locked, reading.active, step, reading.source)


class BelievedIdle:
    """Gives the idle time to believe; `see` takes every reading in order."""

    def __init__(self) -> None:
        self._last: SessionReading | None = None
        self._at: Moment | None = None
        self._idle: float | None = None
        self._still: tuple[float, Moment] | None = None

    def gap(self) -> None:
        """Know that nothing was read for a while."""
        if self._at is not None:
            self._idle = None

    def see(self, reading: SessionReading, now: Moment) -> float | None:
        """Return the seconds without input; None while no source tells them."""
        before, at = self._last, self._at
        self._last, self._at = reading, now
        if reading.idle is None or self._stands(reading.idle, now):
            self._idle = None
        elif before is None or at is None:
            can_be = reading.idle <= max(now.boot + SLACK, HALF)
            self._idle = max(0.0, reading.idle) if can_be else 0.0
        elif self._idle is None or _person_came(before, reading):
            self._idle = 0.0
        else:
            most = self._idle + max(0.0, now.since(at))
            self._idle = reading.idle if 0 <= reading.idle <= most + SLACK else most
        return self._idle

    def _stands(self, idle: float, now: Moment) -> bool:
        """Check whether the source has told one time for so long that it stands still."""
        if self._still is None or idle < STANDING or abs(idle - self._still[0]) > MOVES:
            self._still = (idle, now)
        return idle >= STANDING and now.since(self._still[1]) >= STANDS


def _person_came(before: SessionReading, now: SessionReading) -> bool:
    """Check whether somebody must have been there in between."""
    unlocked = before.locked is not False and now.locked is False
    return unlocked or (before.active is False and now.active is not False)


class Rhythm:
    """Takes every reading of idle time, and tells when an even rhythm begins or ends."""

    def __init__(self) -> None:
        self._input: float | None = None
        self._gaps: deque[float] = deque(maxlen=TIMES)
        self._even = False

    @property
    def seconds(self) -> int:
        """The distance of the inputs, rounded; 0 when there is no even rhythm."""
        return round(sum(self._gaps) / len(self._gaps)) if self._even else 0

    def see(self, idle: float | None, now: Moment) -> bool:
        """Take a reading; tell whether the rhythm began or ended with it."""
        if idle is None:
            self._input = None
            return self._became(even=False)
        moment = now.boot - idle
        if self._input is None:
            self._input = moment
        elif moment > self._input + SAME:
            self._gaps.append(moment - self._input)
            self._input = moment
            return self._became(even=self._is_even())
        elif self._even and idle > 2 * max(self._gaps):
            return self._became(even=False)
        return False

    def _became(self, *, even: bool) -> bool:
        changed, self._even = even != self._even, even
        if not even and changed:
            self._gaps.clear()
        return changed

    def _is_even(self) -> bool:
        if len(self._gaps) < TIMES or min(self._gaps) < SHORTEST:
            return False
        longest = max(self._gaps)
        return longest - min(self._gaps) <= ALIKE + longest * ALIKE / 100
