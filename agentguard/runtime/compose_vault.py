"""Wires the vault and what belongs to it: its hands, its way out, and the watch over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentguard.detect.recognition.custom_kinds import Following
from agentguard.engine.action_runner import Hand
from agentguard.engine.loop import Engine
from agentguard.engine.schedule import AUDIT
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.actions import ActionKind
from agentguard.model.events import JournalChecked
from agentguard.model.facts import RetentionSeen
from agentguard.model.hits import Hit
from agentguard.retention.lived_clock import LivedClock
from agentguard.runtime.agent import Parts
from agentguard.runtime.stores import ENROLMENT
from agentguard.runtime.vault_actions import PurgeHand, VaultHand
from agentguard.sensors.absent_sensor import AbsentSensor
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


def keep(
    parts: Parts, engine: Engine, ages: RetentionSensor | AbsentSensor, lived: LivedClock
) -> Kept:
    """Return the vault with its watches and hands; what a crash left there waits for a start."""
    vault = Vault(
        parts.folder / "vault",
        parts.journal,
        parts.clock,
        recovery_keys=lambda: engine.policy().vault.recovery,
        places=parts.secrets.vault,
    )
    holds = Holds(
        vault=vault,
        policy=engine.policy,
        clock=parts.clock,
        age=lived.age,
        claimed=lived.claimed,
        submit=engine.submit,
    )
    release = Release(
        vault=vault,
        policy=engine.policy,
        verifier=parts.verifier,
        has_factor=lambda: _has_factor(parts),
    )
    return Kept(
        vault=vault,
        holds=holds,
        renewing=Renewing(vault=vault, policy=engine.policy, clock=parts.clock),
        self_test=self_test(parts, engine, vault),
        release=release,
        hands=_hands(parts, engine, holds, ages, lived),
    )


def self_test(parts: Parts, engine: Engine, vault: Vault) -> SelfTest:
    """Test what finds files, what judges copies, the journal and the vault, as they are in use."""

    def looked_for(test: Test) -> Test:
        return lambda: None if KIND in engine.policy().detection.off else test()

    def scan(path: str) -> tuple[Hit, ...]:
        parts.scan.use(engine.policy().detection)
        return parts.scan.scan(path).hits

    judge = Following(lambda: engine.policy().detection).scan
    return SelfTest(
        tests={
            "pii-files": looked_for(lambda: planted(scan, parts.folder)),
            "clipboard": looked_for(lambda: judged(judge)),
            "journal": lambda: _verified(parts, engine),
            "vault": vault.works,
        },
        journal=parts.journal,
        clock=parts.clock,
        busy=lambda: engine.state.in_call,
    )


def _verified(parts: Parts, engine: Engine) -> bool | None:
    """Return how the journal's daily look at itself went; None before the first."""
    looked = engine.state.facts.get(JournalChecked)
    if looked is None:
        return None
    return looked.whole and parts.clock.now().since(looked.at) < 2 * AUDIT


def _has_factor(parts: Parts) -> bool:
    if (parts.folder / ENROLMENT).exists():
        return True
    return OfflineCodes(parts.folder, parts.clock).left() > 0


def _hands(
    parts: Parts,
    engine: Engine,
    holds: Holds,
    ages: RetentionSensor | AbsentSensor,
    lived: LivedClock,
) -> Mapping[ActionKind, Hand]:
    return {
        ActionKind.VAULT: VaultHand(
            vault=holds.vault,
            findings=lambda: tuple(engine.state.findings.values()),
            policy=engine.policy,
            clock=parts.clock,
            submit=engine.submit,
            age=lived.age,
            drives=parts.backend.network_drives,
            alarm=holds.look,
        ),
        ActionKind.PURGE: PurgeHand(
            policy=engine.policy,
            old=lambda: engine.state.facts.get(RetentionSeen),
            vault=holds.vault,
            journal=parts.journal,
            clock=parts.clock,
            age=lived.age,
            look_again=ages.poke,
        ),
    }
