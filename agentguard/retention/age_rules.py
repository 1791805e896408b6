"""What is old: what a wall clock that may jump claims, and which rule of the policy it is by."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agentguard.model.facts import OldFile
from agentguard.model.retention_rules import RetentionRule
from agentguard.ports.clock import Clock

DAY = 86400.0
HOUR = 3600.0
JUMP = 5.0
STEADY = DAY

Age = Callable[[float], float]
"""Gives the seconds that were surely lived through since a stamp of the wall clock."""


class LenientWall:
    """Wall time for telling an age: after a jump, the earlier of the two readings for a day.

    It believes the clock of the start; whether something is old enough to be removed is judged by
    `retention.lived_clock`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        now = clock.now()
        self._believed = self._last = now.wall - now.boot
        self._steady_since = now.boot

    def now(self) -> float:
        """Return the wall time that ages are told by."""
        now = self._clock.now()
        offset = now.wall - now.boot
        if abs(offset - self._last) > JUMP:
            self._steady_since = now.boot
        self._last = offset
        settled = now.boot - self._steady_since >= STEADY
        if settled or offset - self._believed <= JUMP:
            self._believed = offset
        return self._believed + now.boot


def rule_name(rule: RetentionRule) -> str:
    """Name a rule as `OldFile.rule` does."""
    kinds = f" ({', '.join(rule.kinds)})" if rule.kinds else ""
    return f"{rule.folder.rstrip('/')}/{rule.pattern}{kinds}"


def rule_of(old: OldFile, rules: Iterable[RetentionRule]) -> RetentionRule | None:
    """Find the rule that a file is past; None when the policy has it no more."""
    return next((rule for rule in rules if rule_name(rule) == old.rule), None)
