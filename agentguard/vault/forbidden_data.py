"""Sees that card security codes and track data leave the vault in time, and says so loudly.

They may not be kept after authorisation, not even encrypted (PCI DSS 4.0.1, 3.3.1): what holds them
waits for the incident to be looked into, at most as long as the policy says, and is then removed.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.base.errors import AgentGuardError
from agentguard.model.custody import FORBIDDEN
from agentguard.model.facts import ForbiddenHeld
from agentguard.model.lived_time import HOUR, Age
from agentguard.model.vault import VaultItem
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.turns import Turns, alone
from agentguard.vault.vault import Vault

LOG = logging.getLogger(__name__)

EVERY = 600.0
FIRST = 20.0
"""Seconds between two looks, and until the first."""
REASON = "card-data"


@dataclass(slots=True, kw_only=True)
class Holds:
    """Looks at the vault by time; `age` gives what was lived through, `claimed` the wall time."""

    vault: Vault
    policy: PolicySource
    clock: Clock
    age: Age
    claimed: Callable[[], float]
    submit: Submit
    _one: threading.Lock = field(default_factory=threading.Lock)

    def run(self, stop: Stop) -> None:
        """Look every ten minutes until `stop` is set."""
        alone(self.turns(), self.clock, stop)

    def turns(self) -> Turns:
        """Look soon, and then every ten minutes."""
        yield FIRST
        while True:
            self.look()
            yield EVERY

    def look(self) -> None:
        """Remove what is past its time, and tell what is held; any thread may ask for it."""
        with self._one:
            self._look()

    def _look(self) -> None:
        try:
            held = [item for item in self.vault.items() if forbidden(item)]
        except AgentGuardError as error:
            LOG.warning("the vault could not be looked at: %s", type(error).__name__)
            self.submit(ForbiddenHeld(at=self.clock.now(), unread="closed"))
            return
        kept = self.policy()
        hold = kept.vault.hold_hours * HOUR
        ends = {item.id: hold - self.age(item.put.wall) for item in held}
        over = [id_ for id_, left in ends.items() if left <= 0 and not kept.legal_hold]
        stuck = [id_ for id_ in over if not self._removed(id_)]
        rest = {id_: left for id_, left in ends.items() if id_ not in over or id_ in stuck}
        late = self.claimed() - hold
        waiting = sum(item.put.wall <= late for item in held if item.id in rest)
        self.submit(
            ForbiddenHeld(
                at=self.clock.now(),
                count=len(rest),
                hours=max((math.ceil(left / HOUR) for left in rest.values()), default=0),
                held=kept.legal_hold,
                stuck=len(stuck),
                waiting=0 if kept.legal_hold else waiting - len(stuck),
            )
        )

    def _removed(self, item: str) -> bool:
        try:
            self.vault.purge(item, REASON)
        except AgentGuardError as error:
            LOG.warning("%s stays in the vault: %s", item, type(error).__name__)
            return False
        return True


def forbidden(item: VaultItem) -> bool:
    """Check whether a file holds what may not be kept."""
    return any(hit.kind in FORBIDDEN for hit in item.hits)
