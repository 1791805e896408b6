"""How people are asked, and how their proof of presence is verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agentguard.model.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The answer of a verifier: `message` says what to do when it was not accepted."""

    accepted: bool
    factor: str
    message: Message | None = None


class Verifier(Protocol):
    """Verifies one kind of second factor; slow, so called in a worker."""

    @property
    def factor(self) -> str:
        """The factor's id, such as `totp`."""
        ...

    def verify(self, group: str, answer: str) -> Proof:
        """Verify what the person typed for the group; never raises for a wrong answer."""
        ...
