"""The sensors of one desktop: each capability's own, or what says that it is absent."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.base.startup import Starting
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent, Backend, Spared, nobody
from agentguard.ports.foreground import Sort, unsorted
from agentguard.ports.sensor import Sensor
from agentguard.sensors import (
    call,
    capture,
    clipboard,
    clipboard_history,
    foreground,
    security_keys,
    session,
)
from agentguard.sensors.absent_sensor import AbsentSensor, stand_in


def desktop_sensors(
    backend: Backend,
    judge: clipboard.Judge,
    clock: Clock,
    known: clipboard.Judge = clipboard.nothing_known,
    told: call.Told | None = None,
    *,
    sort: Sort = unsorted,
    spared: Spared = nobody,
    starting: Starting | None = None,
) -> tuple[Sensor, ...]:
    """Return the sensor of each capability, and front where it can be seen.

    One that cannot be made is absent, and noted in `starting`; the others watch.
    """
    room, heard = (starting or Starting()).room, foreground.Heard()

    def one(name: str, make: Callable[[], Sensor]) -> Sensor:
        return room(name, make, stand_in(name, clock))

    def some(name: str, make: Callable[[], tuple[Sensor, ...]]) -> tuple[Sensor, ...]:
        return room(name, make, lambda why: (AbsentSensor(name, why, clock),))

    return (
        one(session.NAME, lambda: _session(backend, clock)),
        one(clipboard.NAME, lambda: _clipboard(backend, judge, clock, known, spared)),
        one(foreground.NAME, lambda: _foreground(backend, heard, clock, sort)),
        one(call.NAME, lambda: call.CallSensor(backend.calls, clock, told)),
        one(capture.NAME, lambda: capture.CaptureSensor(backend.capture, clock)),
        *some(clipboard_history.NAME, lambda: _history(backend, clock)),
        *some(foreground.FRONT, lambda: _front(backend, heard, clock)),
        *some(security_keys.NAME, lambda: _socket(backend, clock)),
    )


def _front(backend: Backend, heard: foreground.Heard, clock: Clock) -> tuple[Sensor, ...]:
    if isinstance(backend.foreground, Absent):
        return ()
    return (foreground.FrontSensor(heard, clock),)


def _socket(backend: Backend, clock: Clock) -> tuple[Sensor, ...]:
    found = backend.authenticator
    return () if isinstance(found, Absent) else (security_keys.SocketSensor(found, clock),)


def _session(backend: Backend, clock: Clock) -> Sensor:
    if isinstance(backend.session, Absent):
        return AbsentSensor(session.NAME, backend.session.reason, clock)
    return session.SessionSensor(backend.session, clock)


def _clipboard(
    backend: Backend,
    judge: clipboard.Judge,
    clock: Clock,
    known: clipboard.Judge,
    spared: Spared,
) -> Sensor:
    if isinstance(backend.clipboard, Absent):
        return AbsentSensor(clipboard.NAME, backend.clipboard.reason, clock)
    return clipboard.ClipboardSensor(backend.clipboard, judge, clock, known=known, spared=spared)


def _history(backend: Backend, clock: Clock) -> tuple[Sensor, ...]:
    history = backend.clipboard_history
    return () if history is None else (clipboard_history.HistorySensor(history, clock),)


def _foreground(backend: Backend, heard: foreground.Heard, clock: Clock, sort: Sort) -> Sensor:
    if isinstance(backend.foreground, Absent):
        return AbsentSensor(foreground.NAME, backend.foreground.reason, clock)
    return foreground.ForegroundSensor(backend.foreground, heard, clock, sort=sort)
