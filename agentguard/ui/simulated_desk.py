"""A desk with made-up data for tests, demonstrations and pictures: a product, not a mock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from agentguard.errors import VaultError
from agentguard.model.incidents import IncidentCategory
from agentguard.model.lessons import Lesson
from agentguard.model.messages import Message, say
from agentguard.model.prompts import Prompt
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import VaultItem
from agentguard.ui import _simulated_content as content
from agentguard.ui import _simulated_data as data

RIGHT_CODE = "482913"


class SimulatedDesk:
    """A Desk that remembers what was asked of it; `show` brings a new snapshot.

    Wrong codes get a reply, right ones close the proof; `broken_vault` makes its files unreadable.
    """

    def __init__(self, snapshot: Snapshot | None = None, *, broken_vault: bool = False) -> None:
        self._snapshot = snapshot or data.good()
        self._watchers: list[Callable[[Snapshot], None]] = []
        self._guard = threading.Lock()
        self._items = list(content.VAULT)
        self._broken = broken_vault
        self.report = content.REPORT
        self.answers: list[tuple[str, str]] = []
        self.proofs: list[tuple[str, str]] = []
        self.incidents: list[tuple[IncidentCategory, str]] = []
        self.lesson_answers: list[tuple[str, int]] = []
        self.locks = 0
        self.looks = 0

    def show(self, snapshot: Snapshot) -> None:
        """Bring a new snapshot to everybody who subscribed."""
        with self._guard:
            self._snapshot = snapshot
            watchers = tuple(self._watchers)
        for changed in watchers:
            changed(snapshot)

    def snapshot(self) -> Snapshot:
        """Give the present picture."""
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
            self._with_reply(prompt, say("simulated.wrong-code"))

    def report_incident(self, category: IncidentCategory, note: str) -> None:
        """Keep the report."""
        self.incidents.append((category, note))

    def lessons(self) -> tuple[Lesson, ...]:
        """Give two made-up lessons."""
        return content.LESSONS

    def answer_lesson(self, lesson: str, choice: int) -> bool:
        """Tell whether the choice was right."""
        self.lesson_answers.append((lesson, choice))
        return any(one.id == lesson and one.right == choice for one in content.LESSONS)

    def mark_read(self, notice: str) -> None:
        """Mark one entry of the inbox, or all."""
        inbox = tuple(replace(n, read=n.read or notice in {"", n.id}) for n in self._snapshot.inbox)
        self.show(replace(self._snapshot, inbox=inbox))

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
            reply = say("simulated.wrong-code")
            self.show(replace(self._snapshot, shield=replace(shield, reply=reply)))

    def check_now(self) -> None:
        """Count it."""
        self.looks += 1

    def vault_items(self) -> tuple[VaultItem, ...]:
        """List the vault."""
        if self._broken:
            raise VaultError("The vault is damaged.", "Tell your desktop team.")
        return tuple(self._items)

    def restore(self, item: str) -> Message:
        """Take the file out of the vault."""
        kept = [one for one in self._items if one.id != item]
        if len(kept) == len(self._items):
            raise VaultError("This file is no longer in the vault.")
        self._items = kept
        return say("simulated.restored")

    def last_report(self) -> str:
        """Give a made-up report."""
        return self.report

    def _without(self, prompt: str) -> None:
        rest = tuple(p for p in self._snapshot.prompts if p.id != prompt)
        self.show(replace(self._snapshot, prompts=rest))

    def _with_reply(self, prompt: str, reply: Message) -> None:
        def replied(one: Prompt) -> Prompt:
            return replace(one, reply=reply) if one.id == prompt else one

        prompts = tuple(replied(p) for p in self._snapshot.prompts)
        self.show(replace(self._snapshot, prompts=prompts))
