"""What of an agent goes by a clock, and the supervisors of its threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agentguard.base.startup import Starting
from agentguard.engine.loop import Engine
from agentguard.engine.supervisor import Supervisor
from agentguard.model.events import SensorState
from agentguard.platforms import name_thread
from agentguard.ports.clock import Stop
from agentguard.ports.turns import IDLE, Member, Turns
from agentguard.runtime.agent import Parts
from agentguard.runtime.compose_vault import Kept
from agentguard.runtime.drills._runner import Drills
from agentguard.runtime.policy_service import Governor
from agentguard.runtime.timers import by_time
from agentguard.sensors.lived_clock import LivedClock


def supervisor(engine: Engine, patience: float) -> Supervisor:
    """Return who starts an engine's threads, and waits so many seconds for them at the end."""
    return Supervisor(
        clock=engine.clock,
        submit=engine.submit,
        patience=patience,
        known=partial(engine.known().latest, SensorState),
        named=name_thread,
    )


def members(
    parts: Parts, engine: Engine, governor: Governor, kept: Kept, lived: LivedClock, drills: Drills
) -> tuple[Member, ...]:
    """Return what goes by a clock in every agent."""
    clock, journal = parts.computer.clock, parts.storage.journal
    return (
        *by_time(clock, engine.submit, journal, parts.scan),
        *_keeping(kept),
        Member(name="drills", begin=drills.turns, bell=drills.bell),
        *_watchers(parts.computer.starting, engine, governor, kept, lived),
    )


def _keeping(kept: Kept) -> tuple[Member, ...]:
    holds = Member(name="holds", begin=lambda _stop: kept.holds.turns())
    return (holds, Member(name="renewing", begin=kept.renewing.turns))


def _watchers(
    starting: Starting, engine: Engine, governor: Governor, kept: Kept, lived: LivedClock
) -> tuple[Member, ...]:
    def one(name: str, make: Callable[[], Callable[[Stop], Turns]]) -> Member:
        return Member(name=name, begin=starting.room(name, make, lambda _why: _resting))

    return (
        one("lived", lambda: lambda _stop: lived.turns(engine.submit)),
        one("policy", lambda: lambda _stop: governor.turns(engine)),
        one("self-test", lambda: partial(kept.self_test.turns, engine.submit)),
    )


def _resting(_stop: Stop) -> Turns:
    """Stand in for turns that could not be made."""
    while True:
        yield IDLE
