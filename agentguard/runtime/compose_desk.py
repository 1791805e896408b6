"""Builds what a person at the desk can see and do, of the engine and the rooms."""

from __future__ import annotations

from agentguard.detect.recognition.custom_kinds import Following
from agentguard.engine.action_runner import Errands
from agentguard.engine.loop import Engine
from agentguard.runtime.agent import Link, Parts
from agentguard.runtime.compose_deeds import deeds_here
from agentguard.runtime.compose_mfa import gate
from agentguard.runtime.compose_vault import Kept
from agentguard.runtime.desktop_api import AgentDesk
from agentguard.runtime.exception_desk import ExceptionDesk
from agentguard.runtime.incident_desk import IncidentDesk
from agentguard.runtime.shift_desk import ShiftDesk
from agentguard.sensors.machine_sensors import OwnSensors


def desk_of(
    parts: Parts, engine: Engine, kept: Kept, own: OwnSensors, link: Link, errands: Errands
) -> AgentDesk:
    """Return the desk of an agent; it touches nothing."""
    clock = parts.computer.clock
    return AgentDesk(
        engine=engine,
        clock=clock,
        vault=kept.vault,
        release=kept.release,
        gate=gate(parts.computer, parts.storage, parts.person, engine, errands),
        training=own.training,
        incidents=IncidentDesk(
            engine=engine,
            clock=clock,
            vault=kept.vault,
            release=kept.release,
            mask=following(engine).mask,
            report_now=link.report_now,
        ),
        shifts=ShiftDesk(engine=engine, clock=clock, report_now=link.report_now),
        exceptions=ExceptionDesk(
            engine=engine,
            clock=clock,
            mask=following(engine).mask,
            report_now=link.report_now,
        ),
        look_again=own.look_again,
        report_now=link.report_now,
        reported=link.last_report,
        held_there=link.held,
        settings_pages=parts.computer.backend.settings_pages,
        can=deeds_here(parts.computer.backend),
    )


def following(engine: Engine) -> Following:
    """Return the recognisers by the policy in force, as it is whenever they are asked."""
    return Following(lambda: engine.policy().detection)
