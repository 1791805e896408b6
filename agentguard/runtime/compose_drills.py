"""Finds the drills and wires them: what they use of the agent, and what puts them off."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.base import paths
from agentguard.base.plugins import discover
from agentguard.engine.loop import Engine, Known
from agentguard.ports.revival import Drilled
from agentguard.runtime import drills
from agentguard.runtime.agent import Link, Parts
from agentguard.runtime.compose_desk import following
from agentguard.runtime.compose_vault import Kept
from agentguard.runtime.drills._labels import Labels
from agentguard.runtime.drills._runner import Drills
from agentguard.runtime.drills.base import Drill, Rooms
from agentguard.runtime.exception_book import Exceptions
from agentguard.sensors.lived_clock import LivedClock
from agentguard.service import keeper_status


def drills_of(
    parts: Parts, engine: Engine, labels: Labels, kept: Kept, lived: LivedClock, link: Link
) -> Drills:
    """Return the drills of an agent; it touches nothing."""
    known = engine.known()
    return Drills(
        catalogue=drill_catalogue(),
        home=parts.storage.folder,
        rooms=Rooms(
            submit=engine.submit,
            known=known,
            policy=engine.policy,
            journal=parts.storage.journal,
            outbox=parts.storage.outbox,
            backend=parts.computer.backend,
            labels=labels,
            report_now=link.report_now,
            link=link,
            vault_works=kept.vault.works,
            judge=following(engine).scan,
            keeper_drill=keeper_drill,
            exception_book=Exceptions,
        ),
        clock=parts.computer.clock,
        age=lived.age,
        busy=busy(known),
    )


def keeper_drill() -> Drilled | None:
    """Return how the keeper's own drill ended; None where no keeper has written of one."""
    try:
        known = keeper_status.read(paths.machine_folder())
    except OSError:
        return None
    if known is None or not known.drilled:
        return None
    return Drilled(outcome=known.drilled, seconds=known.drilled_ms / 1000, at=known.drilled_at)


def busy(known: Known) -> Callable[[], str]:
    """Return what tells why a drill would be in the person's way now."""

    def why() -> str:
        if known.in_call():
            return "call"
        if known.is_locked():
            return "locked"
        return "payment" if known.is_paying() else ""

    return why


def drill_catalogue() -> tuple[Drill, ...]:
    """Return every drill, in the order of their files' names."""
    return discover(drills, "DRILL", Drill)
