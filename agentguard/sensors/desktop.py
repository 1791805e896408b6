"""The sensors of one desktop: each capability's own, or what says that it is absent."""

from __future__ import annotations

from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent, Backend
from agentguard.ports.foreground import Sort, unsorted
from agentguard.ports.sensor import Sensor
from agentguard.sensors import call, clipboard, foreground, session
from agentguard.sensors.absent import AbsentSensor
from agentguard.sensors.capture import CaptureSensor
from agentguard.sensors.front import FrontSensor, Hearing
from agentguard.sensors.socket import SocketSensor


def desktop_sensors(
    backend: Backend,
    judge: clipboard.Judge,
    clock: Clock,
    known: clipboard.Judge = clipboard.nothing_known,
    told: call.Told | None = None,
    *,
    sort: Sort = unsorted,
) -> tuple[Sensor, ...]:
    """Give the sensor of each capability, and front where it can be seen."""
    return (
        _session(backend, clock),
        _clipboard(backend, judge, clock, known),
        _foreground(backend, clock, sort),
        call.CallSensor(backend.calls, clock, told),
        CaptureSensor(backend.capture, clock),
        *_front(backend, clock),
        *_socket(backend, clock),
    )


def _front(backend: Backend, clock: Clock) -> tuple[Sensor, ...]:
    if isinstance(backend.foreground, Absent):
        return ()
    heard = Hearing(backend.foreground)
    return heard, FrontSensor(heard, clock)


def _socket(backend: Backend, clock: Clock) -> tuple[Sensor, ...]:
    found = backend.authenticator
    return () if isinstance(found, Absent) else (SocketSensor(found, clock),)


def _session(backend: Backend, clock: Clock) -> Sensor:
    if isinstance(backend.session, Absent):
        return AbsentSensor(session.NAME, backend.session.reason, clock)
    return session.SessionSensor(backend.session, clock)


def _clipboard(
    backend: Backend, judge: clipboard.Judge, clock: Clock, known: clipboard.Judge
) -> Sensor:
    if isinstance(backend.clipboard, Absent):
        return AbsentSensor(clipboard.NAME, backend.clipboard.reason, clock)
    return clipboard.ClipboardSensor(backend.clipboard, judge, clock, known=known)


def _foreground(backend: Backend, clock: Clock, sort: Sort) -> Sensor:
    if isinstance(backend.foreground, Absent):
        return AbsentSensor(foreground.NAME, backend.foreground.reason, clock)
    return foreground.ForegroundSensor(backend.foreground, clock, sort=sort)
