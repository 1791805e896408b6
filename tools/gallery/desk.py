"""A desk with made-up data for tests, demonstrations and pictures: a product, not a mock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from agentguard.base.errors import AgentGuardError, VaultError
from agentguard.model.actions import Deed
from agentguard.model.deeds import ALL_DEEDS
from agentguard.model.exceptions import Request
from agentguard.model.held_data import HeldThere
from agentguard.model.lesson_days import Day
from agentguard.model.lessons import Lesson
from agentguard.model.messages import Message, say
from agentguard.model.prompts import Prompt
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import Taking, VaultItem
from agentguard.ports.factors import AppOffer
from agentguard.ports.people import Factors, ListedKey
from tools.gallery import content, data, lessons
from tools.gallery.incident_desk import SimulatedIncidents, SimulatedShifts

RIGHT_CODE = "482913"
RIGHT_PIN = "2468"

CODES = Factors(leave=True, codes=7)
"""Codes alone, and an application that can be put away."""


class SimulatedDesk:
    """A Desk that remembers what was asked of it; `show` brings a new snapshot.

    Wrong codes get a reply, right ones close the proof; `broken_vault` makes its files unreadable.
    """

    def __init__(
        self,
        snapshot: Snapshot | None = None,
        *,
        broken_vault: bool = False,
        can: Factors = CODES,
    ) -> None:
        self._snapshot = snapshot or data.good()
        self._watchers: list[Callable[[Snapshot], None]] = []
        self._guard = threading.Lock()
        self._items = list(content.VAULT)
        self._broken = broken_vault
        self.report = content.REPORT
        self.not_held: AgentGuardError | None = None
        self.answers: list[tuple[str, str]] = []
        self.proofs: list[tuple[str, str]] = []
        self.can = can
        self.wishes: list[dict[str, str]] = []
        self.asks_nothing = False
        self.touches: list[tuple[str, str]] = []
        self.left: list[str] = []
        self.sights: list[tuple[str, bool]] = []
        self.incidents = SimulatedIncidents(self)
        self.shifts = SimulatedShifts(self)
        self.lessons_done: list[str] = []
        self.takings: list[tuple[str, Taking]] = []
        self.vault_code = False
        self.behind = 0
        self.locks = 0
        self.can_do = ALL_DEEDS
        self.settings_pages: dict[str, str] = {}
        self.asked: list[tuple[Deed, str, tuple[str, ...]]] = []
        self.stopped: list[str] = []
        self.looks = 0
        self.todo_looks = 0
        self.pointers: list[bool] = []

    def show(self, snapshot: Snapshot) -> None:
        """Bring a new snapshot to everybody who subscribed."""
        with self._guard:
            self._snapshot = snapshot
            watchers = tuple(self._watchers)
        for changed in watchers:
            changed(snapshot)

    def snapshot(self) -> Snapshot:
        """Return the present picture."""
        return self._snapshot

    def subscribe(self, changed: Callable[[Snapshot], None]) -> None:
        """Call `changed` with every new picture."""
        with self._guard:
            self._watchers.append(changed)

    def answer(self, prompt: str, button: str) -> None:
        """Answer a prompt; it goes away."""
        self.answers.append((prompt, button))
        self._without(prompt)

    def prove(self, prompt: str, code: str) -> None:
        """Accept one code only."""
        self.proofs.append((prompt, code))
        if code == RIGHT_CODE:
            self._without(prompt)
        else:
            self._with_reply(prompt, say("mfa.wrong"))

    def factors(self) -> Factors:
        """Return what was set."""
        return self.can

    def prove_by_key(self, prompt: str, pin: str, window: int) -> None:
        """Accept one PIN only; a system that asks for it itself always accepts."""
        del window
        self.touches.append((prompt, pin))
        if not self.can.pin or pin == RIGHT_PIN:
            self._without(prompt)
        else:
            self._with_reply(prompt, say("mfa.key.pin-wrong"))

    def begin_app(self, code: str) -> AppOffer | Message:
        """Offer an app for one code only."""
        return content.APP if code == content.LEAVE else say("mfa.app.wrong")

    def finish_app(self, code: str) -> tuple[str, ...] | Message:
        """Finish for one code only."""
        return content.CODES if code == RIGHT_CODE else say("mfa.wrong")

    def challenge(self) -> str | Message:
        """Return made-up letters, where a supervisor can be called."""
        return content.LETTERS if self.can.phone else say("mfa.by-phone.none")

    def leave(self, prompt: str) -> None:
        """Put the application away."""
        self.left.append(prompt)
        self._without(prompt)

    def register_key(self, pin: str, window: int) -> ListedKey | Message:
        """Register for one PIN only, where a PIN is asked for."""
        del window
        if self.can.asks_pin and pin != RIGHT_PIN:
            return say("mfa.key.pin-wrong")
        return content.KEY

    def new_codes(self, code: str) -> tuple[str, ...] | Message:
        """Make codes for one code only."""
        return content.CODES if code == RIGHT_CODE else say("mfa.wrong")

    def seen(self, prompt: str, *, seen: bool) -> None:
        """Keep what was told."""
        self.sights.append((prompt, seen))

    def lessons(self) -> tuple[Lesson, ...]:
        """Return the lessons that ship."""
        return lessons.LESSONS

    def lesson_days(self) -> tuple[Day, ...]:
        """Return made-up days; what was done here is done."""
        return lessons.days(set(self.lessons_done))

    def finish_lesson(self, lesson: str) -> None:
        """Keep it."""
        self.lessons_done.append(lesson)

    def ask_exception(self, form: Mapping[str, str]) -> bool:
        """Take what is longer than the reason must be, and show that it waits."""
        self.wishes.append(dict(form))
        if self.asks_nothing:
            return False
        one = Request(
            id=f"{len(self.wishes):032x}",
            control=form["control"],
            until=float(form["until"]),
            asked=self._snapshot.at.wall,
        )
        self.show(replace(self._snapshot, requests=(one, *self._snapshot.requests)))
        return True

    def mark_read(self, notice: str) -> None:
        """Mark one entry of the inbox, or all."""
        inbox = tuple(replace(n, read=n.read or notice in {"", n.id}) for n in self._snapshot.inbox)
        self.show(replace(self._snapshot, inbox=inbox))

    def deeds(self) -> frozenset[Deed]:
        """Return what was set."""
        return self.can_do

    def pages(self) -> Mapping[str, str]:
        """Return what was set."""
        return self.settings_pages

    def do(self, deed: Deed, check: str, subjects: tuple[str, ...]) -> None:
        """Keep what was asked."""
        self.asked.append((deed, check, subjects))

    def stop_deeds(self, batch: str) -> None:
        """Keep what was stopped."""
        self.stopped.append(batch)

    def todo_opened(self) -> None:
        """Count the looks at what there is to do."""
        self.todo_looks += 1

    def pointing(self, *, on: bool) -> None:
        """Remember where the pointer went."""
        self.pointers.append(on)

    def lock_now(self) -> None:
        """Count it."""
        self.locks += 1

    def lift_shield(self, code: str) -> None:
        """Accept one code only."""
        self.proofs.append(("shield", code))
        shield = self._snapshot.shield
        if code == RIGHT_CODE or shield is None:
            self.show(replace(self._snapshot, shield=None))
        else:
            reply = say("mfa.wrong")
            self.show(replace(self._snapshot, shield=replace(shield, reply=reply)))

    def check_now(self) -> None:
        """Count it."""
        self.looks += 1

    def vault_items(self) -> tuple[VaultItem, ...]:
        """List the vault."""
        if self._broken:
            raise VaultError("The vault is damaged.", "Tell your desktop team.")
        return tuple(self._items)

    def vault_behind(self) -> int:
        """Return what was set, of files that are there."""
        return min(self.behind, len(self._items))

    def vault_asks(self) -> bool:
        """Ask for a code when it was made so."""
        return self.vault_code

    def restore(self, item: str, taking: Taking) -> Message:
        """Take the file out of the vault."""
        return self._taken(item, taking, say("prompt.restored", path=item))

    def remove(self, item: str, taking: Taking) -> Message:
        """Take the file out of the vault."""
        return self._taken(item, taking, say("prompt.removed"))

    def _taken(self, item: str, taking: Taking, done: Message) -> Message:
        self.takings.append((item, taking))
        if self.vault_code and taking.code != RIGHT_CODE:
            return say("prompt.not-restored", why="")
        kept = [one for one in self._items if one.id != item]
        if len(kept) == len(self._items):
            raise VaultError("This file is no longer in the vault.")
        self._items = kept
        return done

    def held(self) -> HeldThere:
        """Return made-up classes of records; `not_held` says why there are none."""
        if self.not_held is not None:
            raise self.not_held
        return content.HELD

    def last_report(self) -> str:
        """Return a made-up report."""
        return self.report

    def _without(self, prompt: str) -> None:
        rest = tuple(p for p in self._snapshot.prompts if p.id != prompt)
        self.show(replace(self._snapshot, prompts=rest))

    def _with_reply(self, prompt: str, reply: Message) -> None:
        def replied(one: Prompt) -> Prompt:
            return replace(one, reply=reply) if one.id == prompt else one

        prompts = tuple(replied(p) for p in self._snapshot.prompts)
        self.show(replace(self._snapshot, prompts=prompts))
