"""The hands for what a person asks of To do: into the vault, gone for good, emptied, taken away.

A file is only touched in the state in which it was looked at. Whatever keeps a hand from it is told
by an id and without a name, since what is told is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from agentguard.base.errors import AgentGuardError, StoreError, VaultError
from agentguard.engine.action_runner import Hand, LeftAlone
from agentguard.model.actions import Action, ActionKind, Deed
from agentguard.model.events import FileScanned
from agentguard.model.facts import FolderAccessSeen
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.records import Json, Record
from agentguard.ports.clock import Clock
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.storage import Journal
from agentguard.trust.removal_proof import proof
from agentguard.vault import removal
from agentguard.vault.source import Refused
from agentguard.vault.vault import Vault

HitsOf = Callable[[str], tuple[Hit, ...]]
"""Gives what was found in a file, by its path."""

LOOKED_AT_ANEW = frozenset({"changed", "missing", "gone"})
"""Reasons after which the file is looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDeeds:
    """Does with the file of a finding what a person asked for; `look_again` has files looked at."""

    vault: Vault
    hits: HitsOf
    policy: PolicySource
    journal: Journal
    clock: Clock
    submit: Submit
    look_again: Callable[[], None]

    def move(self, action: Action) -> Message:
        """Move it to the vault; tell its id there.

        Raises:
            LeftAlone: it is where it was.

        """
        self._must_be_known(action)
        try:
            item = self.vault.put(Path(action.subject), self.hits(action.subject), action.mark)
        except Refused as error:
            self._left(action, error.reason)
        except (VaultError, StoreError) as error:
            raise LeftAlone(say("todo.refused.not-moved")) from error
        self._gone(action)
        return say("action.asked-vault", item=item.id)

    def delete(self, action: Action) -> Message:
        """Remove it for good, with a proof in the journal before and after.

        Raises:
            LeftAlone: it is where it was.

        """
        self._must_be_known(action)
        if self.policy().legal_hold:  # it may have begun since the person was asked
            raise LeftAlone(say("todo.refused.on-hold"))
        said: dict[str, Json] = {"check": action.check}

        def before(found: removal.Removed) -> None:
            said.update(subject=found.path, size=found.size, **proof(found.sha256))
            self._note("deed.removing", said)

        try:
            removal.remove_wanted(action.subject, action.mark, before)
        except removal.NotWanted as error:
            self._left(action, error.reason)
        except StoreError as error:
            raise LeftAlone(say("todo.refused.no-proof")) from error
        with suppress(StoreError):  # it is gone, and its proof was written before
            self._note("deed.removed", said)
        self._gone(action)
        return say("action.asked-delete")

    def _must_be_known(self, action: Action) -> None:
        if not action.mark:
            self.look_again()
            raise LeftAlone(say("todo.refused.unseen"))

    def _left(self, action: Action, reason: str) -> NoReturn:
        """Check what a file is by now that was not touched, and tell why it was not."""
        if not Path(action.subject).exists():
            self._gone(action)
        elif reason in LOOKED_AT_ANEW:
            self.look_again()
        raise LeftAlone(say(f"todo.refused.{reason}"))

    def _gone(self, action: Action) -> None:
        at = self.clock.now()
        self.submit(FileScanned(at=at, path=action.subject, outcome=FileOutcome.GONE))

    def _note(self, kind: str, payload: dict[str, Json]) -> None:
        self.journal.commit((Record(kind=kind, at=self.clock.now(), payload=payload),), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDeed:
    """Ends other people's access to the folders of the last look, which is then done again."""

    seen: Callable[[], FolderAccessSeen | None]
    make_private: Callable[[str], None]
    look_again: Callable[[], None]

    def __call__(self, _action: Action) -> Message:
        """Make each that others can read or change private.

        Raises:
            LeftAlone: at least one could not be made so.

        """
        seen = self.seen()
        open_ = [f for f in seen.folders if f.others_read or f.others_write] if seen else []
        try:
            for folder in open_:
                self.make_private(folder.path)
        except AgentGuardError as error:
            raise LeftAlone(say("todo.refused.not-private")) from error
        self.look_again()
        return say("action.asked-private")


def asked_hands(files: FileDeeds, hands: Mapping[ActionKind, Hand]) -> dict[Deed, Hand]:
    """Return the hands for what a person asks; those of the policy do what is the same."""
    asked: dict[Deed, Hand] = {Deed.VAULT: files.move, Deed.DELETE: files.delete}
    if clear := hands.get(ActionKind.CLEAR_CLIPBOARD):
        asked[Deed.CLEAR] = _strictly(clear, "action.cleared", "overtaken")
    if purge := hands.get(ActionKind.PURGE):
        asked[Deed.PURGE] = _strictly(purge, "action.purged", "not-purged")
    return asked


def _strictly(hand: Hand, done: str, reason: str) -> Hand:
    """Return a hand that only calls done what was done."""

    def do(action: Action) -> Message:
        try:
            told = hand(action)
        except AgentGuardError as error:
            raise LeftAlone(say(f"todo.refused.{reason}")) from error
        if told.id != done:
            raise LeftAlone(say(f"todo.refused.{reason}"))
        return told

    return do
