"""Idle time and lock state to events: each second looked at, told only when something changed."""

from __future__ import annotations

from agentguard.model.events import SessionState
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Session, SessionReading
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent import watching_state

NAME = "session"
EVERY = 1.0  # seconds between two looks
STEP = 5.0  # seconds of idle time that are worth telling
REMIND = 60.0  # seconds after which an unchanged session is told again


class SessionSensor:
    """Tells the session when its lock changes or its idle time crosses a step of 5 s."""

    name = NAME

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look each second; a PlatformError of the session ends the watch."""
        told: tuple[object, ...] | None = None
        told_at: Moment | None = None
        while not stop.is_set():
            reading = self._session.read()
            now = self._clock.now()
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
            self._clock.wait(stop, EVERY)


def _gist(reading: SessionReading) -> tuple[object, ...]:
    """Give what must differ before a reading is told again."""
    step = None if reading.idle is None else int(reading.idle // STEP)
    return (reading.locked, reading.active, step, reading.source)
