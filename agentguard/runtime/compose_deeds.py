"""Wires the hands for what a person asks of To do."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.engine.action_runner import Hand
from agentguard.engine.loop import Engine
from agentguard.model.actions import Act, ActionKind, Deed
from agentguard.model.deeds import ALL_DEEDS
from agentguard.model.facts import FolderAccessSeen
from agentguard.ports.desktop import Absent, Backend
from agentguard.runtime.agent import Parts
from agentguard.runtime.asked_deeds import FileDeeds, FolderDeed, asked_hands
from agentguard.runtime.compose_vault import Kept
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
