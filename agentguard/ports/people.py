"""How people are asked, and how their proof of presence is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agentguard.model.incidents import IncidentCategory
from agentguard.model.lessons import Lesson
from agentguard.model.messages import Message
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import VaultItem


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the endpoint says of a one-time code.

    `problem` is empty, `wrong`, `used`, `locked` or `not-enrolled`; `wait` is in seconds.
    """

    accepted: bool
    problem: str = ""
    wait: int = 0


Ask = Callable[[str, str, str], Ruling]
"""Asks the endpoint about (factor, group, answer); raises UplinkError when it is away."""


class Desk(Protocol):
    """All that a person can see and do; the windows know nothing else of the agent.

    Every method returns at once unless it says that it is slow; results arrive in a snapshot.
    """

    def snapshot(self) -> Snapshot:
        """Give the present picture."""
        ...

    def subscribe(self, changed: Callable[[Snapshot], None]) -> None:
        """Call `changed` with every new picture, in the engine's thread."""
        ...

    def answer(self, prompt: str, button: str) -> None:
        """Answer a prompt with a button's id: `ok`, `later`."""
        ...

    def prove(self, prompt: str, code: str) -> None:
        """Hand in a code for a proof; the prompt goes away, or gets a `reply`."""
        ...

    def report_incident(self, category: IncidentCategory, note: str) -> None:
        """Report an incident; personal data in the note is masked."""
        ...

    def lessons(self) -> tuple[Lesson, ...]:
        """Give the lessons."""
        ...

    def answer_lesson(self, lesson: str, choice: int) -> bool:
        """Answer a lesson's question; tell whether it was right."""
        ...

    def mark_read(self, notice: str) -> None:
        """Mark an entry of the inbox as read; an empty id means all."""
        ...

    def lock_now(self) -> None:
        """Lock the screen."""
        ...

    def lift_shield(self, code: str) -> None:
        """Hand in a code for the privacy shield; it goes away, or gets a `reply`."""
        ...

    def check_now(self) -> None:
        """Look at everything again."""
        ...

    def vault_items(self) -> tuple[VaultItem, ...]:
        """List the vault. Slow."""
        ...

    def restore(self, item: str) -> Message:
        """Put a file of the vault back where it was; say how it went. Slow."""
        ...

    def last_report(self) -> str:
        """Give the last report that left this computer, as indented JSON; empty when none did."""
        ...
