"""The gate at the desk: takes what a person does there, asks the factors, and tells the engine.

A wrong answer closes. Only what is no answer at all, because the prover itself is broken, is told
as such; the engine then decides whether to open. Nothing here ever opens by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from agentguard.base.errors import AgentGuardError
from agentguard.mfa import totp
from agentguard.mfa.app_setup import AppSetup
from agentguard.mfa.by_phone import ByPhone
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.passkeys import BrokenError, Passkeys
from agentguard.model.events import ProofGiven, ProofRefused
from agentguard.model.gate import GateCalls, GateLeft, GateSeen, ProverBroken
from agentguard.model.messages import Message, say
from agentguard.model.prompts import Prompt
from agentguard.model.records import Json, Record
from agentguard.model.shield import ShieldLifted, ShieldRefused
from agentguard.ports.clock import Clock
from agentguard.ports.people import Factors, ListedKey, Proof, Verifier
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal

LOG = logging.getLogger(__name__)

SHIELD = "shield"
"""The group for which the privacy shield is proved."""

GROUP = "offline-codes"
COUNT = 10

Ask = Callable[[], Proof]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """What the desk does with proofs; `give` runs slow work elsewhere and may be full."""

    clock: Clock
    submit: Submit
    shown: Callable[[str], Prompt | None]
    give: Callable[[Callable[[], None]], bool]
    codes: Verifier
    keys: Passkeys | None = None
    put_away: Callable[[int], None] | None = None
    person: str = ""
    offline: OfflineCodes | None = None
    journal: Journal | None = None
    phone: ByPhone | None = None
    apps: AppSetup | None = None

    def factors(self) -> Factors:
        """Return what this person can prove with here."""
        keys, left = self.keys, self.offline.left() if self.offline is not None else 0
        leave = self.put_away is not None
        phone = self.phone is not None and self.phone.ready()
        apps = self.apps is not None and self.apps.allowed()
        if keys is None:
            return Factors(leave=leave, codes=left, phone=phone, apps=apps)
        key, asks = keys.usable(), not keys.own_dialog
        return Factors(
            key=key,
            pin=key and asks,
            leave=leave,
            codes=left,
            registers=True,
            asks_pin=asks,
            phone=phone,
            apps=apps,
        )

    def challenge(self) -> str | Message:
        """Return the challenge that a supervisor answers by phone; that it was shown is noted."""
        if self.phone is None:
            return say("mfa.by-phone.none")
        shown = self.phone.begin()
        if isinstance(shown, str):
            self._note("break-glass.shown", {"left": self.phone.left()})
            self.submit(GateCalls(at=self.clock.now(), seconds=self.phone.holds()))
        return shown

    def register_key(self, pin: str, window: int) -> ListedKey | Message:
        """Register a key; it is written down before its public half is shown."""
        if self.keys is None:
            return say("mfa.key.none")
        try:
            made = self.keys.register(pin, window)
        except BrokenError:
            return say("mfa.key.system")
        if isinstance(made, ListedKey):
            self._note("proof.key-registered", {"person": made.person})
        return made

    def new_codes(self, code: str) -> tuple[str, ...] | Message:
        """Make offline codes for who has a one-time code; an offline code is not used up for it."""
        if totp.code(code) is None:
            return say("mfa.six-digits")
        proof = self.codes.verify(GROUP, code)
        if not proof.accepted or self.offline is None:
            return proof.message or say("mfa.refused")
        self._note("proof.codes-issued", {"count": COUNT})
        return self.offline.issue(COUNT)

    def _note(self, kind: str, payload: dict[str, Json]) -> None:
        if self.journal is not None:
            self.journal.commit((Record(kind=kind, at=self.clock.now(), payload=payload),), {})

    def by_code(self, prompt: str, code: str) -> None:
        """Have a code verified."""
        group = self._group(prompt)
        if group:
            self._cancel()
            self._later(group, lambda: self.codes.verify(group, code), "code")

    def by_key(self, prompt: str, pin: str, window: int) -> None:
        """Have a security key or Windows Hello verify the person."""
        group, keys = self._group(prompt), self.keys
        if group and keys is not None:
            keys.cancel()
            self._later(group, lambda: keys.verify(pin, window), keys.factor)

    def leave(self, prompt: str) -> None:
        """Put the application away; where that cannot be done, say so on the dialog."""
        shown = self.shown(prompt)
        if shown is None:
            return
        self._cancel()
        if not self.give(lambda: self._leave(shown)):
            self._refuse(shown.topic, say("prompt.busy"))

    def seen(self, prompt: str, *, seen: bool) -> None:
        """Tell that the dialog can be seen, or not."""
        self.submit(GateSeen(at=self.clock.now(), prompt=prompt, seen=seen))

    def _leave(self, shown: Prompt) -> None:
        try:
            if self.put_away is not None and shown.window:
                self.put_away(shown.window)
            else:
                self._refuse(shown.topic, say("mfa.not-put-away"))
                return
        except AgentGuardError:
            self._refuse(shown.topic, say("mfa.not-put-away"))
            return
        self.submit(GateLeft(at=self.clock.now(), prompt=shown.id))

    def _group(self, prompt: str) -> str:
        if prompt == SHIELD:
            return SHIELD
        shown = self.shown(prompt)
        return shown.topic if shown is not None else ""

    def _cancel(self) -> None:
        if self.keys is not None:
            self.keys.cancel()

    def _later(self, group: str, ask: Ask, factor: str) -> None:
        if not self.give(lambda: self._asked(group, ask, factor)):
            self._refuse(group, say("prompt.busy"))

    def _asked(self, group: str, ask: Ask, factor: str) -> None:
        try:
            proof = ask()
        except BrokenError:
            self._broken(group, factor)
        except Exception as error:  # noqa: BLE001 - a prover that falls must not leave people waiting
            LOG.error("the factor %s failed: %s", factor, type(error).__name__)  # noqa: TRY400
            self._broken(group, factor)
        else:
            self._told(group, proof)

    def _told(self, group: str, proof: Proof) -> None:
        at = self.clock.now()
        if not proof.accepted:
            self._refuse(group, proof.message or say("prompt.busy"))
        elif group == SHIELD:
            self.submit(ShieldLifted(at=at, factor=proof.factor, person=self.person))
        else:
            given = ProofGiven(at=at, group=group, factor=proof.factor, person=self.person)
            self.submit(given)

    def _refuse(self, group: str, message: Message) -> None:
        at = self.clock.now()
        if group == SHIELD:
            self.submit(ShieldRefused(at=at, message=message))
        else:
            self.submit(ProofRefused(at=at, group=group, message=message))

    def _broken(self, group: str, factor: str) -> None:
        """Keep the shield up in any case: the lock leads out of it."""
        if group == SHIELD:
            self._refuse(group, say("mfa.broken-shield"))
        else:
            self.submit(ProverBroken(at=self.clock.now(), group=group, factor=factor))
