"""What a person at the desk can see and do, joined from the rooms: the Desk of the windows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from agentguard import lessons
from agentguard.engine.errands import Errands
from agentguard.engine.loop import Engine
from agentguard.errors import AgentGuardError
from agentguard.model.events import (
    IncidentReported,
    LessonAnswered,
    NoticeRead,
    PromptAnswered,
    ProofGiven,
    ProofRefused,
)
from agentguard.model.incidents import IncidentCategory
from agentguard.model.lessons import Lesson
from agentguard.model.locking import Asker, LockAsked
from agentguard.model.messages import Message, say
from agentguard.model.shield import ShieldLifted, ShieldRefused
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import VaultItem
from agentguard.ports.clock import Clock
from agentguard.ports.people import Verifier
from agentguard.sensors.training import Training
from agentguard.vault.vault import Vault

NOTE_LIMIT = 2000
SHIELD = "shield"
"""The group for which a code of the shield is verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDesk:
    """Implements `ports.people.Desk` over the engine and the rooms."""

    engine: Engine
    clock: Clock
    vault: Vault
    verifier: Verifier
    errands: Errands
    training: Training
    mask: Callable[[str], str]
    look_again: Callable[[], None]
    report_now: Callable[[], None]
    reported: Callable[[], str]

    def snapshot(self) -> Snapshot:
        """Give the present picture."""
        return self.engine.snapshot()

    def subscribe(self, changed: Callable[[Snapshot], None]) -> None:
        """Call `changed` with every new picture, in the engine's thread."""
        self.engine.subscribe(changed)

    def answer(self, prompt: str, button: str) -> None:
        """Answer a prompt with a button's id."""
        self.engine.submit(PromptAnswered(at=self.clock.now(), prompt=prompt, answer=button))

    def prove(self, prompt: str, code: str) -> None:
        """Have a code verified in the background."""
        shown = next((p for p in self.snapshot().prompts if p.id == prompt), None)
        if shown is None:
            return
        if not self.errands.give(lambda: self._verify(shown.topic, code)):
            self._refuse(shown.topic, say("prompt.busy"))

    def _verify(self, group: str, code: str) -> None:
        proof = self.verifier.verify(group, code)
        if proof.accepted:
            at = self.clock.now()
            self.engine.submit(ProofGiven(at=at, group=group, factor=proof.factor))
        else:
            self._refuse(group, proof.message or say("prompt.busy"))

    def _refuse(self, group: str, message: Message) -> None:
        self.engine.submit(ProofRefused(at=self.clock.now(), group=group, message=message))

    def report_incident(self, category: IncidentCategory, note: str) -> None:
        """Report an incident; personal data in the note is masked before it goes anywhere."""
        event = IncidentReported(
            at=self.clock.now(),
            id=secrets.token_hex(8),
            category=category,
            note=self.mask(note[:NOTE_LIMIT]),
        )
        self.engine.submit(event)
        self.report_now()

    def lessons(self) -> tuple[Lesson, ...]:
        """Give the lessons."""
        return lessons.load()

    def answer_lesson(self, lesson: str, choice: int) -> bool:
        """Answer a lesson's question; tell whether it was right."""
        found = next((one for one in lessons.load() if one.id == lesson), None)
        if found is None:
            return False
        right = lessons.is_right(found, choice)
        at = self.clock.now()
        self.engine.submit(LessonAnswered(at=at, lesson=lesson, correct=right))
        if right:
            self.training.answered(lesson, at)
            self.engine.submit(self.training.seen(at))
        return right

    def mark_read(self, notice: str) -> None:
        """Mark an entry of the inbox as read; an empty id means all."""
        self.engine.submit(NoticeRead(at=self.clock.now(), notice=notice))

    def lock_now(self) -> None:
        """Lock the screen; where no lock comes, the screens are covered."""
        self.engine.submit(LockAsked(at=self.clock.now(), by=Asker.PERSON))

    def lift_shield(self, code: str) -> None:
        """Have a code for the shield verified in the background."""
        if not self.errands.give(lambda: self._lift(code)):
            self._keep_shield(say("prompt.busy"))

    def _lift(self, code: str) -> None:
        proof = self.verifier.verify(SHIELD, code)
        if proof.accepted:
            self.engine.submit(ShieldLifted(at=self.clock.now(), factor=proof.factor))
        else:
            self._keep_shield(proof.message or say("prompt.busy"))

    def _keep_shield(self, message: Message) -> None:
        self.engine.submit(ShieldRefused(at=self.clock.now(), message=message))

    def check_now(self) -> None:
        """Look at everything again."""
        self.look_again()
        self.report_now()

    def vault_items(self) -> tuple[VaultItem, ...]:
        """List the vault."""
        return self.vault.items()

    def restore(self, item: str) -> Message:
        """Put a file back where it was; say how it went."""
        try:
            path = self.vault.restore(item)
        except AgentGuardError as error:
            return say("prompt.not-restored", why=str(error))
        return say("prompt.restored", path=str(path))

    def last_report(self) -> str:
        """Give the last report that left this computer."""
        return self.reported()
