"""The plan: a policy met with the catalogue when it came in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agentguard.checks.base import Check
from agentguard.model.events import Event
from agentguard.model.exceptions import Excepted
from agentguard.model.messages import Message
from agentguard.model.policy import Control, Policy
from agentguard.model.verdicts import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A check with what the policy says of it; where it is excepted, with nothing to be done."""

    check: Check[Any]
    control: Control
    excepted: Excepted | None = None
    whole: Control | None = None

    def under(self, excepted: Excepted | None) -> Bound:
        """Return it with an exception, or without any."""
        if excepted == self.excepted:
            return self
        whole = self.whole or self.control
        control = replace(whole, respond=()) if excepted is not None else whole
        return replace(self, control=control, excepted=excepted, whole=whole)

    def owner(self, told: Message | None) -> Owner:
        """Return who can mend what a sentence tells: by the policy, else by the check."""
        if self.control.owner is not Owner.EITHER:
            return self.control.owner
        return self.check.owners.get(told.id if told is not None else "", self.check.owner)


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


def excepting(plan: Plan, excepted: Mapping[str, Excepted]) -> Plan:
    """Return a plan in which these controls, and no others, are excepted."""
    bound = {id_: one.under(excepted.get(id_)) for id_, one in plan.bound.items()}
    listening = {
        kind: tuple(bound[one.check.id] for one in some) for kind, some in plan.listening.items()
    }
    return replace(plan, bound=bound, listening=listening)
