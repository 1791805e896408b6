"""What a person at the desk can see and do, joined from the rooms: the Desk of the windows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from agentguard.base import lessons
from agentguard.engine.loop import Engine
from agentguard.mfa.gate_proofs import SHIELD, Proving
from agentguard.model.events import (
    IncidentReported,
    LessonAnswered,
    NoticeRead,
    PromptAnswered,
)
from agentguard.model.held_data import HeldThere
from agentguard.model.incidents import IncidentCategory
from agentguard.model.lessons import Lesson
from agentguard.model.locking import Asker, LockAsked
from agentguard.model.messages import Message, say
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import Taking, VaultItem
from agentguard.ports.clock import Clock
from agentguard.ports.factors import AppOffer
from agentguard.ports.people import Factors, ListedKey
from agentguard.sensors.training import Training
from agentguard.vault.release import Release
from agentguard.vault.vault import Vault

NOTE_LIMIT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDesk:
    """Implements `ports.people.Desk` over the engine and the rooms."""

    engine: Engine
    clock: Clock
    vault: Vault
    release: Release
    gate: Proving
    training: Training
    mask: Callable[[str], str]
    look_again: Callable[[], None]
    report_now: Callable[[], None]
    reported: Callable[[], str]
    held_there: Callable[[], HeldThere]

    def snapshot(self) -> Snapshot:
        """Return the present picture."""
        return self.engine.snapshot()

    def subscribe(self, changed: Callable[[Snapshot], None]) -> None:
        """Call `changed` with every new picture, in the engine's thread."""
        self.engine.subscribe(changed)

    def answer(self, prompt: str, button: str) -> None:
        """Answer a prompt with a button's id."""
        self.engine.submit(PromptAnswered(at=self.clock.now(), prompt=prompt, answer=button))

    def prove(self, prompt: str, code: str) -> None:
        """Have a code verified in the background."""
        self.gate.by_code(prompt, code)

    def factors(self) -> Factors:
        """Return what the person can do at the gate."""
        return self.gate.factors()

    def prove_by_key(self, prompt: str, pin: str, window: int) -> None:
        """Have a key verify the person in the background."""
        self.gate.by_key(prompt, pin, window)

    def begin_app(self, code: str) -> AppOffer | Message:
        """Have an authenticator app's secret made by a supervisor's code; or tell why not."""
        return self.gate.apps.begin(code) if self.gate.apps is not None else say("mfa.app.off")

    def finish_app(self, code: str) -> tuple[str, ...] | Message:
        """Take the first code of the new app; give offline codes, or why it failed."""
        return self.gate.apps.finish(code) if self.gate.apps is not None else say("mfa.app.off")

    def challenge(self) -> str | Message:
        """Return the challenge that a supervisor answers by phone, or why there is none."""
        return self.gate.challenge()

    def leave(self, prompt: str) -> None:
        """Put the application away that a proof is asked for."""
        self.gate.leave(prompt)

    def register_key(self, pin: str, window: int) -> ListedKey | Message:
        """Register a key of this person."""
        return self.gate.register_key(pin, window)

    def new_codes(self, code: str) -> tuple[str, ...] | Message:
        """Make new offline codes for a one-time code."""
        return self.gate.new_codes(code)

    def seen(self, prompt: str, *, seen: bool) -> None:
        """Tell that a proof's dialog can be seen and reached, or cannot any more."""
        self.gate.seen(prompt, seen=seen)

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
        """Return the lessons."""
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
        self.gate.by_code(SHIELD, code)

    def check_now(self) -> None:
        """Look at everything again."""
        self.look_again()
        self.report_now()

    def vault_items(self) -> tuple[VaultItem, ...]:
        """List the vault."""
        return self.vault.items()

    def vault_behind(self) -> int:
        """Count the files that wait to be sealed for new recovery keys."""
        return len(self.vault.behind())

    def vault_asks(self) -> bool:
        """Check whether a file leaves the vault only for a code."""
        return self.release.asks()

    def restore(self, item: str, taking: Taking) -> Message:
        """Put a file back where it was; say how it went."""
        return self.release.restore(item, taking)

    def remove(self, item: str, taking: Taking) -> Message:
        """Remove a file from the vault for good; say how it went."""
        return self.release.remove(item, taking)

    def held(self) -> HeldThere:
        """Return all that the endpoint holds on this computer."""
        return self.held_there()

    def last_report(self) -> str:
        """Return the last report that left this computer."""
        return self.reported()
