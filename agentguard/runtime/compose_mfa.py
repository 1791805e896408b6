"""Wires the gate of one agent: its factors, who sits here, and how an application is put away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base.errors import UplinkError
from agentguard.checks.reauth import rules
from agentguard.engine.action_runner import Errands
from agentguard.engine.loop import Engine
from agentguard.mfa import Verifiers
from agentguard.mfa.app_setup import AppSetup
from agentguard.mfa.break_glass import BreakGlass
from agentguard.mfa.by_phone import ByPhone
from agentguard.mfa.credential_counters import Counters
from agentguard.mfa.gate_proofs import Proving
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.passkeys import KeyRing, Passkeys, pseudonym
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.records import Record
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent, Backend
from agentguard.ports.factors import AppRuling
from agentguard.ports.people import Ask, Ruling
from agentguard.runtime.agent import Computer, Person, Storage
from agentguard.runtime.stores import ENROLMENT

if TYPE_CHECKING:
    from agentguard.uplink.late_identity import LateUplink


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the endpoint about one-time codes, where there is a way to it."""

    uplink: LateUplink | None

    def __call__(self, factor: str, group: str, answer: str) -> Ruling:
        """Ask about a code; raises UplinkError."""
        if self.uplink is None:
            raise UplinkError("not-enrolled", "This computer is not enrolled at an endpoint.")
        return self.uplink.prove(factor, group, answer)

    def app(self, code: str) -> AppRuling:
        """Ask for the secret of a new authenticator app."""
        if self.uplink is None:
            raise UplinkError("not-enrolled", "This computer is not enrolled at an endpoint.")
        return self.uplink.app(code)


def gate(
    computer: Computer, storage: Storage, person: Person, engine: Engine, errands: Errands
) -> Proving:
    """Return what the desk does with proofs."""
    foreground, clock = computer.backend.foreground, computer.clock
    return Proving(
        clock=clock,
        submit=engine.submit,
        shown=engine.known().prompt,
        give=errands.give,
        codes=person.verifier,
        keys=keys(computer.backend, storage.folder, person.user, engine),
        put_away=None if isinstance(foreground, Absent) else foreground.put_away,
        person=pseudonym(rules(engine.policy()).rp_id, person.user),
        offline=OfflineCodes(storage.folder, clock),
        journal=storage.journal,
        phone=person.phone,
        apps=_apps(storage, clock, person, engine),
    )


def _apps(storage: Storage, clock: Clock, person: Person, engine: Engine) -> AppSetup | None:
    ask = person.ask_app
    if ask is None:
        return None

    def allowed() -> bool:
        return rules(engine.policy()).apps and (storage.folder / ENROLMENT).exists()

    def note(kind: str, count: int) -> None:
        storage.journal.commit((Record(kind=kind, at=clock.now(), payload={"count": count}),), {})

    offline = OfflineCodes(storage.folder, clock)
    return AppSetup(ask=ask, codes=person.verifier, offline=offline, allowed=allowed, note=note)


def by_phone(folder: Path, clock: Clock) -> ByPhone:
    """Return what opens this desk by phone."""

    def digest(name: str, challenge: str, answer: str) -> str:
        from agentguard.wire import openings  # noqa: PLC0415 - only an enrolled agent needs it

        return openings.digest(name, challenge, answer)

    return ByPhone(folder, clock, digest)


def codes(folder: Path, clock: Clock, ask: Ask, phone: ByPhone) -> Verifiers:
    """Return what verifies whatever a person types."""
    return Verifiers((RemoteTotp(ask), OfflineCodes(folder, clock), BreakGlass(ask, phone)))


def keys(backend: Backend, folder: Path, user: str, engine: Engine) -> Passkeys | None:
    """Return the keys of the person who sits here; None where this computer has no way to any."""

    def ring() -> KeyRing:
        said = rules(engine.policy())
        return KeyRing(rp_id=said.rp_id, keys=said.keys)

    found = backend.authenticator
    if isinstance(found, Absent):
        return None
    return Passkeys(found, ring, user, Counters(folder))
