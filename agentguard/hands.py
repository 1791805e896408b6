"""The agent's hands: what each action does on this desktop; an absent hand is unsupported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentguard import retention
from agentguard.engine.respond import Hand
from agentguard.errors import AgentGuardError, CannotError
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import FileOutcome, FileScanned
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.findings import Finding
from agentguard.model.messages import Message, say
from agentguard.model.policy import RetentionRule
from agentguard.model.records import Json, Record
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent, Backend, Clipboard, Session
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.storage import Journal
from agentguard.vault.vault import Vault

Findings = Callable[[], Sequence[Finding]]
OldFiles = Callable[[], RetentionSeen | None]


def desktop_hands(backend: Backend) -> dict[ActionKind, Hand]:
    """Give the hands that this desktop has."""
    hands: dict[ActionKind, Hand] = {}
    if not isinstance(backend.session, Absent):
        hands[ActionKind.LOCK] = _locker(backend.session)
    if not isinstance(backend.clipboard, Absent):
        hands[ActionKind.CLEAR_CLIPBOARD] = _clearer(backend.clipboard)
    return hands


def _locker(session: Session) -> Hand:
    def lock(_action: Action) -> Message:
        session.lock()
        return say("action.locked")

    return lock


def _clearer(clipboard: Clipboard) -> Hand:
    def clear(action: Action) -> Message:
        every = clipboard.selections
        for selection in (action.subject,) if action.subject in every else every:
            clipboard.clear(selection)
        return say("action.cleared")

    return clear


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultHand:
    """Moves the file of a finding to the vault, and tells that it is gone from its place."""

    vault: Vault
    findings: Findings
    clock: Clock
    submit: Submit

    def __call__(self, action: Action) -> Message:
        """Move the file.

        Raises:
            VaultError: the file is where it was.

        """
        hits = next((f.hits for f in self.findings() if f.subject == action.subject), ())
        if Path(action.subject).exists():
            self.vault.put(Path(action.subject), hits)
        at = self.clock.now()
        self.submit(FileScanned(at=at, path=action.subject, outcome=FileOutcome.GONE))
        return say("action.vaulted")


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeHand:
    """Removes the files that are past their age, each with a proof in the journal."""

    policy: PolicySource
    old: OldFiles
    journal: Journal
    clock: Clock
    look_again: Callable[[], None]

    def __call__(self, _action: Action) -> Message:
        """Remove what the last look found, as far as it still holds.

        Raises:
            CannotError: at least one file was left where it is.

        """
        seen = self.old()
        left, removed = 0, 0
        for file in seen.old if seen else ():
            rule = _rule(self.policy().retention, file)
            try:
                removed += self._remove(file, rule) if rule else 0
            except AgentGuardError:
                left += 1
        self.look_again()
        if left:
            raise CannotError(f"{left} files could not be removed.", "They are tried again.")
        return say("action.purged", count=removed)

    def _remove(self, file: OldFile, rule: RetentionRule) -> int:
        """Write the proof down before the file goes, and that it is gone afterwards."""
        proof = retention.remove(
            file.path, rule, self.clock, lambda found: self._note("retention.removing", found)
        )
        self._note("retention.removed", proof)
        return 1

    def _note(self, kind: str, proof: retention.Removed) -> None:
        payload: dict[str, Json] = {
            "subject": proof.path,
            "size": proof.size,
            "sha256": proof.sha256,
        }
        self.journal.commit((Record(kind=kind, at=self.clock.now(), payload=payload),), {})


def _rule(rules: Sequence[RetentionRule], file: OldFile) -> RetentionRule | None:
    return next((r for r in rules if retention.rule_name(r) == file.rule), None)
