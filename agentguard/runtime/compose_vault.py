"""Wires the vault and what belongs to it: its hands, its way out, and the watch over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agentguard.detect.recognition.custom_kinds import Following
from agentguard.detect.sandbox.client import ScanClient
from agentguard.engine.action_runner import Hand
from agentguard.engine.loop import Engine, Known
from agentguard.engine.schedule import AUDIT
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.actions import ActionKind
from agentguard.model.events import JournalChecked
from agentguard.model.facts import RetentionSeen
from agentguard.model.hits import Hit
from agentguard.model.orders import Contained, OrderAct
from agentguard.ports.clock import Clock
from agentguard.ports.people import Verifier
from agentguard.runtime.agent import Computer, Storage
from agentguard.runtime.files_reader import follow
from agentguard.runtime.stores import ENROLMENT
from agentguard.runtime.vault_actions import PurgeHand, VaultHand
from agentguard.sensors.absent_sensor import AbsentSensor
from agentguard.sensors.lived_clock import LivedClock
from agentguard.sensors.retention import RetentionSensor
from agentguard.sensors.self_test import KIND, SelfTest, Test, judged, planted
from agentguard.vault.forbidden_data import Holds
from agentguard.vault.release import Release
from agentguard.vault.renewal_job import Renewing
from agentguard.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The vault, the watches over it and over the controls, the way out, and the hands."""

    vault: Vault
    holds: Holds
    renewing: Renewing
    self_test: SelfTest
    release: Release
    hands: Mapping[ActionKind, Hand]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the vault and its watches are made of."""

    computer: Computer
    storage: Storage
    verifier: Verifier
    scan: ScanClient
    engine: Engine
    lived: LivedClock
    ages: RetentionSensor | AbsentSensor


def keep(needs: Needs) -> Kept:
    """Return the vault with its watches and hands; what a crash left there waits for a start."""
    storage, clock, policy = needs.storage, needs.computer.clock, needs.engine.policy
    vault = Vault(
        storage.folder / "vault",
        storage.journal,
        clock,
        recovery_keys=lambda: policy().vault.recovery,
        places=storage.secrets.vault,
    )
    known = needs.engine.known()

    def held() -> bool:
        told = known.latest(Contained)
        return told is not None and OrderAct.HOLD_VAULT in told.acts

    holds = Holds(
        vault=vault,
        policy=lambda: replace(policy(), legal_hold=True) if held() else policy(),
        clock=clock,
        age=needs.lived.age,
        claimed=needs.lived.claimed,
        submit=needs.engine.submit,
    )
    release = Release(
        vault=vault,
        policy=policy,
        verifier=needs.verifier,
        has_factor=lambda: _has_factor(storage.folder, clock),
        held=held,
    )
    return Kept(
        vault=vault,
        holds=holds,
        renewing=Renewing(vault=vault, policy=policy, clock=clock),
        self_test=self_test(storage, clock, needs.scan, needs.engine, vault),
        release=release,
        hands=_hands(needs, holds),
    )


def self_test(
    storage: Storage, clock: Clock, child: ScanClient, engine: Engine, vault: Vault
) -> SelfTest:
    """Test what finds files, what judges copies, the journal and the vault, as they are in use."""

    def looked_for(test: Test) -> Test:
        return lambda: None if KIND in engine.policy().detection.off else test()

    def scan(path: str, drilled: str) -> tuple[Hit, ...]:
        follow(child, engine.policy())
        return child.scan(path, drilled).hits

    judge, known = Following(lambda: engine.policy().detection).scan, engine.known()
    return SelfTest(
        tests={
            "pii-files": looked_for(lambda: planted(scan, storage.folder)),
            "clipboard": looked_for(lambda: judged(judge)),
            "journal": lambda: _verified(known, clock),
            "vault": vault.works,
        },
        journal=storage.journal,
        clock=clock,
        busy=known.in_call,
    )


def _verified(known: Known, clock: Clock) -> bool | None:
    """Return how the journal's daily look at itself went; None before the first."""
    looked = known.latest(JournalChecked)
    if looked is None:
        return None
    return looked.whole and clock.now().since(looked.at) < 2 * AUDIT


def _has_factor(folder: Path, clock: Clock) -> bool:
    if (folder / ENROLMENT).exists():
        return True
    return OfflineCodes(folder, clock).left() > 0


def _hands(needs: Needs, holds: Holds) -> Mapping[ActionKind, Hand]:
    engine, clock = needs.engine, needs.computer.clock
    known = engine.known()
    return {
        ActionKind.VAULT: VaultHand(
            vault=holds.vault,
            findings=known.findings,
            policy=engine.policy,
            clock=clock,
            submit=engine.submit,
            age=needs.lived.age,
            drives=needs.computer.backend.network_drives,
            alarm=holds.look,
        ),
        ActionKind.PURGE: PurgeHand(
            policy=engine.policy,
            old=lambda: known.latest(RetentionSeen),
            vault=holds.vault,
            journal=needs.storage.journal,
            clock=clock,
            age=needs.lived.age,
            look_again=needs.ages.poke,
        ),
    }
