"""Builds what a person at the desk can see and do, of the engine and the rooms, with its hands."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.detect.recognition.custom_kinds import Following
from agentguard.engine.action_runner import Errands, Hand
from agentguard.engine.loop import Engine
from agentguard.model.actions import Act, ActionKind, Deed
from agentguard.model.deeds import ALL_DEEDS
from agentguard.model.facts import FolderAccessSeen
from agentguard.ports.desktop import Absent, Backend
from agentguard.runtime.agent import Link, Parts
from agentguard.runtime.asked_deeds import FileDeeds, FolderDeed, asked_hands
from agentguard.runtime.compose_mfa import gate
from agentguard.runtime.compose_vault import Kept
from agentguard.runtime.desktop_api import AgentDesk
from agentguard.runtime.exception_book import ExceptionDesk
from agentguard.runtime.incident_desk import IncidentDesk
from agentguard.runtime.shift_desk import ShiftDesk
from agentguard.sensors.machine_sensors import OwnSensors


def deeds_here(backend: Backend) -> frozenset[Deed]:
    """Return what a person can have done on this computer."""
    cannot = set()
    if isinstance(backend.clipboard, Absent):
        cannot.add(Deed.CLEAR)
    if backend.make_private is None:
        cannot.add(Deed.PRIVATE)
    return ALL_DEEDS - cannot


def all_hands(
    parts: Parts, engine: Engine, own: OwnSensors, kept: Kept, desktop: Mapping[ActionKind, Hand]
) -> dict[Act, Hand]:
    """Return the hands of the policy, and those for what a person asks, by what they do."""
    computer, known = parts.computer, engine.known()
    files = FileDeeds(
        vault=kept.vault,
        hits=known.hits,
        policy=engine.policy,
        journal=parts.storage.journal,
        clock=computer.clock,
        submit=engine.submit,
        look_again=own.files.poke,
    )
    ours = {**desktop, **kept.hands}
    hands = dict[Act, Hand]((*ours.items(), *asked_hands(files, ours).items()))
    if (private := computer.backend.make_private) is not None:
        hands[Deed.PRIVATE] = FolderDeed(
            seen=lambda: known.latest(FolderAccessSeen),
            make_private=private,
            look_again=own.host.poke,
        )
    return hands


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
