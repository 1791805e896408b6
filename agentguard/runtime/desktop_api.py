"""What a person at the desk can see and do, joined from the rooms: the Desk of the windows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agentguard.engine.loop import Engine
from agentguard.mfa.gate_proofs import SHIELD, Proving
from agentguard.model.actions import Deed
from agentguard.model.attention import PointerOnCard, TodoOpened
from agentguard.model.deeds import ALL_DEEDS, BroughtBack, DeedAsked, DeedsStopped
from agentguard.model.events import (
    LessonAnswered,
    NoticeRead,
    PromptAnswered,
)
from agentguard.model.held_data import HeldThere
from agentguard.model.lesson_days import Day
from agentguard.model.lessons import Lesson
from agentguard.model.locking import Asker, LockAsked
from agentguard.model.messages import Message, say
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import Taking, VaultItem
from agentguard.ports.clock import Clock
from agentguard.ports.factors import AppOffer
from agentguard.ports.people import Factors, ListedKey
from agentguard.runtime.exception_book import ExceptionDesk
from agentguard.runtime.incident_desk import IncidentDesk
from agentguard.runtime.shift_desk import ShiftDesk, own_report
from agentguard.sensors.training import Training
from agentguard.vault.release import Release
from agentguard.vault.vault import Vault

BACK = frozenset({"prompt.restored", "prompt.restored-for"})
"""Words of the vault that say that a file is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDesk:
    """Implements `ports.people.Desk` over the engine and the rooms."""

    engine: Engine
    clock: Clock
    vault: Vault
    release: Release
    gate: Proving
    training: Training
    incidents: IncidentDesk
    shifts: ShiftDesk
    exceptions: ExceptionDesk
    look_again: Callable[[], None]
    report_now: Callable[[], None]
    reported: Callable[[], str]
    held_there: Callable[[], HeldThere]
    settings_pages: Mapping[str, str] = field(default_factory=dict)
    can: frozenset[Deed] = ALL_DEEDS

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

    def lessons(self) -> tuple[Lesson, ...]:
        """Return the lessons of this site."""
        return self.training.lessons()

    def lesson_days(self) -> tuple[Day, ...]:
        """Return how each lesson of the person stands."""
        return self.training.days(self.clock.now())

    def finish_lesson(self, lesson: str) -> None:
        """Take a lesson as done."""
        found = next((one for one in self.training.lessons() if one.id == lesson), None)
        if found is None:
            return
        at = self.clock.now()
        self.engine.submit(LessonAnswered(at=at, lesson=lesson, version=found.version))
        self.training.done(lesson, at)
        self.engine.submit(self.training.seen(at))
        self.report_now()

    def ask_exception(self, form: Mapping[str, str]) -> bool:
        """Ask for an exception; False where the policy does not allow it, or words are missing."""
        return self.exceptions.ask(form)

    def mark_read(self, notice: str) -> None:
        """Mark an entry of the inbox as read; an empty id means all."""
        self.engine.submit(NoticeRead(at=self.clock.now(), notice=notice))

    def deeds(self) -> frozenset[Deed]:
        """Return what can be done about findings on this computer."""
        return self.can

    def pages(self) -> Mapping[str, str]:
        """Return, by check, the address of the system's own page where it is mended, if any."""
        return self.settings_pages

    def do(self, deed: Deed, check: str, subjects: tuple[str, ...]) -> None:
        """Have a deed done about findings of a check."""
        batch = secrets.token_hex(8)
        self.engine.submit(
            DeedAsked(at=self.clock.now(), check=check, subjects=subjects, deed=deed, batch=batch)
        )

    def stop_deeds(self, batch: str) -> None:
        """Do no more of what was asked for at once."""
        self.engine.submit(DeedsStopped(at=self.clock.now(), batch=batch))

    def todo_opened(self) -> None:
        """Tell that the person looked at what there is to do."""
        self.engine.submit(TodoOpened(at=self.clock.now()))

    def pointing(self, *, on: bool) -> None:
        """Tell that the pointer came onto a card, or left it."""
        self.engine.submit(PointerOnCard(at=self.clock.now(), on=on))

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
        told = self.release.restore(item, taking)
        if told.id in BACK:
            self.engine.submit(BroughtBack(at=self.clock.now(), item=item))
            self.incidents.look()
        return told

    def remove(self, item: str, taking: Taking) -> Message:
        """Remove a file from the vault for good; say how it went."""
        path = next((one.path for one in self.vault.items() if one.id == item), "")
        told = self.release.remove(item, taking)
        if told.id == "prompt.removed":
            self.incidents.removed(path)
        return told

    def held(self) -> HeldThere:
        """Return all that the endpoint holds on this computer."""
        return self.held_there()

    def last_report(self) -> str:
        """Return the last report that left this computer, and tells of who sits here alone."""
        return own_report(self.reported(), self.snapshot())
