"""The sensors of one desktop: each capability's own, or what says that it is absent."""

from __future__ import annotations

from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent, Backend
from agentguard.ports.sensor import Sensor
from agentguard.sensors import call, clipboard, foreground, session
from agentguard.sensors.absent import AbsentSensor


def desktop_sensors(
    backend: Backend, judge: clipboard.Judge, clock: Clock
) -> tuple[Sensor, Sensor, Sensor, Sensor]:
    """Give the sensors session, clipboard, foreground and call."""
    return (
        _session(backend, clock),
        _clipboard(backend, judge, clock),
        _foreground(backend, clock),
        _call(backend, clock),
    )


def _session(backend: Backend, clock: Clock) -> Sensor:
    if isinstance(backend.session, Absent):
        return AbsentSensor(session.NAME, backend.session.reason, clock)
    return session.SessionSensor(backend.session, clock)


def _clipboard(backend: Backend, judge: clipboard.Judge, clock: Clock) -> Sensor:
    if isinstance(backend.clipboard, Absent):
        return AbsentSensor(clipboard.NAME, backend.clipboard.reason, clock)
    return clipboard.ClipboardSensor(backend.clipboard, judge, clock)


def _foreground(backend: Backend, clock: Clock) -> Sensor:
    if isinstance(backend.foreground, Absent):
        return AbsentSensor(foreground.NAME, backend.foreground.reason, clock)
    return foreground.ForegroundSensor(backend.foreground, clock)


def _call(backend: Backend, clock: Clock) -> Sensor:
    if isinstance(backend.calls, Absent):
        return AbsentSensor(call.NAME, backend.calls.reason, clock)
    return call.CallSensor(backend.calls, clock)
