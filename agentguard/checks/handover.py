"""Desks are handed over at the end of a shift."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, belong
from agentguard.model.events import Event, Facts, PolicyInForce
from agentguard.model.handover import ShiftStanding
from agentguard.model.verdicts import Owner, Severity, Verdict, not_applicable, passed, wrong


def judge(_event: Event, facts: Facts, _settings: NoSettings) -> Verdict | None:
    """Judge the last shift that ended; what nobody asked for is no fault."""
    in_force, standing = facts.get(PolicyInForce), facts.get(ShiftStanding)
    if in_force is None or standing is None:
        return None
    if not in_force.policy.shift.handover:
        return not_applicable("handover.off")
    if standing.missed is not None:
        return wrong("handover.missed")
    return passed("handover.done") if standing.handed else not_applicable("handover.none-yet")


CHECK = Check(
    id="handover",
    measure=4,
    severity=Severity.LOW,
    on=(PolicyInForce, ShiftStanding),
    settings=NoSettings,
    judge=judge,
    fresh=7 * DAY,
    owner=Owner.SUPERVISOR,
    owners=belong(Owner.SUPERVISOR, "handover.missed"),
)
