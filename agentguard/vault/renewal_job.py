"""Sees in the background that every file of the vault is sealed to the recovery keys of now."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from agentguard.base.errors import AgentGuardError
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import PolicySource
from agentguard.ports.turns import Turns, alone
from agentguard.vault.vault import Vault

LOG = logging.getLogger(__name__)

LOOK = 60.0
"""Seconds between two looks at the policy."""
SETTLED = 660.0
"""Seconds that keys must have stood in the policy: longer than its trial, after which it may go."""
AGAIN = 86_400.0
"""Seconds until all is looked at again, for what was stuck or came back from a copy."""
LOCKED = 900.0
"""Seconds until it is tried again when the vault's key was locked away."""
REST = 1.0
"""Seconds between two files: nobody waits for this."""
STEP = 100
"""Files after which it says how far it is."""


@dataclass(slots=True, kw_only=True)
class Renewing:
    """Seals the files anew once other keys have stood in the policy for a while.

    A policy without any recovery key takes nothing away: it is the one that an agent falls back to.
    """

    vault: Vault
    policy: PolicySource
    clock: Clock
    _wanted: frozenset[str] = field(default=frozenset())
    _due: float = field(default=0.0)

    def run(self, stop: Stop) -> None:
        """Look every minute until `stop` is set."""
        alone(self.turns(stop), self.clock, stop)

    def turns(self, stop: Stop) -> Turns:
        """Look, minute by minute."""
        while True:
            yield LOOK
            self.look(stop)

    def look(self, stop: Stop) -> None:
        """Seal what is behind, if it is time; a file that cannot be is tried again in a day."""
        wanted, now = frozenset(self.policy().vault.recovery), self.clock.now().boot
        if wanted != self._wanted:
            self._wanted, self._due = wanted, now + SETTLED
        if not wanted or now < self._due:
            return
        self._due = now + AGAIN
        try:
            behind = self.vault.behind()
            if behind and self.vault.works() is None:
                self._due = now + LOCKED
                return
            self._renew(behind, stop)
        except (AgentGuardError, OSError) as error:
            LOG.warning("the vault could not be looked through: %s", type(error).__name__)

    def _renew(self, behind: tuple[str, ...], stop: Stop) -> None:
        if not behind:
            return
        self.vault.note("vault.renewing", count=len(behind))
        stuck = 0
        for done, item in enumerate(behind):
            if frozenset(self.policy().vault.recovery) != self._wanted:
                return  # other keys again; the next look begins anew
            stuck += not self._renewed(item)
            if done % STEP == STEP - 1:
                LOG.info("%d of %d files of the vault are looked at", done + 1, len(behind))
            if self.clock.wait(stop, REST):
                self._due = 0.0
                return
        self.vault.note("vault.all-renewed", count=len(behind) - stuck, left=stuck)

    def _renewed(self, item: str) -> bool:
        try:
            self.vault.renew(item)
        except AgentGuardError as error:
            LOG.warning("%s keeps the keys it has: %s", item, type(error).__name__)
            return False
        return True
