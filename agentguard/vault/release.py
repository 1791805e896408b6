"""Lets a person take a file out of the vault: for a reason, and for a code where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import AgentGuardError, VaultError
from agentguard.base.translations import load
from agentguard.model.actions import ActionKind
from agentguard.model.messages import Message, say
from agentguard.model.vault import Taking
from agentguard.ports.people import Verifier
from agentguard.ports.sensor import PolicySource
from agentguard.vault.file_names import printable
from agentguard.vault.outbound import Reason
from agentguard.vault.vault import Vault

GROUP = "vault"
"""The group for which a code is verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The way out of the vault; `has_factor` tells whether this person has a second factor.

    `held` tells whether the vault is held for an incident.
    """

    vault: Vault
    policy: PolicySource
    verifier: Verifier
    has_factor: Callable[[], bool]
    held: Callable[[], bool] = lambda: False

    def asks(self) -> bool:
        """Check whether a code is asked for."""
        return self.policy().vault.restore_code and self.has_factor()

    def restore(self, item: str, taking: Taking) -> Message:
        """Put a file back where it was; say how it went."""
        try:
            path = self.back(item, None, taking)
        except AgentGuardError as error:
            return say("prompt.not-restored", why=str(error))
        policy = self.policy()
        pii = policy.controls.get("pii-files")
        if pii is None or ActionKind.VAULT not in pii.respond:
            return say("prompt.restored", path=printable(path))
        minutes = policy.vault.returned_minutes
        return say("prompt.restored-for", path=printable(path), minutes=minutes)

    def remove(self, item: str, taking: Taking) -> Message:
        """Remove a file for good; say how it went."""
        try:
            self.gone(item, taking)
        except AgentGuardError as error:
            return say("prompt.not-removed", why=str(error))
        return say("prompt.removed")

    def back(self, item: str, target: Path | None, taking: Taking) -> Path:
        """Put a file back, or where `target` says; give its path.

        Raises:
            VaultError: no code was accepted, the vault is held, or the file is still in it.

        """
        self._not_held()
        return self.vault.restore(item, target, self._reason(taking))

    def gone(self, item: str, taking: Taking) -> None:
        """Remove a file for good.

        Raises:
            VaultError: no code was accepted, a hold is in force, or it could not be removed.

        """
        self._not_held()
        if self.policy().legal_hold:
            words = load()
            raise VaultError(words.say("vault.on-hold"), words.say("vault.on-hold-advice"))
        reason = self._reason(taking)
        self.vault.purge(item, reason.word, reason.factor)

    def _not_held(self) -> None:
        if self.held():
            words = load()
            raise VaultError(words.say("order.vault-held"), words.say("order.vault-held-advice"))

    def _reason(self, taking: Taking) -> Reason:
        return Reason(word=taking.reason, factor=self._factor(taking.code))

    def _factor(self, code: str) -> str:
        if not self.asks():
            return ""
        proof = self.verifier.verify(GROUP, code)
        if not proof.accepted:
            words = load()
            raise VaultError(
                words.say("vault.no-code"),
                words.render(proof.message) if proof.message else words.say("vault.code-advice"),
            )
        return proof.factor
