"""Idle time and lock state to events: each second looked at, told only when something changed."""

from __future__ import annotations

from dataclasses import replace

from agentguard.model.events import SessionState
from agentguard.model.locking import SteadyInput
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Session, SessionReading
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import Turns, alone
from agentguard.sensors.absent_sensor import watching_state
from agentguard.sensors.idle import BelievedIdle
from agentguard.sensors.input_rhythm import TIMES, Rhythm

NAME = "session"
EVERY = 1.0  # seconds between two looks
STEP = 5.0  # seconds of idle time that are worth telling
REMIND = 60.0  # seconds after which an unchanged session is told again


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
