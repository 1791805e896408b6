"""What the policies of desks allow to be excepted: never more than the strictest of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from agentguard.base.errors import AgentGuardError
from agentguard.model.exceptions import HOUR, ExceptionRule, rule_for
from agentguard.model.policy import Policy
from agentguard.model.verdicts import RANK
from agentguard.server.policies.publication import text_of
from agentguard.server.policy_reader import Reading
from agentguard.server.store.desks.policies import bundles
from agentguard.server.store.schema.tables import device_seen

KEPT = 20
"""Policies that are kept at hand once they were read."""


class Rules:
    """Reads what policies allow; each is read once."""

    def __init__(self, reading: Reading | None) -> None:
        self._reading = reading
        self._known: dict[str, tuple[ExceptionRule, ...]] = {}

    def strictest(
        self, connection: Connection, desks: Sequence[str], control: str
    ) -> ExceptionRule | None:
        """Return what the policies of all these desks allow; None where one does not."""
        asked = (
            select(device_seen.c.policy_digest).where(device_seen.c.device.in_(desks)).distinct()
        )
        digests = sorted(connection.scalars(asked))
        found = [rule_for(self._of(connection, one), control) for one in digests]
        if not found or any(one is None for one in found):
            return None
        rules = [one for one in found if one is not None]
        return ExceptionRule(
            control=control,
            hours=min(one.hours for one in rules),
            month_hours=int(min(one.together for one in rules) // HOUR),
            worst=min((one.worst for one in rules), key=RANK.index),
            new_desks=all(one.new_desks for one in rules),
        )

    def controls(self, connection: Connection) -> dict[str, int]:
        """Return which controls some policy lets be excepted, with the longest time in hours."""
        found: dict[str, int] = {}
        for one in bundles(connection):
            for rule in self._of(connection, one.label.digest):
                found[rule.control] = max(found.get(rule.control, 0), rule.hours)
        return found

    def _of(self, connection: Connection, digest: str) -> tuple[ExceptionRule, ...]:
        if digest not in self._known:
            policy = self._read(connection, digest)
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[digest] = policy.exceptions if policy is not None else ()
        return self._known[digest]

    def _read(self, connection: Connection, digest: str) -> Policy | None:
        """Return a published policy; None for one that is not known here, or cannot be read."""
        one = next((each for each in bundles(connection) if each.label.digest == digest), None)
        text = text_of(connection, one) if one is not None else None
        if text is None or self._reading is None:
            return None
        try:
            return self._reading.parse(text, digest)
        except AgentGuardError:
            return None
