"""The hands that take files away: into the vault, or for good when they are past their age."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import AgentGuardError, CannotError, StoreError, VaultError
from agentguard.engine.action_runner import LeftAlone, NotDone, NotYet
from agentguard.model.actions import Action
from agentguard.model.events import FileScanned
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.hits import Hit
from agentguard.model.lived_time import Age
from agentguard.model.messages import Message, say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.records import Json, Record
from agentguard.model.retention_rules import RetentionRule, rule_of
from agentguard.model.vault import VaultItem
from agentguard.model.verdicts import Finding
from agentguard.ports.clock import Clock
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.storage import Journal
from agentguard.sensors.mounts import Drives, mounts
from agentguard.trust.removal_proof import proof
from agentguard.vault import removal
from agentguard.vault.forbidden_data import forbidden
from agentguard.vault.move_guards import busy, left_alone
from agentguard.vault.source import Refused
from agentguard.vault.vault import Vault

LOG = logging.getLogger(__name__)

Findings = Callable[[], Sequence[Finding]]
OldFiles = Callable[[], RetentionSeen | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultHand:
    """Moves the file of a finding to the vault, and tells that it is gone from its place.

    `alarm` is called when it holds what may not even be kept there. `age` gives the seconds since a
    wall time that were surely lived through.
    """

    vault: Vault
    findings: Findings
    policy: PolicySource
    clock: Clock
    submit: Submit
    age: Age
    drives: Drives = frozenset
    alarm: Callable[[], None] = lambda: None

    def __call__(self, action: Action) -> Message:
        """Move the file; tell its id in the vault.

        Raises:
            LeftAlone: it is not moved without being asked, or it is gone.
            NotYet: it is in use, or a person brought it back a while ago.
            NotDone: the vault cannot take it; the file is where it was.
            Refused: the file is where it was, for a reason of its own.

        """
        hits = next((f.hits for f in self.findings() if f.subject == action.subject), ())
        path = Path(action.subject)
        if not path.exists():
            self._gone(action)
            raise LeftAlone(say("vault.left.gone"))
        rules = self.policy().vault
        if mounts(drives=self.drives).remote(str(path.parent)):
            raise LeftAlone(say("vault.left.network"))
        if why := left_alone(path, hits, rules):
            raise LeftAlone(say(f"vault.left.{why}"))
        self._wait_if_brought_back(path, rules.returned_minutes)
        if why := busy(path, rules, self.clock.now().wall):
            raise NotYet(say(f"vault.left.{why}"))
        item = self._put(path, hits)
        if forbidden(item):
            self.alarm()
        self._gone(action)
        return say("action.vaulted", item=item.id)

    def _put(self, path: Path, hits: tuple[Hit, ...]) -> VaultItem:
        try:
            return self.vault.put(path, hits)
        except Refused:
            raise
        except (VaultError, StoreError) as error:
            LOG.warning("the vault takes nothing: %s", type(error).__name__)
            raise NotDone(say("vault.left.unwritten")) from error

    def _gone(self, action: Action) -> None:
        at = self.clock.now()
        self.submit(FileScanned(at=at, path=action.subject, outcome=FileOutcome.GONE))

    def _wait_if_brought_back(self, path: Path, minutes: int) -> None:
        since = self.vault.back_since(path)
        if since is None:
            return
        left = minutes * 60.0 - self.age(since)
        if left > 0:
            raise NotYet(say("vault.left.returned", minutes=math.ceil(left / 60.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeHand:
    """Takes away the files that are past their age, each with a proof in the journal."""

    policy: PolicySource
    old: OldFiles
    vault: Vault
    journal: Journal
    clock: Clock
    age: Age
    look_again: Callable[[], None] = lambda: None

    def __call__(self, _action: Action) -> Message:
        """Take away what the last look found, as far as it still holds.

        Raises:
            CannotError: at least one file was left where it is.

        """
        seen = self.old()
        left, removed = 0, 0
        for file in (one for one in seen.old if not one.waits) if seen else ():
            if self.policy().legal_hold:  # it may begin while files go
                return say("action.on-hold")
            rule = rule_of(file.rule, self.policy().retention)
            try:
                removed += self._take(file, rule) if rule else 0
            except AgentGuardError:
                left += 1
        self._sum(removed, left)
        self.look_again()
        if left:
            raise CannotError(f"{left} files could not be removed.", "They are tried again.")
        return say("action.purged", count=removed)

    def _take(self, file: OldFile, rule: RetentionRule) -> int:
        if rule.then == "vault":
            removal.look(file.path, rule, self.age)
            self.vault.put(Path(file.path))
            return 1
        return self._remove(file, rule)

    def _remove(self, file: OldFile, rule: RetentionRule) -> int:
        """Write the proof down before the file goes, and that it is gone afterwards."""
        said: dict[str, Json] = {"rule": f"{rule.days} days", "age": file.age_days}

        def before(found: removal.Removed) -> None:
            said.update(subject=found.path, size=found.size, **proof(found.sha256))
            self._note("retention.removing", said)

        removal.remove(file.path, rule, self.age, before)
        self._note("retention.removed", said)
        return 1

    def _sum(self, removed: int, left: int) -> None:
        if removed or left:
            self._note("retention.ended", {"count": removed, "left": left})

    def _note(self, kind: str, payload: dict[str, Json]) -> None:
        self.journal.commit((Record(kind=kind, at=self.clock.now(), payload=payload),), {})
