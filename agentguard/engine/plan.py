"""The plan: a policy met with the catalogue when it came in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentguard.checks.base import Check
from agentguard.model.events import Event
from agentguard.model.messages import Message
from agentguard.model.policy import Control, Policy
from agentguard.model.verdicts import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A check with what the policy says of it."""

    check: Check[Any]
    control: Control

    def owner(self, told: Message | None) -> Owner:
        """Return who can mend what a sentence tells: by the policy, else by the check."""
        if self.control.owner is not Owner.EITHER:
            return self.control.owner
        return Owner.TEAM if told is not None and told.id in self.check.theirs else Owner.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which checks listen to which kind of event, under one policy."""

    policy: Policy
    bound: Mapping[str, Bound]
    listening: Mapping[type[Event], tuple[Bound, ...]]


def make_plan(checks: tuple[Check[Any], ...], policy: Policy) -> Plan:
    """Bind every check of the catalogue to its control."""
    bound = {c.id: Bound(check=c, control=policy.controls[c.id]) for c in checks}
    listening: dict[type[Event], tuple[Bound, ...]] = {}
    for one in bound.values():
        for kind in one.check.on:
            listening[kind] = (*listening.get(kind, ()), one)
    return Plan(policy=policy, bound=bound, listening=listening)
