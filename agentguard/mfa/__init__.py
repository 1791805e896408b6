"""Proof of presence by a second factor: one verifier per file; a wrong answer never raises."""

from __future__ import annotations

from typing import Protocol

from agentguard.model.messages import say
from agentguard.ports.people import Proof, Verifier


class Shaped(Verifier, Protocol):
    """A verifier that knows its answers by their shape."""

    def takes(self, answer: str) -> bool:
        """Check whether the answer has this factor's shape; nothing of its truth."""
        ...


class Verifiers:
    """Hands an answer to the verifier whose shape it has: six digits, or an offline code."""

    factor = "any"

    def __init__(self, verifiers: tuple[Shaped, ...]) -> None:
        self._verifiers = verifiers

    def verify(self, group: str, answer: str) -> Proof:
        """Verify what the person typed for the group."""
        for verifier in self._verifiers:
            if verifier.takes(answer):
                return verifier.verify(group, answer)
        return Proof(accepted=False, factor="", message=say("mfa.shape"))
