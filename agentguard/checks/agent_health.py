"""The agent itself sees, judges and reports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite

from agentguard.checks.base import MINUTE, Check, belong, few
from agentguard.model.actions import ActionKind
from agentguard.model.events import (
    NOT_ENROLLED,
    Event,
    EventsLost,
    Facts,
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    SensorState,
    Tick,
    UplinkState,
    Watching,
)
from agentguard.model.facts import ClockSeen
from agentguard.model.messages import Message, say
from agentguard.model.own_health import ControlsTested, KeysSeen, PartBegan
from agentguard.model.verdicts import Owner, Response, Severity, Verdict, passed, unknown, wrong

PLAIN = ("policy.rejected.", "policy.last-good-", "policy.baseline-damaged", "policy.root-unread")
"""What the sentences about a policy begin with that say by themselves what guards the desk now."""

TOLD = Response(kinds=(ActionKind.NOTIFY,))
"""What is wrong at the start is told, whatever the policy says: it may be the policy that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How long the agent may be unable to report, and how long a loss is told."""

    offline_minutes: int = field(
        default=240,
        metadata={"doc": "Minutes without a receipt until a finding.", "min": 5, "max": 43_200},
    )
    lost_minutes: int = field(
        default=60,
        metadata={"doc": "Minutes for which lost events are told.", "min": 1, "max": 1440},
    )


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict:
    """Say the worst that holds now: a failed test, a blind sensor, a refused policy, no reports.

    The rows tell where the keys lie; a place that is not the best is no fault of the agent. What is
    wrong with a part that the agent began with is a finding of its own.
    """
    if isinstance(event, PartBegan):
        return _began(event)
    worst = (
        _tested(facts)
        or _sensors(facts)
        or _clock(facts)
        or _policy(facts)
        or _expired(facts)
        or _uplink(event, facts, settings)
        or _lost(event, facts, settings)
        or _standing(facts)
    )
    rows = _keys(facts)
    return replace(worst, rows=rows) if rows else worst


def _began(event: PartBegan) -> Verdict:
    if event.fault is None:
        return replace(passed(), subject=event.part)
    found = wrong(event.fault.id, **event.fault.params)
    return replace(found, subject=event.part, response=TOLD)


def _keys(facts: Facts) -> tuple[Message, ...]:
    seen = facts.get(KeysSeen)
    if seen is None:
        return ()
    keys = (("device", seen.device), ("vault", seen.vault))
    return tuple(say(f"secret.{key}.{place}") for key, place in keys if place)


def _tested(facts: Facts) -> Verdict | None:
    """Hold what did not notice made-up data, until a later test shows that it does."""
    tested = facts.get(ControlsTested)
    if tested is None or not tested.failed:
        return None
    return wrong("agent-health.control", count=len(tested.failed), controls=few(tested.failed))


def _sensors(facts: Facts) -> Verdict | None:
    every = (e for e in facts.facets.values() if isinstance(e, SensorState))
    failed = [e.sensor for e in every if e.state is Watching.FAILED]
    if not failed:
        return None
    return wrong("agent-health.sensor", count=len(failed), sensors=few(failed))


def _clock(facts: Facts) -> Verdict | None:
    """Hold that the clock of this start cannot be right, until the time is known again."""
    seen = facts.get(ClockSeen)
    if seen is None or not seen.seconds:
        return None
    if not isfinite(seen.seconds):
        return unknown("unread.unsupported")
    how = "agent-health.clock-ahead" if seen.seconds > 0 else "agent-health.clock-behind"
    return wrong(how, seconds=round(abs(seen.seconds)))


def _policy(facts: Facts) -> Verdict | None:
    """Hold a refusal until a valid policy comes into force."""
    refused, in_force = facts.get(PolicyRefused), facts.get(PolicyInForce)
    if refused is None or (in_force is not None and in_force.at.boot > refused.at.boot):
        return None
    if refused.message.id.startswith(PLAIN):
        return wrong(refused.message.id, **refused.message.params)
    return wrong("agent-health.policy")


def _expired(facts: Facts) -> Verdict | None:
    """Hold that the policy in force is out of date: it stays, and somebody must sign a new one."""
    standing = facts.get(PolicyStanding)
    if standing is None or not standing.standing.expired:
        return None
    return wrong("agent-health.policy-expired", expires=standing.standing.expires)


def _standing(facts: Facts) -> Verdict:
    """Say that all is well, and how far the policy can be relied on."""
    known = facts.get(PolicyStanding)
    if known is None:
        return passed("agent-health.well")
    if known.standing.trial:
        return passed("agent-health.policy-trial")
    return passed("agent-health.well" if known.standing.signed else "agent-health.policy-unsigned")


def _uplink(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    uplink = facts.get(UplinkState)
    if uplink is None or uplink.problem in {"", NOT_ENROLLED}:
        return None
    receipted = facts.get(UplinkState, "receipted")
    since = receipted.at.boot if receipted is not None else _oldest(facts)
    if event.at.boot - since <= settings.offline_minutes * MINUTE:
        return None
    return wrong("agent-health.uplink", minutes=settings.offline_minutes, waiting=uplink.waiting)


def _oldest(facts: Facts) -> float:
    """Return the oldest thing that is remembered: the agent has run at least since then."""
    return min(e.at.boot for e in facts.last.values())


def _lost(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    lost = facts.get(EventsLost)
    if lost is None or event.at.since(lost.at) > settings.lost_minutes * MINUTE:
        return None
    return wrong("agent-health.lost", count=lost.count)


CHECK = Check(
    id="agent-health",
    measure=7,
    severity=Severity.MEDIUM,
    on=(
        Tick,
        SensorState,
        ClockSeen,
        EventsLost,
        UplinkState,
        KeysSeen,
        ControlsTested,
        PolicyRefused,
        PolicyInForce,
        PolicyStanding,
        PartBegan,
    ),
    settings=Settings,
    judge=judge,
    fresh=MINUTE,
    owner=Owner.TEAM,
    owners=belong(
        Owner.TEAM,
        "agent-health.control",
        "agent-health.sensor",
        "agent-health.clock-ahead",
        "agent-health.clock-behind",
        "agent-health.policy",
        "agent-health.policy-expired",
        "agent-health.uplink",
        "agent-health.lost",
    ),
)
